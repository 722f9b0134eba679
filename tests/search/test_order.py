"""Pages come newest first."""

from __future__ import annotations

from dated_pages import TODAY, chosen, page
from hypothesis import given, settings
from hypothesis import strategies as st

from sexjournal.search.filters import Filters, select


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


@given(st.lists(st.sampled_from(["2009", "2026-11-21", "2026-11", "200X", "2009~", "2010/..", "?"]), max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_filter_loses_no_page_and_orders_the_same_twice(texts: list[str]) -> None:
    pages = [page(f"{number:08}", text) for number, text in enumerate(texts)]
    first = select(pages, Filters(), TODAY)
    assert sorted(found.id for found in first) == [found.id for found in pages]
    assert select(pages, Filters(), TODAY) == first
    dated = [found.date.earliest for found in first if found.date]
    assert dated == sorted(dated, reverse=True)
