"""Bring the journal of another device here for the first time, before this device trusts the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, SyncTrouble
from sexjournal.git import trees
from sexjournal.git.remote import Standing
from sexjournal.workflows.sync.refusing import refuse

if TYPE_CHECKING:
    from sexjournal.app import App

NOT_A_JOURNAL = "nothing was taken over; see it: {git} log --stat {there}"


def begin(app: App, url: str) -> None:
    """Set the remote and fetch the journal, for the first time or again; SyncTrouble when another journal is here."""
    app.repository.prepare()
    app.checkout.finish()
    remote = app.remote
    remote.set_url(url)
    commit = remote.fetch()
    if not commit:
        raise BadInput("there is no journal there yet", "on the first device: journal sync --remote URL")
    if remote.standing(commit) is Standing.SAME:
        remote.accept(commit)
        return
    if not remote.only_adds(commit):
        raise SyncTrouble(
            "there is another journal in this directory", "choose an empty one: journal --dir DIR init --from URL"
        )
    _check_out(app, commit)


def begin_again(app: App) -> bool:
    """Fetch again, and check out a commit that only adds to the journal; return whether there was such a commit."""
    app.repository.prepare()
    app.checkout.finish()
    commit = app.remote.fetch()
    if not commit or not app.remote.only_adds(commit):
        return False
    _check_out(app, commit)
    return True


def _check_out(app: App, commit: str) -> None:
    refuse(app, commit, trees.refusals({}, app.remote.tree(commit)), NOT_A_JOURNAL)
    app.checkout.check_out(commit)
    app.remote.accept(commit)
