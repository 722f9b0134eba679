"""What reading a journal gives: the pages with their files, and a trouble for each file that is no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sexjournal.entry.entry import Entry
from sexjournal.entry.merging import in_two_versions
from sexjournal.errors import Damaged, JournalError, SameId, TwoVersions
from sexjournal.journal.index import Known

BOTH = "changed on two devices at once; 'journal edit {}' shows both versions"


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry and its file: the name relative to the journal, and the digest of the sealed bytes."""

    name: str
    digest: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file and a sentence about it.

    `unreadable` when the file holds no page that counts as the person's own; `transient` when it may hold one the next
    time. `kind` is the class of the error; it is Damaged when the index gave the sentence.
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
        """Return the pages without their files."""
        return tuple(stored.entry for stored in self.stored)


def sorted_out(files: Mapping[str, Known], *, slow: bool) -> Reading:
    """Return the pages and troubles of all files, by name; the file that was written last comes last."""
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
