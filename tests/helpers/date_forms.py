"""Dates for the tests: days at the edges of months and years, and every stored form of a day."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import strategies as st

from sexjournal.entry.dates import parse_date

TODAY = date(2026, 11, 23)  # a Monday
DAY = timedelta(days=1)
SEASON_MONTHS = {21: (3, 4, 5), 22: (6, 7, 8), 23: (9, 10, 11), 24: (12, 1, 2)}

days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
edges = st.sampled_from(
    [date(y, m, d) for y in (1999, 2000, 2023, 2024, 2100) for m, d in ((1, 1), (2, 28), (3, 1), (3, 31), (12, 31))]
    + [date(2000, 2, 29), date(2024, 2, 29), date(2024, 11, 30), date(2024, 12, 1)]
)
todays = st.dates(date(1950, 1, 1), date(2900, 12, 31)) | edges
languages = st.sampled_from(["en", "nl"])


def listed(text: str) -> list[str]:
    """The items between bars and line ends."""
    return [item.strip() for item in re.split(r"[|\n]", text.strip())]


def plain_forms(day: date) -> dict[str, str]:
    """Every stored form without a mark that holds the day."""
    season = next(code for code, months in SEASON_MONTHS.items() if day.month in months)
    start = day.year - (day.month <= 2)
    return {
        "decade": f"{day:%Y}"[:3] + "X",
        "year": f"{day:%Y}",
        "month": f"{day:%Y-%m}",
        "day": f"{day:%Y-%m-%d}",
        "season": f"{start}-{season}",
    }


@st.composite
def moments(draw: st.DrawFn) -> str:
    form = draw(st.sampled_from(["decade", "year", "month", "day", "season"]))
    mark = "" if form in ("decade", "season") else draw(st.sampled_from(["", "~", "?"]))
    return plain_forms(draw(st.dates(date(1901, 1, 1), date(2999, 12, 31))))[form] + mark


@st.composite
def intervals(draw: st.DrawFn) -> str:
    first, second = draw(moments()), draw(moments() | st.just(".."))
    if second != ".." and parse_date(first).earliest > parse_date(second).latest:
        first, second = second, first
    return f"{first}/{second}"


stored = moments() | intervals()
