"""The journal's own page: settings, recipients and the journal key, as text. Pure: opens and stores nothing.

Its front matter holds what the files may show and who may read; its body holds each recipient's certificate, the
journal key and the journal keys of before as armored blocks, so that `gpg -d journal.asc | gpg --import` brings
everything back by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from sexjournal.entry.entry import parse
from sexjournal.entry.filename import MANIFEST
from sexjournal.entry.front_matter import Value
from sexjournal.errors import BadInput, Damaged

FORMAT = 1
NAMES = ("dated", "opaque")
CLEARABLE = ("date", "kind", "tags", "with", "title", "rating")
INTRODUCTION = "This is the manifest. Keep it with the pages: it holds the key that opens them.\n"

_PUBLIC, _SECRET = "PUBLIC", "PRIVATE"
_FINGERPRINT = re.compile("[0-9A-F]{40}")
_DIGITS = 9  # of a serial; nobody changes an own page that often


@dataclass(frozen=True, slots=True)
class Recipient:
    """A key that entries are sealed for. `removed` is a date for one that no longer is; its old pages stay genuine."""

    fingerprint: str
    name: str
    added: str
    certificate: str
    removed: str = ""


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A journal key of before a recipient was removed: it opens what git remembers, and nothing is sealed for it."""

    fingerprint: str
    certificate: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the journal says of itself. `secret` is the armored journal key; `key` its fingerprint, in capitals."""

    serial: int
    names: str
    clear: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    key: str
    certificate: str
    secret: str = ""
    former: tuple[FormerKey, ...] = ()

    @property
    def current_recipients(self) -> tuple[Recipient, ...]:
        """The recipients that pages are sealed for today."""
        return tuple(recipient for recipient in self.recipients if not recipient.removed)

    @property
    def hidden(self) -> bool:
        return self.names == "opaque"

    def without_secret(self) -> Manifest:
        """Return what a device may keep in clear of it."""
        return replace(self, secret="", former=tuple(replace(key, secret="") for key in self.former))

    def changed(self, **changes: Any) -> Manifest:
        """Return the page that follows this one."""
        return replace(self, serial=self.serial + 1, **changes)

    def as_former(self) -> FormerKey:
        """Return today's journal key as one of before."""
        return FormerKey(self.key, self.certificate, self.secret)

    def compose(self) -> str:
        """Return the page as text, to be sealed."""
        from sexjournal.entry.entry import compose

        fields: dict[str, Value] = {
            "format": FORMAT,
            "serial": self.serial,
            "names": self.names,
            "clear": list(self.clear),
            "key": self.key,
            "recipients": [_listed(recipient) for recipient in self.recipients],
        }
        if self.former:
            fields["former"] = [key.fingerprint for key in self.former]
        blocks = [
            *(recipient.certificate for recipient in self.recipients),
            *(self.certificate, self.secret),
            *(block for key in self.former for block in (key.certificate, key.secret)),
        ]
        return compose(fields, "\n".join([INTRODUCTION, *(block.strip() + "\n" for block in blocks)])).text


def read(text: str) -> Manifest:
    """Read the opened page; Damaged when it is not one, BadInput when a newer journal wrote it."""
    page = parse(text)
    _known_format(page.fields)
    listed, former = page.fields.get("recipients"), _words(page.fields.get("former"))
    certificates, secrets = _blocks(page.body, _PUBLIC), _blocks(page.body, _SECRET)
    keys = 1 + len(former)
    if not isinstance(listed, list) or len(certificates) != len(listed) + keys or len(secrets) != keys:
        raise Damaged(
            f"{MANIFEST} does not hold what it should", f"git can bring an earlier one back: git log -- {MANIFEST}"
        )
    recipients = tuple(_recipient(item, certificate) for item, certificate in zip(listed, certificates, strict=False))
    return Manifest(
        serial=_number(page.fields.get("serial")),
        names=_known([_word(page.fields, "names")], NAMES)[0],
        clear=_known(_words(page.fields.get("clear")), CLEARABLE),
        recipients=recipients,
        key=_fingerprint(_word(page.fields, "key")),
        certificate=certificates[len(listed)],
        secret=secrets[0],
        former=tuple(map(FormerKey, map(_fingerprint, former), certificates[len(listed) + 1 :], secrets[1:])),
    )


def gone_back(page: Manifest, before: Manifest) -> str:
    """Say how a page that is not the one before it fails to come after it; empty when it does."""
    if page.serial < before.serial:
        return f"{MANIFEST} is older than the one this device knows"
    if page.serial == before.serial:
        return f"{MANIFEST} was written anew without a new serial"
    return "" if _fingerprints(before) <= _fingerprints(page) else f"{MANIFEST} no longer lists a key that it had"


def unconfirmed_changes(page: Manifest, before: Manifest) -> list[str]:
    """Say, a line each, what changed that only the person can confirm: who reads, the key, what files show."""
    now, then = ({one.fingerprint: one for one in known.current_recipients} for known in (page, before))
    return [
        *(
            f"the recipients of this journal have changed: {_named(now[one])} was added"
            for one in now
            if one not in then
        ),
        *(
            f"the recipients of this journal have changed: {_named(then[one])} was removed"
            for one in then
            if one not in now
        ),
        *([_new_key(removed=not then.keys() <= now.keys())] if page.key != before.key else []),
        *(
            [
                f"{MANIFEST} says anew what the files show: names {page.names}, "
                f"in clear {', '.join(page.clear) or 'nothing'}"
            ]
            if (page.names, page.clear) != (before.names, before.clear)
            else []
        ),
    ]


def _new_key(*, removed: bool) -> str:
    """Say that the journal key is another one, and that it is as it should be where a recipient was removed."""
    if removed:
        return (
            f"{MANIFEST} holds a new journal key, which follows from the removal: whoever was removed knew the old one"
        )
    return f"{MANIFEST} holds another journal key than this device knows"


def joined(
    base: Manifest,
    ours: Manifest,
    theirs: Manifest,
    make_key: Callable[[], tuple[str, str, str]],
    merged: Callable[[str, str], str],
) -> Manifest:
    """Return the page that follows two that were changed at once. Who was removed on either side is removed.

    `merged` makes one certificate out of two of the same key. Two new journal keys may each be known to somebody whom
    the other side removed, so that a third one is made.
    """
    listed = [{one.fingerprint: one for one in page.recipients} for page in (base, ours, theirs)]
    recipients = [_one_of(merged, *(page.get(one) for page in listed)) for one in {**listed[1], **listed[2]}]
    settings = theirs if (ours.names, ours.clear) == (base.names, base.clear) else ours
    keys = {key.fingerprint: key for page in (theirs, ours) for key in (*page.former, page.as_former())}
    current = ours if theirs.key == base.key else theirs
    today = (current.key, current.certificate, current.secret)
    if base.key not in (ours.key, theirs.key):
        today = make_key()
    keys.pop(today[0], None)
    return Manifest(
        max(ours.serial, theirs.serial) + 1,
        settings.names,
        settings.clear,
        tuple(recipients),
        *today,
        tuple(keys.values()),
    )


def _one_of(
    merged: Callable[[str, str], str], base: Recipient | None, ours: Recipient | None, theirs: Recipient | None
) -> Recipient:
    """Choose between what two sides say of one key: the side that changed it, and a removal before all."""
    sides = [one for one in (ours, theirs) if one]
    changed = [one for one in sides if one != base] or sides
    chosen = next((one for one in changed if one.removed), changed[0])
    return replace(chosen, certificate=reduce(merged, (one.certificate for one in sides)))


def _named(one: Recipient) -> str:
    return f"{one.name} ({one.fingerprint})"


def _listed(recipient: Recipient) -> dict[str, Value]:
    item: dict[str, Value] = {"fingerprint": recipient.fingerprint, "name": recipient.name, "added": recipient.added}
    return item | ({"removed": recipient.removed} if recipient.removed else {})


def _recipient(item: Value, certificate: str) -> Recipient:
    if not isinstance(item, dict):
        raise Damaged(f"{MANIFEST} does not list its recipients as it should")
    removed = _word(item, "removed") if "removed" in item else ""
    return Recipient(
        _fingerprint(_word(item, "fingerprint")), _word(item, "name"), _word(item, "added"), certificate, removed
    )


def _known_format(fields: Mapping[str, Value]) -> None:
    if _number(fields.get("format")) > FORMAT:
        raise BadInput("this journal was written by a newer version", "install the newest: pipx upgrade sexjournal")


def _number(value: Value) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        return int(value)
    raise Damaged(f"{MANIFEST} holds no number where it should")


def _fingerprint(word: str) -> str:
    """Return a fingerprint that is one: files are named after it."""
    if not _FINGERPRINT.fullmatch(word):
        raise Damaged(f"{MANIFEST} holds no fingerprint where it should")
    return word


def _known(words: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    found = tuple(words)
    if not set(found) <= set(known):
        raise Damaged(f"{MANIFEST} says something that this version does not know")
    return found


def _fingerprints(page: Manifest) -> set[str]:
    """All keys that a page lists: of its recipients, past ones too, and of the journal."""
    recipients, former = ((one.fingerprint for one in page.recipients), (key.fingerprint for key in page.former))
    return {page.key, *recipients, *former}


def _blocks(text: str, kind: str) -> list[str]:
    """Return the armored blocks of one kind, in order; a block that is not ended does not count."""
    begin, end = (f"-----{word} PGP {kind} KEY BLOCK-----" for word in ("BEGIN", "END"))
    blocks: list[str] = []
    lines: list[str] = []
    for line in text.split("\n"):
        if line == begin or lines:
            lines.append(line)
        if line == end and lines:
            blocks.append("\n".join(lines))
            lines = []
    return blocks


def _word(fields: Mapping[str, Value], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Damaged(f"{MANIFEST} does not say its '{name}'")
    return value


def _words(value: Value) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()
