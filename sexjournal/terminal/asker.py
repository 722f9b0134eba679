"""Questions at a terminal, asked in turn. Knows when to ask and when to ask again; knows no page and no file.

The questions come from `prompts`, the lines from a `Console`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from sexjournal.errors import BadInput
from sexjournal.prompts.answers import Answer
from sexjournal.prompts.questions import questions_of
from sexjournal.prompts.typed_answers import pick, read_answer
from sexjournal.prompts.wording import FREE_WORDS, filled
from sexjournal.terminal.console import DIM, NO_BREAK

if TYPE_CHECKING:
    from datetime import date

    from sexjournal.prompts.questions import Facts
    from sexjournal.prompts.wording import Option, Prompt, Wording
    from sexjournal.terminal.console import Console

_ROUNDS: tuple[Literal["first", "more"], ...] = ("first", "more")
_SEVERAL_LINES = ("text", "list")
_HOW_TO_ANSWER = {  # the message of `ui` for a type of question
    "text": "text_ends",
    "list": "list_ends",
    "people": "separate",
    "choice": "choose",
    "multi": "choose_some",
}
_YES_OR_NO = {"y": True, "yes": True, "j": True, "ja": True, "n": False, "no": False, "nee": False}


@dataclass(slots=True, repr=False)
class Asker:
    """Ask questions, and keep all `answers` so far, also after the person stopped.

    Every method with a question raises Interrupted on Ctrl-C and at the end of the input.
    """

    console: Console
    wording: Wording
    today: date
    on_answer: Callable[[], None] = lambda: None  # called after each answer
    answers: list[Answer] = field(default_factory=list)
    _hints_given: set[str] = field(default_factory=set)

    def ask_section(
        self,
        section: str,
        facts: Facts,
        answered: Collection[str] = (),
        names: Mapping[str, str] | None = None,
        early: Callable[[str], bool | None] | None = None,
    ) -> None:
        """Ask the first questions of a section, then the others if the person feels like it.

        `answered` holds stores (`fm.date`) or ids of questions to leave out, and `names` fill the placeholders.
        `early` returns whether a date, as stored, lies before adulthood. The facts follow the answers: a later answer
        can make the condition of an earlier question true, and that question is asked then.
        """
        done = {prompt.id for prompt in self.wording.prompts.values() if {prompt.store, prompt.id} & {*answered}}
        with self.console.interruptible():
            for ask in _ROUNDS:
                if ask == "more" and not self._wants_more(self._open_prompts(section, facts, ask, done)):
                    break
                while open_prompts := self._open_prompts(section, facts, ask, done):
                    done.add(open_prompts[0].id)
                    answer = self.ask(open_prompts[0], names)
                    facts = _facts_after(facts, answer, early) if answer else facts

    def introduce(self, section: str) -> None:
        """Say the title and the introduction of a section, and the first time, how to skip a question."""
        about = self.wording.sections[section]
        with self.console.interruptible():
            self.console.heading(about.title)
            self.console.say(about.intro)
            self._hint_once("skip")

    def ask(self, prompt: Prompt, names: Mapping[str, str] | None = None) -> Answer | None:
        """Ask a question until the answer is valid or the question is skipped; keep and return the answer."""
        question = replace(prompt, text=filled(prompt.text, names or {}))
        with self.console.interruptible():
            self._show(question)
            return self._read_lines(question) if question.type in _SEVERAL_LINES else self._read_line(question)

    def confirm(self, question: str, default: bool = False) -> bool:
        """Return yes or no, in either language; Enter alone is `default`.

        With `default` no, a yes agrees to a risk, so lines typed before the question do not count as an answer.
        """
        if not default:
            self.console.forget_typed_ahead()
        return self._yes_or_no(question, default)

    def _yes_or_no(self, question: str, default: bool) -> bool:
        yes, no = self.wording.ui["yes"][0], self.wording.ui["no"][0]
        with self.console.interruptible():
            self.console.heading(f"{question} [{yes.upper()}/{no}]" if default else f"{question} [{yes}/{no.upper()}]")
            while word := self.console.read_line().strip().casefold():
                if word in _YES_OR_NO:
                    return _YES_OR_NO[word]
                self.console.say(self.wording.ui["wrong_yes_no"])
        return default

    def choose(self, question: str, options: Sequence[Option]) -> str | None:
        """Return the value of the chosen option, None when skipped."""
        with self.console.interruptible():
            self.console.heading(question)
            self._list(options)
            while typed := self.console.read_line().strip():
                if value := pick(typed, options):
                    return value
                self.console.say(filled(self.wording.ui["wrong_choice"], {"n": str(len(options))}))
        return None

    def line(self, question: str) -> str:
        """Return a typed line, without the space around it; empty when skipped."""
        with self.console.interruptible():
            self.console.heading(question)
            return self.console.read_line().strip()

    def _open_prompts(
        self, section: str, facts: Facts, ask: Literal["first", "more"], done: Collection[str]
    ) -> list[Prompt]:
        return [prompt for prompt in questions_of(self.wording, section, facts, ask) if prompt.id not in done]

    def _wants_more(self, open_prompts: Collection[Prompt]) -> bool:
        ui = self.wording.ui
        return bool(open_prompts) and self._yes_or_no(f"{ui['more']} {ui['more_ask']}", default=False)

    def _read_line(self, prompt: Prompt) -> Answer | None:
        while True:
            try:
                answer = self._keep(prompt, self.console.read_line())
            except BadInput as trouble:
                self.console.say(trouble.hint)
            else:
                self._confirm_date(answer)
                return answer

    def _read_lines(self, prompt: Prompt) -> Answer | None:
        """Read lines until an empty line. Each line counts at once, also when the person is cut off later."""
        begun, lines, answer = len(self.answers), list[str](), None
        while line := self.console.read_line():
            lines.append(line)
            del self.answers[begun:]
            answer = self._keep(prompt, "\n".join(lines))
        return answer

    def _keep(self, prompt: Prompt, typed: str) -> Answer | None:
        value = read_answer(prompt, typed, self.wording, self.today)
        if value is None:
            return None
        self.answers.append(Answer(prompt, value))
        self.on_answer()
        return self.answers[-1]

    def _confirm_date(self, answer: Answer | None) -> None:
        """Say how a date was understood, as the typed words may mean another day."""
        if answer and answer.prompt.type in ("date", "interval"):
            from sexjournal.entry.dates import parse_date
            from sexjournal.entry.shown_dates import long_date

            self.console.say(long_date(parse_date(str(answer.value)), self.wording.language), DIM)

    def _show(self, prompt: Prompt) -> None:
        self.console.heading(prompt.text)
        self.console.say(prompt.hint, DIM)
        if prompt.scale:
            self.console.say(self.wording.scales[prompt.scale].legend, DIM)
        if prompt.options:
            self._list(self.wording.options[prompt.options], flowing=prompt.type == "multi")
        if prompt.type in _HOW_TO_ANSWER:
            self._hint_once(_HOW_TO_ANSWER[prompt.type])
        if prompt.options == FREE_WORDS:
            self._hint_once("own_words")

    def _list(self, options: Sequence[Option], *, flowing: bool = False) -> None:
        """Write the options with numbers: a line for each option, or all in a row with `flowing`."""
        numbered = [f"{number} {option.label}" for number, option in enumerate(options, 1)]
        if flowing:  # a line is broken between two options only
            numbered = [" · ".join(option.replace(" ", NO_BREAK) for option in numbered)]
        for line in numbered:
            self.console.say(line, indent="  ")

    def _hint_once(self, key: str) -> None:
        if key not in self._hints_given:
            self._hints_given.add(key)
            self.console.say(self.wording.ui[key], DIM)


def _facts_after(facts: Facts, answer: Answer, early: Callable[[str], bool | None] | None) -> Facts:
    if early and answer.prompt.store == "fm.date":
        return replace(facts, early=early(str(answer.value)))
    return facts.after(answer)
