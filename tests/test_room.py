"""Shows that the room of the other tests is sealed: real gpg behind a scripted pinentry, and a canary that is found."""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pexpect
import pytest
from room import MEMORY, PINENTRY, RECIPES, Keys, Room

MakeRoom = Callable[..., Room]
PAGE = b"---\nid: k7q2m9xa\n---\nWe swam.\n"


def seal(room: Room, text: bytes, name: str = "2026-11-21.k7q2m9xa.md.asc") -> Path:
    """Seal a page with plain gpg, as the journal would lay it down."""
    path = room.journal_dir / "2026" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    words = ("--armor", "--trust-model", "always", "--recipient", room.fingerprint, "--encrypt")
    path.write_bytes(room.gpg(*words, stdin=text).out)
    return path


def repository(room: Room) -> Path:
    """A journal whose only commit holds the canary, and whose work tree no longer does."""
    room.journal_dir.mkdir()
    room.git("init", "--quiet")
    page = room.journal_dir / "page"
    page.write_text(f"{room.canary}\n" + "a line that makes it worth packing\n" * 40)
    room.git("add", "page")
    room.git("commit", "--quiet", "--message", "update")
    page.unlink()
    return room.journal_dir / ".git"


def blob(room: Room) -> Path:
    """The loose object that holds the canary."""
    oid = room.git("rev-parse", "HEAD:page").text.strip()
    return room.journal_dir / ".git" / "objects" / oid[:2] / oid[2:]


# The environment


def test_nothing_of_the_real_home_is_in_the_environment(make_room: MakeRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("GNUPGHOME", "/home/somebody/.gnupg")
    monkeypatch.setenv("JOURNAL_DIR", "/home/somebody/journal")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PATH", os.environ["PATH"] + ":/home/somebody/bin")
    room = make_room()
    seen = json.loads(room.run(sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))").text)
    del seen["PATH"]
    assert not [name for name, value in seen.items() if "somebody" in value]
    assert [name for name in seen if name.startswith("JOURNAL_")] == ["JOURNAL_NOW"]
    assert "NO_COLOR" not in seen
    assert {seen[name] for name in ("EDITOR", "VISUAL")} == {"false"}


def test_every_directory_of_the_environment_is_there_and_ours_alone(room: Room) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR", "GNUPGHOME"):
        place = Path(room.environment()[name])
        assert place.parent == room.root
        assert place.stat().st_mode & 0o777 == 0o700
    assert room.runtime.stat().st_mode & 0o777 == 0o700


def test_the_tests_themselves_are_sealed_off_as_well(room: Room) -> None:
    assert not Path(os.environ["GNUPGHOME"]).exists()
    assert not any(Path.home().iterdir())
    settings = subprocess.run(["git", "config", "--global", "--list"], capture_output=True, check=True).stdout
    assert settings == b"user.useconfigonly=true\n"
    assert not [name for name in os.environ if name.startswith(("JOURNAL_", "XDG_"))]


HEEDING = """\
import os, sys
import room
room.heed_signals()
os.execv(sys.executable, (sys.executable, "-c", "import signal as s; print([*map(s.getsignal, (1, 2, 3, 15))])"))
"""


def test_a_command_can_be_interrupted_though_the_tests_were_started_in_the_background(room: Room) -> None:
    ignoring = ("sh", "-c", "trap '' HUP INT QUIT TERM; exec \"$@\"", "sh")
    env = {"PYTHONPATH": str(PINENTRY.parent)}
    told = room.run(*ignoring, sys.executable, "-c", HEEDING, env=env, check=0).text
    assert "SIG_IGN" not in told
    assert "default_int_handler" in told


def test_git_guesses_no_author_on_any_machine(room: Room) -> None:
    """A guess is made of the account and of the host's name, and fails only where these are odd."""
    words = ("git", "var", "GIT_AUTHOR_IDENT")
    assert room.run(*words).code == subprocess.run(words, capture_output=True, check=False).returncode == 128
    assert room.git(*words[1:], cwd=room.home).text.startswith("Test <test@example.org> ")


def test_two_rooms_share_nothing_but_their_keys(make_room: MakeRoom) -> None:
    one, other = make_room(), make_room(keys=("plain", "second"))
    assert one.root != other.root
    assert one.runtime != other.runtime
    assert one.canary != other.canary
    assert one.fingerprint == other.fingerprint


def test_a_change_of_environment_is_for_one_command_only(room: Room) -> None:
    changed = room.run("env", env={"JOURNAL_DISCREET": "true", "XDG_RUNTIME_DIR": None}).text.splitlines()
    assert "JOURNAL_DISCREET=true" in changed
    assert not [line for line in changed if line.startswith("XDG_RUNTIME_DIR=")]
    assert f"XDG_RUNTIME_DIR={room.runtime}" in room.run("env").text.splitlines()


def test_the_clock_is_what_the_test_says(room: Room) -> None:
    assert "JOURNAL_NOW=2026-11-22T09:14:00+01:00" in room.run("env").text
    room.now = "2027-03-01T23:50:00+01:00"
    assert "JOURNAL_NOW=2027-03-01T23:50:00+01:00" in room.run("env").text


# Running commands


def test_a_command_without_a_terminal_cannot_reach_one(room: Room) -> None:
    assert room.run("sh", "-c", "test -t 0 || test -t 1 || test -t 2").code == 1
    assert room.run(sys.executable, "-c", "open('/dev/tty')").code == 1
    assert room.run("cat").out == b""


def test_a_command_gets_the_bytes_it_was_given(room: Room) -> None:
    assert room.run("cat", stdin=b"\x00caf\xc3\xa9\r\n").out == b"\x00caf\xc3\xa9\r\n"


def test_an_unexpected_exit_code_fails_the_test_with_what_was_said(room: Room) -> None:
    with pytest.raises(AssertionError, match=r"exit 3, not 0\n.*sorry"):
        room.run("sh", "-c", "echo sorry >&2; exit 3", check=0)
    assert room.run("sh", "-c", "exit 3", check=3).code == 3


def test_a_command_that_hangs_is_ended_with_all_that_it_started(room: Room) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        room.run("sh", "-c", "sleep 60 & sleep 60", timeout=0.2)
    deadline = time.monotonic() + 5
    while room.residents() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert room.residents() == []


def test_a_terminal_has_the_size_and_the_environment_of_the_room(room: Room) -> None:
    ask = "import os, sys; print(os.get_terminal_size(), sys.stdin.isatty(), os.environ['HOME'], 'é')"
    terminal = room.spawn(sys.executable, "-c", ask, columns=100, rows=30)
    terminal.expect_exact(f"os.terminal_size(columns=100, lines=30) True {room.home} é")
    terminal.expect(pexpect.EOF)


def test_a_terminal_left_open_is_hung_up(make_room: MakeRoom) -> None:
    room = make_room()
    terminal = room.spawn("cat")
    terminal.sendline("still there")
    terminal.expect_exact("still there")
    assert room.residents()
    room.hang_up()
    assert room.residents() == []


# Keys


def test_gpg_knows_the_keys_of_the_room_and_no_others(make_room: MakeRoom) -> None:
    room = make_room(keys=("second", "plain"))
    listing = room.gpg("--list-secret-keys", "--with-colons").text.splitlines()
    owned = {after.split(":")[9] for before, after in pairwise(listing) if before[:4] == "sec:"}
    assert owned == set(room.fingerprints.values())
    assert room.fingerprint == room.fingerprints["second"]


def test_a_room_may_be_without_keys(make_room: MakeRoom) -> None:
    room = make_room(keys=())
    assert room.fingerprints == {}
    assert room.gpg("--list-secret-keys").text == ""


@pytest.mark.parametrize(
    ("name", "validity", "can"),
    [
        ("plain", "u", "scESC"),
        ("second", "u", "scESC"),
        ("locked", "u", "scESC"),
        ("signer", "u", "scSC"),
        ("expired", "e", "sc"),
        ("revoked", "r", "sc"),
    ],
)
def test_each_key_is_what_its_name_says(make_room: MakeRoom, name: str, validity: str, can: str) -> None:
    room = make_room(keys=(name,))
    fields = room.gpg("--list-secret-keys", "--with-colons").text.splitlines()[0].split(":")
    assert fields[0] == "sec"
    assert fields[1] == validity
    assert sorted(fields[11]) == sorted(can)


def test_all_keys_fit_in_one_room(make_room: MakeRoom) -> None:
    room = make_room(keys=tuple(RECIPES))
    listing = room.gpg("--list-secret-keys", "--with-colons").text
    assert [line.split(":")[9] for line in listing.splitlines() if line.startswith("uid:")] == [
        recipe.name for recipe in RECIPES.values()
    ]


def test_a_page_sealed_with_the_plain_key_opens_without_a_question(room: Room) -> None:
    path = seal(room, PAGE)
    assert room.files() == [path]
    assert room.open(path) == PAGE
    assert room.asked == 0


# The pinentry


def test_the_passphrase_is_asked_once_and_again_when_forgotten(locked_room: Room) -> None:
    path = seal(locked_room, PAGE)
    assert locked_room.open(path) == PAGE
    assert locked_room.open(path) == PAGE
    assert locked_room.asked == 1
    locked_room.forget()
    assert locked_room.open(path) == PAGE
    assert locked_room.asked == 2


@pytest.mark.parametrize(
    ("scenario", "reason", "asked"), [("wrong", 11, 3), ("cancel", 99, 1), ("missing", 85, 0), ("dies", 16383, 1)]
)
def test_a_locked_key_stays_locked(make_room: MakeRoom, scenario: str, reason: int, asked: int) -> None:
    room = make_room(keys=("locked",), pinentry=scenario)
    result = room.gpg("--status-fd", "2", "--decrypt", str(seal(room, PAGE)), check=2)
    (code,) = (line.split()[3] for line in result.error.splitlines() if "pkdecrypt_failed" in line)
    assert int(code.split("_")[0]) & 0xFFFF == reason
    assert result.out == b""
    assert room.asked == asked


def test_a_pinentry_may_change_its_mind(make_room: MakeRoom) -> None:
    room = make_room(keys=("locked",), pinentry="missing")
    path = seal(room, PAGE)
    room.gpg("--decrypt", str(path), check=2)
    room.pinentry = "cancel"
    room.gpg("--decrypt", str(path), check=2)
    room.pinentry = "right"
    assert room.open(path) == PAGE


def test_a_new_key_gets_its_passphrase_from_the_pinentry(make_room: MakeRoom) -> None:
    room = make_room(keys=())
    room.gpg("--quick-generate-key", "New", "ed25519", "sign")
    assert room.asked == 1
    room.forget()
    room.gpg("--sign", stdin=PAGE)
    assert room.asked == 2


def test_no_key_is_made_when_the_passphrase_is_cancelled(make_room: MakeRoom) -> None:
    room = make_room(keys=(), pinentry="cancel")
    room.gpg("--quick-generate-key", "New", "ed25519", "sign", check=2)
    assert room.asked == 1
    assert room.gpg("--list-secret-keys").text == ""


# The editor


def edit(room: Room, text: bytes) -> tuple[int, bytes]:
    """Open the room's editor on a page, the way that git does."""
    page = room.runtime / "page.md"
    page.write_bytes(text)
    result = room.run("sh", "-c", '$EDITOR "$1"', "sh", str(page))
    after = page.read_bytes()
    page.unlink()
    return result.code, after


def test_an_editor_that_nobody_asked_for_fails(room: Room) -> None:
    assert edit(room, PAGE) == (1, PAGE)
    assert room.edits == 0


def test_an_editor_may_be_a_line_of_python(room: Room) -> None:
    room.script_editor("page.write_bytes(page.read_bytes() + b'More.\\n')")
    assert edit(room, PAGE) == (0, PAGE + b"More.\n")
    assert room.edits == 1


def test_an_editor_may_be_a_script(room: Room) -> None:
    room.script_editor("#!/bin/sh\nexit 7\n")
    assert edit(room, PAGE) == (7, PAGE)
    assert edit(room, PAGE) == (7, PAGE)
    assert room.edits == 2


@pytest.mark.parametrize("text", [b"Rain.\n", b"---\nnot a fence\n---\n", b"", b"no newline \xff"])
def test_an_editor_may_replace_the_body_and_nothing_else(room: Room, text: bytes) -> None:
    room.editor_text(text)
    assert edit(room, PAGE) == (0, b"---\nid: k7q2m9xa\n---\n" + text)
    assert edit(room, b"We swam.\n") == (0, text)


# The canary


def test_a_sealed_page_with_the_canary_is_no_find(room: Room) -> None:
    path = seal(room, room.canary.encode())
    assert room.canary.encode() in room.open(path)
    assert room.sweep() == []


SHAPES: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda word: f"We swam. {word}, and then".encode(),
    "utf-16-le": lambda word: f"We swam. {word}".encode("utf-16-le"),
    "utf-16-be": lambda word: f"We swam. {word}".encode("utf-16-be"),
    "base64": lambda word: base64.b64encode(f"...{word}...".encode()),
    "base64, one further": lambda word: base64.b64encode(f"....{word}...".encode()),
    "base64, two further": lambda word: base64.b64encode(f".....{word}...".encode()),
    "base64 in lines": lambda word: base64.encodebytes(f"{'.' * 50}{word}".encode()),
    "hex": lambda word: word.encode().hex().encode(),
    "hex in capitals": lambda word: word.encode().hex().upper().encode(),
    "gzip": lambda word: gzip.compress(f"We swam. {word}".encode()),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_canary_is_found_in_a_file(room: Room, shape: str) -> None:
    file = room.home / ".hidden"
    file.write_bytes(SHAPES[shape](room.canary))
    assert room.sweep() == [file]
    file.write_bytes(SHAPES[shape](room.canary[:-1]))
    assert room.sweep() == []


@pytest.mark.parametrize("place", ["home", "config", "data/journal/.git", "state", "cache", "tmp", "gnupg"])
def test_the_canary_is_found_wherever_a_command_may_write(room: Room, place: str) -> None:
    folder = room.root / place / "one" / "two"
    folder.mkdir(parents=True)
    file = folder / "left"
    file.write_text(room.canary)
    assert room.sweep() == [file]
    file.unlink()
    assert room.sweep() == []


def test_the_canary_is_found_in_a_name_and_in_a_link(room: Room) -> None:
    name = room.home / f"{room.canary}.md"
    name.mkdir()
    link = room.home / "link"
    link.symlink_to(f"/nowhere/{room.canary}")
    assert room.sweep() == sorted([name, link])
    name.rmdir()
    link.unlink()


def test_the_canary_is_found_in_a_loose_object(room: Room) -> None:
    git = repository(room)
    assert room.sweep() == [git, blob(room)]
    shutil.rmtree(git)
    assert room.sweep() == []


def test_the_canary_is_found_in_a_half_written_object(room: Room) -> None:
    git = repository(room)
    half = room.home / "tmp_obj_k7q2m9"
    half.write_bytes(blob(room).read_bytes()[:-10])
    shutil.rmtree(git)
    assert room.sweep() == [half]
    half.unlink()


def test_the_canary_is_found_in_a_pack(room: Room) -> None:
    git = repository(room)
    room.git("gc", "--quiet", "--prune=now")
    assert not list(git.glob("objects/??/*"))
    assert room.sweep() == [git]
    shutil.rmtree(git)


def test_the_canary_is_found_in_an_object_that_nothing_refers_to(room: Room) -> None:
    git = repository(room)
    room.git("gc", "--quiet", "--prune=now")
    room.git("update-ref", "-d", "HEAD")
    shutil.rmtree(git / "logs")
    assert room.git("rev-list", "--all", "--reflog").text == ""
    assert room.sweep() == [git]
    shutil.rmtree(git)


def test_what_a_test_keeps_in_tools_is_no_find(room: Room) -> None:
    room.editor_text(room.canary.encode())
    assert room.sweep() == []


@pytest.fixture
def place_in_memory() -> Iterator[Path]:
    """A directory as commands make it where there is no XDG_RUNTIME_DIR."""
    if not os.access(MEMORY, os.W_OK):
        pytest.skip("nothing can be put in /dev/shm")
    place = Path(tempfile.mkdtemp(prefix="journal-", dir=MEMORY))
    yield place
    shutil.rmtree(place, ignore_errors=True)


def test_the_canary_is_found_in_memory(room: Room, place_in_memory: Path) -> None:
    pages = [room.runtime / "entry.md", place_in_memory / "entry.md"]
    for page in pages:
        page.write_text(room.canary)
    assert room.sweep() == sorted(pages)
    for page in pages:
        page.unlink()


def test_a_draft_that_is_expected_is_allowed_in_memory_and_nowhere_else(room: Room) -> None:
    room.expect_draft()
    draft, copy = room.runtime / "entry.md", room.home / "entry.md"
    draft.write_text(room.canary)
    copy.write_text(room.canary)
    assert room.sweep() == [copy]
    copy.unlink()


def test_memory_is_left_alone_while_a_terminal_is_at_work(room: Room) -> None:
    page = room.runtime / "entry.md"
    page.write_text(room.canary)
    room.spawn("cat")
    assert room.sweep() == []
    room.hang_up()
    assert room.sweep() == [page]
    page.unlink()


# Leaving


def test_a_test_that_leaves_its_canary_fails(keys_of_run: Keys) -> None:
    room = Room(keys_of_run)
    (room.home / ".viminfo").write_text(room.canary)
    with pytest.raises(AssertionError, match=r"in clear in .*/\.viminfo"), room:
        pass
    assert not room.root.exists()


def test_a_draft_in_memory_goes_with_the_room(keys_of_run: Keys, place_in_memory: Path) -> None:
    with Room(keys_of_run) as room:
        room.expect_draft()
        (room.runtime / "entry.md").write_text(room.canary)
        (place_in_memory / "entry.md").write_text(room.canary)
    assert not room.runtime.exists()
    assert not place_in_memory.exists()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found through /proc")
def test_nothing_lives_on_when_the_room_is_left(keys_of_run: Keys) -> None:
    with Room(keys_of_run, keys=("locked",)) as room:
        room.open(seal(room, PAGE))
        room.spawn("cat")
        assert len(room.residents()) >= 2
    assert room.residents() == []
    assert not room.root.exists()
    assert not room.runtime.exists()


def test_the_agent_is_gone_when_the_room_is_left(keys_of_run: Keys) -> None:
    with Room(keys_of_run, keys=("locked",)) as room:
        room.open(seal(room, PAGE))
        socket = Path(room.run("gpgconf", "--list-dirs", "agent-socket", check=0).text.strip())
        assert socket.is_socket()
    assert not socket.exists()


def test_a_directory_without_permissions_goes_too(keys_of_run: Keys) -> None:
    with Room(keys_of_run) as room:
        inner = room.home / "closed" / "inner"
        inner.mkdir(parents=True)
        (inner / "page").touch()
        (room.home / "link").symlink_to("/")
        inner.chmod(0o500)
        inner.parent.chmod(0o500)
    assert not room.root.exists()
