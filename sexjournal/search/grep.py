"""grep over pages: the flags, the search and the printed lines. Knows names and text; no entry, file or clock.

Patterns are translated in `posix.py`. The tests compare lines, their order and the exit code with GNU grep's.
More differences than those of patterns:

- GNU grep loses some matches of `-w`: empty matches, and some where a longer match is no word.
- `-v -c` with an empty pattern prints zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Literal

from sexjournal.errors import BadInput
from sexjournal.search.posix import WORD, literal, translate

if TYPE_CHECKING:
    import regex


class TooSlow(BadInput):
    """The error for a timer to raise in a long search: `re` runs signal handlers in the middle of a match."""

    def __init__(self) -> None:
        super().__init__("the pattern takes too long", hint="repeats within repeats, as in (a+)+, are slow; so try -F")


@dataclass(frozen=True, slots=True)
class Options:
    """grep's flags. `before` and `after` are None without a flag for context; 0 still separates groups of lines."""

    syntax: Literal["basic", "extended", "fixed"] = "basic"
    ignore_case: bool = False
    word: bool = False
    whole_line: bool = False
    invert: bool = False
    count: bool = False
    listing: Literal["with", "without"] | None = None
    only: bool = False
    quiet: bool = False
    limit: int | None = None
    before: int | None = None
    after: int | None = None
    numbers: bool = False
    names: bool = True
    color: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A line to print. `number` counts from 1; `spans` are offsets of the matches, only with colour or -o."""

    name: str
    number: int
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    context: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """The number of selected lines of a page."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Name:
    """A page in the list of -l or -L."""

    name: str


@dataclass(frozen=True, slots=True)
class Break:
    """The line `--` between groups of lines with a gap between them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last result of every search: whether any line was selected."""

    any_selected: bool


Result = Hit | Count | Name | Break | Outcome


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compiled patterns. The `sieve` is faster than the `finder`, and matches in every page with a selected line."""

    sieve: re.Pattern[str]
    finder: re.Pattern[str]

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Yield the offsets of the leftmost-longest matches in a line, without the empty ones."""
        at = 0
        while at <= len(line) and (match := self.finder.search(line, at)):
            start, end = match.span()
            if end < len(line) and (longest := _longest(self.finder.pattern).match(line, start)):
                end = longest.end()
            if end > start:
                yield start, end
            at = max(end, start + 1)


@cache
def _longest(source: str) -> regex.Pattern[str]:
    """Return a pattern for the longest match from a start, as POSIX wants; `re` stops at the first alternative."""
    import regex

    return regex.compile(source, regex.POSIX)


def compile_patterns(patterns: Iterable[str], options: Options) -> Matcher:
    """Return a matcher for all patterns; each line of a pattern is a pattern. Raises BadInput, without quoting any."""
    lines = list(dict.fromkeys(line for pattern in patterns for line in pattern.split("\n")))
    sieve = "|".join(_translated(lines, options, loose=True))
    finder = "|".join(_bounded_by(source, options) for source in _translated(lines, options))
    return Matcher(re.compile(sieve), re.compile(finder))


def _translated(lines: list[str], options: Options, *, loose: bool = False) -> list[str]:
    fold = options.ignore_case
    if options.syntax == "fixed":
        return [literal(line, fold) for line in lines]
    basic = options.syntax == "basic"
    return [translate(line, basic=basic, fold=fold, prefix=f"p{at}", loose=loose) for at, line in enumerate(lines)]


def _bounded_by(source: str, options: Options) -> str:
    if options.whole_line:
        return f"^(?:{source})$"
    return f"(?<!{WORD})(?:{source})(?!{WORD})" if options.word else source


def search(pages: Iterable[tuple[str, str]], matcher: Matcher, options: Options) -> Iterator[Result]:
    """Yield grep's results for pages, each a name and a text; then the Outcome. Only a newline ends a line."""
    any_selected = printed = False
    for name, text in () if options.limit == 0 and options.listing != "without" else pages:
        lines, selected = _selected(text, matcher, options)
        any_selected = any_selected or bool(selected)
        if options.quiet and any_selected:
            break
        for result in _page_results(name, lines, selected, matcher, options):
            if printed or not isinstance(result, Break):
                yield result
            printed = True
    yield Outcome(any_selected)


def _selected(text: str, matcher: Matcher, options: Options) -> tuple[list[str], list[int]]:
    """Return a page's lines and the indices of the selected lines; no lines when the page holds no match."""
    if not options.invert and not matcher.sieve.search(text):
        return [], []
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    find = matcher.finder.search
    selected = (at for at, line in enumerate(lines) if (find(line) is None) == options.invert)
    limit = options.limit
    if options.quiet or options.listing:
        limit = 1 if limit is None else min(1, limit)
    return lines, list(islice(selected, limit))


def _page_results(
    name: str, lines: list[str], selected: list[int], matcher: Matcher, options: Options
) -> Iterator[Result]:
    if options.quiet:
        return
    if options.listing:
        yield from [Name(name)] * (bool(selected) == (options.listing == "with"))
    elif options.count:
        yield Count(name, len(selected))
    else:
        yield from _hits(name, lines, selected, matcher, options)


def _hits(name: str, lines: list[str], selected: list[int], matcher: Matcher, options: Options) -> Iterator[Result]:
    selection = set(selected)
    separated = options.before is not None or options.after is not None
    for group in _line_groups(selected, len(lines), options.before or 0, options.after or 0):
        if separated:
            yield Break()
        for at in group:
            context = at not in selection
            matches = (options.only or options.color) and context == options.invert
            spans = tuple(matcher.spans(lines[at])) if matches else ()
            if spans or not options.only:
                yield Hit(name, at + 1, lines[at], spans, context)


def _line_groups(selected: list[int], count: int, before: int, after: int) -> Iterator[range]:
    """Yield the runs of lines to print, out of `count`: the selected lines with context, joined where they touch."""
    start = stop = max(0, selected[0] - before) if selected else 0
    for at in selected:
        if at - before > stop:
            yield range(start, stop)
            start = at - before
        stop = min(count, at + after + 1)
    if selected:
        yield range(start, stop)


def plain_lines(results: Iterable[Result], options: Options) -> Iterator[str]:
    """Yield the lines as GNU grep prints them, without colour and without newlines."""
    for result in results:
        match result:
            case Hit():
                yield from _plain_hit(result, options)
            case Count(name, number):
                yield f"{name}:{number}" if options.names else str(number)
            case Name(name):
                yield name
            case Break():
                yield "--"


def _plain_hit(hit: Hit, options: Options) -> Iterator[str]:
    mark = "-" if hit.context else ":"
    prefix = (hit.name + mark) * options.names + f"{hit.number}{mark}" * options.numbers
    if options.only:
        yield from (prefix + hit.text[start:end] for start, end in hit.spans)
    else:
        yield prefix + hit.text


def grep_exit_code(any_selected: bool) -> int:
    """Return grep's exit code: 0 for a selected line, 1 for none. Errors are BadInput with exit code 2."""
    return 0 if any_selected else 1
