"""git merge-file: three texts become one, line by line, in memory. Knows nothing of pages, fields or keys."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from sexjournal.errors import SyncTrouble

OURS = "this device"
THEIRS = "the other device"

# What a process list shows of a merge: nothing but these words.
COMMAND = (
    *("git", "-c", "merge.conflictStyle=merge", "merge-file", "--quiet", "--stdout", "--marker-size=7"),
    *("-L", OURS, "-L", "before", "-L", THEIRS, "ours", "base", "theirs"),
)
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
CONFLICTS = range(1, 128)  # git-merge-file(1): the number of conflicts, 127 where there are more
NO_LINES = 255  # git's -1, for a text that it takes for binary: one with a NUL in it


def merged(place: Path, ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """Return the merged text, and whether it is clean; else both versions stand in it, between git's marks.

    The texts are laid out in `place`, a memory-backed directory that the caller made and wipes. SyncTrouble when there
    is no git, or no room.
    """
    for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
        _lay_out(place / name, text)
    done = _run(place)
    if done.returncode == NO_LINES:
        return _both_whole(ours, theirs), False
    if done.returncode and done.returncode not in CONFLICTS:
        raise SyncTrouble("git merge-file did not work", "nothing was changed; is git installed as it should be?")
    return done.stdout, not done.returncode


def merger(place: Path) -> Callable[[str, str, str], tuple[str, bool]]:
    """Return `merged` for texts as they come out of the vault, which may hold bytes that are not UTF-8."""

    def merge(ours: str, base: str, theirs: str) -> tuple[str, bool]:
        texts = (text.encode("utf-8", "surrogateescape") for text in (ours, base, theirs))
        text, clean = merged(place, *texts)
        return text.decode("utf-8", "surrogateescape"), clean

    return merge


def _lay_out(path: Path, text: bytes) -> None:
    try:
        with os.fdopen(os.open(path, NEW_FILE, 0o600), "wb") as file:
            file.write(text)
    except OSError as trouble:
        reason = str(trouble.strerror).lower()
        raise SyncTrouble(f"a page cannot be laid out in {path.parent}: {reason}", "make room there") from None


def _run(place: Path) -> subprocess.CompletedProcess[bytes]:
    """Run git where it finds neither a repository nor a setting of the person's."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(place.parent.absolute()),
        "LC_ALL": "C",
    }
    try:
        return subprocess.run(
            COMMAND, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=clean | alone
        )
    except FileNotFoundError:
        raise SyncTrouble("git is not on this machine", "merging two versions of a page needs it") from None


def _both_whole(ours: bytes, theirs: bytes) -> bytes:
    """Two versions that git cannot tell lines of, one below the other, between the marks that it would have set."""
    newline = b"\r\n" if b"\r\n" in ours else b"\n"
    rows = (f"<<<<<<< {OURS}".encode(), ours, b"=======", theirs, f">>>>>>> {THEIRS}".encode())
    return b"".join(row if row.endswith(b"\n") or not row else row + newline for row in rows)
