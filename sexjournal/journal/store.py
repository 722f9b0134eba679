"""The directory of sealed entries: reads them through the index, writes each whole or not at all.

Knows files and seals; git, the terminal and the editor are others' work.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sexjournal.digest import digest_of
from sexjournal.entry.entry import Entry, parse
from sexjournal.entry.filename import ID_LENGTH, ID_LETTERS, id_at_end, page_path
from sexjournal.entry.merging import in_two_versions
from sexjournal.errors import (
    BadInput,
    Damaged,
    JournalError,
    SameId,
    Transient,
    TwoVersions,
    UnreadableFrontMatter,
    WrongName,
)
from sexjournal.journal import index
from sexjournal.journal.index import Known
from sexjournal.keys import trust as trust_store
from sexjournal.keys.keyring import Keyring
from sexjournal.keys.manifest import Manifest
from sexjournal.openpgp import packets, vault
from sexjournal.openpgp.gpg import LARGEST_PAGE, Gpg
from sexjournal.system import disk

SIGNED_BY_REMOVED = "it is signed by a key that was removed from this journal ({})"
BOTH = "changed on two devices at once; 'journal edit {}' shows both versions"

Progress = Callable[[int, int], None]  # (files opened, files to open)


def silent(_done: int, _total: int) -> None:
    """No progress to be shown."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry and the file it stands in: its name relative to the journal, and the digest of its sealed bytes."""

    name: str
    digest: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file and what is to be told about it.

    `unreadable` when it holds no page that counts as the person's own; `transient` when it may hold one the next time.
    `kind` is the class of the error; it is Damaged when the index gave the sentence.
    """

    name: str
    sentence: str
    unreadable: bool
    transient: bool = False
    kind: type[JournalError] = field(default=Damaged, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """The journal as it is now; `slow` when gpg had to open each page by itself."""

    stored: tuple[Stored, ...]
    troubles: tuple[Trouble, ...]
    slow: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(one.entry for one in self.stored)


class ChangedMeanwhile(JournalError):
    """A page is no longer what was read; nothing was written over it."""


def new_id() -> str:
    """Return a new random id; it begins with a letter, so that nobody takes it for a number or a year."""
    letters = ID_LETTERS.lstrip("0123456789")
    return secrets.choice(letters) + "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH - 1))


class Journal:
    """One journal directory, and what this device knows of it in `state`."""

    def __init__(self, directory: Path, state: Path, gpg: Gpg) -> None:
        self.directory = directory
        self._room = trust_store.room(state, directory)
        self._gpg = gpg
        self._index = self._room / "index"
        self.keyring = Keyring(directory, self._room, gpg)

    # what there is

    @property
    def has_pages(self) -> bool:
        return self.directory.is_dir() and bool(index.scan(self.directory))

    @staticmethod
    def new_id() -> str:
        return new_id()

    def locked(self) -> AbstractContextManager[None]:
        """Hold the journal for one change, git's part included."""
        return disk.locked(self._room / "lock")

    def probe(self) -> None:
        """Try the key before somebody writes for an hour: a signature is made and thrown away."""
        self.keyring.confirm()
        self.keyring.seal(b"")

    def read(self, progress: Progress = silent, *, fresh: bool = False) -> Reading:
        """Return every entry, opening only files that are new or changed; `fresh` opens all of them again."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as meanwhile:  # gpg has its agent derive the key, which takes a third of a second
            listed = meanwhile.submit(index.scan, self.directory)
            meanwhile.submit(vault.warm_up)
            page = self.keyring.unlock()
        files = listed.result()
        opener = self.keyring.opener(page)
        before = {} if fresh else self._load_index(opener)
        done, unread = 0, len(files) - len(before)

        def opened(batch: list[tuple[str, bytes]]) -> list[Known]:
            nonlocal done, opener
            opener, results = self._open_batch(opener, page, batch)
            done += len(batch)
            progress(done, max(unread, done))
            return results

        now = index.refreshed(before, self.directory, files, opened)
        if now != before and (opener.slow or _worth_storing(before, now)):
            self._store_index(opener, now)
        return replace(_reading(now), slow=opener.slow)

    def open_file(self, sealed: bytes) -> Entry:
        """Open the bytes of one sealed page."""
        return self.opens(self.keyring.unlock())(sealed)

    def opens(self, page: Manifest) -> Callable[[bytes], Entry]:
        """Return what opens sealed pages, those of the past too, with the keys of an own page."""
        opener = self.keyring.opener(page)
        return lambda sealed: parse(_text(opener.open(sealed)))

    # writing

    def save(self, entry: Entry) -> Stored:
        """Write a new entry. It stands on the disk, whole, when this returns."""
        name = self._name(entry)
        sealed = self._sealed(entry)
        disk.create(self.directory / name, sealed)
        return Stored(name, digest_of(sealed), entry)

    def rewrite(self, stored: Stored, entry: Entry) -> Stored:
        """Write a changed entry in place of the one that was read; BadInput when the file changed in between."""
        sealed = self._sealed(entry)
        self._unchanged(stored)
        disk.replace(self.directory / stored.name, sealed)
        return Stored(stored.name, digest_of(sealed), entry)

    def remove(self, stored: Stored) -> None:
        self._unchanged(stored)
        disk.remove(self.directory / stored.name)

    def outdated(self) -> list[str]:
        """Return the names of the pages that are not sealed for today's keys."""
        page = self.keyring.unlock()
        todays = self.keyring.opener(replace(page, former=())) if page.hidden and page.former else None

        def current(name: str) -> bool:
            sealed = (self.directory / name).read_bytes()
            return self.keyring.is_current(sealed) and not (todays and _is_shut(todays, sealed))

        return [name for name in index.scan(self.directory) if not current(name)]

    def sealed_for_other_keys(self, names: Iterable[str]) -> list[str]:
        """Return those of these whole files that a key may open which is none of today's."""
        return [name for name in names if self.keyring.opens_for_others((self.directory / name).read_bytes())]

    def hiding_journal_key(self, names: Iterable[str]) -> list[str]:
        """Return the files that hide the journal key too; earlier versions sealed them so."""
        return [name for name in names if self.keyring.hides_journal_key((self.directory / name).read_bytes())]

    def not_whole(self, names: Iterable[str]) -> list[str]:
        """Return those of these files that are no whole sealed message, as far as that shows from outside."""
        return [name for name in names if not _is_whole(self.directory / name)]

    def reseal(self, names: Sequence[str], progress: Progress = silent) -> list[Trouble]:
        """Seal pages for today's keys, one after another, each whole or not at all. Their text stays as it is.

        Return those that do not open, which stay as they are, and those whose front matter cannot be read. What is left
        when this ends early is done by the next.
        """
        page = self.keyring.unlock()
        self.keyring.refresh_own_certificate()
        opener = self.keyring.opener(page)
        unreadable: list[Trouble] = []
        for start in range(0, len(names), vault.AT_ONCE):
            unreadable += self._seal_batch(opener, names[start : start + vault.AT_ONCE])
            progress(min(start + vault.AT_ONCE, len(names)), len(names))
        return unreadable

    def put_back(self, name: str, entry: Entry) -> None:
        """Write a page that git remembered, sealed anew: an old file that comes back is how a remote cheats."""
        disk.create(self.directory / name, self._sealed(entry))

    # what another device wrote

    def verify(self, page: Manifest, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Known]]:
        """Open files that would arrive: each a page by its name, and signed by one who reads the journal today."""
        opener = self.keyring.opener(page, page.current_recipients)
        for name, sealed in files:
            (opened,) = vault.open_many(opener, [sealed])
            yield name, _known(name, sealed, opened, page.clear)

    def signed_by_removed(self, page: Manifest, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Known, str]]:
        """Open files that nobody signed who reads the journal today; yield the pages of a recipient who did, and whose.

        It may be the last page of a device that was lost, or what its finder wrote: only the person can tell.
        """
        openers = [(one.name, self.keyring.opener(page, [one])) for one in page.recipients if one.removed]
        for name, sealed in files:
            for whose, opener in openers:
                (opened,) = vault.open_many(opener, [sealed])
                known = _known(name, sealed, opened, page.clear)
                if known.entry:
                    yield name, known, SIGNED_BY_REMOVED.format(whose)

    @staticmethod
    def content_digest(sealed: bytes) -> str:
        """Return a digest of what is sealed in a file, however it is wrapped; of the file where it is no message."""
        try:
            return digest_of(packets.sealed_data(sealed))
        except Damaged:
            return digest_of(sealed)

    # inside

    def _sealed(self, entry: Entry) -> bytes:
        self.keyring.confirm()
        return self.sealed(entry)

    def sealed(self, entry: Entry) -> bytes:
        """Return the file of an entry, for today's keys."""
        text = entry.text.encode("utf-8", "surrogateescape")
        if len(text) > LARGEST_PAGE:
            raise BadInput("the page is larger than 64 MiB", "keep such things beside the journal")
        return _clear_header(entry, self.keyring.trust.page.clear) + self.keyring.seal(text)

    def _name(self, entry: Entry) -> str:
        date = entry.date.text if entry.date else ""
        return page_path(entry.id, date, hidden=self.keyring.trust.page.hidden)

    def _unchanged(self, stored: Stored) -> None:
        try:
            now = digest_of((self.directory / stored.name).read_bytes())
        except FileNotFoundError:
            now = ""
        if now != stored.digest:
            raise ChangedMeanwhile(f"{stored.entry.id} was changed by another command meanwhile", "look at both first")

    def _open_batch(
        self, opener: vault.Opener, page: Manifest, batch: list[tuple[str, bytes]]
    ) -> tuple[vault.Opener, list[Known]]:
        """Return what is known of these files, and what opens the next ones: another one, once the key is extended."""
        results = vault.open_many(opener, [sealed for _, sealed in batch])
        if any(isinstance(one, Damaged) for one in results) and self.keyring.refresh_own_certificate():
            opener = self.keyring.opener(page)
            results = vault.open_many(opener, [sealed for _, sealed in batch])
        pairs = zip(batch, results, strict=True)
        return opener, [_known(name, sealed, one, page.clear) for (name, sealed), one in pairs]

    def _seal_batch(self, opener: vault.Opener, names: Sequence[str]) -> list[Trouble]:
        opened = vault.open_many(opener, [(self.directory / name).read_bytes() for name in names])
        pairs = list(zip(names, opened, strict=True))
        whole = {name: one for name, one in pairs if isinstance(one, bytes)}
        for name, sealed in zip(whole, vault.at_once(self._resealed, list(whole.values())), strict=True):
            disk.replace(self.directory / name, sealed)
        verify = [(name, _page(one)) for name, one in pairs]
        return [
            Trouble(name, one.sentence, unreadable=True, transient=isinstance(one, Transient))
            for name, one in verify
            if isinstance(one, Damaged)
        ]

    def _resealed(self, opened: bytes) -> bytes:
        """Return the file of a page anew; one that shows nothing where its front matter cannot be read."""
        page = _page(opened)
        if isinstance(page, Entry):
            return self._sealed(page)
        self.keyring.confirm()
        return self.keyring.seal(opened)

    def _load_index(self, opener: vault.Opener) -> dict[str, Known]:
        try:
            with self._index.open("rb") as file:
                return index.unpack(file, _stamp(self.keyring.trust.page), opener.open_unsigned)
        except (OSError, JournalError):
            return {}

    def _store_index(self, opener: vault.Opener, known: dict[str, Known]) -> None:
        """Keep the index; a disk that is full costs time and nothing else, and so does a gpg that will not."""
        fingerprint = self.keyring.trust.device if opener.slow else self.keyring.trust.page.key
        certificate = self.keyring.certificate(fingerprint)

        def sealed(part: bytes) -> bytes:
            return vault.seal_unsigned(self._gpg, part, certificate)

        try:
            disk.replace(self._index, index.pack(known, _stamp(self.keyring.trust.page), sealed))
        except JournalError:
            with suppress(disk.DiskTrouble):
                disk.remove(self._index)


def _worth_storing(before: Mapping[str, Known], now: Mapping[str, Known]) -> bool:
    """Whether to seal the index anew: to open a hundredth of the pages again takes less time than to seal them all.

    What was removed is taken from the index at once.
    """
    fresh = sum(before.get(name) is not one for name, one in now.items())
    return fresh > len(now) // 100 or not before.keys() <= now.keys()


def _stamp(page: Manifest) -> str:
    """What the verdict on a file depends on besides the file: the journal key, who may sign, what may be shown."""
    told = [page.key, *page.clear, *(one.certificate for one in page.recipients)]
    return digest_of("\n".join(told).encode())


def _is_shut(opener: vault.Opener, sealed: bytes) -> bool:
    try:
        opener.open(sealed)
    except Damaged:
        return True
    return False


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _page(opened: bytes | Damaged) -> Entry | Damaged:
    """Return the page in what was opened, or why there is none."""
    if isinstance(opened, Damaged):
        return opened
    try:
        return parse(_text(opened))
    except JournalError as trouble:
        return UnreadableFrontMatter(f"its front matter cannot be read: {trouble.sentence}")


def _known(name: str, sealed: bytes, opened: bytes | Damaged, clear: Sequence[str]) -> Known:
    nowhere = (0, 0, 0, 0)
    entry = _page(opened)
    # Without a digest it is tried again.
    digest = "" if isinstance(entry, Transient) else digest_of(sealed)
    if isinstance(entry, Damaged):
        return Known(nowhere, digest, None, entry.sentence, kind=type(entry))
    if entry.id != id_at_end(name):
        return Known(nowhere, digest, None, "its name is another page's", kind=WrongName)
    header, _ = packets.split(sealed)
    differs = header != _clear_header(entry, clear)
    return Known(nowhere, digest, entry, remark="its clear header is not what the page says" if differs else "")


def _reading(known: dict[str, Known]) -> Reading:
    """Sort what is known into pages and troubles; the file that was written last comes last."""
    stored, troubles, seen = [], [], set()
    for name, one in sorted(known.items(), key=lambda item: item[1].signature[1]):
        if one.entry is None:
            troubles.append(Trouble(name, one.trouble, unreadable=True, kind=one.kind))
        elif one.entry.id in seen:
            troubles.append(Trouble(name, "another file has the same id", unreadable=True, kind=SameId))
        else:
            seen.add(one.entry.id)
            stored.append(Stored(name, one.digest, one.entry))
            if in_two_versions(one.entry):
                troubles.append(Trouble(name, BOTH.format(one.entry.id), unreadable=False, kind=TwoVersions))
        if one.remark:
            troubles.append(Trouble(name, one.remark, unreadable=False))
    return Reading(tuple(stored), tuple(troubles))


def _clear_header(entry: Entry, clear: Iterable[str]) -> bytes:
    """Return the fields that the person chose to show, as front matter above the armor; nothing by default."""
    from sexjournal.entry.entry import compose

    shown = {name: entry.fields[name] for name in clear if name in entry.fields}
    return compose(shown, "").text.encode() if shown else b""


def _is_whole(path: Path) -> bool:
    """Whether a file is one sealed message from its beginning to its end; one that is gone is no damage."""
    try:
        packets.outline(packets.split(path.read_bytes())[1])
    except FileNotFoundError:
        return True
    except Damaged:
        return False
    return True
