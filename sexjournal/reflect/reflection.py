"""Which reviews are open, and what they tell of then and now. Knows pages; the clock and the settings are handed in.

Days are journal days, each counted where the person was: the day of writing at the offset that is stored with it, today
at the offset of `now`. Only dates are compared, so clocks that are put forward or back make no difference. After a
flight west a day comes twice, and what is open on it does too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sexjournal.entry.dates import journal_day
from sexjournal.prompts.questions import Facts
from sexjournal.prompts.wording import HIGHEST, LOWEST

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry, Given, Value

WINDOWS = {"day": (1, 4), "week": (7, 13), "month": (30, 60)}  # days after the day of writing, both ends included
CADENCES = (*WINDOWS, "year")
THEN = {"experience": "rating", "fantasy": "pull"}  # the kinds with a number for then, and the field that holds it
MOST_ROWS = 20
FEWEST = 12  # pages: the mean of fewer is moved by more than 0.6 through noise alone

_AROUND = timedelta(days=3)
_DRAWN = ("week", "month")  # the reviews that are in the picture
_ASK_FOR_NOW = (*_DRAWN, "free")
_SCALE = frozenset(map(str, range(LOWEST, HIGHEST + 1)))
_NO = frozenset({"false", "no", "off"})


# --- which reviews are open


@dataclass(frozen=True, slots=True)
class Ready:
    """A page that may be looked at again, and why now: `day`, `week`, `month` or `year`."""

    entry: Entry
    cadence: str


def ready(entries: Iterable[Entry], now: datetime, cadences: Collection[str], day_starts: time) -> tuple[Ready, ...]:
    """The reviews that are open at `now`, which knows its zone: by cadence, what was written first before the rest.

    Each cadence comes once for a page, `year` once for each year. Pages that are quiet, and those that rest
    (`resurface: false`), never come. Which others come follows from the questions there are:

    - `day`: a jot, while it is only that; one that was written out has had its day review. Of other pages an experience
      written down on the very day: the questions are how one woke up with it and how one rates it by now.
    - `week`, `month`: an experience or a fantasy, which alone have a number for then. A memory is seen from today to
      begin with, a wish moves on the board, and no section asks about the other kinds.
    - `year`: a page of any kind that is more than a jot; the questions are about who reads it.
    """
    today = journal_day(now, day_starts)
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[_open(entry, today, day_starts)].append(entry)
    return tuple(Ready(entry, name) for name in CADENCES if name in cadences for entry in sorted(found[name], key=_age))


def offered(waiting: Iterable[Ready], today: date) -> Ready | None:
    """The one to offer today, in whatever order they come: they draw lots by the day and their id.

    It stays the same all day while it waits. Only a page that starts to wait on the same day can take its place, by a
    lower lot: windows open when a day starts, so such a page has to come in from another device.
    """
    import hashlib  # brings OpenSSL with it

    def lot(one: Ready) -> bytes:
        return hashlib.sha256(f"{today.isoformat()} {one.entry.id}".encode()).digest()

    return min(waiting, key=lot, default=None)


def written_day(entry: Entry, day_starts: time) -> date | None:
    """The journal day on which a page was written, where the person was then; None when that is not known."""
    written = entry.written
    return journal_day(written, day_starts) if written else None


def _age(entry: Entry) -> tuple[datetime, str]:
    """When it was written, and what tells apart two pages of one minute."""
    return _in_utc(entry.written), entry.id


def _open(entry: Entry, today: date, day_starts: time) -> str:
    """The cadence that is open for a page; there is never more than one, and mostly none."""
    day = written_day(entry, day_starts)
    if day is None:
        return ""
    cadence = _cadence(day, today)
    shut = not cadence or not _suits(entry, cadence, day) or _rests(entry) or is_quiet(entry)
    return "" if shut or _taken_up(entry, cadence, day, today, day_starts) else cadence


def _cadence(day: date, today: date) -> str:
    """The cadence in whose window today lies, for a page written on `day`; empty for none."""
    age = (today - day).days
    for cadence, (first, last) in WINDOWS.items():
        if first <= age <= last:
            return cadence
    return "year" if _anniversary(day, today) else ""


def _anniversary(day: date, today: date) -> int | None:
    """The later year whose same date is around today; near the turn of the year it may not be the year of today."""
    for year in {(today - _AROUND).year, (today + _AROUND).year}:
        first, last = _around(day, year)
        if year > day.year and first <= today <= last:
            return year
    return None


def _around(day: date, year: int) -> tuple[date, date]:
    """Three days before the same date of a year, and three days after it."""
    try:
        same = day.replace(year=year)
    except ValueError:  # a 29 February that the year does not have lies between the 28th and 1 March
        return date(year, 2, 26), date(year, 3, 3)
    return same - _AROUND, same + _AROUND


def _suits(entry: Entry, cadence: str, day: date) -> bool:
    """Whether the questions of a cadence can be asked about a page written on `day`."""
    if is_jot(entry):
        return cadence == "day"
    if cadence == "day":
        about = entry.date
        return entry.kind == "experience" and not entry.jot and about is not None and about.text == day.isoformat()
    return cadence == "year" or entry.kind in THEN


def is_jot(entry: Entry) -> bool:
    """Whether a page is still only the line that was kept on the day."""
    return bool(entry.jot) and not entry.body.strip()


def _rests(entry: Entry) -> bool:
    return _word(entry.fields.get("resurface")) in _NO


def _taken_up(entry: Entry, cadence: str, day: date, today: date, day_starts: time) -> bool:
    """Whether this review was done: in whatever window it lay, but for `year` in that of this year."""
    done = [review for review in entry.reviews if review.get("cadence") == cadence]
    if cadence != "year":
        return bool(done)
    moments = filter(None, map(_moment, done))
    years = {_anniversary(day, journal_day(moment, day_starts)) for moment in moments}
    return _anniversary(day, today) in years


def _moment(review: Mapping[str, Value]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(review.get("at")))
    except ValueError:
        return None


# --- what to ask, and what to keep of it


def section_for(entry: Entry, cadence: str) -> str:
    """The section of the prompt files that asks about this page; `free` is asked as a week later.

    A fantasy has questions of its own, a month later too: they ask again how much it draws, on the scale of then, where
    those of the month ask how a moment feels.
    """
    if cadence in ("day", "year"):
        return f"review.{cadence}"
    if entry.kind == "fantasy":
        return "review.week_fantasy"
    return "review.month" if cadence == "month" else "review.week"


def facts(entry: Entry, *, health: bool = False) -> Facts:
    """What is known of a page, for the conditions of its questions; `health` is the setting.

    A page that is quiet for whatever reason counts as one that was not plainly wanted, also when the next answers are
    kinder. Such pages, and those from before adulthood, have no rating here: nothing is asked about a hidden number.
    """
    quiet = is_quiet(entry)
    return Facts(
        rating=None if quiet or entry.early else entry.rating,
        people=entry.people,
        wanted="unsure" if quiet else _word(entry.fields.get("wanted")),
        has_jot=bool(entry.jot),
        health=health,
        early=entry.early,
    )


def is_quiet(entry: Entry) -> bool:
    """Whether a page gets no numbers, no pictures and is not brought up: said so, not wanted, or not free."""
    if entry.quiet or _unwanted(wanted=entry.fields.get("wanted")):
        return True
    return any(_unwanted(free=review.get("free")) for review in entry.reviews)


def quiet_after(entry: Entry, answers: Mapping[str, Given]) -> bool:
    """Whether these answers make a page quiet that was not before them: the moment to show the help, once."""
    return _unwanted(answers.get("wanted"), answers.get("free")) and not is_quiet(entry)


def _unwanted(wanted: Given = None, free: Given = None) -> bool:
    return Facts(wanted=_word(wanted), free=_word(free)).unwanted


# The answers of a review in the order in which they are kept; those of a person's own questions come after them.
_ANSWERS = (
    *("now", "mood", "agree", "feeling", "size", "free", "tell", "note", "recall"),
    *("reading", "matters", "again", "reality", "share"),
)


def review(
    entry: Entry, cadence: str, now: datetime, answers: Mapping[str, Given], *, blind: bool, day_starts: time
) -> dict[str, Given]:
    """What is appended to a page: the answers that were given, when, and whether the number came before the page.

    `at` is to the minute, with its offset. `days_since` counts from the date of the page, or from its writing when it
    has no date, and is left out when the date is vaguer than a day. Nothing blank is kept.
    """
    kept: dict[str, Given] = {
        "cadence": cadence,
        "at": now.isoformat(timespec="minutes"),
        "days_since": _days_since(entry, now, day_starts),
        **dict.fromkeys(_ANSWERS),
        **answers,
    }
    return {name: value for name, value in kept.items() if not _is_blank(value)} | {"blind": blind}


def _days_since(entry: Entry, now: datetime, day_starts: time) -> int | None:
    about = entry.date
    if about and not about.exact:
        return None
    day = about.earliest if about else written_day(entry, day_starts)
    # Behind the date line it may still be the day before.
    return max(0, (journal_day(now, day_starts) - day).days) if day else None


def _word(value: Given) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""


def _is_blank(value: Given) -> bool:
    return not value.strip() if isinstance(value, str) else value in (None, [], {})


# --- then and now


def settle(entry: Entry, review: Mapping[str, Given]) -> int | None:
    """How much larger it was then than in this review; never stored.

    None without two numbers on one scale (rating, or the pull of a fantasy), when the page was open before the answer,
    and for pages that are quiet, also through this very review, or from before adulthood.
    """
    numbers = _numbers(entry, review)
    return numbers[0] - numbers[1] if numbers else None


def sentence(then: int, now: int) -> str:
    """The id of the message that says both numbers; a difference of one is none."""
    return f"review.{_turn(then, now)}"


@dataclass(frozen=True, slots=True)
class Row:
    """One page about one day, then and now; `size` and `feeling` are the person's own words, empty when not given."""

    entry: Entry
    day: date
    then: int
    now: int
    size: str
    feeling: str

    @property
    def message(self) -> str:
        return sentence(self.then, self.now)


@dataclass(frozen=True, slots=True)
class ThenNow:
    """The picture: rows newest first and not more than MOST_ROWS, numbers of all pages with two numbers to compare.

    `counts` are of `held`, `settled`, `grown`, `lighter` and `darker`. `median` is that of settle, None below FEWEST
    pages. `left_out` counts the experiences and fantasies that are not in it, each for one reason: `quiet`, `early`,
    `vague` (the date), `unreviewed` (a week or a month later), `unpaired` (reviewed, without two numbers to compare).
    """

    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    median: float | None
    left_out: Mapping[str, int]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def conclusive(self) -> bool:
        """Whether there are enough pages to say something about all of them."""
        return self.n >= FEWEST


def then_and_now(entries: Iterable[Entry]) -> ThenNow:
    """What became of the numbers: for each page the newest blind review after a week or a month that has one."""
    pages = [_row(entry) for entry in entries if entry.kind in THEN and not is_jot(entry)]
    rows = [row for row in pages if isinstance(row, Row)]
    turns = Counter(_turn(row.then, row.now) for row in rows)
    reasons = Counter(why for why in pages if isinstance(why, str))
    rows.sort(key=lambda row: (row.day, *_age(row.entry)), reverse=True)
    return ThenNow(
        rows=tuple(rows[:MOST_ROWS]),
        counts={turn: turns[turn] for turn in ("held", "settled", "grown", "lighter", "darker")},
        median=_median([row.then - row.now for row in rows]) if len(rows) >= FEWEST else None,
        left_out={why: reasons[why] for why in ("quiet", "early", "vague", "unreviewed", "unpaired")},
    )


def _row(entry: Entry) -> Row | str:
    """The row of a page, or why it has none."""
    if is_quiet(entry):
        return "quiet"
    if entry.early:
        return "early"
    about, later = entry.date, _later_reviews(entry)
    if about is None or not about.exact:
        return "vague"
    for review in later:
        if numbers := _numbers(entry, review):
            return Row(entry, about.earliest, *numbers, _word(review.get("size")), _word(review.get("feeling")))
    return "unpaired" if later else "unreviewed"


def _later_reviews(entry: Entry) -> list[Mapping[str, Value]]:
    """Those after a week or a month, newest first; of two at one time the one that was added later."""
    later = (review for review in reversed(entry.reviews) if review.get("cadence") in _DRAWN)
    return sorted(later, key=lambda review: _in_utc(_moment(review)), reverse=True)


def _in_utc(moment: datetime | None) -> datetime:
    """A moment that can be compared with any other; one without a zone, or none at all, comes near enough."""
    moment = moment or datetime.min
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _numbers(entry: Entry, review: Mapping[str, Given]) -> tuple[int, int] | None:
    """Then and now, on one scale; None where they cannot be compared."""
    blind = _word(str(review.get("blind"))) == "true" and review.get("cadence") in _ASK_FOR_NOW
    if not blind or entry.kind not in THEN or entry.early or is_quiet(entry) or _unwanted(free=review.get("free")):
        return None
    then, now = _number(entry.fields.get(THEN[entry.kind])), _number(review.get("now"))
    return (then, now) if then and now else None


def _number(value: Given) -> int | None:
    """1 to 7, as it is read or as it is given to write."""
    return int(str(value)) if str(value) in _SCALE else None


def _turn(then: int, now: int) -> str:
    if abs(then - now) <= 1:
        return "held"
    if then > now:
        return "settled" if now >= 4 else "darker"
    return "grown" if now >= 5 else "lighter"


def _median(numbers: Sequence[int]) -> float:
    ordered = sorted(numbers)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
