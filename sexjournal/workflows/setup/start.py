"""The beginning of `journal init`: fetch, then create or accept. Also runs before the first page of all."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.workflows.setup.accept import accept
from sexjournal.workflows.setup.create import create_journal
from sexjournal.workflows.setup.fetch import explain_cancelling, fetch, fetch_again

if TYPE_CHECKING:
    from sexjournal.app import App


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of `journal init`; `source` is the URL of --from. An empty field is asked about or decided here."""

    key: str = ""
    new_key: str = ""
    source: str = ""
    yes: bool = False
    names: str = ""
    clear: tuple[str, ...] = ()


def set_up(app: App, wishes: Wishes) -> None:
    """Make or accept the journal as wished, and ask about the rest. Say when the journal is ready already."""
    keyring = app.keyring
    if not wishes.source and keyring.is_trusted and not keyring.has_unconfirmed_changes():
        app.terminal.say(f"the journal in {app.directory} is ready, nothing was changed")
        return
    if wishes.source:
        fetch(app, wishes.source, yes=wishes.yes)
    elif not keyring.exists:
        fetch_again(app)
    if not keyring.exists:
        create_journal(app, wishes)
        return
    with explain_cancelling() if wishes.source else nullcontext():
        accept(app, wishes)


def set_up_if_missing(app: App) -> None:
    """Make or accept the journal when the device trusts no journal yet."""
    if not app.keyring.is_trusted:
        set_up(app, Wishes())
