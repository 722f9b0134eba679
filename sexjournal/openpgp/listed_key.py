"""Keys as gpg lists them: names, expiry, and whether a key can keep a journal. Starts no program."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Flaw(StrEnum):
    """Why a key cannot keep a journal; empty for a good key."""

    NONE = ""
    EXPIRED = "it has expired"
    SUBKEY_EXPIRED = "its subkey has expired"
    REVOKED = "it was revoked"
    DISABLED = "it was disabled"
    NOT_VALID = "it is not valid"
    CANNOT_SIGN = "it cannot sign"
    CANNOT_SEAL = "it cannot be sealed for"

    @property
    def is_expiry(self) -> bool:
        return self in (Flaw.EXPIRED, Flaw.SUBKEY_EXPIRED)


OF_WHOLE_KEY = {"e": Flaw.EXPIRED, "r": Flaw.REVOKED, "d": Flaw.DISABLED, "i": Flaw.NOT_VALID}
OF_ABILITY = {"S": Flaw.CANNOT_SIGN, "E": Flaw.CANNOT_SEAL}


@dataclass(frozen=True, slots=True)
class Key:
    """A key: full fingerprint, first user id, flaw, and the long id of the part to seal messages for."""

    fingerprint: str
    name: str
    trouble: Flaw
    sealing_id: str


def as_key(listed: dict[str, Any]) -> Key:
    """Return a key as python-gnupg lists it."""
    name = listed["uids"][0] if listed["uids"] else ""
    ids = [key_id for key_id, info in listed.get("subkey_info", {}).items() if "e" in info["cap"]]
    return Key(listed["fingerprint"], name, _flaw(listed), ids[-1] if ids else listed["keyid"])


def ends_of(listed: dict[str, Any]) -> dict[str, datetime]:
    """Return the expiry of the key and of the parts to sign and seal with, by fingerprint; omit parts without expiry.

    A newer subkey replaces an older subkey, so only the part with the latest expiry counts.
    """
    names = {part[0]: part[2] for part in listed["subkeys"]}
    subkeys = [part for part in listed.get("subkey_info", {}).values() if part["trust"] not in ("r", "d", "i")]
    able = [[part for part in (listed, *subkeys) if ability in part["cap"]] for ability in "se"]
    last = [max(parts, key=lambda part: int(part["expires"] or 0) or math.inf) for parts in able if parts]
    return {
        names.get(part["keyid"], listed["fingerprint"]): datetime.fromtimestamp(int(part["expires"]), UTC)
        for part in (listed, *last)
        if part["expires"]
    }


def _flaw(listed: dict[str, Any]) -> Flaw:
    """Return why a key cannot keep a journal; capital letters in `cap` are the abilities of the whole key."""
    if listed["trust"] in OF_WHOLE_KEY:
        return OF_WHOLE_KEY[listed["trust"]]
    if "D" in listed["cap"]:
        return Flaw.DISABLED
    lack = next((ability for ability in OF_ABILITY if ability not in listed["cap"]), "")
    expired = [part["cap"] for part in listed.get("subkey_info", {}).values() if part["trust"] == "e"]
    if lack and lack.lower() in "".join(expired):
        return Flaw.SUBKEY_EXPIRED
    return OF_ABILITY[lack] if lack else Flaw.NONE
