"""What the pager leaves behind: real less in a real terminal, whose scrollback and home are looked through after it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from sexjournal.terminal import pager

needs_less = pytest.mark.skipif(not shutil.which("less"), reason="less is not on PATH")
needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux, a terminal with a scrollback, is not on PATH")

LONG = "".join(f"canary {number}\n" for number in range(1, 201))
SHORT = "canary alone\n"
DRIVER = """\
import os, signal, sys
from pathlib import Path
from sexjournal.terminal import pager
before = signal.getsignal(signal.SIGINT)
pager.show_in_pager(Path(sys.argv[1]).read_text(), os.environ, sys.stdout)
assert signal.getsignal(signal.SIGINT) is before
print("put away")
"""
# Each of these makes less keep the text on the screen, or note what was searched for.
LESSKEY = "#env\nLESS = -FRX\nLESSHISTFILE = {home}/found\nLESSSECURE = 0\n"
UNWANTED = {
    "LESS": "-FRX",
    "LESSHISTFILE": "found",
    "LESSOPEN": "|cat %s >found",
    "PAGER": "cat",
    "LESSSECURE_ALLOW": "shell",
}


class Terminal:
    """A private tmux server with one shell in a home of its own."""

    def __init__(self, root: Path) -> None:
        self.home, self.text = root / "home", root / "text"
        self.home.mkdir()
        (root / "driver.py").write_text(DRIVER)
        self.driver = root / "driver.py"
        self._argv = ("tmux", "-S", str(root / "socket"), "-f", "/dev/null")
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", "sh")

    def page(self, text: str, **environ: str) -> None:
        """Page the text, as a command would, and wait until it is on the screen."""
        self.text.write_text(text)
        settings = " ".join(f"{name}='{value}'" for name, value in environ.items())
        self.type(f"clear; env {settings} '{sys.executable}' '{self.driver}' '{self.text}'", "Enter")
        self.wait_for("canary")

    def type(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def go_to_the_end(self) -> None:
        for _ in range(100):  # an interrupt may swallow the key that comes right after it
            self.type("G")
            if "canary 200" in self.screen():
                return
            time.sleep(0.05)
        pytest.fail(self.screen())

    def quit(self) -> None:
        self.type("q")
        self.wait_for("put away")

    def wait_for(self, words: str) -> None:
        for _ in range(300):
            if words in self.screen():
                return
            time.sleep(0.02)
        pytest.fail(f"{words!r} did not come up in\n{self.screen()}")

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def all_lines(self) -> str:
        """The screen with its whole scrollback."""
        return self._tmux("capture-pane", "-p", "-S", "-")

    def files(self) -> list[str]:
        return sorted(path.name for path in self.home.rglob("*"))

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            (*self._argv, *words),
            env=self.environ,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        return done.stdout


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="j", dir="/tmp") as root:  # a socket's path has to be short
        one = Terminal(Path(root))
        try:
            yield one
        finally:
            one.close()


@needs_less
@needs_tmux
def test_a_long_text_leaves_no_line_in_the_scrollback_and_a_search_no_history(terminal: Terminal) -> None:
    terminal.page(LONG)
    terminal.type("/canary 77", "Enter")
    terminal.wait_for("canary 99")
    terminal.go_to_the_end()
    terminal.quit()
    assert "canary" not in terminal.all_lines()
    assert terminal.files() == []


@needs_less
@needs_tmux
def test_a_text_that_fits_on_the_screen_does_not_stay_there_either(terminal: Terminal) -> None:
    terminal.page(SHORT)
    terminal.quit()
    assert "canary" not in terminal.all_lines()


@needs_less
@needs_tmux
def test_settings_that_the_person_has_for_less_keep_nothing(terminal: Terminal) -> None:
    (terminal.home / ".lesskey").write_text(LESSKEY.format(home=terminal.home))
    terminal.page(LONG, **UNWANTED)
    terminal.type("/canary 77", "Enter")
    terminal.wait_for("canary 99")
    terminal.quit()
    assert "canary" not in terminal.all_lines()
    assert terminal.files() == [".lesskey"]


@needs_less
@needs_tmux
def test_a_console_without_an_alternate_screen_is_wiped(terminal: Terminal) -> None:
    terminal.page(LONG, TERM="linux")
    terminal.type("Space")
    terminal.wait_for("canary 46")
    assert "canary 1\n" in terminal.all_lines()  # this terminal would keep what it has shown
    terminal.quit()
    assert "canary" not in terminal.all_lines()


@needs_less
@needs_tmux
@pytest.mark.parametrize("keys", [("s", "saved", "Enter"), ("!",), ("|",), ("v",)])
def test_the_text_cannot_be_saved_or_handed_to_a_program_from_less(terminal: Terminal, keys: tuple[str, ...]) -> None:
    terminal.page(LONG)
    terminal.type(*keys)
    terminal.wait_for("not available")
    terminal.type("Enter")
    terminal.quit()
    assert terminal.files() == []


@needs_less
@needs_tmux
def test_colours_are_shown_as_colours(terminal: Terminal) -> None:
    terminal.page("\x1b[1mcanary\x1b[0m\n")
    assert terminal.screen().strip().startswith("canary\n")  # less 668 shows a short text at the bottom
    assert "[1m" not in terminal.screen()
    terminal.quit()


@needs_less
@needs_tmux
def test_ctrl_c_is_a_key_of_less_and_ends_nothing(terminal: Terminal) -> None:
    terminal.page(LONG)
    terminal.type("C-c")
    terminal.go_to_the_end()
    terminal.quit()
    assert "Traceback" not in terminal.all_lines()


@needs_less
@needs_tmux
def test_quitting_before_the_end_was_read_is_no_error(terminal: Terminal) -> None:
    terminal.page(SHORT * 500_000)
    terminal.quit()
    assert "rror" not in terminal.all_lines()


@pytest.fixture
def run_in_a_terminal(tmp_path: Path) -> Callable[..., str]:
    """Page a text with a pseudo-terminal for output, and give what reached that."""

    def run(text: str, **environ: str) -> str:
        (tmp_path / "driver.py").write_text(DRIVER)
        (tmp_path / "text").write_text(text)
        child = pexpect.spawn(
            sys.executable,
            [str(tmp_path / "driver.py"), str(tmp_path / "text")],
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "xterm-256color", **environ},
            encoding="utf-8",
            timeout=20,
        )
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
        return str(child.before).replace("\r\n", "\n")

    return run


def test_without_less_the_text_is_written_as_it_is(run_in_a_terminal: Callable[..., str], tmp_path: Path) -> None:
    assert run_in_a_terminal(SHORT, PATH=str(tmp_path)) == SHORT + "put away\n"


def test_a_terminal_that_cannot_move_its_cursor_gets_the_text_as_it_is(run_in_a_terminal: Callable[..., str]) -> None:
    assert run_in_a_terminal(SHORT, TERM="dumb") == SHORT + "put away\n"
    assert run_in_a_terminal(SHORT, TERM="") == SHORT + "put away\n"


def test_a_pipe_gets_the_text_as_it_is() -> None:
    out = io.StringIO()
    pager.show_in_pager(LONG, {"PATH": os.environ["PATH"], "TERM": "xterm"}, out)
    assert out.getvalue() == LONG
