"""Names in a keyring or a message that are no plain text, as gpg writes them among its status lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ground import FORGED, UNASKED, WAYS, Ground, inside, made, opened
from messages import another_key, bare
from room import Room

from sexjournal.openpgp.gpg import Gpg


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
