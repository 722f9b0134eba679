"""Fetch the journal of another device, before the first trust. Opens no page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, KeyTrouble, PassphraseNotGiven, SyncTrouble
from sexjournal.workflows.setup.welcome import ask_whether_safe, need_terminal

if TYPE_CHECKING:
    from sexjournal.app import App


def fetch(app: App, url: str, *, yes: bool) -> None:
    """Fetch the journal of another device from `url`; BadInput where a trusted journal or pages are already."""
    from sexjournal.workflows.sync import cloning

    if app.keyring.is_trusted:
        raise BadInput(f"there is a journal in {app.directory} already", "journal sync brings what is new")
    if app.store.has_pages and not app.keyring.exists:
        raise BadInput(f"there are pages in {app.directory} already", "journal --dir DIR init --from URL")
    if not yes and not app.keyring.exists:  # the first device asked about another computer
        need_terminal(app)
        ask_whether_safe(app)
    cloning.begin(app, url)


def fetch_again(app: App) -> bool:
    """Fetch later changes to a journal without trust yet; return whether there were changes.

    After trouble with the remote, setting up goes on with the journal as fetched before. Without a journal here,
    SyncTrouble goes on to the caller: a new journal would differ from the journal of the remote.
    """
    from sexjournal.workflows.sync import cloning

    if app.keyring.is_trusted or not app.directory.is_dir() or not app.remote.url:
        return False
    try:
        return cloning.begin_again(app)
    except SyncTrouble as trouble:
        if not app.keyring.exists:
            raise
        app.terminal.say(f"{trouble.sentence}; going on with what is here")
        return False


@contextmanager
def explain_cancelling() -> Iterator[None]:
    """Change the hint after a cancelled passphrase: the journal was fetched, and `journal init` goes on from there."""
    try:
        yield
    except PassphraseNotGiven as trouble:
        raise KeyTrouble(trouble.sentence, "the journal was fetched; 'journal init' goes on from there") from None
