"""grep's own behaviour over pages: patterns, and what they hit. Knows names and text; no entry, file, clock or terminal.

POSIX basic and extended regular expressions, with GNU's extensions, are translated to Python's `re`. Which lines are
selected, in which order and how they are printed is compared with GNU grep by the tests. What differs:

- A letter, and so `\\w`, `-w` and [[:alpha:]], is what Python's `str.isalnum` takes for one. The C library leaves out
  numeric signs such as Ⅻ's circled cousins (①) and counts the vowel signs of some scripts as letters.
- `-i` folds as Unicode does, also ẞ with ß, K (Kelvin) with å's kin, İ with i; the C library knows fewer such pairs.
- `-o` and colour show the longest match from the leftmost start, as POSIX wants. Where an ambiguous pattern leaves more
  than `_PATIENCE` candidates for the end of one match, the one that `re` finds first is taken.
- `-w` accepts any match that stands between non-word characters; GNU grep gives up some where only the empty one does.
- A group that is repeated and then referred to (`\\(a*\\)*\\1`) holds what `re` says it holds.
- A NUL is text, and a pattern may be nested 100 deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Literal

from sexjournal.errors import BadInput

Syntax = Literal["basic", "extended", "fixed"]
Span = tuple[int, int]

_DEEPEST = 100  # nested groups; Python's own compiler is recursive as well
_MOST_REPEATS = 32767  # RE_DUP_MAX, as in GNU's
_PATIENCE = 4096  # ends tried for one match


class TooSlow(BadInput):
    """Raised by whoever bounds the time of a search, into `search` itself: from a signal handler, `re` heeds it."""

    def __init__(self) -> None:
        super().__init__("the pattern takes too long", "nested repeats such as '(a+)+' do; a simpler pattern, or -F")


@dataclass(frozen=True, slots=True)
class Options:
    """grep's flags. `before`, `after`: lines of context, None where not asked for (0 still separates groups)."""

    syntax: Syntax = "basic"
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
    """One line to print; `number` counts from 1, `spans` are offsets in `text`, filled for --color and -o."""

    name: str
    number: int
    text: str
    spans: tuple[Span, ...] = ()
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
    """Two groups of lines do not touch: grep's `--`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Always the last result: whether any line was selected."""

    found: bool


Result = Hit | Count | Name | Break | Outcome


# Patterns: one POSIX pattern becomes parts, and parts become one expression for `re`.

_NUMERIC = "²³¹¼-¾⁰⁴-⁹₀-₉⅐-⅟↉①-⒛⓪-⓿❶-➓"  # letters for `re`, not for the C library
_WORD = rf"[^\W{_NUMERIC}]"
_BLANK = " \\t\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"  # without the no-break spaces, as in the C library
_SPACE = f"{_BLANK}\\v\\f\\r\u2028\u2029"
_CONTROL = r"\x00-\x09\x0b-\x1f\x7f-\x9f" + "\u2028\u2029"

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
    r"\s": _CLASSES["space"],
    r"\S": rf"[^\n{_SPACE}]",
}
_ASSERTIONS = {
    "^": "^",
    "$": "$",
    r"\`": "^",
    r"\'": "$",
    r"\<": f"(?<!{_WORD})(?={_WORD})",
    r"\>": f"(?<={_WORD})(?!{_WORD})",
    r"\b": f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    r"\B": f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))",
}
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}

# A basic expression is an extended one with the backslashes the other way around: it is read as one.
_TOKEN = r"\\.|\[\^?+\]?+(?:\[([.:=]).*?\1\]|\[(?![.:=])|[^][])*+\]|."
_TOKENS = {
    "extended": re.compile(r"\{[0-9]*(?:,[0-9]*)?\}|" + _TOKEN, re.DOTALL),
    "basic": re.compile(r"\\\{.*?\\\}|" + _TOKEN, re.DOTALL),
}
_TURNED = "(){|+?"
_INTERVAL = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
_CHAR = r"\[\..*?\.\]|\[=.*?=\]|."
_MEMBER = re.compile(rf"\[:(.*?):\]|({_CHAR})(?:-(\[:.*|{_CHAR}))?", re.DOTALL)
_BEYOND_CASED = 0x1F18A


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern, for `re`. `least` and `most` characters wide, the latter None where there is no bound.

    `ordered`: `re` tries its matches from the longest to the shortest. `letters`: expressions for one character each,
    that together match every character that the part can consume.
    """

    source: str
    least: int = 0
    most: int | None = 0
    ordered: bool = True
    letters: frozenset[str] = frozenset()

    @property
    def fixed(self) -> bool:
        return self.least == self.most

    def repeated(self, low: int, high: int | None) -> _Part:
        most = 0 if 0 in (high, self.most) else None if high is None or self.most is None else high * self.most
        source = f"(?:{self.source}){{{low},{'' if high is None else high}}}"
        return _Part(source, low * self.least, most, self.fixed, self.letters)


def _letter(source: str) -> _Part:
    return _Part(source, 1, 1, letters=frozenset((source,)))


def _sequence(parts: Sequence[_Part]) -> _Part:
    """One after the other. With two parts of variable width, a shorter first one may let the second go further."""
    variable = [part for part in parts if not part.fixed]
    return _Part(
        "".join(part.source for part in parts),
        sum(part.least for part in parts),
        _total(parts),
        not variable or (len(variable) == 1 and variable[0].ordered),
        frozenset().union(*(part.letters for part in parts)),
    )


def _total(parts: Sequence[_Part]) -> int | None:
    widths = [part.most for part in parts if part.most is not None]
    return sum(widths) if len(widths) == len(parts) else None


def _either(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    widths = [part.most for part in parts if part.most is not None]
    least, most = min(part.least for part in parts), max(widths) if len(widths) == len(parts) else None
    letters = frozenset[str]().union(*(part.letters for part in parts))
    return _Part("|".join(part.source for part in parts), least, most, least == most, letters)


def _bad(what: str) -> BadInput:
    return BadInput(f"not a regular expression: {what}", hint="-F searches for the text as it is")


def _tokens(pattern: str, basic: bool) -> list[str]:
    """The pattern's tokens, spelled as in an extended expression."""
    found = [token[0] for token in _TOKENS["basic" if basic else "extended"].finditer(pattern)]
    return [_turned(token) for token in found] if basic else found


def _turned(token: str) -> str:
    if token in _TURNED:
        return "\\" + token
    if token.startswith(r"\{"):
        return token.replace("\\", "")
    return token[1] if len(token) == 2 and token[0] == "\\" and token[1] in _TURNED else token


class _Parser:
    """One POSIX pattern, read once from left to right.

    `number` makes the names of its groups its own. A `loose` reading leaves the assertions out, so that it matches
    wherever the pattern does, and `re` can skip ahead to a literal beginning.
    """

    def __init__(self, pattern: str, number: int, options: Options, loose: bool = False) -> None:
        self._basic = options.syntax == "basic"
        self._fold = options.ignore_case
        self._loose = loose
        self._tokens = _tokens(pattern, self._basic)
        self._name = f"p{number}_"
        self.refers = any(re.fullmatch(r"\\[1-9]", token) for token in self._tokens)
        self._at = 0
        self._depth = 0
        self._opened = 0
        self._closed: dict[str, _Part] = {}

    def branches(self) -> list[_Part]:
        """The alternatives from here to the end, or to the end of the group."""
        found = [self._branch()]
        while self._token() == "|":
            self._at += 1
            found.append(self._branch())
        return found

    def _token(self, ahead: int = 0) -> str:
        """The token that stands here, or '' at the end."""
        return "".join(self._tokens[self._at + ahead : self._at + ahead + 1])

    def _branch(self) -> _Part:
        parts: list[_Part] = []
        while (token := self._token()) not in ("", "|") and not (token == ")" and self._closes()):
            parts.append(self._piece(not parts))
        return _sequence(parts)

    def _closes(self) -> bool:
        """Whether a `)` ends a group; an unmatched one is ordinary in an extended expression."""
        if self._basic and not self._depth:
            raise _bad("unmatched )")
        return self._depth > 0

    def _piece(self, first: bool) -> _Part:
        token = self._token()
        if _times(token):
            return self._leading_quantifier(token)
        part = self._atom(token, first)
        if self._basic and token == "^" and first:
            return part  # what follows it is ordinary: '^*' finds a star
        while times := _times(self._token()):
            self._at += 1
            part = part.repeated(*times)
        return part

    def _leading_quantifier(self, token: str) -> _Part:
        """Ordinary in a basic expression; in an extended one it repeats nothing."""
        self._at += 1
        return _sequence([_literal(char, self._fold) for char in token]) if self._basic else _Part("")

    def _atom(self, token: str, first: bool) -> _Part:
        self._at += 1
        if token in _ASSERTIONS and self._asserts(token, first):
            return _Part("" if self._loose else _ASSERTIONS[token])
        if token == "(":
            return self._group()
        if token[0] == "[":
            return _letter(_bracket(token, self._fold))
        if token in _ATOMS:
            return _letter(_ATOMS[token])
        if token[0] == "\\" and token[1:] in set("123456789"):
            return self._reference(token[1])
        return self._character(token)

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
        if self._token() != ")":
            raise _bad("unmatched (")
        self._at += 1
        self._depth -= 1
        self._closed[number] = inner
        return replace(inner, source=f"({self._capture(number)}{inner.source})")

    def _capture(self, number: str) -> str:
        return f"?P<{self._name}{number}>" if self.refers else "?:"

    def _reference(self, number: str) -> _Part:
        if number not in self._closed:
            raise _bad("invalid back reference")
        group = f"(?P={self._name}{number})"
        return replace(self._closed[number], source=f"(?i:{group})" if self._fold else group)

    def _character(self, token: str) -> _Part:
        if token == "\\":
            raise _bad("trailing backslash")
        if token == "{" and self._basic:
            raise _bad("unmatched {")
        return _literal(token[-1], self._fold)


def _times(token: str) -> tuple[int, int | None] | None:
    """How often `*`, `+`, `?` and intervals repeat; None for any other token."""
    if token[:1] != "{" or token == "{":
        return _QUANTIFIERS.get(token)
    found = _INTERVAL.fullmatch(token)
    if not found or token == "{}":
        raise _bad("invalid content of {}")
    low, comma, high = found.groups()
    least, most = int(low or 0), (int(high) if high else None) if comma else int(low)
    if max(least, most or 0) > _MOST_REPEATS:
        raise _bad("too big")
    if most is not None and most < least:
        raise _bad("invalid content of {}")
    return least, most


# `re` would also take K (Kelvin) for k and İ for i; and sets are searched faster than (?i:...).
_KIN = {"i": "ı", "s": "ſ"}


def _literal(char: str, fold: bool) -> _Part:
    """One character; with `fold` in any case."""
    plain = re.escape(char)
    if not fold or char.lower() == char.upper():
        return _letter(plain)
    if not char.isascii():
        return _letter(f"(?i:{plain})")
    return _letter(f"[{char.lower()}{char.upper()}{_KIN.get(char.lower(), '')}]")


def _bracket(token: str, fold: bool) -> str:
    """A bracket expression as one that matches one character, and never a newline."""
    inner = token[1:-1]
    if token == "[":
        raise _bad("unmatched [")
    if inner[:1] == inner[-1:] == ":" and "[" not in inner and inner.strip(":"):
        raise _bad("a character class is written [[:space:]], not [:space:]")
    negated = inner[0] == "^"
    plain, classes = _members(inner[negated:], fold)
    either = "|".join([f"[{plain}]"] * bool(plain) + classes)
    if negated:
        source = f"(?:(?!{either})[^\n])" if classes else f"[^\n{plain}]"
    else:
        source = f"(?:{either})"
    return f"(?i:{source})" if fold else source


def _members(inner: str, fold: bool) -> tuple[str, list[str]]:
    """What stands between the brackets: characters and ranges, escaped for a set of `re`, and the named classes."""
    plain, classes = "", list[str]()
    for found in _MEMBER.finditer(inner):
        named, low, high = found.groups()
        if named is not None:
            classes.append(_named(named, fold))
        elif low == "-" and found.start() > 0 and found.end() < len(inner):
            raise _bad("invalid range end")
        else:
            plain += _range(_end(low), _end(high or low))
    return plain, classes


def _named(name: str, fold: bool) -> str:
    if name in ("upper", "lower"):
        return _CLASSES["alpha"] if fold else _cased(name)
    if name not in _CLASSES:
        raise _bad("invalid character class name")
    return _CLASSES[name]


@cache
def _cased(name: str) -> str:
    """All upper or lower case letters, for which `re` has no class."""
    test = str.isupper if name == "upper" else str.islower
    return f"[{''.join(filter(test, map(chr, range(_BEYOND_CASED))))}]"


def _end(element: str) -> str:
    """The character that one end of a range stands for: itself, or `[.a.]` or `[=a=]`."""
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
    around_newline = r"\t\x0b-" if low < "\n" < high else ""
    return f"{re.escape(low)}-{around_newline}{re.escape(high)}"


# The matcher.


@dataclass(frozen=True, slots=True)
class _Branch:
    """One alternative of a pattern, able to find its longest match from a given start."""

    whole: re.Pattern[str]
    until: re.Pattern[str]  # as whole, but only with one more character before the end
    reach: re.Pattern[str]  # over every character that the alternative could consume
    part: _Part

    def end(self, line: str, start: int) -> int:
        """Where the longest match from `start` ends, or -1; the line with its newline."""
        first = self.whole.match(line, start)
        if first is None:
            return -1
        end = first.end()
        for longer in () if self.part.ordered else self._candidates(line, start, end):
            if self.until.match(line, start, longer + 1):
                return longer
        return end

    def _candidates(self, line: str, start: int, end: int) -> range:
        """Longer ends, from the last one that is possible."""
        run = self.reach.match(line, start)
        last = run.end() if run else end
        if self.part.most is not None:
            last = min(last, start + self.part.most)
        return range(last, end, -1) if last - end <= _PATIENCE else range(0)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Patterns, ready to search. `sieve` is quick and finds something in every page that `finder` would."""

    sieve: re.Pattern[str]
    finder: re.Pattern[str]
    branches: tuple[_Branch, ...]

    def spans(self, line: str) -> tuple[Span, ...]:
        """The leftmost-longest matches in a line, without the empty ones."""
        return tuple(self._spans(line))

    def _spans(self, line: str) -> Iterator[Span]:
        at, closed = 0, line + "\n"  # nothing matches the newline, so every match has a character after it
        while at <= len(line) and (found := self.finder.search(line, at)):
            start = found.start()
            end = max(branch.end(closed, start) for branch in self.branches)
            if end > start:
                yield start, end
            at = max(end, start + 1)


def compile(patterns: Iterable[str], options: Options) -> Matcher:
    """The patterns as one matcher; each may hold several, a line each. Raises BadInput, which quotes none of them."""
    lines = dict.fromkeys(line for pattern in patterns for line in pattern.split("\n"))
    parts = [part for number, line in enumerate(lines) for part in _parts(line, number, options)]
    loose = [part for number, line in enumerate(lines) for part in _parts(line, number, options, loose=True)]
    return Matcher(
        re.compile("|".join(part.source for part in loose)),
        re.compile("|".join(_bounded(part, options) for part in parts), re.MULTILINE),
        tuple(_branch(part, options) for part in parts) if options.only or options.color else (),
    )


def _parts(pattern: str, number: int, options: Options, loose: bool = False) -> list[_Part]:
    """The alternatives of one pattern; they stay together where a back-reference may go from one to another."""
    if options.syntax == "fixed":
        return [_sequence([_literal(char, options.ignore_case) for char in pattern])]
    parser = _Parser(pattern, number, options, loose)
    branches = parser.branches()
    return [_either(branches)] if parser.refers else branches


def _bounded(part: _Part, options: Options) -> str:
    if options.whole_line:
        return f"^(?:{part.source})$"
    return f"(?<!{_WORD})(?:{part.source})(?!{_WORD})" if options.word else part.source


def _branch(part: _Part, options: Options) -> _Branch:
    source = _bounded(part, options)
    return _Branch(
        re.compile(source, re.MULTILINE),
        re.compile(f"(?:{source})(?=[\\s\\S]\\Z)", re.MULTILINE),
        re.compile(f"(?:{'|'.join(part.letters)})*+"),
        part,
    )


# The search.


def search(pages: Iterable[tuple[str, str]], matcher: Matcher, options: Options) -> Iterator[Result]:
    """What grep finds in the pages, each a name and a text; then the Outcome. Only a newline ends a line."""
    found = printed = False
    for name, text in () if options.limit == 0 and options.listing != "without" else pages:
        lines, selected = _selected(text, matcher, options)
        found = found or bool(selected)
        if options.quiet:
            if found:
                break
            continue
        for result in _report(name, lines, selected, matcher, options):
            if printed or not isinstance(result, Break):
                yield result
            printed = True
    yield Outcome(found)


def _selected(text: str, matcher: Matcher, options: Options) -> tuple[list[str], list[int]]:
    """A page's lines, and which of them are selected; no lines at all where the whole page has no match."""
    if not options.invert and not matcher.sieve.search(text):
        return [], []
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    find = matcher.finder.search
    selected = (at for at, line in enumerate(lines) if (find(line) is None) == options.invert)
    at_once = 1 if options.quiet or options.listing else options.limit
    return lines, list(islice(selected, options.limit if options.limit == 0 else at_once))


def _report(
    name: str, lines: list[str], selected: list[int], matcher: Matcher, options: Options
) -> Iterator[Hit | Count | Name | Break]:
    if options.listing:
        if bool(selected) == (options.listing == "with"):
            yield Name(name)
    elif options.count:
        yield Count(name, len(selected))
    else:
        chosen = set(selected)
        for group in _groups(len(lines), selected, options):
            if options.before is not None or options.after is not None:
                yield Break()
            for at in group:
                context = at not in chosen
                shows = (options.only or options.color) and context == options.invert
                spans = matcher.spans(lines[at]) if shows else ()
                if spans or not options.only:
                    yield Hit(name, at + 1, lines[at], spans, context)


def _groups(count: int, selected: list[int], options: Options) -> Iterator[range]:
    """The runs of lines to print, of `count` lines: the selected ones and their context, where they touch as one."""
    before, after = options.before or 0, options.after or 0
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
        if isinstance(result, Hit):
            yield from _plain_hit(result, options)
        elif isinstance(result, Count):
            yield f"{result.name}:{result.number}" if options.names else str(result.number)
        elif isinstance(result, Name):
            yield result.name
        elif isinstance(result, Break):
            yield "--"


def _plain_hit(hit: Hit, options: Options) -> Iterator[str]:
    mark = "-" if hit.context else ":"
    prefix = (hit.name + mark) * options.names + (str(hit.number) + mark) * options.numbers
    if not options.only:
        yield prefix + hit.text
    for start, end in hit.spans if options.only else ():
        yield prefix + hit.text[start:end]


def exit_code(found: bool) -> int:
    """grep's: 0 found, 1 none; trouble is a BadInput and its 2."""
    return 0 if found else 1
