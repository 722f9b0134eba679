"""Change a page: in the editor, from standard input, or by more answers. Makes no new page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.digest import digest_of
from sexjournal.entry.entry import parse
from sexjournal.entry.fields import KINDS
from sexjournal.entry.merge_rules import CONFLICT
from sexjournal.entry.merging import holds_marks, in_two_versions
from sexjournal.errors import BadInput
from sexjournal.reflect.answers import with_answers
from sexjournal.workflows.asking import ask_and_save
from sexjournal.workflows.editor_loop import edit_draft, lacks_editor
from sexjournal.workflows.help_lines import tell_help_lines
from sexjournal.workflows.new_fields import with_stored_date
from sexjournal.workflows.questions import answered_page, ask_about_kind
from sexjournal.workflows.saving import Accept, NotSaved, naming_draft, save_draft

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Value
    from sexjournal.journal.reading import Stored

TWO_VERSIONS = (
    "this page was written on two devices at once and both versions are in it: "
    "keep what you like, and take out the marks and the field 'conflict'"
)


def edit_page(app: App, stored: Stored) -> None:
    """Change a page: by the page on standard input, in the editor, or without an editor by the open questions."""
    if in_two_versions(stored.entry):
        app.terminal.say(TWO_VERSIONS)
    accept = accept_change(app, stored)
    if app.terminal.piped:
        with (
            app.drafts.begin("edit", stored.entry.id, app.terminal.read_stdin(), written=True) as draft,
            naming_draft(draft),
        ):
            save_draft(app, draft, accept)
        return
    app.store.probe()
    if lacks_editor(app):
        add_answers(app, stored)
        return
    with app.drafts.begin("edit", stored.entry.id, stored.entry.text) as draft:
        edit_draft(app, draft, accept)


def accept_change(app: App, stored: Stored, digest_begun: str = "") -> Accept:
    """Return a function that saves a changed page.

    `digest_begun` is the SHA-256 of the page at the beginning of an interrupted change. When the page has changed since
    then, the person is asked.
    """

    def accept(text: str) -> Stored | NotSaved:
        if text == stored.entry.text:
            return NotSaved("the page was not changed, nothing was written")
        if not text.strip():
            raise BadInput("the page is empty", f"'journal remove {stored.entry.id}' takes a page away")
        page = parse(text)
        if page.id != stored.entry.id:
            raise BadInput("the id of a page cannot change", f"it is 'id: {stored.entry.id}'")
        if digest_begun not in ("", digest_of(b""), digest_of_page(stored.entry)) and not app.asker.confirm(
            app.wording.ui["changed_meanwhile"]
        ):
            raise BadInput("the page was not saved")
        app.archive.change([(stored, _without_conflict(app, with_stored_date(app, page)))])
        app.terminal.tell(app.wording.ui["saved"])
        return stored

    return accept


def _without_conflict(app: App, page: Entry) -> Entry:
    """Return a page without the field of a merge in two versions, once none of the marks is in the text."""
    if not in_two_versions(page):
        return page
    if holds_marks(page):
        app.terminal.say(
            "the page still holds both versions, between lines that begin with <<<<<<<, ======= and >>>>>>>"
        )
        return page
    app.terminal.say("no mark of two versions is left in the page: its field 'conflict' goes")
    return page.amended({CONFLICT: None})


def digest_of_page(page: Entry) -> str:
    """Return the SHA-256 of a page's text, in hexadecimal, as in the notes of a draft."""
    return digest_of(page.text.encode("utf-8", "surrogateescape"))


def add_answers(app: App, stored: Stored) -> None:
    """Ask the open questions of a page, and add the answers. Each answer is in the draft at once."""
    from sexjournal.reflect.page_facts import makes_quiet

    page = stored.entry
    fields: dict[str, Value] = {}

    def answers() -> Entry:
        return answered_page(app, fields, behind=page.body)

    with app.drafts.begin("questions", page.id, "", written=True) as draft, naming_draft(draft):
        app.asker.on_answer = lambda: draft.write(answers().text.encode())
        saved = ask_and_save(
            app,
            stored,
            draft,
            lambda: _ask_open_questions(app, page, fields),
            lambda current: with_answers(current, answers()),
        )
    if not saved:
        app.terminal.say("nothing was changed")
        return
    app.terminal.tell(app.wording.ui["saved"])
    if makes_quiet(page, answers().fields):
        tell_help_lines(app)


def _ask_open_questions(app: App, page: Entry, fields: dict[str, Value]) -> None:
    """Ask the questions of the page's kind, without the questions with an answer on the page."""
    from sexjournal.prompts.questions import already_answered, section_for_kind
    from sexjournal.reflect.page_facts import prompt_facts

    kind = page.kind if page.kind in KINDS else KINDS[0]
    facts = prompt_facts(page, health=app.config.flag("health"))
    answered = already_answered(app.wording, section_for_kind(kind), facts, page.fields, page.body)
    ask_about_kind(app, kind, facts, answered, fields)
