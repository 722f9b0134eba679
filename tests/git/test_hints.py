"""Git commands in hints: a shell reads them as meant, whatever the name of the directory."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from devices import LAKE, OWN, device
from room import Room

from sexjournal.errors import SyncTrouble
from sexjournal.git.hints import FORCE_PUSH, git_in, quoted

PUSH = ("push", "--force", "origin", "HEAD")


def test_a_plain_directory_stands_in_a_hint_as_it_is() -> None:
    assert git_in(Path("/home/me/journal")) == "git -C /home/me/journal"


@pytest.mark.parametrize("name", ["my journal", "it's mine", "$(touch x)", "a;b", "50%", "-n", ""])
def test_a_shell_reads_one_word_whatever_the_name(name: str) -> None:
    directory = Path("/data") / name
    git = git_in(directory)
    assert shlex.split(git) == ["git", "-C", str(directory)]
    assert shlex.split(FORCE_PUSH.format(git=git).partition(": ")[2])[2:] == [str(directory), *PUSH]
    assert shlex.split(quoted(name)) == [name]


@pytest.mark.parametrize("sign", ["\n", "\x1b[2J", "\u202e"])
def test_a_name_that_could_act_on_the_terminal_is_left_out(sign: str) -> None:
    assert quoted(f"a{sign}b") == "FILE"


def test_the_hint_of_an_error_runs_as_it_is_in_a_directory_with_a_space(room: Room) -> None:
    here = device(room, "my journal")
    here.write({OWN: "own", LAKE: "lake"})
    here.git("switch", "--quiet", "--detach")
    with pytest.raises(SyncTrouble, match="on no branch") as caught:
        assert here.remote.head
    room.run("sh", "-c", caught.value.hint.partition(": ")[2], check=0)
    assert here.remote.head


def test_pages_in_clear_are_removed_by_the_hint_in_a_directory_with_a_space(room: Room) -> None:
    here = device(room, "my journal")
    here.write({OWN: "own", LAKE: "lake"})
    here.git("update-ref", "refs/notes/textconv/journal", "HEAD")
    with pytest.raises(SyncTrouble, match="in clear") as caught:
        here.remote.refuse_clear_notes()
    room.run("sh", "-c", caught.value.hint.partition(": ")[2], check=0)
    here.remote.refuse_clear_notes()
