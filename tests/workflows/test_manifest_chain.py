"""Own pages that follow one another, when one of the devices is stolen: its key is genuine, and it can write there.

What it writes by hand is sealed and signed with its key as the program would; only what the page says is another thing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pairs import Pair, answered, joined
from room import Room

# Seals a manifest of the thief's into the journal. The lines in the middle make the manifest.
WRITE = """
import os
from dataclasses import replace
from sexjournal.openpgp import sealing, sequoia
from sexjournal.app import App
from sexjournal.keys.manifest import FormerKey, Recipient

app = App()
keyring = app.keyring
page = keyring.unlock()
mine, other = page.recipients[-1], page.recipients[0]
{made}
text = page.compose().encode()
(app.directory / "journal.asc").write_bytes(sealing.seal_signed(app.gpg, text, keyring.recipients_of(keyring.trust)))
"""
NO_KEY = "'-----BEGIN PGP {0} KEY BLOCK-----\\n\\nAAAA\\n-----END PGP {0} KEY BLOCK-----'"
PUBLIC, SECRET = NO_KEY.format("PUBLIC"), NO_KEY.format("PRIVATE")

CLAIMS = {
    "my key under the name of yours": "recipients = (replace(other, certificate=mine.certificate), mine)\n"
    "page = page.changed(recipients=recipients)",
    "a reader of no key": f"one = Recipient('A' * 40, 'x', '2026-01-01', {PUBLIC}, '2026-01-02')\n"
    "page = page.changed(recipients=(*page.recipients, one))",
    "a journal key in a file of yours": f"page = page.changed(former=(FormerKey('{{victim}}', {PUBLIC}, {SECRET}),))",
    "another journal key under the name of this one": "key = sequoia.make_key()\n"
    "page = page.changed(certificate=key[1], secret=key[2])",
    "another secret under the name of this one": "page = page.changed(secret=sequoia.make_key()[2])",
    "a reader less": "page = page.changed(recipients=(mine,))",
    "nobody else, with a former key": "page = page.changed(former=(replace(page.as_former(), fingerprint='B' * 40),))",
    "a serial that never ends": "page = replace(page, serial=10**4000)",
    "the same serial": "page = replace(page, clear=('title',))",
    "a setting that there is not": "page = page.changed(clear=('body',))",
    "a way to name files that there is not": "page = page.changed(names='titled')",
    "too much": "long = mine.certificate.replace('\\n\\n', f'\\nComment: {os.urandom(10**6).hex()}\\n\\n')\n"
    "page = page.changed(recipients=(other, replace(mine, certificate=long)))",
}


@dataclass
class Stolen:
    """The person's device, one that was stolen from them, and the remote of both."""

    here: Room
    thief: Room
    remote: Path

    def write(self, made: str) -> None:
        """Put a manifest of the thief's into their journal."""
        self.thief.run(sys.executable, "-c", WRITE.format(made=made), check=0)

    def push(self) -> None:
        self.thief.git("commit", "--quiet", "--all", "--message", "journal: update")
        self.thief.git("push", "--quiet", "origin", "HEAD:main")

    def refused(self, room: Room) -> str:
        """What a sync says that takes nothing in."""
        before = {path: path.read_bytes() for path in room.journal_dir.glob("*.asc")}
        listed = room.journal("keys", check=0).out
        result = room.journal("sync", "--quiet", check=4)
        assert {path: path.read_bytes() for path in room.journal_dir.glob("*.asc")} == before
        assert room.journal("keys", check=0).out == listed
        assert room.journal("list", check=0).error == ""
        return result.error


@pytest.fixture
def stolen(pair: Pair) -> Stolen:
    return Stolen(pair.here, pair.there, pair.remote)


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_a_stolen_device_claims_is_not_taken_in(stolen: Stolen, claim: str) -> None:
    victim = stolen.here.home / "journal-key.asc"
    victim.write_bytes(b"the only copy")
    stolen.write(CLAIMS[claim].replace("{victim}", str(victim.with_suffix(""))))
    stolen.push()
    assert "journal.asc" in stolen.refused(stolen.here)
    assert victim.read_bytes() == b"the only copy"
    stolen.here.journal("keys", "remove", stolen.here.fingerprints["second"], "--yes", check=0)


def test_a_manifest_that_is_as_it_should_be_is_taken_in(stolen: Stolen) -> None:
    """The control: written in the same way, with nothing wrong in it."""
    stolen.write("page = page.changed()")
    stolen.push()
    stolen.here.journal("sync", "--quiet", check=0)
    assert (stolen.here.journal_dir / "journal.asc").read_bytes() == (
        stolen.thief.journal_dir / "journal.asc"
    ).read_bytes()


def test_who_was_removed_does_not_come_back_over_the_removal(stolen: Stolen, make_room: Callable[..., Room]) -> None:
    here, thief = stolen.here, stolen.thief
    here.journal("keys", "add", here.fingerprints["locked"], "--yes", check=0)
    here.journal("sync", check=0)
    answered(thief, "y")
    tablet = joined(here, stolen.remote, "locked", make_room)
    here.journal("keys", "remove", here.fingerprints["second"], "--yes", check=0)
    here.journal("sync", check=0)
    thief.git("fetch", "--quiet", "origin")
    thief.git("fetch", "--quiet", str(tablet.journal_dir))
    stolen.write("page = replace(page, serial=9)")
    thief.git("add", "journal.asc")
    tree = thief.git("write-tree").text.strip()
    commit = thief.git("commit-tree", tree, "-p", "origin/main", "-m", "journal: update").text.strip()
    thief.git("push", "--quiet", "origin", f"{commit}:main")
    assert "was removed" in stolen.refused(tablet)


def test_a_step_that_is_shown_and_taken_back_is_noticed(stolen: Stolen) -> None:
    old = (stolen.thief.journal_dir / "journal.asc").read_bytes()
    stolen.write("page = page.changed()")
    stolen.thief.git("commit", "--quiet", "--all", "--message", "journal: update")
    (stolen.thief.journal_dir / "journal.asc").write_bytes(old)
    stolen.push()
    assert "went back to an older one" in stolen.refused(stolen.here)


UNSIGNED = {
    "of a newer version": b"---\nformat: 99\nserial: 9\n---\n",
    "with a serial that never ends": b"---\nformat: 1\nserial: " + b"9" * 5000 + b"\n---\n",
    "of many beginnings": b"---\nformat: 1\n---\n" + b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n" * 10_000,
    "of letters that are none": b"---\nformat: 1\n---\n\xff\xfe\n",
    "of front matter that is none": b"---\n{[\n---\n",
    "of nothing": b"",
}


@pytest.mark.parametrize("kind", UNSIGNED)
def test_what_nobody_signed_is_not_listened_to(stolen: Stolen, kind: str) -> None:
    here = stolen.here
    readers = [f"--recipient={here.fingerprints[name]}" for name in ("plain", "second")]
    sealed = here.gpg("--armor", "--trust-model=always", "--encrypt", *readers, stdin=UNSIGNED[kind]).out
    (stolen.thief.journal_dir / "journal.asc").write_bytes(sealed)
    stolen.push()
    known = here.gpg("--list-keys", "--fingerprint").out
    assert "not signed" in stolen.refused(here) or "damaged" in stolen.refused(here)
    assert here.gpg("--list-keys", "--fingerprint").out == known
