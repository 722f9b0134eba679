"""The strict policy over status lines, without gpg."""

from __future__ import annotations

import pytest

from sexjournal.errors import Damaged, Transient
from sexjournal.openpgp import packets, policy
from sexjournal.openpgp.status import Status


def test_what_gpg_writes_before_its_verdict_is_never_used() -> None:
    """The verdict of each line: one that is missing, doubled or out of order is as good as none."""
    key = "A" * 40
    good = [
        *(("BEGIN_DECRYPTION", ""), ("DECRYPTION_INFO", "2 9 0"), ("PLAINTEXT", "62 0 "), ("NEWSIG", "")),
        *(("GOODSIG", "AAAA Test"), ("VALIDSIG", f"{key} 2026-11-22 1795335000 0 4 0 22 10 00 {key}")),
        *(("DECRYPTION_OKAY", ""), ("GOODMDC", ""), ("END_DECRYPTION", "")),
    ]
    hidden = [("ENC_TO", f"{packets.HIDDEN} 18 0"), *good]
    policy.verify(status(good), [key])
    policy.verify(status(hidden, code=2), [key])
    for number, line in enumerate(good):
        if line[0] in ("NEWSIG", "GOODSIG", "GOODMDC", "END_DECRYPTION"):
            continue
        for changed in (good[:number] + good[number + 1 :], [*good, line]):
            with pytest.raises(Damaged):
                policy.verify(status(changed), [key])
    bad = ("BADSIG", "ERRSIG", "EXPSIG", "REVKEYSIG", "BADMDC", "DECRYPTION_FAILED")
    refused = [status([*good, (word, "AAAA Test")]) for word in bad]
    refused += [status([*hidden, (word, "AAAA Test")], code=2) for word in bad]
    cut = [line for line in hidden if line[0] not in ("GOODSIG", "VALIDSIG")]  # as --max-output leaves it
    refused += [status(cut, code=2), status([*cut, ("ERROR", "proc 1")], code=2)]
    refused += [status(good, code=2), status(hidden, code=1), status(hidden, code=-9), status(hidden[:-3], code=2)]
    refused += [status([*good[:1], ("DECRYPTION_INFO", "0 9 0"), *good[2:]])]
    for one in refused:
        with pytest.raises(Damaged):
            policy.verify(one, [key])
    with pytest.raises(Damaged):
        policy.verify(status(good), ["B" * 40])


def test_a_gpg_that_was_killed_is_no_damage_and_is_asked_again() -> None:
    """Also after it reached the sealed data: then the index must not keep the page as damaged."""
    whole = [("BEGIN_DECRYPTION", ""), ("DECRYPTION_INFO", "2 9 0"), ("PLAINTEXT", "62 0"), ("DECRYPTION_OKAY", "")]
    for lines in (whole[:1], whole):
        with pytest.raises(Transient):
            policy.verify(status(lines, code=-9), ["A" * 40])


def status(lines: list[tuple[str, str]], code: int = 0) -> Status:
    return Status(tuple(lines), code, b"")
