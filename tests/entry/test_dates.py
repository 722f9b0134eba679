"""Stored dates: what is stored comes back as written, and the bounds hold the days of the form and no others."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from date_forms import DAY, TODAY, days, plain_forms, stored
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sexjournal.entry.dates import BadDate, When, journal_day, not_future, parse_date
from sexjournal.errors import BadInput


@given(stored)
@settings(max_examples=200)
def test_what_is_stored_comes_back_as_it_was_written(text: str):
    when = parse_date(text)
    assert when.text == text
    assert when.earliest <= when.latest
    assert parse_date(when.text) == when


@given(st.text("0129X-~?/.", min_size=1, max_size=21))
@settings(max_examples=200)
@example("2009-")
@example("2009\n")
@example("２００９")
@example("2009-22~")
@example("2009/../..")
@example("../2009")
@example("/2009")
@example(" 2009")
@example("200x")
def test_only_the_canonical_form_is_stored(text: str):
    side = r"(?:\d{3}X|\d{4}-2[1-4]|\d{4}(?:-\d\d(?:-\d\d)?)?[~?]?)"
    try:
        when = parse_date(text)
    except BadDate as refused:
        assert refused.hint
    else:
        assert when.text == text
        assert re.fullmatch(rf"{side}(?:/(?:{side}|\.\.))?", text, re.ASCII)


@given(days)
@settings(max_examples=200)
@example(date(2024, 2, 29))
@example(date(2010, 2, 28))
@example(date(2009, 12, 1))
def test_the_bounds_hold_the_days_of_the_form_and_no_others(day: date):
    for form, text in plain_forms(day).items():
        if text.startswith("1899"):
            continue
        when = parse_date(text)
        assert when.earliest <= day <= when.latest
        assert plain_forms(when.earliest)[form] == plain_forms(when.latest)[form] == text
        assert plain_forms(when.earliest - DAY)[form] != text
        assert plain_forms(when.latest + DAY)[form] != text


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2009~", "2008-01-01", "2010-12-31"),
        ("2009?", "2008-01-01", "2010-12-31"),
        ("2009-07~", "2009-06-01", "2009-08-31"),
        ("2009-01~", "2008-12-01", "2009-02-28"),
        ("2009-12?", "2009-11-01", "2010-01-31"),
        ("2009-07-14~", "2009-07-07", "2009-07-21"),
        ("2009-01-03?", "2008-12-27", "2009-01-10"),
        ("2009-24", "2009-12-01", "2010-02-28"),
        ("2011-24", "2011-12-01", "2012-02-29"),
        ("200X", "2000-01-01", "2009-12-31"),
        ("1900~", "1899-01-01", "1901-12-31"),
        ("2999~", "2998-01-01", "3000-12-31"),
        ("2009/2013", "2009-01-01", "2013-12-31"),
        ("2009~/2011-22", "2008-01-01", "2011-08-31"),
        ("2009-05/2009~", "2009-05-01", "2010-12-31"),
        ("2009/2009-02", "2009-01-01", "2009-02-28"),
        ("2009/..", "2009-01-01", "9999-12-31"),
    ],
)
def test_bounds_in_a_table(text: str, earliest: str, latest: str):
    assert parse_date(text) == When(text, date.fromisoformat(earliest), date.fromisoformat(latest))


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ("2026-02-30", "2026-02-30 is not in the calendar", "2026-02-28"),
        ("2100-02-29", "2100-02-29 is not in the calendar", "2100-02-28"),
        ("2026-04-00", "2026-04-00 is not in the calendar", "2026-04-30"),
        ("2026-13", "there is no month 13", "21 to 24"),
        ("2026-00", "there is no month 00", "01 to 12"),
        ("2026-22-01", "there is no month 22", "21 to 24 alone"),
        ("2026-25", "there is no month 25", "21 to 24"),
        ("1899", "the year 1899 is too far away", "1900 to 2999"),
        ("3000", "the year 3000 is too far away", "1900 to 2999"),
        ("189X", "the year 1890 is too far away", "1900 to 2999"),
        ("2009-22~", "a season or a decade is vague already", "2009-22"),
        ("200X?", "a season or a decade is vague already", "200X"),
        ("2009/", "the interval has no end", "2009/.."),
        ("2010/2009", "the interval ends before it begins", "earlier date first"),
        ("", "this is not a date", "2009-07-14"),
        ("2009-7-4", "this is not a date", "2009-07-14"),
    ],
)
def test_what_is_not_in_the_calendar_is_refused_with_a_hint(text: str, sentence: str, hint: str):
    with pytest.raises(BadDate) as caught:
        parse_date(text)
    assert sentence in caught.value.sentence
    assert hint in caught.value.hint
    assert not caught.value.sentence.endswith(".")


def test_the_refusal_of_a_stored_date_repeats_no_words():
    """What `parse` is given may come from a page."""
    with pytest.raises(BadInput) as caught:
        parse_date("the night at the lake/2009")
    assert "lake" not in caught.value.sentence + caught.value.hint


@given(st.lists(stored, min_size=2, max_size=8), st.randoms())
@settings(max_examples=100)
def test_dates_sort_by_the_earliest_day_and_then_by_the_latest(texts: list[str], random):
    whens = [parse_date(text) for text in texts]
    in_order = [when.sort_key for when in sorted(whens, key=lambda when: when.sort_key)]
    for (earliest, latest), (next_earliest, next_latest) in pairwise(in_order):
        assert (earliest - next_earliest, latest - next_latest) <= (timedelta(0), timedelta(0))
    random.shuffle(whens)
    assert [when.sort_key for when in sorted(whens, key=lambda when: when.sort_key)] == in_order


def test_dates_of_all_sizes_in_their_order():
    shuffled = ["2009/..", "2009-07-14", "2009", "200X", "2009-22", "2009~", "2009-01", "2009/2010"]
    in_order = sorted(shuffled, key=lambda text: parse_date(text).sort_key)
    assert in_order == ["200X", "2009~", "2009-01", "2009", "2009/2010", "2009/..", "2009-22", "2009-07-14"]


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("2026-11-21", True),
        ("2026-11-21~", False),
        ("2026-11-21?", False),
        ("2009~", False),
        ("2009-22", False),
        ("200X", False),
        ("2009~/2013", False),
        ("2009-07-14/2009-07-14", False),
        ("2009-07-21~/2009-07-14", False),
        ("2021-03/..", False),
    ],
)
def test_only_a_known_day_is_exact(text: str, exact: bool):
    assert parse_date(text).exact is exact


def test_a_date_of_which_no_day_has_come_is_refused():
    for text in ("2026-11-24", "2026-12", "2027", "2026-24", "2026-12/..", "203X"):
        with pytest.raises(BadDate, match="has not come yet"):
            not_future(parse_date(text), TODAY)


def test_a_date_that_has_begun_is_let_through():
    for text in ("2026-11-23", "2026-11", "2026", "2026-23", "2026/..", "2026-11-25~", "1999"):
        assert not_future(parse_date(text), TODAY) == parse_date(text)


@pytest.mark.parametrize(
    ("now", "starts", "day"),
    [
        ("2026-11-23T02:00", "05:00", "2026-11-22"),
        ("2026-11-23T04:59:59", "05:00", "2026-11-22"),
        ("2026-11-23T05:00", "05:00", "2026-11-23"),
        ("2026-11-23T23:59", "05:00", "2026-11-23"),
        ("2027-01-01T00:30", "05:00", "2026-12-31"),
        ("2024-03-01T01:00", "05:00", "2024-02-29"),
        ("2026-11-23T00:00", "00:00", "2026-11-23"),
    ],
)
def test_at_two_in_the_morning_it_is_still_the_evening_before(now: str, starts: str, day: str):
    moment = datetime.fromisoformat(now)
    assert journal_day(moment, time.fromisoformat(starts)).isoformat() == day
    elsewhere = moment.replace(tzinfo=timezone(timedelta(hours=9)))
    assert journal_day(elsewhere, time.fromisoformat(starts)).isoformat() == day
