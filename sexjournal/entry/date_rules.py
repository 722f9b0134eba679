"""One date in English or Dutch words: the words, and one rule for each wording, to the stored form.

Both languages are always read. Knows no clock: `today` is given to each rule. Marks such as "about" and intervals are
read in `typed_dates`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from sexjournal.entry.dates import ONE_DAY, BadDate, first_of_month, month_bounds, not_future, parse_date


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches each of the words."""
    return f"(?:{'|'.join(words)})"


def _numbers_by_word(lines: str, start: int) -> dict[str, int]:
    """Return the number of the line for each word; a bar ends a line, `start` is the number of the first line."""
    return {word: number for number, line in enumerate(lines.split("|"), start) for word in line.split()}


MONTHS = _numbers_by_word(
    "january januari jan | february februari feb febr | march maart mar mrt | april apr | may mei | june juni jun |"
    "july juli jul | august augustus aug | september sept sep | october oktober oct okt | november nov | december dec",
    start=1,
)
COUNTS = _numbers_by_word(
    "one een één a an | two twee | three drie | four vier | five vijf | six zes | seven zeven | eight acht |"
    "nine negen | ten tien | eleven elf | twelve twaalf | thirteen dertien | fourteen veertien | fifteen vijftien |"
    "sixteen zestien | seventeen zeventien | eighteen achttien | nineteen negentien | twenty twintig",
    start=1,
)
_WEEKDAYS = _numbers_by_word(
    "monday maandag mon ma | tuesday dinsdag tue di | wednesday woensdag wed wo | thursday donderdag thu do |"
    "friday vrijdag fri vr | saturday zaterdag sat za | sunday zondag sun zo",
    start=0,
)
_SEASONS = _numbers_by_word("spring lente voorjaar | summer zomer | autumn fall herfst najaar | winter", start=21)
_TENS = _numbers_by_word(
    "twenties twintig | thirties dertig | forties veertig | fifties vijftig | sixties zestig | seventies zeventig |"
    "eighties tachtig | nineties negentig",
    start=2,
)
_TURNS = _numbers_by_word("this deze dit | last vorige vorig past afgelopen", start=0)
_DAYS_BACK = {"today": 0, "vandaag": 0, "yesterday": 1, "gisteren": 1, "day before yesterday": 2, "eergisteren": 2}

UNIT = "(?P<unit>days?|dag|dagen|weeks?|weken|months?|maand|maanden|years?|jaar|jaren)"
_YEAR = "(?P<year>[0-9]{4})"
_MONTH = rf"(?P<month>{any_of(MONTHS)})\.?"
_WEEKDAY = rf"(?P<weekday>{any_of(_WEEKDAYS)})"
_SEASON = rf"(?P<season>{any_of(_SEASONS)})"
_OF = "(?:(?:of|van|in) )?"
_LAST = "(?:(?:last|past|vorige|afgelopen) )?"
_ORDINAL = "(?:st|nd|rd|th|e|de|ste)?"
_LEAD = r"^(?:(?:in|on|op) )?(?:(?:the|de|het) )?"


def one_date(typed: str, today: date) -> str | None:
    """Return the stored form of a date in words; None where no rule fits. Raises BadDate where the words are not sure.

    `typed` is in small letters. The stored form may still be a day outside the calendar.
    """
    without_lead = re.sub(_LEAD, "", typed)
    for pattern, rule in _RULES:
        match = re.fullmatch(pattern, without_lead)
        if match:
            return rule(match, today)
    return None


def _named_day(match: re.Match[str], today: date) -> str:
    return (today - _DAYS_BACK[match["name"]] * ONE_DAY).isoformat()


def _last_weekday(match: re.Match[str], today: date) -> str:
    back = (today.weekday() - _WEEKDAYS[match["weekday"]] - 1) % 7 + 1
    return (today - back * ONE_DAY).isoformat()


def _units_ago(match: re.Match[str], today: date) -> str:
    return _back(COUNTS.get(match["count"]) or int(match["count"]), match["unit"], today)


def _this_or_last_unit(match: re.Match[str], today: date) -> str:
    return _back(_TURNS[match["turn"]], match["unit"], today)


def _back(count: int, unit: str, today: date) -> str:
    """Return a day for days and weeks, a month for months, a year for years: as precise as the unit."""
    if unit[0] in "dw":
        return (today - count * (ONE_DAY if unit[0] == "d" else 7 * ONE_DAY)).isoformat()
    if unit[0] == "m":
        return first_of_month(today.year, today.month - count).isoformat()[: len("2009-07")]
    return str(today.year - count)


def _day_of_month(match: re.Match[str], today: date) -> str:
    month, day, weekday = MONTHS[match["month"]], int(match["day"]), match["weekday"]
    year = int(match["year"] or _nearest_year(month, day, today))
    stored = f"{year}-{month:02}-{day:02}"
    if weekday and parse_date(stored).earliest.weekday() != _WEEKDAYS[weekday]:
        raise BadDate(f"{stored} is not a {weekday}", hint="leave out the day of the week, or mend it")
    return stored


def _nearest_year(month: int, day: int, today: date) -> int:
    """Return the year of the most recent such day up to `today`; for 29 February maybe years back."""
    year = today.year - ((month, day) > (today.month, today.day))
    while (month, day) == (2, 29) and month_bounds(year, 2)[1].day < 29:
        year -= 1
    return year


def _month_of_year(match: re.Match[str], _today: date) -> str:
    return f"{match['year']}-{MONTHS[match['month']]:02}"


def _digits_alone(match: re.Match[str], _today: date) -> str:
    """Read the day first, and only where no other reading exists: 3-4 is April to some people and March to others."""
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    day_first, month_first = f"{year}-{month:02}-{day:02}", f"{year}-{day:02}-{month:02}"
    if day != month and max(day, month) <= 12:
        raise BadDate(f"{match[0]!r} can be read in two ways", hint=f"write {day_first} or {month_first}")
    return day_first


def _season_of_year(match: re.Match[str], _today: date) -> str:
    season, year, second = _SEASONS[match["season"]], match["year"], match["second"]
    if second and not (season == 24 and str(int(year) + 1).endswith(second)):
        raise BadDate("only a winter lies in two years, and those in a row", hint="such as winter 2009-2010")
    return f"{year}-{season}"


def _near_season(match: re.Match[str], today: date) -> str:
    """Return the most recent season already over; after "this", the season of today or else of this year."""
    season = _SEASONS[match["season"]]
    year = today.year - (season == 24 and today.month <= 2)
    when = parse_date(f"{year}-{season}")
    if _TURNS[match["turn"]] == 0:
        return not_future(when, today).text
    return when.text if when.latest < today else f"{year - 1}-{season}"


def _decade(match: re.Match[str], _today: date) -> str:
    return f"{match['decade']}X"


def _decade_of_unknown_century(match: re.Match[str], today: date) -> str:
    """Return a decade of the last century, as long as the same decade of this century has not begun."""
    tens = _TENS.get(match["tens"]) or int(match["tens"])
    if 2000 + 10 * tens <= today.year:
        raise BadDate(f"{match[0]!r} can be read in two ways", hint=f"write 19{tens}0s or 20{tens}0s")
    return f"19{tens}X"


# The patterns stay text until they are first tried: most commands never read a typed date.
_RULES: tuple[tuple[str, Callable[[re.Match[str], date], str]], ...] = (
    (rf"(?P<name>{any_of(_DAYS_BACK)})", _named_day),
    (rf"{_LAST}{_WEEKDAY}", _last_weekday),
    (rf"(?P<count>[0-9]{{1,3}}|{any_of(COUNTS)}) {UNIT} (?:ago|geleden)", _units_ago),
    (r"(?P<turn>this|deze|dit|last|vorige?) (?P<unit>month|maand|year|jaar)", _this_or_last_unit),
    (rf"(?:{_WEEKDAY} )?(?P<day>[0-9]{{1,2}}){_ORDINAL} {_OF}{_MONTH}(?: {_OF}{_YEAR})?", _day_of_month),
    (rf"(?:{_WEEKDAY} )?{_MONTH} (?:the )?(?P<day>[1-9][0-9]?){_ORDINAL}(?: {_OF}{_YEAR})?", _day_of_month),
    (rf"(?:{_WEEKDAY} )?{_YEAR} {_MONTH} (?P<day>[0-9]{{1,2}})", _day_of_month),
    (rf"{_MONTH} {_OF}{_YEAR}", _month_of_year),
    (rf"(?P<day>[0-9]{{1,2}})(?P<between>[-/.])(?P<month>[0-9]{{1,2}})(?P=between){_YEAR}", _digits_alone),
    (rf"{_SEASON} {_OF}{_YEAR}(?: ?[-/] ?(?P<second>[0-9]{{4}}|[0-9]{{2}}))?", _season_of_year),
    (rf"(?P<turn>{any_of(_TURNS)}) {_SEASON}", _near_season),
    (r"(?P<decade>[0-9]{3})0'?s", _decade),
    (r"jaren (?P<decade>[0-9]{3})0", _decade),
    (r"'?(?P<tens>[1-9])0'?s", _decade_of_unknown_century),
    (r"jaren '?(?P<tens>[1-9])0", _decade_of_unknown_century),
    (rf"(?P<tens>{any_of(word for word in _TENS if word.endswith('ies'))})", _decade_of_unknown_century),
    (rf"jaren (?P<tens>{any_of(_TENS)})", _decade_of_unknown_century),
)
