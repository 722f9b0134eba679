"""Places that live in memory only, and drafts there. Knows nothing of entries, editors or keys: a page is bytes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sexjournal.digest import digest_of
from sexjournal.errors import BadInput

MOUNTINFO = Path("/proc/self/mountinfo")
SHARED = (Path("/dev/shm"), Path("/tmp"))  # noqa: S108 - taken only when in memory and sticky; drafts in it are 0700
IN_MEMORY = frozenset({"tmpfs", "ramfs"})

# Constant names: what a process list, an editor's title bar or a directory listing shows must tell nothing.
PAGE = "page.md"
ABOUT = "about.json"
RESCUED = "page.md.save"  # where nano puts the words when it is told to end
DRAFT = re.compile(r"journal-[0-9a-f]{16}")

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


FULL = "remove something there, or set XDG_RUNTIME_DIR to another directory on a tmpfs"


class NoPrivatePlace(BadInput):
    """There is no memory-backed place, or not enough room in it."""


# Places


def base(environ: Mapping[str, str]) -> Path:
    """Return the memory-backed directory where drafts go, or raise `NoPrivatePlace` with the reason."""
    place = next(places(environ), None)
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


def places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield every usable memory-backed directory, the best first; a draft may wait in any of them."""
    memory = _memory_devices()
    runtime = Path(environ.get("XDG_RUNTIME_DIR", ""))
    candidates = (runtime, *SHARED) if runtime.is_absolute() else SHARED
    return (path for path in candidates if _is_safe(path, memory))


def room(base: Path, wanted: int) -> None:
    """Raise `NoPrivatePlace` unless `wanted` bytes are free: some editors exit 0 after a save that was cut short."""
    space = os.statvfs(base)
    free = space.f_bavail * space.f_frsize
    if space.f_blocks and free < wanted:  # a tmpfs without a limit counts no blocks at all
        raise NoPrivatePlace(
            f"too little room for a page in {base}: {free // 1024} KiB are free, {-(-wanted // 1024)} KiB are needed",
            hint=FULL,
        )


def _memory_devices() -> frozenset[int]:
    """Return the devices that are memory. Source: proc(5), mountinfo: field 3, and the type after the `-`."""
    try:
        lines = MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return frozenset()
    mounts = (line.partition(" - ") for line in lines)
    return frozenset(_device(where.split()[2]) for where, _, what in mounts if what.split()[0] in IN_MEMORY)


def _device(numbers: str) -> int:
    major, minor = numbers.split(":")
    return os.makedev(int(major), int(minor))


def _is_safe(path: Path, memory: frozenset[int]) -> bool:
    """Whether `path` is in memory, ours to write in, and nobody else can rename or remove what we put there."""
    try:
        found = path.stat()
    except OSError:
        return False
    apart = found.st_mode & stat.S_ISVTX or _is_ours_alone(found)
    return bool(found.st_dev in memory and apart and os.access(path, os.W_OK | os.X_OK))


def _is_ours_alone(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077


# Drafts


@dataclass(frozen=True, slots=True)
class About:
    """What a draft is for: enough to offer it again, and never a word of its page."""

    purpose: str = ""  # "new", "edit", ...
    ref: str = ""  # the id of the entry, if it has one
    journal: str = ""  # the directory of the journal
    at: str = ""  # when it was begun, ISO 8601
    id: str = ""  # of a page that is new, so that it is never saved twice
    digest: str = ""  # SHA-256 of the page as it was laid out, in hexadecimal


class Draft:
    """A page in a directory of its own, locked by this process and by whoever inherits `lock`.

    The lock is on the directory: there is no lock file that could be missing, and systemd's cleaning of /tmp leaves
    locked directories alone. Leaving a `with` block keeps a draft that holds words and wipes any other.
    """

    def __init__(self, path: Path, lock: int, about: About) -> None:
        self.path = path
        self.lock = lock  # a file descriptor; -1 once let go
        self.about = about

    @classmethod
    def create(cls, base: Path, about: About, text: bytes) -> Self:
        """Lay `text` out under `base`. Raise `NoPrivatePlace`, with nothing left behind, when it does not fit."""
        path, lock = _new_directory(base)
        draft = cls(path, lock, replace(about, digest=digest_of(text)))
        try:
            _lay_out(lock, ABOUT, _told(draft.about))  # first, so that a page is never without it
            _lay_out(lock, PAGE, text)
        except OSError as trouble:
            draft.wipe()
            raise NoPrivatePlace(
                f"the page could not be laid out in {base}: {trouble.strerror}",
                hint=FULL,
            ) from None
        return draft

    @property
    def page(self) -> Path:
        return self.path / PAGE

    def read(self) -> bytes:
        """Return the page as it is now: by name, as editors save by renaming. A page that was removed is empty."""
        try:
            return self.page.read_bytes()
        except FileNotFoundError:
            return b""

    def write(self, text: bytes) -> None:
        """Put other words in the page's place, at once: whoever is killed meanwhile leaves the old ones or the new."""
        fresh = self.path / f".{PAGE}"
        try:
            fresh.write_bytes(text)
            fresh.replace(self.page)
        except OSError as trouble:
            raise NoPrivatePlace(
                f"the page could not be laid out in {self.path.parent}: {str(trouble.strerror).lower()}", FULL
            ) from None

    def changed(self) -> bool:
        """Whether the page differs from the one that was laid out."""
        return digest_of(self.read()) != self.about.digest

    def holds_words(self) -> bool:
        """Whether wiping may lose something: a changed page, or what an editor left beside it (swap, auto-save)."""
        return bool(self.changed() and self.read().strip()) or bool(self._beside())

    def holds_more_beside(self) -> bool:
        """Whether an editor left words beside the page; `.page.md` is a page that `write` did not finish."""
        return bool(self._beside() - {f".{PAGE}"})

    def _beside(self) -> set[str]:
        return {path.name for path in self.path.glob(f"*{PAGE}*") if path.is_file()} - {PAGE}

    def rescue(self) -> None:
        """Take what a dying nano saved beside the page as the page: it is all that was typed up to then."""
        with contextlib.suppress(FileNotFoundError):
            (self.path / RESCUED).replace(self.page)

    def wipe(self) -> None:
        """Remove the directory with all that is in it. An editor that is still closing down may write meanwhile."""
        for _ in range(40):
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                return self._let_go()
            time.sleep(0.05)
        raise BadInput(f"the draft {self.path} could not be removed", hint="close the editor and remove it by hand")

    def keep(self) -> None:
        """Leave the draft for `leftovers`. Unlocks: a program the editor started may hold the descriptor for long."""
        if self.lock >= 0:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.lock >= 0:
            (self.keep if self.holds_words() else self.wipe)()

    def _let_go(self) -> None:
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


class Unkept(Draft):
    """A page with no private place to wait in: it lives as long as this process does."""

    def __init__(self, text: bytes) -> None:
        super().__init__(Path(os.devnull), -1, About())
        self._text = text

    def read(self) -> bytes:
        return self._text

    def write(self, text: bytes) -> None:
        self._text = text

    def holds_words(self) -> bool:
        return False

    def wipe(self) -> None:
        self._text = b""


def leftovers(base: Path) -> list[Draft]:
    """Return the drafts of killed or failed commands, oldest first; each is now locked: `keep` or `wipe` it."""
    paths = (path for path in base.iterdir() if DRAFT.fullmatch(path.name))
    return sorted((draft for path in paths if (draft := _claimed(path))), key=_begun)


def sweep(base: Path) -> list[Draft]:
    """Wipe the leftovers that hold no words, and return the others as `leftovers` does."""
    found = leftovers(base)
    kept = [draft for draft in found if draft.holds_words()]
    for draft in found:
        if draft not in kept:
            draft.wipe()
    return kept


def held(base: Path) -> list[Draft]:
    """Return our drafts that a process is at work on; they are only to be told of."""
    paths = (path for path in sorted(base.iterdir()) if DRAFT.fullmatch(path.name))
    return [draft for path in paths if (draft := _seen(path))]


def _seen(path: Path) -> Draft | None:
    """Return a draft that is locked, without its lock."""
    try:
        directory = os.open(path, DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        about = _recalled(directory) if _is_ours_alone(os.fstat(directory)) else None
        return Draft(path, -1, about) if about else None
    finally:
        os.close(directory)
    return None


def _new_directory(base: Path) -> tuple[Path, int]:
    """Make a directory for a draft and lock it; a sweep that comes in between takes it away, so try again."""
    for _ in range(20):
        path = base / f"journal-{os.urandom(8).hex()}"
        try:
            path.mkdir(mode=0o700)
        except OSError as trouble:
            raise NoPrivatePlace(f"no draft can be made in {base}: {trouble.strerror}") from None
        with contextlib.suppress(FileNotFoundError):
            path.chmod(0o700)  # whatever the umask
        lock = _locked(path)
        if lock is not None:
            return path, lock
    raise NoPrivatePlace(f"a draft in {base} is taken away as soon as it is made")


def _locked(path: Path) -> int | None:
    """Lock a directory of ours; None when it is locked, a link, gone, or anybody else's."""
    try:
        lock = os.open(path, DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    found = os.fstat(lock)
    if _is_ours_alone(found) and found.st_nlink:  # no link: it was swept before we had the lock
        return lock
    os.close(lock)
    return None


def _claimed(path: Path) -> Draft | None:
    lock = _locked(path)
    if lock is None:
        return None
    about = _recalled(lock)
    if about is None and {found.name for found in path.iterdir()} <= {ABOUT}:
        about = About()  # killed while it was being made: there is no page yet
    if about is None:
        os.close(lock)  # of some other program that likes the same name
        return None
    draft = Draft(path, lock, about)
    draft.rescue()
    return draft


def _begun(draft: Draft) -> int:
    about = draft.path / ABOUT
    return about.stat().st_mtime_ns if about.exists() else 0


def _lay_out(directory: int, name: str, content: bytes) -> None:
    with open(os.open(name, NEW_FILE, dir_fd=directory), "wb") as file:  # noqa: PTH123 - pathlib knows no dir_fd
        os.fchmod(file.fileno(), 0o600)
        file.write(content)


def _told(about: About) -> bytes:
    import json

    return json.dumps(asdict(about)).encode()


def _recalled(directory: int) -> About | None:
    import json

    try:
        with open(os.open(ABOUT, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=directory), "rb") as file:  # noqa: PTH123 - as above
            return About(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None
