"""Work for several gpg processes at once. Knows no keys and no messages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

AT_ONCE = 4  # gpg processes; more of them exhaust the agent's secure memory

In = TypeVar("In")
Out = TypeVar("Out")


def at_once(work: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    """Call `work` for each item, and return the results in order; the first item alone, so that one pinentry asks."""
    from concurrent.futures import ThreadPoolExecutor

    first = [work(item) for item in items[:1]]
    with ThreadPoolExecutor(min(AT_ONCE, os.cpu_count() or 1)) as pool:
        return [*first, *pool.map(work, items[1:])]
