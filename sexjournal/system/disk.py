"""Writes a file wholly or not at all, and locks a directory. Knows bytes and paths, nothing of their meaning."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sexjournal.errors import BadInput, JournalError

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600
NO_HARD_LINKS = (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS)  # errors of file systems without them
LONGEST_WAIT = 60.0  # seconds, for another command of the same journal
UNFINISHED = re.compile(r"\.[a-z0-9_]{8}\.tmp")  # the name of a file until it is complete


class DiskTrouble(JournalError):
    """The disk refused to write: full, read-only, or gone. The files of before are unchanged."""


def create(path: Path, data: bytes) -> None:
    """Write a new file; FileExistsError when the path exists already."""
    with _complete_file_beside(path, data) as complete:
        try:
            os.link(complete, path, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_HARD_LINKS:
                raise
            if path.exists():
                raise FileExistsError(path) from None
            complete.replace(path)
        else:
            complete.unlink()


def replace(path: Path, data: bytes) -> None:
    """Write a file; an earlier file at the path is replaced."""
    with _complete_file_beside(path, data) as complete:
        complete.replace(path)


def remove(path: Path) -> None:
    """Remove a file; a missing file is no error."""
    with _as_disk_trouble(path):
        path.unlink(missing_ok=True)
        _flush_directory(path.parent)


def private_directory(path: Path) -> Path:
    """Make a directory, and the missing directories above, readable for this person alone; return the path."""
    missing = [directory for directory in (path, *path.parents) if not directory.exists()]
    try:
        with _as_disk_trouble(path):
            for directory in (*reversed(missing), path):
                directory.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    except FileExistsError:
        raise DiskTrouble(f"{path} is not a directory", "choose another place: --dir, or journal config dir") from None
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, so that two commands never write at once. A killed process loses the lock."""
    private_directory(path.parent)
    with _as_disk_trouble(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        _wait_for(handle)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int) -> None:
    """Lock an open file; BadInput after LONGEST_WAIT."""
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BadInput("another journal command is still at work", "wait for it, or end it") from None
            time.sleep(0.02)
        else:
            return


@contextmanager
def _complete_file_beside(path: Path, data: bytes) -> Iterator[Path]:
    """Yield a complete, flushed file in the directory of `path`; flush the directory when the caller is done."""
    import tempfile

    with _as_disk_trouble(path):
        private_directory(path.parent)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        complete = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield complete
        finally:  # after the move this file is missing
            with suppress(OSError):
                complete.unlink(missing_ok=True)
        _flush_directory(path.parent)


def _flush_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _as_disk_trouble(path: Path) -> Iterator[None]:
    """Raise an error of the system as DiskTrouble, but FileExistsError as it is."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        raise DiskTrouble(f"cannot write in {path.parent}: {reason}", "what was there before is unchanged") from None
