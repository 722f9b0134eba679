"""Why a page did not open or could not be sealed: each reason has a sentence and a hint, with real gpg."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ground import FORGED, Ground, inside, made
from messages import armored, bare
from room import Keys, Room
from troubles import mended, no_agent, no_key, no_terminal, pinentry

from sexjournal.errors import Damaged, KeyTrouble
from sexjournal.openpgp import opening, sealing


@pytest.fixture(scope="module")
def locked(keys_of_run: Keys) -> Iterator[Ground]:
    """A journal whose key needs a passphrase, and three messages of it."""
    with Room(keys_of_run, ("locked", "second")) as room, inside(room):
        yield made(room)


REASONS = {
    "wrong": (pinentry("wrong"), "the passphrase was not right"),
    "cancelled": (pinentry("cancel"), "the passphrase was not given"),
    "no pinentry": (pinentry("missing"), "no pinentry could be started to ask for the passphrase"),
    "pinentry died": (pinentry("dies"), "pinentry ended before a passphrase was given"),
    "no terminal": (no_terminal, "there is no terminal to ask for the passphrase"),
    "no key": (no_key, "the key {fingerprint} is not on this machine"),
    "no agent": (no_agent, "gpg-agent does not answer"),
}


def trouble(arrange: Callable[[Room], None], ground: Ground, work: Callable[[], object]) -> KeyTrouble:
    """What is said when the work is done in a room arranged like that."""
    arrange(ground.room)
    try:
        with pytest.raises(KeyTrouble) as told:
            work()
    finally:
        mended(ground.room)
    return told.value


def own(ground: Ground, sealed: bytes) -> bytes:
    return opening.open_with_gpg(ground.gpg, sealed, ground.room.fingerprint, [ground.room.fingerprint])


def test_every_reason_has_a_sentence_and_a_hint_of_its_own(locked: Ground) -> None:
    sealed = locked.seal(locked.text)
    for work in (lambda: own(locked, sealed), lambda: locked.seal(locked.text)):
        told = {name: trouble(arrange, locked, work) for name, (arrange, _) in REASONS.items()}
        fingerprint = locked.room.fingerprint
        expected = {name: sentence.format(fingerprint=fingerprint) for name, (_, sentence) in REASONS.items()}
        assert {name: one.sentence for name, one in told.items()} == expected
        assert len({one.hint for one in told.values()} - {""}) == len(REASONS)
        assert {one.exit_code for one in told.values()} == {3}
        assert own(locked, sealed) == locked.text


@pytest.mark.parametrize("name", REASONS)
def test_hidden_readers_do_not_turn_trouble_with_the_key_into_damage(locked: Ground, name: str) -> None:
    sealed = locked.seal(locked.text, hidden=True)
    told = trouble(REASONS[name][0], locked, lambda: own(locked, sealed))
    assert re.search("passphrase|pinentry|not on this machine|gpg-agent", told.sentence)
    assert "another key" not in told.sentence
    assert told.hint
    assert own(locked, sealed) == locked.text


@pytest.mark.parametrize("hidden", [False, True])
def test_what_no_key_of_this_device_opens_is_no_trouble_with_the_key(locked: Ground, hidden: bool) -> None:
    message = bytearray(bare(locked.seal(locked.text, hidden=hidden)))
    own(locked, armored(bytes(message)))
    message[60] ^= 1
    foreign = Path(locked.room.tools / "foreign.asc")
    foreign.write_bytes(locked.journal_key.read_bytes())
    others = locked.by_hand(FORGED, by="locked", to=("-F" if hidden else "-f", str(foreign)))
    told = []
    for sealed in (armored(bytes(message)), others):
        with pytest.raises(Damaged) as damaged:
            own(locked, sealed)
        told.append(damaged.value.sentence)
    assert hidden or len(set(told)) == 2


@pytest.mark.parametrize(("key", "words"), [("expired", "it has expired"), ("revoked", "it was revoked")])
def test_a_key_that_can_no_longer_seal_is_told_with_what_helps(
    make_room: Callable[..., Room], key: str, words: str
) -> None:
    with inside(room := make_room(keys=("plain", key))):
        ground = made(room)
        to = replace(ground.store.keyring.recipients_of(ground.store.keyring.trust), signer=room.fingerprints[key])
        with pytest.raises(KeyTrouble, match=words) as told:
            sealing.seal_signed(ground.gpg, b"", to)
    assert room.fingerprints[key] in told.value.sentence
    assert told.value.hint


@pytest.mark.parametrize("hidden", [False, True])
def test_another_readers_key_that_can_no_longer_be_sealed_for_is_named(ground: Ground, hidden: bool) -> None:
    room, key = ground.room, ground.room.fingerprints["expired"]
    certificate = room.tools / f"{key}.asc"
    certificate.write_bytes(room.gpg("--armor", "--export", key).out)
    to = ground.store.keyring.recipients_of(ground.store.keyring.trust)
    to = replace(to, certificates=(certificate, *to.certificates), hidden=hidden)
    sentence = f"^the key {key} that this journal is sealed for has expired$"
    with inside(room), pytest.raises(KeyTrouble, match=sentence) as told:
        sealing.seal_signed(ground.gpg, b"", to)
    with inside(room):
        ended = ground.gpg.certificate_ends(certificate)
    assert len(ended) == 2
    assert set(re.findall(rf"gpg --quick-set-expire {key} 2y(?: (\w+))?", told.value.hint)) == {*ended, ""} - {key}
    assert f"'journal keys remove {key}' does without it" in told.value.hint


def test_another_readers_key_that_was_revoked_is_named_too(make_room: Callable[..., Room]) -> None:
    with inside(room := make_room(keys=("plain", "revoked"))):
        ground, key = made(room), room.fingerprints["revoked"]
        (certificate := room.tools / f"{key}.asc").write_text(ground.gpg.certificate(key))
        to = ground.store.keyring.recipients_of(ground.store.keyring.trust)
        with pytest.raises(KeyTrouble, match=f"^the key {key} .* can no longer be used$") as told:
            sealing.seal_signed(ground.gpg, b"", replace(to, certificates=(*to.certificates, certificate)))
        assert "--quick-set-expire" not in told.value.hint
