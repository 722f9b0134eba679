"""A typed answer is read as its value, or refused with what is allowed."""

from __future__ import annotations

import pytest
from wordings import LANGUAGES, TODAY, prompt, wording

from sexjournal.errors import BadInput
from sexjournal.prompts.typed_answers import pick, read_answer
from sexjournal.prompts.wording import TYPES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_is_found_by_its_number_its_value_and_its_label(language):
    for options in wording(language).options.values():
        for number, option in enumerate(options, 1):
            assert {pick(str(number), options), pick(option.value, options), pick(option.label.upper(), options)} == {
                option.value
            }


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (prompt("text"), "  two\n lines ", "  two\n lines "),
        (prompt("line"), " a title ", "a title"),
        (prompt("list"), "rest, and laughter; a walk\n\n a walk \nmusic;", ["rest, and laughter", "a walk", "music"]),
        (prompt("people"), "Wren, Fern ,, Wren", ["Wren", "Fern"]),
        (prompt("number"), " 0 ", 0),
        (prompt("number"), "999", 999),
        (prompt("number", "fm.health.cycle_day"), "60", 60),
        (prompt("scale", scale="rating"), "1", 1),
        (prompt("scale", scale="rating"), " 7", 7),
        (prompt("choice", options="wanted"), "2", "mostly"),
        (prompt("choice", options="wanted"), "MOSTLY", "mostly"),
        (prompt("choice", options="wanted"), "i'm", "unsure"),
        (prompt("choice", options="again"), "yes, gladly", "again"),
        (prompt("choice", options="again"), "yes, g", "again"),
        (prompt("multi", options="feelings"), "1, Playful,close , under the weather, tend", "free"),
        (prompt("multi", options="protection"), "2,con", ["condom"]),
        (prompt("date"), "2026-11-20", "2026-11-20"),
        (prompt("date"), "summer 2009", "2009-22"),
        (prompt("date"), "zomer 2009", "2009-22"),
        (prompt("interval"), "2009/2013", "2009/2013"),
        (prompt("interval"), "2021/..", "2021/.."),
        (prompt("interval"), "2009", "2009"),
    ],
)
def test_what_is_typed_is_read(asked, typed, value):
    if value == "free":
        value = ["tender", "playful", "close", "under the weather", "tend"]
    assert read_answer(asked, typed, wording(), TODAY) == value


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("blank", ["", "  ", "\n", " \n\t"])
def test_a_blank_answer_is_no_answer(kind, blank):
    assert read_answer(prompt(kind, scale="rating", options="feelings"), blank, wording(), TODAY) is None


@pytest.mark.parametrize(
    ("asked", "typed", "hint"),
    [
        (prompt("scale", scale="rating"), "0", "from 1 to 7"),
        (prompt("scale", scale="rating"), "8", "from 1 to 7"),
        (prompt("scale", scale="rating"), "good", "from 1 to 7"),
        (prompt("scale", scale="rating"), "6.5", "from 1 to 7"),
        (prompt("scale", scale="rating"), "-1", "from 1 to 7"),
        (prompt("scale", scale="rating"), "٣", "from 1 to 7"),
        (prompt("scale", scale="rating"), "²", "from 1 to 7"),
        (prompt("scale", scale="rating"), "9" * 5000, "from 1 to 7"),
        (prompt("number"), "1000", "from 0 to 999"),
        (prompt("number", "fm.health.cycle_day"), "0", "from 1 to 60"),
        (prompt("number", "fm.health.cycle_day"), "61", "from 1 to 60"),
        (prompt("choice", options="wanted"), "0", "from 1 to 4"),
        (prompt("choice", options="wanted"), "5", "from 1 to 4"),
        (prompt("choice", options="wanted"), "perhaps", "from 1 to 4"),
        (prompt("choice", options="again"), "yes", "from 1 to 5"),
        (prompt("multi", options="feelings"), "tender, 19", "from 1 to 18"),
        (prompt("multi", options="protection"), "condom, an umbrella", "from 1 to 8"),
        (prompt("date"), "2026-02-30", "Yesterday"),
        (prompt("date"), "tomorrow", "Yesterday"),
        (prompt("date"), "2026-11-22", "Yesterday"),
        (prompt("date"), "2009/2013", "Yesterday"),
        (prompt("interval"), "2030/..", "2009/2013"),
        (prompt("interval"), "whenever", "2009/2013"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_is_allowed(asked, typed, hint):
    with pytest.raises(BadInput) as refused:
        read_answer(asked, typed, wording(), TODAY)
    assert hint in refused.value.hint
    assert refused.value.sentence


def test_what_is_allowed_is_said_in_the_language_of_the_person():
    with pytest.raises(BadInput) as refused:
        read_answer(prompt("scale", scale="rating"), "8", wording("nl"), TODAY)
    assert refused.value.hint == "Een heel getal van 1 tot 7, of Enter om over te slaan."


def test_a_label_is_understood_in_the_language_it_is_shown_in():
    assert read_answer(prompt("choice", options="share"), "dit", wording("nl"), TODAY) == "keep"
