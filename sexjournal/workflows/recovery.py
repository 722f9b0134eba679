"""Recover drafts after an error or a kill: offer pages again, add answers to the page. Knows no sealed file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.entry.entry import parse
from sexjournal.entry.fields import KINDS
from sexjournal.errors import NothingFound
from sexjournal.journal.sealed_file import new_id
from sexjournal.reflect.answers import with_interrupted_answers
from sexjournal.workflows.editing import accept_change, digest_of_page
from sexjournal.workflows.editor_loop import edit_draft, lacks_editor
from sexjournal.workflows.new_page import accept_new
from sexjournal.workflows.saving import Accept, naming_draft, read_text, save_draft, time_begun

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft

ANSWERS = ("review", "jot", "questions")  # the purposes of drafts that hold answers about a page


def offer_leftovers(app: App) -> None:
    """Offer each interrupted page again; without a terminal, say that a draft waits. Add interrupted answers."""
    for draft in app.drafts.leftovers():
        with draft:
            if draft.about.purpose in ANSWERS:
                _add_answers(app, draft)
            elif not app.terminal.interactive:
                app.terminal.say(f"a page from {time_begun(draft)} is not saved yet; 'journal' in a terminal offers it")
            else:
                _offer(app, draft)


def _offer(app: App, draft: Draft) -> None:
    """Offer a page in the editor or, without an editor, to save the page as it stands."""
    from sexjournal.prompts.wording import filled

    begun, ui = time_begun(draft), app.wording.ui
    as_it_stands = lacks_editor(app, "a page can be saved as it stands")
    if as_it_stands and draft.holds_more_beside():
        app.terminal.say(
            f"the page from {begun} is kept in {draft.path}: an editor left more beside it, which needs an editor"
        )
        return
    question = filled(ui["unsaved_here" if as_it_stands else "unsaved"], {"when": begun})
    if app.asker.confirm(question, default=True):
        accept = _accept_again(app, draft)
        if as_it_stands:
            with naming_draft(draft):
                save_draft(app, draft, accept)
        else:
            edit_draft(app, draft, accept)
    elif app.asker.confirm(ui["throw_away"]):
        draft.wipe()


def _accept_again(app: App, draft: Draft) -> Accept:
    """Return a function that saves a draft again: as a change of a page, or as a new page."""
    from sexjournal.prompts.questions import section_for_kind
    from sexjournal.prompts.template import page_template

    about = draft.about
    page_id = about.id or new_id()
    if about.purpose == "edit":
        try:
            return accept_change(app, app.archive.find(about.ref), about.digest)
        except NothingFound:
            app.terminal.say(f"{about.ref} was removed meanwhile: this becomes a new page")
            page_id = about.ref
    kind = about.ref if about.ref in KINDS else KINDS[0]
    return accept_new(app, page_template(app.wording, section_for_kind(kind), {}), page_id)


def _add_answers(app: App, draft: Draft) -> None:
    """Save interrupted answers about a page, without a question, as answers only add to a page."""
    try:
        stored = app.archive.find(draft.about.ref)
    except NothingFound:
        app.terminal.say(f"the page {draft.about.ref} is gone; what was answered about it is kept in {draft.path}")
        return
    page = parse(read_text(draft))
    if draft.about.digest != digest_of_page(stored.entry):
        page = with_interrupted_answers(stored.entry, page, purpose=draft.about.purpose)
    app.archive.change([(stored, page)])
    draft.wipe()
    app.terminal.tell(app.wording.ui["kept_so_far"])
