"""The lines of `journal grep` for a match: safe to print, in grep's colours. Knows matches, no pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from sexjournal.terminal.text import safe_text

if TYPE_CHECKING:
    from sexjournal.search.grep import Hit, Options, Result

_SHADES = {"match": "01;31", "name": "35", "number": "32", "mark": "36"}  # the defaults of GNU grep


def match_lines(result: Result, options: Options) -> str:
    """Return the lines of grep for a result, made safe to print, coloured where the options say so."""
    from sexjournal.search.grep import Hit, plain_lines

    if options.color and isinstance(result, Hit):
        return "".join(f"{line}\n" for line in _coloured_hit(result, options))
    return "".join(_whole_line(line) for line in plain_lines([result], options))


def _whole_line(line: str) -> str:
    """Return a line with the end as written: CR LF, as some editors write it, moves no cursor."""
    end = "\r\n" if line.endswith("\r") else "\n"
    return safe_text(line.removesuffix("\r")) + end


def _coloured_hit(hit: Hit, options: Options) -> Iterator[str]:
    mark = _shade("-" if hit.context else ":", "mark")
    name = _shade(safe_text(hit.name), "name") + mark if options.names else ""
    number = _shade(str(hit.number), "number") + mark if options.numbers else ""
    if options.only:
        yield from (name + number + _shade(safe_text(hit.text[start:end]), "match") for start, end in hit.spans)
        return
    ends = [0, *(place for span in hit.spans for place in span), len(hit.text)]
    parts = [safe_text(hit.text[start:end]) for start, end in pairwise(ends)]
    yield name + number + "".join(_shade(part, "match") if odd % 2 else part for odd, part in enumerate(parts))


def _shade(text: str, shade: str) -> str:
    return f"\x1b[{_SHADES[shade]}m{text}\x1b[0m" if text else ""
