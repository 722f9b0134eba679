"""The questions that apply follow the facts of a page and the answers on it."""

from __future__ import annotations

import pytest
from wordings import answered, prompt, wording

from sexjournal.entry.entry import parse
from sexjournal.prompts.questions import Facts, already_answered, applies, questions_of


@pytest.mark.parametrize(
    ("condition", "true", "false"),
    [
        ("glowing", [{"rating": 6}, {"rating": 7}], [{}, {"rating": 5}, {"rating": 1}]),
        ("middling", [{"rating": 3}, {"rating": 5}], [{}, {"rating": 2}, {"rating": 6}]),
        (
            "hard",
            [{"rating": 1}, {"rating": 2}, {"wanted": "no"}, {"wanted": "unsure"}, {"free": "mixed"}, {"free": "no"}],
            [{}, {"rating": 3}, {"wanted": "mostly"}, {"wanted": "yes"}, {"free": "mostly"}, {"free": "yes"}],
        ),
        ("not_glowing", [{}, {"rating": 1}, {"rating": 5}], [{"rating": 6}, {"rating": 7}]),
        ("shared", [{"people": ("Wren",)}], [{}]),
        ("solo", [{}], [{"people": ("Wren", "Fern")}]),
        ("has_jot", [{"has_jot": True}], [{}]),
        ("has_try", [{"has_try": True}], [{}]),
        ("health_on", [{"health": True}], [{}]),
        ("early", [{"early": True}], [{}, {"early": False}]),
        ("not_early", [{}, {"early": False}], [{"early": True}]),
    ],
)
def test_a_condition_holds_when_its_description_says_so(condition, true, false):
    asked = prompt(when=condition)
    assert all(applies(asked, Facts(**facts)) for facts in true)
    assert not any(applies(asked, Facts(**facts)) for facts in false)


@pytest.mark.parametrize("facts", [{"early": True}, {"wanted": "no"}, {"wanted": "unsure"}, {"free": "mixed"}])
def test_no_number_is_asked_for_what_was_not_wanted_or_lies_before_adulthood(facts):
    scales = [one for one in wording().prompts.values() if one.type == "scale"]
    assert scales
    assert not any(applies(one, Facts(has_try=True, **facts)) for one in scales)


def test_the_facts_follow_the_answers():
    facts = Facts(health=True)
    for answer in answered(
        ("scale", "fm.rating", 2),
        ("people", "fm.with", ["Wren"]),
        ("choice", "fm.wanted", "no"),
        ("line", "fm.title", "x"),
    ):
        facts = facts.after(answer)
    assert facts == Facts(rating=2, people=("Wren",), wanted="no", health=True)
    assert facts.after(*answered(("choice", "review.free", "no"))).free == "no"


def test_the_questions_of_a_section_come_in_the_order_of_the_file():
    glowing = [one.id for one in questions_of(wording(), "new.experience", Facts(rating=7), "more")]
    assert glowing[:2] == ["new.experience.savour", "new.experience.feelings"]
    assert "new.experience.closeness" not in glowing
    assert "new.experience.self" in glowing


SAVOURED = "Stay with it for a moment. Which detail would you like to keep?"


@pytest.mark.parametrize(
    ("section", "facts", "page", "ids"),
    [
        ("new.experience", Facts(), "", set()),
        ("new.experience", Facts(), "---\nwith:\nmap: {likes: []}\nhealth: {}\n---\n \n", set()),
        ("new.experience", Facts(), "---\nrating: 0\nhealth: mine\n---\n", {"rating"}),
        ("new.experience", Facts(), "It rained.\n", {"write"}),
        ("new.experience", Facts(), f"*{SAVOURED}*\n\nthe water\n", {"write", "savour"}),
        (
            "new.experience",
            Facts(health=True),
            "---\nwith: [Wren]\nmap: {likes: [rest]}\ntry: {curious: [mornings]}\nhealth: {cycle_day: 3}\n---\n",
            {"with", "liked", "curious", "cycle_day"},
        ),
        ("new.memory", Facts(early=False), "It rained.\n", {"write"}),
        ("new.memory", Facts(early=True), "It rained.\n", {"meaning"}),
        ("letter", Facts(), "---\nto: [Wren]\n---\nDear you\n", {"to", "begin"}),
        ("letter", Facts(), "## What I would like to do with you\n\n- swim\n", {"begin", "do"}),
    ],
)
def test_what_a_page_answers_already_is_known_by_its_fields_and_its_text(section, facts, page, ids):
    found = parse(page)
    known = already_answered(wording(), section, facts, found.fields, found.body)
    assert known == {f"{section}.{name}" for name in ids}
