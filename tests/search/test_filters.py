"""Which pages the filters let through, over pages made by hand."""

from __future__ import annotations

import pytest
from dated_pages import chosen, page

from sexjournal.entry import entry
from sexjournal.errors import BadInput, NothingFound
from sexjournal.search.filters import kind_of, rating_range

DATED = [
    page("day00000", "2026-11-21"),
    page("next0000", "2026-11-22"),
    page("month000", "2026-11"),
    page("year0000", "2026"),
    page("about000", "2009~"),
    page("unsure00", "2009-07-14?"),
    page("decade00", "200X"),
    page("summer00", "2009-22"),
    page("chapter0", "2009/2013"),
    page("ongoing0", "2009/.."),
    page("undated0", "some day"),
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2026-11-21", {"day00000"}),
        ("2026-11", {"day00000", "next0000", "month000"}),
        ("2026", {"day00000", "next0000", "month000", "year0000"}),
        ("2009-07", {"unsure00"}),
        ("2009-07-14", {"unsure00"}),
        ("summer 2009", {"unsure00", "summer00"}),
        ("2009", {"about000", "unsure00", "summer00"}),
        ("2009~", {"about000", "unsure00", "summer00"}),
        ("the 2000s", {"about000", "unsure00", "summer00", "decade00"}),
        ("2009/2013", {"about000", "unsure00", "summer00", "chapter0"}),
        ("2009/..", {found.id for found in DATED} - {"decade00", "undated0"}),
        ("2015", set()),
    ],
)
def test_on_finds_what_lies_wholly_within_the_date(asked: str, expected: set[str]) -> None:
    assert set(chosen(DATED, on=asked)) == expected


def test_since_and_until_go_by_the_first_day_of_a_page() -> None:
    pages = [page("aaaa0000", "2026-11"), page("bbbb0000", "2026-11-15"), page("cccc0000", "2026-12-01")]
    assert chosen(pages, since="2026-11-15") == ["cccc0000", "bbbb0000"]
    assert chosen(pages, until="2026-11-14") == ["aaaa0000"]
    assert chosen(pages, until="2026-11-15") == ["bbbb0000", "aaaa0000"]
    assert chosen(pages, until="2026-11") == ["bbbb0000", "aaaa0000"]
    assert chosen(pages, since="2026-11", until="2026-11") == ["bbbb0000", "aaaa0000"]


def test_a_page_about_a_vague_year_counts_from_that_year() -> None:
    assert chosen([page("aaaa0000", "2010~")], since="2010") == ["aaaa0000"]
    assert chosen([page("aaaa0000", "2010~")], until="2009") == []


def test_a_page_without_a_date_is_in_no_span_of_time() -> None:
    pages = [page("aaaa0000", "some day")]
    assert chosen(pages) == ["aaaa0000"]
    assert chosen(pages, since="1900") == chosen(pages, until="2026") == chosen(pages, on="2026") == []


def test_any_of_the_kinds_will_do() -> None:
    pages = [page("aaaa0000", kind="wish"), page("bbbb0000", kind="letter"), page("cccc0000", kind="memory")]
    assert set(chosen(pages, kinds=("wish", "letter"))) == {"aaaa0000", "bbbb0000"}
    assert chosen([page("dddd0000")], kinds=("experience",)) == ["dddd0000"]


def test_all_of_the_tags_must_be_there_and_none_of_the_others() -> None:
    pages = [page("aaaa0000", tags=["Slow", "weekend"]), page("bbbb0000", tags=["slow"]), page("cccc0000")]
    assert set(chosen(pages, tags=("slow",))) == {"aaaa0000", "bbbb0000"}
    assert chosen(pages, tags=("SLOW", "weekend")) == ["aaaa0000"]
    assert set(chosen(pages, not_tags=("Weekend",))) == {"bbbb0000", "cccc0000"}
    assert chosen(pages, not_tags=("weekend", "slow")) == ["cccc0000"]
    assert chosen(pages, tags=("slo",)) == []


def test_all_of_the_people_must_be_there() -> None:
    pages = [page("aaaa0000", with_=["Wren", "Élise"]), page("bbbb0000", with_="Wren"), page("cccc0000", with_=[])]
    assert set(chosen(pages, people=("wren",))) == {"aaaa0000", "bbbb0000"}
    assert chosen(pages, people=("Wren", "ÉLISE")) == ["aaaa0000"]


def test_a_page_without_a_rating_is_in_no_range() -> None:
    pages = [page("aaaa0000", rating=5), page("bbbb0000", rating=7), page("cccc0000")]
    assert set(chosen(pages, rating="5..")) == {"aaaa0000", "bbbb0000"}
    assert chosen(pages, rating="..5") == ["aaaa0000"]
    assert chosen(pages, rating="7") == ["bbbb0000"]


def test_reviewed_and_unreviewed_part_the_pages() -> None:
    pages = [page("aaaa0000").reviewed({"cadence": "week", "now": "5"}), page("bbbb0000")]
    assert chosen(pages, reviewed=True) == ["aaaa0000"]
    assert chosen(pages, reviewed=False) == ["bbbb0000"]


def test_filters_and_references_narrow_each_other() -> None:
    pages = [page("aaaa0000", kind="wish"), page("bbbb0000"), page("cccc0000", "2009", kind="wish")]
    assert chosen(pages, refs=("2026-11-21",), kinds=("wish",)) == ["aaaa0000"]
    assert chosen(pages, refs=("aaaa", "aaaa", "2026-11-21")) == ["bbbb0000", "aaaa0000"]
    with pytest.raises(NothingFound):
        chosen(pages, refs=("zzzz",), kinds=("wish",))


@pytest.mark.parametrize(("typed", "bounds"), [("5..7", (5, 7)), ("5", (5, 5)), ("5..", (5, 7)), ("..3", (1, 3))])
def test_a_range_of_ratings_may_be_open(typed: str, bounds: tuple[int, int]) -> None:
    assert rating_range(typed) == bounds


@pytest.mark.parametrize("typed", ["", "..", "0", "8", "5..9", "57", "7..5", "5...7", "five", "-1", "5,7", "٥", "5\n"])
def test_what_is_no_range_of_ratings_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        rating_range(typed)
    assert ".." in caught.value.hint


def test_a_kind_is_known_in_any_case_and_the_nearest_is_suggested() -> None:
    assert kind_of("Wish") == "wish"
    with pytest.raises(BadInput) as caught:
        kind_of("memmory")
    assert "did you mean 'memory'" in caught.value.hint
    assert all(kind in caught.value.hint for kind in entry.KINDS)
