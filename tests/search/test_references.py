"""What a REF names, over pages made by hand."""

from __future__ import annotations

import pytest
from dated_pages import SECRET, named, page, the_one
from hypothesis import given, settings
from hypothesis import strategies as st

from sexjournal.errors import BadInput, NothingFound

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
