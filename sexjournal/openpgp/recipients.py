"""Recipients: the keys to seal for, and the key ids in a sealed message. Opens no message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sexjournal.errors import NotForThisJournal
from sexjournal.openpgp import packets
from sexjournal.openpgp.packets import HIDDEN


@dataclass(frozen=True, slots=True)
class Recipients:
    """The keys to seal for. `signer` is the fingerprint of this device's key: a recipient too.

    `certificates` are files of the other recipients, with the journal key's last. `key_ids` are the long ids of each
    recipient, the journal key's last. With `hidden`, a message names only the journal key, the key of no person.
    """

    signer: str
    certificates: tuple[Path, ...]
    key_ids: tuple[frozenset[str], ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class JournalKey:
    """The armored secret key of a journal, and the long ids in messages for the key."""

    secret: str
    key_ids: tuple[str, ...]


def sealed_for(ids: Sequence[str], expected: Sequence[Collection[str]], *, hidden: bool) -> bool:
    """Return whether the key ids of a message stand for each expected key once, and for no other key.

    Hidden ids can only be counted; the last of the expected keys, the journal key, is never hidden.
    """
    if hidden:
        named = [key_id for key_id in ids if key_id != HIDDEN]
        return len(ids) == len(expected) and len(named) == 1 and named[0] in expected[-1]
    return len(ids) == len(expected) and all(sum(key_id in keys for key_id in ids) == 1 for keys in expected)


def message_and_keys(sealed: bytes, keys: Sequence[JournalKey]) -> tuple[bytes, Sequence[JournalKey]]:
    """Return the bare message in a sealed file, and the journal keys to try.

    NotForThisJournal when there is no such key. Earlier versions hid the journal key too: such a page hides two keys
    at least, the device's and the journal's.
    """
    _, message = packets.split(sealed)
    ids = packets.outline(message).key_ids
    named = [key for key in keys if not set(ids).isdisjoint(key.key_ids)]
    fitting = named or (keys if ids.count(HIDDEN) > 1 else ())
    if not fitting:
        raise NotForThisJournal("it is not sealed for this journal")
    return message, fitting
