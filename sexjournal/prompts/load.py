"""Read the wording: the TOML files beside this module, and the text of the person's own prompts.toml.

Knows no other file: the text of the person's file is handed in. Every refusal names file, id and reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from sexjournal.entry.fields import HIGHEST, LOWEST
from sexjournal.errors import BadInput
from sexjournal.prompts.questions import CONDITIONS
from sexjournal.prompts.wording import (
    LETTER_PARTS,
    TYPES,
    Help,
    Kind,
    Option,
    Prompt,
    Scale,
    Section,
    Wording,
)

_FILES = Path(__file__).parent
_LISTS = ("prompts", "help")  # [[tables]] with an id each
_OWN_TABLES = (*_LISTS, "scales", "options")  # what a person's own file may hold
_STORE = re.compile(  # without the fields that only the program writes
    rf"""body | none | letter\.(?:{"|".join(LETTER_PARTS)}) | (?:map|try|talk|fm\.health)\.[a-z_]+
    | fm\.(?!(?:id|kind|written|jot|review|quiet|early|map|try|talk|health)$)[a-z_]+
    | review\.(?!(?:cadence|at|days_since|blind)$)[a-z_]+""",
    re.VERBOSE,
)

Tables = Mapping[str, dict[str, Any]]


def load_wording(language: Literal["en", "nl"], own: str | None = None, own_name: str = "") -> Wording:
    """Return the wording of a language. `own`, the text of a person's file, adds or replaces prompts, help, scales,
    options.

    Raises BadInput with the file's name, the id and the reason when `own` is broken.
    """
    name = f"{language}.toml"
    tables = _tables((_FILES / name).read_text(encoding="utf-8"), name)
    if own is not None:
        name, extra = own_name, _tables(own, own_name)
        if unknown := sorted(extra.keys() - set(_OWN_TABLES)):
            raise BadInput(f"{name}: unknown table '{unknown[0]}'", hint=f"one of {', '.join(_OWN_TABLES)}")
        tables |= {key: tables[key] | rows for key, rows in extra.items()}
    return _wording(language, tables, name)


def _tables(text: str, name: str) -> dict[str, dict[str, Any]]:
    """Return the tables of one file; the tables of a list by id."""
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{name}: {str(error)[:1].lower()}{str(error)[1:]}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in brackets in brackets
        raise BadInput(f"{name}: it cannot be read", "it holds something far too long or too deep") from None
    return {key: _rows_by_id(rows, key, name) for key, rows in tables.items()}


def _rows_by_id(rows: Any, key: str, name: str) -> dict[str, Any]:
    if isinstance(rows, dict) and key not in _LISTS:
        return rows
    if not isinstance(rows, list):
        raise BadInput(f"{name}: '{key}' is not written as tables", f"each begins with [[{key}]] or [{key}.NAME]")
    by_id: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        (row_id,) = _required_texts(row, ("id",), f"{name}: {key} number {number}")
        if row_id in by_id:
            raise BadInput(f"{name}: {row_id}: duplicate id")
        by_id[row_id] = row
    return by_id


def _required_texts(row: Any, keys: Iterable[str], where: str) -> list[str]:
    """Return the texts of a table under `keys`, without line breaks; BadInput for an absent or blank text."""
    texts = [row.get(key) if isinstance(row, dict) else None for key in keys]
    for key, text in zip(keys, texts, strict=True):
        if not isinstance(text, str) or not text.strip():
            raise BadInput(f"{where}: missing {key}")
    return [" ".join(str(text).split()) for text in texts]


def _wording(language: str, tables: Tables, name: str) -> Wording:
    def each(table: str, build: Callable[[Any, str], Any]) -> Mapping[str, Any]:
        return MappingProxyType({key: build(row, f"{name}: {key}") for key, row in tables[table].items()})

    built: dict[str, Any] = {
        "language": language,
        "sections": each("sections", lambda row, where: Section(*_required_texts(row, ("title", "intro"), where))),
        "scales": each("scales", _scale),
        "options": each("options", _options),
        "help": tuple(
            each("help", lambda row, where: Help(*_required_texts(row, Help.__match_args__, where))).values()
        ),
        "prompts": each("prompts", lambda row, where: _prompt(row, tables, where)),
        "kinds": each("kinds", lambda row, where: Kind(*_required_texts(row, ("label", "about"), where))),
    }
    texts: dict[str, Any] = {
        name: MappingProxyType(tables[name]) for name in Wording.__match_args__ if name not in built
    }
    return Wording(**built, **texts)


def _scale(row: Any, where: str) -> Scale:
    (label,), anchors = _required_texts(row, ("label",), where), row.get("anchors")
    numbers = [str(number) for number in range(LOWEST, HIGHEST + 1)]
    if not isinstance(anchors, dict) or not anchors or anchors.keys() - set(numbers):
        raise BadInput(
            f"{where}: a scale needs anchors from {LOWEST} to {HIGHEST}", 'such as anchors = { "1" = "low" }'
        )
    anchored = [number for number in numbers if number in anchors]
    words = _required_texts(anchors, anchored, where)
    return Scale(label, MappingProxyType(dict(zip(map(int, anchored), words, strict=True))))


def _options(row: Any, where: str) -> tuple[Option, ...]:
    choices = row.get("choices") if isinstance(row, dict) else None
    if not isinstance(choices, list) or not choices:
        raise BadInput(f"{where}: missing choices")
    return tuple(Option(*_required_texts(choice, ("value", "label"), where)) for choice in choices)


def _prompt(row: dict[str, Any], tables: Tables, where: str) -> Prompt:
    keys = Prompt.__match_args__
    _required_texts(row, ("text",), where)
    if unknown := sorted(row.keys() - set(keys)):
        raise _not_allowed(where, "key", unknown[0], f"one of {', '.join(keys)}")
    prompt = Prompt(*(" ".join(str(row.get(key, "")).split()) for key in keys))
    allowed: dict[str, tuple[str, Collection[str]]] = {
        "section": (prompt.section, tables["sections"]),
        "type": (prompt.type, TYPES),
        "ask": (prompt.ask, ("first", "more")),
        "condition": (prompt.when, ("", *CONDITIONS)),
        "scale": (prompt.scale, tables["scales"] if prompt.type == "scale" else ("",)),
        "options": (prompt.options, tables["options"] if prompt.type in ("choice", "multi") else ("",)),
    }
    for key, (value, choices) in allowed.items():
        if value not in choices:
            raise _not_allowed(where, key, value, f"one of {', '.join(filter(None, choices))}")
    if not _STORE.fullmatch(prompt.store):
        raise _not_allowed(where, "store", prompt.store, "body, none, or a free name: fm.NAME, review.NAME, map.NAME")
    return prompt


def _not_allowed(where: str, key: str, value: str, hint: str) -> BadInput:
    return BadInput(f"{where}: unknown {key} '{value}'" if value else f"{where}: missing {key}", hint)
