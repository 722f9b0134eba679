"""Open a draft in the person's editor, again and again until the page is saved or given up. Knows no kind of page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput
from sexjournal.workflows.saving import Accept, naming_draft, save_draft

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft
    from sexjournal.journal.reading import Stored


def lacks_editor(app: App, instead: str = "the questions are asked here instead") -> bool:
    """Return whether a person is there and no editor; tell the person, with the way out `instead`."""
    trouble = _missing_editor(app) if app.terminal.interactive else None
    if trouble:
        app.terminal.complain(f"{trouble.sentence}: {instead}", trouble.hint)
    return trouble is not None


def _missing_editor(app: App) -> BadInput | None:
    """Return the error when the machine has no editor; a wrong choice of editor shows later, when opening."""
    from sexjournal.drafts import editor

    try:
        editor.command(app.config.text("editor"), app.environ)
    except editor.NoEditor as trouble:
        return trouble
    except BadInput:
        pass
    return None


def edit_draft(app: App, draft: Draft, accept: Accept) -> Stored | None:
    """Open a draft until the page is saved, given up or unchanged. Unsaved words stay in the draft."""
    from sexjournal.drafts import editor

    command = editor.command(app.config.text("editor"), app.environ)
    if editor.unknown(command):
        app.terminal.say_once("this editor is not known here: make sure that it keeps no copies of its own")
    while True:
        editor.open_editor(draft, command, app.environ)
        with naming_draft(draft):
            try:
                return save_draft(app, draft, accept)
            except BadInput as trouble:
                _offer_to_open_again(app, trouble)


def _offer_to_open_again(app: App, trouble: BadInput) -> None:
    """Say the trouble, and ask whether to open the same text again; raise BadInput after a no or without a terminal."""
    if not app.terminal.interactive:
        raise trouble
    app.terminal.complain(trouble.sentence, trouble.hint)
    if not app.asker.confirm(app.wording.ui["open_again"], default=True):
        raise BadInput("the page was not saved")
