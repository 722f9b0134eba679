"""Which questions apply to a page. Knows the wording and the facts about a page; no terminal, file or clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sexjournal.prompts.answers import is_blank

if TYPE_CHECKING:
    from sexjournal.entry.front_matter import Value
    from sexjournal.prompts.answers import Answer
    from sexjournal.prompts.wording import Prompt, Wording

_FIRST_TEXTS = ("body", "letter.begin")  # a text that stands below no question answers a prompt with such a store


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about a page for the conditions of questions. `early` is None while unknown."""

    rating: int | None = None
    people: tuple[str, ...] = ()
    wanted: str = ""
    free: str = ""
    has_jot: bool = False
    has_try: bool = False
    health: bool = False
    early: bool | None = None

    @property
    def unwanted(self) -> bool:
        """Return whether the page tells of doubt or a no, or of no freedom to say no."""
        return self.wanted in ("unsure", "no") or self.free in ("mixed", "no")

    def after(self, answer: Answer) -> Facts:
        """Return the facts after an answer."""
        match answer.prompt.store, answer.value:
            case "fm.rating", int(number):
                return replace(self, rating=number)
            case "fm.with", list(names):
                return replace(self, people=tuple(str(name) for name in names))
            case "fm.wanted", str(word):
                return replace(self, wanted=word)
            case "review.free", str(word):
                return replace(self, free=word)
        return self


CONDITIONS: Mapping[str, Callable[[Facts], bool]] = {
    "glowing": lambda facts: facts.rating in (6, 7),
    "middling": lambda facts: facts.rating in (3, 4, 5),
    "hard": lambda facts: facts.rating in (1, 2) or facts.unwanted,
    "not_glowing": lambda facts: facts.rating not in (6, 7),
    "shared": lambda facts: bool(facts.people),
    "solo": lambda facts: not facts.people,
    "has_jot": lambda facts: facts.has_jot,
    "has_try": lambda facts: facts.has_try,
    "health_on": lambda facts: facts.health,
    "early": lambda facts: facts.early is True,
    "not_early": lambda facts: facts.early is not True,
}


def applies(prompt: Prompt, facts: Facts) -> bool:
    """Return whether to ask a question. No scale is asked about an unwanted event, or before adulthood."""
    if prompt.type == "scale" and (facts.early or facts.unwanted):
        return False
    return not prompt.when or CONDITIONS[prompt.when](facts)


def questions_of(
    wording: Wording, section: str, facts: Facts, ask: Literal["first", "more"] = "first"
) -> tuple[Prompt, ...]:
    """Return the prompts of a section that apply now. Every answer can change the facts, so ask again after each."""
    prompts = (prompt for prompt in wording.prompts.values() if prompt.section == section and prompt.ask == ask)
    return tuple(prompt for prompt in prompts if applies(prompt, facts))


def section_for_kind(kind: str) -> str:
    """Return the section with the questions about a new page of a kind."""
    return "letter" if kind == "letter" else f"new.{kind}"


def already_answered(
    wording: Wording, section: str, facts: Facts, fields: Mapping[str, Value], body: str
) -> frozenset[str]:
    """Return the ids of the questions already answered on a page, in the fields or in the text.

    A text below no question answers the first applicable question about the text.
    """
    prompts = [prompt for prompt in wording.prompts.values() if prompt.section == section]
    answered = [prompt for prompt in prompts if _is_answered(prompt, fields, body, wording.headings)]
    if body.strip():
        answered += [prompt for prompt in prompts if prompt.store in _FIRST_TEXTS and applies(prompt, facts)][:1]
    return frozenset(prompt.id for prompt in answered)


def _is_answered(prompt: Prompt, fields: Mapping[str, Value], body: str, headings: Mapping[str, str]) -> bool:
    """Return whether a page has a value or a text where the answer to a question goes."""
    root, *path = prompt.store.split(".")
    if root == "body":
        return f"*{prompt.text}*" in body
    if root == "letter":
        return prompt.store in headings and f"## {headings[prompt.store]}" in body
    return not is_blank(_value_at(fields, path if root == "fm" else [root, *path]))


def _value_at(fields: Mapping[str, Value], path: Iterable[str]) -> Value:
    value: Value = dict(fields)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
