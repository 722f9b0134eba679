"""The manifest: settings, recipients and the journal key, as text. Pure: opens and stores nothing.

The front matter holds the settings, and the name and fingerprint of each recipient. The body holds armored blocks: the
certificate of each recipient, the journal key, and the former journal keys. So `gpg -d journal.asc | gpg --import`
brings every key back by hand.
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
_DIGITS = 9  # of a serial; nobody changes a manifest that often


@dataclass(frozen=True, slots=True)
class Recipient:
    """A key that pages are sealed for.

    `removed` is the date of the removal, empty for a current recipient. Pages signed before the removal stay genuine.
    """

    fingerprint: str
    name: str
    added: str
    certificate: str
    removed: str = ""


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A journal key from before a removal. The key opens pages in git's history; no page is sealed for the key."""

    fingerprint: str
    certificate: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The settings, recipients and keys of a journal.

    `key` is the fingerprint of the journal key, in capitals; `secret` is the armored journal key.
    """

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
        """Return the recipients that pages are sealed for today."""
        return tuple(recipient for recipient in self.recipients if not recipient.removed)

    @property
    def hidden(self) -> bool:
        """Return whether files hide dates and recipients."""
        return self.names == "opaque"

    def without_secret(self) -> Manifest:
        """Return the manifest without secret keys, as a device may store it in clear."""
        return replace(self, secret="", former=tuple(replace(key, secret="") for key in self.former))

    def changed(self, **changes: Any) -> Manifest:
        """Return the next manifest: the changes applied, the serial one higher."""
        return replace(self, serial=self.serial + 1, **changes)

    def as_former(self) -> FormerKey:
        """Return the journal key of today as a former key."""
        return FormerKey(self.key, self.certificate, self.secret)

    def compose(self) -> str:
        """Return the manifest as text, to be sealed."""
        from sexjournal.entry.entry import compose

        fields: dict[str, Value] = {
            "format": FORMAT,
            "serial": self.serial,
            "names": self.names,
            "clear": list(self.clear),
            "key": self.key,
            "recipients": [_recipient_fields(recipient) for recipient in self.recipients],
        }
        if self.former:
            fields["former"] = [key.fingerprint for key in self.former]
        blocks = [
            *(recipient.certificate for recipient in self.recipients),
            *(self.certificate, self.secret),
            *(block for key in self.former for block in (key.certificate, key.secret)),
        ]
        return compose(fields, "\n".join([INTRODUCTION, *(block.strip() + "\n" for block in blocks)])).text


# reading


def parse_manifest(text: str) -> Manifest:
    """Return the manifest in opened text; Damaged when there is none, BadInput when a newer version wrote the text."""
    page = parse(text)
    _refuse_newer_format(page.fields)
    items, former = page.fields.get("recipients"), _strings(page.fields.get("former"))
    certificates, secrets = _blocks(page.body, _PUBLIC), _blocks(page.body, _SECRET)
    keys = 1 + len(former)
    if not isinstance(items, list) or len(certificates) != len(items) + keys or len(secrets) != keys:
        raise Damaged(
            f"{MANIFEST} does not hold what it should", f"git can bring an earlier one back: git log -- {MANIFEST}"
        )
    recipients = tuple(_recipient(item, certificate) for item, certificate in zip(items, certificates, strict=False))
    return Manifest(
        serial=_decimal(page.fields.get("serial")),
        names=_supported([_text_field(page.fields, "names")], NAMES)[0],
        clear=_supported(_strings(page.fields.get("clear")), CLEARABLE),
        recipients=recipients,
        key=_fingerprint(_text_field(page.fields, "key")),
        certificate=certificates[len(items)],
        secret=secrets[0],
        former=tuple(map(FormerKey, map(_fingerprint, former), certificates[len(items) + 1 :], secrets[1:])),
    )


def _recipient_fields(recipient: Recipient) -> dict[str, Value]:
    item: dict[str, Value] = {"fingerprint": recipient.fingerprint, "name": recipient.name, "added": recipient.added}
    return item | ({"removed": recipient.removed} if recipient.removed else {})


def _recipient(item: Value, certificate: str) -> Recipient:
    if not isinstance(item, dict):
        raise Damaged(f"{MANIFEST} does not list its recipients as it should")
    removed = _text_field(item, "removed") if "removed" in item else ""
    fingerprint = _fingerprint(_text_field(item, "fingerprint"))
    return Recipient(fingerprint, _text_field(item, "name"), _text_field(item, "added"), certificate, removed)


def _refuse_newer_format(fields: Mapping[str, Value]) -> None:
    if _decimal(fields.get("format")) > FORMAT:
        raise BadInput("this journal was written by a newer version", "install the newest: pipx upgrade sexjournal")


def _decimal(value: Value) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        return int(value)
    raise Damaged(f"{MANIFEST} holds no number where it should")


def _fingerprint(text: str) -> str:
    """Return the text if it is a fingerprint, Damaged otherwise: files are named after fingerprints."""
    if not _FINGERPRINT.fullmatch(text):
        raise Damaged(f"{MANIFEST} holds no fingerprint where it should")
    return text


def _supported(values: Iterable[str], allowed: Collection[str]) -> tuple[str, ...]:
    """Return the values, Damaged unless all of them are allowed."""
    values = tuple(values)
    if not set(values) <= set(allowed):
        raise Damaged(f"{MANIFEST} says something that this version does not know")
    return values


def _blocks(text: str, kind: str) -> list[str]:
    """Return the armored blocks of a kind, in order; a block without an end does not count."""
    begin, end = (f"-----{edge} PGP {kind} KEY BLOCK-----" for edge in ("BEGIN", "END"))
    blocks: list[str] = []
    lines: list[str] = []
    for line in text.split("\n"):
        if line == begin or lines:
            lines.append(line)
        if line == end and lines:
            blocks.append("\n".join(lines))
            lines = []
    return blocks


def _text_field(fields: Mapping[str, Value], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Damaged(f"{MANIFEST} does not say its '{name}'")
    return value


def _strings(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


# comparing


def succession_error(manifest: Manifest, before: Manifest) -> str:
    """Return why a manifest cannot follow the manifest `before`, empty when it can."""
    if manifest.serial < before.serial:
        return f"{MANIFEST} is older than the one this device knows"
    if manifest.serial == before.serial:
        return f"{MANIFEST} was written anew without a new serial"
    return "" if _fingerprints(before) <= _fingerprints(manifest) else f"{MANIFEST} no longer lists a key that it had"


def _fingerprints(manifest: Manifest) -> set[str]:
    """Return the fingerprints of all recipients and journal keys, removed and former ones too."""
    return {manifest.key, *_recipients_by_key(manifest.recipients), *(key.fingerprint for key in manifest.former)}


def unconfirmed_changes(manifest: Manifest, before: Manifest) -> list[str]:
    """Return a sentence for each change that the person has to confirm: recipients, journal key, settings."""
    current, previous = map(_recipients_by_key, (manifest.current_recipients, before.current_recipients))
    added = [recipient for key, recipient in current.items() if key not in previous]
    removed = [recipient for key, recipient in previous.items() if key not in current]
    changes = [_recipient_change(recipient, "added") for recipient in added]
    changes += [_recipient_change(recipient, "removed") for recipient in removed]
    if manifest.key != before.key:
        changes.append(_journal_key_change(removed=bool(removed)))
    if (manifest.names, manifest.clear) != (before.names, before.clear):
        fields = ", ".join(manifest.clear) or "nothing"
        changes.append(f"{MANIFEST} says anew what the files show: names {manifest.names}, in clear {fields}")
    return changes


def _recipient_change(recipient: Recipient, change: str) -> str:
    return f"the recipients of this journal have changed: {recipient.name} ({recipient.fingerprint}) was {change}"


def _journal_key_change(*, removed: bool) -> str:
    """Return a sentence about another journal key, as expected after a removal."""
    if removed:
        return (
            f"{MANIFEST} holds a new journal key, which follows from the removal: whoever was removed knew the old one"
        )
    return f"{MANIFEST} holds another journal key than this device knows"


def _recipients_by_key(recipients: Iterable[Recipient]) -> dict[str, Recipient]:
    return {recipient.fingerprint: recipient for recipient in recipients}


# merging


def merge_manifests(
    base: Manifest,
    local: Manifest,
    remote: Manifest,
    make_key: Callable[[], tuple[str, str, str]],
    merge_certificates: Callable[[str, str], str],
) -> Manifest:
    """Return the manifest that follows two manifests changed at once. A removal on either side counts.

    Where both sides made a new journal key, `make_key` makes a third: a recipient removed on one side may know the key
    of the other side. `make_key` returns fingerprint, certificate and secret.
    """
    in_base, in_local, in_remote = (_recipients_by_key(manifest.recipients) for manifest in (base, local, remote))
    recipients = tuple(
        _merge_recipient(merge_certificates, in_base.get(key), in_local.get(key), in_remote.get(key))
        for key in {**in_local, **in_remote}
    )
    settings = remote if (local.names, local.clear) == (base.names, base.clear) else local
    former = {key.fingerprint: key for side in (remote, local) for key in (*side.former, side.as_former())}
    side = local if remote.key == base.key else remote
    journal_key = side.key, side.certificate, side.secret
    if base.key not in (local.key, remote.key):
        journal_key = make_key()
    former.pop(journal_key[0], None)
    serial = max(local.serial, remote.serial) + 1
    return Manifest(serial, settings.names, settings.clear, recipients, *journal_key, tuple(former.values()))


def _merge_recipient(
    merge_certificates: Callable[[str, str], str],
    base: Recipient | None,
    local: Recipient | None,
    remote: Recipient | None,
) -> Recipient:
    """Return a recipient as the side that changed it has it, a removal first; both certificates are merged."""
    sides = [recipient for recipient in (local, remote) if recipient]
    changed = [recipient for recipient in sides if recipient != base] or sides
    chosen = next((recipient for recipient in changed if recipient.removed), changed[0])
    return replace(chosen, certificate=reduce(merge_certificates, (recipient.certificate for recipient in sides)))
