"""The wording: every question, label and message of a language, as values.

Knows no file and no terminal. `load.py` reads the files; the other modules of this floor use the values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LETTER_PARTS = ("begin", "do", "receive", "scene", "veil", "why", "end")  # in the order of a letter
TYPES = ("text", "line", "list", "number", "date", "interval", "people", "scale", "choice", "multi")
FREE_WORDS = "feelings"  # the options that people add words of their own to


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question. An empty `when`, `scale`, `options` or `hint` stands for none."""

    id: str
    section: str
    type: str
    store: str
    ask: str
    when: str
    scale: str
    options: str
    text: str
    hint: str

    @property
    def gathers(self) -> bool:
        """Return whether the answers are stored as a list, even when the question takes one line."""
        return self.store.startswith(("map.", "talk.")) or self.store == "try.curious"


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from 1 to 7. `anchors` are the words for some of the numbers, lowest first."""

    label: str
    anchors: Mapping[int, str]

    @property
    def legend(self) -> str:
        """Return the anchors on one line: `1 low · 7 bright`."""
        return " · ".join(f"{number} {word}" for number, word in self.anchors.items())


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer: `value` is stored, `label` is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Section:
    """The title and the introduction of a group of questions."""

    title: str
    intro: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry, as the chooser shows the kind."""

    label: str
    about: str


@dataclass(frozen=True, slots=True)
class Help:
    """A person or a service to turn to."""

    id: str
    name: str
    contact: str
    about: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The contents of a language file, by id or name and in the order of the file."""

    language: str
    help: tuple[Help, ...]
    prompts: Mapping[str, Prompt]
    sections: Mapping[str, Section]
    kinds: Mapping[str, Kind]
    scales: Mapping[str, Scale]
    options: Mapping[str, tuple[Option, ...]]
    ui: Mapping[str, str]
    init: Mapping[str, str]
    keys: Mapping[str, str]
    sync: Mapping[str, str]
    words: Mapping[str, str]
    adult: Mapping[str, str]
    safety: Mapping[str, str]
    headings: Mapping[str, str]
    talk_rules: Mapping[str, str]
    talk_reader: Mapping[str, str]
    before_sending: Mapping[str, str]
    match: Mapping[str, str]
    messages: Mapping[str, str]


def vocabulary(wording: Wording) -> dict[str, str]:
    """Return the labels of fields, kinds, scales and answers: under `kind.memory`, `rating`, `agree.mostly`."""
    scales = {name: scale.label for name, scale in wording.scales.items()}
    kinds = {f"kind.{name}": kind.label for name, kind in wording.kinds.items()}
    labels = {f"{name}.{option.value}": option.label for name, options in wording.options.items() for option in options}
    anchors = {f"{name}.{n}": text for name, scale in wording.scales.items() for n, text in scale.anchors.items()}
    return {**scales, **wording.words, **kinds, **labels, **anchors}


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return `text` with each `{name}` of `names` replaced, in one pass: inserted text is not searched again."""
    return re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], match[0]), text)
