"""Writing files so that they are wholly there or not at all; knows bytes and paths, nothing of what they hold."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sexjournal.errors import BadInput, JournalError

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600
NO_HARD_LINKS = (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS)  # what a file system says that has none
PATIENCE = 60.0  # seconds to wait for another command of the same journal


class DiskTrouble(JournalError):
    """The disk refused: full, read-only, or gone. What was there before is still there."""


def create(path: Path, data: bytes) -> None:
    """Write a new file; FileExistsError when one stands there already."""
    with _written_beside(path, data) as fresh:
        try:
            os.link(fresh, path, follow_symlinks=False)
        except OSError as refused:
            if refused.errno not in NO_HARD_LINKS:
                raise
            if path.exists():
                raise FileExistsError(path) from None
            fresh.replace(path)
        else:
            fresh.unlink()


def replace(path: Path, data: bytes) -> None:
    """Write a file, in place of the one that may stand there."""
    with _written_beside(path, data) as fresh:
        fresh.replace(path)


def remove(path: Path) -> None:
    """Take a file away; a missing one is no error."""
    with _trouble_told(path):
        path.unlink(missing_ok=True)
        _flush_directory(path.parent)


def private_directory(path: Path) -> Path:
    """Make the directory, and those above it, for this person alone."""
    missing = [directory for directory in (path, *path.parents) if not directory.exists()]
    try:
        with _trouble_told(path):
            for directory in (*reversed(missing), path):
                directory.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    except FileExistsError:
        raise DiskTrouble(f"{path} is not a directory", "choose another place: --dir, or journal config dir") from None
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, so that two commands never write at once. Freed by the kernel when we die."""
    private_directory(path.parent)
    with _trouble_told(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        _wait_for(handle)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int) -> None:
    deadline = time.monotonic() + PATIENCE
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
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """Yield a complete, flushed file in the directory of `path`; flush the directory once it has taken its place."""
    import tempfile

    with _trouble_told(path):
        private_directory(path.parent)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        fresh = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield fresh
        finally:  # once it has taken its place there is nothing left to remove
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        _flush_directory(path.parent)


def _flush_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _trouble_told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        raise DiskTrouble(f"cannot write in {path.parent}: {reason}", "what was there before is unchanged") from None
