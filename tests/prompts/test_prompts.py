"""The prompt files are alike in both languages, and what is answered lands where they say; nothing is lost or added."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sexjournal import prompts
from sexjournal.entry.checks import check
from sexjournal.entry.entry import compose, parse
from sexjournal.entry.fields import KINDS
from sexjournal.entry.front_matter import BadPage
from sexjournal.errors import BadInput
from sexjournal.prompts.answers import Answer, place_answers
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import CONDITIONS, Facts, already_answered, applies, questions_of, section_for_kind
from sexjournal.prompts.template import page_template
from sexjournal.prompts.typed_answers import pick, read_answer
from sexjournal.prompts.wording import TYPES, Prompt, Wording, filled

LANGUAGES = ("en", "nl")
TODAY = date(2026, 11, 21)
TRANSLATED = {"text", "hint", "label", "title", "intro", "about", "anchors", "contact"}
WORDED = (
    "ui",
    "init",
    "keys",
    "sync",
    "words",
    "adult",
    "safety",
    "headings",
    "talk_rules",
    "talk_reader",
    "before_sending",
    "match",
    "messages",
)
SECTIONS = [section_for_kind(kind) for kind in KINDS]


@cache
def wording(language="en") -> Wording:
    return load_wording(language)


def shipped(language):
    return tomllib.loads((Path(prompts.__file__).parent / f"{language}.toml").read_text("utf-8"))


def prompt(kind="line", store="body", text="Why?", **rest) -> Prompt:
    parts = dict.fromkeys(("when", "scale", "options", "hint"), "") | rest
    return Prompt(id="x", section="new.wish", type=kind, store=store, ask="first", text=text, **parts)


def answered(*pairs):
    return [Answer(prompt(kind=kind, store=store, text=f"Q {store}?"), value) for kind, store, value in pairs]


# the shipped files


def shape(value, key="", translated=False):
    """What must be the same in every language; of what is translated, the keys and the placeholders."""
    translated = translated or key in TRANSLATED
    if isinstance(value, dict):
        return {name: shape(part, name, translated) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(part, key, translated) for part in value]
    return sorted(re.findall(r"\{\w+\}", value)) if translated and isinstance(value, str) else value


def test_both_languages_have_the_same_structure_ids_types_stores_values_and_placeholders():
    english, dutch = shipped("en"), shipped("nl")
    for tables in (english, dutch):
        del tables["meta"]["lang"], tables["meta"]["name"]
        for key in WORDED:
            tables[key] = shape(tables[key], translated=True)
    assert shape(english) == shape(dutch)
    assert list(english) == list(dutch)


def test_a_file_names_its_own_language():
    assert [shipped(language)["meta"]["lang"] for language in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_that_is_used_is_listed_and_every_listed_one_is_used(language):
    tables = shipped(language)
    listed = set(tables.pop("meta")["placeholders"])
    assert set(re.findall(r"\{(\w+)\}", str([[*_texts(tables)]]))) == listed


def _texts(value):
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reference_resolves(language):
    tables = shipped(language)
    for row in tables["prompts"]:
        assert row["section"] in tables["sections"]
        assert row["id"].startswith(f"{row['section']}.")
        assert row.get("when", "early") in tables["conditions"]
        assert ("scale" in row) == (row["type"] == "scale")
        assert row.get("scale", "rating") in tables["scales"]
        assert ("options" in row) == (row["type"] in ("choice", "multi"))
        assert row.get("options", "wanted") in tables["options"]
    used = {(key, row[key]) for row in tables["prompts"] for key in ("scale", "options") if key in row}
    assert used >= {("scale", key) for key in tables["scales"]}
    assert {("options", key) for key in tables["options"]} - used == {
        ("options", "answer")
    }  # of the match, not of a page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_conditions_that_the_files_describe_are_those_of_the_program(language):
    assert list(shipped(language)["conditions"]) == list(CONDITIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_is_lost_on_loading(language):
    tables, loaded = shipped(language), wording(language)
    assert [row["id"] for row in tables["prompts"]] == list(loaded.prompts)
    for row in tables["prompts"]:
        kept = loaded.prompts[row["id"]]
        assert row == {key: getattr(kept, key) for key in row}
    for key in WORDED:
        assert getattr(loaded, key) == tables[key]
    assert {key: (kind.label, kind.about) for key, kind in loaded.kinds.items()} == {
        key: (row["label"], row["about"]) for key, row in tables["kinds"].items()
    }
    assert [(one.id, one.contact) for one in loaded.help] == [(row["id"], row["contact"]) for row in tables["help"]]
    assert loaded.scales["rating"].anchors[4] == tables["scales"]["rating"]["anchors"]["4"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_name_and_a_section_with_a_first_question(language):
    assert set(wording(language).kinds) == set(KINDS)
    assert all(questions_of(wording(language), section, Facts()) for section in SECTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_is_found_by_its_number_its_value_and_its_label(language):
    for options in wording(language).options.values():
        for number, option in enumerate(options, 1):
            assert {pick(str(number), options), pick(option.value, options), pick(option.label.upper(), options)} == {
                option.value
            }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_holds_the_comma_that_parts_several(language):
    several = {one.options for one in wording(language).prompts.values() if one.type == "multi"}
    assert several == {"feelings", "protection"}
    assert not [one.label for key in several for one in wording(language).options[key] if "," in one.label]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_can_stand_in_a_comment(language):
    assert not [one.id for one in wording(language).prompts.values() if "--" in one.text + one.hint]


def test_loaded_wording_cannot_be_changed():
    with pytest.raises(TypeError):
        wording().ui["yes"] = "no"


# conditions


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


def test_placeholders_are_filled_once_and_unknown_ones_stay():
    assert filled("{jot} {year} {odd}", {"jot": "{year}", "year": "2009"}) == "{year} 2009 {odd}"


# what was typed


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


# where answers go


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


# a person's own file

OWN = """
[[prompts]]
id = "{id}"
section = "new.wish"
type = "line"
store = "fm.mine"
ask = "more"
text = "Mine?"
"""


def test_an_own_prompt_comes_at_the_end_of_its_section():
    own = load_wording("en", OWN.format(id="own.mine"), "prompts.toml")
    assert [one.id for one in questions_of(own, "new.wish", Facts(), "more")][-1] == "own.mine"
    assert own.prompts["own.mine"] == Prompt("own.mine", "new.wish", "line", "fm.mine", "more", "", "", "", "Mine?", "")


def test_an_own_prompt_takes_the_place_of_the_shipped_one_with_its_id():
    own = load_wording("nl", OWN.format(id="new.wish.conditions"), "prompts.toml")
    assert list(own.prompts) == list(wording("nl").prompts)
    assert own.prompts["new.wish.conditions"].text == "Mine?"


def test_own_scales_options_and_help_are_added():
    own = load_wording(
        "en",
        """
        [scales.calm]
        label = "Calm"
        anchors = { "7" = "still", "1" = "stormy" }
        [options.place]
        choices = [{ value = "home", label = "At home" }]
        [[help]]
        id = "be-1712"
        region = "BE"
        name = "1712"
        contact = "1712"
        about = "new number"
        [[prompts]]
        id = "own.calm"
        section = "new.experience"
        type = "scale"
        scale = "calm"
        store = "fm.calm"
        ask = "first"
        text = '''How calm
            was it?'''
        """,
        "prompts.toml",
    )
    assert own.scales["calm"].legend == "1 stormy · 7 still"
    assert pick("at", own.options["place"]) == "home"
    assert [one.about for one in own.help if one.id == "be-1712"] == ["new number"]
    assert len(own.help) == len(wording().help)
    assert own.prompts["own.calm"].text == "How calm was it?"


def test_an_empty_own_file_changes_nothing():
    assert load_wording("en", "", "prompts.toml") == wording("en")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('type = "line"', 'type = "essay"'), "own.mine: unknown type 'essay'"),
        (('type = "line"', 'type = "scale"'), "own.mine: missing scale"),
        (('type = "line"', 'type = "scale"\nscale = "joy"'), "own.mine: unknown scale 'joy'"),
        (('type = "line"', 'type = "line"\nscale = "rating"'), "own.mine: unknown scale 'rating'"),
        (('type = "line"', 'type = "choice"\noptions = "places"'), "own.mine: unknown options 'places'"),
        (('type = "line"', 'type = "multi"'), "own.mine: missing options"),
        (('type = "line"', 'type = "line"\nwhen = "rainy"'), "own.mine: unknown condition 'rainy'"),
        (('type = "line"', 'type = "line"\nwhen = ["early"]'), "own.mine: unknown condition '['early']'"),
        (('"new.wish"', '"new.dream"'), "own.mine: unknown section 'new.dream'"),
        (('"more"', '"always"'), "own.mine: unknown ask 'always'"),
        (('"fm.mine"', '"the attic"'), "own.mine: unknown store 'the attic'"),
        (('"fm.mine"', '"fm.mine too"'), "own.mine: unknown store 'fm.mine too'"),
        (('"fm.mine"', '"letter.middle"'), "own.mine: unknown store 'letter.middle'"),
        (('store = "fm.mine"', ""), "own.mine: missing store"),
        (('text = "Mine?"', ""), "own.mine: missing text"),
        (('text = "Mine?"', 'text = "  "'), "own.mine: missing text"),
        (('text = "Mine?"', "text = 7"), "own.mine: missing text"),
        (('text = "Mine?"', 'txet = "Mine?"\ntext = "Mine?"'), "own.mine: unknown key 'txet'"),
        (('id = "own.mine"', ""), "prompts number 1: missing id"),
        (('text = "Mine?"', 'text = "Mine?'), "at line 8"),
        (('text = "Mine?"', 'text = "Mine?"\ntext = "Yours?"'), "at line 9"),
        (("[[prompts]]", "[prompts]"), "'prompts' is not written as tables"),
        (('text = "Mine?"', 'text = "Mine?"\n[ui]\nyes = "aye"'), "unknown table 'ui'"),
        (('text = "Mine?"', 'text = "Mine?"\n[scales]\ncalm = 3'), "calm: missing label"),
        (('text = "Mine?"', 'text = "Mine?"\n[scales.calm]\nlabel = "x"'), "calm: a scale needs anchors"),
        (
            ('text = "Mine?"', 'text = "Mine?"\n[scales.calm]\nlabel = "x"\nanchors = { "0" = "y" }'),
            "calm: a scale needs anchors from 1 to 7",
        ),
        (('text = "Mine?"', 'text = "Mine?"\n[options.place]'), "place: missing choices"),
        (('text = "Mine?"', 'text = "Mine?"\n[options.place]\nchoices = ["home"]'), "place: missing value"),
        (('text = "Mine?"', 'text = "Mine?"\n[options]\nplace = 1'), "place: missing choices"),
        (('text = "Mine?"', 'text = "Mine?"\n[[help]]\nid = "x"\nregion = "BE"'), "x: missing name"),
    ],
)
def test_a_broken_own_file_is_refused_with_its_name_the_id_and_the_reason(change, reason):
    text = OWN.format(id="own.mine").replace(*change)
    assert text != OWN.format(id="own.mine")
    with pytest.raises(BadInput) as refused:
        load_wording("en", text, "mine.toml")
    assert refused.value.sentence.startswith("mine.toml: ")
    assert reason in refused.value.sentence


@pytest.mark.parametrize(
    "field",
    ["id", "kind", "written", "jot", "review", "quiet", "early", "map", "try", "talk", "health", "review.blind"],
)
def test_an_own_prompt_cannot_write_what_the_program_writes(field):
    store = field if "." in field else f"fm.{field}"
    with pytest.raises(BadInput, match="unknown store"):
        load_wording("en", OWN.format(id="own.mine").replace("fm.mine", store), "mine.toml")


def test_an_id_that_stands_twice_in_an_own_file_is_refused():
    with pytest.raises(BadInput, match=r"mine\.toml: own\.mine: duplicate id"):
        load_wording("en", OWN.format(id="own.mine") * 2, "mine.toml")


# the page for the editor

GIVEN = {"id": "k7q2m9xa", "kind": "experience", "date": "2026-11-20"}
BARE = compose(GIVEN, "").text
LETTER = page_template(wording(), "letter", GIVEN)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20)
LINES = st.lists(PLAIN | st.sampled_from(["", "---", "<!-- mine -->", "tags: []", " -->", "\t", "x\r"]), max_size=5)
TYPED = LINES.map("\n".join)


def test_a_new_page_has_the_fields_the_open_questions_and_room():
    page = page_template(wording(), "new.experience", GIVEN)
    assert page.text == (
        "---\n"
        "id: k7q2m9xa\n"
        "kind: experience\n"
        "date: 2026-11-20\n"
        "with: []  # A made-up name is plenty. Leave it blank if you were by yourself.\n"
        "rating:  # 1 not good for me · 4 somewhere in between · 7 wonderful\n"
        "tags: []\n"
        "---\n"
        "<!-- Tell it the way you would like to find it again later.\n"
        "     A sentence is enough. What has stayed with you? -->\n"
        "\n"
    )


def test_a_field_that_was_given_is_not_asked_again():
    page = page_template(wording(), "new.experience", GIVEN | {"rating": 6, "tags": ["slow"], "with": ["Wren"]})
    assert page.blanks == ()
    assert parse(page.text).rating == 6


def test_the_questions_are_those_that_the_facts_call_for():
    early = page_template(wording(), "new.memory", GIVEN, Facts(early=True))
    assert [comment[:17] for comment in early.comments] == ["<!-- What did it ", "<!-- What did you"]
    jotted = page_template(wording(), "review.day", GIVEN, Facts(has_jot=True), jot="by the lake")
    assert '"by the lake"' in jotted.comments[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS)
def test_an_untouched_page_is_nothing_but_its_given_fields(language, section):
    page = page_template(wording(language), section, GIVEN)
    check(parse(page.text))
    assert page.comments or page.blanks
    assert page.untouched(page.text)
    assert page.without_prompts(page.text) == BARE
    assert not page.untouched(page.text + "x\n")


WAYS = [  # a text may take the place of the blank line, or stand above or below it, with more blank lines or fewer
    lambda block, text: f"{block}\n{text}\n",
    lambda block, text: f"{block}\n{text}\n\n",
    lambda block, text: f"{block}\n\n{text}\n",
    lambda block, text: f"{block}\n\n{text}\n\n",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "answers", [(True, True, True), (True, False, True), (False, True, False), (False, False, True)]
)
def test_answers_below_the_questions_become_paragraphs(way, answers):
    texts = [f"  words {number},\nand more" if there else "" for number, there in enumerate(answers)]
    blocks = [way(one, text) if text else f"{one}\n\n" for one, text in zip(LETTER.comments, texts, strict=True)]
    page = LETTER.without_prompts(BARE + "\n".join(blocks))
    assert page.rstrip("\n") == BARE + "\n\n".join(text for text in texts if text)


def test_a_comment_that_was_written_in_stays():
    edited = LETTER.text.replace("How do you want to begin?", "How do you want to begin? With rain.")
    page = LETTER.without_prompts(edited)
    assert page.startswith(f"{BARE}<!-- How do you want to begin? With rain.\n     Perhaps with")
    assert page.count("<!--") == 1
    assert not LETTER.untouched(edited)


def test_a_line_of_the_front_matter_that_was_filled_in_stays_and_so_does_one_like_it_in_the_text():
    page = page_template(wording(), "new.experience", GIVEN)
    edited = page.text.replace("rating:  #", "rating: 6  #") + "tags: []\n"
    kept = page.without_prompts(edited)
    assert parse(kept).rating == 6
    assert parse(kept).body == "tags: []\n"
    assert "with:" not in kept


@pytest.mark.parametrize(
    ("edited", "kept"),
    [
        ("{0} one\n\n\n{1}\n\n", " one\n\n"),
        ("one{0}\n\n\n{1}\n\n", "one\n\n"),
        ("one{0}\ntwo\n", "one\ntwo\n"),
        ("{0}\none\n{1}\ntwo\n", "one\ntwo\n"),
        ("{0}\none\n\n\n{1}\ntwo\n", "one\n\ntwo\n"),
        ("one\n{0}", "one\n"),
        ("{0}\n{1}\none\n", "one\n"),
    ],
)
def test_lines_stay_as_they_were_laid_when_the_questions_between_are_taken_away(edited, kept):
    assert LETTER.without_prompts(BARE + edited.format(*LETTER.comments)) == BARE + kept


def test_a_nested_field_gets_no_line_of_its_own():
    own = OWN.format(id="own.mine").replace("fm.mine", "fm.health.sleep").replace("more", "first")
    assert "health" not in page_template(load_wording("en", own, "mine.toml"), "new.wish", GIVEN).text


def test_a_page_whose_front_matter_is_never_closed_is_refused_and_not_cut():
    with pytest.raises(BadPage, match="never closed"):
        LETTER.without_prompts("---\nid: x\n")


@given(data=st.data(), typed=TYPED.filter(str.strip))
def test_whatever_is_typed_anywhere_in_the_text_survives_byte_for_byte(data, typed):
    start = parse(LETTER.text).head
    at = data.draw(st.integers(start, len(LETTER.text)))
    above, below = LETTER.text[:at], LETTER.text[at:]
    edited = above + typed + below
    # What is typed within a comment may end it anew, and then nobody can tell which of the two ends is the old one.
    assume(not any(comment in edited and comment not in above and comment not in below for comment in LETTER.comments))
    page = LETTER.without_prompts(edited)
    assert typed.strip("\n") in page
    assert page.startswith(BARE)
    assert not LETTER.untouched(edited)


@given(data=st.data(), typed=PLAIN.filter(str.strip))
def test_whatever_is_typed_in_the_front_matter_survives_byte_for_byte(data, typed):
    page = page_template(wording(), "new.experience", GIVEN)
    at = data.draw(st.integers(len("---\n"), parse(page.text).head - len("\n---\n")))
    edited = page.text[:at] + typed + page.text[at:]
    assert typed in page.without_prompts(edited)
    assert not page.untouched(edited)


@given(text=TYPED.filter(str.strip))
def test_a_text_that_replaces_all_questions_is_kept_whole(text):
    assert LETTER.without_prompts(BARE + text) == BARE + text
