"""Which pages the filters let through and what a REF names, over pages made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexjournal.entry import entry
from sexjournal.entry.entry import Entry
from sexjournal.entry.typed_dates import understand
from sexjournal.errors import BadInput, NothingFound
from sexjournal.search.filters import Filters, kind_of, rating_range, select
from sexjournal.search.references import check_unambiguous, resolve

TODAY = date(2026, 11, 23)
SECRET = "the lake house"


def page(page_id: str, when: str = "2026-11-21", **fields: object) -> Entry:
    """A page of that id and date; 'with_' stands for 'with'."""
    named = {name.rstrip("_"): value for name, value in fields.items()}
    return entry.compose({"id": page_id, "date": when, "title": SECRET, **named}, "a text\n")


def chosen(pages: Sequence[Entry], **filters: object) -> list[str]:
    """The ids that these filters let through; dates and rating as they are typed."""
    for name in {"on", "since", "until"} & filters.keys():
        filters[name] = understand(str(filters[name]), TODAY)
    if "rating" in filters:
        filters["rating"] = rating_range(str(filters["rating"]))
    return [found.id for found in select(pages, Filters(**filters), TODAY)]


def named(pages: Sequence[Entry], *refs: str) -> list[str]:
    return [found.id for found in resolve(pages, refs, TODAY)]


def the_one(pages: Sequence[Entry], ref: str) -> Entry:
    """The page that a REF names where it must name one."""
    found = resolve(pages, [ref], TODAY)
    check_unambiguous(found, ref)
    return found[0]


# --- order ---


def test_pages_come_newest_first_by_the_date_they_are_about() -> None:
    pages = [
        page("aaaa0000", "2009"),
        page("bbbb0000", "2026-11-21"),
        page("cccc0000", "2009-07-14"),
        page("dddd0000", "200X"),
        page("eeee0000", "2009/.."),
    ]
    assert chosen(pages) == ["bbbb0000", "cccc0000", "eeee0000", "aaaa0000", "dddd0000"]


def test_pages_about_one_day_come_in_the_order_of_writing() -> None:
    pages = [
        page("aaaa0000", written="2026-11-22T09:14+01:00"),
        page("bbbb0000", written="2026-11-22T09:00Z"),  # an hour and a quarter later, for the clock of the first
        page("cccc0000"),
    ]
    assert chosen(pages) == ["bbbb0000", "aaaa0000", "cccc0000"]


def test_a_page_without_a_date_that_can_be_read_comes_last() -> None:
    pages = [page("aaaa0000", "some day"), page("bbbb0000", "1901")]
    assert chosen(pages) == ["bbbb0000", "aaaa0000"]


# --- filters ---


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


@given(st.lists(st.sampled_from(["2009", "2026-11-21", "2026-11", "200X", "2009~", "2010/..", "?"]), max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_filter_loses_no_page_and_orders_the_same_twice(texts: list[str]) -> None:
    pages = [page(f"{number:08}", text) for number, text in enumerate(texts)]
    first = select(pages, Filters(), TODAY)
    assert sorted(found.id for found in first) == [found.id for found in pages]
    assert select(pages, Filters(), TODAY) == first
    dated = [found.date.earliest for found in first if found.date]
    assert dated == sorted(dated, reverse=True)


# --- what is typed for a filter ---


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


# --- references ---


WRITTEN = [
    page("k7q2m9xa", "2026-11-21", written="2026-11-22T09:00+01:00"),
    page("k7zzzzzz", "2026-11-20", written="2026-11-23T09:00+01:00"),
    page("x4tz81bd", "2009", written="2026-11-21T09:00+01:00"),
    page("00110000", "2009-07", written="2026-11-20T09:00+01:00"),
]


@pytest.mark.parametrize("ref", ["k7q2m9xa", "k7q", "K7Q2", "x4", "X4TZ81BD"])
def test_an_id_or_its_beginning_names_a_page_in_any_case(ref: str) -> None:
    assert the_one(WRITTEN, ref).id.startswith(ref.lower())


@pytest.mark.parametrize("ref", ["0011", "oO1l", "OOI", "x4tz8l", "x4tz8i"])
def test_letters_that_look_like_digits_are_read_as_digits(ref: str) -> None:
    assert the_one(WRITTEN, ref).id in ("00110000", "x4tz81bd")


def test_last_and_steps_back_go_by_the_time_of_writing() -> None:
    assert named(WRITTEN, "last", "-1", "-2", "-4") == ["k7zzzzzz", "k7q2m9xa", "00110000"]
    assert named(WRITTEN, "LAST") == named(WRITTEN, "laatste") == ["k7zzzzzz"]


def test_a_date_names_the_pages_about_it() -> None:
    assert named(WRITTEN, "2026-11-21") == ["k7q2m9xa"]
    assert named(WRITTEN, "eergisteren") == ["k7q2m9xa"]
    assert named(WRITTEN, "2026-11") == ["k7q2m9xa", "k7zzzzzz"]
    assert named(WRITTEN, "juli 2009") == ["00110000"]


def test_references_keep_their_order_and_name_a_page_once() -> None:
    assert named(WRITTEN, "x4", "2026-11", "k7q", "x4tz") == ["x4tz81bd", "k7q2m9xa", "k7zzzzzz"]


def test_a_year_is_a_year_where_pages_are_about_it_and_else_the_beginning_of_an_id() -> None:
    pages = [page("2009abcd", "2020"), page("bbbb0000", "2009-07-14"), page("200xabcd", "2015")]
    assert named(pages, "2009") == ["bbbb0000"]
    assert named(pages, "2009a") == ["2009abcd"]
    assert named(pages[:1], "2009") == ["2009abcd"]
    assert named(pages[2:], "200x") == ["200xabcd"]
    assert named([*pages, page("cccc0000", "200X")], "200x") == ["bbbb0000", "cccc0000"]
    assert named([page("20092010", "2009"), *pages[1:2]], "20092010") == ["20092010"]


@pytest.mark.parametrize("ref", ["1999", "zzzz", "-9", "-0", "lake", "", " ", "3-4-2009", "tomorrow", "k7q2m9xa0"])
def test_a_reference_to_nothing_says_so_and_how_to_name_a_page(ref: str) -> None:
    with pytest.raises(NothingFound) as caught:
        the_one(WRITTEN, ref)
    assert caught.value.sentence == f"no entry matches '{ref}'"
    assert "journal list" in caught.value.hint
    assert caught.value.exit_code == 1


def test_nothing_is_named_in_an_empty_journal() -> None:
    for ref in ("last", "-1", "k7", "2009"):
        with pytest.raises(NothingFound):
            the_one([], ref)


@pytest.mark.parametrize("ref", ["k7", "k", "2026-11", "2009"])
def test_an_ambiguous_reference_lists_ids_and_dates_and_no_title(ref: str) -> None:
    with pytest.raises(BadInput) as caught:
        the_one(WRITTEN, ref)
    listed = "x4tz81bd (2009), 00110000 (2009-07)" if ref == "2009" else "k7q2m9xa (2026-11-21), k7zzzzzz (2026-11-20)"
    assert sorted(listed.split(", ")) == sorted(caught.value.hint.removeprefix("one of ").split(", "))
    assert SECRET not in caught.value.sentence + caught.value.hint


def test_an_ambiguous_beginning_is_refused_where_several_pages_may_be_named_too() -> None:
    with pytest.raises(BadInput):
        named(WRITTEN, "k7")


def test_at_most_eight_candidates_are_listed_and_the_rest_counted() -> None:
    pages = [page(f"k{number:07}") for number in range(11)]
    with pytest.raises(BadInput) as caught:
        the_one(pages, "k")
    assert caught.value.hint.count("2026-11-21") == 8
    assert caught.value.hint.endswith("and 3 more")


@given(st.lists(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=8, max_size=8), min_size=1, unique=True))
@settings(max_examples=100, deadline=None)
def test_the_shortest_beginning_that_is_unique_names_the_page(ids: list[str]) -> None:
    pages = [page(page_id, "1950") for page_id in ids]
    for page_id in ids:
        alone = [size for size in range(1, 9) if sum(other.startswith(page_id[:size]) for other in ids) == 1]
        if page_id[: alone[0]] != "1950":
            assert the_one(pages, page_id[: alone[0]]).id == page_id
