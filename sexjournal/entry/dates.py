"""What people type for a date, what is stored and what is shown; knows no clock and no file.

Stored is a subset of EDTF (levels 0 and 1, https://www.loc.gov/standards/datetime/): a year `2009`, a decade `200X`, a
month `2009-07`, a day `2009-07-14`, a season `2009-21` to `2009-24`, and `A/B` or `A/..` of these. Years, months and
days may end in `~` (about) or `?` (unsure). EDTF leaves open how wide that is and where a winter ends: both are ours.

Typed is English or Dutch, always both. What cannot be read is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sexjournal.errors import BadInput

_ONE_DAY = timedelta(days=1)


class BadDate(BadInput):
    """A date that cannot be read, or that is not in the calendar."""


@dataclass(frozen=True, slots=True)
class When:
    """A date as precise as it was given: its canonical `text`, and the days that it may mean, both ends included.

    `latest` is `date.max` while an interval is open.
    """

    text: str
    earliest: date
    latest: date

    @property
    def exact(self) -> bool:
        """Whether this is one known day."""
        return self.text == self.earliest.isoformat()

    @property
    def sort_key(self) -> tuple[date, date]:
        """By the earliest day, then by the latest."""
        return self.earliest, self.latest


def journal_day(now: datetime, day_starts: time) -> date:
    """The day a moment belongs to: at two in the morning it is still the evening before."""
    return now.date() - _ONE_DAY if now.time() < day_starts else now.date()


def not_future(when: When, today: date) -> When:
    """The same date; raises BadDate when not one of its days has come."""
    if when.earliest > today:
        raise BadDate(f"{when.text} has not come yet", hint="a page is about something that has been")
    return when


# --- stored ---

_STORED = re.compile(r"(?:([0-9]{3})X|([0-9]{4})(?:-(2[1-4])|-([0-9]{2})(?:-([0-9]{2}))?)?)([~?]?)")
_DAY = re.compile("(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")  # what nearly all pages have
_EXAMPLES = (
    "2026-11-21, yesterday, last friday, 3 days ago, 14 july, july 2009, summer 2009, the 1990s, about 2009, "
    "2009 to 2013, since 2021; or gisteren, vorige vrijdag, zomer 2009"
)
_FORMS = "2009, 200X, 2009-07, 2009-07-14, 2009-22 (summer), 2009~ (about), 2009? (unsure), 2009/2013, 2009/.."


@lru_cache(4096)  # ten thousand pages have far fewer days
def parse(text: str) -> When:
    """The stored form only. Raises BadDate, whose sentence holds digits of the text at most."""
    if _DAY.fullmatch(text):  # thrice as quick as the rules below, which say what is wrong with 2026-02-30
        with suppress(ValueError):
            day = date.fromisoformat(text)
            return When(text, day, day)
    start, slash, end = text.partition("/")
    earliest, latest = _bounds(start)
    if slash:
        latest = _end(end)
    if earliest > latest:
        raise BadDate("the interval ends before it begins", hint="put the earlier date first")
    return When(text, earliest, latest)


def _end(text: str) -> date:
    if not text:
        raise BadDate("the interval has no end", hint="for what still goes on write two dots, as in 2009/..")
    return date.max if text == ".." else _bounds(text)[1]


def _bounds(text: str) -> tuple[date, date]:
    """The first and the last day of anything but an interval."""
    found = _STORED.fullmatch(text)
    if not found:
        raise BadDate("this is not a date in a form that is kept", hint=f"the forms are {_FORMS}")
    decade, full_year, season, month, day, mark = found.groups()
    if mark and (decade or season):
        raise BadDate("a season or a decade is vague already", hint=f"write {text[:-1]}, without the {mark}")
    year, slack = _year(full_year or f"{decade}0"), len(mark)
    if day:
        return _days(year, _month(month), int(day), 7 * slack)
    if month:
        return _months(year, _month(month) - slack, 1 + 2 * slack)
    if season:
        return _months(year, 3 * (int(season) - 20), 3)
    return _months(year, 1, 120) if decade else _months(year, 1 - 12 * slack, 12 + 24 * slack)


def _year(digits: str) -> int:
    if not "1900" <= digits <= "2999":
        raise BadDate(f"the year {digits} is too far away", hint="years run from 1900 to 2999")
    return int(digits)


def _month(digits: str) -> int:
    if not "01" <= digits <= "12":
        raise BadDate(f"there is no month {digits}", hint="months are 01 to 12; 21 to 24 alone are spring to winter")
    return int(digits)


def _days(year: int, month: int, day: int, slack: int) -> tuple[date, date]:
    first, last = _months(year, month, 1)
    if not 1 <= day <= last.day:
        raise BadDate(f"{first:%Y-%m}-{day:02} is not in the calendar", hint=f"that month ends with {last}")
    middle = first.replace(day=day)
    return middle - slack * _ONE_DAY, middle + slack * _ONE_DAY


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    """The bounds of `count` months; the first may lie before January, the last beyond December."""
    return _first_of(year, month), _first_of(year, month + count) - _ONE_DAY


def _first_of(year: int, month: int) -> date:
    years, index = divmod(month - 1, 12)
    return date(year + years, index + 1, 1)


# --- typed: the words ---


def _numbered(lines: str, start: int) -> dict[str, int]:
    """Every word of a line has the line's number; a bar ends a line."""
    return {word: number for number, line in enumerate(lines.split("|"), start) for word in line.split()}


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(words)})"


_MONTHS = _numbered(
    "january januari jan | february februari feb febr | march maart mar mrt | april apr | may mei | june juni jun |"
    "july juli jul | august augustus aug | september sept sep | october oktober oct okt | november nov | december dec",
    start=1,
)
_WEEKDAYS = _numbered(
    "monday maandag mon ma | tuesday dinsdag tue di | wednesday woensdag wed wo | thursday donderdag thu do |"
    "friday vrijdag fri vr | saturday zaterdag sat za | sunday zondag sun zo",
    start=0,
)
_SEASONS = _numbered("spring lente voorjaar | summer zomer | autumn fall herfst najaar | winter", start=21)
_TENS = _numbered(
    "twenties twintig | thirties dertig | forties veertig | fifties vijftig | sixties zestig | seventies zeventig |"
    "eighties tachtig | nineties negentig",
    start=2,
)
_NUMBERS = _numbered(
    "one een één a an | two twee | three drie | four vier | five vijf | six zes | seven zeven | eight acht |"
    "nine negen | ten tien | eleven elf | twelve twaalf | thirteen dertien | fourteen veertien | fifteen vijftien |"
    "sixteen zestien | seventeen zeventien | eighteen achttien | nineteen negentien | twenty twintig",
    start=1,
)
_TURNS = _numbered("this deze dit | last vorige vorig past afgelopen", start=0)
_DAYS_BACK = {"today": 0, "vandaag": 0, "yesterday": 1, "gisteren": 1, "day before yesterday": 2, "eergisteren": 2}

_YEAR = "(?P<year>[0-9]{4})"
_MONTH = rf"(?P<month>{_any(_MONTHS)})\.?"
_WEEKDAY = rf"(?P<weekday>{_any(_WEEKDAYS)})"
_SEASON = rf"(?P<season>{_any(_SEASONS)})"
_UNIT = "(?P<unit>days?|dag|dagen|weeks?|weken|months?|maand|maanden|years?|jaar|jaren)"
_OF = "(?:(?:of|van|in) )?"
_LAST = "(?:(?:last|past|vorige|afgelopen) )?"
_ORDINAL = "(?:st|nd|rd|th|e|de|ste)?"
_AHEAD = rf"\b(?:tomorrow|morgen|overmorgen|next|coming|volgende?|komende?|aanstaande)\b|^(?:in|over) \S+ {_UNIT}$"


# --- typed: the rules ---
# Each turns what its pattern found into a stored form; `parse` then says whether that is in the calendar.


def _named_day(found: re.Match[str], today: date) -> str:
    return (today - _DAYS_BACK[found["name"]] * _ONE_DAY).isoformat()


def _last_weekday(found: re.Match[str], today: date) -> str:
    back = (today.weekday() - _WEEKDAYS[found["weekday"]] - 1) % 7 + 1
    return (today - back * _ONE_DAY).isoformat()


def _ago(found: re.Match[str], today: date) -> str:
    return _back(_NUMBERS.get(found["count"]) or int(found["count"]), found["unit"], today)


def _this_or_last(found: re.Match[str], today: date) -> str:
    return _back(_TURNS[found["turn"]], found["unit"], today)


def _back(count: int, unit: str, today: date) -> str:
    """A day for days and weeks, a month for months, a year for years: as precise as the unit."""
    if unit[0] in "dw":
        return (today - count * (_ONE_DAY if unit[0] == "d" else 7 * _ONE_DAY)).isoformat()
    if unit[0] == "m":
        return _first_of(today.year, today.month - count).isoformat()[: len("2009-07")]
    return str(today.year - count)


def _day(found: re.Match[str], today: date) -> str:
    month, day, weekday = _MONTHS[found["month"]], int(found["day"]), found["weekday"]
    year = int(found["year"] or _nearest_year(month, day, today))
    stored = f"{year}-{month:02}-{day:02}"
    if weekday and parse(stored).earliest.weekday() != _WEEKDAYS[weekday]:
        raise BadDate(f"{stored} is not a {weekday}", hint="leave out the day of the week, or mend it")
    return stored


def _nearest_year(month: int, day: int, today: date) -> int:
    """The year of the most recent such day that is not in the future; 29 February may be years back."""
    year = today.year - ((month, day) > (today.month, today.day))
    while (month, day) == (2, 29) and _months(year, 2, 1)[1].day < 29:
        year -= 1
    return year


def _month_of_year(found: re.Match[str], _today: date) -> str:
    return f"{found['year']}-{_MONTHS[found['month']]:02}"


def _numeric(found: re.Match[str], _today: date) -> str:
    """Day first where nothing else is possible: 3-4 is April to some and March to others."""
    day, month, year = int(found["day"]), int(found["month"]), found["year"]
    dayfirst, monthfirst = f"{year}-{month:02}-{day:02}", f"{year}-{day:02}-{month:02}"
    if day != month and max(day, month) <= 12:
        raise BadDate(f"{found[0]!r} can be read in two ways", hint=f"write {dayfirst} or {monthfirst}")
    return dayfirst


def _season_of_year(found: re.Match[str], _today: date) -> str:
    season, year, second = _SEASONS[found["season"]], found["year"], found["second"]
    if second and not (season == 24 and str(int(year) + 1).endswith(second)):
        raise BadDate("only a winter lies in two years, and those in a row", hint="such as winter 2009-2010")
    return f"{year}-{season}"


def _near_season(found: re.Match[str], today: date) -> str:
    """The most recent one that is over; after "this", the one that goes on or else this year's."""
    season = _SEASONS[found["season"]]
    year = today.year - (season == 24 and today.month <= 2)
    when = parse(f"{year}-{season}")
    if _TURNS[found["turn"]] == 0:
        return not_future(when, today).text
    return when.text if when.latest < today else f"{year - 1}-{season}"


def _decade(found: re.Match[str], _today: date) -> str:
    return f"{found['decade']}X"


def _tens(found: re.Match[str], today: date) -> str:
    """A decade without its century is sure only while the one of this century has not begun."""
    tens = _TENS.get(found["tens"]) or int(found["tens"])
    if 2000 + 10 * tens <= today.year:
        raise BadDate(f"{found[0]!r} can be read in two ways", hint=f"write 19{tens}0s or 20{tens}0s")
    return f"19{tens}X"


# The patterns stay text until first tried: most commands never read a typed date.
_RULES: tuple[tuple[str, Callable[[re.Match[str], date], str]], ...] = (
    (rf"(?P<name>{_any(_DAYS_BACK)})", _named_day),
    (rf"{_LAST}{_WEEKDAY}", _last_weekday),
    (rf"(?P<count>[0-9]{{1,3}}|{_any(_NUMBERS)}) {_UNIT} (?:ago|geleden)", _ago),
    (r"(?P<turn>this|deze|dit|last|vorige?) (?P<unit>month|maand|year|jaar)", _this_or_last),
    (rf"(?:{_WEEKDAY} )?(?P<day>[0-9]{{1,2}}){_ORDINAL} {_OF}{_MONTH}(?: {_OF}{_YEAR})?", _day),
    (rf"(?:{_WEEKDAY} )?{_MONTH} (?:the )?(?P<day>[1-9][0-9]?){_ORDINAL}(?: {_OF}{_YEAR})?", _day),
    (rf"(?:{_WEEKDAY} )?{_YEAR} {_MONTH} (?P<day>[0-9]{{1,2}})", _day),
    (rf"{_MONTH} {_OF}{_YEAR}", _month_of_year),
    (rf"(?P<day>[0-9]{{1,2}})(?P<between>[-/.])(?P<month>[0-9]{{1,2}})(?P=between){_YEAR}", _numeric),
    (rf"{_SEASON} {_OF}{_YEAR}(?: ?[-/] ?(?P<second>[0-9]{{4}}|[0-9]{{2}}))?", _season_of_year),
    (rf"(?P<turn>{_any(_TURNS)}) {_SEASON}", _near_season),
    (r"(?P<decade>[0-9]{3})0'?s", _decade),
    (r"jaren (?P<decade>[0-9]{3})0", _decade),
    (r"'?(?P<tens>[1-9])0'?s", _tens),
    (r"jaren '?(?P<tens>[1-9])0", _tens),
    (rf"(?P<tens>{_any(word for word in _TENS if word.endswith('ies'))})", _tens),
    (rf"jaren (?P<tens>{_any(_TENS)})", _tens),
)
_MARKED = (
    (r"(?:~ ?|ca?\. ?|(?:about|around|circa|ca|rond|ongeveer|omstreeks) )(?P<said>.+)", "~"),
    (r"(?P<said>.+?) ?~", "~"),
    (r"(?:\? ?|(?:perhaps|maybe|misschien) )(?P<said>.+)", "?"),
    (r"(?P<said>.+?) ?\?", "?"),
)
_SINCE = r"(?:since|sinds|vanaf) (?P<start>.+)"
_YEARS = r"(?P<start>[0-9]{4}) ?- ?(?P<end>[0-9]{4})"
_FROM_TO = r"(?:(?:from|van) )?(?P<start>.+?) (?:to|until|tot en met|tot|t/m|-) (?P<end>.+)"
_LEAD = r"^(?:(?:in|on|op) )?(?:(?:the|de|het) )?"


def understand(typed: str, today: date) -> When:
    """What a person typed, in English or Dutch, on the day `today`; raises BadDate for all that is not sure.

    Takes the stored forms too. The future is refused only where the wording says it ("next friday"): see `not_future`.
    """
    said = _tidied(typed)
    if not said:
        raise BadDate("no date was given", hint=f"such as {_EXAMPLES}")
    if re.search(_AHEAD, said):
        raise BadDate(f"{typed[:60]!r} has not come yet", hint="a page is about something that has been")
    stored = _moment(said, today) or _span(said, today) or _free_wording(said, today)
    if stored is None:
        raise BadDate(f"cannot read {typed[:60]!r} as a date", hint=f"such as {_EXAMPLES}")
    return parse(stored)


def _tidied(typed: str) -> str:
    plain = typed.lower().translate(str.maketrans("’–—", "'--")).replace(", ", " ")
    return re.sub(" ?/ ?", "/", " ".join(plain.split()))


def _moment(said: str, today: date) -> str | None:
    """Anything but an interval, with or without a mark."""
    plain = _unmarked(said, today)
    if plain:
        return plain
    for pattern, mark in _MARKED:
        found = re.fullmatch(pattern, said)
        inner = _unmarked(found["said"], today) if found else None
        if inner:
            return inner + mark
    return None


def _unmarked(said: str, today: date) -> str | None:
    if _STORED.fullmatch(said.upper()):
        return said.upper()
    bare = re.sub(_LEAD, "", said)
    for pattern, rule in _RULES:
        found = re.fullmatch(pattern, bare)
        if found:
            return rule(found, today)
    return None


def _span(said: str, today: date) -> str | None:
    if _STORED.fullmatch(said.partition("/")[0].upper()):
        return said.upper()
    since = re.fullmatch(_SINCE, said)
    if since:
        first = _moment(since["start"], today)
        return f"{first}/.." if first else None
    both = re.fullmatch(_YEARS, said) or re.fullmatch(_FROM_TO, said)
    return _joined(both["start"], both["end"], today) if both else None


def _joined(start: str, end: str, today: date) -> str | None:
    first, last = _moment(start, today), _moment(end, today)
    if not (first and last):
        return None
    if _yearless(start) or _yearless(end):
        raise BadDate("an interval needs the year on both sides", hint="such as 14 july 2009 to 20 july 2009")
    return f"{first}/{last}"


def _yearless(said: str) -> bool:
    return bool(re.search(rf"\b{_any(_MONTHS)}\b", said)) and not re.search("[0-9]{4}", said)


# --- typed: free wording ---

_SUM = rf"(?:(?:[0-9]{{1,4}}|{_any(_NUMBERS)}) {_UNIT} (?:(?:and|en) )?){{1,4}}(?:ago|geleden)"
_DIGITS_KEPT = {"day": 10, "week": 10, "month": 7, "year": 4}


def _free_wording(said: str, today: date) -> str | None:
    """What dateparser makes of a sum such as "2 weeks and 3 days ago", if every word of it counted.

    It is asked no more than this, because it passes over words and turns others round: to dateparser 1.5 "5 days before
    yesterday" is yesterday, and "after 2 weeks ago" has yet to come. And each word is left out once: if the answer
    stays the same, that word was not read.
    """
    if not re.fullmatch(_SUM, said):
        return None
    words = said.split()
    answer = _read(words, today)
    rest = (words[:at] + words[at + 1 :] for at, word in enumerate(words[:-1]) if word not in ("and", "en"))
    return None if answer is None or any(_read(fewer, today) == answer for fewer in rest) else answer


def _read(words: list[str], today: date) -> str | None:
    from dateparser.date import DateDataParser

    now = {"RELATIVE_BASE": datetime.combine(today, time.min), "PREFER_DATES_FROM": "past", "STRICT_PARSING": True}
    found = DateDataParser(languages=["en", "nl"], settings=now).get_date_data(" ".join(words))
    moment: datetime | None = found.date_obj
    if moment is None or found.period not in _DIGITS_KEPT:
        return None
    return moment.date().isoformat()[: _DIGITS_KEPT[found.period]]


# --- shown ---

_PHRASES = {
    "en": {"~": "about {}", "?": "perhaps {}", "X": "the {}0s", "to": "{} to {}", "since": "since {}"},
    "nl": {"~": "rond {}", "?": "misschien {}", "X": "de jaren {}0", "to": "{} tot {}", "since": "sinds {}"},
}
_SEASON_NAMES = {
    "en": {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"},
    "nl": {"21": "lente", "22": "zomer", "23": "herfst", "24": "winter"},
}
# pendulum's forms as strftime's, which speaks English as long as nobody calls setlocale.
_IN_ENGLISH = {
    "dddd D MMMM YYYY": "%A %-d %B %Y",
    "ddd D MMM YYYY": "%a %-d %b %Y",
    "D MMMM YYYY": "%-d %B %Y",
    "MMMM YYYY": "%B %Y",
}


def show(when: When, language: str) -> str:
    """In words, "en" or "nl", never more precisely than given: "Friday 13 November 2026", "about 2009"."""
    return _in_words(when, language, "dddd D MMMM YYYY")


def short(when: When, language: str) -> str:
    """As `show`, with a known day in few characters: "Fri 13 Nov 2026"."""
    return _in_words(when, language, "ddd D MMM YYYY").replace(".", "")


def _in_words(when: When, language: str, day_form: str) -> str:
    """The day of the week is named only where the day is known."""
    if when.exact:
        return _formatted(when.text, day_form, language)
    start, slash, end = when.text.partition("/")
    first = _side(start, language)
    if not slash:
        return first
    phrases = _PHRASES[language]
    return phrases["since"].format(first) if end == ".." else phrases["to"].format(first, _side(end, language))


def _side(text: str, language: str) -> str:
    bare = text.rstrip("~?")
    mark = text[len(bare) :]
    words = _bare_in_words(bare, language)
    return _PHRASES[language][mark].format(words) if mark else words


def _bare_in_words(bare: str, language: str) -> str:
    year, _, rest = bare.partition("-")
    if not rest:
        return _PHRASES[language]["X"].format(year[:3]) if year.endswith("X") else year
    season = _SEASON_NAMES[language].get(rest)
    if season:
        return f"{season} {year}-{int(year) + 1}" if rest == "24" else f"{season} {year}"
    return _formatted(bare, "D MMMM YYYY" if len(bare) == len("2009-07-14") else "MMMM YYYY", language)


def _formatted(bare: str, form: str, language: str) -> str:
    first = parse(bare).earliest
    if language == "en":  # the standard library can do that, and pendulum takes 20 ms to come
        return first.strftime(_IN_ENGLISH[form])
    import pendulum

    return pendulum.date(first.year, first.month, first.day).format(form, locale=language)
