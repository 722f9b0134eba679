"""Lay pages out as plain read-only Markdown in memory-backed storage, for the time of one command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.entry.filename import name_in_clear
from sexjournal.system import child

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.journal.reading import Stored

READ_ONLY = 0o400


def run_with_pages(app: App, pages: Sequence[Stored], command: list[str]) -> int:
    """Run a command in a directory with these pages, wipe them, and return its exit code."""
    texts = {name_in_clear(page.name): page.entry.text.encode("utf-8", "surrogateescape") for page in pages}
    with app.drafts.temporary_directory(sum(map(len, texts.values()))) as place:
        for name, text in texts.items():
            _lay_out(place / name, text)
        return child.run(command, place, {**app.environ, "TMPDIR": str(place.parent)})


def _lay_out(path: Path, text: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    path.chmod(READ_ONLY)
