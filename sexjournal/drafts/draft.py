"""A draft: a page in a directory in memory, created, locked, kept and wiped. Knows bytes; no entries and no editors."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sexjournal.digest import digest_of
from sexjournal.drafts.places import MAKE_SPACE, NoPrivatePlace, is_private
from sexjournal.errors import BadInput

# Constant names: a process list, the title bar of an editor and a directory listing must say nothing about the page.
PAGE = "page.md"
ABOUT = "about.json"
UNFINISHED_PAGE = f".{PAGE}"  # `write` was killed
RESCUED = f"{PAGE}.save"  # nano saves the page here when a signal ends nano
DRAFT_NAME = re.compile(r"journal-[0-9a-f]{16}")

CREATE_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class About:
    """The purpose of a draft: enough to offer the draft again, and never a word of the page."""

    purpose: str = ""  # "new", "edit", ...
    ref: str = ""  # the id of the entry, if it has one
    journal: str = ""  # the directory of the journal
    at: str = ""  # when the draft was begun, ISO 8601
    id: str = ""  # of a new page, so that the page is never saved twice
    digest: str = ""  # SHA-256 of the page as first written, in hexadecimal


class Draft:
    """A page in a directory of its own, locked by this process and by each process that inherits `lock`.

    The directory itself is locked. So no lock file can be missing, and systemd, which cleans /tmp, skips locked
    directories. Leaving a `with` block keeps a draft that holds words and wipes any other.
    """

    def __init__(self, path: Path, lock: int, about: About) -> None:
        self.path = path
        self.lock = lock  # a file descriptor; -1 for an unlocked draft
        self.about = about

    @classmethod
    def create(cls, place: Path, about: About, text: bytes) -> Self:
        """Write `text` to a new draft in `place`. Raise `NoPrivatePlace`, and leave nothing, when it does not fit."""
        path, lock = _new_directory(place)
        draft = cls(path, lock, replace(about, digest=digest_of(text)))
        try:
            _create_file(lock, ABOUT, _about_to_json(draft.about))  # first, so that no page is without it
            _create_file(lock, PAGE, text)
        except OSError as trouble:
            draft.wipe()
            raise NoPrivatePlace(
                f"the page could not be laid out in {place}: {trouble.strerror}", hint=MAKE_SPACE
            ) from None
        return draft

    @property
    def page(self) -> Path:
        return self.path / PAGE

    def read(self) -> bytes:
        """Return the page as it is now, or b"" for a removed page. Open by name: editors save by renaming."""
        try:
            return self.page.read_bytes()
        except FileNotFoundError:
            return b""

    def write(self, text: bytes) -> None:
        """Replace the page at once: a kill leaves either the earlier page or `text`."""
        unfinished = self.path / UNFINISHED_PAGE
        try:
            unfinished.write_bytes(text)
            unfinished.replace(self.page)
        except OSError as trouble:
            raise NoPrivatePlace(
                f"the page could not be laid out in {self.path.parent}: {str(trouble.strerror).lower()}", MAKE_SPACE
            ) from None

    def changed(self) -> bool:
        """Whether the page differs from the page as first written."""
        return digest_of(self.read()) != self.about.digest

    def holds_words(self) -> bool:
        """Whether wiping may lose words: in a changed page, or in files of an editor (swap, auto-save)."""
        return bool(self.changed() and self.read().strip()) or bool(self._beside())

    def holds_more_beside(self) -> bool:
        """Whether an editor left words in a file beside the page."""
        return bool(self._beside() - {UNFINISHED_PAGE})

    def _beside(self) -> set[str]:
        return {path.name for path in self.path.glob(f"*{PAGE}*") if path.is_file()} - {PAGE}

    def rescue(self) -> None:
        """Replace the page with the file that a dying nano saved beside it: all text typed until then."""
        with contextlib.suppress(FileNotFoundError):
            (self.path / RESCUED).replace(self.page)

    def wipe(self) -> None:
        """Remove the directory and everything in it. Try again while a closing editor still writes."""
        for _ in range(40):
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                return self._close()
            time.sleep(0.05)
        raise BadInput(f"the draft {self.path} could not be removed", hint="close the editor and remove it by hand")

    def keep(self) -> None:
        """Leave the draft for `leftovers`. Unlock explicitly: a child of the editor may hold the descriptor longer."""
        if self.lock >= 0:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.lock >= 0:
            (self.keep if self.holds_words() else self.wipe)()

    def _close(self) -> None:
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


class UnstoredDraft(Draft):
    """A page without a place in memory-backed storage: lost when this process ends."""

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


def leftovers(place: Path) -> list[Draft]:
    """Return and lock the drafts of killed or failed commands, oldest first. The caller keeps or wipes each."""
    return sorted((draft for path in _draft_paths(place) if (draft := _lock_leftover(path))), key=_begun_at)


def sweep(place: Path) -> list[Draft]:
    """Wipe the leftovers without words, and return the others as `leftovers` does."""
    drafts = leftovers(place)
    with_words = [draft for draft in drafts if draft.holds_words()]
    for draft in drafts:
        if draft not in with_words:
            draft.wipe()
    return with_words


def in_use(place: Path) -> list[Draft]:
    """Return our drafts that another process has locked, without their locks: for messages only."""
    return [draft for path in sorted(_draft_paths(place)) if (draft := _locked_elsewhere(path))]


def _draft_paths(place: Path) -> Iterator[Path]:
    return (path for path in place.iterdir() if DRAFT_NAME.fullmatch(path.name))


def _locked_elsewhere(path: Path) -> Draft | None:
    try:
        directory = os.open(path, OPEN_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        about = _read_about(directory) if is_private(os.fstat(directory)) else None
        return Draft(path, -1, about) if about else None
    finally:
        os.close(directory)
    return None


def _new_directory(place: Path) -> tuple[Path, int]:
    """Create and lock a directory. Try again when another command sweeps the directory before the lock."""
    for _ in range(20):
        path = place / f"journal-{os.urandom(8).hex()}"
        try:
            path.mkdir(mode=0o700)
        except OSError as trouble:
            raise NoPrivatePlace(f"no draft can be made in {place}: {trouble.strerror}") from None
        with contextlib.suppress(FileNotFoundError):
            path.chmod(0o700)  # whatever the umask
        lock = _lock(path)
        if lock is not None:
            return path, lock
    raise NoPrivatePlace(f"a draft in {place} is taken away as soon as it is made")


def _lock(path: Path) -> int | None:
    """Lock a directory; None for a locked, missing or foreign directory and for a link."""
    try:
        lock = os.open(path, OPEN_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    status = os.fstat(lock)
    if is_private(status) and status.st_nlink:  # no link: another command swept the directory before the lock
        return lock
    os.close(lock)
    return None


def _lock_leftover(path: Path) -> Draft | None:
    lock = _lock(path)
    if lock is None:
        return None
    about = _read_about(lock)
    if about is None and {file.name for file in path.iterdir()} <= {ABOUT}:
        about = About()  # killed in `create`: there is no page yet
    if about is None:
        os.close(lock)  # another program uses such a name
        return None
    draft = Draft(path, lock, about)
    draft.rescue()
    return draft


def _begun_at(draft: Draft) -> int:
    about = draft.path / ABOUT
    return about.stat().st_mtime_ns if about.exists() else 0


def _create_file(directory: int, name: str, content: bytes) -> None:
    with open(os.open(name, CREATE_FILE, dir_fd=directory), "wb") as file:  # noqa: PTH123 - pathlib knows no dir_fd
        os.fchmod(file.fileno(), 0o600)
        file.write(content)


def _about_to_json(about: About) -> bytes:
    import json

    return json.dumps(asdict(about)).encode()


def _read_about(directory: int) -> About | None:
    import json

    try:
        with open(os.open(ABOUT, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=directory), "rb") as file:  # noqa: PTH123 - as above
            return About(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None
