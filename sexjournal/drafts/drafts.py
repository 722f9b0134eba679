"""The drafts of one journal: pages being written, pages of killed commands, pages written out for another command.

Knows places.py and draft.py, and the journal that each draft belongs to; no editors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sexjournal.drafts import draft as draft_files
from sexjournal.drafts import places
from sexjournal.drafts.draft import About, Draft, UnstoredDraft

EDITING_SPACE = 4 * 1024 * 1024  # bytes to keep free for a page and the files of an editor


class Drafts:
    """The drafts of the journal in `directory`; `now` is the clock."""

    def __init__(self, directory: Path, environ: Mapping[str, str], now: Callable[[], datetime]) -> None:
        self._directory = str(directory)
        self._environ = environ
        self._now = now

    @contextmanager
    def begin(
        self, purpose: str, ref: str, text: str, *, page_id: str = "", written: bool = False, optional: bool = False
    ) -> Iterator[Draft]:
        """Write a page to memory-backed storage, and leave the page there when the block fails.

        With `written`, the text is already the person's own, and worth keeping without a change. With `optional`, go
        on without such a place: then only the safety after a kill is lost.
        """
        self.sweep()
        page = text.encode("utf-8", "surrogateescape")
        try:
            place = places.find_place(self._environ)
        except places.NoPrivatePlace:
            if not (written or optional):
                raise
            yield UnstoredDraft(page)  # no editor needs the file
            return
        places.require_space(place, 2 * len(page) + EDITING_SPACE)
        about = About(purpose, ref, self._directory, self._now().isoformat(), page_id)
        draft = Draft.create(place, about, b"" if written else page)
        with draft:
            if written:
                draft.write(page)
            yield draft

    @contextmanager
    def temporary_directory(self, size: int) -> Iterator[Path]:
        """Yield an empty directory in memory-backed storage with space for `size` bytes, and wipe it afterwards.

        The directory is inside a draft without words, so the next command wipes the directory of a killed one.
        """
        self.sweep()
        place = places.find_place(self._environ)
        places.require_space(place, 2 * size + EDITING_SPACE)
        draft = Draft.create(place, About("run", "", self._directory), b"")
        try:
            directory = draft.path / "pages"
            directory.mkdir()
            yield directory
        finally:
            draft.wipe()

    def sweep(self) -> None:
        """Wipe the drafts of killed commands that hold no words, such as the pages of `run`."""
        for draft in self._swept():
            draft.keep()

    def leftovers(self) -> list[Draft]:
        """Return and lock the drafts of this journal that killed or failed commands left."""
        drafts = self._swept()
        for draft in drafts:
            if draft.about.journal != self._directory:
                draft.keep()
        return [draft for draft in drafts if draft.lock >= 0]

    def at_work(self) -> list[Path]:
        """Return the drafts of this journal that other commands use: open in an editor, or written out for `run`."""
        drafts = [draft for place in places.all_places(self._environ) for draft in draft_files.in_use(place)]
        return [draft.path for draft in drafts if draft.about.journal == self._directory]

    def _swept(self) -> list[Draft]:
        return [draft for place in places.all_places(self._environ) for draft in draft_files.sweep(place)]
