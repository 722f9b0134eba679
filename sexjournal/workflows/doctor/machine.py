"""This machine and how the person set it: settings, editor, swap, and a place for a page in the making."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sexjournal.workflows.doctor.finding import NOTE, OTHER, Finding

if TYPE_CHECKING:
    from sexjournal.app import App

PREFIX = "JOURNAL_"
KNOWN = ("JOURNAL_NOW", "JOURNAL_STREAM")  # the clock of the tests, and what systemd sets for its own log


def settings(app: App) -> Iterator[Finding]:
    """Tell of settings in the environment that there are not; a file that cannot be read is told by what is raised."""
    from sexjournal.config import SETTINGS

    known = {setting.variable for setting in SETTINGS if setting.name in app.config.values}
    for name in sorted(app.environ):
        if name.startswith(PREFIX) and name not in (*known, *KNOWN):
            yield Finding(
                f"{name} is set, and there is no such setting", "'journal config' shows which there are", NOTE
            )


def questions(app: App) -> Iterator[Finding]:
    """Read the questions, those of the person's own too; what cannot be read is told by what is raised."""
    app.wording  # noqa: B018 - reading it is the check
    return iter(())


def editor(app: App) -> Iterator[Finding]:
    """Tell of an editor that may leave traces, and where none is: the questions are asked in the terminal then."""
    from sexjournal.drafts import editor as editors

    try:
        command = editors.command(app.config.text("editor"), app.environ)
    except editors.NoEditor as trouble:
        yield Finding(f"{trouble.sentence}: questions are asked in the terminal instead", trouble.hint, NOTE)
        return
    if editors.unknown(command):
        hint = (
            "make sure that it keeps no copies of its own, or choose one that is known: nano, vim, nvim, emacs, micro"
        )
        yield Finding(f"the editor {command[0]} is not known here", hint, NOTE)


def swapping(app: App) -> Iterator[Finding]:  # noqa: ARG001 - every check gets the App
    """Tell of swap without encryption: a page that lies in memory may be written there."""
    from sexjournal.system import swap

    if not swap.is_listed():
        yield Finding("this system does not tell where it swaps memory to", "see that its swap is encrypted", NOTE)
        return
    for path in swap.in_clear():
        hint = "use zram, or encrypt it with dm-crypt; until then, while you write:\n  sudo swapoff -a"
        yield Finding(f"memory may be written to {path}, which is not known to be encrypted", hint)


def place(app: App) -> Iterator[Finding]:
    """Tell when there is no place in memory for a page in the making."""
    from sexjournal.drafts import places
    from sexjournal.drafts.drafts import EDITING_SPACE

    try:
        places.require_space(places.find_place(app.environ), EDITING_SPACE)
    except places.NoPrivatePlace as trouble:
        yield Finding(trouble.sentence, trouble.hint, OTHER if places.MOUNTINFO.exists() else NOTE)
