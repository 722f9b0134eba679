"""Answers land where their prompts say; nothing is lost or added."""

from __future__ import annotations

import pytest
from wordings import answered, prompt, wording

from sexjournal.prompts.answers import Answer, place_answers


def test_every_store_has_its_place():
    fields, body, review = place_answers(
        answered(
            ("line", "fm.title", "The lake"),
            ("scale", "fm.rating", 6),
            ("number", "fm.health.cycle_day", 12),
            ("multi", "fm.health.protection", ["condom"]),
            ("list", "map.likes", ["rain"]),
            ("list", "try.curious", ["sauna"]),
            ("choice", "try.status", "planned"),
            ("list", "talk.good", ["laughing"]),
            ("line", "talk.helps", "in the dark"),
            ("scale", "review.now", 5),
            ("text", "body", "It rained."),
            ("choice", "none", "open"),
        ),
        wording().headings,
    )
    assert fields == {
        "title": "The lake",
        "rating": 6,
        "health": {"cycle_day": 12, "protection": ["condom"]},
        "map": {"likes": ["rain"]},
        "try": {"curious": ["sauna"], "status": "planned"},
        "talk": {"good": ["laughing"], "helps": ["in the dark"]},
    }
    assert body == "It rained.\n"
    assert review == {"now": 5}


def test_every_store_in_the_shipped_files_lands_somewhere_unless_it_is_none():
    for one in wording().prompts.values():
        fields, body, review = place_answers([Answer(one, "x")], wording().headings)
        assert sum(map(bool, (fields, body, review))) == (one.store != "none")


def test_lists_that_are_answered_twice_are_joined_without_duplicates():
    given_twice = answered(
        ("list", "try.curious", ["a", "b"]), ("line", "try.curious", "c"), ("list", "try.curious", ["b", "d"])
    )
    assert place_answers(given_twice, {}).fields == {"try": {"curious": ["a", "b", "c", "d"]}}


def test_several_texts_for_one_field_stand_below_each_other():
    notes = answered(("text", "review.note", "one\ntwo"), ("text", "review.note", "three"))
    assert place_answers(notes, {}).review == {"note": "one\ntwo\n\nthree"}
    assert place_answers(answered(("line", "try.note", "one"), ("line", "try.note", "two")), {}).fields == {
        "try": {"note": "one\n\ntwo"}
    }


def test_of_two_choices_the_last_one_counts():
    assert place_answers(
        answered(("choice", "review.size", "larger"), ("choice", "review.size", "right")), {}
    ).review == {"size": "right"}


def test_behind_a_text_every_answer_stands_below_its_question():
    told = [Answer(prompt("text", "body", "A?"), "one")]
    assert place_answers(told, {}, behind="It rained.\n").body == "*A?*\n\none\n"
    assert place_answers(told, {}, behind=" \n").body == "one\n"


def test_the_first_text_stands_bare_and_every_other_one_below_its_question():
    told = [Answer(prompt("text", "body", text), value) for text, value in (("A?", "  one\ntwo\n"), ("B?", "three"))]
    assert place_answers(told, {}).body == "  one\ntwo\n\n*B?*\n\nthree\n"


def test_a_letter_is_put_together_in_its_own_order_and_leaves_no_field():
    parts = answered(
        ("people", "fm.to", ["Wren"]),
        ("text", "letter.end", "Until then."),
        ("text", "letter.begin", "Dear you,\nI was thinking."),
        ("list", "letter.do", ["dance", "cook"]),
        ("list", "letter.receive", ["a song"]),
        ("text", "letter.scene", "An evening."),
        ("text", "letter.scene", "Rain on the roof."),
        ("line", "letter.veil", "The stairs."),
        ("text", "letter.why", "Because."),
    )
    placed = place_answers(parts, wording().headings)
    assert placed.fields == {"to": ["Wren"]}
    assert placed.body == (
        "Dear you,\nI was thinking.\n\n"
        "## What I would like to do with you\n\n- dance\n- cook\n\n"
        "## What I would gladly let you do\n\n- a song\n\n"
        "An evening.\n\nRain on the roof.\n\n"
        "## The rest you may fill in yourself\n\nThe stairs.\n\n"
        "Because.\n\nUntil then.\n"
    )


@pytest.mark.parametrize("blank", ["", "  \n", None, [], {}])
@pytest.mark.parametrize(
    "store", ["body", "fm.title", "fm.health.x", "map.likes", "review.note", "letter.do", "talk.x"]
)
def test_nothing_blank_is_ever_stored(store, blank):
    assert place_answers(answered(("text", store, blank)), {}) == ({}, "", {})
