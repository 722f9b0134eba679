"""The terminal side of asking: one question at a time. Knows how to ask and when to ask again, but no page and no file.

What is asked comes from `prompts`; lines are read from and written to what is handed in, so that stdout stays free.
"""

from __future__ import annotations

import io
import os
import select
import signal
import termios
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TextIO

from sexjournal.errors import BadInput, Interrupted
from sexjournal.prompts.answers import Answer
from sexjournal.prompts.questions import questions_of
from sexjournal.prompts.typed_answers import pick, read_answer
from sexjournal.prompts.wording import FREE_WORDS, filled

if TYPE_CHECKING:
    from datetime import date

    from sexjournal.prompts.answers import Answers
    from sexjournal.prompts.questions import Facts
    from sexjournal.prompts.wording import Option, Prompt, Wording

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_ROUNDS: tuple[Literal["first", "more"], ...] = ("first", "more")
_SEVERAL_LINES = ("text", "list")
_HOW = {  # how to answer a type of question, as `ui` has it
    "text": "text_ends",
    "list": "list_ends",
    "people": "separate",
    "choice": "choose",
    "multi": "choose_some",
}
_YES_OR_NO = {"y": True, "yes": True, "j": True, "ja": True, "n": False, "no": False, "nee": False}
LONGEST_LINE = 4095  # bytes: a terminal hands over no more of one line, without a word
_NARROWEST = 20  # columns, below which wrapping only makes it worse


def _nothing() -> None:
    """Nobody wants to hear of answers."""


class Reader(Protocol):
    """Where answers come from: a line with its newline, and "" at the end, as `sys.stdin` has it."""

    def readline(self) -> str: ...


@dataclass(slots=True, repr=False)
class Asker:
    """Somebody at a terminal. `answers` holds all that was answered so far, also after they stopped.

    Every method that asks raises Interrupted on Ctrl-C and at the end of the input.
    """

    reader: Reader
    out: TextIO
    wording: Wording
    today: date
    colour: bool = False
    width: int = 80
    heard: Callable[[], None] = _nothing  # called after each answer that is kept
    answers: list[Answer] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def ask_section(
        self,
        section: str,
        facts: Facts,
        known: Collection[str] = (),
        names: Mapping[str, str] | None = None,
        early: Callable[[str], bool | None] | None = None,
    ) -> Answers:
        """Ask the first questions of a section, then the others if the person feels like it; return its answers.

        What is `known`, by a store (`fm.date`) or by the id of a question, is not asked for, `names` fill the
        placeholders, and `early` tells of a date that was answered, as it is stored, whether it lies before adulthood.
        The facts follow the answers: a question whose condition only comes true later on is asked then.
        """
        begun = len(self.answers)
        with self._listening():
            self.introduce(section)
            self.ask_rest(section, facts, known, names, early)
        return tuple(self.answers[begun:])

    def ask_rest(
        self,
        section: str,
        facts: Facts,
        known: Collection[str] = (),
        names: Mapping[str, str] | None = None,
        early: Callable[[str], bool | None] | None = None,
    ) -> None:
        """Ask as `ask_section` does, of a section that was introduced already."""
        done = {prompt.id for prompt in self.wording.prompts.values() if {prompt.store, prompt.id} & {*known}}
        with self._listening():
            for ask in _ROUNDS:
                if ask == "more" and not self._wants_more(self._left(section, facts, ask, done)):
                    break
                while left := self._left(section, facts, ask, done):
                    done.add(left[0].id)
                    answer = self.ask(left[0], names)
                    facts = _after(facts, answer, early) if answer else facts

    def introduce(self, section: str) -> None:
        """Say what the questions are about, and once that each may be skipped."""
        about = self.wording.sections[section]
        with self._listening():
            self._head(about.title)
            self._say(about.intro)
            self._once("skip")

    def ask(self, prompt: Prompt, names: Mapping[str, str] | None = None) -> Answer | None:
        """Ask one question until it is answered well or skipped; keep the answer and return it."""
        asked = replace(prompt, text=filled(prompt.text, names or {}))
        with self._listening():
            self._show(asked)
            return self._lines_for(asked) if asked.type in _SEVERAL_LINES else self._line_for(asked)

    def confirm(self, question: str, default: bool = False) -> bool:
        """Yes or no, in either language; Enter alone is `default`.

        Where that is no, a yes agrees to something: what was typed before the question does not answer it.
        """
        if not default:
            self._forget_typed_ahead()
        return self._yes_or_no(question, default)

    def _yes_or_no(self, question: str, default: bool) -> bool:
        yes, no = self.wording.ui["yes"][0], self.wording.ui["no"][0]
        with self._listening():
            self._head(f"{question} [{yes.upper()}/{no}]" if default else f"{question} [{yes}/{no.upper()}]")
            while word := self._readline().strip().casefold():
                if word in _YES_OR_NO:
                    return _YES_OR_NO[word]
                self._say(self.wording.ui["wrong_yes_no"])
        return default

    def choose(self, question: str, options: Sequence[Option]) -> str | None:
        """The value of one of the options, None when skipped."""
        with self._listening():
            self._head(question)
            self._list(options)
            while typed := self._readline().strip():
                if value := pick(typed, options):
                    return value
                self._say(filled(self.wording.ui["wrong_choice"], {"n": str(len(options))}))
        return None

    def line(self, question: str) -> str:
        """One line, without the space around it; empty when skipped."""
        with self._listening():
            self._head(question)
            return self._readline().strip()

    # which questions

    def _left(self, section: str, facts: Facts, ask: Literal["first", "more"], done: Collection[str]) -> list[Prompt]:
        return [prompt for prompt in questions_of(self.wording, section, facts, ask) if prompt.id not in done]

    def _wants_more(self, left: Collection[Prompt]) -> bool:
        ui = self.wording.ui
        return bool(left) and self._yes_or_no(f"{ui['more']} {ui['more_ask']}", default=False)

    # one answer

    def _line_for(self, prompt: Prompt) -> Answer | None:
        while True:
            try:
                answer = self._keep(prompt, self._readline())
            except BadInput as trouble:
                self._say(trouble.hint)
            else:
                self._say_back(answer)
                return answer

    def _lines_for(self, prompt: Prompt) -> Answer | None:
        """Lines until an empty one; each counts as soon as it is typed, also when the person is cut off."""
        begun, lines, answer = len(self.answers), list[str](), None
        while line := self._readline():
            lines.append(line)
            del self.answers[begun:]
            answer = self._keep(prompt, "\n".join(lines))
        return answer

    def _keep(self, prompt: Prompt, typed: str) -> Answer | None:
        value = read_answer(prompt, typed, self.wording, self.today)
        if value is None:
            return None
        self.answers.append(Answer(prompt, value))
        self.heard()
        return self.answers[-1]

    def _say_back(self, answer: Answer | None) -> None:
        """What was understood, where that may differ from what was typed."""
        if answer and answer.prompt.type in ("date", "interval"):
            from sexjournal.entry.dates import parse_date
            from sexjournal.entry.shown_dates import long_date

            self._say(long_date(parse_date(str(answer.value)), self.wording.language), _DIM)

    # the terminal

    def _show(self, prompt: Prompt) -> None:
        self._head(prompt.text)
        self._say(prompt.hint, _DIM)
        if prompt.scale:
            self._say(self.wording.scales[prompt.scale].legend, _DIM)
        if prompt.options:
            self._list(self.wording.options[prompt.options], flowing=prompt.type == "multi")
        if prompt.type in _HOW:
            self._once(_HOW[prompt.type])
        if prompt.options == FREE_WORDS:
            self._once("own_words")

    def _list(self, options: Sequence[Option], *, flowing: bool = False) -> None:
        """The options with their numbers, each on a line or one after another."""
        numbered = [f"{number} {option.label}" for number, option in enumerate(options, 1)]
        for line in [_joined(numbered)] if flowing else numbered:
            self._say(line, indent="  ")

    def _once(self, key: str) -> None:
        if key not in self._told:
            self._told.add(key)
            self._say(self.wording.ui[key], _DIM)

    def _head(self, text: str) -> None:
        self._write("\n")
        self._say(text, _BOLD)

    def _say(self, text: str, style: str = "", indent: str = "") -> None:
        """Some lines of text, or none when it is empty."""
        from sexjournal.terminal.render import safe_text

        width = max(self.width - 1, _NARROWEST)
        lines = textwrap.wrap(
            safe_text(text), width, initial_indent=indent, subsequent_indent=2 * indent, break_on_hyphens=False
        )
        for line in lines:
            shown = line.replace(_STUCK, " ")
            self._write(f"{style}{shown}{_PLAIN}\n" if style and self.colour else f"{shown}\n")

    def _readline(self) -> str:
        """One line without its end; raises EOFError where there are no more."""
        while True:
            self._write("> ")
            try:
                self._wait()
                line = self.reader.readline()
                line.encode()  # stray bytes can also come in as lone surrogates
            except UnicodeError:
                self._say(self.wording.ui["wrong_signs"])
            except OSError:
                raise EOFError from None
            else:
                break
        if not line:
            raise EOFError
        if len(line.encode()) >= LONGEST_LINE:
            self._say(self.wording.ui["long_line"], _BOLD)
        return line.removesuffix("\n")

    def _wait(self) -> None:
        """Wait for a line. Python forgets a Ctrl-C that comes in the moment before a read, until the line is there."""
        if (terminal := _terminal(self.reader)) >= 0:
            with _told_of_signals() as told:
                select.select([terminal, told], [], [])

    def _forget_typed_ahead(self) -> None:
        with suppress(OSError, termios.error):  # the terminal may be gone; then the question ends it
            if (terminal := _terminal(self.reader)) >= 0:
                termios.tcflush(terminal, termios.TCIFLUSH)

    def _write(self, text: str) -> None:
        """A terminal that is gone is the end of the input."""
        try:
            self.out.write(text)
            self.out.flush()
        except OSError:
            raise EOFError from None

    @contextmanager
    def _listening(self) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, EOFError):
            with suppress(EOFError):
                self._write("\n")
            raise Interrupted("stopped") from None


def _terminal(reader: Reader) -> int:
    """Return the descriptor of the terminal that lines come from, -1 where they come from elsewhere."""
    return reader.fileno() if isinstance(reader, io.TextIOBase) and reader.isatty() else -1


@contextmanager
def _told_of_signals() -> Iterator[int]:
    """Yield a descriptor that can be read as soon as a signal with a handler has come."""
    told, teller = os.pipe()
    os.set_blocking(teller, False)
    before = signal.set_wakeup_fd(teller, warn_on_full_buffer=False)
    try:
        yield told
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)
        os.close(teller)


_STUCK = "\N{NO-BREAK SPACE}"


def _joined(words: Iterable[str]) -> str:
    """On one line that is only broken between the words."""
    return " · ".join(word.replace(" ", _STUCK) for word in words)


def _after(facts: Facts, answer: Answer, early: Callable[[str], bool | None] | None) -> Facts:
    if early and answer.prompt.store == "fm.date":
        return replace(facts, early=early(str(answer.value)))
    return facts.after(answer)
