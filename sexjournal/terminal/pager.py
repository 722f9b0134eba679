"""Show long text in a pager without a trace: not on the screen, in the scrollback or in a history file.

Knows `less` and no pages. The person's $PAGER, $LESS and lesskey file are not followed: each could keep the text
on the screen (git's own `LESS=FRX` leaves 46 of 100 lines in the scrollback) or write the search word to disk.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

from sexjournal.terminal.style import has_cursor

# -R passes colours on. Without -X and -F even a short page goes to the alternate screen, and is gone when less ends.
# A lesskey file outranks the other settings, so less must not read any.
_LESS = {
    "LESS": "-R",
    "LESSCHARSET": "utf-8",
    "LESSHISTFILE": "-",
    "LESSSECURE": "1",
    "LESSOPEN": "",
    "LESSCLOSE": "",
    "LESSKEY": "/dev/null",
    "LESSKEYIN": "/dev/null",
    "LESSKEY_SYSTEM": "/dev/null",
    "LESSKEYIN_SYSTEM": "/dev/null",
}
_ROWS_FOR_QUESTIONS = 8
_ENTER = "\x1b[?1049h\x1b[H"
_LEAVE = "\x1b[?1049l"
_WIPE = "\x1b[H\x1b[2J\x1b[3J"  # home, clear the screen, clear the scrollback


def show_in_pager(text: str, environ: Mapping[str, str], out: TextIO) -> None:
    """Show `text`, made safe before, until the person quits the pager.

    Write the text straight to `out` where no pager can run: no terminal, no movable cursor, or no `less`.
    """
    less = _find_less(environ, out)
    if less:
        _run_less(less, text, environ, out)
    else:
        out.write(text)
        out.flush()


def _find_less(environ: Mapping[str, str], out: TextIO) -> str | None:
    less = shutil.which("less", path=environ.get("PATH"))
    return less if has_cursor(out, environ) else None


@contextmanager
def alternate_screen(out: TextIO, environ: Mapping[str, str], *, plain: bool = False) -> Iterator[None]:
    """Use the alternate screen of the terminal, so that no text of the block stays in the scrollback.

    With `plain`, for screen readers, and on a terminal without such a screen, the text stays on the usual screen.
    """
    if plain or not has_cursor(out, environ):
        yield
        return
    out.write(_ENTER)
    out.flush()
    try:
        yield
    finally:
        with suppress(OSError):  # the terminal may be gone by now
            out.write(_WIPE + _LEAVE)
            out.flush()


def is_long(text: str, out: TextIO) -> bool:
    """Return whether a text does not fit the terminal, with some rows left for the questions below."""
    import os

    try:
        columns, rows = os.get_terminal_size(out.fileno())
    except OSError:
        return False
    return sum(1 + len(line) // columns for line in text.split("\n")) > rows - _ROWS_FOR_QUESTIONS


def show_in_pager_within(text: str, environ: Mapping[str, str], out: TextIO) -> None:
    """Show `text` inside `alternate_screen`, and enter that screen again after the pager."""
    show_in_pager(text, environ, out)
    if _find_less(environ, out):
        out.write(_ENTER)
        out.flush()


def _run_less(less: str, text: str, environ: Mapping[str, str], out: TextIO) -> None:
    import subprocess

    out.flush()
    without_less = {name: value for name, value in environ.items() if not name.startswith("LESS")}
    with _interrupts_ignored():  # quitting before the end is no error either
        data = text.encode("utf-8", errors="replace")
        subprocess.run([less], input=data, stdout=out, env=without_less | _LESS, check=False)
    if not _has_alternate_screen(environ["TERM"], out):
        out.write(_WIPE)
        out.flush()


def _has_alternate_screen(term: str, out: TextIO) -> bool:
    """Return whether terminfo knows an alternate screen; the Linux console has none. True for an unknown terminal."""
    import curses

    try:
        curses.setupterm(term, out.fileno())
    except curses.error:
        return True
    return bool(curses.tigetstr("smcup"))


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Leave Ctrl-C to less, as a key. The handler is empty, as a child would inherit SIG_IGN."""
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
