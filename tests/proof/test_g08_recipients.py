"""G8: whatever stands in gpg.conf, a page is sealed for the pinned keys, for each of them, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from figures import Figures
from ground import WAYS, Ground, opened
from messages import bare
from room import Room

from sexjournal.openpgp import packets

SURPRISES = {
    "encrypt-to": "encrypt-to {second}",
    "hidden-encrypt-to": "hidden-encrypt-to {second}",
    "recipient": "recipient {second}",
    "hidden-recipient": "hidden-recipient {second}",
    "recipient-file": "recipient-file {file}",
    "default-recipient": "default-recipient {second}",
    "group of our key": "group {plain}={second}",
    "group of our key and more": "group {plain}={plain} {second}",
    "local-user": "local-user {second}",
    "default-key": "default-key {second}",
    "sender": "sender second@example.org",
    "trust-model": "trust-model direct",
    "output": "output {tools}/out",
    "comment": "comment words of mine",
    "emit-version": "emit-version",
    "set-filename": "set-filename words-of-mine",
    "set-filesize": "set-filesize 3",
    "no-armor": "no-armor",
    "textmode": "textmode",
    "rfc2440": "rfc2440",
    "rfc4880": "rfc4880",
    "openpgp": "openpgp",
    "throw-keyids": "throw-keyids",
    "no-throw-keyids": "no-throw-keyids",
    "compress-algo": "compress-algo bzip2",
    "compress-level": "compress-level 9",
    "cipher-algo": "cipher-algo 3DES",
    "digest-algo": "digest-algo RIPEMD160",
    "weak-digest": "weak-digest SHA512",
    "disable-pubkey-algo": "disable-pubkey-algo ECDH",
    "sig-notation": "sig-notation words@example.org=mine",
    "sig-policy-url": "sig-policy-url https://example.org/mine",
    "default-sig-expire": "default-sig-expire 1d",
    "ask-sig-expire": "ask-sig-expire",
    "for-your-eyes-only": "for-your-eyes-only",
    "ignore-mdc-error": "ignore-mdc-error",
    "max-output": "max-output 10",
    "list-only": "list-only",
    "dry-run": "dry-run",
    "no-default-keyring": "no-default-keyring",
    "logger-file": "logger-file {tools}/log",
    "verbose": "verbose\nverbose",
    "pinentry-mode": "pinentry-mode cancel",
    "limits": "limit-card-insert-tries 1",
}


@pytest.fixture
def surprised(ground: Ground, request: pytest.FixtureRequest) -> Iterator[Ground]:
    """The same ground, while gpg.conf holds a line that would change what gpg does."""
    conf, key = ground.room.gnupg / "gpg.conf", ground.room.tools / "second.asc"
    key.write_bytes(ground.room.gpg("--armor", "--export", ground.room.fingerprints["second"]).out)
    line = SURPRISES[request.param]
    conf.write_text(line.format(**ground.room.fingerprints, tools=ground.room.tools, file=key) + "\n")
    yield ground
    conf.unlink()


def sealing_id(room: Room, *words: str) -> str:
    """The id of the one key of a certificate that can be sealed for, as gpg lists it."""
    listed = [line.split(":") for line in room.gpg("--no-options", "--with-colons", *words).text.splitlines()]
    (found,) = (fields[4] for fields in listed if fields[0] in ("pub", "sub") and "e" in fields[11])
    return found


def pinned(ground: Ground) -> list[str]:
    """The ids of the keys that a page of the ground is for."""
    of_readers = [
        sealing_id(ground.room, "--list-keys", ground.room.fingerprints[name]) for name in ("plain", "locked")
    ]
    return sorted([*of_readers, sealing_id(ground.room, "--show-keys", str(ground.journal_key))])


@pytest.mark.parametrize("surprised", SURPRISES, indirect=True)
def test_whatever_gpg_conf_says_a_page_is_for_the_pinned_keys_and_nobody_else(
    surprised: Ground, figures: Figures
) -> None:
    ground, wrong = surprised, 0
    journal = sealing_id(ground.room, "--show-keys", str(ground.journal_key))
    for hidden, ids in ((False, pinned(ground)), (True, [*[packets.HIDDEN] * 2, journal])):
        sealed = ground.seal(ground.text, hidden=hidden)
        wrong += sorted(packets.outline(bare(sealed)).key_ids) != ids
        assert re.match(rb"-----BEGIN PGP MESSAGE-----\n\n[A-Za-z0-9+/]{64}\n", sealed)
        assert {opened(ground, way, sealed) for way in WAYS} == {ground.text}
    figures.record("G8", "surprising lines of gpg.conf", 1, least=17)
    figures.record("G8", "messages for other keys than the pinned ones", wrong, most=0)
    assert wrong == 0
    assert not {"out", "log"} & {path.name for path in ground.room.tools.iterdir()}


@pytest.mark.parametrize("surprised", SURPRISES, indirect=True)
def test_each_of_these_lines_is_one_that_gpg_understands(surprised: Ground) -> None:
    read = surprised.room.gpg("--list-config", check=None)
    assert b"gpg.conf:" not in read.err, read.error


@pytest.mark.parametrize(
    "surprised", ["encrypt-to", "hidden-encrypt-to", "recipient", "hidden-recipient", "group of our key"], indirect=True
)
def test_some_of_these_lines_do_add_readers_to_what_plain_gpg_seals(surprised: Ground, figures: Figures) -> None:
    sealed = surprised.by_hand(surprised.text)
    added = sorted(packets.outline(bare(sealed)).key_ids) != pinned(surprised)
    figures.record("G8", "control: lines that do change for whom plain gpg seals", int(added), of=1)
    assert added
