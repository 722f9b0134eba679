"""Lines to and from a person at a terminal. Knows how a line is read and wrapped; knows no question and no page.

Lines go through the streams given to `Console`, so that stdout stays free for the output of a command.
"""

from __future__ import annotations

import io
import os
import select
import signal
import termios
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, TextIO

from sexjournal.errors import Interrupted
from sexjournal.terminal.text import safe_text

BOLD, DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
NO_BREAK = "\N{NO-BREAK SPACE}"  # lines are not broken here; printed as a blank
LONGEST_LINE = 4095  # bytes: a terminal cuts a longer line, without a word
_NARROWEST = 20  # columns: below this, wrapping only makes a text harder to read


class Reader(Protocol):
    """The source of typed lines: lines with a newline, and "" at the end, as from `sys.stdin`."""

    def readline(self) -> str: ...


@dataclass(slots=True, repr=False)
class Console:
    """A terminal and the person who types at it. `messages` holds the complaints about a typed line, by name."""

    reader: Reader
    out: TextIO
    messages: Mapping[str, str]
    colour: bool = False
    width: int = 80

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Raise Interrupted for Ctrl-C and for the end of the input, after a newline on the terminal."""
        try:
            yield
        except (KeyboardInterrupt, EOFError):
            with suppress(EOFError):
                self._write("\n")
            raise Interrupted("stopped") from None

    def heading(self, text: str) -> None:
        """Write an empty line and a text in bold."""
        self._write("\n")
        self.say(text, BOLD)

    def say(self, text: str, colour: str = "", indent: str = "") -> None:
        """Write a text, wrapped and safe to print; no line at all for an empty text."""
        width = max(self.width - 1, _NARROWEST)
        lines = textwrap.wrap(
            safe_text(text), width, initial_indent=indent, subsequent_indent=2 * indent, break_on_hyphens=False
        )
        for line in lines:
            printed = line.replace(NO_BREAK, " ")
            self._write(f"{colour}{printed}{_PLAIN}\n" if colour and self.colour else f"{printed}\n")

    def read_line(self) -> str:
        """Return a typed line without the newline; EOFError at the end of the input.

        A line with bytes outside UTF-8 is refused, and the person types it again.
        """
        line = None
        while line is None:
            self._write("> ")
            line = self._typed()
        if not line:
            raise EOFError
        if len(line.encode()) >= LONGEST_LINE:
            self.say(self.messages["long_line"], BOLD)
        return line.removesuffix("\n")

    def _typed(self) -> str | None:
        try:
            wait_for_line(self.reader)
            line = self.reader.readline()
            line.encode()  # bytes that are no UTF-8 may also come in as lone surrogates
        except UnicodeError:
            self.say(self.messages["wrong_signs"])
            return None
        except OSError:
            raise EOFError from None
        return line

    def forget_typed_ahead(self) -> None:
        """Drop all lines that were typed before now and not yet read."""
        with suppress(OSError, termios.error):  # the terminal may be gone; then the next question ends the command
            if (terminal := _descriptor(self.reader)) >= 0:
                termios.tcflush(terminal, termios.TCIFLUSH)

    def _write(self, text: str) -> None:
        try:
            self.out.write(text)
            self.out.flush()
        except OSError:  # a terminal that is gone is the end of the input
            raise EOFError from None


def wait_for_line(reader: Reader) -> None:
    """Wait until a terminal has a line, or until a signal comes.

    A Ctrl-C in the moment before a read would otherwise have no effect until the line is typed.
    """
    if (terminal := _descriptor(reader)) >= 0:
        with _signal_pipe() as signals:
            select.select([terminal, signals], [], [])


def _descriptor(reader: Reader) -> int:
    """Return the descriptor of the terminal behind a reader, -1 for any other source of lines."""
    return reader.fileno() if isinstance(reader, io.TextIOBase) and reader.isatty() else -1


@contextmanager
def _signal_pipe() -> Iterator[int]:
    """Yield a descriptor with data to read as soon as a signal with a handler has come."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
