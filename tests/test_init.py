"""journal init with real gpg and git: what it makes, what it asks, and that a second time changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pexpect
import pytest
from room import Room


def answer(terminal: pexpect.spawn[str], *exchanges: tuple[str, str]) -> str:
    """Wait for each text, answer it with a line; return everything that was printed."""
    seen = ""
    for expected, typed in exchanges:
        for text in (expected, "> "):
            terminal.expect_exact(text)
            seen += terminal.before + text
        terminal.sendline(typed)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    return " ".join((seen + terminal.before).split())


def test_it_makes_a_sealed_page_of_its_own_and_a_first_commit(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    assert {path.name for path in room.journal_dir.iterdir()} == {"journal.asc", ".git"}
    assert (room.journal_dir / "journal.asc").read_bytes().startswith(b"-----BEGIN PGP MESSAGE-----")
    assert room.git("log", "--format=%an|%ae|%s").text == "journal|journal@localhost|journal: update\n"


def test_its_own_page_brings_everything_back_with_gpg_alone(room: Room, make_room: Callable[..., Room]) -> None:
    room.journal("init", "--yes", check=0)
    opened = room.open(room.journal_dir / "journal.asc")
    assert room.fingerprint.encode() in opened
    elsewhere = make_room(keys=())
    elsewhere.gpg("--import", stdin=opened)
    listed = elsewhere.gpg("--list-secret-keys", "--with-colons").text
    assert "journal" in listed
    assert room.fingerprint in elsewhere.gpg("--list-keys", "--with-colons").text


def test_a_second_time_changes_nothing_and_says_so(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    before = (room.journal_dir / "journal.asc").read_bytes()
    again = room.journal("init", "--yes", check=0)
    assert "nothing was changed" in again.error
    assert (room.journal_dir / "journal.asc").read_bytes() == before
    assert room.git("rev-list", "--count", "HEAD").text == "1\n"


def test_without_a_terminal_it_refuses_to_guess(room: Room) -> None:
    result = room.journal("init", check=2)
    assert "no terminal" in result.error
    assert "journal init --yes" in result.error
    assert not room.journal_dir.exists()


def test_git_takes_up_sealed_files_only(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    (room.journal_dir / "notes.md").write_text("in clear")
    room.git("add", "--all", ".")
    assert room.git("status", "--porcelain").text == ""
    assert "-filter" in (room.journal_dir / ".git/info/attributes").read_text()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((), "no key to seal pages with"),
        (("expired",), "it has expired"),
        (("revoked",), "it was revoked"),
        (("signer",), "cannot be sealed for"),
    ],
)
def test_a_key_that_cannot_keep_a_journal_is_named_with_the_reason(
    make_room: Callable[..., Room], keys: tuple[str, ...], words: str
) -> None:
    room = make_room(keys=keys)
    result = room.journal("init", "--yes", check=3)
    assert words in result.error
    assert "hint: " in result.error
    assert not room.journal_dir.exists()


def test_of_several_keys_one_is_named_by_its_fingerprint(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("plain", "second"))
    assert "several keys" in room.journal("init", "--yes", check=2).error
    room.journal("init", "--yes", "--key", room.fingerprints["second"], check=0)
    assert room.fingerprints["second"] in room.open(room.journal_dir / "journal.asc").decode()


def test_a_key_is_never_named_by_less_than_its_fingerprint(room: Room) -> None:
    assert "full fingerprint" in room.journal("init", "--yes", "--key", "Test", check=2).error
    assert "not on this machine" in room.journal("init", "--yes", "--key", "A" * 40, check=3).error


def test_the_first_start_asks_plainly_and_keeps_no_answer(room: Room) -> None:
    terminal = room.terminal("init")
    seen = answer(terminal, ("Before you begin", "1"), ("Suppose someone", "2"))
    assert terminal.exitstatus == 0
    assert "18 or older" in seen
    assert "Your answer is not stored anywhere" in seen
    assert "gpg --armor --export-secret-keys" in seen
    assert "names: opaque" in room.open(room.journal_dir / "journal.asc").decode()


def test_who_is_not_safe_finds_help_and_no_journal(room: Room) -> None:
    terminal = room.terminal("init")
    seen = answer(terminal, ("Before you begin", "2"))
    assert terminal.exitstatus == 130
    assert "0800-2000" in seen
    assert not room.journal_dir.exists()


def test_it_asks_in_dutch_where_the_locale_is_dutch(room: Room) -> None:
    terminal = room.terminal("init", env={"LANG": "nl_BE.UTF-8"})
    seen = answer(terminal, ("Voor je begint", "1"), ("Stel dat iemand", "1"))
    assert terminal.exitstatus == 0
    assert "18" in seen


def test_from_several_keys_a_menu_chooses(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("plain", "second"))
    terminal = room.terminal("init", "--yes")
    answer(terminal, ("Which key is yours?", "2"))
    assert terminal.exitstatus == 0
    page = room.open(room.journal_dir / "journal.asc").decode()
    assert sum(fingerprint in page for fingerprint in room.fingerprints.values()) == 1


def test_a_new_key_is_made_by_gpg_and_pinentry_asks_for_its_passphrase(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=())
    terminal = room.terminal("init", "--yes", "--new-key", "Reed", columns=120)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0, terminal.before
    assert room.asked >= 1
    listed = room.gpg("--list-secret-keys", "--with-colons").text
    assert "Reed" in listed
    assert "cv25519" in listed


def test_a_new_key_without_a_terminal_is_refused(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=())
    assert "no terminal" in room.journal("init", "--yes", "--new-key", "Reed", check=2).error


def test_a_cancelled_passphrase_makes_nothing(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("locked",), pinentry="cancel")
    result = room.journal("init", "--yes", check=3)
    assert "passphrase was not given" in result.error
    assert not (room.journal_dir / "journal.asc").exists()
    room.pinentry = "right"
    room.journal("init", "--yes", check=0)


def test_no_gpg_on_the_machine_tells_how_to_install_it(room: Room) -> None:
    git_only = room.tools / "bin"
    git_only.mkdir()
    (git_only / "git").symlink_to("/usr/bin/git")
    result = room.journal("init", "--yes", env={"PATH": str(git_only)}, check=3)
    assert "apt install gnupg" in result.error
    assert "dnf install gnupg2" in result.error
    assert "brew install gnupg" in result.error


def test_a_gpg_that_is_too_old_is_refused(room: Room) -> None:
    old = room.tools / "bin"
    old.mkdir()
    (old / "gpg").write_text("#!/bin/sh\necho 'cfg:version:2.0.30'\n")
    (old / "gpg").chmod(0o700)
    result = room.journal("init", "--yes", env={"PATH": f"{old}:{room.env['PATH']}"}, check=3)
    assert "too old" in result.error


def test_what_files_may_show_is_checked(room: Room) -> None:
    assert "dated or opaque" in room.journal("init", "--yes", "--names", "secret", check=2).error
    assert "cannot be shown in clear" in room.journal("init", "--yes", "--clear", "body", check=2).error


def test_a_journal_that_this_device_does_not_know_is_shown_before_it_is_accepted(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    moved = room.home / "moved"
    room.journal_dir.rename(moved)
    refused = room.journal("--dir", str(moved), "list", check=2)
    assert "has not accepted this journal" in refused.error
    accepted = room.journal("--dir", str(moved), "init", "--yes", check=0)
    assert room.fingerprint in accepted.error
    room.journal("--dir", str(moved), "list", check=0)


def test_a_directory_whose_name_is_no_utf_8_is_one_like_any_other(room: Room) -> None:
    there = ("--dir", str(room.root / "data" / "lake\udcff"))
    room.journal(*there, "init", "--yes", check=0)
    room.journal(*there, "new", stdin=b"We swam.\n", check=0)
    assert room.journal(*there, "list", check=0).text.count("\n") == 1
