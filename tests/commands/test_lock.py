"""journal lock, with a real gpg-agent and pseudo-terminals: the passphrase is forgotten, and memory is wiped."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ground import inside
from room import JOURNAL, Keys, Room
from sitting import DUTCH, drafts, tables, talk, window

from sexjournal.drafts.draft import About, Draft
from sexjournal.errors import KeyTrouble
from sexjournal.openpgp.agent import Agent
from sexjournal.prompts.wording import filled

BEGUN = "2026-11-22T09:14:00+01:00"
WHEN = "2026-11-22 09:14"
QUESTION = {language: filled(tables(language)["ui"]["lock_wipe"], {"when": WHEN}) for language in ("en", "nl")}


@pytest.fixture(scope="module")
def stocked(keys_of_run: Keys) -> Iterator[Room]:
    with Room(keys_of_run, ("locked",)) as room:
        room.journal("init", "--yes", check=0)
        room.journal("new", stdin=f"We swam to {room.canary}.\n".encode(), check=0)
        yield room


@pytest.fixture
def open_room(stocked: Room) -> Iterator[Room]:
    """A journal of a key with a passphrase, which the agent knows."""
    stocked.pinentry = "right"
    stocked.journal("list", check=0)
    yield stocked
    stocked.hang_up()
    for path in drafts(stocked):
        path.unlink()
        (path.parent / "about.json").unlink()
        path.parent.rmdir()
    assert stocked.sweep() == []


def unsaved(room: Room, journal: Path | None = None) -> Draft:
    """A page that a failed command left, with the canary in it."""
    about = About("new", "", str(journal or room.journal_dir), BEGUN)
    draft = Draft.create(room.runtime, about, b"")
    draft.write(f"We dived to {room.canary}.\n".encode())
    return draft


def waiting(room: Room) -> Draft:
    draft = unsaved(room)
    draft.keep()
    return draft


# The passphrase


def test_the_passphrase_is_forgotten(open_room: Room) -> None:
    asked = open_room.asked
    open_room.journal("list", check=0)
    assert open_room.asked == asked
    locked = open_room.journal("lock", check=0)
    assert (locked.text, locked.error) == ("", "journal: locked: gpg-agent remembers no passphrase\n")
    assert open_room.asked == asked
    open_room.pinentry = "cancel"
    open_room.journal("list", check=3)
    assert open_room.asked == asked + 1


def test_an_agent_that_does_not_run_is_not_started(open_room: Room) -> None:
    open_room.run("gpgconf", "--kill", "gpg-agent", check=0)
    assert "remembers no passphrase" in open_room.journal("lock", check=0).error
    assert not (open_room.gnupg / "S.gpg-agent").exists()


def test_it_locks_without_a_journal_too(locked_room: Room) -> None:
    locked_room.gpg("--sign", "--local-user", locked_room.fingerprint, stdin=b"text")
    with inside(locked_room):
        assert [key.remembered for key in Agent().secret_keys()].count(True) == 1
        locked_room.journal("lock", check=0)
        assert not any(key.remembered for key in Agent().secret_keys())
    assert not locked_room.journal_dir.exists()


def test_a_key_without_a_passphrase_is_said_to_stay_open(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    said = room.journal("lock", check=0).error
    assert "a key without a passphrase stays open" in said


def test_settings_that_cannot_be_read_do_not_keep_the_passphrase(open_room: Room) -> None:
    waiting(open_room)
    open_room.journal("lock", env={"JOURNAL_LANGUAGE": "xx"}, check=2)
    with inside(open_room):
        assert not any(key.remembered for key in Agent().secret_keys())
    open_room.journal("lock", "--yes", check=0)


def test_without_gpg_what_lies_in_memory_is_wiped_all_the_same(open_room: Room) -> None:
    waiting(open_room)
    nowhere = open_room.tools / "nowhere"
    nowhere.mkdir()
    said = open_room.journal("lock", "--yes", env={"PATH": str(nowhere)}, check=3).error
    assert "wiped a page" in said
    assert "journal: gpg is not on this machine" in said
    assert drafts(open_room) == []


def test_an_agent_that_forgets_nothing_is_not_believed(open_room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    place = open_room.tools / "stubborn"
    place.mkdir()
    (place / "gpgconf").write_text("#!/bin/sh\n")
    (place / "gpgconf").chmod(0o700)
    with inside(open_room), monkeypatch.context() as patch:
        patch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
        with pytest.raises(KeyTrouble, match="still remembers") as raised:
            Agent().forget()
    assert raised.value.hint == "end it: gpgconf --kill gpg-agent"


# What lies in memory


def test_what_a_killed_command_left_without_words_is_wiped(open_room: Room) -> None:
    draft = Draft.create(open_room.runtime, About("run", "", str(open_room.journal_dir)), b"")
    (draft.path / "pages").mkdir()
    (draft.path / "pages" / "lake.md").write_text(open_room.canary)
    draft.keep()
    open_room.journal("lock", check=0)
    assert not draft.path.exists()


def test_without_a_terminal_a_page_that_is_not_saved_stays_and_is_said(open_room: Room) -> None:
    draft = waiting(open_room)
    said = open_room.journal("lock", check=0).error
    assert f"a page from {WHEN} is not saved yet, and stays in {draft.path}; 'journal lock --yes' wipes it" in said
    assert open_room.canary in draft.page.read_text()
    assert open_room.canary not in said
    open_room.journal("lock", "--yes", check=0)


def test_yes_wipes_it(open_room: Room) -> None:
    draft = waiting(open_room)
    said = open_room.journal("lock", "--yes", check=0).error
    assert f"wiped a page from {WHEN} that was not saved" in said
    assert not draft.path.exists()


@pytest.mark.parametrize(("language", "env"), [("en", {}), ("nl", DUTCH)], ids=["en", "nl"])
@pytest.mark.parametrize(("answer", "wiped"), [("y", True), ("ja", True), ("n", False), ("", False)])
def test_in_a_terminal_it_asks_first(
    open_room: Room, language: str, env: dict[str, str], answer: str, wiped: bool
) -> None:
    draft = waiting(open_room)
    code, said = talk(window(open_room, "lock", env=env), (QUESTION[language], answer))
    assert (code, draft.path.exists()) == (0, not wiped)
    assert open_room.canary not in said
    assert ("wiped a page" in said, "stays in" in said) == (wiped, not wiped)
    open_room.journal("lock", "--yes", check=0)


def test_whoever_stops_at_the_question_keeps_the_page_and_has_locked(open_room: Room) -> None:
    draft = waiting(open_room)
    terminal = window(open_room, "lock")
    terminal.expect_exact(QUESTION["en"])
    terminal.sendintr()
    code, _ = talk(terminal)
    assert code == 130
    assert open_room.canary in draft.page.read_text()
    with inside(open_room):
        assert not any(key.remembered for key in Agent().secret_keys())
    open_room.journal("lock", "--yes", check=0)


def test_a_page_in_an_editor_is_left_alone_and_said(open_room: Room) -> None:
    draft = unsaved(open_room)  # this process holds it, as a command does
    said = open_room.journal("lock", "--yes", check=0).error
    assert f"another command is at work in {draft.path}" in said
    assert open_room.canary in draft.page.read_text()
    draft.wipe()
    assert "another command" not in open_room.journal("lock", "--yes", check=0).error


def test_a_running_command_is_left_alone_and_said(open_room: Room) -> None:
    words = (*JOURNAL, "run", "--", sys.executable, "-c", "import time; time.sleep(30)")
    with subprocess.Popen(words, env=open_room.environment(), stdin=subprocess.DEVNULL) as running:
        for _ in range(100):
            if list(open_room.runtime.glob("journal-*/pages/*/*.md")):
                break
            time.sleep(0.1)
        (laid_out,) = open_room.runtime.glob("journal-*/pages")
        said = open_room.journal("lock", "--yes", check=0).error
        assert f"another command is at work in {laid_out.parent}" in said
        assert laid_out.exists()
        running.send_signal(signal.SIGTERM)
    assert not laid_out.exists()


def test_the_pages_of_another_journal_are_left_alone(open_room: Room) -> None:
    elsewhere = unsaved(open_room, Path("/elsewhere"))
    held = open_room.journal("lock", "--yes", check=0).error
    assert str(elsewhere.path) not in held
    fcntl.flock(elsewhere.lock, fcntl.LOCK_UN)
    open_room.journal("lock", "--yes", check=0)
    assert open_room.canary in elsewhere.page.read_text()
    elsewhere.wipe()
