"""The terminal of one command: what is said on stderr, shown on stdout, and asked. Knows words; reads no journal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry
    from sexjournal.prompts.wording import Wording
    from sexjournal.terminal.asker import Asker
    from sexjournal.terminal.style import Style

SLOW = 1.0  # seconds of work before a progress bar is worth showing


class Terminal:
    """The three streams of a command. `wording` and `today` are called when the first question is asked."""

    def __init__(
        self,
        environ: Mapping[str, str],
        language: Callable[[], str],
        discreet: Callable[[], bool],
        wording: Callable[[], Wording],
        today: Callable[[], date],
    ) -> None:
        self._environ = environ
        self._language = language
        self._discreet = discreet
        self._wording = wording
        self._today = today
        self._plain = False
        self._sentences: set[str] = set()
        self.quiet = False

    @property
    def language(self) -> str:
        """Return the language of the person's words."""
        return self._language()

    @cached_property
    def style(self) -> Style:
        """Return how stdout shows things: width, colour, language."""
        from sexjournal.terminal.style import Style

        return Style.of(sys.stdout, self._environ, self.language, self._discreet())

    @cached_property
    def asker(self) -> Asker:
        """Return what asks questions, on stderr."""
        from sexjournal.terminal.asker import Asker
        from sexjournal.terminal.console import Console
        from sexjournal.terminal.style import Style

        style = Style.of(sys.stderr, self._environ)
        wording = self._wording()
        return Asker(Console(sys.stdin, sys.stderr, wording.ui, style.colour, style.width), wording, self._today())

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Return what fields, kinds and answers are called where pages are shown."""
        from sexjournal.prompts.wording import vocabulary

        return vocabulary(self._wording())

    @property
    def piped(self) -> bool:
        """Return whether a page comes on standard input."""
        return not sys.stdin.isatty()

    @property
    def interactive(self) -> bool:
        """Return whether somebody can answer: questions go to stderr, so that stdout stays what was asked for."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def read_stdin(self) -> str:
        """Return the page on standard input; BadInput when there is none or it is not UTF-8."""
        data = sys.stdin.buffer.read()
        if not data.strip():
            raise BadInput("there is no page on standard input", "pipe one in, or run it in a terminal")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise BadInput("the page is not UTF-8 text", "turn it: iconv -f latin1 -t utf-8") from None

    # on stderr

    def say(self, sentence: str) -> None:
        """Say something about the work."""
        self.complain(sentence, "")

    def mention(self, sentence: str) -> None:
        """Say something about the work that a timer need not hear."""
        if not self.quiet:
            self.say(sentence)

    def say_once(self, sentence: str) -> None:
        """Say something about the work, unless the command said it before."""
        if sentence not in self._sentences:
            self._sentences.add(sentence)
            self.say(sentence)

    def complain(self, sentence: str, hint: str) -> None:
        """Say what is wrong and what would have helped."""
        from sexjournal.terminal.text import error_lines

        sys.stderr.write(error_lines(sentence, hint))

    def tell(self, text: str) -> None:
        """Say something to the person in their language."""
        from sexjournal.terminal.text import safe_text

        sys.stderr.write("".join(f"{line}\n" for line in self._wrapped(safe_text(text))))

    def _wrapped(self, text: str) -> list[str]:
        """Wrap sentences for a terminal; an indented line, such as a command to copy, stays whole."""
        import textwrap

        def wrapped(line: str) -> list[str]:
            whole = line.startswith("  ") or not sys.stderr.isatty()
            return [line] if whole else textwrap.wrap(line, self.asker.console.width - 1) or [""]

        return [part for line in text.split("\n") for part in wrapped(line)]

    def progress(self, doing: str) -> Callable[[int, int], None]:
        """Return a function that draws a progress bar on a terminal, once the work takes longer than SLOW."""
        import time

        start: float | None = None

        def draw(done: int, total: int) -> None:
            nonlocal start
            start = start or time.monotonic()  # the passphrase may have taken a while before
            if sys.stderr.isatty() and time.monotonic() - start > SLOW:
                end = "\n" if done >= total else ""
                sys.stderr.write(f"\r\x1b[Kjournal: {doing} {done} of {total}{end}")

        return draw

    # on a screen

    def show(self, text: str, *, paged: bool = False) -> None:
        """Print on stdout; paged, on a screen that is gone afterwards."""
        from sexjournal.terminal.pager import show_in_pager

        if paged and self.style.tty:
            show_in_pager(text, self._environ, sys.stdout)
        else:
            sys.stdout.write(text)

    @contextmanager
    def sitting(self, *, plain: bool) -> Iterator[None]:
        """Ask and show on a screen that is gone afterwards; `plain` stays on the present screen, without colour."""
        from sexjournal.terminal.pager import alternate_screen

        self._plain = plain
        self.asker.console.colour = self.asker.console.colour and not plain
        with alternate_screen(sys.stderr, self._environ, plain=plain):
            yield

    def show_within(self, entry: Entry) -> None:
        """Show a page in the middle of a sitting, on the terminal where the questions are."""
        import dataclasses

        from sexjournal.terminal.page import page_text
        from sexjournal.terminal.pager import is_long, show_in_pager_within
        from sexjournal.terminal.style import Style

        style = dataclasses.replace(Style.of(sys.stderr, self._environ, plain=self._plain), language=self.language)
        text = page_text(entry, style, self.words)
        if self._plain or not is_long(text, sys.stderr):
            sys.stderr.write(text)
        else:
            show_in_pager_within(text, self._environ, sys.stderr)
