"""Read fingerprints of OpenPGP keys, as typed by people. Knows no key."""

from __future__ import annotations

from sexjournal.errors import BadInput

FINGERPRINT = 40  # characters


def compact(fingerprint: str) -> str:
    """Return a fingerprint in the form of gpg: capitals without blanks or `0x`."""
    return fingerprint.replace(" ", "").upper().removeprefix("0X")


def full_fingerprint(typed: str, shown_by: str) -> str:
    """Return a whole fingerprint; BadInput for a part of a fingerprint, as a part may stand for several keys."""
    fingerprint = compact(typed)
    if len(fingerprint) != FINGERPRINT:
        raise BadInput(f"a key is named by its full fingerprint, {FINGERPRINT} characters", f"{shown_by} shows it")
    return fingerprint
