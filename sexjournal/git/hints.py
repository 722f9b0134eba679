"""Git commands for hints, ready to copy into a shell. Knows how a shell reads a path; runs nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

# The hint when the content of a remote is refused; `git` is `git_in(directory)`.
FORCE_PUSH = "to put what is here in its place: {git} push --force origin HEAD"


def quoted(path: Path | str) -> str:
    """Return a path quoted for a shell, or FILE for a path with control characters: a hint must not hide any."""
    return shlex.quote(str(path)) if str(path).isprintable() else "FILE"


def git_in(directory: Path) -> str:
    """Return the beginning of every git command in a hint: `git -C DIRECTORY`."""
    return f"git -C {quoted(directory)}"
