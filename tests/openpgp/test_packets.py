"""The outside of messages: any bytes at all end in a verdict, and real messages read as gpg itself reads them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from room import Keys, Room

from sexjournal.errors import Damaged
from sexjournal.openpgp.packets import BEGIN, END, Outline, bare_certificates, outline, split

SESSION_KEY = b"\x03" + bytes(range(1, 9)) + b"\x12the rest of it"
SEALED = b"\x01" + b"sealed data " * 5
KEY_ID = "0102030405060708"


def armored(message: bytes) -> bytes:
    """As gpg writes it, but for the checksum."""
    lines = base64.encodebytes(message) if message else b"\n"
    return BEGIN + b"\n\n" + lines + END + b"\n"


# Heads: the same packet with its length written in each way there is.


def new_head(tag: int, length: int) -> bytes:
    """The shortest head of the new format (RFC 4880 section 4.2.2)."""
    first = bytes([0xC0 | tag])
    if length < 192:
        return first + bytes([length])
    if length < 8384:
        return first + bytes([192 + (length - 192 >> 8), (length - 192) & 0xFF])
    return new_long_head(tag, length)


def new_long_head(tag: int, length: int) -> bytes:
    return bytes([0xC0 | tag, 255]) + length.to_bytes(4)


def old_head(tag: int, length: int) -> bytes:
    """The shortest head of the old format that has room for the length."""
    width = next(power for power in range(3) if length < 256 ** (1 << power))
    return bytes([0x80 | tag << 2 | width]) + length.to_bytes(1 << width)


def old_long_head(tag: int, length: int) -> bytes:
    return bytes([0x80 | tag << 2 | 2]) + length.to_bytes(4)


HEADS = {"new": new_head, "new, long": new_long_head, "old": old_head, "old, long": old_long_head}
HEADS_OF_DATA = {"new": "new", "new, long": "new, long", "old": "new", "old, long": "new, long"}


def packet(tag: int, content: bytes, head: str = "new") -> bytes:
    return HEADS[head](tag, len(content)) + content


def verdict(message: bytes) -> Outline | None:
    """What outline says; None for Damaged."""
    try:
        return outline(message)
    except Damaged:
        return None


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xd2")
@example(b"\xc1\xff\x00")
@example(b"\x86\x00\x00")
@example(BEGIN)
@example(BEGIN + b"\n\n\n" + END)
@example(BEGIN + b"\n" + END)
@example(BEGIN + b"\n\n=\n" + END)
@example(b"\n" + END + b"\n" + BEGIN)
def test_any_bytes_are_a_message_or_damaged_and_nothing_else(data: bytes) -> None:
    for file in (data, armored(data), BEGIN + b"\n\n" + data + b"\n" + END + b"\n"):
        try:
            header, message = split(file)
        except Damaged:
            continue
        assert file.startswith(header + BEGIN)
        found = verdict(message)
        assert found is None or all(re.fullmatch("[0-9A-F]{0,16}", key_id) for key_id in found.key_ids)
    verdict(data)


@given(st.binary(min_size=1, max_size=400), st.integers(0, 8))
def test_what_is_refused_is_refused_without_quoting_it(data: bytes, cut: int) -> None:
    word = b"lakeside"
    for file in (word + data, armored(word + data), armored(packet(11, word))[: -cut or None]):
        try:
            outline(split(file)[1])
        except Damaged as trouble:
            assert word.decode() not in f"{trouble.sentence} {trouble.hint}"
        else:
            pytest.fail("it should have been refused")


LENGTHS = [191, 192, 193, 255, 256, 8383, 8384, 65535, 65536, 70000]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("head", HEADS)
def test_every_way_to_write_a_length_is_read(head: str, length: int) -> None:
    # Sealed data is packet 18 or 20, and only the new format has room for such numbers.
    message = packet(1, SESSION_KEY.ljust(length), head) + packet(18, bytes(length), HEADS_OF_DATA[head])
    assert outline(message) == Outline((KEY_ID,))
    assert verdict(message + b"\x00") is None
    assert verdict(message[:-1]) is None
    assert split(armored(message)) == (b"", message)


@pytest.mark.parametrize("head", HEADS)
def test_a_message_that_is_cut_anywhere_is_damaged(head: str) -> None:
    message = packet(1, SESSION_KEY, head) * 2 + packet(18, SEALED, HEADS_OF_DATA[head])
    assert outline(message) == Outline((KEY_ID, KEY_ID))
    assert [cut for cut in range(len(message)) if verdict(message[:cut])] == []


def in_parts(content: bytes, *powers: int) -> bytes:
    """Sealed data in parts of two to these powers, and the rest (RFC 4880 section 4.2.2.4)."""
    written = b"\xd2"
    for power in powers:
        part, content = content[: 1 << power], content[1 << power :]
        written += bytes([0xE0 | power]) + part
    return written + new_head(18, len(content))[1:] + content


@pytest.mark.parametrize("powers", [(9,), (9, 9), (10, 9), (9, 0, 1)])
@pytest.mark.parametrize("rest", [0, 1, 191, 192, 8384])
def test_sealed_data_in_parts_is_read_to_its_end_and_no_further(powers: tuple[int, ...], rest: int) -> None:
    whole = packet(1, SESSION_KEY) + in_parts(bytes(sum(1 << power for power in powers) + rest), *powers)
    assert outline(whole) == Outline((KEY_ID,))
    assert [cut for cut in range(0, len(whole), 1 + len(whole) // 600) if verdict(whole[:cut])] == []
    assert verdict(whole[:-1]) is None
    for more in (b"\x00", packet(11, b"words"), packet(18, SEALED), packet(1, SESSION_KEY), whole):
        assert verdict(whole + more) is None


def test_a_packet_of_no_length_is_no_sealed_data() -> None:
    assert verdict(packet(1, SESSION_KEY) + b"\x83" + SEALED) is None


@pytest.mark.parametrize("length", range(0, 41, 4))
def test_sealed_data_that_has_no_room_for_its_check_is_damaged(length: int) -> None:
    assert verdict(packet(1, SESSION_KEY) + packet(18, bytes(length))) is None
    assert verdict(packet(1, SESSION_KEY) + packet(18, bytes(41))) is not None


@dataclass(frozen=True)
class Part:
    """A packet of a made-up message."""

    tag: int
    content: bytes
    head: str

    @property
    def written(self) -> bytes:
        return packet(self.tag, self.content, self.head)


CONTENT = st.binary(max_size=300)
KEYS = st.binary(min_size=9, max_size=300).map(b"\x03".__add__)  # version 3, the id of the key, and more
NEW_HEADS, OLD_HEADS = st.sampled_from(["new", "new, long"]), st.sampled_from(["old", "old, long"])
PARTS = st.one_of(
    st.builds(Part, st.just(1), KEYS | CONTENT, NEW_HEADS | OLD_HEADS),
    st.builds(Part, st.sampled_from([18, 18, 20]), CONTENT, NEW_HEADS),
    st.builds(Part, st.sampled_from([2, 3, 4, 8, 9, 10, 11]), CONTENT, NEW_HEADS | OLD_HEADS),
)


def expected(parts: Sequence[Part]) -> Outline | None:
    """One sealed packet, at the end, and nothing before it but session keys, of which there is one at least."""
    *before, last = parts
    sealed = last.tag in (18, 20) and len(last.content) >= 41  # bytes: so much is there when nothing is sealed
    keys = all(part.tag == 1 and part.content[:1] == b"\x03" and len(part.content) >= 10 for part in before)
    right = before and keys and sealed
    return Outline(tuple(part.content[1:9].hex().upper() for part in before)) if right else None


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_only_session_keys_and_then_one_sealed_packet_are_a_message(parts: list[Part]) -> None:
    assert verdict(b"".join(part.written for part in parts)) == expected(parts)


@given(st.lists(KEYS, min_size=1, max_size=4), st.sampled_from([18, 20]))
def test_the_keys_are_told_in_their_order(contents: list[bytes], tag: int) -> None:
    parts = [*(Part(1, content, "old") for content in contents), Part(tag, SEALED, "new")]
    assert verdict(b"".join(part.written for part in parts)) == expected(parts) is not None


# Files


MESSAGE = packet(1, SESSION_KEY) + packet(18, bytes(range(200)))
LINES = st.text("abc-: \n\ré=", max_size=60).map(lambda text: text.encode() + b"\n")


@given(LINES | st.just(b""), st.booleans(), st.text(" \t\r\n", max_size=5))
def test_clear_text_above_is_split_off_as_it_is(header: bytes, carriage: bool, blank: str) -> None:
    sealed = armored(MESSAGE).replace(b"\n", b"\r\n") if carriage else armored(MESSAGE)
    assert split(header + sealed + blank.encode()) == (header, MESSAGE)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"---\nid: k7q2m9xa\n---\nin clear\n",
        armored(MESSAGE)[: -len(END) - 1],
        armored(MESSAGE).replace(END, b"-----END PGP SIGNATURE-----"),
        armored(MESSAGE).replace(BEGIN, b"-----BEGIN PGP SIGNED MESSAGE-----"),
        armored(MESSAGE) + b"words below\n",
        armored(MESSAGE) + armored(MESSAGE),
        armored(MESSAGE).rstrip() + b"words behind\n",
        b"\xef\xbb\xbf" + armored(MESSAGE),
        b" " + armored(MESSAGE),
        b"words " + armored(MESSAGE),
        armored(MESSAGE).replace(b"\n\n", b"\nComment: words\n\n"),
        armored(MESSAGE).replace(b"\n\n", b"\nwords\n\n"),
        armored(MESSAGE).replace(b"\n\n", b"words\n\n"),
        armored(MESSAGE).replace(b"\n\n", b"\n"),
        armored(MESSAGE).replace(b"\n\n", b"\n\n=words\n"),
        armored(MESSAGE).replace(b"\n\n", b"\n\nwords in clear\n"),
        armored(MESSAGE).replace(b"\n" + END, b"\n=words in clear\n" + END),
        armored(MESSAGE).replace(b"=", b""),
        MESSAGE,
    ],
)
def test_armor_that_is_not_as_we_write_it_is_damaged(file: bytes) -> None:
    with pytest.raises(Damaged):
        split(file)


# Certificates

KEY_BEGIN, KEY_END = (f"-----{word} PGP PUBLIC KEY BLOCK-----".encode() for word in ("BEGIN", "END"))


def as_a_key(bare: bytes) -> str:
    return b"\n".join([KEY_BEGIN, b"Comment: x", b"", base64.encodebytes(bare) + KEY_END]).decode()


@given(st.text(), st.binary())
@example("", b"")
@example("\udcff", b"\xc6")
@example(KEY_BEGIN.decode(), packet(6, b"key") * 2)
@example(f"{KEY_BEGIN.decode()}\n\n", packet(13, b"name"))
@example(f"{KEY_BEGIN.decode()}\n\n{KEY_END.decode()}", packet(6, b"key") + packet(7, b"secret"))
@example("", packet(5, b"secret") + packet(6, b"key"))
def test_what_is_no_certificate_is_left_out(text: str, bare: bytes) -> None:
    good = packet(6, b"\x04 key") + packet(13, b"name") + packet(2, b"signature")
    assert list(bare_certificates([text, as_a_key(bare), as_a_key(good)])) == [good]


# Real messages


@pytest.fixture(scope="module")
def writer(keys_of_run: Keys) -> Iterator[Room]:
    with Room(keys_of_run, ("plain", "second")) as room:
        yield room


def ids_as_listed(room: Room, sealed: bytes) -> tuple[str, ...]:
    """The key ids that gpg sees on the outside of a message."""
    listed = room.gpg("--list-packets", stdin=sealed, env={"GNUPGHOME": str(room.tools)}, check=None).text
    outside = listed.partition(":encrypted data packet:")
    assert outside[1]
    return tuple(re.findall(r"^:pubkey enc packet: .* keyid ([0-9A-F]{16})$", outside[0], re.MULTILINE))


@pytest.mark.parametrize("size", [0, 100, 100_000])
@pytest.mark.parametrize(
    "words",
    [
        ("--recipient={plain}",),
        ("--recipient={plain}", "--recipient={second}"),
        ("--recipient={second}", "--hidden-recipient={plain}"),
        ("--hidden-recipient={plain}", "--hidden-recipient={second}"),
        ("--recipient={plain}", "--recipient={second}", "--sign", "--local-user={second}"),
    ],
)
def test_gpg_and_we_see_the_same_keys_on_a_message(writer: Room, words: tuple[str, ...], size: int) -> None:
    filled = [word.format(**writer.fingerprints) for word in words]
    given_length = ("--set-filesize", str(size)) if size % 100 else ()
    sealed = writer.gpg(
        *("--armor", "--trust-model=always", "--compress-algo=none", *given_length, "--encrypt", *filled),
        stdin=bytes(size),
    ).out
    header, message = split(sealed)
    assert header == b""
    listed = ids_as_listed(writer, sealed)
    assert outline(message).key_ids == listed
    assert len(listed) == sum("recipient" in word for word in words)
    armored = writer.gpg("--enarmor", stdin=message).out.replace(b"ARMORED FILE", b"MESSAGE")
    assert split(re.sub(rb"(?m)^Comment: .*\n", b"", armored)) == (b"", message)


def test_a_message_with_a_passphrase_on_it_is_refused_unopened(writer: Room) -> None:
    words = ("--armor", "--pinentry-mode=loopback", "--passphrase=trap", "--symmetric")
    for more in ((), ("--encrypt", "--trust-model=always", f"--recipient={writer.fingerprint}")):
        sealed = writer.gpg(*words, *more, stdin=b"x").out
        with pytest.raises(Damaged):
            outline(split(sealed)[1])


def test_what_is_not_sealed_is_refused_unopened(writer: Room) -> None:
    for words in (("--store",), ("--sign",)):
        with pytest.raises(Damaged):
            outline(split(writer.gpg("--armor", *words, stdin=b"x").out)[1])
    with pytest.raises(Damaged):
        split(writer.gpg("--clearsign", stdin=b"x").out)
