"""Read a typed answer as a value. Knows the prompt and the wording; today comes in as a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sexjournal.entry.fields import HIGHEST, LOWEST
from sexjournal.errors import BadInput
from sexjournal.prompts.wording import FREE_WORDS, filled

if TYPE_CHECKING:
    from datetime import date

    from sexjournal.entry.front_matter import Value
    from sexjournal.prompts.wording import Option, Prompt, Wording

_BOUNDS = {"scale": (LOWEST, HIGHEST), "fm.health.cycle_day": (1, 60)}  # by type or store
_OTHER_BOUNDS = (0, 999)


def read_answer(prompt: Prompt, typed: str, wording: Wording, today: date) -> Value:
    """Return the value to store for typed text, None for a blank. Newlines separate several lines.

    Raises BadInput; the hint names the allowed answers in the person's language.
    """
    word = typed.strip()
    if not word:
        return None
    match prompt.type:
        case "text":
            return typed
        case "line":
            return word
        case "list":
            return _split(typed, ";\n")
        case "people":
            return _split(typed, ",\n")
        case "multi":
            return unique(_choice(prompt, str(part), wording) for part in _split(typed, ",\n"))
        case "choice":
            return _choice(prompt, word, wording)
        case "date" | "interval":
            return _typed_date(prompt, word, wording, today)
    return _whole_number(prompt, word, wording)


def pick(typed: str, options: Sequence[Option]) -> str | None:
    """Return the value of the option with the typed number, value or label; None for no or several options.

    The beginning of a label is enough."""
    word = typed.strip().casefold()
    near = [option.value for option in options if option.label.casefold().startswith(word)]
    return _exact(word, options) or (near[0] if word and len(near) == 1 else None)


def unique(values: Iterable[Value]) -> list[Value]:
    """Return the values in their order, each once."""
    return list(dict.fromkeys(values))


def _exact(word: str, options: Sequence[Option]) -> str | None:
    if re.fullmatch("[0-9]{1,3}", word):
        return options[int(word) - 1].value if 1 <= int(word) <= len(options) else None
    values = (option.value for option in options if word in (option.value.casefold(), option.label.casefold()))
    return next(values, None)


def _split(typed: str, marks: str) -> list[Value]:
    words = (part.strip() for part in re.split(f"[{marks}]", typed))
    return unique(word for word in words if word)


def _choice(prompt: Prompt, word: str, wording: Wording) -> str:
    options = wording.options[prompt.options]
    if prompt.type == "multi" and prompt.options == FREE_WORDS and not word.isdigit():
        return _exact(word.casefold(), options) or word  # a person's own word may begin as a label does
    value = pick(word, options)
    if value is None:
        raise BadInput(f"no such answer: '{word}'", filled(wording.ui["wrong_choice"], {"n": str(len(options))}))
    return value


def _whole_number(prompt: Prompt, word: str, wording: Wording) -> int:
    low, high = _BOUNDS.get(prompt.type) or _BOUNDS.get(prompt.store, _OTHER_BOUNDS)
    if not re.fullmatch("[0-9]{1,3}", word) or not low <= int(word) <= high:
        hint = filled(wording.ui["wrong_number"], {"low": str(low), "high": str(high)})
        raise BadInput(f"not a whole number from {low} to {high}: '{word}'", hint)
    return int(word)


def _typed_date(prompt: Prompt, word: str, wording: Wording, today: date) -> str:
    from sexjournal.entry.dates import not_future
    from sexjournal.entry.typed_dates import understand

    hint = wording.ui[f"wrong_{prompt.type}"]
    try:
        when = not_future(understand(word, today), today)
    except BadInput as error:
        raise BadInput(error.sentence, hint) from None
    if prompt.type == "date" and "/" in when.text:
        raise BadInput(f"one date was expected, not '{word}'", hint)
    return when.text
