"""Check this machine: settings, prompts, editor, swap and room for drafts. Knows no key, page or git."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sexjournal.workflows.doctor.finding import NOTE, OTHER, Finding

if TYPE_CHECKING:
    from sexjournal.app import App

PREFIX = "JOURNAL_"
NO_SETTINGS = ("JOURNAL_NOW", "JOURNAL_STREAM")  # the clock of the tests, and what systemd sets for its own log


def check_settings(app: App) -> Iterator[Finding]:
    """Yield environment variables that look like settings and are none; an unreadable file raises an error."""
    from sexjournal.config import SETTINGS

    variables = {setting.variable for setting in SETTINGS if setting.name in app.config.values}
    for name in sorted(app.environ):
        if name.startswith(PREFIX) and name not in (*variables, *NO_SETTINGS):
            yield Finding(
                f"{name} is set, and there is no such setting", "'journal config' shows which there are", NOTE
            )


def check_prompts(app: App) -> Iterator[Finding]:
    """Read all prompts, with the person's own prompts; an unreadable file raises an error."""
    app.wording  # noqa: B018 - reading it is the check
    return iter(())


def check_editor(app: App) -> Iterator[Finding]:
    """Yield notes about an editor that may leave traces, and about a machine without an editor."""
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


def check_swap(app: App) -> Iterator[Finding]:  # noqa: ARG001 - every check gets the App
    """Yield swap without encryption: the system may write a draft from memory to disk there."""
    from sexjournal.system import swap

    if not swap.is_listed():
        yield Finding("this system does not tell where it swaps memory to", "see that its swap is encrypted", NOTE)
        return
    for path in swap.in_clear():
        hint = "use zram, or encrypt it with dm-crypt; until then, while you write:\n  sudo swapoff -a"
        yield Finding(f"memory may be written to {path}, which is not known to be encrypted", hint)


def check_memory(app: App) -> Iterator[Finding]:
    """Yield a finding when no memory-backed storage has room for a draft."""
    from sexjournal.drafts import places
    from sexjournal.drafts.drafts import EDITING_SPACE

    try:
        places.require_space(places.find_place(app.environ), EDITING_SPACE)
    except places.NoPrivatePlace as trouble:
        yield Finding(trouble.sentence, trouble.hint, OTHER if places.MOUNTINFO.exists() else NOTE)
