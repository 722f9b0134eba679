"""A finding of a check: a sentence, a hint, and perhaps a fix. Knows errors; knows no App and no files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sexjournal.errors import Damaged, KeyTrouble, SyncTrouble

NOTE, OTHER = 0, 1
KEY, GIT, DAMAGED = KeyTrouble.exit_code, SyncTrouble.exit_code, Damaged.exit_code


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence and a hint, as errors have them: with names of files and keys, never with a word of a page.

    `code` is the exit code for the finding, 0 for a NOTE. A finding has a `fix` only where the fix can lose no data. A
    line of the hint that begins with two blanks is a command to copy.
    """

    what: str
    hint: str
    code: int = OTHER
    fix: Callable[[], None] | None = None
    fixed: bool = False

    @property
    def weight(self) -> str:
        """Return `finding`, or `note` for a finding that does not count for the exit code."""
        return "finding" if self.code else "note"

    def to_json(self) -> dict[str, object]:
        """Return the finding as an object of JSON, for other programs."""
        hint = " ".join(self.hint.split())
        fixable = self.fix is not None
        return {"what": self.what, "hint": hint, "weight": self.weight, "fixable": fixable, "fixed": self.fixed}


def files_named(names: list[str]) -> str:
    """Return the number of files and the name of the first; for a single file only its name."""
    return names[0] if len(names) == 1 else f"{len(names)} files, such as {names[0]}"
