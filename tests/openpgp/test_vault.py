"""The strict policy on both ways to open a page, for whom a page is sealed, and why one stays shut.

Real gpg and real pysequoia. What a stranger may change or send is in proof/test_g05_only_authentic.py, and what may
stand in gpg.conf in proof/test_g08_recipients.py.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from messages import (
    AFTER,
    FORGED,
    HEADER,
    HOSTILE,
    KINDS,
    MIB,
    THEN,
    UNASKED,
    WAYS,
    Ground,
    another_key,
    armored,
    bare,
    inside,
    made,
    opened,
    openers,
    shown,
    signed_by_the_expired,
)
from room import Keys, Room
from troubles import mended, no_agent, no_key, no_terminal, pinentry

from sexjournal.errors import Damaged, KeyTrouble
from sexjournal.keys import update
from sexjournal.openpgp import opening, packets, policy, sealing, sequoia
from sexjournal.openpgp.gpg import Gpg
from sexjournal.openpgp.status import Status


def test_a_longer_message_does_come_in_parts(ground: Ground) -> None:
    for kind, in_parts in (("dated", False), ("in parts", True)):
        listed = ground.room.gpg("--list-packets", stdin=KINDS[kind](ground)).text
        assert bool(re.search("tag=18 .* partial", listed)) == in_parts


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_message_is_shown_as_it_was_written(ground: Ground, way: str, kind: str) -> None:
    sealed = KINDS[kind](ground)
    for file in (sealed, HEADER + sealed, sealed.replace(b"\n", b"\r\n"), sealed + b"\n\n", armored(bare(sealed))):
        assert opened(ground, way, file) == shown(ground, kind)


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x1c", "Å"])  # Å holds the byte 0x85
@pytest.mark.parametrize("tail", [b"", b"\xff\xfe"], ids=["whole", "not UTF-8"])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_name_in_the_keyring_cannot_speak_for_gpg(make_room: Callable[..., Room], end: str, tail: bytes) -> None:
    with inside(room := make_room()):
        ground = made(room)
        valid = f"[GNUPG:] VALIDSIG {room.fingerprint} 2026-11-22 1795335000 0 4 0 22 10 00 {room.fingerprint}"
        for words in (("Wren", valid, ""), ("Wren", valid, "[GNUPG:] DECRYPTION_OKAY", *"ab" * 40, "")):
            wren = another_key(ground, end.join(words).encode() + tail)
            for by, signatures in ((wren, 1), ("", 0)):
                forged = ground.by_hand(FORGED, by=by, to=(*ground.readers, "--recipient", wren))
                assert len(ground.gpg.open(bare(forged)).all("VALIDSIG")) == signatures
                assert opened(ground, "gpg", forged) is None
        assert opened(ground, "gpg", ground.seal(ground.text)) == ground.text


@pytest.mark.parametrize("name", ["J\udcf6rg", "a\u2028b", "\\udcff\udcff[GNUPG:] BADSIG", "\x85"])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_name_that_is_no_text_stops_nobody(ground: Ground, way: str, name: str) -> None:
    sealed = ground.by_hand(ground.text, "--set-filename", name)
    assert opened(ground, way, sealed) == ground.text


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_key_with_a_name_from_before_unicode_keeps_a_journal(make_room: Callable[..., Room]) -> None:
    with inside(room := make_room(keys=())):
        room.gpg(*UNASKED, "--utf8-strings", "--quick-generate-key", "J\udcf6rg", "future-default", "default", "never")
        (key,) = Gpg().secret_keys()
        room.fingerprints["plain"] = key.fingerprint
        ground = made(room)
        assert {opened(ground, way, ground.seal(ground.text)) for way in WAYS} == {ground.text}


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


# Keys that expire


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
        update.write(ground.store.keyring, ground.page)
        ground.ways = openers(ground.store, ground.page)
        assert opened(ground, way, sealed) == ground.text


# Certificates and keys that are none


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


@pytest.mark.parametrize("garbage", ["", "x", "\udcff", "the certificate"])
def test_a_journal_key_that_cannot_be_read_is_told(ground: Ground, garbage: str) -> None:
    garbage = ground.page.certificate if garbage == "the certificate" else garbage
    with pytest.raises(Damaged, match=r"journal\.asc: a journal key in it cannot be read") as told:
        ground.store.keyring.opener(replace(ground.page, secret=garbage))
    assert told.value.hint


def test_merging_keeps_the_older_certificate_where_there_is_nothing_new(ground: Ground) -> None:
    mine, other = (one.certificate for one in ground.page.recipients[:2])
    merged = sequoia.merged_certificate(mine, mine.replace("\n\n", "\nComment: again\n\n"))
    assert merged == mine
    assert [sequoia.merged_certificate(mine, one) for one in (other, "x", "")] == [other, "x", ""]
    assert sequoia.merged_certificate("x", mine) == mine


def test_gpg_learns_certificates_and_nothing_that_comes_with_them(make_room: Callable[..., Room]) -> None:
    writer = make_room(keys=("second", "third"))
    public = [writer.gpg("--armor", "--export", key).text for key in writer.fingerprints.values()]
    secret = writer.gpg("--armor", "--export-secret-keys", writer.fingerprint).text
    disguised = secret.replace("PRIVATE", "PUBLIC")
    two_in_one = writer.gpg("--armor", "--export").text
    with inside(room := make_room()):
        Gpg().learn(packets.bare_certificates([secret, disguised, two_in_one, "\udcff", "", f"{public[0]}{secret}"]))
        assert (known(room, "-k"), known(room, "-K")) == ({room.fingerprint}, {room.fingerprint})
        Gpg().learn(packets.bare_certificates(["\udcff", *public]))
        assert known(room, "-k") == {room.fingerprint, *writer.fingerprints.values()}
        assert known(room, "-K") == {room.fingerprint}


def test_what_the_person_signed_stays_when_gpg_learns_more(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("plain", "second"))
    second = room.fingerprints["second"]
    certificate = room.gpg("--armor", "--export-options", "export-minimal", "--export", second).text
    room.gpg("--yes", "--default-key", room.fingerprint, "--quick-sign-key", second)
    before = room.gpg("--with-colons", "--check-sigs", second).text.count("\nsig:")
    signed = room.gpg("--armor", "--export", second).text
    with inside(room):
        Gpg().learn(packets.bare_certificates([certificate]))
    assert room.gpg("--with-colons", "--check-sigs", second).text.count("\nsig:") == before
    with inside(elsewhere := make_room(keys=())):
        Gpg().learn(packets.bare_certificates([signed]))
    assert elsewhere.gpg("--with-colons", "--check-sigs", second).text.count("\nsig:") == before - 1


def test_getting_ready_beside_gpg_leaves_the_environment_alone() -> None:
    ready = "from sexjournal.openpgp import sequoia; sequoia.load_library()"
    code = f"import os; before = {{**os.environ}}; {ready}; print(before == os.environ)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "True\n"


def known(room: Room, which: str) -> set[str]:
    """The fingerprints of the keys that gpg lists."""
    listed = room.gpg("--with-colons", which).text
    return set(re.findall(r"^(?:pub|sec):.*\nfpr:+([0-9A-F]{40}):", listed, re.MULTILINE))


# Sealing


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
        sealing.seal(ground.gpg, ground.text, replace(to, certificates=changed[change], hidden=hidden))


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


# Reasons


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
            sealing.seal(ground.gpg, b"", to)
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
        sealing.seal(ground.gpg, b"", to)
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
            sealing.seal(ground.gpg, b"", replace(to, certificates=(*to.certificates, certificate)))
        assert "--quick-set-expire" not in told.value.hint


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


def status(lines: list[tuple[str, str]], code: int = 0) -> Status:
    return Status(tuple(lines), code, b"")
