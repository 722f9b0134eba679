"""G6: what a remote learns. Every object and every reference that can be pushed is parsed, for both ways of naming.

Dated: how many pages, their dates, sizes and recipients' key ids, and when they were written. Opaque: how many, and
their size in steps; no date, no key id, no hour.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from figures import Figures
from ground import inside, recipient
from room import Room
from slices import FULL
from stores import store_in

from sexjournal.entry.entry import compose
from sexjournal.journal.sealed_file import new_id
from sexjournal.keys import manifest_update
from sexjournal.openpgp import packets
from sexjournal.openpgp.gpg import Gpg

PAGES = 1000 if FULL else 30
WORDS = ("slowly", "the lake", "laughing", "in the morning", "a towel", "the rain on the roof", "and then", "warm")
ARMOR = re.compile(
    rb"-----BEGIN PGP MESSAGE-----\n\n(?:[A-Za-z0-9+/=]{1,76}\n)+-----END PGP MESSAGE-----\n"
)  # no Comment, no Version, nothing in clear
COMMIT = re.compile(
    r"tree [0-9a-f]{40}\n(parent [0-9a-f]{40}\n)?"
    r"author journal <journal@localhost> (\d+) (\+\d{4})\n"
    r"committer journal <journal@localhost> \2 \3\n\njournal: update\n"
)
NAMES = {
    "dated": re.compile(r"journal\.asc|\d{4}|\d{4}[0-9X~?-]*\.[a-z][0-9a-z]{7}\.md\.asc"),
    "opaque": re.compile(r"journal\.asc|[a-z][0-9a-z]|[a-z][0-9a-z]{7}\.md\.asc"),
}
SEALED_FOR, SEALED = 1, 18  # the packets of RFC 4880 that a page consists of; 3 would be a passphrase


@dataclass(frozen=True, slots=True)
class Pushed:
    """One object of a repository."""

    kind: str
    data: bytes


def filled(room: Room, names: str) -> None:
    """A journal with many pages, some of them changed and removed, all committed."""
    chance = random.Random(6)
    with inside(room):
        gpg = Gpg()
        journal = store_in(room.journal_dir, room.root / "state" / "journal", gpg)
        manifest_update.create_manifest(journal.keyring, recipient(gpg, room.fingerprint), names, ())
        for number in range(PAGES):
            body = " ".join(chance.choices(WORDS, k=chance.randrange(1, 400))) + f" {room.canary}\n"
            day = f"2026-{chance.randrange(1, 12):02}-{chance.randrange(1, 29):02}"
            fields = {"id": new_id(), "kind": "experience", "date": day, "title": f"{number} {room.canary}"}
            journal.write(compose(fields, body))
    written = room.journal("new", stdin=f"We swam to {room.canary}.\n".encode(), check=0)
    room.journal("tag", "add", room.canary, "--to", written.text.strip(), check=0)
    room.journal("remove", "--yes", "-2", check=0)


def pushed(room: Room) -> tuple[list[str], list[Pushed]]:
    """The references and the objects that a remote holds after all there is was pushed to it."""
    remote = room.root / "remote.git"
    room.git("init", "--quiet", "--bare", str(remote))
    room.git("push", "--quiet", "--mirror", str(remote))
    refs = room.git("for-each-ref", "--format=%(refname)", cwd=remote).text.split()
    found = room.git("cat-file", "--batch-all-objects", "--batch", cwd=remote).out
    return refs, list(_objects(found))


def _objects(batch: bytes) -> Iterator[Pushed]:
    while batch:
        head, _, batch = batch.partition(b"\n")
        _, kind, size = head.decode().split()
        yield Pushed(kind, batch[: int(size)])
        batch = batch[int(size) + 1 :]


def tree(data: bytes) -> Iterator[tuple[str, str]]:
    """Mode and name of each entry of a tree."""
    while data:
        head, _, rest = data.partition(b"\0")
        mode, _, name = head.partition(b" ")
        yield mode.decode(), name.decode("utf-8", "backslashreplace")
        data = rest[20:]


def violations(one: Pushed, names: str, known: set[str]) -> Iterator[str]:
    """What an object tells beyond what is promised."""
    if one.kind == "commit":
        told = COMMIT.fullmatch(one.data.decode())
        if not told:
            yield "a commit that tells something"
        elif names == "opaque" and (int(told[2]) + 3600) % 86_400:  # the room's clock is an hour ahead of Greenwich
            yield "the hour of a commit"
    elif one.kind == "tree":
        yield from (f"{mode} {name}" for mode, name in tree(one.data) if not _ordinary(mode, name, names))
    elif one.kind == "blob":
        yield from _of_message(one.data, names, known)
    else:
        yield one.kind


def _ordinary(mode: str, name: str, names: str) -> bool:
    return mode == ("100644" if name.endswith(".asc") else "40000") and bool(NAMES[names].fullmatch(name))


def _of_message(data: bytes, names: str, known: set[str]) -> Iterator[str]:
    if not ARMOR.fullmatch(data):
        yield "a blob that is more than one message"
        return
    message = packets.split(data)[1]
    tags = Counter(tag for tag, _ in packets._packets(message))
    if set(tags) != {SEALED_FOR, SEALED} or tags[SEALED] != 1:
        yield f"other packets: {dict(tags)}"
    ids = set(packets.outline(message).key_ids)
    if not ids <= known:
        yield "a key id"


def key_ids(room: Room, names: str) -> set[str]:
    """The ids that a page may name: this device's and the journal key's; where names are opaque the latter alone."""
    opaque = names == "opaque"
    listed = "" if opaque else room.gpg("--with-colons", "--list-keys").text
    for path in (room.root / "state" / "journal").rglob("*.asc"):
        if path.stem != room.fingerprint:
            listed += room.gpg("--with-colons", "--show-keys", str(path)).text
    named = {line.split(":")[4] for line in listed.splitlines() if line.startswith(("pub:", "sub:"))}
    return named | ({packets.HIDDEN} if opaque else set())


@pytest.mark.parametrize("names", NAMES)
def test_a_remote_learns_no_more_than_is_promised(make_room: Callable[..., Room], figures: Figures, names: str) -> None:
    room = make_room()
    filled(room, names)
    refs, objects = pushed(room)
    known = key_ids(room, names)
    found = [told for one in objects for told in violations(one, names, known)]
    found += [ref for ref in refs if ref != "refs/heads/main"]
    found += [one.kind for one in objects if room.told_by(one.data)]
    sizes = {len(one.data) for one in objects if one.kind == "blob"}
    figures.record("G6", f"objects pushed, {names}: parsed", len(objects))
    figures.record("G6", f"of them, that tell more than is promised, {names}", len(found), most=0)
    figures.record("G6", f"different sizes among {PAGES + 3:,} sealed files, {names}", len(sizes))
    assert found == []
    assert Counter(one.kind for one in objects)["blob"] >= PAGES


def test_the_check_does_see_what_should_not_be_there() -> None:
    armor = b"-----BEGIN PGP MESSAGE-----\nComment: x\n\naaaa\n-----END PGP MESSAGE-----\n"
    commit = b"tree %s\nauthor Wren <w@x> 1 +0100\ncommitter Wren <w@x> 1 +0100\n\nThe lake\n" % (b"a" * 40)
    for one in (Pushed("blob", armor), Pushed("blob", b"clear"), Pushed("commit", commit), Pushed("tag", b"")):
        assert list(violations(one, "dated", set()))
    planted = b"".join(
        b"%s %s\0" % entry + bytes(20) for entry in ((b"120000", b"2026"), (b"100644", b".gitattributes"))
    )
    assert len(list(violations(Pushed("tree", planted), "dated", set()))) == 2
