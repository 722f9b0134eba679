"""G12: each failure of gpg, of its key and of the manifest has its own sentence, exit code and hint."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from figures import Figures
from messages import armored, bare
from room import Keys, Room
from slices import sliced
from troubles import expires, goes, mended, no_agent, no_terminal, pinentry, revoke, with_programs


@dataclass(frozen=True, slots=True)
class Case:
    """What goes wrong, the command that meets it, and its exit code; `keys` are those of the room."""

    arrange: Callable[[Room, Keys], object]
    code: int
    words: tuple[str, ...] = ("list",)
    keys: tuple[str, ...] = ("plain", "second")


def manifest(change: Callable[[Room, bytes], bytes]) -> Callable[[Room, Keys], object]:
    """Change the manifest, behind the back of this device."""

    def arrange(room: Room, _keys: Keys) -> None:
        path = room.journal_dir / "journal.asc"
        path.write_bytes(change(room, path.read_bytes()))

    return arrange


def bent(at: int) -> Callable[[Room, bytes], bytes]:
    def change(_room: Room, sealed: bytes) -> bytes:
        message = bytearray(bare(sealed))
        message[at] ^= 1
        return armored(bytes(message))

    return change


def sealed_by(name: str, reader: str) -> Callable[[Room, bytes], bytes]:
    """The same page, signed by this key for that one."""

    def change(room: Room, sealed: bytes) -> bytes:
        text = room.gpg("--quiet", "--decrypt", stdin=sealed).out
        signer, to = room.fingerprints[name], room.fingerprints[reader]
        words = ("--armor", "--trust-model=always", "--compress-algo=none", "--sign", "--local-user", signer)
        return room.gpg(*words, "--encrypt", "--recipient", to, stdin=text).out

    return change


def foreign(room: Room, keys: Keys) -> None:
    """Sealed for a key that is not on this device."""
    manifest(sealed_by("plain", "second"))(room, keys)
    room.gpg("--yes", "--delete-secret-keys", room.fingerprints["second"])


def without_gpg(room: Room, _keys: Keys) -> None:
    room.env["PATH"] = str(with_programs(room, "git", "sh")["PATH"])


def old_gpg(room: Room, keys: Keys) -> None:
    without_gpg(room, keys)
    gpg = room.tools / "bin" / "gpg"
    gpg.write_text("#!/bin/sh\necho 'gpg (GnuPG) 2.0.30'; echo 'cfg:version:2.0.30'\n")
    gpg.chmod(0o700)


def of_room(arrange: Callable[[Room], object]) -> Callable[[Room, Keys], object]:
    return lambda room, _keys: arrange(room)


LOCKED = ("locked",)
CASES: dict[str, Case] = {
    "gpg is not there": Case(without_gpg, 3),
    "gpg is too old": Case(old_gpg, 3),
    "the agent does not answer": Case(of_room(no_agent), 3, keys=LOCKED),
    "the passphrase is wrong": Case(of_room(pinentry("wrong")), 3, keys=LOCKED),
    "the passphrase is not given": Case(of_room(pinentry("cancel")), 3, keys=LOCKED),
    "there is no pinentry": Case(of_room(pinentry("missing")), 3, keys=LOCKED),
    "the pinentry dies": Case(of_room(pinentry("dies")), 3, keys=LOCKED),
    "there is no terminal to ask on": Case(of_room(no_terminal), 3, keys=LOCKED),
    "the key is not there": Case(of_room(goes), 3),
    "the key has expired": Case(of_room(expires), 3, ("new",)),
    "the key was revoked": Case(revoke, 3, ("new",)),
    "the manifest is bent where it is sealed for this key": Case(manifest(bent(60)), 5),
    "the manifest is bent in its text": Case(manifest(bent(-60)), 5),
    "the manifest is cut": Case(manifest(lambda _room, sealed: sealed[: len(sealed) // 2]), 5),
    "the manifest is for another key": Case(foreign, 5),
    "the manifest is signed by another key": Case(manifest(sealed_by("second", "plain")), 5),
    "the manifest is not there": Case(of_room(lambda room: (room.journal_dir / "journal.asc").unlink()), 2),
}


def test_each_has_its_own_sentence_its_code_and_a_hint(
    make_room: Callable[..., Room], keys_of_run: Keys, figures: Figures
) -> None:
    chosen = sliced([*CASES], 8)
    said: dict[str, tuple[str, str]] = {}
    codes: dict[str, int] = {}
    for name in chosen:
        case = CASES[name]
        room = make_room(keys=case.keys)
        room.expect_draft()
        room.journal("init", "--yes", "--key", room.fingerprint, check=0)
        case.arrange(room, keys_of_run)
        result = room.journal(*case.words, stdin=b"We swam.\n")
        sentence, hint = re.findall("^journal: (.*)\nhint: (.*)$", result.error, re.MULTILINE)[-1]
        said[name] = (re.sub("[0-9A-F]{40}|/[^ ']*", "", sentence), hint)
        codes[name] = result.code
        if case.keys == LOCKED:
            mended(room)
    own = [name for name in chosen if list(said.values()).count(said[name]) == 1 and said[name][1]]
    figures.record("G12", "failures of gpg that have a sentence and a hint of their own", len(own), of=len(chosen))
    right = [name for name in chosen if codes[name] == CASES[name].code]
    figures.record("G12", "failures of gpg that end with the exit code of their kind", len(right), of=len(chosen))
    assert {name: said[name] for name in chosen if name not in own} == {}
    assert right == chosen


@pytest.mark.parametrize("name", ["the passphrase is wrong", "the agent does not answer"])
def test_what_was_in_the_way_is_gone_once_it_is_mended(make_room: Callable[..., Room], name: str) -> None:
    room = make_room(keys=LOCKED)
    room.journal("init", "--yes", check=0)
    room.journal("new", stdin=b"We swam.\n", check=0)
    CASES[name].arrange(room, Keys(room.tools))
    assert room.journal("list").code == 3
    mended(room)
    assert room.journal("list", check=0).text.count("\n") == 1
