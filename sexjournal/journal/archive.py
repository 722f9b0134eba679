"""The journal as commands use it: read, find, save, change, remove, reseal; each change is one commit.

Asks nobody, and says what it has to say through a voice that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sexjournal.entry.filename import id_at_end
from sexjournal.errors import Damaged, NothingFound, SyncTrouble
from sexjournal.git.names import CHECKOUT_RECORD
from sexjournal.journal.store import Store

if TYPE_CHECKING:
    from sexjournal.drafts.drafts import Drafts
    from sexjournal.entry.entry import Entry
    from sexjournal.journal.commits import Commits, Voice
    from sexjournal.journal.reading import Reading, Stored, Trouble
    from sexjournal.keys.keyring import Keyring
    from sexjournal.search.filters import Filters


class Archive:
    """One journal: its pages, its keys and its commits. `make_commits` is called once something is to be committed."""

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        voice: Voice,
        today: Callable[[], date],
        make_commits: Callable[[], Commits],
    ) -> None:
        self.store = store
        self._drafts = drafts
        self._voice = voice
        self._today = today
        self._make_commits = make_commits
        self._reading: Reading | None = None
        self.has_damage = False

    @cached_property
    def commits(self) -> Commits:
        """Return the commits of the journal, made when first needed: git is slow to start."""
        return self._make_commits()

    # reading

    def read(self) -> Reading:
        """Read the journal, once until it changes; say what is damaged or foreign, and go on with the rest."""
        if self._reading is None:
            self._drafts.sweep()
            self._finish_checkout()
            self._reading = self.store.read(self._voice.progress("reading"))
            if self._reading.slow:
                self._voice.say("pysequoia is not installed: gpg opens each page by itself, which is slower")
            for trouble in self._reading.troubles:
                self._say_trouble(trouble)
        return self._reading

    def read_afresh(self) -> Reading:
        """Open every file again, without the index; the caller says what is wrong with them."""
        return self.store.read(self._voice.progress("reading"), fresh=True)

    def forget_reading(self) -> None:
        """Forget the pages that were read, because files changed."""
        self._reading = None

    def select(self, filters: Filters) -> list[Stored]:
        """Return the pages that the filters let through, newest first."""
        from sexjournal.search.filters import select

        reading = self.read()
        by_id = {stored.entry.id: stored for stored in reading.stored}
        try:
            entries = select(reading.entries, filters, self._today())
        except NothingFound:
            _refuse_unreadable(reading, filters.refs)
            raise
        return [by_id[entry.id] for entry in entries]

    def find(self, ref: str) -> Stored:
        """Return the one page that REF names."""
        from sexjournal.search.filters import Filters
        from sexjournal.search.references import check_unambiguous

        matches = self.select(Filters(refs=(ref,)))
        check_unambiguous([stored.entry for stored in matches], ref)
        return matches[0]

    def find_again(self, stored: Stored) -> Stored:
        """Return a page as it is by now; another command may have changed it while the person answered."""
        self.forget_reading()
        return self.find(stored.entry.id)

    def _say_trouble(self, trouble: Trouble) -> None:
        self._voice.say(f"{trouble.name}: {trouble.sentence}")
        self.has_damage = self.has_damage or trouble.unreadable

    # changing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the journal, and commit at the end what the block wrote, also when it failed in the middle."""
        with self.store.locked():
            try:
                yield
            finally:
                self.commit_held()

    def commit(self) -> None:
        """Commit what is on the disk."""
        with self.transaction():
            pass

    def commit_held(self) -> None:
        """Do the same; the caller holds the journal. Trouble with git is only said: the next commit follows."""
        try:
            self.commit_or_raise()
        except SyncTrouble as trouble:
            self._voice.say(f"saved, not committed: {trouble.sentence}")

    def commit_or_raise(self) -> None:
        """Commit what is on the disk; the caller holds the journal. SyncTrouble when git needs a hand."""
        self.forget_reading()
        try:
            self.commits.make()
        finally:
            self.has_damage = self.has_damage or self.commits.left_out_damage

    def save(self, entry: Entry) -> Stored:
        """Write a new page and commit it."""
        stored = self.store.save(entry)
        self.commit()
        return stored

    def change(self, changes: Iterable[tuple[Stored, Entry]]) -> int:
        """Write changed pages, those that really changed, and commit them together; return how many.

        The journal is held until the commit, so that git keeps what two commands write at once both times.
        """
        changed = [(stored, entry) for stored, entry in changes if entry.text != stored.entry.text]
        if changed:
            with self.transaction():
                for stored, entry in changed:
                    self.store.rewrite(stored, entry)
        return len(changed)

    def remove(self, pages: Iterable[Stored]) -> None:
        """Remove pages in one commit."""
        with self.transaction():
            for stored in pages:
                self.store.remove(stored)

    # keys

    def change_keys(self, change: Callable[[Keyring], None]) -> None:
        """Change who can open the journal, and commit the new manifest."""
        with self.transaction():
            change(self.store.keyring)

    def reseal(self) -> None:
        """Reseal every outdated page and commit; say which pages do not open, and leave them."""
        with self.store.locked():
            self.reseal_held()

    def reseal_held(self) -> None:
        """Do the same; the caller holds the journal."""
        from sexjournal.journal import resealing
        from sexjournal.keys import members

        try:
            outdated = resealing.outdated(self.store)
            troubles = resealing.reseal(self.store, outdated, self._voice.progress("sealing"))
            for trouble in troubles:
                self._say_trouble(trouble)
            if not any(trouble.transient for trouble in troubles):  # a damaged page would be tried for ever
                members.end_resealing(self.store.keyring)
        finally:
            self.commit_held()

    def _finish_checkout(self) -> None:
        """Finish what a killed `journal sync` began, before anything is read."""
        if (self.store.directory / CHECKOUT_RECORD).exists():
            self.commit()


def _refuse_unreadable(reading: Reading, refs: Iterable[str]) -> None:
    """Raise Damaged when a REF names a file that is there and holds no page."""
    for trouble in reading.troubles:
        if trouble.unreadable and id_at_end(trouble.name).startswith(tuple(refs)):
            raise Damaged(f"{trouble.name}: {trouble.sentence}", "git can show its past: git log -- FILE")
