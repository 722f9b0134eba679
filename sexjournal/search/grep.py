"""grep's own behaviour over pages: patterns and what they hit. Knows names and text; no entry, file, clock or terminal.

POSIX basic and extended expressions with GNU's extensions are translated for Python's `re`. The tests compare lines,
their order and the exit code with GNU grep's. What differs:

- Letters are what `str.isalnum` takes for them; the C library counts the vowel signs of some scripts too. `-i` folds as
  Unicode does, ẞ with ß too. Ranges such as [é-ï] go by code point. A NUL is text. Groups nest 100 deep.
- GNU grep loses some matches of `-w`: empty ones, and some that are shorter than another that is no word.
- POSIX leaves open what a quantifier repeats at the start of an extended expression (nothing, here) or after an
  assertion, and what a repeated group holds that `\\1` refers to; GNU grep does not always agree with itself there.
- `-v -c` with an empty pattern prints its zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Literal

from sexjournal.errors import BadInput

_DEEPEST = 100  # nested groups; the compiler of `re` is recursive as well
_MOST_REPEATS = 32767  # RE_DUP_MAX, as in GNU's


class TooSlow(BadInput):
    """For whoever bounds the time of a search: `re` heeds a signal handler that raises this, amid a match too."""

    def __init__(self) -> None:
        super().__init__("the pattern takes too long", hint="repeats within repeats, as in (a+)+, are slow; so try -F")


@dataclass(frozen=True, slots=True)
class Options:
    """grep's flags. `before` and `after` are None where no context was asked for; 0 still separates groups."""

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
    """A line to print. `number` counts from 1; `spans` are offsets of what matches, filled for colour and -o only."""

    name: str
    number: int
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    context: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many lines of a page were selected."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Name:
    """A page that -l or -L lists."""

    name: str


@dataclass(frozen=True, slots=True)
class Break:
    """Between groups of lines that do not touch: grep's `--`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last result of every search: whether any line was selected."""

    found: bool


Result = Hit | Count | Name | Break | Outcome


# --- a pattern, read ---

_NUMERIC = "²³¹¼-¾⁰⁴-⁹₀-₉⅐-⅟↉①-⒛⓪-⓿❶-➓"  # in \w for `re`, no letters for the C library
_WORD = rf"[^\W{_NUMERIC}]"
_FIRST, _LAST = f"(?<!{_WORD})(?={_WORD})", f"(?<={_WORD})(?!{_WORD})"  # the edges of a word
_BLANK = " \\t\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"  # a no-break space is none
_SPACE = _BLANK + "\\v\\f\\r\u2028\u2029"
_CONTROL = "\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029"

# Nothing here matches a newline, so that a whole page can be searched at once.
_CLASSES = {
    "alpha": rf"[^\W0-9_{_NUMERIC}]",
    "digit": "[0-9]",
    "alnum": rf"[^\W_{_NUMERIC}]",
    "blank": f"[{_BLANK}]",
    "space": f"[{_SPACE}]",
    "cntrl": f"[{_CONTROL}]",
    "graph": rf"[^\n{_SPACE}{_CONTROL}]",
    "print": rf"[^\n{_CONTROL}]",
    "punct": rf"(?:(?![\n{_SPACE}{_CONTROL}])[\W_{_NUMERIC}])",
    "xdigit": "[0-9A-Fa-f]",
}
_ATOMS = {
    ".": ".",
    r"\w": _WORD,
    r"\W": rf"(?:(?!\n)[\W{_NUMERIC}])",
    r"\s": f"[{_SPACE}]",
    r"\S": rf"[^\n{_SPACE}]",
}
_ASSERTIONS = {
    "^": "^",
    "$": "$",
    r"\`": "^",
    r"\'": "$",
    r"\<": _FIRST,
    r"\>": _LAST,
    r"\b": f"(?:{_FIRST}|{_LAST})",
    r"\B": f"(?!{_FIRST}|{_LAST})",
}
_REFERENCES = {rf"\{digit}" for digit in range(1, 10)}
_KIN = {"i": "ı", "s": "ſ"}  # lower case, with the same capital
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}

_NAMED = r"\[:.*?:\]|\[\..*?\.\]|\[=.*?=\]"  # in brackets
_TOKEN = rf"\\.|\[\^?(?:{_NAMED}|\[(?![.:=])|[^[])(?:{_NAMED}|\[(?![.:=])|[^][])*\]|."
_EXTENDED = re.compile(r"\{[0-9]*(?:,[0-9]*)?\}|" + _TOKEN, re.DOTALL)
_BASIC = re.compile(r"\\\{.*?\\\}|" + _TOKEN, re.DOTALL)
_TURNED = "(){|+?"
_INTERVAL = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
_MEMBER = re.compile(rf"({_NAMED}|.)(?:-({_NAMED}|.))?", re.DOTALL)


def _bad(what: str) -> BadInput:
    return BadInput(f"not a regular expression: {what}", hint="-F searches for the text as it is")


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern, for `re`: `least` to `most` characters wide, None without a bound.

    `ordered`: of its matches from one start, `re` tries the longest first and the shortest last.
    """

    source: str
    least: int = 0
    most: int | None = 0
    ordered: bool = True

    @property
    def fixed(self) -> bool:
        return self.least == self.most

    def repeated(self, low: int, high: int | None) -> _Part:
        most = 0 if 0 in (high, self.most) else None if high is None or self.most is None else high * self.most
        source = f"(?:{self.source}){{{low},{'' if high is None else high}}}"
        return _Part(source, low * self.least, most, ordered=self.fixed)


def _sequence(parts: Sequence[_Part]) -> _Part:
    """One after the other. Of two variable widths, a shorter first may let the second go further."""
    source = "".join(part.source for part in parts)
    variable = [part for part in parts if not part.fixed]
    widths = [part.most for part in parts if part.most is not None]
    ordered = not variable or (len(variable) == 1 and variable[0].ordered)
    most = sum(widths) if len(widths) == len(parts) else None
    return _Part(source, sum(part.least for part in parts), most, ordered)


def _either(parts: Sequence[_Part]) -> _Part:
    widths = [part.most for part in parts if part.most is not None]
    least, most = min(part.least for part in parts), max(widths) if len(widths) == len(parts) else None
    ordered = least == most or (len(parts) == 1 and parts[0].ordered)
    return _Part("|".join(part.source for part in parts), least, most, ordered)


def _tokens(pattern: str, basic: bool) -> list[str]:
    """The tokens as an extended expression spells them: a basic one has its backslashes the other way around."""
    if not basic:
        return _EXTENDED.findall(pattern)
    return [_turned(token) for token in _BASIC.findall(pattern)]


def _turned(token: str) -> str:
    if token in _TURNED:
        return "\\" + token
    if token[:2] == r"\{" or (token[0] == "\\" and token[1:] and token[1:] in _TURNED):
        return token.replace("\\", "")
    return token


class _Parser:
    """One POSIX pattern, read once from left to right; `number` makes the names of its groups its own.

    A `loose` reading leaves the assertions out: it matches wherever the pattern does, and `re` finds a word many times
    faster when no assertion stands before it.
    """

    def __init__(self, pattern: str, number: int, options: Options, loose: bool) -> None:
        self._basic = options.syntax == "basic"
        self._fold = options.ignore_case
        self._loose = loose
        self._tokens = _tokens(pattern, self._basic)
        self._group_name = f"p{number}_"
        self.refers = not _REFERENCES.isdisjoint(self._tokens)
        self._at = self._depth = self._opened = 0
        self._closed: dict[str, _Part] = {}

    def branches(self) -> list[_Part]:
        """The alternatives up to the end of the group or of the pattern."""
        found = [self._branch()]
        while self._token() == "|":
            self._at += 1
            found.append(self._branch())
        return found

    def _token(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _branch(self) -> _Part:
        parts: list[_Part] = []
        while (token := self._token()) not in ("", "|") and not (token == ")" and self._closes()):
            parts.append(self._piece(token, first=not parts))
        return _sequence(parts)

    def _closes(self) -> bool:
        if self._basic and not self._depth:
            raise _bad("unmatched )")
        return self._depth > 0  # else ordinary, in an extended expression

    def _piece(self, token: str, first: bool) -> _Part:
        self._at += 1
        if _times(token):  # nothing stands before it
            return _sequence([_literal(char, self._fold) for char in token]) if self._basic else _Part("")
        part = self._atom(token, first)
        if self._basic and first and token == "^":
            return part  # '^*' finds a star
        while times := _times(self._token()):
            self._at += 1
            part = part.repeated(*times)
        return part

    def _atom(self, token: str, first: bool) -> _Part:
        if token in _ASSERTIONS and self._asserts(token, first):
            return _Part("" if self._loose else _ASSERTIONS[token])
        if token in _ATOMS:
            return _Part(_ATOMS[token], 1, 1)
        if token in _REFERENCES:
            return self._reference(token[1])
        if token == "(":
            return self._group()
        if token[0] == "[":
            return _Part(_bracket(token, self._fold), 1, 1)
        if token == "\\" or (token == "{" and self._basic):
            raise _bad("trailing backslash" if token == "\\" else "unmatched {")
        return _literal(token[-1], self._fold)

    def _asserts(self, token: str, first: bool) -> bool:
        """Whether `^` and `$` are anchors: in a basic expression only where one begins or ends."""
        if not self._basic or len(token) == 2:
            return True
        return first if token == "^" else self._token() in ("", "|", ")")

    def _group(self) -> _Part:
        self._opened += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _bad("groups are nested too deep")
        number = str(self._opened)
        inner = _either(self.branches())
        if not self._token():
            raise _bad("unmatched (")
        self._at += 1
        self._depth -= 1
        self._closed[number] = inner
        kind = f"?P<{self._group_name}{number}>" if self.refers else "?:"
        return replace(inner, source=f"({kind}{inner.source})")

    def _reference(self, number: str) -> _Part:
        if number not in self._closed:
            raise _bad("invalid back reference")
        group = f"(?P={self._group_name}{number})"
        return replace(self._closed[number], source=f"(?i:{group})" if self._fold else group)


def _times(token: str) -> tuple[int, int | None] | None:
    """How often `*`, `+`, `?` and intervals repeat; None for any other token."""
    if token[:1] != "{" or token == "{":
        return _QUANTIFIERS.get(token)
    found = _INTERVAL.fullmatch(token)
    if not found or token == "{}":
        raise _bad("invalid content of {}")
    low, comma, high = int(found[1] or 0), found[2], found[3]
    most = (int(high) if high else None) if comma else low
    if max(low, most or 0) > _MOST_REPEATS:
        raise _bad("too big")
    if most is not None and most < low:
        raise _bad("invalid content of {}")
    return low, most


def _literal(char: str, fold: bool) -> _Part:
    """One character, with `fold` in any case: as a set where it can be, which `re` searches faster than (?i:...)."""
    plain, lower = re.escape(char), char.lower()
    if not fold or lower == char.upper():
        return _Part(plain, 1, 1)
    if not char.isascii():
        return _Part(f"(?i:{plain})", 1, 1)
    return _Part(f"[{lower}{char.upper()}{_KIN.get(lower, '')}]", 1, 1)


# --- brackets ---


def _bracket(token: str, fold: bool) -> str:
    """A bracket expression as one that matches one character, and never a newline."""
    negated, inner = token.startswith("[^"), token[1:-1].removeprefix("^")
    if not inner:
        raise _bad("unmatched [")
    if inner[0] == inner[-1] == ":" and "[" not in inner and inner.strip(":"):
        raise _bad("a character class is written [[:space:]], not [:space:]")
    plain, classes = _members(inner, fold)
    either = "|".join([f"[{plain}]"] * bool(plain) + classes)
    source = f"(?:(?!{either})[^\\n])" if negated else f"(?:{either})"
    return f"(?i:{source})" if fold else source


def _members(inner: str, fold: bool) -> tuple[str, list[str]]:
    """The characters and ranges, escaped for a set of `re`; and the classes."""
    plain, classes = "", []
    for found in _MEMBER.finditer(inner):
        low, high = found.groups()
        if low.startswith("[:") and high is None:
            classes.append(_class(low[2:-2], fold))
        elif low == "-" and found.start() > 0 and found.end() < len(inner):
            raise _bad("invalid range end")
        else:
            plain += _range(_end(low), _end(high or low))
    return plain, classes


def _class(name: str, fold: bool) -> str:
    if name in ("upper", "lower"):
        return _CLASSES["alpha"] if fold else _cased(name)
    if name not in _CLASSES:
        raise _bad("invalid character class name")
    return _CLASSES[name]


@cache
def _cased(name: str) -> str:
    """All upper or lower case letters, for which `re` has no class; the last of them is U+1F189."""
    test = str.isupper if name == "upper" else str.islower
    return f"[{''.join(filter(test, map(chr, range(0x1F18A))))}]"


def _end(element: str) -> str:
    """The character that an end of a range is: itself, or the one in `[.a.]` or `[=a=]`."""
    if element.startswith("[:"):
        raise _bad("invalid range end")
    if len(element) not in (1, 5):
        raise _bad("invalid collation character")
    return element[len(element) // 2]


def _range(low: str, high: str) -> str:
    if high < low:
        raise _bad("invalid range end")
    if low == high:
        return re.escape(low)
    without_newline = r"\t\x0b-" if low < "\n" < high else ""
    return f"{re.escape(low)}-{without_newline}{re.escape(high)}"


# --- the matcher ---


@dataclass(frozen=True, slots=True)
class _Branch:
    """One alternative, to find its longest match."""

    part: _Part
    source: str
    whole: re.Pattern[str]

    def end(self, line: str, start: int) -> int:
        """Where the longest match from `start` ends, or -1; `line` holds its newline, which nothing matches.

        Longer matches than the first are looked for from the end of the line backwards, in windows that double.
        """
        first = self.whole.match(line, start)
        if first is None or self.part.ordered:
            return first.end() if first else -1
        end, last, size = first.end(), self._last(line, start), 1
        while end < last:
            size = min(size, 1 << (last - end).bit_length() - 1)
            if longer := self._ending(size).match(line, start, last + 1):
                end, size = longer.end(), 1
            else:
                last, size = last - size, 2 * size
        return end

    def _last(self, line: str, start: int) -> int:
        last = len(line) - 1
        return last if self.part.most is None else min(last, start + self.part.most)

    def _ending(self, size: int) -> re.Pattern[str]:
        """For matches with 1 to `size` characters after them, the first of which assertions look at."""
        return re.compile(rf"(?:{self.source})(?=(?s:.))(?!(?s:.){{{size + 1}}})")


@dataclass(frozen=True, slots=True)
class Matcher:
    """Patterns, ready to search. `sieve` is fast, and finds something in every page where `finder` would."""

    sieve: re.Pattern[str]
    finder: re.Pattern[str]
    branches: tuple[_Branch, ...]

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """The leftmost-longest matches in a line, without the empty ones."""
        if len(self.branches) == 1 and self.branches[0].part.ordered:
            yield from (found.span() for found in self.finder.finditer(line) if found[0])
        else:
            yield from self._longest(line)

    def _longest(self, line: str) -> Iterator[tuple[int, int]]:
        at, closed = 0, line + "\n"
        while at <= len(line) and (found := self.finder.search(line, at)):
            start = found.start()
            end = max(branch.end(closed, start) for branch in self.branches)
            if end > start:
                yield start, end
            at = max(end, start + 1)


def compile(patterns: Iterable[str], options: Options) -> Matcher:
    """The patterns as one matcher; each may hold several, a line each. Raises BadInput, which quotes none of them."""
    lines = list(dict.fromkeys(line for pattern in patterns for line in pattern.split("\n")))
    parts, loose = _alternatives(lines, options), _alternatives(lines, options, loose=True)
    finders = [_bounded(part.source, options) for part in parts]
    sieve = re.compile("|".join(part.source for part in loose))
    finder = re.compile("|".join(finders))
    shown = zip(parts, finders, strict=True) if options.only or options.color else ()
    branches = tuple(_Branch(part, source, re.compile(source)) for part, source in shown)
    return Matcher(sieve, finder, branches)


def _alternatives(lines: list[str], options: Options, *, loose: bool = False) -> list[_Part]:
    if options.syntax == "fixed":
        return [_sequence([_literal(char, options.ignore_case) for char in line]) for line in lines]
    found: list[_Part] = []
    for number, line in enumerate(lines):
        parser = _Parser(line, number, options, loose)
        branches = parser.branches()
        found += [_either(branches)] if parser.refers else branches  # a reference may go from one to another
    return found


def _bounded(source: str, options: Options) -> str:
    if options.whole_line:
        return f"^(?:{source})$"
    return f"(?<!{_WORD})(?:{source})(?!{_WORD})" if options.word else source


# --- the search ---


def search(pages: Iterable[tuple[str, str]], matcher: Matcher, options: Options) -> Iterator[Result]:
    """What grep finds in the pages, each a name and a text; then the Outcome. Only a newline ends a line."""
    found = printed = False
    for name, text in () if options.limit == 0 and options.listing != "without" else pages:
        lines, selected = _selected(text, matcher, options)
        found = found or bool(selected)
        if options.quiet and found:
            break
        for result in _report(name, lines, selected, matcher, options):
            if printed or not isinstance(result, Break):
                yield result
            printed = True
    yield Outcome(found)


def _selected(text: str, matcher: Matcher, options: Options) -> tuple[list[str], list[int]]:
    """A page's lines and the indices of the selected ones; no lines where the page as a whole holds no match."""
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


def _report(name: str, lines: list[str], selected: list[int], matcher: Matcher, options: Options) -> Iterator[Result]:
    if options.quiet:
        return
    if options.listing:
        yield from [Name(name)] * (bool(selected) == (options.listing == "with"))
    elif options.count:
        yield Count(name, len(selected))
    else:
        yield from _hits(name, lines, selected, matcher, options)


def _hits(name: str, lines: list[str], selected: list[int], matcher: Matcher, options: Options) -> Iterator[Result]:
    chosen = set(selected)
    separated = options.before is not None or options.after is not None
    for group in _groups(selected, len(lines), options.before or 0, options.after or 0):
        if separated:
            yield Break()
        for at in group:
            context = at not in chosen
            matches = (options.only or options.color) and context == options.invert
            spans = tuple(matcher.spans(lines[at])) if matches else ()
            if spans or not options.only:
                yield Hit(name, at + 1, lines[at], spans, context)


def _groups(selected: list[int], count: int, before: int, after: int) -> Iterator[range]:
    """The runs of lines to print, out of `count`: the selected with their context, as one where they touch."""
    start = stop = max(0, selected[0] - before) if selected else 0
    for at in selected:
        if at - before > stop:
            yield range(start, stop)
            start = at - before
        stop = min(count, at + after + 1)
    if selected:
        yield range(start, stop)


def plain(results: Iterable[Result], options: Options) -> Iterator[str]:
    """The lines that GNU grep prints, without colour and without their newlines."""
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


def exit_code(found: bool) -> int:
    """grep's: 0 found, 1 none; trouble is a BadInput and its 2."""
    return 0 if found else 1
