"""The facts of a page that decide about its questions: quiet, early, jot."""

from __future__ import annotations

import pytest
from review_pages import jot, looked_at, page

from sexjournal.entry.entry import Entry
from sexjournal.prompts.answers import Answer
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import Facts, questions_of
from sexjournal.reflect.due import REVIEW_CADENCES
from sexjournal.reflect.page_facts import is_quiet, makes_quiet, prompt_facts
from sexjournal.reflect.review import review_section


def test_the_conditions_know_the_page() -> None:
    entry = jot(rating=6, wanted="Mostly").amended({"with": ["Wren"]})
    known = Facts(rating=6, people=("Wren",), wanted="mostly", has_jot=True, health=True, early=False)
    assert prompt_facts(entry, health=True) == known
    assert prompt_facts(page()) == Facts(early=False)


@pytest.mark.parametrize(
    "entry",
    [
        page(rating=7, quiet=True),
        page(rating=7, wanted="no"),
        page(rating=7, wanted="unsure"),
        page(rating=7, early=True),
        looked_at(page(rating=7), "week", "2026-07-22T20:00+02:00", free="No"),
    ],
    ids=["quiet", "not wanted", "unsure", "early", "not free"],
)
def test_such_a_page_is_asked_for_no_number_and_not_about_the_one_it_has(entry: Entry) -> None:
    wording = load_wording("en")
    free = Answer(wording.prompts["review.week.free"], "yes")
    asked = [one for cadence in (*REVIEW_CADENCES, "free") for when in ("first", "more")
             for known in (prompt_facts(entry), prompt_facts(entry).after(free))
             for one in questions_of(wording, review_section(entry, cadence), known, when)]  # fmt: skip
    assert "review.week.size" in {one.id for one in asked}
    assert not [one.id for one in asked if one.type == "scale" or one.when == "glowing"]


@pytest.mark.parametrize(
    ("before", "answers", "expected"),
    [
        (page(), {"free": "no"}, True),
        (page(), {"free": "mixed"}, True),
        (page(), {"wanted": "no"}, True),
        (page(), {"wanted": "unsure", "free": "yes"}, True),
        (page(), {"free": "mostly", "wanted": "mostly", "now": 1}, False),
        (page(), {}, False),
        (page(quiet=True), {"free": "no"}, False),
        (page(wanted="no"), {"free": "no"}, False),
        (looked_at(page(), "week", "2026-07-22T20:00+02:00", free="no"), {"free": "no"}, False),
    ],
)
def test_a_page_becomes_quiet_once(before: Entry, answers: dict[str, str], expected: bool) -> None:
    assert makes_quiet(before, answers) is expected


def test_a_page_stays_quiet_whatever_is_said_later() -> None:
    entry = page()
    assert not is_quiet(entry)
    entry = looked_at(entry, "week", "2026-07-22T20:00+02:00", free="mixed")
    assert is_quiet(entry)
    assert is_quiet(looked_at(entry, "month", "2026-08-22T20:00+02:00", free="yes"))
    assert not is_quiet(page(free="no"))  # a word of somebody's own
