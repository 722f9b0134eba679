"""The result of reading a journal: pages with files, and a trouble for each file without a genuine page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sexjournal.entry.entry import Entry
from sexjournal.entry.merging import in_two_versions
from sexjournal.errors import Damaged, JournalError, SameId, TwoVersions
from sexjournal.journal.index import IndexedFile

BOTH = "changed on two devices at once; 'journal edit {}' shows both versions"


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry and the file: the name relative to the journal, and the digest of the sealed bytes."""

    name: str
    digest: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file, and a sentence about the trouble.

    `unreadable` when the file holds no genuine page; `transient` when the next try may find a page. `kind` is the
    class of the error, Damaged when the sentence comes from the index.
    """

    name: str
    sentence: str
    unreadable: bool
    transient: bool = False
    kind: type[JournalError] = field(default=Damaged, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """The pages and troubles of a journal; `slow` when gpg opened each page in a process, without pysequoia."""

    stored: tuple[Stored, ...]
    troubles: tuple[Trouble, ...]
    slow: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the pages without the files."""
        return tuple(stored.entry for stored in self.stored)


def reading_of(files: Mapping[str, IndexedFile], *, slow: bool) -> Reading:
    """Return the pages and troubles of all files, the file with the latest change last."""
    pages: list[Stored] = []
    troubles: list[Trouble] = []
    ids: set[str] = set()
    for name, file in sorted(files.items(), key=lambda item: item[1].signature[1]):
        if file.entry is None:
            troubles.append(Trouble(name, file.trouble, unreadable=True, kind=file.kind))
        elif file.entry.id in ids:
            troubles.append(Trouble(name, "another file has the same id", unreadable=True, kind=SameId))
        else:
            ids.add(file.entry.id)
            pages.append(Stored(name, file.digest, file.entry))
            if in_two_versions(file.entry):
                troubles.append(Trouble(name, BOTH.format(file.entry.id), unreadable=False, kind=TwoVersions))
        if file.remark:
            troubles.append(Trouble(name, file.remark, unreadable=False))
    return Reading(tuple(pages), tuple(troubles), slow)
