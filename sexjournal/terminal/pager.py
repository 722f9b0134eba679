"""A pager that leaves nothing behind: not on the screen, not in the scrollback, not in a history file.

Knows `less` and nothing of pages. The person's $PAGER, $LESS and lesskey file are not followed: any of them may keep
the text on the screen (git's own `LESS=FRX` leaves 46 of 100 lines in the scrollback) or write the search word to disk.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

# -R passes colours on; without -X and -F even a short page goes to the alternate screen, which vanishes with less. The
# lesskey files come first of all for less and could set each of the others anew.
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
_BELOW = 8  # rows
_ENTER = "\x1b[?1049h\x1b[H"
_LEAVE = "\x1b[?1049l"
_WIPE = "\x1b[H\x1b[2J\x1b[3J"  # home, clear the screen, clear the scrollback


def page(text: str, environ: Mapping[str, str], out: TextIO) -> None:
    """Show `text`, made safe before, until the person has had enough.

    It is written straight to `out` where paging cannot be: no terminal, one that cannot move its cursor, or no `less`.
    """
    less = _pager(environ, out)
    if less:
        _less(less, text, environ, out)
    else:
        out.write(text)
        out.flush()


def _pager(environ: Mapping[str, str], out: TextIO) -> str | None:
    less = shutil.which("less", path=environ.get("PATH"))
    return less if out.isatty() and environ.get("TERM") not in (None, "", "dumb") else None


@contextmanager
def gone_afterwards(out: TextIO, environ: Mapping[str, str], *, plain: bool = False) -> Iterator[None]:
    """Use the alternate screen, so that nothing said in the block stays in the scrollback.

    With `plain`, for screen readers, and where there is no such screen, everything stays on the one there is.
    """
    moves = out.isatty() and not plain and environ.get("TERM") not in (None, "", "dumb")
    if not moves:
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
    """Whether a text does not fit the terminal, with a little room for what is asked below it."""
    import os

    try:
        columns, rows = os.get_terminal_size(out.fileno())
    except OSError:
        return False
    return sum(1 + len(line) // columns for line in text.split("\n")) > rows - _BELOW


def page_through(text: str, environ: Mapping[str, str], out: TextIO) -> None:
    """Page in the middle of `gone_afterwards`: the pager leaves its screen, and the sitting goes on on a fresh one."""
    page(text, environ, out)
    if _pager(environ, out):
        out.write(_ENTER)
        out.flush()


def _less(less: str, text: str, environ: Mapping[str, str], out: TextIO) -> None:
    import subprocess

    out.flush()
    ours = {name: value for name, value in environ.items() if not name.startswith("LESS")}
    with _interrupts_left_to_the_child():  # quitting before the end was read is no error either
        subprocess.run([less], input=text.encode("utf-8", errors="replace"), stdout=out, env=ours | _LESS, check=False)
    if not _has_alternate_screen(environ["TERM"], out):
        out.write(_WIPE)
        out.flush()


def _has_alternate_screen(term: str, out: TextIO) -> bool:
    """Ask terminfo. The console of Linux has none; of a terminal that is not known the best is hoped."""
    import curses

    try:
        curses.setupterm(term, out.fileno())
    except curses.error:
        return True
    return bool(curses.tigetstr("smcup"))


@contextmanager
def _interrupts_left_to_the_child() -> Iterator[None]:
    """Ctrl-C is a key of less. The handler does nothing, and unlike SIG_IGN the child does not inherit it."""
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
