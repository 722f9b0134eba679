"""The directory of sealed entries: reads them through the index, writes each whole or not at all.

Knows files and seals; git, the terminal and the editor are others' work.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sexjournal import accepted as acceptance
from sexjournal import disk, index, ownpage, packets, vault
from sexjournal.accepted import Accepted
from sexjournal.entry import Entry, parse
from sexjournal.errors import BadInput, Damaged, JournalError
from sexjournal.gpg import LARGEST_PAGE, Gpg
from sexjournal.index import ENDING, Known
from sexjournal.ownpage import OwnPage, Recipient

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base32
ID_LENGTH = 8
NEVER_ACCEPTED = "journal init shows who can read it, and asks"

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
    """A file and what is to be told about it; `shut` when it holds no page that counts as the person's own."""

    name: str
    sentence: str
    shut: bool


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
    letters = ALPHABET.lstrip("0123456789")
    return secrets.choice(letters) + "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH - 1))


def id_in(name: str) -> str:
    """Return the id that a file's name tells."""
    return Path(name).name.removesuffix(ENDING).rpartition(".")[2]


class Journal:
    """One journal directory, and what this device knows of it in `state`."""

    def __init__(self, directory: Path, state: Path, gpg: Gpg) -> None:
        self.directory = directory
        self._room = acceptance.room(state, directory)
        self._gpg = gpg
        self._index = self._room / "index"

    # what there is

    @property
    def exists(self) -> bool:
        return (self.directory / ownpage.NAME).is_file()

    @cached_property
    def accepted(self) -> Accepted:
        """What this device has accepted; BadInput when there is no journal or it was never accepted here."""
        if not self.exists:
            raise BadInput(f"there is no journal in {self.directory}", "journal init makes one")
        found = acceptance.load(self._room)
        if found is None:
            raise BadInput("this device has not accepted this journal yet", NEVER_ACCEPTED)
        return found

    @property
    def has_pages(self) -> bool:
        return self.directory.is_dir() and bool(index.scan(self.directory))

    @property
    def is_accepted(self) -> bool:
        return self.exists and acceptance.load(self._room) is not None

    @staticmethod
    def new_id() -> str:
        return new_id()

    def locked(self) -> AbstractContextManager[None]:
        """Hold the journal for one change, git's part included."""
        return disk.locked(self._room / "lock")

    # making one

    def create(self, device: Recipient, names: str, clear: Sequence[str]) -> OwnPage:
        """Make the journal's own page with a new journal key, sealed for this device."""
        disk.private_directory(self.directory)
        key, certificate, secret = vault.make_journal_key()
        page = OwnPage(1, names, tuple(clear), (device,), key, certificate, secret)
        self._accept(page, device.fingerprint, digest="")
        sealed = self._seal(page.compose().encode())
        disk.replace(self.directory / ownpage.NAME, sealed)
        self._accept(page, device.fingerprint, index.digest(sealed))
        return page

    def look(self, device: str) -> OwnPage:
        """Open the journal's own page with one of the person's keys, to be shown before it is accepted."""
        sealed = self._own_page()
        return ownpage.read(_text(vault.open_with_gpg(self._gpg, sealed, device, [device])))

    def accept(self, page: OwnPage, device: str) -> None:
        """Take over what the journal's own page says, as the person confirmed it."""
        self._accept(page, device, index.digest(self._own_page()))

    # reading

    def unlock(self) -> OwnPage:
        """Open the journal's own page and hold it against what this device has accepted."""
        sealed = self._own_page()
        page = ownpage.read(_text(self._open_own_page(sealed)))
        if index.digest(sealed) != self.accepted.digest:
            _refuse_surprises(page, self.accepted.page)
            self._accept(page, self.accepted.device, index.digest(sealed))
        return page

    def surprises(self) -> bool:
        """Whether the journal's own page changed in a way that the person has to confirm."""
        if index.digest(self._own_page()) == self.accepted.digest:
            return False
        try:
            self.unlock()
        except Damaged:
            return True
        return False

    def probe(self) -> None:
        """Try the key before somebody writes for an hour: a signature is made and thrown away."""
        self._confirmed()
        self._seal(b"")

    def read(self, progress: Progress = silent) -> Reading:
        """Return every entry, opening only files that are new or changed."""
        page = self.unlock()
        opener = self._opener(page)
        before = self._load_index(opener)
        done, unread = 0, 0

        def opened(batch: list[tuple[str, bytes]]) -> list[Known]:
            nonlocal done, unread
            unread = unread or len(index.scan(self.directory)) - len(before)
            results = self._open_batch(opener, page, batch)
            done += len(batch)
            progress(done, max(unread, done))
            return results

        now = index.refreshed(before, self.directory, opened)
        if now != before:
            self._store_index(opener, now)
        return replace(_reading(now), slow=opener.slow)

    def open_file(self, sealed: bytes) -> Entry:
        """Open the bytes of one sealed page."""
        page = self.unlock()
        return parse(_text(self._opener(page).open(sealed)))

    # writing

    def save(self, entry: Entry) -> Stored:
        """Write a new entry. It stands on the disk, whole, when this returns."""
        name = self._name(entry)
        sealed = self._sealed(entry)
        disk.create(self.directory / name, sealed)
        return Stored(name, index.digest(sealed), entry)

    def rewrite(self, stored: Stored, entry: Entry) -> Stored:
        """Write a changed entry in place of the one that was read; BadInput when the file changed in between."""
        sealed = self._sealed(entry)
        self._unchanged(stored)
        disk.replace(self.directory / stored.name, sealed)
        return Stored(stored.name, index.digest(sealed), entry)

    def remove(self, stored: Stored) -> None:
        self._unchanged(stored)
        disk.remove(self.directory / stored.name)

    def put_back(self, name: str, sealed: bytes) -> None:
        """Write a sealed file that git remembered, once it was opened and found genuine."""
        disk.create(self.directory / name, sealed)

    # inside

    def _own_page(self) -> bytes:
        try:
            return (self.directory / ownpage.NAME).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise BadInput(f"there is no journal in {self.directory}", "journal init makes one") from None
        except OSError as error:
            reason = str(error.strerror).lower()
            raise BadInput(f"{ownpage.NAME} cannot be read: {reason}", f"look at {self.directory}") from None

    def _confirmed(self) -> None:
        """Look at the journal's own page before writing when it is not the one that was accepted; mostly it is."""
        if index.digest(self._own_page()) != self.accepted.digest:
            self.unlock()

    def _open_own_page(self, sealed: bytes) -> bytes:
        signers = [recipient.fingerprint for recipient in self.accepted.page.recipients]
        try:
            return vault.open_with_gpg(self._gpg, sealed, self.accepted.device, signers)
        except Damaged as trouble:
            hint = trouble.hint or "git can bring an earlier one back: git log -- journal.asc"
            raise Damaged(f"{ownpage.NAME}: {trouble.sentence}", hint) from None

    def _accept(self, page: OwnPage, device: str, digest: str) -> None:
        before = Accepted(device, digest, page.without_secret(), {})
        acceptance.store(self._room, before)
        ids = {
            fingerprint: tuple(sorted(self._gpg.sealing_key_ids(acceptance.certificate_path(self._room, fingerprint))))
            for fingerprint in acceptance.certificates(page)
        }
        self.accepted = replace(before, key_ids=ids)
        acceptance.store(self._room, self.accepted)

    def _seal(self, data: bytes) -> bytes:
        """Seal for the readers and the journal key; once more when this device's own key has changed meanwhile."""
        try:
            return vault.seal(self._gpg, data, self._for_whom())
        except vault.OtherKeys:
            self._refresh_own_certificate()
            return vault.seal(self._gpg, data, self._for_whom())

    def _for_whom(self) -> vault.Seal:
        mine, page = self.accepted.device, self.accepted.page
        readers = [reader.fingerprint for reader in page.readers] + [page.key]
        others = tuple(acceptance.certificate_path(self._room, reader) for reader in readers if reader != mine)
        ids = tuple(frozenset(self.accepted.key_ids[reader]) for reader in readers)
        return vault.Seal(mine, others, ids, page.hidden)

    def _refresh_own_certificate(self) -> bool:
        """Take over this device's certificate as gpg has it now: a new expiry or subkey. False when nothing is new."""
        mine, page = self.accepted.device, self.accepted.page
        fresh = self._gpg.certificate(mine)
        if fresh == acceptance.certificates(page).get(mine):
            return False
        recipients = tuple(
            replace(one, certificate=fresh) if one.fingerprint == mine else one for one in page.recipients
        )
        self._accept(replace(page, recipients=recipients), mine, self.accepted.digest)
        return True

    def _sealed(self, entry: Entry) -> bytes:
        self._confirmed()
        text = entry.text.encode()
        if len(text) > LARGEST_PAGE:
            raise BadInput("the page is larger than 64 MiB", "keep such things beside the journal")
        return _clear_header(entry, self.accepted.page.clear) + self._seal(text)

    def _name(self, entry: Entry) -> str:
        if self.accepted.page.hidden:
            return f"{entry.id[:2]}/{entry.id}{ENDING}"
        stem = entry.date.stem if entry.date else "0000"
        return f"{stem[:4]}/{stem}.{entry.id}{ENDING}"

    def _unchanged(self, stored: Stored) -> None:
        try:
            now = index.digest((self.directory / stored.name).read_bytes())
        except FileNotFoundError:
            now = ""
        if now != stored.digest:
            raise ChangedMeanwhile(f"{stored.entry.id} was changed by another command meanwhile", "look at both first")

    def _opener(self, page: OwnPage) -> vault.Opener:
        signers = {one.fingerprint: one.certificate for one in self.accepted.page.recipients}
        key = vault.JournalKey(page.secret, tuple(self.accepted.key_ids[page.key]))
        return vault.opener(self._gpg, self.accepted.device, key, signers)

    def _open_batch(self, opener: vault.Opener, page: OwnPage, batch: list[tuple[str, bytes]]) -> list[Known]:
        results = vault.open_many(opener, [sealed for _, sealed in batch])
        if any(isinstance(one, Damaged) for one in results) and self._refresh_own_certificate():
            results = vault.open_many(self._opener(page), [sealed for _, sealed in batch])
        return [_known(name, sealed, one, page.clear) for (name, sealed), one in zip(batch, results, strict=True)]

    def _load_index(self, opener: vault.Opener) -> dict[str, Known]:
        try:
            return index.unpack(opener.open_unsigned(self._index.read_bytes()), _stamp(self.accepted.page))
        except (OSError, JournalError):
            return {}

    def _store_index(self, opener: vault.Opener, known: dict[str, Known]) -> None:
        """Keep the index; a disk that is full costs time and nothing else."""
        fingerprint = self.accepted.device if opener.slow else self.accepted.page.key
        certificate = acceptance.certificate_path(self._room, fingerprint)
        status = self._gpg.seal_unsigned(index.pack(known, _stamp(self.accepted.page)), str(certificate))
        if status.code == 0:
            try:
                disk.replace(self._index, status.data)
            except disk.DiskTrouble:
                with suppress(disk.DiskTrouble):
                    disk.remove(self._index)


def _stamp(page: OwnPage) -> str:
    """What the verdict on a file depends on besides the file: the journal key, who may sign, what may be shown."""
    told = [page.key, *page.clear, *(one.certificate for one in page.recipients)]
    return index.digest("\n".join(told).encode())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _known(name: str, sealed: bytes, opened: bytes | Damaged, clear: Sequence[str]) -> Known:
    nowhere = (0, 0, 0, 0)
    digest = index.digest(sealed)
    if isinstance(opened, Damaged):
        return Known(nowhere, digest, None, opened.sentence)
    try:
        entry = parse(_text(opened))
    except JournalError as trouble:
        return Known(nowhere, digest, None, f"its front matter cannot be read: {trouble.sentence}")
    if entry.id != id_in(name):
        return Known(nowhere, digest, None, "its name is another page's")
    header, _ = packets.split(sealed)
    differs = header != _clear_header(entry, clear)
    return Known(nowhere, digest, entry, remark="its clear header is not what the page says" if differs else "")


def _reading(known: dict[str, Known]) -> Reading:
    """Sort what is known into pages and troubles; the file that was written last comes last."""
    stored, troubles, seen = [], [], set()
    for name, one in sorted(known.items(), key=lambda item: item[1].signature[1]):
        if one.entry is None:
            troubles.append(Trouble(name, one.trouble, shut=True))
        elif one.entry.id in seen:
            troubles.append(Trouble(name, "another file has the same id", shut=True))
        else:
            seen.add(one.entry.id)
            stored.append(Stored(name, one.digest, one.entry))
        if one.remark:
            troubles.append(Trouble(name, one.remark, shut=False))
    return Reading(tuple(stored), tuple(troubles))


def _clear_header(entry: Entry, clear: Iterable[str]) -> bytes:
    """Return the fields that the person chose to show, as front matter above the armor; nothing by default."""
    from sexjournal.entry import compose

    shown = {name: entry.fields[name] for name in clear if name in entry.fields}
    return compose(shown, "").text.encode() if shown else b""


def _refuse_surprises(page: OwnPage, before: OwnPage) -> None:
    """Damaged when the journal's own page changed in a way that only the person can confirm."""
    hint = "journal init shows who can read it, and asks"
    if page.serial < before.serial:
        raise Damaged("journal.asc is older than the one this device knows", hint)
    if page.key != before.key:
        raise Damaged("journal.asc holds another journal key than this device knows", hint)
    if {one.fingerprint for one in page.readers} != {one.fingerprint for one in before.readers}:
        raise Damaged("the recipients of this journal have changed", hint)
    if page.serial == before.serial:
        raise Damaged("journal.asc was written anew without a new serial", hint)
