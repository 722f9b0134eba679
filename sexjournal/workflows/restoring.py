"""Bring a removed page back from git's past, and ask about a page that a removed recipient signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import Damaged, Interrupted
from sexjournal.git.repository import find_removed
from sexjournal.journal.verdict import Verifier

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry


def restore_page(app: App, ref: str) -> Entry:
    """Write the removed page with this id again, and commit it.

    Damaged unless a recipient signed the page: anybody who can push may have put a forged page into git's past.
    """
    _ = app.keyring.trust  # or say that there is no journal here
    removed = app.repository.removed()
    name = find_removed(removed, ref)
    verified = Verifier(app.keyring, app.keyring.unlock()).verify(name, app.repository.read_file(name, removed[name]))
    if verified.page is None:
        raise Damaged(f"{name}: {verified.trouble}", "git log shows what happened to it")
    if verified.doubt:
        _confirm_origin(app, f"{name}: {verified.doubt}")
    app.store.put_back(name, verified.page)
    app.archive.commit()
    return verified.page


def _confirm_origin(app: App, doubt: str) -> None:
    """Go on when the person knows the page."""
    if not app.terminal.interactive:
        raise Damaged(doubt, "journal restore in a terminal asks whether it is yours")
    app.terminal.say(doubt)
    if not app.asker.confirm(app.wording.ui["restore"]):
        raise Interrupted("nothing was changed")
