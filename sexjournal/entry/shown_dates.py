"""Dates in words, in English ("en") or Dutch ("nl"). No date is shown more precisely than given."""

from __future__ import annotations

from sexjournal.entry.dates import When, parse_date

_PHRASES = {
    "en": {"~": "about {}", "?": "perhaps {}", "X": "the {}0s", "to": "{} to {}", "since": "since {}"},
    "nl": {"~": "rond {}", "?": "misschien {}", "X": "de jaren {}0", "to": "{} tot {}", "since": "sinds {}"},
}
_SEASON_NAMES = {
    "en": {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"},
    "nl": {"21": "lente", "22": "zomer", "23": "herfst", "24": "winter"},
}
# pendulum's forms as those of strftime, which speaks English as long as nobody calls setlocale.
_IN_ENGLISH = {
    "dddd D MMMM YYYY": "%A %-d %B %Y",
    "ddd D MMM YYYY": "%a %-d %b %Y",
    "D MMMM YYYY": "%-d %B %Y",
    "MMMM YYYY": "%B %Y",
}


def long_date(when: When, language: str) -> str:
    """Return a date in words: "Friday 13 November 2026", "about 2009"."""
    return _in_words(when, language, "dddd D MMMM YYYY")


def short_date(when: When, language: str) -> str:
    """Return a date in words, a known day in few letters: "Fri 13 Nov 2026", "about 2009"."""
    return _in_words(when, language, "ddd D MMM YYYY").replace(".", "")


def _in_words(when: When, language: str, day_form: str) -> str:
    """Name the day of the week only where the day is known."""
    if when.exact:
        return _formatted(when.text, day_form, language)
    start, slash, end = when.text.partition("/")
    first = _side(start, language)
    if not slash:
        return first
    phrases = _PHRASES[language]
    return phrases["since"].format(first) if end == ".." else phrases["to"].format(first, _side(end, language))


def _side(text: str, language: str) -> str:
    """Return one side of an interval in words, or a date without a slash."""
    unmarked = text.rstrip("~?")
    mark = text[len(unmarked) :]
    words = _unmarked_in_words(unmarked, language)
    return _PHRASES[language][mark].format(words) if mark else words


def _unmarked_in_words(text: str, language: str) -> str:
    year, _, rest = text.partition("-")
    if not rest:
        return _PHRASES[language]["X"].format(year[:3]) if year.endswith("X") else year
    season = _SEASON_NAMES[language].get(rest)
    if season:
        return f"{season} {year}-{int(year) + 1}" if rest == "24" else f"{season} {year}"
    return _formatted(text, "D MMMM YYYY" if len(text) == len("2009-07-14") else "MMMM YYYY", language)


def _formatted(text: str, form: str, language: str) -> str:
    first = parse_date(text).earliest
    if language == "en":  # the standard library can do that, and importing pendulum takes 20 ms
        return first.strftime(_IN_ENGLISH[form])
    import pendulum

    return pendulum.date(first.year, first.month, first.day).format(form, locale=language)
