"""Asking about a page that exists, and saving the answers on the page as it is by then, also after Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sexjournal.errors import Interrupted

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft
    from sexjournal.entry.entry import Entry
    from sexjournal.journal.reading import Stored


def ask_and_save(
    app: App, stored: Stored, draft: Draft, ask: Callable[[], None], answered: Callable[[Entry], Entry]
) -> bool:
    """Ask about a page, and save the page as `answered` returns it, also after Ctrl-C; return whether it changed."""
    try:
        ask()
    except Interrupted:
        if _save_answers(app, stored, draft, answered):
            raise Interrupted(app.wording.ui["kept_so_far"]) from None
        raise
    return _save_answers(app, stored, draft, answered)


def _save_answers(app: App, stored: Stored, draft: Draft, answered: Callable[[Entry], Entry]) -> bool:
    """Put the answers on the page as it is by now, and wipe the draft; return whether the page changed."""
    current = app.archive.find_again(stored)
    count = app.archive.change([(current, answered(current.entry))])
    draft.wipe()
    return bool(count)
