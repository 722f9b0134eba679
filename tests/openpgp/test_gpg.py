"""Certificates that gpg learns, with real gpg."""

from __future__ import annotations

import re
from collections.abc import Callable

from ground import inside
from room import Room

from sexjournal.openpgp import packets
from sexjournal.openpgp.gpg import Gpg


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


def known(room: Room, which: str) -> set[str]:
    """The fingerprints of the keys that gpg lists."""
    listed = room.gpg("--with-colons", which).text
    return set(re.findall(r"^(?:pub|sec):.*\nfpr:+([0-9A-F]{40}):", listed, re.MULTILINE))
