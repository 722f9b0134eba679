"""Refuse files of a remote, and name the first few of the files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexjournal.errors import SyncTrouble
from sexjournal.git.hints import FORCE_PUSH, git_in
from sexjournal.git.trees import Refusal

if TYPE_CHECKING:
    from sexjournal.app import App

IN_A_TERMINAL = "journal sync in a terminal asks what to do; journal sync --yes takes it as it is"
NAMED = 8  # files that are named, at most
SEE_COMMITS = (
    "nothing here was changed; somebody else may be able to write there. "
    "See it: {git} log --stat HEAD..{there}; " + FORCE_PUSH
)


def refuse(app: App, commit: str, refusals: Sequence[Refusal], hint: str = SEE_COMMITS) -> None:
    """Name the refused files, and raise SyncTrouble if there are any."""
    name_files(app, refusals)
    if refusals:
        count = "a file" if len(refusals) == 1 else f"{len(refusals)} files"
        raise SyncTrouble(f"{count} of the remote cannot be taken in", hint_for(app, commit, hint))


def hint_for(app: App, commit: str, hint: str = SEE_COMMITS) -> str:
    """Return the hint, with the commands that show the commit of the remote."""
    return hint.format(git=git_in(app.directory), there=commit[:12])


def name_files(app: App, refusals: Sequence[Refusal]) -> None:
    """Print the first few files with the reasons, and the number of the others."""
    for refusal in refusals[:NAMED]:
        app.terminal.say(f"{refusal.name}: {refusal.sentence}")
    if len(refusals) > NAMED:
        app.terminal.say(f"and {len(refusals) - NAMED} more")


def agreed(app: App, yes: bool, question: str) -> bool:
    """Return whether the person agrees, by --yes or in a terminal; `question` is a key of the sync wording."""
    return yes or (app.terminal.interactive and app.asker.confirm(app.wording.sync[question]))
