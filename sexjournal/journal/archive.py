"""The journal for the commands: read, find, save, change, remove, reseal; each change is a commit.

Asks no questions, and prints through the `Voice` given to the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sexjournal.entry.filename import id_at_end
from sexjournal.errors import Damaged, NothingFound, SyncTrouble
from sexjournal.git.refs import CHECKOUT_RECORD
from sexjournal.journal.store import Store

if TYPE_CHECKING:
    from sexjournal.drafts.drafts import Drafts
    from sexjournal.entry.entry import Entry
    from sexjournal.journal.commits import Commits, Voice
    from sexjournal.journal.reading import Reading, Stored, Trouble
    from sexjournal.keys.keyring import Keyring
    from sexjournal.search.filters import Filters


class Archive:
    """The pages, keys and commits of a journal. `make_commits` is called at the first commit."""

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
        """Read the journal, once until the next change; print each trouble, and return the readable pages."""
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
        """Open every file again, without the index; the caller prints the troubles."""
        return self.store.read(self._voice.progress("reading"), use_index=False)

    def forget_reading(self) -> None:
        """Forget the pages that were read, after files changed."""
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
        """Return the page that REF names; an error unless REF names exactly one."""
        from sexjournal.search.filters import Filters
        from sexjournal.search.references import check_unambiguous

        matches = self.select(Filters(refs=(ref,)))
        check_unambiguous([stored.entry for stored in matches], ref)
        return matches[0]

    def find_again(self, stored: Stored) -> Stored:
        """Read again and return the current version of a page: another command may have changed the page."""
        self.forget_reading()
        return self.find(stored.entry.id)

    def _say_trouble(self, trouble: Trouble) -> None:
        self._voice.say(f"{trouble.name}: {trouble.sentence}")
        self.has_damage = self.has_damage or trouble.unreadable

    # changing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock, and commit at the end whatever the block wrote, also after an error in the block."""
        with self.store.locked():
            try:
                yield
            finally:
                self.commit_held()

    def commit(self) -> None:
        """Commit the files on disk."""
        with self.transaction():
            pass

    def commit_held(self) -> None:
        """Commit the files on disk; the caller holds the lock. Only print trouble with git: the next commit follows."""
        try:
            self.commit_or_raise()
        except SyncTrouble as trouble:
            self._voice.say(f"saved, not committed: {trouble.sentence}")

    def commit_or_raise(self) -> None:
        """Commit the files on disk; the caller holds the lock. SyncTrouble when git cannot commit."""
        self.forget_reading()
        try:
            self.commits.make()
        finally:
            self.has_damage = self.has_damage or self.commits.left_out_damage

    def save(self, entry: Entry) -> Stored:
        """Write a new page and commit it."""
        stored = self.store.write(entry)
        self.commit()
        return stored

    def change(self, changes: Iterable[tuple[Stored, Entry]]) -> int:
        """Write the pages with changed text in a single commit; return the number of pages.

        The lock is held until the commit, so that two commands make two commits.
        """
        changed = [(stored, entry) for stored, entry in changes if entry.text != stored.entry.text]
        if changed:
            with self.transaction():
                for stored, entry in changed:
                    self.store.rewrite(stored, entry)
        return len(changed)

    def remove(self, pages: Iterable[Stored]) -> None:
        """Remove pages in a single commit."""
        with self.transaction():
            for stored in pages:
                self.store.remove(stored)

    # keys

    def change_keys(self, change: Callable[[Keyring], None]) -> None:
        """Change who can open the journal, and commit the new manifest."""
        with self.store.locked():
            change(self.store.keyring)
            self.commit_held()

    def reseal(self) -> None:
        """Reseal every outdated page and commit; print a trouble for each page that does not open."""
        with self.store.locked():
            self.reseal_held()

    def reseal_held(self) -> None:
        """Reseal in the same way; the caller holds the lock."""
        from sexjournal.journal import resealing
        from sexjournal.keys import members

        try:
            outdated = resealing.outdated(self.store)
            troubles = resealing.reseal(self.store, outdated, self._voice.progress("sealing"))
            for trouble in troubles:
                self._say_trouble(trouble)
            if not any(trouble.transient for trouble in troubles):  # do not wait for a damaged page for ever
                members.end_resealing(self.store.keyring)
        finally:
            self.commit_held()

    def _finish_checkout(self) -> None:
        """Finish the checkout of a killed `journal sync`, before pages are read."""
        if (self.store.directory / CHECKOUT_RECORD).exists():
            self.commit()


def _refuse_unreadable(reading: Reading, refs: Iterable[str]) -> None:
    """Raise Damaged when a REF names a file without a readable page."""
    for trouble in reading.troubles:
        if trouble.unreadable and id_at_end(trouble.name).startswith(tuple(refs)):
            raise Damaged(f"{trouble.name}: {trouble.sentence}", "git can show its past: git log -- FILE")
