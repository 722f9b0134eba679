"""Where answers go on a page: front matter, text or a review. Knows no page on disk and no terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from sexjournal.prompts.typed_answers import unique
from sexjournal.prompts.wording import LETTER_PARTS

if TYPE_CHECKING:
    from sexjournal.entry.front_matter import Value
    from sexjournal.prompts.wording import Prompt


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A value to store, and the prompt as the person read it, placeholders filled. Never shows in a repr."""

    prompt: Prompt
    value: Value


class PlacedAnswers(NamedTuple):
    """Fields of the front matter (`map`, `try`, `talk` and `health` nested), the text, and fields of one review."""

    fields: dict[str, Value]
    body: str
    review: dict[str, Value]


def place_answers(answers: Iterable[Answer], headings: Mapping[str, str], behind: str = "") -> PlacedAnswers:
    """Put each answer where the `store` of the prompt says, and leave out blanks; `headings` are for a letter.

    `behind` is the page's text before the answers. The first answer stands without a question only when `behind` is
    blank.
    """
    page: dict[str, Value] = {}
    review: dict[str, Value] = {}
    letter: dict[str, Value] = {}
    texts: list[Answer] = []
    tables = {"fm": page, "review": review, "letter": letter}
    for answer in answers:
        root, *path = answer.prompt.store.split(".")
        if is_blank(answer.value):
            continue
        if root == "body":
            texts.append(answer)
        elif path:
            _put(tables.get(root, page), path if root in tables else [root, *path], answer)
    blocks = [*_letter_blocks(letter, headings), *_text_blocks(texts, bare=not behind.strip())]
    return PlacedAnswers(page, "\n\n".join(blocks) + "\n" if blocks else "", review)


def is_blank(value: Value) -> bool:
    """Return whether a value is not worth storing; 0 and false are worth storing."""
    return not value.strip() if isinstance(value, str) else value in (None, [], {})


def _put(table: dict[str, Value], path: Sequence[str], answer: Answer) -> None:
    *parents, name = path
    for parent in parents:
        table = cast("dict[str, Value]", table.setdefault(parent, {}))
    table[name] = _with_earlier(table.get(name), answer)


def _with_earlier(earlier: Value, answer: Answer) -> Value:
    """Join an answer to an earlier one: lists grow without duplicates, texts stack, of other values the last counts."""
    value = answer.value
    if answer.prompt.gathers or isinstance(earlier, list) or isinstance(value, list):
        return unique([*_as_list(earlier), *_as_list(value)])
    if isinstance(earlier, str) and isinstance(value, str) and answer.prompt.type in ("text", "line"):
        return f"{earlier}\n\n{value}"
    return value


def _as_list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _text_blocks(answers: Iterable[Answer], *, bare: bool) -> list[str]:
    """Return each answer below the question; the first answer without a question when `bare`."""
    blocks: list[str] = []
    for answer in answers:
        blocks += [f"*{answer.prompt.text}*"] if blocks or not bare else []
        blocks.append(_prose(answer.value))
    return blocks


def _letter_blocks(parts: Mapping[str, Value], headings: Mapping[str, str]) -> list[str]:
    blocks: list[str] = []
    for part in LETTER_PARTS:
        if part in parts:
            heading = headings.get(f"letter.{part}")
            blocks += [f"## {heading}"] if heading else []
            blocks.append(_prose(parts[part]))
    return blocks


def _prose(value: Value) -> str:
    return "\n".join(f"- {item}" for item in value) if isinstance(value, list) else str(value).strip("\n")
