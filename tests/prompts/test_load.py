"""The prompt files are alike in both languages and whole; a broken file of the person is refused with the reason."""

from __future__ import annotations

import re

import pytest
from wordings import LANGUAGES, OWN, SECTIONS, shipped, wording

from sexjournal.entry.fields import KINDS
from sexjournal.errors import BadInput
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import CONDITIONS, Facts, questions_of
from sexjournal.prompts.typed_answers import pick
from sexjournal.prompts.wording import Prompt

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
