"""The directory of sealed pages: read through the index, write each file whole or not at all.

Knows files and the keyring; knows no git, no terminal and no editor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress

from sexjournal.digest import digest_of
from sexjournal.entry.entry import Entry
from sexjournal.errors import Damaged, JournalError
from sexjournal.journal import index, sealed_file
from sexjournal.journal.index import IndexedFile
from sexjournal.journal.reading import Reading, Stored, reading_of
from sexjournal.journal.verdict import verdict
from sexjournal.keys import certificates
from sexjournal.keys.keyring import Keyring
from sexjournal.keys.manifest import Manifest
from sexjournal.keys.trust import certificate_path
from sexjournal.openpgp import opening, sealing, sequoia
from sexjournal.system import disk

Progress = Callable[[int, int], None]  # (files opened, files to open)


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


class ChangedMeanwhile(JournalError):
    """The file of a page changed since the page was read; the file was not overwritten."""


class Store:
    """The pages in the directory of a journal."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.directory = keyring.directory
        self._index = keyring.state / "index"

    @property
    def has_pages(self) -> bool:
        """Return whether the directory holds files of pages, readable or not."""
        return self.directory.is_dir() and bool(index.scan(self.directory))

    def locked(self) -> AbstractContextManager[None]:
        """Hold the lock of the journal for a change, the commit included."""
        return disk.locked(self.keyring.state / "lock")

    def probe(self) -> None:
        """Test the key before the person writes: make a signature and discard the result."""
        self.keyring.confirm()
        self.keyring.seal(b"")

    # reading

    def read(self, progress: Progress = silent, *, use_index: bool = True) -> Reading:
        """Return every page; with the index, only new and changed files are opened."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as meanwhile:  # gpg has its agent derive the key, which takes a third of a second
            scan = meanwhile.submit(index.scan, self.directory)
            meanwhile.submit(sequoia.load_library)
            manifest = self.keyring.unlock()
        files = scan.result()
        opener = self.keyring.opener(manifest)
        indexed = self._load_index(opener) if use_index else {}
        done, unread = 0, len(files) - len(indexed)

        def read_batch(batch: list[tuple[str, bytes]]) -> list[IndexedFile]:
            nonlocal done, opener
            opener, verdicts = self._open_batch(opener, manifest, batch)
            done += len(batch)
            progress(done, max(unread, done))
            return verdicts

        current = index.refreshed(indexed, self.directory, files, read_batch)
        if current != indexed and (opener.slow or _worth_storing(indexed, current)):
            self._store_index(opener, current)
        return reading_of(current, slow=opener.slow)

    def open_page(self, sealed: bytes) -> Entry:
        """Open the bytes of a sealed page."""
        return self.page_opener(self.keyring.unlock())(sealed)

    def page_opener(self, manifest: Manifest) -> Callable[[bytes], Entry]:
        """Return a function that opens sealed pages, from git's history too, with the keys of a manifest."""
        opener = self.keyring.opener(manifest)
        return lambda sealed: sealed_file.page_in(opener.open(sealed))

    def _open_batch(
        self, opener: opening.Opener, manifest: Manifest, batch: list[tuple[str, bytes]]
    ) -> tuple[opening.Opener, list[IndexedFile]]:
        """Return the verdicts on these files, and the opener for the next files, new after a key was extended."""
        results = opening.open_many(opener, [sealed for _, sealed in batch])
        if any(isinstance(result, Damaged) for result in results) and certificates.refresh_own(self.keyring):
            opener = self.keyring.opener(manifest)
            results = opening.open_many(opener, [sealed for _, sealed in batch])
        pairs = zip(batch, results, strict=True)
        return opener, [verdict(name, sealed, result, manifest.clear) for (name, sealed), result in pairs]

    # writing

    def write(self, entry: Entry) -> Stored:
        """Write a new page. On return, the whole file is on disk."""
        self.keyring.confirm()
        name = sealed_file.path_of(entry, hidden=self.keyring.manifest.hidden)
        sealed = sealed_file.seal_page(self.keyring, entry)
        disk.create(self.directory / name, sealed)
        return Stored(name, digest_of(sealed), entry)

    def rewrite(self, stored: Stored, entry: Entry) -> Stored:
        """Write a changed page in place of the stored one; ChangedMeanwhile when the file changed since the reading."""
        self.keyring.confirm()
        sealed = sealed_file.seal_page(self.keyring, entry)
        self._refuse_changed(stored)
        disk.replace(self.directory / stored.name, sealed)
        return Stored(stored.name, digest_of(sealed), entry)

    def remove(self, stored: Stored) -> None:
        """Remove a page's file; ChangedMeanwhile when the file changed since the reading."""
        self._refuse_changed(stored)
        disk.remove(self.directory / stored.name)

    def put_back(self, name: str, entry: Entry) -> None:
        """Write a page of git's history, resealed: the old file itself would count as replayed on other devices."""
        self.keyring.confirm()
        disk.create(self.directory / name, sealed_file.seal_page(self.keyring, entry))

    def _refuse_changed(self, stored: Stored) -> None:
        try:
            digest = digest_of((self.directory / stored.name).read_bytes())
        except FileNotFoundError:
            digest = ""
        if digest != stored.digest:
            raise ChangedMeanwhile(f"{stored.entry.id} was changed by another command meanwhile", "look at both first")

    # the index

    def _load_index(self, opener: opening.Opener) -> dict[str, IndexedFile]:
        try:
            with self._index.open("rb") as file:
                return index.unpack(file, _stamp(self.keyring.manifest), opener.open_unsigned)
        except (OSError, JournalError):
            return {}

    def _store_index(self, opener: opening.Opener, files: dict[str, IndexedFile]) -> None:
        """Write the index, or remove the index when gpg or the disk fails: reading is slower then, nothing else."""
        fingerprint = self.keyring.device if opener.slow else self.keyring.manifest.key
        certificate = certificate_path(self.keyring.state, fingerprint)

        def sealed(part: bytes) -> bytes:
            return sealing.seal_unsigned(self.keyring.gpg, part, certificate)

        try:
            disk.replace(self._index, index.pack(files, _stamp(self.keyring.manifest), sealed))
        except JournalError:
            with suppress(disk.DiskTrouble):
                disk.remove(self._index)


def _worth_storing(indexed: Mapping[str, IndexedFile], current: Mapping[str, IndexedFile]) -> bool:
    """Return whether to seal the index again: more than a hundredth of the pages changed, or pages were removed.

    Opening a hundredth of the pages takes less time than sealing all texts.
    """
    changed = sum(indexed.get(name) is not file for name, file in current.items())
    return changed > len(current) // 100 or not indexed.keys() <= current.keys()


def _stamp(manifest: Manifest) -> str:
    """Return a digest of all facts behind a verdict, apart from the file: journal key, signers, fields in clear."""
    certificates_of_all = (recipient.certificate for recipient in manifest.recipients)
    return digest_of("\n".join((manifest.key, *manifest.clear, *certificates_of_all)).encode())
