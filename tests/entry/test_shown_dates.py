"""Shown dates: in both languages, and never more precisely than a date was given."""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date

import pytest
from date_forms import languages, stored, todays
from hypothesis import given, settings

from sexjournal.entry.dates import parse_date
from sexjournal.entry.shown_dates import long_date, short_date
from sexjournal.entry.typed_dates import understand


@pytest.mark.parametrize(
    ("text", "english", "dutch"),
    [
        ("2026-11-13", "Friday 13 November 2026", "vrijdag 13 november 2026"),
        ("2026-03-01", "Sunday 1 March 2026", "zondag 1 maart 2026"),
        ("2026-11", "November 2026", "november 2026"),
        ("2009", "2009", "2009"),
        ("2009~", "about 2009", "rond 2009"),
        ("2009?", "perhaps 2009", "misschien 2009"),
        ("2009-07~", "about July 2009", "rond juli 2009"),
        ("2009-07-14?", "perhaps 14 July 2009", "misschien 14 juli 2009"),
        ("2009-21", "spring 2009", "lente 2009"),
        ("2009-22", "summer 2009", "zomer 2009"),
        ("2009-23", "autumn 2009", "herfst 2009"),
        ("2009-24", "winter 2009-2010", "winter 2009-2010"),
        ("200X", "the 2000s", "de jaren 2000"),
        ("2009/2013", "2009 to 2013", "2009 tot 2013"),
        ("2009~/2013-24", "about 2009 to winter 2013-2014", "rond 2009 tot winter 2013-2014"),
        ("2009-07-14/2009-07-20", "14 July 2009 to 20 July 2009", "14 juli 2009 tot 20 juli 2009"),
        ("2021/..", "since 2021", "sinds 2021"),
        ("199X/..", "since the 1990s", "sinds de jaren 1990"),
    ],
)
def test_what_is_shown_in_both_languages(text: str, english: str, dutch: str):
    assert long_date(parse_date(text), "en") == english
    assert long_date(parse_date(text), "nl") == dutch


def test_only_a_known_day_has_a_shorter_form():
    assert short_date(parse_date("2026-11-13"), "en") == "Fri 13 Nov 2026"
    assert short_date(parse_date("2026-11-13"), "nl") == "vr 13 nov 2026"
    assert short_date(parse_date("2026-11"), "en") == "November 2026"


@given(stored, languages)
@settings(max_examples=200)
def test_nothing_is_shown_more_precisely_than_it_was_given(text: str, language: str):
    shown = long_date(parse_date(text), language)
    given_numbers = {int(number) for number in re.findall("[0-9]+", text.replace("X", "0"))}
    given_numbers |= {int(year) + 1 for year in re.findall("([0-9]{4})-24", text)}
    assert {int(number) for number in re.findall("[0-9]+", shown)} <= given_numbers
    months = len(re.findall("-(?:0[1-9]|1[0-2])(?![0-9])(?<!-..-..)", text))
    names = [name[:3] for name in month_name[1:]] + ["maart", "mei", "okt"]
    assert len(re.findall("|".join(rf"\b{name}" for name in names), shown, re.IGNORECASE)) == months
    assert bool(re.search(r"day\b|dag\b", shown)) is parse_date(text).exact


@given(stored, languages, todays)
@settings(max_examples=200)
def test_what_is_shown_may_be_typed_back(text: str, language: str, today: date):
    assert understand(long_date(parse_date(text), language), today).text == text
    assert understand(short_date(parse_date(text), language), today).text == text
