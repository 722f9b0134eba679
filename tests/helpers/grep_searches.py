"""Generated searches and pages, and what GNU grep says of them.

The generator avoids searches where GNU grep does not agree with itself (see search/grep.py); each such place says why.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from sexjournal.search.grep import Options

GREP = shutil.which("grep") or "grep"
_VERSION = subprocess.run([GREP, "--version"], capture_output=True, text=True, check=False).stdout
gnu_grep = pytest.mark.skipif("GNU grep" not in _VERSION, reason=f"{GREP} --version does not say GNU grep")
_TEXT = (
    "lake Lake LAKE lakes lakelake la ak a b ab ba abab x xx y_z slow Slow water 12 2026-11-21 don't a+b (a) [b] *a a* "
    "^a a$ {1} a{1} a.b a|b \\b niña ÉTÉ été Été ß naïve Σσς ΣΑΣ Wren wren wren's straße ½ x² ₂ ① Ωmega"
)
_WORDS = _TEXT.split()
_GAPS = (" ", " ", " ", ", ", "-", "", "\t", " 🌊 ", " \u00a0 ", " — ")


def _line(random: Random) -> str:
    kind = random.random()
    if kind < 0.12:
        return ""
    line = random.choice(("", "", " ", "\t")) + "".join(
        random.choice(_WORDS) + random.choice(_GAPS) for _ in range(random.randint(1, 7))
    )
    if kind < 0.16:
        line += "".join(random.choice("ab lake") for _ in range(1500))
    return line + "\r" * (kind > 0.9)


def a_page(random: Random) -> str:
    text = "\n".join(_line(random) for _ in range(random.randint(1, 12)))
    return text + "\n" * (random.random() < 0.8)


@dataclass(frozen=True)
class Search:
    patterns: tuple[str, ...]
    options: Options

    def words(self) -> list[str]:
        """The same search on grep's command line; -a, as some pages hold a NUL."""
        return [f"-{self.letters}a", *self.numbers, *(word for pattern in self.patterns for word in ("-e", pattern))]

    @property
    def letters(self) -> str:
        """The flags that take nothing."""
        options = self.options
        letters = {"basic": "G", "extended": "E", "fixed": "F"}[options.syntax]
        letters += {"with": "l", "without": "L", None: ""}[options.listing] + ("H" if options.names else "h")
        return letters + "".join(letter for name, letter in _LETTERS.items() if getattr(options, name))

    @property
    def numbers(self) -> list[str]:
        """The flags that take a number."""
        numbers = {"m": self.options.limit, "A": self.options.after, "B": self.options.before}
        return [f"-{letter}{number}" for letter, number in numbers.items() if number is not None]


_LETTERS = {
    "ignore_case": "i",
    "word": "w",
    "whole_line": "x",
    "invert": "v",
    "count": "c",
    "only": "o",
    "quiet": "q",
    "numbers": "n",
}
_ATOMS = (
    *("a", "a", "b", "l", "x", "e", "ake", "la", "ß", "é", "Σ", "s", "1", " ", "_", "."),
    *(r"\w", r"\W", r"\s", r"\S", r"\.", r"\*", r"\[", r"\$", r"\^"),
    *("[ab]", "[^a]", "[a-l]", "[^ab ]", "[]a]", "[^]x]", "[a-]", "[-a]", "[*.]", "[a\\]", "[[=a=]b]", "[[.-.]]"),
    *("[[:alpha:]]", "[[:upper:]]", "[[:lower:]_]", "[^[:alnum:]]", "[[:punct:]a]", "[[:digit:]-]", "[[:space:]]"),
    *("[^[:punct:][:space:]]", "[[:graph:]]", "[[:print:]]", "[[:cntrl:]]", "[[:blank:]]", "[[:xdigit:]]"),
)
_ASSERTIONS = (r"\<", r"\>", r"\b", r"\B", "^", "$")
_REPEATS = ("*", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}", "{0}")
_REFERENCES = (r"([ab])\1", r"(\w+) \1", r"(.)(.)\2\1", r"(la|ak)e*\1", r"^(.).*\1$", r"(a)(b)*\1|x")


@dataclass
class Writer:
    """Patterns, written as extended expressions; as basic ones the backslashes turn around."""

    random: Random

    def sequence(self, depth: int, *, plain: bool = False) -> str:
        """`plain`: to be repeated as a whole, without repeats, which could take for ever, and without assertions,
        which the C library loses when it copies what is repeated."""
        return "".join(self._piece(depth, plain) for _ in range(self.random.choice((1, 1, 2, 2, 3))))

    def _piece(self, depth: int, plain: bool) -> str:
        kind = self.random.random()
        if kind < 0.1 and not plain:
            return self.random.choice(_ASSERTIONS)  # never repeated: what that means is nowhere said
        if kind < 0.2 and depth < 2:
            return f"({self.either(depth + 1)})" if not plain else self.random.choice(_ATOMS)
        if kind < 0.3:
            atom = f"({self.sequence(depth, plain=True)})" if not plain else self.random.choice(_ATOMS)
        else:
            atom = self.random.choice(_ATOMS)
        return atom + (self.random.choice(_REPEATS) if not plain and self.random.random() < 0.3 else "")

    def either(self, depth: int = 0) -> str:
        branches = [self.sequence(depth) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        return "|".join([*branches, *([""] if depth and self.random.random() < 0.1 else [])])

    def pattern(self, options: Options) -> str:
        if options.syntax == "fixed" or (options.word and options.only):
            return self._words(options)  # GNU grep -ow forgets matches after one that was no word
        pattern = self.random.choice(_REFERENCES) if self.random.random() < 0.1 else self.either()
        if options.word:
            pattern = f"[[:alnum:]]({pattern})"  # GNU grep -w gives empty matches up
            pattern = re.sub(r"\\([1-9])", lambda digit: rf"\{int(digit[1]) + 1}", pattern)
        return pattern if options.syntax == "extended" else _turned(pattern)

    def _words(self, options: Options) -> str:
        words = [word for word in _WORDS if options.syntax == "fixed" or word.isalnum()]
        empty = [""] * (options.syntax == "fixed" and not options.invert and not options.word)
        return "\n".join(self.random.choice([*words, *empty]) for _ in range(self.random.choice((1, 1, 2))))


def _turned(pattern: str) -> str:
    """The extended pattern as a basic one."""
    pieces = re.findall(r"\[\^?\]?(?:\[[:.=].*?[:.=]\]|[^]])*\]|\\.|.", pattern)
    return "".join("\\" + piece if piece in "(){}|+?" else piece for piece in pieces)


def generated(number: int) -> Search:
    random = Random(number)

    def now_and_then(share: float) -> bool:
        return random.random() < share

    def some(share: float, *choices: object) -> object:
        return random.choice(choices) if now_and_then(share) else None

    word = now_and_then(0.2)
    options = Options(
        syntax=random.choice(("extended", "extended", "fixed", "basic")),
        ignore_case=now_and_then(0.3),
        word=word,
        whole_line=not word and now_and_then(0.1),  # GNU grep -owx prints the newline too
        invert=now_and_then(0.2),
        count=now_and_then(0.1),
        listing=some(0.12, "with", "without"),
        only=now_and_then(0.3),
        quiet=now_and_then(0.03),
        limit=some(0.15, 0, 1, 2, 3),
        before=some(0.2, 0, 1, 3),
        after=some(0.2, 0, 1, 3),
        numbers=now_and_then(0.5),
        names=now_and_then(0.8),
    )
    patterns = (Writer(random).pattern(options) for _ in range(random.choice((1, 1, 1, 2, 3))))
    return Search(tuple(patterns), options)


def gnu(words: Sequence[str], names: Iterable[str], directory: Path) -> tuple[str, int]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([GREP, *words, *names], cwd=directory, env=environment, capture_output=True, check=False)
    return done.stdout.decode(), done.returncode
