"""journal edit: a page in the editor again, or more answers on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sexjournal.commands.options import Ref, app_of
from sexjournal.entry.merging import in_two_versions
from sexjournal.workflows import writing
from sexjournal.workflows.help_lines import tell_help_lines

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry, Value
    from sexjournal.journal.store import Stored

TWO_VERSIONS = (
    "this page was written on two devices at once and both versions are in it: "
    "keep what you like, and take out the marks and the field 'conflict'"
)


def edit(ctx: typer.Context, ref: Ref) -> None:
    """Change a page in the editor. A page on standard input takes its place.

    Without an editor the questions that the page leaves open are asked, and the answers are added to it.
    """
    app = app_of(ctx)
    stored = app.find(ref)
    if in_two_versions(stored.entry):
        app.say(TWO_VERSIONS)
    accept = writing.accept_change(app, stored)
    if app.piped:
        with app.drafts.begin("edit", stored.entry.id, app.standard_input(), written=True) as draft:
            writing.from_draft(app, draft, accept)
        return
    app.journal.probe()
    if writing.lacks_editor(app):
        _add_answers(app, stored)
        return
    with app.drafts.begin("edit", stored.entry.id, stored.entry.text) as draft:
        writing.through_editor(app, draft, accept)


def _add_answers(app: App, stored: Stored) -> None:
    """Ask the questions that a page leaves open, and add the answers; each is kept at once, as `new --ask` does."""
    from sexjournal.commands.write import new
    from sexjournal.reflect import reflection

    page = stored.entry
    given: dict[str, Value] = {}

    def answers() -> Entry:
        return new.answered(app, given, behind=page.body)

    with app.drafts.begin("questions", page.id, "", written=True) as draft, writing.told_where(draft):
        app.asker.heard = lambda: draft.write(answers().text.encode())
        kept = writing.ask_and_keep(
            app, stored, draft, lambda: _ask(app, page, given), lambda fresh: writing.added(fresh, answers())
        )
    if not kept:
        app.say("nothing was changed")
        return
    app.tell(app.wording.ui["saved"])
    if reflection.quiet_after(page, answers().fields):
        tell_help_lines(app)


def _ask(app: App, page: Entry, given: dict[str, Value]) -> None:
    """Ask the questions of the page's kind that it has no answer to yet."""
    from sexjournal.commands.write import new
    from sexjournal.entry.entry import KINDS
    from sexjournal.prompts.questions import already_answered, section_for_kind
    from sexjournal.reflect import reflection

    kind = page.kind if page.kind in KINDS else KINDS[0]
    facts = reflection.facts(page, health=app.config.flag("health"))
    known = already_answered(app.wording, section_for_kind(kind), facts, page.fields, page.body)
    new.ask_about(app, kind, facts, known, given)
