"""Refuse what a remote brings, and name the files: the first few of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexjournal.errors import SyncTrouble
from sexjournal.git.hints import FORCE_PUSH, git_in
from sexjournal.git.trees import Refusal

if TYPE_CHECKING:
    from sexjournal.app import App

NAMED = 8  # files that are named, at most
NOT_OURS = (
    "nothing here was changed; somebody else may be able to write there. "
    "See it: {git} log --stat HEAD..{there}; " + FORCE_PUSH
)


def refuse(app: App, commit: str, refusals: Sequence[Refusal], hint: str = NOT_OURS) -> None:
    """Raise SyncTrouble when anything is refused, after naming the files."""
    name_files(app, refusals)
    if refusals:
        count = "a file" if len(refusals) == 1 else f"{len(refusals)} files"
        raise SyncTrouble(f"{count} of the remote cannot be taken in", hint_for(app, commit, hint))


def hint_for(app: App, commit: str, hint: str = NOT_OURS) -> str:
    """Return a hint that shows where to look at the commit of the remote."""
    return hint.format(git=git_in(app.directory), there=commit[:12])


def name_files(app: App, refusals: Sequence[Refusal]) -> None:
    """Say the first few files with their sentences."""
    for refusal in refusals[:NAMED]:
        app.terminal.say(f"{refusal.name}: {refusal.sentence}")
    if len(refusals) > NAMED:
        app.terminal.say(f"and {len(refusals) - NAMED} more")


def agreed(app: App, yes: bool, question: str) -> bool:
    """Return whether the person agrees to a question of the prompt files, by --yes or in a terminal."""
    return yes or (app.terminal.interactive and app.asker.confirm(app.wording.sync[question]))
