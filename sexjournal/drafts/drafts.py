"""The pages of one journal that lie in memory: in the making, left by a command that was killed, laid out for another.

Knows the places and the drafts of private.py, and which of them belong to the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sexjournal.drafts import private
from sexjournal.drafts.private import Draft

EDITING_ROOM = 4 * 1024 * 1024  # bytes kept free for a page and what its editor lays beside it


class Drafts:
    """The drafts of the journal in `directory`; `now` tells when one is begun."""

    def __init__(self, directory: Path, environ: Mapping[str, str], now: Callable[[], datetime]) -> None:
        self._directory = str(directory)
        self._environ = environ
        self._now = now

    @contextmanager
    def begin(
        self, purpose: str, ref: str, text: str, *, page_id: str = "", written: bool = False, optional: bool = False
    ) -> Iterator[Draft]:
        """Lay a page in memory-backed storage, and leave it there when the block fails.

        `written` says that these are the person's words already, so that they count as worth keeping as they are.
        `optional` goes on without such a place, where nothing but safety is lost.
        """
        self.sweep()
        page = text.encode("utf-8", "surrogateescape")
        try:
            base = private.base(self._environ)
        except private.NoPrivatePlace:
            if not (written or optional):
                raise
            yield private.Unkept(page)  # what needs no editor needs no place either: it only would have been safer
            return
        private.room(base, 2 * len(page) + EDITING_ROOM)
        about = private.About(purpose, ref, self._directory, self._now().isoformat(), page_id)
        draft = Draft.create(base, about, b"" if written else page)
        with draft:
            if written:
                draft.write(page)
            yield draft

    @contextmanager
    def laid_out(self, size: int) -> Iterator[Path]:
        """Yield an empty directory in memory-backed storage with room for `size` bytes; it is wiped afterwards.

        It stands in a draft without words, so that what a killed command leaves is wiped by the next one.
        """
        self.sweep()
        base = private.base(self._environ)
        private.room(base, 2 * size + EDITING_ROOM)
        draft = Draft.create(base, private.About("run", "", self._directory), b"")
        try:
            place = draft.path / "pages"
            place.mkdir()
            yield place
        finally:
            draft.wipe()

    def sweep(self) -> None:
        """Wipe what a killed command left in memory without words of the person's, such as what `run` laid out."""
        for draft in self._swept():
            draft.keep()

    def leftovers(self) -> list[Draft]:
        """Return the pages of this journal that were being written when something went wrong."""
        found = self._swept()
        for draft in found:
            if draft.about.journal != self._directory:
                draft.keep()
        return [draft for draft in found if draft.lock >= 0]

    def at_work(self) -> list[Path]:
        """Return where other commands have pages of this journal: in an editor, or laid out for `run`."""
        held = [draft for place in private.places(self._environ) for draft in private.held(place)]
        return [draft.path for draft in held if draft.about.journal == self._directory]

    def _swept(self) -> list[Draft]:
        return [draft for place in private.places(self._environ) for draft in private.sweep(place)]
