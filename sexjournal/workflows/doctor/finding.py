"""What a check found: a sentence, what to do about it, and perhaps what does it. Knows nothing of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sexjournal.errors import Damaged, KeyTrouble, SyncTrouble

NOTE, OTHER = 0, 1
KEY, GIT, DAMAGED = KeyTrouble.exit_code, SyncTrouble.exit_code, Damaged.exit_code


@dataclass(frozen=True, slots=True)
class Finding:
    """Sentences as errors have them: names of files and keys, never a word of a page.

    `code` is the exit code that it calls for; a NOTE is worth knowing and calls for none. `fix` is there only where
    nothing can be lost by it. A line of the hint that begins with two blanks is a command to copy.
    """

    what: str
    hint: str
    code: int = OTHER
    fix: Callable[[], None] | None = None
    fixed: bool = False

    @property
    def weight(self) -> str:
        return "finding" if self.code else "note"

    def told(self) -> dict[str, object]:
        """Return it for another program."""
        hint = " ".join(self.hint.split())
        fixable = self.fix is not None
        return {"what": self.what, "hint": hint, "weight": self.weight, "fixable": fixable, "fixed": self.fixed}


def some(names: list[str]) -> str:
    """Return how many there are, and the first of them by name."""
    return names[0] if len(names) == 1 else f"{len(names)} files, such as {names[0]}"
