"""journal init with real gpg and git: what it makes, what it asks, and that a second time changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

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


def test_its_manifest_brings_everything_back_with_gpg_alone(room: Room, make_room: Callable[..., Room]) -> None:
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


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "nl_NO.UTF-8"])
def test_the_letters_of_a_new_keys_name_are_those_that_were_typed(make_room: Callable[..., Room], locale: str) -> None:
    """Also in a locale that is not installed."""
    room = make_room(keys=())
    terminal = room.terminal("init", "--yes", "--new-key", "Ürsula", env={"LC_ALL": locale})
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0, terminal.before
    assert ":Ürsula:" in room.gpg("--list-secret-keys", "--with-colons").text
    assert "name: Ürsula" in room.open(room.journal_dir / "journal.asc").decode()


def test_gpg_that_could_not_make_a_key_says_why(make_room: Callable[..., Room]) -> None:
    """In gpg's own words, where there are none of ours."""
    room = make_room(keys=())
    (room.gnupg / "private-keys-v1.d").write_text("in the way")
    terminal = room.terminal("init", "--yes", "--new-key", "Reed", columns=120)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 3, terminal.before
    assert "gpg could not make a key: " in terminal.before
    assert "Not a directory" in terminal.before


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


# A second device


@pytest.fixture
def shared(room: Room) -> Path:
    """A remote with a journal that the room's key alone opens."""
    remote = room.root / "remote.git"
    room.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=room.home)
    room.journal("init", "--yes", check=0)
    room.journal("sync", "--remote", str(remote), check=0)
    return remote


def let_in(room: Room, other: Room) -> None:
    """Add the other room's key to the journal, and let the remote know."""
    room.gpg("--import", stdin=other.gpg("--armor", "--export").out)
    room.journal("keys", "add", other.fingerprint, "--yes", check=0)
    room.journal("sync", check=0)


def test_a_second_device_goes_on_with_plain_init_once_its_key_was_added(
    room: Room, shared: Path, make_room: Callable[..., Room]
) -> None:
    there = make_room(keys=("second",))
    told = there.journal("init", "--from", str(shared), "--yes", check=3).error
    here, elsewhere = told.index("Type here, on this device"), told.index("and type there")
    assert here < told.index("gpg --armor --export") < elsewhere < told.index("journal keys add")
    assert "then: journal init" in told
    assert "does not open the journal yet" in there.journal("init", "--yes", check=3).error
    let_in(room, there)
    assert "accepted the journal" in there.journal("init", "--yes", check=0).error
    there.journal("sync", check=0)


def test_plain_init_goes_on_with_what_is_here_when_the_remote_does_not_answer(
    room: Room, shared: Path, make_room: Callable[..., Room]
) -> None:
    there = make_room(keys=("second",))
    there.journal("init", "--from", str(shared), "--yes", check=3)
    let_in(room, there)
    away = shared.rename(shared.with_name("away.git"))
    told = there.journal("init", "--yes", check=3).error
    assert "going on with what is here" in told
    assert "journal keys add" in told
    assert there.git("remote", "get-url", "origin").text == f"{shared}\n"
    away.rename(shared)
    there.journal("init", "--yes", check=0)


def test_where_only_the_remote_is_known_no_other_journal_is_made(make_room: Callable[..., Room]) -> None:
    there = make_room()
    url = "git://127.0.0.1:1/journal.git"
    assert "could not be tried" in there.journal("init", "--from", url, "--yes", check=4).error
    assert "cannot be reached" in there.journal("init", "--yes", check=4).error
    assert not (there.journal_dir / "journal.asc").exists()


def test_a_journal_that_opens_here_takes_nothing_in_unseen(room: Room, shared: Path) -> None:
    """What this device accepted is lost: what the remote has meanwhile is for `journal sync` to judge."""
    room.journal("new", stdin=b"The lake.\n", check=0)
    room.journal("sync", check=0)
    clone = room.root / "clone"
    room.git("clone", "--quiet", str(shared), str(clone), cwd=room.home)
    room.git("rm", "--quiet", "-r", "2026", cwd=clone)
    room.git("commit", "--quiet", "--message", "journal: update", cwd=clone)
    room.git("push", "--quiet", "origin", "HEAD:main", cwd=clone)
    shutil.rmtree(room.root / "state")
    assert "accepted the journal" in room.journal("init", "--yes", check=0).error
    assert len(room.files()) == 1
    assert "removed on another device" in room.journal("sync", check=4).error


def test_a_wrong_address_does_not_take_the_place_of_a_good_one(shared: Path, make_room: Callable[..., Room]) -> None:
    there = make_room(keys=("second",))
    there.journal("init", "--from", str(shared), "--yes", check=3)
    refused = there.journal("init", "--from", str(shared.with_name("nowhere.git")), "--yes", check=4)
    assert "the address was not kept" in refused.error
    assert "journal init --from URL" in refused.error
    assert there.git("remote", "get-url", "origin").text == f"{shared}\n"


def test_the_other_computer_is_asked_about_too(shared: Path, make_room: Callable[..., Room]) -> None:
    there = make_room(keys=("second",))
    assert "no terminal" in there.journal("init", "--from", str(shared), check=2).error
    terminal = there.terminal("init", "--from", str(shared))
    seen = answer(terminal, ("Before you begin", "2"))
    assert terminal.exitstatus == 130
    assert "0800-2000" in seen
    assert not there.journal_dir.exists()


def test_a_cancelled_passphrase_tells_that_the_journal_was_fetched(
    room: Room, shared: Path, make_room: Callable[..., Room]
) -> None:
    there = make_room(keys=("locked",), pinentry="cancel")
    let_in(room, there)
    told = there.journal("init", "--from", str(shared), "--yes", check=3).error
    assert "the journal was fetched; 'journal init' goes on" in told
    assert "nothing was changed" not in told
    assert "nothing was changed" in there.journal("init", "--yes", check=3).error
    there.pinentry = "right"
    there.journal("init", "--yes", check=0)


def test_the_hint_brings_the_manifest_back_in_a_directory_with_a_space(make_room: Callable[..., Room]) -> None:
    room = make_room()
    directory = room.root / "data" / "my journal"
    room.journal("--dir", str(directory), "init", "--yes", check=0)
    room.journal("--dir", str(directory), "new", stdin=b"The lake.\n", check=0)
    manifest = directory / "journal.asc"
    sealed = manifest.read_bytes()
    manifest.unlink()
    shutil.rmtree(room.root / "state")
    result = room.journal("--dir", str(directory), "init", "--yes", check=5)
    room.run("sh", "-c", result.error.partition("bring it back: ")[2], check=0)
    assert manifest.read_bytes() == sealed
