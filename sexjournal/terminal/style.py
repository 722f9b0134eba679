"""How output looks on a stream: width, colour and language. Knows the stream and the environment, no pages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

# The program's words in the person's language: for `kind.memory`, for `cadence.week`, for a front-matter key (`rating`,
# `map.likes`), or for a key with one of its values (`agree.mostly`, `rating.7`). A key without a word is shown itself.
Vocabulary = Mapping[str, str]

USUAL_WIDTH = 80  # columns, where no terminal says its width


@dataclass(frozen=True, slots=True)
class Style:
    """How a command's output looks. Decided once, from the stream and the environment.

    `width` is in columns; `tty` is false for a pipe or a file. `discreet` hides titles, people and tags in lists.
    """

    width: int = USUAL_WIDTH
    colour: bool = False
    tty: bool = False
    language: str = "en"
    discreet: bool = False

    @classmethod
    def of(
        cls, out: TextIO, environ: Mapping[str, str], language: str = "en", discreet: bool = False, plain: bool = False
    ) -> Style:
        """Return the style for a stream: colour only on a capable terminal without NO_COLOR (https://no-color.org)."""
        tty = out.isatty()
        colour = has_cursor(out, environ) and not plain and not environ.get("NO_COLOR")
        return cls(_columns(out, environ) if tty else USUAL_WIDTH, colour, tty, language, discreet)


def has_cursor(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether a stream is a terminal with colours and a cursor to move."""
    return out.isatty() and environ.get("TERM") not in (None, "", "dumb")


def _columns(out: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(out.fileno()).columns or USUAL_WIDTH
    except OSError:
        return USUAL_WIDTH
