"""A journal with a few pages on it: stocked once for the tests of a module, put back and swept after each of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from room import Keys, Result, Room

CANARY = "CANARY"  # stands in the pages below for the word that nothing may hold in clear


@dataclass
class Shelf:
    """A room with a journal in it, and the id of each page by the name that the tests give it."""

    room: Room
    ids: dict[str, str] = field(default_factory=dict)
    start: str = ""

    def write(self, page: str, *options: str) -> str:
        """Write a page, a minute after the one before; return its id."""
        self.room.now = (datetime.fromisoformat(self.room.now) + timedelta(minutes=1)).isoformat()
        return self.room.journal("new", *options, stdin=self.filled(page), check=0).text.strip()

    def filled(self, page: str) -> bytes:
        """The bytes of a page of a test."""
        return page.replace(CANARY, self.room.canary).encode()

    def path(self, name: str) -> Path:
        """The sealed file of a page; the name may also be an id."""
        (path,) = self.room.journal_dir.glob(f"*/*{self.ids.get(name, name)}.md.asc")
        return path

    def opened(self, name: str) -> bytes:
        """The page as plain gpg gives it."""
        return self.room.open(self.path(name))

    def names(self, listed: Result) -> list[str]:
        """The names of the pages in what `journal list` printed, in that order."""
        known = {page_id: name for name, page_id in self.ids.items()}
        return [known[line.split("\t")[0]] for line in listed.text.splitlines()]

    def commits(self) -> int:
        """How many commits there are since the pages were written."""
        return int(self.room.git("rev-list", "--count", f"{self.start}..HEAD").text)

    def seal(self, page: str, signer: str = "", *to: str) -> bytes:
        """Seal a page with plain gpg, as anyone could: for these readers, or for all whom the journal is sealed for."""
        readers = to or (f"--recipient={self.room.fingerprint}", f"--recipient-file={self._journal_key()}")
        signed = ("--sign", "--local-user", signer) if signer else ()
        words = ("--armor", "--trust-model=always", "--compress-algo=none", "--encrypt", *signed, *readers)
        return self.room.gpg(*words, stdin=self.filled(page)).out

    def put(self, name: str, sealed: bytes) -> Path:
        """Lay a file into the journal."""
        path = self.room.journal_dir / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(sealed)
        return path

    def put_back(self) -> None:
        """Make the journal and the settings what they were, once nothing is found in clear."""
        self.room.hang_up()
        assert self.room.sweep() == []
        self.room.git("reset", "--quiet", "--hard", self.start)
        self.room.git("clean", "--quiet", "-dfx")
        shutil.rmtree(self.room.root / "config" / "journal", ignore_errors=True)

    def _journal_key(self) -> Path:
        certificates = (self.room.root / "state" / "journal").rglob("*.asc")
        (path,) = (path for path in certificates if path.stem not in self.room.fingerprints.values())
        return path


@contextmanager
def stocked(store: Keys, pages: Mapping[str, str], *options: str, keys: Sequence[str] = ("plain",)) -> Iterator[Shelf]:
    """A journal with these pages, made with these options of `init`; of the keys the first one is its own."""
    with Room(store, keys) as room:
        shelf = Shelf(room)
        room.journal("init", "--yes", "--key", room.fingerprint, *options, check=0)
        shelf.ids = {name: shelf.write(page) for name, page in pages.items()}
        shelf.start = room.git("rev-parse", "HEAD").text.strip()
        yield shelf


def lay(shelf: Shelf, pages: Mapping[str, str], first: int = 0) -> None:
    """Seal pages with gpg, lay them into the journal under ids in their order, and commit them all at once."""
    for number, (name, page) in enumerate(pages.items(), first):
        (day,) = re.findall(r"(?m)^date: (\S+)", page)
        shelf.ids[name] = f"zz{number:06}"
        whole = re.sub("---(\r?\n)", f"---\\1id: {shelf.ids[name]}\\1", page, count=1)
        path = f"{day[:4]}/{day}.{shelf.ids[name]}.md.asc"
        shelf.put(path, shelf.seal(whole, shelf.room.fingerprint)).chmod(0o600)
    shelf.room.git("add", "--all")
    shelf.room.git("commit", "--quiet", "--message", "journal: update")


@contextmanager
def laid(store: Keys, pages: Mapping[str, str]) -> Iterator[Shelf]:
    """A journal with these pages, each of a date and a moment of its own, without a command for each."""
    with stocked(store, {}) as shelf:
        lay(shelf, pages)
        shelf.start = shelf.room.git("rev-parse", "HEAD").text.strip()
        yield shelf
