"""Typed dates: what is typed is understood for sure or refused.

Every reading that depends on the day it is typed is compared with a slower computation that walks the calendar.
"""

from __future__ import annotations

import re
import subprocess
import sys
from calendar import day_name, month_name, monthrange
from datetime import date

import pytest
from date_forms import DAY, SEASON_MONTHS, TODAY, listed, plain_forms, stored, todays
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sexjournal.entry.dates import BadDate, parse_date
from sexjournal.entry.typed_dates import understand


def refusal(typed: str, today: date = TODAY) -> BadDate:
    with pytest.raises(BadDate) as caught:
        understand(typed, today)
    return caught.value


ENGLISH = {
    "today": "2026-11-23",
    "yesterday": "2026-11-22",
    "day before yesterday": "2026-11-21",
    "the day before yesterday": "2026-11-21",
    "3 days ago": "2026-11-20",
    "three days ago": "2026-11-20",
    "a week ago": "2026-11-16",
    "2 weeks ago": "2026-11-09",
    "1 month ago": "2026-10",
    "twelve months ago": "2025-11",
    "11 months ago": "2025-12",
    "a year ago": "2025",
    "twenty years ago": "2006",
    "last month": "2026-10",
    "this year": "2026",
    "monday": "2026-11-16",
    "sunday": "2026-11-22",
    "last friday": "2026-11-20",
    "on Friday": "2026-11-20",
    "14 july": "2026-07-14",
    "24 november": "2025-11-24",
    "23 november": "2026-11-23",
    "29 february": "2024-02-29",
    "14 July 2026": "2026-07-14",
    "July 14": "2026-07-14",
    "july 14, 2026": "2026-07-14",
    "the 14th of july": "2026-07-14",
    "14 jul. 2026": "2026-07-14",
    "friday 13 november 2026": "2026-11-13",
    "july 2009": "2009-07",
    "in july 2009": "2009-07",
    "May 2009": "2009-05",
    "2009 july 14": "2009-07-14",
    "13-11-2026": "2026-11-13",
    "13/11/2026": "2026-11-13",
    "13.11.2026": "2026-11-13",
    "31/1/2026": "2026-01-31",
    "3/3/2026": "2026-03-03",
    "~2009": "2009~",
    "2009~": "2009~",
    "about 2009": "2009~",
    "around 2009": "2009~",
    "circa 2009": "2009~",
    "ca. 2009": "2009~",
    "c. 2009": "2009~",
    "about july 2009": "2009-07~",
    "around 14 july 2009": "2009-07-14~",
    "about 3 weeks ago": "2026-11-02~",
    "?2009": "2009?",
    "2009?": "2009?",
    "perhaps july 2009": "2009-07?",
    "summer 2009": "2009-22",
    "the summer of 2009": "2009-22",
    "spring 2009": "2009-21",
    "autumn 2009": "2009-23",
    "fall 2009": "2009-23",
    "winter 2009": "2009-24",
    "winter 2009-2010": "2009-24",
    "winter 1999/00": "1999-24",
    "last summer": "2026-22",
    "this summer": "2026-22",
    "last winter": "2025-24",
    "last autumn": "2025-23",
    "this autumn": "2026-23",
    "2000s": "200X",
    "the 2000s": "200X",
    "1990s": "199X",
    "200x": "200X",
    "the nineties": "199X",
    "the 90s": "199X",
    "2009-2013": "2009/2013",
    "2009 – 2013": "2009/2013",
    "2009 to 2013": "2009/2013",
    "2009 / 2013": "2009/2013",
    "from 2009 to 2013": "2009/2013",
    "from summer 2009 to about 2013": "2009-22/2013~",
    "14 july 2009 to 20 july 2009": "2009-07-14/2009-07-20",
    "since 2021": "2021/..",
    "since last summer": "2026-22/..",
    "since the nineties": "199X/..",
}
DUTCH = {
    "vandaag": "2026-11-23",
    "gisteren": "2026-11-22",
    "Eergisteren": "2026-11-21",
    "3 dagen geleden": "2026-11-20",
    "drie dagen geleden": "2026-11-20",
    "een week geleden": "2026-11-16",
    "één week geleden": "2026-11-16",
    "2 weken geleden": "2026-11-09",
    "een maand geleden": "2026-10",
    "twaalf maanden geleden": "2025-11",
    "2 jaar geleden": "2024",
    "twintig jaar geleden": "2006",
    "vorige maand": "2026-10",
    "vorig jaar": "2025",
    "dit jaar": "2026",
    "maandag": "2026-11-16",
    "vorige vrijdag": "2026-11-20",
    "afgelopen vrijdag": "2026-11-20",
    "op zondag": "2026-11-22",
    "14 juli": "2026-07-14",
    "24 november": "2025-11-24",
    "14 juli 2026": "2026-07-14",
    "14 mrt 2026": "2026-03-14",
    "1 mei 2009": "2009-05-01",
    "vrijdag 13 november 2026": "2026-11-13",
    "juli 2009": "2009-07",
    "in maart 2009": "2009-03",
    "rond 2009": "2009~",
    "ongeveer 2009": "2009~",
    "omstreeks juli 2009": "2009-07~",
    "misschien 2009": "2009?",
    "zomer 2009": "2009-22",
    "de zomer van 2009": "2009-22",
    "lente 2009": "2009-21",
    "voorjaar 2009": "2009-21",
    "herfst 2009": "2009-23",
    "najaar 2009": "2009-23",
    "winter 2009-2010": "2009-24",
    "vorige zomer": "2026-22",
    "afgelopen winter": "2025-24",
    "deze zomer": "2026-22",
    "jaren 2000": "200X",
    "de jaren 1990": "199X",
    "jaren negentig": "199X",
    "jaren 90": "199X",
    "de jaren '90": "199X",
    "2009 tot 2013": "2009/2013",
    "van 2009 tot 2013": "2009/2013",
    "2009 tot en met 2013": "2009/2013",
    "sinds 2021": "2021/..",
    "sinds rond 2021": "2021~/..",
    "sinds de zomer van 2021": "2021-22/..",
}
FREE = {
    "2 weeks and 3 days ago": "2026-11-06",
    "1 year and 2 months ago": "2025-09",
    "1 year 2 weeks ago": "2025-11-09",
    "1200 days ago": "2023-08-11",
    "1 jaar 2 maanden geleden": "2025-09",
}
PHRASES = ENGLISH | DUTCH | FREE


@pytest.mark.parametrize(("typed", "text"), PHRASES.items())
def test_what_people_type_is_understood(typed: str, text: str):
    assert understand(typed, TODAY) == parse_date(text)
    assert understand(f"  {typed.upper()}\t", TODAY) == parse_date(text)
    assert understand(typed.replace(" ", "  "), TODAY) == parse_date(text)


@given(stored, todays)
@settings(max_examples=200)
def test_whatever_is_stored_may_be_typed(text: str, today: date):
    assert understand(text, today) == parse_date(text)
    assert understand(text.lower(), today) == parse_date(text)


@pytest.mark.parametrize(
    "typed",
    listed(
        """
        summer|zomer|spring or summer 2009|summer or autumn|early 2009|late july 2009|mid 2009|eind 2009|begin juli 2009
        last week|vorige week|this week|friday last week|last night|a few days ago|a couple of weeks ago|half a year ago
        anderhalf jaar geleden|two and a half years ago|1,5 jaar geleden|2 decades ago|2 hours ago
        an hour and 2 days ago|after 2 weeks and 3 days ago|2 weeks and 2 weeks ago|3 weeks days ago
        |banana|1:20|now|14|july|juli|may|12 2009|the|in|about|~|?|/|..|/..|2009 banana|banana 2009|yesterday banana
        1 day and 13 hours ago|5 days before yesterday|yesterday 2009|monday 2009|2 months 3|2 days|-3 days
        14 july 2009 3|14 july 2009 utc|2009-07-14T20:00|13 november 2026 at 20:00|noon 14 july 2009|20090714|1700000000
        14 july 09|1 jan 09|jul '09|july 09|13-11-26|2026/11/13|2026-1-3|12/2009|2009/13|14 july 2009 14 july 2009
        14 july 2009 or 2010|14 or 15 july 2009|july or august 2009|not 14 july 2009|before 14 july 2009|week 12 2009
        summer 2009-2010|winter 2009-2011|winter 2009 or 2010|about summer 2009|perhaps the nineties|this winter
        03/04/2026|3-4-2026|11/13/2026|13/11/26|2026-13-01|2026-02-30|30 february|31 april 2026|2013-2009
        saturday 13 november 2026|zaterdag 13 nov 2026|2009/|2009/../..
        the twenties|jaren twintig|jaren 20|20s|negentig|90|deze winter
        about 2009?|about about 2009|about 2009-2013|2009-2013?|from 2009|to 2013|2009 to|since since 2009|since
        from july to august 2009|14 to 20 july 2009|14 july to 20 july 2027|14 july 2009 to 20 july|14 july to 2009
        1850|3000|summer 1850|999 years ago|9999 years ago
        """
    ),
)
def test_what_is_not_sure_is_refused_with_a_hint(typed: str):
    refused = refusal(typed)
    assert refused.sentence
    assert refused.hint
    assert not refused.sentence.endswith(".")


@pytest.mark.parametrize(
    "typed",
    listed(
        """
        tomorrow|morgen|overmorgen|day after tomorrow|next friday|volgende week|komende zomer|aanstaande vrijdag
        in 3 days|over twee weken|since tomorrow|from yesterday to tomorrow
        """
    ),
)
def test_words_for_the_future_are_refused(typed: str):
    assert "has not come yet" in refusal(typed).sentence


def test_a_day_that_can_be_read_in_two_ways_is_refused_naming_both():
    refused = refusal("03/04/2026")
    assert "two ways" in refused.sentence
    assert refused.hint == "write 2026-04-03 or 2026-03-04"


def test_a_decade_without_its_century_is_refused_once_it_can_be_two():
    assert understand("the fifties", date(2049, 12, 31)).text == "195X"
    assert refusal("the fifties", date(2050, 1, 1)).hint == "write 1950s or 2050s"


def test_an_empty_date_is_called_missing():
    assert refusal(" \n").sentence == "no date was given"


def test_a_refusal_of_something_long_or_hostile_stays_short_and_printable():
    for typed in ("\x1b[31m\u202e" + "lake " * 1000, "tomorrow \x1b[31m\u202e" + "lake " * 1000):
        sentence = refusal(typed).sentence
        assert len(sentence) < 150
        assert sentence.isprintable()


# Words that no phrase contains, and that would each change or blur what it says.
FOREIGN = listed(
    "banana|lake|or|not|early|late|before|after|half|few|every|almost|noon|meer|of zo|eind|between|99|2|1999"
)


@given(st.sampled_from(sorted(PHRASES)), st.sampled_from(FOREIGN), st.floats(0, 1))
@settings(max_examples=200)
@example("yesterday", "1999", 1.0)
@example("2009 july 14", "noon", 0.0)
@example("2 weeks and 3 days ago", "after", 0.0)
def test_no_word_is_silently_dropped(typed: str, word: str, where: float):
    words = typed.split()
    at = round(where * len(words))
    try:
        found = understand(" ".join([*words[:at], word, *words[at:]]), TODAY)
    except BadDate:
        return
    assert found.text != PHRASES[typed]
    assert word.isdigit()


VOCABULARY = listed(
    """
    today|gisteren|friday|vrijdag|14|july|juli|2009|2013|summer|zomer|last|vorige|about|rond|since|sinds|to|tot|from|van
    3|three|drie|days|dagen|weeks|months|jaar|years|ago|geleden|nineties|jaren|banana|lake|or|the|of|and|2009-07-14|?|/
    """
)
MUST_APPEAR = {"2009": "2009", "2013": "2013", "july": "-07", "juli": "-07", "summer": "-22", "zomer": "-22"} | {
    "about": "~",
    "rond": "~",
    "since": "/..",
    "sinds": "/..",
    "to": "/",
    "tot": "/",
    "?": "?",
    "nineties": "199X",
    "2009-07-14": "2009-07-14",
}


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6))
@settings(max_examples=200)
def test_words_thrown_together_are_refused_or_mean_what_they_say(words: list[str]):
    try:
        found = understand(" ".join(words), TODAY)
    except BadDate:
        return
    assert not {"banana", "lake", "or"} & set(words)
    for word in words:
        assert MUST_APPEAR.get(word, "") in found.text
    if not {"today", "gisteren", "friday", "vrijdag", "last", "vorige", "ago", "geleden", "14", "3"} & set(words):
        assert set(re.findall("[0-9]{4}", found.text)) <= set(re.findall("[0-9]{4}", " ".join(words)))


@given(st.text(max_size=30) | st.text("0123456789 -/.~?'XxagodysjulyMei,", max_size=20))
@settings(max_examples=200)
def test_whatever_is_typed_gives_a_date_or_a_refusal(typed: str):
    try:
        assert understand(typed, TODAY) == parse_date(understand(typed, TODAY).text)
    except BadDate as refused:
        assert refused.hint


# Relative to today


def walk_back(start: date, fits) -> date:
    while not fits(start):
        start -= DAY
    return start


@given(todays, st.integers(0, 6))
@settings(max_examples=200)
def test_a_weekday_is_the_most_recent_one_before_today(today: date, weekday: int):
    english = day_name[weekday].lower()
    dutch = listed("maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag")[weekday]
    wanted = walk_back(today - DAY, lambda day: f"{day:%A}".lower() == english).isoformat()
    for typed in (english, f"last {english}", dutch, f"vorige {dutch}", f"afgelopen {dutch}"):
        assert understand(typed, today).text == wanted


def test_last_monday_on_a_sunday_is_six_days_ago():
    assert understand("last monday", date(2026, 11, 22)).text == "2026-11-16"


@given(todays, st.integers(0, 300))
@settings(max_examples=200)
def test_days_and_weeks_ago_give_a_day(today: date, count: int):
    day = today
    for _ in range(count):
        day -= DAY
    for typed in (f"{count} days ago", f"{count} dagen geleden"):
        assert understand(typed, today).text == day.isoformat()
    if count % 7 == 0:
        assert understand(f"{count // 7} weeks ago", today).text == day.isoformat()
        assert understand(f"{count // 7} weken geleden", today).text == day.isoformat()


@given(todays, st.integers(0, 50))
@settings(max_examples=200)
def test_months_ago_give_a_month_and_years_ago_a_year(today: date, count: int):
    first = today.replace(day=1)
    for _ in range(count):
        first = (first - DAY).replace(day=1)
    for typed in (f"{count} months ago", f"{count} maanden geleden"):
        assert understand(typed, today).text == f"{first:%Y-%m}"
    for typed in (f"{count} years ago", f"{count} jaar geleden"):
        assert understand(typed, today).text == str(today.year - count)


@given(todays, st.integers(2, 60), st.integers(2, 60), st.sampled_from([" ", " and "]))
@settings(max_examples=50)
def test_a_sum_of_months_and_days_goes_back_by_both(today: date, months: int, count: int, link: str):
    first = today.replace(day=1)
    for _ in range(months):
        first = (first - DAY).replace(day=1)
    same_day = first + DAY * (min(today.day, monthrange(first.year, first.month)[1]) - 1)
    typed = f"{months} months{link}{count} days ago"
    assert understand(typed, today).earliest == same_day - DAY * count
    assert understand(typed, today).exact


@given(todays)
@settings(max_examples=100)
def test_yesterday_is_the_day_before_in_every_wording(today: date):
    for typed in ("yesterday", "gisteren", "1 day ago", "a day ago", "een dag geleden"):
        assert understand(typed, today).earliest + DAY == today
    for typed in ("the day before yesterday", "eergisteren"):
        assert understand(typed, today).earliest + DAY + DAY == today


@given(todays, st.dates(date(2024, 1, 1), date(2024, 12, 31)))
@settings(max_examples=100)
@example(date(2103, 3, 1), date(2024, 2, 29))
@example(date(2024, 2, 29), date(2024, 2, 29))
def test_a_day_without_its_year_is_the_most_recent_one(today: date, some: date):
    wanted = walk_back(today, lambda day: (day.month, day.day) == (some.month, some.day))
    month = month_name[some.month]
    for typed in (f"{some.day} {month}", f"{month} {some.day}"):
        assert understand(typed, today).text == wanted.isoformat()


@given(todays, st.sampled_from([("spring", 21), ("zomer", 22), ("fall", 23), ("winter", 24)]))
@settings(max_examples=200)
def test_last_summer_is_the_most_recent_one_that_is_over(today: date, season: tuple[str, int]):
    name, code = season
    months = SEASON_MONTHS[code]
    over = walk_back(today, lambda day: day.month not in months)
    wanted = plain_forms(walk_back(over, lambda day: day.month in months))["season"]
    for typed in (f"last {name}", f"vorige {name}", f"afgelopen {name}"):
        assert understand(typed, today).text == wanted


@given(todays, st.sampled_from([("lente", 21), ("summer", 22), ("herfst", 23), ("winter", 24)]))
@settings(max_examples=200)
def test_this_summer_goes_on_or_is_of_this_year_and_never_of_the_future(today: date, season: tuple[str, int]):
    name, code = season
    goes_on = today.month in SEASON_MONTHS[code]
    begun_this_year = today.month >= SEASON_MONTHS[code][0]
    for typed in (f"this {name}", f"deze {name}"):
        if goes_on:
            assert understand(typed, today).text == plain_forms(today)["season"]
        elif begun_this_year:
            assert understand(typed, today).text == f"{today.year}-{code}"
        else:
            assert "has not come yet" in refusal(typed, today).sentence


@pytest.mark.parametrize(
    "work",
    [
        "",
        "parse_date('2009-22/..')",
        "long_date(parse_date('2026-11-21'), 'en')",
        "[understand(t, date(2026, 11, 23)) for t in ('gisteren', '14 july', 'since 2021', 'the nineties', '2009~')]",
    ],
)
def test_the_heavy_libraries_stay_away_until_they_are_needed(work: str):
    program = f"""
import sys
from datetime import date
from sexjournal.entry.dates import parse_date
from sexjournal.entry.shown_dates import long_date
from sexjournal.entry.typed_dates import understand
{work}
print([name for name in ("pendulum", "dateparser", "asyncio") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
