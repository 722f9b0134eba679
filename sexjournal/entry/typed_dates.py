"""Reads typed dates in English or Dutch: marks, intervals, and sums of time. Knows no clock.

Doubtful text is refused, never guessed. The wordings of a single date are in `date_rules`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from sexjournal.entry.date_rules import COUNTS, MONTHS, UNIT, any_of, one_date
from sexjournal.entry.dates import STORED, BadDate, When, parse_date

_EXAMPLES = (
    "2026-11-21, yesterday, last friday, 3 days ago, 14 july, july 2009, summer 2009, the 1990s, about 2009, "
    "2009 to 2013, since 2021; or gisteren, vorige vrijdag, zomer 2009"
)
_MARKED = (
    (r"(?:~ ?|ca?\. ?|(?:about|around|circa|ca|rond|ongeveer|omstreeks) )(?P<date>.+)", "~"),
    (r"(?P<date>.+?) ?~", "~"),
    (r"(?:\? ?|(?:perhaps|maybe|misschien) )(?P<date>.+)", "?"),
    (r"(?P<date>.+?) ?\?", "?"),
)
_SINCE = r"(?:since|sinds|vanaf) (?P<start>.+)"
_YEARS = r"(?P<start>[0-9]{4}) ?- ?(?P<end>[0-9]{4})"
_FROM_TO = r"(?:(?:from|van) )?(?P<start>.+?) (?:to|until|tot en met|tot|t/m|-) (?P<end>.+)"
_AHEAD = rf"\b(?:tomorrow|morgen|overmorgen|next|coming|volgende?|komende?|aanstaande)\b|^(?:in|over) \S+ {UNIT}$"

_SUM = rf"(?:(?:[0-9]{{1,4}}|{any_of(COUNTS)}) {UNIT} (?:(?:and|en) )?){{1,4}}(?:ago|geleden)"
_LENGTHS = {"day": 10, "week": 10, "month": 7, "year": 4}  # of the stored form, by the precision of the answer


def understand(typed: str, today: date) -> When:
    """Return the date typed by a person on the day `today`; the stored forms are read too.

    Raises BadDate for doubtful text. A day in the future is refused only where the wording says so ("next
    friday"); `not_future` refuses the others.
    """
    words = _in_plain_letters(typed)
    if not words:
        raise BadDate("no date was given", hint=f"such as {_EXAMPLES}")
    if re.search(_AHEAD, words):
        raise BadDate(f"{typed[:60]!r} has not come yet", hint="a page is about something that has been")
    stored = _date_or_marked(words, today) or _interval(words, today) or _sum_of_units(words, today)
    if stored is None:
        raise BadDate(f"cannot read {typed[:60]!r} as a date", hint=f"such as {_EXAMPLES}")
    return parse_date(stored)


def _in_plain_letters(typed: str) -> str:
    plain = typed.lower().translate(str.maketrans("’–—", "'--")).replace(", ", " ")
    return re.sub(" ?/ ?", "/", " ".join(plain.split()))


def _date_or_marked(words: str, today: date) -> str | None:
    """Return the stored form of all but an interval, with or without a mark."""
    stored = _unmarked(words, today)
    if stored:
        return stored
    for pattern, mark in _MARKED:
        match = re.fullmatch(pattern, words)
        stored = _unmarked(match["date"], today) if match else None
        if stored:
            return stored + mark
    return None


def _unmarked(words: str, today: date) -> str | None:
    return words.upper() if STORED.fullmatch(words.upper()) else one_date(words, today)


def _interval(words: str, today: date) -> str | None:
    if STORED.fullmatch(words.partition("/")[0].upper()):
        return words.upper()
    since = re.fullmatch(_SINCE, words)
    if since:
        first = _date_or_marked(since["start"], today)
        return f"{first}/.." if first else None
    sides = re.fullmatch(_YEARS, words) or re.fullmatch(_FROM_TO, words)
    return _from_start_to_end(sides["start"], sides["end"], today) if sides else None


def _from_start_to_end(start: str, end: str, today: date) -> str | None:
    first, last = _date_or_marked(start, today), _date_or_marked(end, today)
    if not (first and last):
        return None
    if _lacks_year(start) or _lacks_year(end):
        raise BadDate("an interval needs the year on both sides", hint="such as 14 july 2009 to 20 july 2009")
    return f"{first}/{last}"


def _lacks_year(words: str) -> bool:
    return bool(re.search(rf"\b{any_of(MONTHS)}\b", words)) and not re.search("[0-9]{4}", words)


def _sum_of_units(words: str, today: date) -> str | None:
    """Return the stored form of a sum such as "2 weeks and 3 days ago", read by dateparser; None where a word is lost.

    dateparser reads only such sums, because it passes over words and misreads others: for dateparser 1.5, "5 days
    before yesterday" is yesterday, and "after 2 weeks ago" is in the future. So each word is left out once: where the
    answer stays the same, dateparser did not read that word.
    """
    if not re.fullmatch(_SUM, words):
        return None
    pieces = words.split()
    answer = _by_dateparser(pieces, today)
    fewer = (pieces[:at] + pieces[at + 1 :] for at, word in enumerate(pieces[:-1]) if word not in ("and", "en"))
    return None if answer is None or any(_by_dateparser(rest, today) == answer for rest in fewer) else answer


def _by_dateparser(words: list[str], today: date) -> str | None:
    from dateparser.date import DateDataParser

    now = {"RELATIVE_BASE": datetime.combine(today, time.min), "PREFER_DATES_FROM": "past", "STRICT_PARSING": True}
    answer = DateDataParser(languages=["en", "nl"], settings=now).get_date_data(" ".join(words))
    moment: datetime | None = answer.date_obj
    if moment is None or answer.period not in _LENGTHS:
        return None
    return moment.date().isoformat()[: _LENGTHS[answer.period]]
