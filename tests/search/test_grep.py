"""journal grep is grep: over hundreds of generated flags and patterns GNU grep prints the same, and ends the same."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from grep_searches import Search, a_page, generated, gnu, gnu_grep
from hypothesis import given, settings
from hypothesis import strategies as st

from sexjournal.errors import BadInput
from sexjournal.search import grep
from sexjournal.search.grep import Break, Count, Hit, Name, Options, Outcome, TooSlow

COMBINATIONS = 320


def found(pattern: str, text: str, **flags: object) -> list[str]:
    """What is printed for one page."""
    options = Options(names=False, **flags)
    results = grep.search([("page", text)], grep.compile_patterns([pattern], options), options)
    return list(grep.plain_lines(results, options))


def spans(pattern: str, line: str, **flags: object) -> list[tuple[int, int]]:
    options = Options(syntax="extended", color=True, **flags)
    return list(grep.compile_patterns([pattern], options).spans(line))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    random = Random(7)
    pages = {f"{number:02}.md": a_page(random) for number in range(24)}
    pages |= {
        "nothing.md": "",
        "newline.md": "\n",
        "nul.md": "a\0b lake\n\0\nx\n",
        "bare.md": "lake",
        "cr.md": "\r\n\r",
    }
    directory = tmp_path_factory.mktemp("archive")
    for name, text in pages.items():
        (directory / name).write_bytes(text.encode())
    return directory, pages


def _ours(search: Search, pages: dict[str, str]) -> tuple[str, int]:
    results = list(grep.search(pages.items(), grep.compile_patterns(search.patterns, search.options), search.options))
    assert isinstance(results[-1], Outcome)
    printed = "".join(f"{line}\n" for line in grep.plain_lines(results, search.options))
    return printed, grep.grep_exit_code(results[-1].any_selected)


@gnu_grep
@pytest.mark.parametrize("number", range(COMBINATIONS))
def test_gnu_grep_prints_the_same_and_ends_the_same(number: int, archive: tuple[Path, dict[str, str]]) -> None:
    directory, pages = archive
    search = generated(number)
    with _at_most(30):
        assert _ours(search, pages) == gnu(search.words(), pages, directory), search


def test_the_comparison_tries_every_flag_and_finds_something_and_nothing(
    archive: tuple[Path, dict[str, str]],
) -> None:
    searches = [generated(number) for number in range(COMBINATIONS)]
    letters = Counter(letter for search in searches for letter in set(search.words()[0]))
    letters.update(word[1] for search in searches for word in search.numbers)
    assert min(letters[letter] for letter in "EFGlLHhiwxvcoqnmAB") >= 5
    codes = Counter(_ours(search, archive[1])[1] for search in searches[::4])
    assert codes[0] > 40
    assert codes[1] > 5


_AS_THEY_ARE = (
    ("-G", "*a"),
    ("-G", "^*a"),
    ("-G", r"\(*a\)"),
    ("-G", r"x\|*a"),
    ("-G", r"\(^a\)"),
    ("-G", r"\(a$\)"),
    ("-G", "a^b"),
    ("-G", "a$b"),
    ("-G", "^^a"),
    ("-G", r"\+a"),
    ("-G", r"\{1\}a"),
    ("-G", "a{1}"),
    ("-G", "a|b"),
    ("-G", "(a)"),
    ("-G", r"\(a\|b\)\1"),
    ("-G", r"b\?a\+"),
    ("-E", "a^b"),
    ("-E", "^^a"),
    ("-E", "a{,1}b"),
    ("-E", "a{1"),
    ("-E", "{a"),
    ("-E", "a{x}"),
    ("-E", "a{1}{"),
    ("-E", "a**"),
    ("-E", "a+?"),
    ("-E", "a)"),
    ("-E", "()a"),
    ("-E", "a||b"),
    ("-E", r"\`a"),
    ("-E", r"a\'"),
    ("-E", r"\{1\}"),
    ("-E", "[[:alpha:]-]"),
    ("-E", "[:a]"),
    ("-E", "[--a]"),
    ("-E", "[a\nb]"),
    ("-E", ""),
    ("-E", "x\n"),
    ("-F", "a\nb"),
    ("-F", ".*"),
    ("-E", "(a"),
    ("-G", r"\(a"),
    ("-G", r"a\)"),
    ("-E", "[a"),
    ("-E", "[]"),
    ("-E", "[^]"),
    ("-E", "[b-a]"),
    ("-E", "[a-c-e]"),
    ("-E", "[[:alpha:]-z]"),
    ("-E", "[a-[:alpha:]]"),
    ("-E", "[[:letter:]]"),
    ("-E", "[[:alpha]"),
    ("-E", "[[.space.]]"),
    ("-E", "[:space:]"),
    ("-E", "a\\"),
    ("-E", r"\1"),
    ("-E", r"(a\1)"),
    ("-E", r"(a)\2"),
    ("-E", "a{2,1}"),
    ("-E", "a{}"),
    ("-E", "a{32768}"),
    ("-G", r"a\{1"),
    ("-G", r"a\{x\}"),
    ("-G", r"a\{\}"),
)


@gnu_grep
@pytest.mark.parametrize(("flag", "pattern"), _AS_THEY_ARE)
def test_the_corners_of_the_syntax_are_those_of_gnu_grep(
    flag: str, pattern: str, archive: tuple[Path, dict[str, str]]
) -> None:
    directory, pages = archive
    syntax = {"-G": "basic", "-E": "extended", "-F": "fixed"}[flag]
    try:
        ours = _ours(Search((pattern,), Options(syntax=syntax)), pages)
    except BadInput as trouble:
        ours = "", trouble.exit_code
    assert ours == gnu(["-aH", flag, "-e", pattern], pages, directory)


# --- what is said of a bad pattern ---


def test_a_bad_pattern_is_named_by_its_fault_and_never_quoted() -> None:
    with pytest.raises(BadInput) as caught:
        grep.compile_patterns(["swansong("], Options(syntax="extended"))
    assert caught.value.sentence == "not a regular expression: unmatched ("
    assert caught.value.hint == "-F searches for the text as it is"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("pattern", ["(" * 5000, "(" * 150 + ")" * 150, "[" * 500, "a{99999999999999999999}"])
def test_a_monstrous_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadInput):
        grep.compile_patterns([pattern], Options(syntax="extended"))


@given(st.text(alphabet="ab\\(){}[]|*+?^$.,:-=12é\n", max_size=14), st.sampled_from(["basic", "extended", "fixed"]))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_pattern_or_is_refused(pattern: str, syntax: str) -> None:
    options = Options(syntax=syntax, color=True)
    try:
        matcher = grep.compile_patterns([pattern], options)
    except BadInput:
        return
    assert isinstance(list(grep.search([("page", "a b\n")], matcher, options))[-1], Outcome)


# --- lines ---


def test_only_a_newline_ends_a_line() -> None:
    text = "one\rtwo\x0bthree\x0cfour\x85five\u2028six\nseven"
    assert found("two", text) == [text.removesuffix("\nseven")]
    assert found("seven", text, numbers=True) == ["2:seven"]


def test_a_carriage_return_stays_and_stands_before_the_end() -> None:
    assert found("lake", "lake\r\n") == ["lake\r"]
    assert found("lake$", "lake\r\n") == []


def test_a_page_without_text_has_no_lines() -> None:
    assert found("", "") == []
    assert found("", "", invert=True, count=True) == ["0"]
    assert found("^$", "\n") == [""]
    assert found("^$", "a\n") == []


def test_a_match_never_goes_beyond_its_line() -> None:
    for pattern in ("a[^x]b", r"a\Wb", r"a\sb", "a[[:space:]]b", "a[[:cntrl:]]b", "a[\t-~]b", "a[^[:alnum:]]b"):
        assert found(pattern, "a\nb\n", syntax="extended") == [], pattern
    assert found("a[\t-~]b", "a\tb\na~b\n") == ["a\tb", "a~b"]


def test_letters_are_paired_by_their_capital() -> None:
    assert found("STIL", "ſtıl stil", ignore_case=True, only=True) == ["ſtıl", "stil"]
    assert found("straße", "STRAẞE", ignore_case=True) == ["STRAẞE"]
    assert found("ki", "\N{KELVIN SIGN}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", ignore_case=True) == []


# --- which part of a line matches ---


def test_colour_marks_the_longest_match_from_the_leftmost_start() -> None:
    assert spans("la|lake|lak", "a lake") == [(2, 6)]
    assert spans("(la|lak)(e|kes)?", "lakes") == [(0, 5)]
    assert spans("a?(ab)?", "ab") == [(0, 2)]
    assert spans(r"(a|ab)(c|bcd)\>", "abcd abc") == [(0, 4), (5, 8)]
    assert spans("(a|ab)$", "ab") == [(0, 2)]
    assert spans(r"(a|a b)\>", "a bc") == [(0, 1)]
    assert spans("[\t-~]*x*", "ab") == [(0, 2)]


def test_what_is_empty_is_not_marked() -> None:
    assert spans("b*", "abba") == [(1, 3)]
    assert spans("^", "lake") == []
    assert spans("x|", "axa") == [(1, 2)]


def test_colour_keeps_to_whole_words_and_lines() -> None:
    assert spans("la|lake", "lakes lake la-la", word=True) == [(6, 10), (11, 13), (14, 16)]
    assert spans("la|lake", "lake", whole_line=True) == [(0, 4)]


def test_a_long_line_hides_no_longer_match() -> None:
    line = "ab" + "x" * 5000 + "qz" + "x" * 5000
    assert spans("a?(ab)?(x*q.z?|x)?$|^a", line + "ab") == [(0, 1), (len(line), len(line) + 2)]
    assert spans("^a?(ab)?(x.*z)?", line) == [(0, 5004)]
    assert spans("^a?(ab)?(x.*w)?", line) == [(0, 2)]


def test_a_match_up_to_the_end_of_its_line_is_the_longest_without_trying_the_others() -> None:
    with _at_most(10):  # there are more than 10^15 other ways
        assert spans("(a|b|ab)*", "ab" * 40) == [(0, 80)]


_EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "c", "", "[ab]", "."]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda branches: f"({'|'.join(branches)})"),
        st.tuples(inner, st.sampled_from("?*")).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@given(_EXPRESSIONS, st.text(alphabet="abc", max_size=8))
@settings(max_examples=200, deadline=None)
def test_marked_is_what_the_definition_of_posix_says(pattern: str, line: str) -> None:
    whole, expected, start = re.compile(pattern), [], 0
    while start < len(line):
        ends = [end for end in range(len(line), start, -1) if whole.fullmatch(line, start, end)]
        expected += [(start, ends[0])] if ends else []
        start = ends[0] if ends else start + 1
    assert spans(pattern, line) == expected


@given(_EXPRESSIONS, st.lists(st.text(alphabet="abc", max_size=4), max_size=6), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_page_is_searched_as_its_lines_are(pattern: str, lines: list[str], word: bool, whole_line: bool) -> None:
    flags = {"syntax": "extended", "word": word, "whole_line": whole_line}
    one_by_one = [hit for line in lines for hit in found(pattern, line + "\n", **flags)]
    assert found(pattern, "".join(line + "\n" for line in lines), **flags) == one_by_one


def test_spans_are_looked_for_only_where_they_are_shown() -> None:
    def hits(**flags: object) -> list[grep.Result]:
        options = Options(**flags)
        return list(grep.search([("page", "a lake\nb\n")], grep.compile_patterns(["lake"], options), options))

    assert hits() == [Hit("page", 1, "a lake"), Outcome(True)]
    assert hits(color=True) == [Hit("page", 1, "a lake", ((2, 6),)), Outcome(True)]
    assert hits(color=True, invert=True, before=1) == [
        Hit("page", 1, "a lake", ((2, 6),), context=True),
        Hit("page", 2, "b"),
        Outcome(True),
    ]


# --- results ---


def test_each_kind_of_answer_has_its_own_result() -> None:
    pages = [("one", "lake\n\n\nlake\n"), ("two", "shore\n")]

    def results(**flags: object) -> list[grep.Result]:
        options = Options(**flags)
        return list(grep.search(pages, grep.compile_patterns(["lake"], options), options))

    assert results(count=True) == [Count("one", 2), Count("two", 0), Outcome(True)]
    assert results(listing="with") == [Name("one"), Outcome(True)]
    assert results(listing="without") == [Name("two"), Outcome(True)]
    assert results(quiet=True) == [Outcome(True)]
    assert results(after=0) == [Hit("one", 1, "lake"), Break(), Hit("one", 4, "lake"), Outcome(True)]
    assert results(limit=0) == [Outcome(False)]
    assert results(listing="without", limit=0) == [Name("one"), Name("two"), Outcome(False)]


def test_quiet_reads_no_page_after_the_first_that_matches() -> None:
    read = []

    def pages() -> Iterator[tuple[str, str]]:
        for name in ("one", "two", "three"):
            read.append(name)
            yield name, "lake" if name == "two" else "shore"

    options = Options(quiet=True)
    assert list(grep.search(pages(), grep.compile_patterns(["lake"], options), options)) == [Outcome(True)]
    assert read == ["one", "two"]


def test_the_exit_code_is_greps() -> None:
    assert (grep.grep_exit_code(True), grep.grep_exit_code(False)) == (0, 1)


# --- patterns that never end ---


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [("(a+)+$", "a" * 60 + "b"), ("(a|b|ab)*c", "ab" * 40), (r"(.*)(.*)(.*)(.*)\1\2\3\4x", "a" * 200)],
)
def test_a_timer_ends_a_search_amid_a_single_match(pattern: str, line: str) -> None:
    options = Options(syntax="extended")
    matcher = grep.compile_patterns([pattern], options)
    with pytest.raises(TooSlow) as caught, _at_most(0.2):
        list(grep.search([("page", line)], matcher, options))
    assert caught.value.exit_code == 2
    assert line not in f"{caught.value.sentence} {caught.value.hint}"


def test_a_page_of_a_hundred_thousand_lines_is_searched_in_one_go() -> None:
    text = "the lake was still\n" * 100_000
    with _at_most(30):
        assert found("lake", text, count=True) == ["100000"]
        assert len(found("lake|la[a-z]*", text, syntax="extended", only=True)) == 100_000
        assert found("LAKE", text * 10) == []
