"""For whom a page is sealed, and what of it shows, with real gpg.

What may stand in gpg.conf is in proof/test_g08_recipients.py.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from ground import MIB, WAYS, Ground, opened
from hypothesis import example, given, settings
from hypothesis import strategies as st
from messages import bare

from sexjournal.errors import KeyTrouble
from sexjournal.openpgp import packets, sealing


@pytest.mark.parametrize(
    ("change", "hidden"),
    [("another", False), ("one less", False), ("one less", True), ("one more", False), ("one more", True)],
)
def test_certificates_that_were_changed_on_this_device_seal_nothing(ground: Ground, change: str, hidden: bool) -> None:
    to = ground.store.keyring.recipients_of(ground.store.keyring.trust)
    other = ground.room.tools / "other.asc"
    other.write_bytes(ground.room.gpg("--armor", "--export", ground.room.fingerprints["second"]).out)
    *others, journal = to.certificates
    changed = {
        "another": (other, journal),
        "one less": (journal,),
        "one more": (*others, other, journal),
    }
    with pytest.raises(KeyTrouble, match="other keys than the journal's"):
        sealing.seal_signed(ground.gpg, ground.text, replace(to, certificates=changed[change], hidden=hidden))


@settings(max_examples=40)
@given(st.binary(max_size=2000))
@example(b"")
@example("a\r\nb\rc\n\n \u2028 \ufeff🦆".encode())
@example(bytes(range(256)))
@example(packets.BEGIN + b"\n\n" + packets.END)
@example(b"[GNUPG:] BADSIG x\n")
def test_every_byte_comes_back_as_it_was_sealed(ground: Ground, data: bytes) -> None:
    for hidden in (False, True):
        sealed = ground.seal(data, hidden=hidden)
        assert {opened(ground, way, sealed) for way in WAYS} == {data}


@pytest.mark.parametrize("size", [0, 1, 191, 192, 8383, 8384, 65_535, 65_536, MIB])
@pytest.mark.parametrize("hidden", [False, True])
def test_the_page_in_a_message_is_never_cut_in_parts(ground: Ground, size: int, hidden: bool) -> None:
    sealed = ground.seal(os.urandom(size), hidden=hidden)
    listed = ground.room.gpg("--list-packets", stdin=sealed).text
    (page,) = re.findall(r"^# off=\d+ .* tag=11 .*$", listed, re.MULTILINE)
    assert "partial" not in page
    assert f"raw data: {size} bytes" in listed


def test_plain_gpg_opens_what_was_sealed_and_writes_no_other_file(ground: Ground) -> None:
    for hidden in (False, True):
        sealed = ground.seal(ground.text, hidden=hidden)
        assert ground.room.gpg("--decrypt", stdin=sealed, cwd=ground.room.home).out == ground.text
    assert list(ground.room.home.iterdir()) == []


def test_whoever_is_hidden_the_device_that_sealed_is_tried_first(ground: Ground) -> None:
    """gpg ends with an error where it tried a hidden key in vain."""
    ids = packets.outline(bare(ground.seal(ground.text, hidden=True))).key_ids
    assert ids == (packets.HIDDEN, packets.HIDDEN, *ground.store.keyring.trust.key_ids[ground.page.key])
    words = ("--try-secret-key", ground.room.fingerprint, "--decrypt")
    assert ground.room.gpg(*words, stdin=ground.seal(ground.text, hidden=True)).out == ground.text


def test_where_keys_and_lengths_are_hidden_only_the_steps_show(ground: Ground) -> None:
    sizes: dict[int, set[int]] = {}
    for length in [*range(0, 1100, 13), 255, 256, 257, 512, 513]:
        message = bare(ground.seal(os.urandom(length), hidden=True))
        assert packets.outline(message).key_ids[:2] == (packets.HIDDEN,) * 2
        sizes.setdefault(-(-length // 256), set()).add(len(message))
    # A number in a signature is now and then a byte or two shorter than it could be, whatever was signed.
    assert all(max(found) - min(found) <= 4 for found in sizes.values()), sizes
    tops = [max(found) for _, found in sorted(sizes.items())]
    assert all(252 <= later - before <= 264 for before, later in pairwise(tops)), tops


def test_without_that_the_length_does_show(ground: Ground) -> None:
    lengths = [len(bare(ground.seal(bytes(length)))) for length in range(0, 256, 16)]
    assert len(set(lengths)) > 12
