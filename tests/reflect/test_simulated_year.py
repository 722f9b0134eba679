"""A simulated year of reviews, held against a table counted along a list of dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from review_pages import BRUSSELS, DAYS, FIVE, NEW_YORK, local, looked_at, page

from sexjournal.entry.entry import Entry, parse
from sexjournal.entry.front_matter import Writable
from sexjournal.reflect.due import REVIEW_CADENCES, DuePage, due_pages, page_of_the_day
from sexjournal.reflect.review import review_fields

CLOCKS = ("01:30", "04:59", "05:00", "13:00", "23:59")
# Clocks are put back in Europe on 31 October 2027 and in America on 7 November; forward on 26 and on 12 March 2028.
WHEREABOUTS = {
    "2027-09-01": BRUSSELS,
    "2027-10-20": NEW_YORK,
    "2027-11-04": BRUSSELS,
    "2027-11-06": NEW_YORK,
    "2027-11-20": BRUSSELS,
    "2028-03-05": NEW_YORK,
    "2028-03-20": BRUSSELS,
    "2028-06-01": NEW_YORK,
    "2028-07-10": BRUSSELS,
}
SIMULATED = DAYS[DAYS.index("2027-09-01") : DAYS.index("2028-11-01")]
LATER = ("week", "month", "year")
# The pages that people write: fields, days between the moment and the writing, and what may be offered of them.
SORTS: list[tuple[dict[str, Writable], int, tuple[str, ...]]] = [
    ({"rating": 6}, 1, LATER),
    ({"rating": 3, "with": ["Wren"]}, 1, LATER),
    ({"rating": 7}, 0, ("day", *LATER)),
    ({"jot": "the rain on the tent"}, 0, ("day",)),
    ({"kind": "fantasy", "pull": 5}, 1, LATER),
    ({"kind": "memory", "date": "2009"}, 1, ("year",)),
    ({"kind": "wish"}, 0, ("year",)),
    ({"rating": 2, "wanted": "unsure"}, 0, ()),
    ({"rating": 5, "resurface": False}, 0, ()),
]


@dataclass(slots=True)
class Written:
    """A page of the simulation, and its row of the table: which dates ask for which review."""

    entry: Entry
    asks: tuple[str, ...]
    table: dict[str, tuple[str, str]]  # date -> cadence and, for a year, which
    done: set[tuple[str, str]] = field(default_factory=set)

    def expected(self, day: str) -> str:
        cadence, year = self.table.get(day, ("", ""))
        return cadence if cadence in self.asks and (cadence, year) not in self.done else ""


def dates_that_ask(evening: str) -> dict[str, tuple[str, str]]:
    """Worked out by counting along the list of dates, with no arithmetic on days."""
    at = DAYS.index(evening)
    table = dict.fromkeys(DAYS[at + 1 : at + 5], ("day", ""))
    table |= dict.fromkeys(DAYS[at + 7 : at + 14], ("week", ""))
    table |= dict.fromkeys(DAYS[at + 30 : at + 61], ("month", ""))
    year, date_of_year = evening[:4], evening[5:]
    for later in (str(number) for number in range(int(year) + 1, 2030)):
        if f"{later}-{date_of_year}" in DAYS:
            middle = DAYS.index(f"{later}-{date_of_year}")
            around = DAYS[middle - 3 : middle + 4]
        else:
            around = [f"{later}-{day}" for day in ("02-26", "02-27", "02-28", "03-01", "03-02", "03-03")]
        table |= dict.fromkeys(around, ("year", later))
    return table


def evening_of(day: str, clock: str) -> str:
    """The date that a moment belongs to."""
    return day if clock >= "05:00" else DAYS[DAYS.index(day) - 1]


def whereabouts(day: str) -> ZoneInfo:
    return WHEREABOUTS[max(since for since in WHEREABOUTS if since <= day)] if day >= "2027-09-01" else BRUSSELS


def on_the_clock(day: str, clock: str) -> datetime:
    """The moment as the program gets it: with its offset, not with the name of its zone."""
    return datetime.fromisoformat(local(f"{day}T{clock}", whereabouts(day)).isoformat())


def shelf() -> Iterator[Written]:
    """About 150 pages: some of earlier years, the others spread over the first ten months of the simulation."""
    dice = Random(20)
    begun = DAYS.index("2027-09-01")
    days = ["2024-02-29", "2025-01-01", "2025-12-31", "2026-02-28", "2027-03-01"]
    days += dice.choices(DAYS[DAYS.index("2024-01-01") : begun], k=25)
    days += dice.choices(DAYS[begun : begun + 300], k=120)
    for number, day in enumerate(days):
        fields, before, asks = SORTS[number % len(SORTS)]
        clock = dice.choice(["02:10", "04:59", "05:00", "09:14", "23:40"])
        evening = evening_of(day, clock)
        about = DAYS[DAYS.index(evening) - before]
        written = on_the_clock(day, clock).isoformat(timespec="minutes")
        body = "" if "jot" in fields else "By the water.\n"
        entry = page(written, body, **{"id": f"page{number:04}", "date": about, **fields})
        yield Written(entry, asks, dates_that_ask(evening))


def take_up(pages: dict[str, Written], found: DuePage, now: datetime, day: str) -> None:
    """The person does the review that is offered; a jot becomes a page."""
    one = pages[found.entry.id]
    taken = review_fields(one.entry, found.cadence, now, {"now": 5, "agree": "yes"}, blind=True, day_starts=FIVE)
    one.entry = one.entry.reviewed(taken)
    one.done.add(one.table[day])
    if one.asks == ("day",):
        one.entry, one.asks = parse(f"{one.entry.text}Written out.\n"), LATER


def test_a_simulated_year_offers_just_what_the_table_says() -> None:
    pages = {one.entry.id: one for one in shelf()}
    dice = Random(4)
    seen = dict.fromkeys(REVIEW_CADENCES, 0)
    offers: dict[str, str] = {}
    taken = 0
    for day in SIMULATED:
        for clock in CLOCKS:
            now, today = on_the_clock(day, clock), evening_of(day, clock)
            found = due_pages([one.entry for one in pages.values()], now, REVIEW_CADENCES, FIVE)
            expected = {name: cadence for name, one in pages.items() if (cadence := one.expected(today))}
            assert {one.entry.id: one.cadence for one in found} == expected, (day, clock)
            best = page_of_the_day(found, date.fromisoformat(today))
            assert offers.setdefault(today, best.entry.id if best else "") == (best.entry.id if best else "")
            for one in found:
                seen[one.cadence] += 1
            if clock == "13:00" and best and dice.random() < 0.4:
                take_up(pages, best, now, today)
                del offers[today]
                taken += 1
            elif clock == "13:00" and dice.random() < 0.2:
                other = dice.choice(list(pages.values()))
                other.entry = looked_at(other.entry, "free", now.isoformat(), now=4, blind=True)
    assert len(pages) == 150
    assert min(seen.values()) > 100
    assert taken > 50
