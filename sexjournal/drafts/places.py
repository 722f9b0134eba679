"""Find directories that the system keeps in memory only. Knows mounts and permissions; not what is put there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sexjournal.errors import BadInput

MOUNTINFO = Path("/proc/self/mountinfo")
# Used only if they are in memory and sticky. A draft in a shared place has a directory of its own, mode 0700.
SHARED_PLACES = (Path("/dev/shm"), Path("/tmp"))  # noqa: S108
MEMORY_TYPES = frozenset({"tmpfs", "ramfs"})
MAKE_SPACE = "remove something there, or set XDG_RUNTIME_DIR to another directory on a tmpfs"


class NoPrivatePlace(BadInput):
    """There is no memory-backed place, or not enough space in it."""


def find_place(environ: Mapping[str, str]) -> Path:
    """Return the memory-backed directory for new drafts, or raise `NoPrivatePlace` with the reason."""
    place = next(all_places(environ), None)
    if place:
        return place
    if MOUNTINFO.exists():
        raise NoPrivatePlace(
            "no directory here is kept in memory only, and a page in the making must not touch the disk",
            hint="set XDG_RUNTIME_DIR to a directory on a tmpfs that is yours alone (mode 0700)",
        )
    raise NoPrivatePlace(
        "this system does not tell which directories are kept in memory only",
        hint="answer questions in the terminal with --ask, or pipe the page on standard input",
    )


def all_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield every usable memory-backed directory, the best first; an earlier draft may be in any of them."""
    memory = _memory_devices()
    runtime = Path(environ.get("XDG_RUNTIME_DIR", ""))
    candidates = (runtime, *SHARED_PLACES) if runtime.is_absolute() else SHARED_PLACES
    return (path for path in candidates if _is_usable(path, memory))


def require_space(place: Path, size: int) -> None:
    """Raise `NoPrivatePlace` unless `size` bytes are free: some editors exit 0 after an incomplete save."""
    space = os.statvfs(place)
    free = space.f_bavail * space.f_frsize
    if space.f_blocks and free < size:  # a tmpfs without a limit counts no blocks at all
        raise NoPrivatePlace(
            f"too little room for a page in {place}: {free // 1024} KiB are free, {-(-size // 1024)} KiB are needed",
            hint=MAKE_SPACE,
        )


def is_private(status: os.stat_result) -> bool:
    """Whether the directory belongs to this person, and nobody else can enter the directory."""
    return status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _memory_devices() -> frozenset[int]:
    """Return the device numbers of memory. Source: proc(5), mountinfo: field 3, and the type after the `-`."""
    try:
        lines = MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return frozenset()
    mounts = (line.partition(" - ") for line in lines)
    return frozenset(
        _device_number(mount.split()[2]) for mount, _, source in mounts if source.split()[0] in MEMORY_TYPES
    )


def _device_number(numbers: str) -> int:
    major, minor = numbers.split(":")
    return os.makedev(int(major), int(minor))


def _is_usable(path: Path, memory: frozenset[int]) -> bool:
    """Whether `path` is in memory and writable, and nobody else can rename or remove our files in `path`."""
    try:
        status = path.stat()
    except OSError:
        return False
    safe = status.st_mode & stat.S_ISVTX or is_private(status)
    return bool(status.st_dev in memory and safe and os.access(path, os.W_OK | os.X_OK))
