"""Merge three texts line by line, with `git merge-file`, in memory. Knows nothing of pages, fields or keys."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from sexjournal.errors import SyncTrouble

OUR_LABEL = "this device"
THEIR_LABEL = "the other device"

# The whole command line of a merge, so a process list shows nothing of a page.
COMMAND = (
    *("git", "-c", "merge.conflictStyle=merge", "merge-file", "--quiet", "--stdout", "--marker-size=7"),
    *("-L", OUR_LABEL, "-L", "before", "-L", THEIR_LABEL, "ours", "base", "theirs"),
)
OVERWRITE_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
CONFLICTS = range(1, 128)  # exit codes, git-merge-file(1): the number of conflicts, 127 for more
BINARY = 255  # exit code -1, for a text with a NUL in it


def merge_lines(place: Path, our_text: bytes, base_text: bytes, their_text: bytes) -> tuple[bytes, bool]:
    """Return the merged text, and whether the merge is clean. A conflict has both versions, between git's markers.

    Write the texts to `place`, a memory-backed directory that the caller creates and wipes. SyncTrouble without git,
    or without space.
    """
    for name, text in (("ours", our_text), ("base", base_text), ("theirs", their_text)):
        _write_text(place / name, text)
    result = _run_merge(place)
    if result.returncode == BINARY:
        return _whole_conflict(our_text, their_text), False
    if result.returncode and result.returncode not in CONFLICTS:
        raise SyncTrouble("git merge-file did not work", "nothing was changed; is git installed as it should be?")
    return result.stdout, not result.returncode


def text_merger(place: Path) -> Callable[[str, str, str], tuple[str, bool]]:
    """Return `merge_lines` for decoded texts, which may hold bytes that are not UTF-8."""

    def merge(our_text: str, base_text: str, their_text: str) -> tuple[str, bool]:
        texts = (text.encode("utf-8", "surrogateescape") for text in (our_text, base_text, their_text))
        text, clean = merge_lines(place, *texts)
        return text.decode("utf-8", "surrogateescape"), clean

    return merge


def _write_text(path: Path, text: bytes) -> None:
    try:
        with os.fdopen(os.open(path, OVERWRITE_FILE, 0o600), "wb") as file:
            file.write(text)
    except OSError as trouble:
        reason = str(trouble.strerror).lower()
        raise SyncTrouble(f"a page cannot be laid out in {path.parent}: {reason}", "make room there") from None


def _run_merge(place: Path) -> subprocess.CompletedProcess[bytes]:
    """Run git outside any repository and without the person's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    isolated = {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(place.parent.absolute()),
        "LC_ALL": "C",
    }
    try:
        return subprocess.run(
            COMMAND, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=clean | isolated
        )
    except FileNotFoundError:
        raise SyncTrouble("git is not on this machine", "merging two versions of a page needs it") from None


def _whole_conflict(our_text: bytes, their_text: bytes) -> bytes:
    """Return two binary texts whole, one below the other, between the markers of a conflict."""
    newline = b"\r\n" if b"\r\n" in our_text else b"\n"
    rows = (f"<<<<<<< {OUR_LABEL}".encode(), our_text, b"=======", their_text, f">>>>>>> {THEIR_LABEL}".encode())
    return b"".join(row if row.endswith(b"\n") or not row else row + newline for row in rows)
