"""Ask about an existing page, and save the answers, also after Ctrl-C. Knows no question and no section."""

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
    """Ask about a page, save the page that `answered` returns, also after Ctrl-C; return whether the page changed."""
    try:
        ask()
    except Interrupted:
        if _save_answers(app, stored, draft, answered):
            raise Interrupted(app.wording.ui["kept_so_far"]) from None
        raise
    return _save_answers(app, stored, draft, answered)


def _save_answers(app: App, stored: Stored, draft: Draft, answered: Callable[[Entry], Entry]) -> bool:
    """Read the page again, add the answers, and wipe the draft; return whether the page changed."""
    current = app.archive.find_again(stored)
    count = app.archive.change([(current, answered(current.entry))])
    draft.wipe()
    return bool(count)
