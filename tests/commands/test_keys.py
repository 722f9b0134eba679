"""journal keys with real gpg and git: who is added opens the journal, who is removed opens nothing new."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace

import pexpect
import pytest
from ground import inside
from room import JOURNAL, Room
from stores import store_in

from sexjournal.keys.manifest import Manifest, Recipient, unconfirmed_changes
from sexjournal.openpgp import packets
from sexjournal.openpgp.gpg import Gpg
from sexjournal.terminal.tables import in_fours


@pytest.fixture
def two(make_room: Callable[..., Room]) -> Room:
    """A room with two keys of the person's and a journal of the first, with a page on it."""
    room = make_room(keys=("plain", "second"))
    room.journal("init", "--yes", "--key", room.fingerprint, check=0)
    room.journal("new", stdin=f"The lake, {room.canary}.\n".encode(), check=0)
    return room


def readers(room: Room) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(room.journal("keys", "list", "--json", check=0).out)
    return found


def sealed_for(room: Room, page: bytes) -> set[str]:
    """The long ids that a page is sealed for."""
    return set(packets.outline(packets.split(page)[1]).key_ids)


def only(room: Room, name: str, elsewhere: Room) -> None:
    """Give a room without keys one of this room's, and its journal."""
    secret = room.gpg("--armor", "--export-secret-keys", room.fingerprints[name]).out
    elsewhere.gpg("--import", stdin=secret)
    elsewhere.git("clone", "--quiet", str(room.journal_dir), str(elsewhere.journal_dir), cwd=elsewhere.home)


def test_the_list_shows_each_key_and_which_is_this_device(two: Room) -> None:
    (mine,) = readers(two)
    assert mine["fingerprint"] == two.fingerprint
    assert mine["this_device"] is True
    assert two.journal("keys", check=0).text.split("\t")[0] == two.fingerprint


def test_an_added_key_opens_the_journal_on_its_own_device(two: Room, make_room: Callable[..., Room]) -> None:
    second = two.fingerprints["second"]
    added = two.journal("keys", "add", second, "--yes", check=0)
    assert "Second" in added.error
    assert [one["fingerprint"] for one in readers(two)] == [two.fingerprint, second]
    two.journal("new", stdin=b"Written after it was added.\n", check=0)
    elsewhere = make_room(keys=())
    only(two, "second", elsewhere)
    elsewhere.journal("init", "--yes", check=0)
    assert len(elsewhere.journal("list", check=0).text.splitlines()) == 2
    assert elsewhere.journal("grep", "-c", two.canary, check=0)
    newest = max(elsewhere.files(), key=lambda path: b"after" in elsewhere.gpg("-qd", str(path), check=None).out)
    assert b"Written after it was added." in elsewhere.open(newest)


def test_a_page_written_there_is_genuine_here(two: Room, make_room: Callable[..., Room]) -> None:
    two.journal("keys", "add", two.fingerprints["second"], "--yes", check=0)
    elsewhere = make_room(keys=())
    only(two, "second", elsewhere)
    elsewhere.journal("init", "--yes", check=0)
    elsewhere.journal("new", stdin=b"From the other device.\n", check=0)
    two.git("pull", "--quiet", str(elsewhere.journal_dir), "main")
    assert "From the other device." in two.journal("grep", "other", check=0).text


def test_who_is_removed_opens_nothing_that_comes_after(two: Room, make_room: Callable[..., Room]) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    elsewhere = make_room(keys=())
    only(two, "second", elsewhere)
    elsewhere.journal("init", "--yes", check=0)
    (before,) = two.files()
    old = before.read_bytes()
    removed = two.journal("keys", "remove", second[:16], "--yes", check=0)
    assert "stays readable" in removed.error
    assert before.read_bytes() != old
    assert two.journal("grep", two.canary, check=0)
    elsewhere.git("pull", "--quiet", str(two.journal_dir), "main")
    assert elsewhere.gpg("--decrypt", str(elsewhere.files()[0]), check=None).code != 0
    assert elsewhere.gpg("--decrypt", str(elsewhere.journal_dir / "journal.asc"), check=None).code != 0
    assert elsewhere.journal("list").code in (3, 5)
    listed = {one["fingerprint"]: one["removed"] for one in readers(two)}
    assert listed == {two.fingerprint: "", second: "2026-11-22"}


@pytest.mark.parametrize(
    ("removed", "sentence"), [("2026-11-22", "follows from the removal"), ("", "another journal key")]
)
def test_a_new_journal_key_is_told_with_what_it_follows_from(removed: str, sentence: str) -> None:
    mine, other = (Recipient(letter * 40, letter, "2026-11-01", "") for letter in "AB")
    before = Manifest(1, "dated", (), (mine, other), "C" * 40, "")
    after = before.changed(recipients=(mine, replace(other, removed=removed)), key="D" * 40)
    assert sentence in unconfirmed_changes(after, before)[-1]
    assert len(unconfirmed_changes(after, before)) == (2 if removed else 1)


def test_what_git_remembers_from_before_a_removal_still_opens_here(two: Room) -> None:
    two.journal("keys", "add", two.fingerprints["second"], "--yes", check=0)
    gone = two.journal("list", check=0).text.split("\t")[0]
    two.journal("remove", gone, "--yes", check=0)
    two.journal("keys", "remove", two.fingerprints["second"], "--yes", check=0)
    two.journal("restore", gone, check=0)
    assert two.canary in two.journal("show", gone, check=0).text


def test_old_pages_are_sealed_for_a_new_key_when_the_person_wants_it(two: Room) -> None:
    ids_before = sealed_for(two, two.files()[0].read_bytes())
    terminal = two.terminal("keys", "add", two.fingerprints["second"])
    for question in ("May this key", "older pages"):
        terminal.expect(question)
        terminal.expect("> ")
        terminal.sendline("y")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert len(sealed_for(two, two.files()[0].read_bytes())) == len(ids_before) + 1


@pytest.mark.parametrize("names", ["dated", "opaque"])
def test_a_removal_that_was_cut_short_is_finished_by_the_next(make_room: Callable[..., Room], names: str) -> None:
    room = make_room(keys=("plain", "second"))
    room.journal("init", "--yes", "--key", room.fingerprint, "--names", names, check=0)
    for text in ("one", "two", "three"):
        room.journal("new", stdin=f"{text} {room.canary}\n".encode(), check=0)
    room.journal("keys", "add", room.fingerprints["second"], "--yes", check=0)
    first = room.files()[0]
    old = first.read_bytes()
    room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
    first.write_bytes(old)  # as if it had been killed before this one
    assert room.journal("grep", "-c", room.canary, check=0)
    room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
    assert first.read_bytes() != old
    others = [path.read_bytes() for path in room.files()[1:]]
    room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
    assert [path.read_bytes() for path in room.files()[1:]] == others


def test_a_removal_that_is_killed_is_finished_by_a_sync_too(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    for number in range(7):
        two.journal("new", stdin=f"{number} {two.canary}\n".encode(), check=0)
    before = {path: path.read_bytes() for path in two.files()}
    removal = subprocess.Popen(
        [*JOURNAL, "keys", "remove", second, "--yes"],
        env=two.environment(),
        cwd=two.home,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while two.files()[0].read_bytes() == before[two.files()[0]]:
        assert removal.poll() is None
    os.killpg(removal.pid, signal.SIGKILL)
    removal.wait()
    left = [path for path in two.files() if path.read_bytes() == before[path]]
    assert left
    two.journal("sync", check=0)
    assert [path for path in left if path.read_bytes() == before[path]] == []
    assert two.git("status", "--porcelain").out == b""
    after = [path.read_bytes() for path in two.files()]
    two.journal("sync", check=0)
    assert [path.read_bytes() for path in two.files()] == after


def test_a_page_whose_front_matter_cannot_be_read_is_sealed_anew_as_it_is(two: Room) -> None:
    two.journal("keys", "add", two.fingerprints["second"], "--yes", check=0)
    two.journal("new", stdin=b"We swam.\n", check=0)
    text = f"---\nid: aaaaaaaa\nkind: [wish\n---\n{two.canary}\n".encode()
    page = two.files()[0].with_name("2026-10-02.aaaaaaaa.md.asc")
    with inside(two):
        page.write_bytes(store_in(two.journal_dir, two.root / "state" / "journal", Gpg()).keyring.seal(text))
    before = {path: path.read_bytes() for path in two.files()}
    removed = two.journal("keys", "remove", two.fingerprints["second"], "--yes", check=5)
    assert f"journal: 2026/{page.name}: its front matter cannot be read: line 4" in removed.error
    assert [path for path in two.files() if path.read_bytes() == before[path]] == []
    assert two.open(page) == text
    assert sealed_for(two, page.read_bytes()) == sealed_for(two, two.files()[-1].read_bytes())
    two.journal("keys", "remove", two.fingerprints["second"], "--yes", check=0)


NO_MORE_FILES = """\
import errno, os

def none(*_):
    raise OSError(errno.EMFILE, "Too many open files")

os.memfd_create = none
"""


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="pages are opened in such files where there are some")
def test_pages_that_could_not_be_opened_just_then_are_sealed_anew_by_the_next_sync(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    (two.tools / "sitecustomize.py").write_text(NO_MORE_FILES)
    (page,) = two.files()
    before = page.read_bytes()
    removed = two.journal("keys", "remove", second, "--yes", env={"PYTHONPATH": str(two.tools)}, check=5)
    assert "it could not be opened just now" in removed.error
    assert page.read_bytes() == before
    two.journal("sync", check=0)
    assert page.read_bytes() != before
    after = page.read_bytes()
    two.journal("sync", check=0)
    assert page.read_bytes() == after


def test_a_page_that_is_damaged_for_good_is_not_tried_at_every_sync(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    (page,) = two.files()
    unsigned = two.gpg("--armor", "--trust-model=always", "-e", "-r", two.fingerprint, stdin=b"Not mine.\n").out
    page.write_bytes(unsigned)
    two.journal("keys", "remove", second, "--yes", check=5)
    assert two.journal("sync", check=0).error.count(page.name) == 0
    assert page.read_bytes() == unsigned


def extended(room: Room, fingerprint: str) -> None:
    """Extend a key and its subkey, in a later second than what was signed so far."""
    time.sleep(1.1)
    room.gpg("--quick-set-expire", fingerprint, "2y")
    room.gpg("--quick-set-expire", fingerprint, "2y", "*")


def test_pages_from_before_a_key_was_extended_stay_genuine(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    extended(two, two.fingerprint)
    two.journal("keys", "add", two.fingerprint, "--yes", check=0)
    two.journal("new", stdin=b"Written after it was extended.\n", check=0)
    listed = two.journal("list", check=0)
    assert (len(listed.text.splitlines()), listed.err) == (2, b"")
    own_page = (two.journal_dir / "journal.asc").read_bytes()
    two.journal("keys", "add", two.fingerprint, "--yes", check=0)
    assert (two.journal_dir / "journal.asc").read_bytes() == own_page
    before = {path: path.read_bytes() for path in two.files()}
    two.journal("keys", "remove", second, "--yes", check=0)
    assert [path for path in two.files() if path.read_bytes() == before[path]] == []
    old = next(line.split("\t")[0] for line in listed.text.splitlines())
    two.journal("tag", "add", "slow", "--to", old, check=0)
    assert two.canary in two.journal("grep", two.canary, check=0).text


def test_what_is_written_once_an_expired_key_is_extended_is_genuine_at_once(make_room: Callable[..., Room]) -> None:
    room = make_room()
    room.gpg("--quick-set-expire", room.fingerprint, "seconds=6")
    made = time.monotonic()
    room.journal("init", "--yes", check=0)
    time.sleep(max(0, made + 7.2 - time.monotonic()))
    room.gpg("--quick-set-expire", room.fingerprint, "2y")
    for number in (1, 2):
        room.journal("new", stdin=b"Later.\n", check=0)
        assert len(room.journal("list", check=0).text.splitlines()) == number


def test_a_key_that_is_extended_on_its_own_device_leaves_its_pages_genuine_on_the_others(
    two: Room, make_room: Callable[..., Room]
) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    elsewhere = make_room(keys=())
    only(two, "second", elsewhere)
    elsewhere.journal("init", "--yes", check=0)
    elsewhere.journal("new", stdin=b"From the other device.\n", check=0)
    extended(elsewhere, second)
    elsewhere.journal("keys", "add", second, "--yes", check=0)
    elsewhere.journal("new", stdin=b"From there, later.\n", check=0)
    two.git("pull", "--quiet", str(elsewhere.journal_dir), "main")
    assert len(two.journal("list", check=0).text.splitlines()) == 3


def test_a_paper_key_brings_the_journal_back_in_an_empty_home(two: Room, make_room: Callable[..., Room]) -> None:
    paper = two.journal("keys", "backup", check=0)
    assert two.asked == 1
    assert b"PRIVATE KEY" not in paper.out
    elsewhere = make_room(keys=())
    sheet = elsewhere.home / "paper.asc"
    sheet.write_bytes(paper.out)
    fingerprint = next(iter(re.findall(r"--key ([0-9A-F]{40})", paper.text)))
    opened = elsewhere.gpg("--decrypt", str(sheet)).out
    elsewhere.gpg("--import", stdin=opened)
    elsewhere.git("clone", "--quiet", str(two.journal_dir), str(elsewhere.journal_dir), cwd=elsewhere.home)
    elsewhere.journal("init", "--yes", "--key", fingerprint, check=0)
    assert two.canary in elsewhere.journal("show", "last", check=0).text
    elsewhere.journal("new", stdin=b"Begun again.\n", check=0)
    assert "Begun again." in elsewhere.journal("show", "--raw", "last", check=0).text


def test_a_paper_key_says_what_it_needs_to_open_anything(two: Room, make_room: Callable[..., Room]) -> None:
    paper = two.journal("keys", "backup", check=0)
    assert "opens nothing elsewhere until 'journal sync'" in paper.error
    (fingerprint,) = re.findall(r"gpg --change-passphrase ([0-9A-F]{40})", paper.text)
    elsewhere = make_room(keys=())
    sheet = elsewhere.home / "paper.asc"
    sheet.write_bytes(paper.out)
    elsewhere.gpg("--import", stdin=elsewhere.gpg("--decrypt", str(sheet)).out)
    before = elsewhere.asked
    elsewhere.gpg("--change-passphrase", fingerprint)
    assert elsewhere.asked > before
    elsewhere.forget()
    elsewhere.pinentry = "cancel"
    assert elsewhere.gpg("--local-user", fingerprint, "--sign", stdin=b"shut", check=None).code != 0


def test_without_its_passphrase_no_paper_key_is_made(make_room: Callable[..., Room]) -> None:
    room = make_room(pinentry="cancel")
    room.journal("init", "--yes", check=0)
    before = (room.journal_dir / "journal.asc").read_bytes()
    refused = room.journal("keys", "backup", check=3)
    assert refused.out == b""
    assert "passphrase was not given" in refused.error
    assert (room.journal_dir / "journal.asc").read_bytes() == before


def test_a_fingerprint_may_come_in_the_groups_that_it_is_shown_in(two: Room) -> None:
    shown = in_fours(two.fingerprints["second"]).split()
    assert len(shown) > 1
    two.journal("keys", "add", *shown, "--yes", check=0)
    assert [one["fingerprint"] for one in readers(two)] == [*two.fingerprints.values()]
    two.journal("keys", "remove", "--yes", *shown, check=0)
    assert [bool(one["removed"]) for one in readers(two)] == [False, True]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("add", "ABCD", "--yes"), 2, "full fingerprint"),
        (("add", "A" * 40, "--yes"), 3, "gpg does not know the key"),
        (("add", "{second}"), 2, "no terminal"),
        (("remove", "ABCDEF01", "--yes"), 1, "no key of this journal"),
        (("remove", "{plain}", "--yes"), 2, "this device"),
        (("remove", "", "--yes"), 1, "no key of this journal"),
    ],
)
def test_what_cannot_be_done_changes_nothing(two: Room, words: tuple[str, ...], code: int, sentence: str) -> None:
    before = (two.journal_dir / "journal.asc").read_bytes()
    refused = two.journal("keys", *(word.format(**two.fingerprints) for word in words), check=code)
    assert sentence in refused.error
    assert (two.journal_dir / "journal.asc").read_bytes() == before


@pytest.mark.parametrize(("key", "sentence"), [("expired", "it has expired"), ("signer", "it cannot be sealed for")])
def test_a_key_that_cannot_read_is_not_added(make_room: Callable[..., Room], key: str, sentence: str) -> None:
    room = make_room(keys=("plain", key))
    room.journal("init", "--yes", "--key", room.fingerprint, check=0)
    assert sentence in room.journal("keys", "add", room.fingerprints[key], "--yes", check=3).error


def test_a_gpg_that_is_killed_takes_no_key_out_of_the_journal(two: Room) -> None:
    """A certificate of which gpg tells nothing was kept as one without keys: then no page opened any more."""
    two.journal("keys", "add", two.fingerprints["second"], "--yes", check=0)
    commands = two.tools / "bin"
    commands.mkdir()
    real = shutil.which("gpg")
    (commands / "gpg").write_text(
        f'#!/bin/sh\ncase "$*" in *show-only* | *import-show* | *show-keys*) kill -9 $$;; esac\nexec {real} "$@"\n'
    )
    (commands / "gpg").chmod(0o700)
    hindered = {"PATH": f"{commands}:{two.env['PATH']}"}
    told = two.journal("keys", "remove", two.fingerprints["second"], "--yes", env=hindered, check=3)
    assert "gpg could not read a certificate" in told.error
    two.journal("keys", "remove", two.fingerprints["second"], "--yes", check=0)
    assert two.journal("list", check=0).error == ""
