"""Each way to change a bare message: a place in the message, and the message as it became. Knows no keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from messages import head
from slices import FULL

from sexjournal.openpgp import packets

Mutant = tuple[int, bytes]


def spread(length: int, way: str, count: int) -> Iterable[int]:
    """Every place, or in the normal run on the slow way some that stand evenly apart."""
    return range(0, length, 1 if FULL or way == "pysequoia" else max(1, length // count))


def flips(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 50):
        yield at, message[:at] + bytes([message[at] ^ 1 << at % 8]) + message[at + 1 :]


def cuts(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 60):
        yield len(message), message[:at]


def insertions(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 20):
        yield at, message[:at] + bytes([at % 256]) + message[at:]


def deletions(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 20):
        yield at, message[:at] + message[at + 1 :]


def shortenings(message: bytes, way: str) -> Iterator[Mutant]:
    """Cuts that tell nobody: the length at the head of the sealed data is put right."""
    *keys, (tag, content) = packets._packets(message)
    before = b"".join(head(key, len(data)) + data for key, data in keys)
    for length in spread(len(content), way, 40):
        yield len(message), before + head(tag, length) + content[:length]


MUTATIONS = {
    "flips": flips,
    "cuts": cuts,
    "shortenings": shortenings,
    "insertions": insertions,
    "deletions": deletions,
}
