"""How much of the proof is run: all of it with JOURNAL_PROOF=full, and otherwise a small, fixed slice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

FULL = os.environ.get("JOURNAL_PROOF") == "full"

Item = TypeVar("Item")


def sliced(items: Sequence[Item], count: int) -> list[Item]:
    """All of the items in a full proof; otherwise `count` of them that stand evenly apart, always the same ones."""
    if FULL or count >= len(items):
        return list(items)
    return [items[number * len(items) // count] for number in range(count)]
