"""The list of pages: columns, tabs and JSON."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from shown_pages import (
    BARE,
    LAKE,
    OPEN,
    OURS,
    PAGE,
    PLAIN,
    TERMINAL,
    WIDTHS,
    WORDS,
    hostile_page,
    page_with,
)

from sexjournal.entry import entry
from sexjournal.entry.front_matter import Value
from sexjournal.terminal.listing import entries_json, entry_lines
from sexjournal.terminal.page import page_text
from sexjournal.terminal.style import Style
from sexjournal.terminal.text import safe_text


def test_a_line_of_the_list_has_id_date_kind_people_tags_then_and_now_and_title() -> None:
    shown = entry_lines([LAKE, BARE, OPEN], Style(width=120, tty=True), WORDS)
    assert shown.split("\n")[:2] == [
        "k7q2m9xa  Sat 21 Nov 2026  ervaring  Wren, Heron  slow, weekend  7 → 5  The lake",
        "aaaaaaaa  about 2009       memory",
    ]
    assert "since 2009" in shown


def test_the_list_speaks_dutch() -> None:
    shown = entry_lines([LAKE, BARE], Style(width=120, tty=True, language="nl"), WORDS)
    assert "za 21 nov 2026" in shown
    assert "rond 2009" in shown


def test_an_empty_list_is_nothing() -> None:
    assert entry_lines([], TERMINAL, {}) == ""
    assert entry_lines([], PLAIN, {}) == ""
    assert json.loads(entries_json([], PLAIN)) == []


def test_without_a_terminal_the_fields_stand_between_tabs() -> None:
    assert entry_lines([LAKE, BARE], PLAIN, WORDS) == (
        "k7q2m9xa\t2026-11-21\texperience\tWren,Heron\tslow,weekend\t7\t5\tThe lake\n"
        "aaaaaaaa\t2009~\tmemory\t\t\t\t\t\n"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_fits_the_terminal_and_a_title_is_cut_with_a_mark(width: int) -> None:
    wide = page_with(
        {"id": "cccccccc", "date": "2026-11-21", "title": "字" * 80, "with": ["鷺" * 9], "tags": ["湖" * 30]}
    )
    lines = entry_lines([LAKE, OPEN, wide, hostile_page("x" * 50)], Style(width, tty=True), {}).splitlines()
    assert [line[:8] for line in lines] == ["k7q2m9xa", "bbbbbbbb", "cccccccc", "k7q2m9xa"]
    assert max(map(cell_len, lines)) <= width
    assert lines[1].endswith("…")
    assert lines[2].endswith("…")
    assert cell_len(lines[1]) == width  # what other columns gave up goes to the title


@pytest.mark.parametrize("width", WIDTHS)
def test_what_fits_is_not_cut(width: int) -> None:
    short = page_with({"id": "k7q2m9xa", "date": "2009", "kind": "memory", "title": "Rain", "rating": "6"})
    assert entry_lines([short], Style(width, tty=True), {}) == "k7q2m9xa  2009  memory  6  Rain\n"


@given(st.lists(st.text(), max_size=3), st.text(), st.text(), st.sampled_from((20, *WIDTHS)), st.booleans())
def test_whatever_the_words_a_line_is_no_wider_than_the_terminal(
    names: list[str], title: str, kind: str, width: int, colour: bool
) -> None:
    one = page_with(
        {"id": "k7q2m9xa", "date": "2009/..", "kind": kind, "title": title, "with": list(names), "tags": list(names)}
    )
    shown = OURS.sub("", entry_lines([one, LAKE], Style(width, colour, tty=True), {}))
    assert shown.startswith("k7q2m9xa")
    assert shown.count("\n") == 2
    assert max(map(cell_len, shown.split("\n"))) <= width


def test_only_the_last_blind_review_counts_as_now() -> None:
    reviews: list[Value] = [
        {"cadence": "week", "now": "4", "blind": "true"},
        {"cadence": "month", "now": "3", "blind": "true"},
        {"cadence": "free", "now": "2", "blind": "false"},
        {"cadence": "free", "now": "", "blind": "true"},
        {"cadence": "free", "now": "12", "blind": "true"},
        {"blind": "true"},
    ]
    one = page_with({"id": "k7q2m9xa", "rating": "6", "review": reviews})
    assert "6 → 3" in entry_lines([one], TERMINAL, {})
    assert json.loads(entries_json([one], PLAIN))[0]["now"] == 3


def test_a_page_without_a_number_gets_none_from_a_review() -> None:
    one = page_with({"id": "k7q2m9xa", "review": [{"now": "4", "blind": "true"}]})
    assert "4" not in entry_lines([one], Style(tty=True), {})


@pytest.mark.parametrize("mark", ["quiet", "early"])
def test_pages_that_get_no_numbers_show_none(mark: str) -> None:
    one = entry.parse(PAGE.replace("rating: 7", f"rating: 7\n{mark}: true\ncloseness: 6"))
    assert "7 → 5" not in entry_lines([one], TERMINAL, {})
    assert "\t7\t" not in entry_lines([one], PLAIN, {})
    told = json.loads(entries_json([one], PLAIN))[0]
    assert (told["rating"], told["now"]) == (None, None)
    for style in (PLAIN, TERMINAL):
        shown = OURS.sub("", page_text(one, style, {}))
        assert not re.search(r"(rating|closeness|now)\W+\d", shown)
        assert re.search(r"agree\W+mostly", shown)


def test_discreet_tells_no_title_no_name_and_no_tag() -> None:
    words = ("lake", "Wren", "Heron", "slow", "weekend")
    for tty in (True, False):
        open_style, discreet = Style(width=120, tty=tty), Style(width=120, tty=tty, discreet=True)
        assert all(word in entry_lines([LAKE], open_style, {}) for word in words)
        assert all(word in entries_json([LAKE], open_style) for word in words)
        shown = entry_lines([LAKE], discreet, {}) + entries_json([LAKE], discreet)
        assert not [word for word in words if word in shown]
        assert "k7q2m9xa" in shown


def test_the_json_has_the_shape_that_is_documented() -> None:
    assert json.loads(entries_json([LAKE, OPEN], PLAIN)) == [
        {
            "id": "k7q2m9xa",
            "date": "2026-11-21",
            "earliest": "2026-11-21",
            "latest": "2026-11-21",
            "kind": "experience",
            "written": "2026-11-22T09:14:00+01:00",
            "people": ["Wren", "Heron"],
            "tags": ["slow", "weekend"],
            "rating": 7,
            "title": "The lake",
            "reviews": 2,
            "now": 5,
        },
        {
            "id": "bbbbbbbb",
            "date": "2009/..",
            "earliest": "2009-01-01",
            "latest": None,
            "kind": "chapter",
            "written": None,
            "people": [],
            "tags": [],
            "rating": None,
            "title": ("long " * 60).strip(),
            "reviews": 0,
            "now": None,
        },
    ]


def test_the_json_of_an_empty_page_and_of_a_discreet_one_has_the_same_keys() -> None:
    full, empty = json.loads(entries_json([LAKE, page_with({})], PLAIN))
    (discreet,) = json.loads(entries_json([LAKE], Style(discreet=True)))
    assert full.keys() == empty.keys() == discreet.keys()
    assert [empty[name] for name in ("date", "earliest", "latest")] == [None, None, None]
    assert [discreet[name] for name in ("people", "tags", "title")] == [None, None, None]


@given(st.text(st.characters(exclude_categories=())))
def test_the_json_brings_the_very_text_in_ascii(title: str) -> None:
    shown = entries_json([page_with({"title": title})], PLAIN)
    assert shown.isascii()
    assert safe_text(shown) == shown
    assert json.loads(shown)[0]["title"] == (title or None)
