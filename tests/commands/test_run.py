"""journal run with the tools that people keep a plain archive for: ripgrep, fzf and less; nothing stays afterwards."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from room import JOURNAL
from shelf import Shelf
from tracing import needs_strace

PAGES = {
    "tent": "---\nkind: memory\ndate: 2009-22\n---\nThe summer of the borrowed tent.\nCANARY\n",
    "odd": "---\ntitle: 'Odd CANARY'\n---\n  CANARY\r\n\ttab \x1b[31m \u202e and no newline at the end",
    "lake": "---\ntitle: The lake CANARY\nwith: [Wren]\n---\nWe swam far out,\nslowly, and the lake was still.\n",
}


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not on PATH")


@pytest.fixture
def shelf(stocked: Shelf) -> Iterator[Shelf]:
    yield stocked
    assert laid_out(stocked) == []
    stocked.put_back()


def laid_out(shelf: Shelf) -> list[Path]:
    """What lies in the room's memory-backed place."""
    return sorted(shelf.room.runtime.iterdir())


def name(shelf: Shelf, page: str) -> str:
    """What the plain file of a page is called."""
    return str(shelf.path(page).relative_to(shelf.room.journal_dir)).removesuffix(".asc")


# What the command finds


def test_the_pages_lie_there_byte_for_byte_under_their_names(shelf: Shelf) -> None:
    for page in PAGES:
        assert shelf.room.journal("run", "--", "cat", name(shelf, page), check=0).out == shelf.opened(page)
    found = shelf.room.journal("run", "--", "find", ".", "-type", "f", check=0).text.split()
    assert sorted(found) == sorted(f"./{name(shelf, page)}" for page in PAGES)


def test_they_are_for_this_person_alone_and_only_to_be_read(shelf: Shelf) -> None:
    modes = shelf.room.journal("run", "--", "find", "..", "-printf", "%m %y\n", check=0).text.splitlines()
    assert {mode for mode in modes if mode.endswith("d")} == {"700 d"}
    assert modes.count("400 f") == len(PAGES)


def test_the_filters_choose_what_is_laid_out(shelf: Shelf) -> None:
    found = shelf.room.journal("run", "--kind", "memory", "--", "find", ".", "-type", "f", check=0)
    assert found.text == f"./{name(shelf, 'tent')}\n"


def test_what_it_keeps_for_itself_is_wiped_too(shelf: Shelf) -> None:
    copied = shelf.room.journal("run", "--", "sh", "-c", 'cp -r . "$(mktemp -d)/mine" && ls "$TMPDIR"', check=0)
    assert "tmp." in copied.text


# How it ends


@pytest.mark.parametrize("code", [0, 1, 7])
def test_the_exit_code_is_that_of_the_command(shelf: Shelf, code: int) -> None:
    assert shelf.room.journal("run", "--", "sh", "-c", f"exit {code}").code == code


def test_a_command_that_was_killed_ends_as_a_shell_would_tell_it(shelf: Shelf) -> None:
    assert shelf.room.journal("run", "--", "sh", "-c", "kill -KILL $$").code == 128 + signal.SIGKILL


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "journal: which command?\nhint: journal run -- rg -C2 lake\n"),
        (("--", "no-such-program"), "journal: 'no-such-program' cannot be run: no such file or directory\n"),
    ],
)
def test_what_cannot_be_run_is_told(shelf: Shelf, words: tuple[str, ...], said: str) -> None:
    told = shelf.room.journal("run", *words)
    assert (told.code, told.out, told.error) == (2, b"", said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_ends_the_command_and_wipes_the_pages(shelf: Shelf, number: signal.Signals) -> None:
    terminal = shelf.room.terminal("run", "--", "sh", "-c", "echo rea''dy; exec sleep 60")
    terminal.expect_exact("ready")
    assert laid_out(shelf) != []
    os.kill(terminal.pid, number)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 128 + number


def test_what_a_killed_command_left_is_wiped_by_the_next(shelf: Shelf) -> None:
    terminal = shelf.room.terminal("run", "--", "sh", "-c", "echo rea''dy; exec sleep 60")
    terminal.expect_exact("ready")
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert laid_out(shelf) != []
    shelf.room.journal("list", check=0)


# The tools


@needs("rg")
def test_ripgrep_finds_the_lines_with_what_stands_around_them(shelf: Shelf) -> None:
    found = shelf.room.journal("run", "--", "rg", "-n", "-B1", "the lake was", check=0)
    before, line = (line.removeprefix(name(shelf, "lake")) for line in found.text.splitlines())
    assert (before[0], before.partition("-")[2].partition("-")[2]) == ("-", "We swam far out,")
    assert (line[0], line.rpartition(":")[2]) == (":", "slowly, and the lake was still.")
    assert shelf.room.journal("run", "--", "rg", "heron").code == 1
    assert shelf.room.journal("run", "--", "rg", "(").code == 2


@needs("rg")
def test_ripgrep_lists_every_page(shelf: Shelf) -> None:
    listed = shelf.room.journal("run", "--", "rg", "--files", "--sort", "path", check=0)
    assert listed.text.splitlines() == sorted(name(shelf, page) for page in PAGES)


@needs("fzf")
def test_fzf_finds_a_page_by_what_its_name_tells(shelf: Shelf) -> None:
    search = "find . -name '*.md' | fzf --filter \"'2009-22\""
    assert shelf.room.journal("run", "--", "sh", "-c", search, check=0).text == f"./{name(shelf, 'tent')}\n"


@needs("fzf")
def test_fzf_finds_a_line_in_all_pages(shelf: Shelf) -> None:
    search = "grep -rn '' . | fzf --filter \"'borrowed\""
    found = shelf.room.journal("run", "--", "sh", "-c", search, check=0).text
    assert found.startswith(f"./{name(shelf, 'tent')}:")
    assert found.endswith(":The summer of the borrowed tent.\n")


@needs("less")
def test_less_shows_the_pages_one_after_another(shelf: Shelf) -> None:
    files = sorted(name(shelf, page) for page in ("lake", "tent"))
    terminal = shelf.room.terminal("run", "--", "less", *files, env={"LESS": "", "LESSHISTFILE": "-"})
    terminal.expect_exact("The summer of the borrowed tent.")
    terminal.expect_exact("(file 1 of 2)")
    assert laid_out(shelf) != []
    assert shelf.room.sweep() == []  # on the disk, while the pages are open
    terminal.send(":n")
    terminal.expect_exact("slowly, and the lake was still.")
    terminal.send("/swam\n")
    terminal.expect_exact("swam")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


@needs_strace
def test_ctrl_c_in_the_first_moment_of_the_command_leaves_the_pages_to_it(shelf: Shelf) -> None:
    """Each change of what a signal does takes long, so that the command is there before one that came after it."""
    slow = ("-e", "trace=rt_sigaction", "-e", "inject=rt_sigaction:delay_enter=30000")
    words = f"kill -INT $PPID; cat {name(shelf, 'lake')}"
    strace = ("strace", "-qq", "-o", str(shelf.room.tools / "log"), *slow)
    result = shelf.room.run(*strace, *JOURNAL, "run", "--", "sh", "-c", words, check=0)
    assert "slowly, and the lake was still." in result.text


@needs("less")
def test_less_goes_on_after_ctrl_c_and_the_pages_with_it(shelf: Shelf) -> None:
    terminal = shelf.room.terminal("run", "--", "less", name(shelf, "lake"), env={"LESS": "", "LESSHISTFILE": "-"})
    terminal.expect_exact("slowly, and the lake was still.")
    terminal.sendintr()
    terminal.send("/far\n")
    terminal.expect_exact("far")
    assert laid_out(shelf) != []
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0
