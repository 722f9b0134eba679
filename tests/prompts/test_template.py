"""The page for the editor: questions go when they are left alone, and all that is typed stays."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wordings import LANGUAGES, OWN, SECTIONS, wording

from sexjournal.entry.checks import check
from sexjournal.entry.entry import compose, parse
from sexjournal.entry.front_matter import BadPage
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import Facts
from sexjournal.prompts.template import page_template

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
