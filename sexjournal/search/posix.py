"""POSIX patterns for Python's `re`: basic and extended expressions, with GNU's extensions. Knows no page and no flag.

Differences from GNU grep:

- Letters are the characters of `str.isalnum`; the C library also counts the vowel signs of some scripts. Case folds as
  in Unicode, ẞ with ß too. Ranges such as [é-ï] go by code point. A NUL is text. Groups nest 100 deep.
- POSIX leaves open what a quantifier repeats at the start of an extended expression (nothing, here) or after an
  assertion, and what a repeated group holds that `\\1` refers to; GNU grep does not always agree with itself there.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from sexjournal.errors import BadInput

_DEEPEST = 100  # nested groups; the compiler of `re` is recursive
_MOST_REPEATS = 32767  # RE_DUP_MAX, as in GNU's

_NUMERIC = "²³¹¼-¾⁰⁴-⁹₀-₉⅐-⅟↉①-⒛⓪-⓿❶-➓"  # in \w for `re`, no letters for the C library
WORD = rf"[^\W{_NUMERIC}]"
_WORD_START, _WORD_END = f"(?<!{WORD})(?={WORD})", f"(?<={WORD})(?!{WORD})"
_BLANKS = " \\t\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"  # without the no-break space
_SPACES = _BLANKS + "\\v\\f\\r\u2028\u2029"
_CONTROLS = "\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029"

# Nothing here matches a newline, so that a whole page can be searched at once.
_CLASSES = {
    "alpha": rf"[^\W0-9_{_NUMERIC}]",
    "digit": "[0-9]",
    "alnum": rf"[^\W_{_NUMERIC}]",
    "blank": f"[{_BLANKS}]",
    "space": f"[{_SPACES}]",
    "cntrl": f"[{_CONTROLS}]",
    "graph": rf"[^\n{_SPACES}{_CONTROLS}]",
    "print": rf"[^\n{_CONTROLS}]",
    "punct": rf"(?:(?![\n{_SPACES}{_CONTROLS}])[\W_{_NUMERIC}])",
    "xdigit": "[0-9A-Fa-f]",
}
_ATOMS = {
    ".": ".",
    r"\w": WORD,
    r"\W": rf"(?:(?!\n)[\W{_NUMERIC}])",
    r"\s": f"[{_SPACES}]",
    r"\S": rf"[^\n{_SPACES}]",
}
_ASSERTIONS = {
    "^": "^",
    "$": "$",
    r"\`": "^",
    r"\'": "$",
    r"\<": _WORD_START,
    r"\>": _WORD_END,
    r"\b": f"(?:{_WORD_START}|{_WORD_END})",
    r"\B": f"(?!{_WORD_START}|{_WORD_END})",
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


def literal(text: str, fold: bool) -> str:
    """Return text as a pattern; with `fold`, in any case."""
    return "".join(_character(char, fold) for char in text)


def translate(pattern: str, *, basic: bool, fold: bool, prefix: str = "p", loose: bool = False) -> str:
    """Return a POSIX pattern as a pattern for `re`. Raises BadInput, without quoting the pattern.

    `prefix` begins the names of the groups, so that several patterns can be joined. A `loose` translation leaves the
    assertions out: `re` finds a word many times faster when no assertion stands before the word.
    """
    return _Translator(_tokens(pattern, basic), basic, fold, prefix, loose).translate()


def _tokens(pattern: str, basic: bool) -> list[str]:
    """Return the tokens as spelled in an extended expression; a basic one has the backslashes on the other tokens."""
    if not basic:
        return _EXTENDED.findall(pattern)
    return [_turned(token) for token in _BASIC.findall(pattern)]


def _turned(token: str) -> str:
    if token in _TURNED:
        return "\\" + token
    if token[:2] == r"\{" or (token[0] == "\\" and token[1:] and token[1:] in _TURNED):
        return token.replace("\\", "")
    return token


class _Translator:
    """The pattern read so far: the pieces of the innermost open group, and of each group around it."""

    def __init__(self, tokens: list[str], basic: bool, fold: bool, prefix: str, loose: bool) -> None:
        self._tokens = tokens
        self._basic = basic
        self._fold = fold
        self._loose = loose
        self._prefix = prefix
        self._refers = not _REFERENCES.isdisjoint(tokens)
        self._pieces: list[str] = []
        self._repeatable = False  # whether a quantifier repeats the last piece
        self._around: list[tuple[str, list[str]]] = []  # number of the group, and the pieces before the group
        self._opened = 0
        self._closed: set[str] = set()

    def translate(self) -> str:
        for token, following in pairwise([*self._tokens, ""]):
            self._add(token, following)
        if self._around:
            raise _bad("unmatched (")
        return "".join(self._pieces)

    def _add(self, token: str, following: str) -> None:
        if token == "|":
            self._append("|", repeatable=False)
        elif token == "(":
            self._open()
        elif token == ")" and self._closes():
            self._close()
        elif times := _times(token):
            self._repeat(token, *times)
        else:
            starts = not self._pieces or self._pieces[-1] == "|"
            star_is_text = self._basic and starts and token == "^"  # '^*' finds a star
            self._append(self._atom(token, following, starts=starts), repeatable=not star_is_text)

    def _append(self, piece: str, *, repeatable: bool) -> None:
        self._pieces.append(piece)
        self._repeatable = repeatable

    def _open(self) -> None:
        self._opened += 1
        self._around.append((str(self._opened), self._pieces))
        self._pieces, self._repeatable = [], False
        if len(self._around) > _DEEPEST:
            raise _bad("groups are nested too deep")

    def _closes(self) -> bool:
        if self._basic and not self._around:
            raise _bad("unmatched )")
        return bool(self._around)  # else ordinary, in an extended expression

    def _close(self) -> None:
        inner = "".join(self._pieces)
        number, self._pieces = self._around.pop()
        self._closed.add(number)
        kind = f"?P<{self._group_name(number)}>" if self._refers else "?:"
        self._append(f"({kind}{inner})", repeatable=True)

    def _repeat(self, token: str, low: int, high: int | None) -> None:
        if self._repeatable:
            self._pieces[-1] = f"(?:{self._pieces[-1]}){{{low},{'' if high is None else high}}}"
        else:
            self._append(literal(token, self._fold) if self._basic else "", repeatable=False)

    def _atom(self, token: str, following: str, *, starts: bool) -> str:
        if token in _ASSERTIONS and self._asserts(token, following, starts=starts):
            return "" if self._loose else _ASSERTIONS[token]
        if token in _ATOMS:
            return _ATOMS[token]
        if token in _REFERENCES:
            return self._reference(token[1])
        if token[0] == "[":
            return _bracket(token, self._fold)
        if token == "\\" or (token == "{" and self._basic):
            raise _bad("trailing backslash" if token == "\\" else "unmatched {")
        return _character(token[-1], self._fold)

    def _asserts(self, token: str, following: str, *, starts: bool) -> bool:
        """Return whether `^` and `$` are anchors: in a basic expression only at the start and at the end."""
        if not self._basic or len(token) == 2:
            return True
        return starts if token == "^" else following in ("", "|", ")")

    def _reference(self, number: str) -> str:
        if number not in self._closed:
            raise _bad("invalid back reference")
        group = f"(?P={self._group_name(number)})"
        return f"(?i:{group})" if self._fold else group

    def _group_name(self, number: str) -> str:
        return f"{self._prefix}_{number}"


def _times(token: str) -> tuple[int, int | None] | None:
    """Return how often `*`, `+`, `?` or an interval repeats; None for any other token."""
    if token[:1] != "{" or token == "{":
        return _QUANTIFIERS.get(token)
    match = _INTERVAL.fullmatch(token)
    if not match or token == "{}":
        raise _bad("invalid content of {}")
    low, comma, high = int(match[1] or 0), match[2], match[3]
    most = (int(high) if high else None) if comma else low
    if max(low, most or 0) > _MOST_REPEATS:
        raise _bad("too big")
    if most is not None and most < low:
        raise _bad("invalid content of {}")
    return low, most


def _character(char: str, fold: bool) -> str:
    """Return a pattern for a character, with `fold` in any case: if possible a set, faster for `re` than (?i:...)."""
    plain, lower = re.escape(char), char.lower()
    if not fold or lower == char.upper():
        return plain
    if not char.isascii():
        return f"(?i:{plain})"
    return f"[{lower}{char.upper()}{_KIN.get(lower, '')}]"


def _bracket(token: str, fold: bool) -> str:
    """Return a bracket expression as a pattern for one character, never for a newline."""
    negated, inner = token.startswith("[^"), token[1:-1].removeprefix("^")
    if not inner:
        raise _bad("unmatched [")
    if inner[0] == inner[-1] == ":" and "[" not in inner and inner.strip(":"):
        raise _bad("a character class is written [[:space:]], not [:space:]")
    plain, classes = _members(inner, fold)
    choices = "|".join([f"[{plain}]"] * bool(plain) + classes)
    source = f"(?:(?!{choices})[^\\n])" if negated else f"(?:{choices})"
    return f"(?i:{source})" if fold else source


def _members(inner: str, fold: bool) -> tuple[str, list[str]]:
    """Return the characters and ranges, escaped for a set of `re`; and the classes."""
    plain, classes = "", []
    for match in _MEMBER.finditer(inner):
        low, high = match.groups()
        if low.startswith("[:") and high is None:
            classes.append(_character_class(low[2:-2], fold))
        elif low == "-" and match.start() > 0 and match.end() < len(inner):
            raise _bad("invalid range end")
        else:
            plain += _character_range(_range_end(low), _range_end(high or low))
    return plain, classes


def _character_class(name: str, fold: bool) -> str:
    if name in ("upper", "lower"):
        return _CLASSES["alpha"] if fold else _letters(name)
    if name not in _CLASSES:
        raise _bad("invalid character class name")
    return _CLASSES[name]


@cache
def _letters(case: str) -> str:
    """Return a set of all `upper` or `lower` case letters; `re` has no class for either. The last is U+1F189."""
    test = str.isupper if case == "upper" else str.islower
    return f"[{''.join(filter(test, map(chr, range(0x1F18A))))}]"


def _range_end(element: str) -> str:
    """Return the character of a range end: `element` itself, or the character in `[.a.]` or `[=a=]`."""
    if element.startswith("[:"):
        raise _bad("invalid range end")
    if len(element) not in (1, 5):
        raise _bad("invalid collation character")
    return element[len(element) // 2]


def _character_range(low: str, high: str) -> str:
    if high < low:
        raise _bad("invalid range end")
    if low == high:
        return re.escape(low)
    without_newline = r"\t\x0b-" if low < "\n" < high else ""
    return f"{re.escape(low)}-{without_newline}{re.escape(high)}"


def _bad(reason: str) -> BadInput:
    return BadInput(f"not a regular expression: {reason}", hint="-F searches for the text as it is")
