"""Write a new page: from standard input, from the editor, from questions, or for today perhaps a jot.

Each way lays the words in a draft, completes the page and saves the page. After an error or a kill the draft stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sexjournal.entry.checks import check
from sexjournal.entry.dates import parse_date
from sexjournal.entry.entry import parse
from sexjournal.entry.fields import KINDS
from sexjournal.entry.front_matter import BadPage, Value
from sexjournal.errors import BadInput
from sexjournal.journal.sealed_file import new_id
from sexjournal.workflows.editor_loop import edit_draft, lacks_editor
from sexjournal.workflows.help_lines import tell_help_lines
from sexjournal.workflows.jotting import save_jot
from sexjournal.workflows.new_fields import complete, say_date, says_something, usual_date
from sexjournal.workflows.questions import answered_page, ask_about_kind, ask_if_early
from sexjournal.workflows.saving import Accept, NotSaved, naming_draft, save_completed, save_new_page

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.journal.reading import Stored
    from sexjournal.prompts.template import Template


def write_page(app: App, flags: Mapping[str, Value], *, ask: bool) -> Stored | None:
    """Write a new page in the way that fits the terminal; `flags` are the fields of the command line."""
    if _prefers_jot(app, flags):
        return save_jot(app, flags)
    if app.terminal.piped and not ask:
        return _from_standard_input(app, flags)
    return _from_questions(app, flags) if ask or lacks_editor(app) else _from_editor(app, flags)


def _prefers_jot(app: App, flags: Mapping[str, Value]) -> bool:
    """For a page about today, offer to keep a jot and to write the page tomorrow; return the choice."""
    from sexjournal.prompts.wording import Option

    about_today = flags.get("date") == app.today().isoformat() and _kind(flags) == KINDS[0]
    if not about_today or not app.terminal.interactive:
        return False
    ui = app.wording.ui
    app.terminal.tell(ui["settle"])
    options = [Option("jot", ui["jot_instead"]), Option("page", ui["write_anyway"])]
    return app.asker.choose(ui["settle_choice"], options) == "jot"


def _kind(flags: Mapping[str, Value]) -> str:
    return str(flags.get("kind") or KINDS[0])


def _from_standard_input(app: App, flags: Mapping[str, Value]) -> Stored | None:
    """Save the page on standard input. A pipe cannot be asked again, so a refused page stays in the draft."""
    text = app.terminal.read_stdin()
    page_id = new_id()
    with (
        app.drafts.begin("new", _kind(flags), text, page_id=page_id, written=True) as draft,
        naming_draft(draft),
    ):
        typed = parse(text)
        if not says_something(typed):
            draft.wipe()
            raise BadInput("the page is empty", "a line of text is enough")
        draft.write(typed.amended(flags).text.encode())  # a refused page is offered again with its flags
        return save_completed(app, draft, complete(app, typed, flags, page_id))


def _from_editor(app: App, flags: Mapping[str, Value]) -> Stored | None:
    """Open the template of a kind in the editor, and save the page."""
    from sexjournal.prompts.questions import Facts, section_for_kind
    from sexjournal.prompts.template import page_template

    app.store.probe()
    fields = _first_fields(app, flags)
    kind = _kind(flags)
    page = page_template(app.wording, section_for_kind(kind), fields, Facts(health=app.config.flag("health")))
    page_id = new_id()
    with app.drafts.begin("new", kind, page.text, page_id=page_id) as draft:
        return edit_draft(app, draft, accept_new(app, page, page_id))


def _first_fields(app: App, flags: Mapping[str, Value]) -> dict[str, Value]:
    """Return the first fields of a page: kind, usual date, flags. Say the date as understood."""
    kind = _kind(flags)
    usual = usual_date(app, kind)
    fields: dict[str, Value] = {"kind": kind, **({"date": usual} if usual else {}), **flags}
    if "date" in fields:
        say_date(app, parse_date(str(fields["date"])))
    return fields


def accept_new(app: App, template: Template, page_id: str) -> Accept:
    """Return a function that saves a new page from the editor, under the id `page_id`."""

    def accept(text: str) -> Stored | NotSaved:
        if template.untouched(text):
            return NotSaved("the page was not changed, nothing was written")
        check(parse(text), besides={"date"})  # in the lines that the person sees
        page = parse(template.without_prompts(text))
        if text.strip() and not page.head:
            raise BadPage(1, "the front matter is gone", "a page begins with it, between two lines of three dashes")
        if not says_something(page):
            return NotSaved("the page is empty, nothing was written")
        return save_new_page(app, complete(app, page, {}, page_id))

    return accept


def _from_questions(app: App, flags: Mapping[str, Value]) -> Stored | None:
    """Ask, and save the answers as a page. Each answer is in the draft at once."""
    from sexjournal.reflect.page_facts import is_quiet

    if not app.terminal.interactive:
        raise BadInput("--ask asks questions, and there is no terminal", "pipe the page on standard input instead")
    app.store.probe()
    fields = _first_fields(app, flags)
    page_id = new_id()
    with (
        app.drafts.begin("new", _kind(flags), "", page_id=page_id, written=True) as draft,
        naming_draft(draft),
    ):
        app.asker.on_answer = lambda: draft.write(answered_page(app, fields).text.encode())
        _ask_questions(app, flags, fields)
        page = answered_page(app, fields)
        if not says_something(page):
            app.terminal.say("nothing was written")
            draft.wipe()
            return None
        draft.write(page.text.encode())
        stored = save_completed(app, draft, complete(app, page, {}, page_id))
        if is_quiet(page):
            tell_help_lines(app)
        return stored


def _ask_questions(app: App, flags: Mapping[str, Value], fields: dict[str, Value]) -> None:
    """Ask the questions of the kind, without the questions with a flag."""
    from sexjournal.prompts.questions import Facts

    kind, people = _kind(flags), flags.get("with")
    facts = Facts(
        rating=int(str(flags["rating"])) if "rating" in flags else None,
        people=tuple(map(str, people)) if isinstance(people, list) else (),
        health=app.config.flag("health"),
        early=ask_if_early(app, kind, fields) if "date" in flags else None,
    )
    ask_about_kind(app, kind, facts, {f"fm.{name}" for name in flags}, fields)
