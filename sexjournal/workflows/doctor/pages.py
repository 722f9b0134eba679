"""Open every page again: check signature, recipients, name, and the header in clear against the sealed copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.errors import (
    JournalError,
    NotForThisJournal,
    NotSigned,
    SameId,
    TwoVersions,
    UnreadableFrontMatter,
    WrongName,
)
from sexjournal.git.hints import git_in, quoted
from sexjournal.journal import resealing
from sexjournal.workflows.doctor.finding import DAMAGED, NOTE, OTHER, Finding, files_named

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.journal.reading import Reading, Stored

IN_THE_PAST = "git may still have it as it was:\n  {git} log -- {file}\n"
IN_THE_PAST += "  {git} checkout COMMIT -- {file}"
LOOK = "whoever can write to the files may have put it there; look at it, and take it away if it is not yours:\n  "
LOOK += "gpg -d {directory}/{file}"
# The class of the error -> what to do about it.
HINTS: dict[type[JournalError], str] = {
    WrongName: "give it its own name back; the id stands in the page:\n  gpg -d {directory}/{file}",
    SameId: "keep one of the two and take the other away:\n  gpg -d {directory}/{file}",
    NotSigned: LOOK,
    NotForThisJournal: LOOK,
    UnreadableFrontMatter: "open it, mend it, and pipe it into 'journal new':\n  gpg -d {directory}/{file}",
}


def check_pages(app: App) -> Iterator[Finding]:
    """Open all pages. Yield unreadable pages, and pages with a wrong header, name or set of recipients."""
    reading = app.archive.read_afresh()
    pages = {page.name: page for page in reading.stored}
    for trouble in reading.troubles:
        what = f"{trouble.name}: {trouble.sentence}"
        if trouble.unreadable:
            yield Finding(what, _hint(app.directory, trouble.name, trouble.kind), DAMAGED)
        elif trouble.kind is TwoVersions:
            yield Finding(what, "keep what you like of them, and save the page", OTHER)
        else:
            hint = "the sealed copy is the truth; 'journal doctor --fix' writes the header from it"
            yield Finding(what, hint, DAMAGED, _rewrite_header(app, pages[trouble.name]))
    yield from _check_recipients_of_pages(app, reading)
    yield from _check_names(app, reading)
    if reading.slow:
        hint = "pages open faster with it:\n  pip install pysequoia"
        yield Finding("pysequoia is not installed: gpg opens each page by itself, which is slower", hint, NOTE)


def _hint(directory: Path, name: str, kind: type[JournalError]) -> str:
    return HINTS.get(kind, IN_THE_PAST).format(git=git_in(directory), directory=quoted(directory), file=quoted(name))


def _rewrite_header(app: App, stored: Stored) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            app.store.rewrite(stored, stored.entry)

    return fix


def _check_recipients_of_pages(app: App, reading: Reading) -> Iterator[Finding]:
    """Yield the pages that are sealed for other keys than the recipients of today."""
    names = {page.name for page in reading.stored}
    stale = [name for name in resealing.outdated(app.store) if name in names]
    others = resealing.sealed_for_other_keys(app.store, stale)
    if others:
        hint = "'journal keys' shows for whom that is; 'journal doctor --fix' seals them anew"
        yield Finding(
            f"{files_named(others)}: sealed for other keys than those of today", hint, OTHER, app.archive.reseal
        )
        return
    older = resealing.hiding_journal_key(app.store, stale)
    rest = [name for name in stale if name not in older]
    if older:
        hint = "'gpg -d' of GnuPG 2.4 opens them and ends with an error; 'journal doctor --fix' seals them anew"
        yield Finding(
            f"{files_named(older)}: an earlier version hid the journal key too", hint, NOTE, app.archive.reseal
        )
    if rest:
        hint = "the journal opens them on every device, and 'gpg -d' does not; 'journal doctor --fix' seals them anew"
        yield Finding(f"{files_named(rest)}: not sealed for each key of today", hint, NOTE, app.archive.reseal)


def _check_names(app: App, reading: Reading) -> Iterator[Finding]:
    """Yield the names of files that show a date in a journal that hides dates."""
    manifest = app.keyring.manifest
    if not manifest.hidden:
        return
    names = [page.name for page in reading.stored if not Path(page.name).name.startswith(page.entry.id)]
    if names:
        hint = "give it a name such as k7/k7q2m9xa.md.asc: its id, in a folder of the first two letters"
        yield Finding(f"{files_named(names)}: the name tells more than this journal wants to show", hint, OTHER)
