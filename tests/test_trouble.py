"""Bad input and trouble, with real gpg, git, terminals and full disks: a clear error, its exit code, nothing lost."""

from __future__ import annotations

import errno
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from room import JOURNAL, Keys, Result, Room
from sitting import drafts, ended, remembering, window
from troubles import (
    comes_back,
    expires,
    goes,
    offered_again,
    on_a_small_disk,
    revoke,
    says,
    taken_over,
    with_nano,
    with_programs,
    writes,
)

PUBLIC = re.compile(rb"-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----\n", re.DOTALL)
SEAL = ("--armor", "--trust-model", "always", "--compress-algo", "none", "--set-filename", "", "--sign", "--encrypt")


@pytest.fixture
def kept(room: Room) -> Room:
    """A room with a journal, and one page in it."""
    room.journal("init", "--yes", check=0)
    return with_a_page(room)


@pytest.fixture
def locked(locked_room: Room) -> Room:
    """The same, with a key that a passphrase protects."""
    locked_room.journal("init", "--yes", check=0)
    return with_a_page(locked_room)


@pytest.fixture(scope="module")
def shared(keys_of_run: Keys) -> Iterator[Room]:
    """A room with a journal and one page, for the tests that change nothing."""
    with Room(keys_of_run) as room:
        room.journal("init", "--yes", check=0)
        yield with_a_page(room)


def with_a_page(room: Room) -> Room:
    room.journal("new", "--title", "The lake", stdin=f"We swam to {room.canary}.\n".encode(), check=0)
    return room


def the_id(room: Room) -> str:
    """The id of the only page."""
    (path,) = room.files()
    return path.name.split(".")[1]


def snapshot(room: Room) -> dict[str, bytes]:
    """All that the journal holds, and how long its history is."""
    found = [path for path in room.journal_dir.rglob("*") if path.is_file() and ".git" not in path.parts]
    head = room.git("rev-list", "--count", "HEAD").out
    return {"HEAD": head, **{str(path): path.read_bytes() for path in found}}


def told(error: str) -> str:
    """The sentences and hints on stderr, once they are found to be in good form."""
    sentence, hint = error.splitlines()[-2:]
    assert re.fullmatch("journal: [^A-Z].*[^.]", sentence)
    assert re.fullmatch("hint: .+", hint)
    assert "Traceback" not in error
    return error


def refused(
    room: Room, code: int, *args: str, stdin: bytes | None = None, env: dict[str, str | None] | None = None
) -> str:
    """What is said when a command fails; the journal is as it was, and no page in clear came out."""
    before = snapshot(room)
    result = room.journal(*args, stdin=stdin, env=env, check=code)
    assert (result.out, snapshot(room)) == (b"", before)
    assert room.canary not in result.error
    return told(result.error)


def refused_and_kept(room: Room, code: int, *args: str, env: dict[str, str | None] | None = None) -> str:
    """The same for a page on standard input, whose words wait in memory afterwards."""
    words = f"We dived to {room.canary}.\n".encode()
    known = drafts(room)
    said = refused(room, code, *args, stdin=words, env=env)
    (draft,) = [path for path in drafts(room) if path not in known]
    assert draft.read_bytes().endswith(words)
    assert str(draft.parent) in said
    assert "'journal' offers it again" in said
    return said


# gpg


@pytest.mark.parametrize("args", [("edit", "last"), ("list",), ("show",), ("new", "--kind", "wish")], ids=" ".join)
def test_without_gpg_the_person_hears_how_to_install_it(kept: Room, args: tuple[str, ...]) -> None:
    env = with_programs(kept, "git")
    said = (
        refused_and_kept(kept, 3, *args, env=env) if args[0] == "new" else refused(kept, 3, *args, env=env, stdin=b"x")
    )
    assert "journal: gpg is not on this machine\n" in said
    assert all(words in said for words in ("apt install gnupg", "dnf install gnupg2", "brew install gnupg"))
    kept.expect_draft()


def test_a_gpg_that_is_too_old_is_refused(kept: Room) -> None:
    env = with_programs(kept, "git", "sh")
    old = kept.tools / "bin" / "gpg"
    old.write_text("#!/bin/sh\necho 'gpg (GnuPG) 2.0.30'; echo 'cfg:version:2.0.30'\n")
    old.chmod(0o700)
    said = refused_and_kept(kept, 3, "new", env=env)
    assert "journal: this gpg is too old\nhint: journal needs 2.2 or later" in said
    assert "apt install gnupg" in said
    assert "too old" in refused(kept, 3, "list", env=env)
    kept.expect_draft()


PASSPHRASE = {
    "wrong": "the passphrase was not right",
    "cancel": "the passphrase was not given",
    "missing": "no pinentry could be started to ask for the passphrase",
    "dies": "pinentry ended before a passphrase was given",
}


@pytest.mark.parametrize("scenario", PASSPHRASE)
def test_a_passphrase_that_does_not_come_is_told_with_its_reason(locked: Room, scenario: str) -> None:
    locked.forget()
    locked.pinentry = scenario
    assert f"journal: {PASSPHRASE[scenario]}\n" in refused_and_kept(locked, 3, "new")
    for args in (("list",), ("show", "--raw"), ("edit", "last")):
        assert f"journal: {PASSPHRASE[scenario]}\n" in refused(locked, 3, *args, stdin=b"We dived.\n")
    locked.pinentry = "right"
    locked.journal("list", check=0)
    writes(locked)
    offered_again(locked)
    assert f"We dived to {locked.canary}." in says(locked)


def test_a_passphrase_that_cannot_be_asked_for_without_a_terminal_says_so(locked: Room) -> None:
    curses = shutil.which("pinentry-curses")
    if not curses:
        pytest.skip("pinentry-curses is not on this machine")
    locked.forget()
    (locked.tools / "pinentry").write_text(f'#!/bin/sh\nexec {shlex.quote(curses)} "$@"\n')
    for args in (("list",), ("edit", "last")):
        assert "journal: there is no terminal to ask for the passphrase\n" in refused(locked, 3, *args, stdin=b"x")
    said = refused_and_kept(locked, 3, "new")
    assert "journal: there is no terminal to ask for the passphrase\nhint: run it in a terminal" in said
    locked.expect_draft()


def test_a_cancelled_passphrase_is_no_damage_where_the_readers_are_hidden(locked_room: Room) -> None:
    locked_room.journal("init", "--yes", "--names", "opaque", check=0)
    with_a_page(locked_room)
    locked_room.forget()
    locked_room.pinentry = "cancel"
    assert "passphrase" in refused(locked_room, 3, "list")


def test_a_passphrase_cancelled_while_the_page_was_written_loses_nothing(locked: Room) -> None:
    writes(
        locked,
        "(tools / 'scenario').write_text('cancel')",
        "subprocess.run(['gpgconf', '--reload', 'gpg-agent'], check=True)",
    )
    code, said = ended(window(locked, "new"))
    assert (code, locked.edits, len(drafts(locked))) == (3, 1, 1)
    assert "journal: the passphrase was not given" in said
    assert "'journal' offers it again" in said
    locked.pinentry = "right"
    offered_again(locked)
    assert f"We dived to {locked.canary}." in says(locked)


# The key


def test_a_key_that_is_missing_is_named_and_words_wait_until_it_is_back(kept: Room) -> None:
    goes(kept)
    said = refused_and_kept(kept, 3, "new")
    assert f"journal: the key {kept.fingerprint} is not on this machine\nhint: bring it back: gpg --import" in said
    assert kept.fingerprint in refused(kept, 3, "list")
    writes(kept, "1 / 0")
    code, said = ended(window(kept, "edit", "last"))
    assert (code, kept.edits) == (3, 0)
    comes_back(kept)
    offered_again(kept)
    assert f"We dived to {kept.canary}." in says(kept)


def test_a_key_that_has_expired_is_extended_as_the_hint_says_and_pages_stay_readable(kept: Room) -> None:
    expires(kept)
    said = refused_and_kept(kept, 3, "new")
    assert f"journal: the key {kept.fingerprint} cannot be used: it has expired\n" in said
    assert kept.journal("list", check=0).text.startswith(the_id(kept))
    extended_as_told(kept, said)


def extended_as_told(room: Room, said: str) -> None:
    """Do what the hint says, as a person would copy it; what waited can be saved then."""
    (extend,) = re.findall(r"hint: extend it: (gpg [^;]*);", said)
    room.run("sh", "-c", extend, check=0)
    writes(room)
    offered_again(room)
    assert f"We dived to {room.canary}." in says(room)


def test_a_subkey_that_has_expired_is_told_and_extended_as_the_hint_says(kept: Room) -> None:
    kept.gpg("--quick-set-expire", kept.fingerprint, "seconds=1", "*")
    time.sleep(2.2)
    said = refused_and_kept(kept, 3, "new")
    assert f"journal: the key {kept.fingerprint} cannot be used: its subkey has expired\n" in said
    assert kept.journal("list", check=0).text.startswith(the_id(kept))
    extended_as_told(kept, said)


def test_a_key_and_its_subkey_that_have_expired_are_extended_as_the_hint_says(kept: Room) -> None:
    kept.gpg("--quick-set-expire", kept.fingerprint, "seconds=2", "*")
    kept.gpg("--quick-set-expire", kept.fingerprint, "seconds=1")
    time.sleep(3.2)
    extended_as_told(kept, refused_and_kept(kept, 3, "new"))


def test_a_key_that_was_revoked_seals_nothing_more(kept: Room, keys_of_run: Keys) -> None:
    revoke(kept, keys_of_run)
    said = refused_and_kept(kept, 3, "new")
    assert f"journal: the key {kept.fingerprint} cannot be used: it was revoked\n" in said
    kept.expect_draft()


@pytest.mark.parametrize(
    ("trouble", "mend"),
    [
        ("(Path(os.environ['GNUPGHOME']) / 'private-keys-v1.d').rename(tools / 'keys')", comes_back),
        (
            "subprocess.run(['gpg', '--batch', '--quick-set-expire', FPR, '20200601T000000'], check=True)",
            lambda room: room.gpg("--quick-set-expire", room.fingerprint, "2y"),
        ),
    ],
    ids=["vanishes", "expires"],
)
@pytest.mark.parametrize("args", [("new",), ("edit", "last")], ids=["new", "edit"])
def test_a_key_lost_while_the_editor_is_open_loses_no_words(
    kept: Room, args: tuple[str, ...], trouble: str, mend: Callable[[Room], None]
) -> None:
    before = snapshot(kept)
    writes(kept, trouble.replace("FPR", repr(kept.fingerprint)))
    code, said = ended(window(kept, *args))
    assert (code, f"journal: the key {kept.fingerprint} " in said) == (3, True)
    (draft,) = drafts(kept)
    assert draft.read_text().endswith(f"We dived to {kept.canary}.\n")
    assert f"what you wrote is kept in {draft.parent}, 'journal' offers it again" in said
    assert snapshot(kept) == before
    mend(kept)
    offered_again(kept)
    assert sorted(says(kept))[0] == f"We dived to {kept.canary}."
    assert len(kept.files()) == (1 if args[0] == "edit" else 2)


# The editor


def test_an_editor_that_is_not_there_is_named_before_anybody_writes(kept: Room) -> None:
    before = snapshot(kept)
    another = with_nano(kept, "git", "gpg", "gpg-agent", "gpgconf")
    for args in (("new",), ("edit", "last")):
        code, said = ended(window(kept, *args, env={**another, "VISUAL": "no-such-editor"}))
        assert (code, "journal: the editor 'no-such-editor' was not found hint: " in said) == (2, True)
    assert (snapshot(kept), drafts(kept)) == (before, [])


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("sys.exit(1)", "journal: the editor 'editor' ended with exit status 1"),
        ("os.kill(os.getpid(), 9)", "journal: the editor 'editor' was ended by signal 9"),
        ("page.unlink(); sys.exit(1)", ""),
    ],
    ids=["fails", "killed", "fails with nothing saved"],
)
def test_an_editor_that_breaks_keeps_what_it_saved(kept: Room, end: str, words: str) -> None:
    before, saved = snapshot(kept), bool(words)
    writes(kept, end)
    code, said = ended(window(kept, "new"))
    assert (code, words in said, "'journal' offers it again" in said) == (2, True, saved)
    assert (snapshot(kept), len(drafts(kept))) == (before, int(saved))
    if saved:
        offered_again(kept)
        assert f"We dived to {kept.canary}." in says(kept)


@pytest.mark.parametrize("how", ["killed", "hung up"])
def test_words_outlive_a_journal_that_ends_while_the_editor_is_open(kept: Room, how: str) -> None:
    before = snapshot(kept)
    writes(kept, "(tools / 'ready').touch()", "time.sleep(60)")
    terminal = window(kept, "new")
    deadline = time.monotonic() + 20
    while not (kept.tools / "ready").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    if how == "killed":
        os.killpg(terminal.pid, signal.SIGKILL)
    terminal.close(force=True)
    assert (snapshot(kept), len(drafts(kept))) == (before, 1)
    offered_again(kept)
    assert f"We dived to {kept.canary}." in says(kept)


# The journal


@pytest.mark.parametrize(
    "args",
    [("list",), ("show", "last"), ("edit", "last"), ("tag",), ("remove", "--yes", "last"), ("restore", "k7q2m9xa")],
)
def test_a_directory_that_is_no_journal_is_said_to_be_none_and_stays_as_it_is(
    room: Room, args: tuple[str, ...]
) -> None:
    place = room.home / "notes"
    place.mkdir()
    (place / "notes.md").write_text("a shopping list")
    said = told(room.journal("--dir", str(place), *args, stdin=b"We swam.\n", check=2).error)
    assert f"journal: there is no journal in {place}\nhint: journal init makes one" in said
    assert [path.name for path in place.iterdir()] == ["notes.md"]
    assert not room.journal_dir.exists()


def test_a_directory_that_is_not_there_is_not_made_by_looking(room: Room) -> None:
    assert "there is no journal in" in room.journal("list", check=2).error
    assert "there is no journal in" in room.journal("edit", "last", stdin=b"We swam.\n", check=2).error
    assert not room.journal_dir.exists()


def test_a_file_in_place_of_a_directory_is_no_journal(room: Room) -> None:
    place = room.home / "notes.md"
    place.write_text("a shopping list")
    assert "there is no journal in" in room.journal("--dir", str(place), "list", check=2).error
    assert room.journal("--dir", str(place), "init", "--yes").code == 2
    assert place.read_text() == "a shopping list"


def sealed_by_hand(room: Room, text: bytes, manifest: bytes) -> bytes:
    """A page sealed and signed with plain gpg, for the same readers as every other one."""
    journal_key = room.tools / "journal-key.asc"
    journal_key.write_bytes(PUBLIC.findall(manifest)[-1])
    who = ("--local-user", room.fingerprint, "--recipient", room.fingerprint, "--recipient-file", str(journal_key))
    return room.gpg(*SEAL, *who, "--output", "-", stdin=text).out


@pytest.mark.parametrize(
    "args", [("list",), ("show",), ("edit", "last"), ("new",), ("tag", "add", "slow", "--to", "last")], ids=" ".join
)
def test_a_journal_of_a_newer_format_is_left_alone(kept: Room, args: tuple[str, ...]) -> None:
    path = kept.journal_dir / "journal.asc"
    opened = kept.open(path)
    serial = int(re.findall(rb"^serial: (\d+)$", opened, re.MULTILINE)[0])
    newer = opened.replace(b"\nformat: 1\n", b"\nformat: 2\n").replace(
        b"\nserial: %d\n" % serial, b"\nserial: %d\n" % (serial + 1)
    )
    assert newer.count(b"\nformat: 2\n") == 1
    path.write_bytes(sealed_by_hand(kept, newer, opened))
    said = refused(kept, 2, *args, stdin=f"We dived to {kept.canary}.\n".encode())
    assert "journal: this journal was written by a newer version\nhint: install the newest" in said
    kept.expect_draft()


def test_the_same_page_sealed_by_hand_is_a_page_like_any_other(kept: Room) -> None:
    """So that the test above refuses the format, and not the hand that sealed it."""
    opened = kept.open(kept.journal_dir / "journal.asc")
    page = kept.open(kept.files()[0]).replace(f"id: {the_id(kept)}".encode(), b"id: k7q2m9xa")
    (kept.journal_dir / "2026" / "2026-11-21.k7q2m9xa.md.asc").write_bytes(sealed_by_hand(kept, page, opened))
    assert "k7q2m9xa\t2026-11-21\t" in kept.journal("list", check=0).text


# Which page


@pytest.mark.parametrize("ref", ["zzzzzzzz", "1999", "2027-01-01", "nonsense", "-7"])
def test_a_reference_that_matches_nothing_is_exit_1_with_a_hint(shared: Room, ref: str) -> None:
    said = refused(shared, 1, "edit", "--", ref, stdin=b"We dived.\n")
    assert f"journal: no entry matches '{ref}'\nhint: journal list shows the ids" in said


@pytest.mark.parametrize(
    "args", [("show",), ("list",), ("remove", "--yes"), ("tag", "add", "slow", "--to")], ids=lambda args: args[0]
)
def test_every_command_says_the_same_of_it(shared: Room, args: tuple[str, ...]) -> None:
    assert "no entry matches 'zzzzzzzz'" in refused(shared, 1, *args, "zzzzzzzz")


@pytest.mark.parametrize("args", [("edit",), ("show",), ("remove", "--yes")], ids=lambda args: args[0])
def test_a_prefix_of_several_ids_lists_them_and_does_nothing(kept: Room, args: tuple[str, ...]) -> None:
    opened = kept.open(kept.journal_dir / "journal.asc")
    page, entry = kept.open(kept.files()[0]), the_id(kept)
    for new in ("k7q2m9xa", "k7q2zzzz"):
        path = kept.journal_dir / "2026" / f"2026-11-21.{new}.md.asc"
        path.write_bytes(sealed_by_hand(kept, page.replace(entry.encode(), new.encode()), opened))
    said = refused(kept, 2, *args, "k7q2", stdin=b"We dived.\n")
    assert "journal: 'k7q2' matches several pages\n" in said
    assert all(new in said for new in ("k7q2m9xa", "k7q2zzzz"))
    assert kept.journal("list", "k7q2m", check=0).text.startswith("k7q2m9xa")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--kind", "memry"), "did you mean 'memory'?"),
        (("--rating", "0"), "'0' is not a range of ratings"),
        (("--rating", "8"), "'8' is not a range of ratings"),
        (("--rating", "good"), "'good' is not a range of ratings"),
        (("--on", "2026-02-30"), "2026-02-30 is not in the calendar"),
        (("--since", "soonish"), "cannot read 'soonish' as a date"),
        (("--nonsense",), "no such option"),
    ],
    ids=" ".join,
)
def test_filters_that_cannot_be_understood_are_refused(shared: Room, args: tuple[str, ...], words: str) -> None:
    assert words in refused(shared, 2, "list", *args)


def test_a_command_that_does_not_exist_is_wrong_use(shared: Room) -> None:
    assert "'nonsense'" in refused(shared, 2, "nonsense")


# The disk


def lowered(code: int) -> str:
    """Return what the system says of an error, as it stands in a sentence of ours."""
    return os.strerror(code).lower()


def without_powers(room: Room, *args: str, stdin: bytes | None = None) -> Result:
    """Run the journal as somebody who may not write where permissions say so, also when the tests are run as root."""
    if os.geteuid():
        return room.journal(*args, stdin=stdin)
    drop = shutil.which("setpriv")
    if not drop:
        pytest.skip("root may write everywhere, and setpriv is not on this machine")
    return room.run(drop, "--bounding-set=-dac_override,-dac_read_search", *JOURNAL, *args, stdin=stdin)


def read_only(place: Path) -> None:
    for path in (place, *place.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)


def test_a_read_only_journal_is_read_and_words_for_it_are_kept(kept: Room) -> None:
    before, entry = snapshot(kept), the_id(kept)
    read_only(kept.journal_dir)
    assert without_powers(kept, "list").text.startswith(entry)
    words = f"We dived to {kept.canary}.\n".encode()
    for args in (("new",), ("edit", entry)):
        page = words if args[0] == "new" else kept.open(kept.files()[0]) + words
        result = without_powers(kept, *args, stdin=page)
        assert (result.code, result.out) == (2, b"")
        assert re.search(f"journal: cannot write in .*: {lowered(errno.EACCES)}\nhint: ", told(result.error))
        assert "'journal' offers it again" in result.error
    assert sorted(path.read_bytes()[-len(words) :] for path in drafts(kept)) == [words] * 2
    assert snapshot(kept) == before
    kept.expect_draft()


def test_where_the_index_cannot_be_kept_pages_are_read_all_the_same(kept: Room) -> None:
    kept.journal("list", check=0)
    kept.journal("new", stdin=b"We slept.\n", check=0)
    read_only(kept.root / "state")
    result = without_powers(kept, "list")
    assert (result.code, len(result.text.splitlines())) == (0, 2), result.error


def test_a_file_that_may_not_be_read_is_told_and_the_others_are_shown(kept: Room) -> None:
    (hidden,) = kept.files()
    entry = kept.journal("new", stdin=b"We slept.\n", check=0).text.strip()
    hidden.chmod(0)
    result = without_powers(kept, "list")
    assert result.text.startswith(entry)
    assert hidden.name in result.error
    assert result.code in (2, 5)
    (kept.journal_dir / "journal.asc").chmod(0)
    result = without_powers(kept, "list")
    assert (result.code, "journal.asc" in told(result.error)) == (2, True)
    for path in (hidden, kept.journal_dir / "journal.asc"):
        path.chmod(0o600)


@pytest.mark.parametrize("args", [("new",), ("edit", "last")], ids=["new", "edit"])
def test_a_full_disk_loses_neither_the_old_pages_nor_the_new_words(kept: Room, args: tuple[str, ...]) -> None:
    before = snapshot(kept)
    writes(kept)
    command, env = on_a_small_disk(kept, *args)
    code, said = ended(remembering(kept.spawn(*command, columns=240, env=env)))
    assert code == 2
    assert re.search(f"journal: cannot write in .*: {lowered(errno.ENOSPC)} hint: ", said)
    assert "'journal' offers it again" in said
    (draft,) = drafts(kept)
    assert draft.read_text().endswith(f"We dived to {kept.canary}.\n")
    taken_over(kept)
    assert snapshot(kept) == before
    offered_again(kept)
    assert f"We dived to {kept.canary}." in says(kept)


def test_a_page_that_fits_where_git_does_not_is_saved_and_committed_later(kept: Room) -> None:
    command, env = on_a_small_disk(kept, "new", left=4096)
    result = kept.run(*command, stdin=f"We dived to {kept.canary}.\n".encode(), env=env, check=0)
    assert "saved, not committed" in result.error
    taken_over(kept)
    assert sorted(says(kept)) == [f"We dived to {kept.canary}.", f"We swam to {kept.canary}."]
    assert kept.git("status", "--porcelain").out != b""
    kept.journal("new", stdin=b"We slept.\n", check=0)
    assert kept.git("status", "--porcelain").out == b""
    assert len(kept.git("ls-files", "*.md.asc").text.split()) == 3


# git


def test_without_git_a_page_is_saved_and_the_next_commit_takes_it_in(kept: Room) -> None:
    result = kept.journal("new", stdin=kept.canary.encode(), env=with_programs(kept, "gpg", "gpgconf"), check=0)
    assert result.text.strip()
    assert "saved, not committed: git is not on this machine" in result.error
    assert kept.git("status", "--porcelain").out != b""
    kept.journal("new", stdin=b"We slept.\n", check=0)
    assert kept.git("status", "--porcelain").out == b""


def test_a_lock_that_a_killed_git_left_is_no_trouble(kept: Room) -> None:
    lock = kept.journal_dir / ".git" / "index.lock"
    lock.touch()
    assert "not committed" not in kept.journal("new", stdin=kept.canary.encode(), check=0).error
    assert not lock.exists()
    assert kept.git("rev-list", "--count", "HEAD").text == "3\n"
    assert kept.git("status", "--porcelain").out == b""


def test_what_a_person_left_beside_the_pages_is_never_committed(kept: Room) -> None:
    (kept.journal_dir / "2026" / "notes.md").write_text("a shopping list")
    kept.journal("new", stdin=kept.canary.encode(), check=0)
    assert "notes" not in kept.git("log", "--name-only", "--format=").text


# Two commands at once


def test_eight_new_pages_at_once_are_all_saved_in_one_history(kept: Room) -> None:
    words = [f"number {number} {kept.canary}\n".encode() for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda text: kept.journal("new", stdin=text), words))
    assert [result.code for result in results] == [0] * 8
    assert not [result.error for result in results if "not committed" in result.error]
    assert (
        len({result.text for result in results} | {f"{the_one.name.split('.')[1]}\n" for the_one in kept.files()}) == 9
    )
    assert sorted(says(kept)) == sorted([*(text.decode().strip() for text in words), f"We swam to {kept.canary}."])
    assert kept.git("status", "--porcelain").out == b""
    assert kept.git("rev-list", "--merges", "HEAD").out == b""
    assert set(kept.git("log", "--format=%s").text.splitlines()) == {"journal: update"}
    kept.git("fsck", "--strict")
    assert [path.name for path in kept.journal_dir.rglob("*") if path.suffix in (".lock", ".tmp")] == []
    assert len(kept.journal("list", check=0).text.splitlines()) == 9


def test_of_many_changes_at_once_to_one_page_none_is_lost(kept: Room) -> None:
    entry, page = the_id(kept), kept.open(kept.files()[0])
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda n: kept.journal("edit", entry, stdin=page + b"%d\n" % n), range(6)))
    assert {result.code for result in results} <= {0, 2}
    assert all("changed by another command" in result.error for result in results if result.code)
    versions = kept.git("log", "--format=%H", "--", str(kept.files()[0])).text.split()
    name = kept.files()[0].relative_to(kept.journal_dir).as_posix()
    sealed = [kept.git("cat-file", "blob", f"{commit}:{name}").out for commit in versions]
    in_git = {kept.gpg("--quiet", "--decrypt", stdin=one).out for one in sealed}
    waiting = {draft.read_bytes() for draft in drafts(kept)}
    assert {page + b"%d\n" % number for number in range(6)} <= in_git | waiting
    for number, result in enumerate(results):
        assert page + b"%d\n" % number in (waiting if result.code else in_git)
    kept.expect_draft()


@pytest.mark.parametrize("after", [0.15, 0.3, 0.45, 0.6])
def test_a_command_killed_at_any_moment_leaves_whole_pages_and_the_next_one_works(kept: Room, after: float) -> None:
    words = f"We dived to {kept.canary}.".encode()
    process = subprocess.Popen(
        (*JOURNAL, "new"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=kept.environment(),
        start_new_session=True,
    )
    with process:
        process.stdin.write(words)
        process.stdin.close()
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
    kept.journal("new", stdin=b"We slept.\n", check=0)
    assert set(says(kept)) <= {words.decode(), "We slept.", f"We swam to {kept.canary}."}
    assert kept.journal("list", check=0).error == ""
    assert kept.git("status", "--porcelain").out == b""
    kept.git("fsck", "--strict")
    kept.expect_draft()


def test_a_directory_whose_name_is_too_long_is_told(room: Room) -> None:
    told = room.journal("--dir", "x" * 5000, "list", check=2)
    reason = lowered(errno.ENAMETOOLONG)
    assert told.error.startswith(f"journal: a file or directory cannot be reached: {reason}\nhint: ")
