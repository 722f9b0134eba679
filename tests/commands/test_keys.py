"""journal keys with real gpg and git: who is added opens the journal, who is removed opens nothing new."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

import pexpect
import pytest
from room import Room
from two_keys import only, readers, room_with_two_keys, sealed_for

from sexjournal.terminal.tables import in_fours


@pytest.fixture
def two(make_room: Callable[..., Room]) -> Room:
    return room_with_two_keys(make_room)


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
