"""Find the pages to reseal, and reseal for the recipients of today. Changes no text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sexjournal.entry.entry import Entry
from sexjournal.errors import Damaged, Transient
from sexjournal.journal import index, sealed_file
from sexjournal.journal.reading import Trouble
from sexjournal.journal.sealed_file import page_or_trouble
from sexjournal.journal.store import Progress, Store, silent
from sexjournal.keys import certificates, coverage
from sexjournal.keys.keyring import Keyring
from sexjournal.openpgp import opening, packets, parallel
from sexjournal.system import disk


def outdated(store: Store) -> list[str]:
    """Return the names of the pages not sealed for the keys of today."""
    keyring = store.keyring
    manifest = keyring.unlock()
    former = manifest.hidden and manifest.former  # hidden recipients: only opening shows the key
    current = keyring.opener(replace(manifest, former=())) if former else None

    def is_current(name: str) -> bool:
        sealed = (store.directory / name).read_bytes()
        return coverage.is_current(keyring.trust, sealed) and not (current and _is_unreadable(current, sealed))

    return [name for name in index.scan(store.directory) if not is_current(name)]


def sealed_for_other_keys(store: Store, names: Iterable[str]) -> list[str]:
    """Return the names of the files that some key outside the recipients of today may open; all files are whole."""
    trust = store.keyring.trust
    return [name for name in names if coverage.opens_for_others(trust, (store.directory / name).read_bytes())]


def hiding_journal_key(store: Store, names: Iterable[str]) -> list[str]:
    """Return the names of the files that hide the journal key too, as earlier versions did; all files are whole."""
    trust = store.keyring.trust
    return [name for name in names if coverage.hides_journal_key(trust, (store.directory / name).read_bytes())]


def damaged(directory: Path, names: Iterable[str]) -> list[str]:
    """Return the names of the files without a whole sealed message, checked without a key."""
    return [name for name in names if not _is_whole(directory / name)]


def reseal(store: Store, names: Sequence[str], progress: Progress = silent) -> list[Trouble]:
    """Reseal pages for the keys of today, each file replaced whole or not at all.

    Return a trouble for each page that does not open, left unchanged, and for each page with unreadable front matter.
    After a crash, the next command reseals the other pages.
    """
    keyring = store.keyring
    manifest = keyring.unlock()
    certificates.refresh_own(keyring)
    opener = keyring.opener(manifest)
    troubles: list[Trouble] = []
    for start in range(0, len(names), parallel.AT_ONCE):
        troubles += _reseal_batch(store, opener, names[start : start + parallel.AT_ONCE])
        progress(min(start + parallel.AT_ONCE, len(names)), len(names))
    return troubles


def _reseal_batch(store: Store, opener: opening.Opener, names: Sequence[str]) -> list[Trouble]:
    results = opening.open_many(opener, [(store.directory / name).read_bytes() for name in names])
    pairs = list(zip(names, results, strict=True))
    opened = {name: result for name, result in pairs if isinstance(result, bytes)}
    sealed = parallel.at_once(lambda data: _resealed(store.keyring, data), list(opened.values()))
    for name, file in zip(opened, sealed, strict=True):
        disk.replace(store.directory / name, file)
    verdicts = [(name, page_or_trouble(result)) for name, result in pairs]
    return [
        Trouble(name, page.sentence, unreadable=True, transient=isinstance(page, Transient))
        for name, page in verdicts
        if isinstance(page, Damaged)
    ]


def _resealed(keyring: Keyring, data: bytes) -> bytes:
    """Return a new file for opened bytes, without a clear header when the front matter cannot be read."""
    keyring.confirm()
    page = page_or_trouble(data)
    return sealed_file.seal_page(keyring, page) if isinstance(page, Entry) else keyring.seal(data)


def _is_unreadable(opener: opening.Opener, sealed: bytes) -> bool:
    try:
        opener.open(sealed)
    except Damaged:
        return True
    return False


def _is_whole(path: Path) -> bool:
    """Return whether a file is a single sealed message from start to end; a missing file counts as whole."""
    try:
        packets.outline(packets.split(path.read_bytes())[1])
    except FileNotFoundError:
        return True
    except Damaged:
        return False
    return True
