"""The strict policy over gpg's answer (README, "What is protected"). Starts no program.

An opened message counts only when gpg found a single sealed packet with an integrity check, and a single valid
signature, made by a recipient. An exit code of 0 alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from sexjournal.errors import Damaged, NotSigned, Transient
from sexjournal.openpgp.packets import HIDDEN
from sexjournal.openpgp.status import Status

TRIED_IN_VAIN = 2  # gpg's exit code when it had any error to write
ONE_MESSAGE = ["BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY"]
DAMAGED_MESSAGE = "the message is damaged"
NOT_SIGNED = "it is not signed by a recipient of this journal"
NOT_JUST_NOW = "it could not be opened just now"


def verify(status: Status, signers: Collection[str]) -> None:
    """Raise Damaged unless gpg opened a single whole message, signed by a primary fingerprint in `signers`.

    Transient when a signal ended gpg.
    """
    _refuse_interrupted(status)
    if not _exit_code_allows(status) or not _is_one_message(status):
        raise Damaged(DAMAGED_MESSAGE)
    if status.has("DECRYPTION_FAILED", "BADMDC", "ERRSIG", "BADSIG", "EXPSIG", "REVKEYSIG"):
        raise Damaged("its signature does not hold")
    valid = status.all("VALIDSIG")
    if len(valid) != 1:
        raise NotSigned(NOT_SIGNED)
    if status.has("EXPKEYSIG") and not _signed_in_time(valid[0], status):
        raise Damaged("it was signed with a key that had expired")
    if valid[0].split()[-1] not in signers:
        raise NotSigned(NOT_SIGNED)


def verify_all_but_signer(status: Status) -> None:
    """Raise Damaged unless gpg opened a single whole message; the signature may be of any key, known to gpg or not.

    Transient when a signal ended gpg.
    """
    _refuse_interrupted(status)
    if not _is_one_message(status) or status.has("DECRYPTION_FAILED", "BADMDC", "BADSIG"):
        raise Damaged(DAMAGED_MESSAGE)


def _refuse_interrupted(status: Status) -> None:
    if status.code < 0:
        raise Transient(NOT_JUST_NOW)


def _exit_code_allows(status: Status) -> bool:
    """Return whether the exit code leaves the verdict to the status lines.

    gpg exits with 2 after trying a hidden recipient in vain, even if gpg then opened and verified the message. So where
    recipients are hidden (`ENC_TO <key id> ...`), 2 proves nothing.
    """
    hidden = any(rest.startswith(HIDDEN) for rest in status.all("ENC_TO"))
    return status.code == 0 or (hidden and status.code == TRIED_IN_VAIN)


def _is_one_message(status: Status) -> bool:
    """Return whether gpg opened a single sealed packet with an integrity check, and no text outside the packet."""
    return [word for word, _ in status.lines if word in ONE_MESSAGE] == ONE_MESSAGE and _has_integrity_check(status)


def _has_integrity_check(status: Status) -> bool:
    """Return whether the only DECRYPTION_INFO line names an integrity check: `<mdc method> <cipher> [<aead>]`."""
    infos = [rest.split() for rest in status.all("DECRYPTION_INFO")]
    return len(infos) == 1 and (infos[0][0] != "0" or (len(infos[0]) > 2 and infos[0][2] != "0"))


def _signed_in_time(valid: str, status: Status) -> bool:
    """Return whether the signature (VALIDSIG: third field, seconds) is older than the expiry of the signing key."""
    return all(int(valid.split()[2]) < int(rest.split()[0]) for rest in status.all("KEYEXPIRED"))
