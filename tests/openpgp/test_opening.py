"""The strict policy on both ways to open a page: genuine messages, bombs, keys that expire, unreadable certificates.

Real gpg and real pysequoia. What a stranger may change or send is in proof/test_g05_only_authentic.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ground import MIB, WAYS, Ground, inside, made, opened, openers
from hostile import HOSTILE
from messages import AFTER, HEADER, KINDS, THEN, armored, bare, shown, signed_by_the_expired
from room import Room

from sexjournal.errors import Damaged
from sexjournal.keys import manifest_update
from sexjournal.openpgp import policy


def test_a_longer_message_does_come_in_parts(ground: Ground) -> None:
    for kind, in_parts in (("dated", False), ("in parts", True)):
        listed = ground.room.gpg("--list-packets", stdin=KINDS[kind](ground)).text
        assert bool(re.search("tag=18 .* partial", listed)) == in_parts


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_message_is_shown_as_it_was_written(ground: Ground, way: str, kind: str) -> None:
    sealed = KINDS[kind](ground)
    for file in (sealed, HEADER + sealed, sealed.replace(b"\n", b"\r\n"), sealed + b"\n\n", armored(bare(sealed))):
        assert opened(ground, way, file) == shown(ground, kind)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_bomb_does_not_fill_the_memory(ground: Ground, way: str) -> None:
    bomb = HOSTILE["a bomb"](ground)
    Path("/proc/self/clear_refs").write_text("5")  # from here on the most that was used is counted anew
    before = memory("VmRSS")
    assert opened(ground, way, bomb) is None
    assert memory("VmHWM") - before < 150 * MIB  # the largest page, twice, and what a library keeps for itself


def memory(what: str) -> int:
    """What the kernel tells of this process, in bytes: VmRSS is in use, VmHWM was at the most."""
    (found,) = re.findall(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found) * 1024


def test_a_page_signed_before_its_key_expired_stays_genuine(ground: Ground, way: str) -> None:
    assert opened(ground, way, signed_by_the_expired(ground, THEN)) == ground.text


def test_a_page_signed_after_its_key_had_expired_is_not_shown(ground: Ground, way: str) -> None:
    assert opened(ground, way, signed_by_the_expired(ground, AFTER)) is None


def test_once_the_extended_key_is_here_what_it_signed_meanwhile_is_genuine(
    make_room: Callable[..., Room], way: str
) -> None:
    with inside(room := make_room(keys=("plain", "expired"))):
        ground = made(room, former=("expired",))
        sealed = signed_by_the_expired(ground, AFTER)
        assert opened(ground, way, sealed) is None
        room.gpg("--import", str(room.tools / "extended.asc"))
        extended = [replace(one, certificate=ground.gpg.certificate(one.fingerprint)) for one in ground.page.recipients]
        ground.page = ground.page.changed(recipients=tuple(extended))
        manifest_update.write(ground.store.keyring, ground.page)
        ground.ways = openers(ground.store, ground.page)
        assert opened(ground, way, sealed) == ground.text


@pytest.mark.parametrize("garbage", ["", "x", "\udcff", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxxxx\n"])
def test_a_certificate_that_cannot_be_read_makes_nothing_genuine_and_stops_nothing_else(
    ground: Ground, garbage: str
) -> None:
    page = ground.page
    mine, others = page.recipients[0], [replace(one, certificate=garbage) for one in page.recipients[1:]]
    opener = ground.store.keyring.opener(replace(page, recipients=(mine, *others)))
    assert opener.open(ground.seal(ground.text)) == ground.text
    with pytest.raises(Damaged, match=policy.NOT_SIGNED):
        opener.open(ground.by_hand(ground.text, by="locked"))
    assert ground.store.keyring.opener(page).open(ground.by_hand(ground.text, by="locked")) == ground.text


def test_a_page_that_hides_another_device_first_is_genuine_whatever_gpg_says_at_its_end(ground: Ground) -> None:
    """gpg opens it, proves it signed and whole, and exits with 2: it tried the other device's key in vain."""
    other, plain = ground.room.fingerprints["locked"], ground.room.fingerprint
    codes = []
    for hidden in ((plain, other), (other, plain)):  # 2.2 begins at one end, 2.4 at the other
        to = (*(word for key in hidden for word in ("-R", key)), "-f", str(ground.journal_key))
        sealed = ground.by_hand(ground.text, to=to)
        assert {opened(ground, way, sealed) for way in WAYS} == {ground.text}
        codes.append(ground.room.gpg("--try-secret-key", plain, "--decrypt", stdin=sealed, check=None).code)
    assert sorted(codes) == [0, 2]
