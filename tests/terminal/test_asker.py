"""Questions as a person meets them, in a real pseudo-terminal: asked, skipped, answered wrongly, broken off."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path

import pexpect
import pytest

from sexjournal import prompts
from sexjournal.errors import Interrupted
from sexjournal.prompts.load import load_wording
from sexjournal.terminal.asker import Asker
from sexjournal.terminal.console import Console

LANGUAGES = ("en", "nl")
WIDE = 300  # no question is wrapped

# Asks what its argument says and prints what came of it on stdout; questions go to stderr.
DRIVER = """
import json, sys
from datetime import date
from sexjournal.prompts.answers import place_answers
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import Facts
from sexjournal.prompts.wording import Option
from sexjournal.terminal.asker import Asker
from sexjournal.terminal.console import Console
from sexjournal.errors import Interrupted

told = json.loads(sys.argv[1])
wording = load_wording(told["language"])
console = Console(sys.stdin, sys.stderr, wording.ui, told.get("colour", False), told.get("width", 300))
asker = Asker(console, wording, date(2026, 11, 21))
outcome = None
try:
    if "call" in told:
        options = [Option(value, label) for value, label in told.get("options", [])]
        call = getattr(asker, told["call"])
        outcome = call(told["question"], *([options] if options else []), **told.get("more", {}))
    for section in told.get("sections", []):
        early = told["early"] and (lambda stored: stored < told["early"])
        facts = Facts(**told["facts"])
        asker.introduce(section)
        asker.ask_section(section, facts, told.get("known", ()), names=told.get("names"), early=early)
except Interrupted as stop:
    outcome = stop.sentence
fields, body, review = place_answers(asker.answers, wording.headings)
ids = [answer.prompt.id for answer in asker.answers]
result = {"outcome": outcome, "ids": ids, "fields": fields, "body": body, "review": review}
print("RESULT " + json.dumps(result) + " END")
"""


class Sitting:
    """One run of the driver in a pseudo-terminal."""

    def __init__(self, language="en", errors="strict", **told):
        told = {"language": language, "facts": {}, "early": None} | told
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": f"utf-8:{errors}"}
        self.child = pexpect.spawn(
            sys.executable, ["-c", DRIVER, json.dumps(told)], env=environment, encoding="utf-8", codec_errors="replace"
        )
        self.child.delaybeforesend = None
        self.child.setwinsize(50, WIDE)
        self.ui = load_wording(language).ui
        self.seen = ""

    def sees(self, *texts):
        """These texts come, in this order."""
        for text in texts:
            self.child.expect_exact(text)
            self.seen += self.child.before + text

    def answers(self, question, *lines):
        """Once the question has come, type the lines, each when it is waited for."""
        self.sees(question)
        for line in lines:
            self.sees("\n> ")
            self.child.sendline(line)

    def goes_on(self, yes="y"):
        self.answers(self.ui["more_ask"], yes)

    def result(self):
        self.sees("RESULT ", " END")
        self.child.expect(pexpect.EOF)
        return json.loads(self.seen.rpartition("RESULT ")[2].removesuffix(" END"))


@cache
def shipped(language):
    """The rows of the file itself, so that nothing here leans on the code that reads it."""
    return tomllib.loads((Path(prompts.__file__).parent / f"{language}.toml").read_text("utf-8"))["prompts"]


# every question of every section

TYPED = {
    "text": ["Eerste regel, é.", "  tweede", ""],
    "line": ["one line"],
    "list": ["a, b", "c; d", ""],
    "number": ["12"],
    "date": ["2009-07"],
    "interval": ["2009~/2013"],
    "people": ["Wren, Fern"],
    "scale": ["3"],
    "choice": ["1"],
    "multi": ["1, 2"],
}
ALWAYS = {None, "has_jot", "has_try", "health_on", "not_early"}
# Each story: the facts at its start, the conditions that hold all through it, and what it types in another way.
STORIES = {
    "glowing and shared": (
        {"has_jot": True, "has_try": True, "health": True, "rating": 7, "people": ["Wren"]},
        ALWAYS | {"glowing", "shared"},
        {"scale": ["7"]},
    ),
    "hard and solo": (
        {"has_jot": True, "has_try": True, "health": True, "rating": 2},
        ALWAYS | {"hard", "not_glowing", "solo"},
        {"scale": ["2"], "people": [""]},
    ),
    "early": ({"early": True, "people": ["Wren"]}, {None, "early", "not_glowing", "shared"}, {}),
}


def met(language, story):
    """What a story is asked, worked out from the file: section, first questions, further questions."""
    _, true, _ = STORIES[story]
    rows = [row for row in shipped(language) if row.get("when") in true]
    rows = [row for row in rows if story != "early" or row["type"] != "scale"]
    for section in dict.fromkeys(row["section"] for row in rows):
        here = [row for row in rows if row["section"] == section]
        yield section, [[row for row in here if row["ask"] == ask] for ask in ("first", "more")]


def test_the_stories_meet_every_question_there_is():
    asked = {row["id"] for story in STORIES for _, rounds in met("en", story) for rows in rounds for row in rows}
    assert asked == {row["id"] for row in shipped("en")}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_of_every_section_is_asked_in_its_place_and_answered(language, story):
    facts, _, own = STORIES[story]
    typed = TYPED | own
    sections = dict(met(language, story))
    sitting = Sitting(language, sections=list(sections), facts=facts, names={"jot": "by the lake", "year": "2009"})
    answered = []
    for first, more in sections.values():
        for row in first + more:
            if more and row is more[0]:
                sitting.goes_on("ja")
            question = row["text"].replace("{jot}", "by the lake").replace("{year}", "2009")
            sitting.answers(question, *typed[row["type"]])
            answered += [row["id"]] if typed[row["type"]] != [""] else []
    found = sitting.result()
    assert found["outcome"] is None
    assert found["ids"] == answered
    assert "Eerste regel, é.\n  tweede" in found["body"]


# one sitting


def test_answers_go_where_the_questions_say():
    sitting = Sitting(sections=["new.experience"])
    sitting.answers("When was it?", "gisteren")
    sitting.answers("Friday 20 November 2026")
    sitting.answers("Who were you with?", "Wren, Fern")
    sitting.answers("how do you look back on it?", "6")
    sitting.answers("find it again later.", "  It rained,", "and then:  not. ", "")
    sitting.goes_on("n")
    found = sitting.result()
    assert found["fields"] == {"date": "2026-11-20", "with": ["Wren", "Fern"], "rating": 6}
    assert found["body"] == "  It rained,\nand then:  not. \n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_enter_skips_every_question_and_nothing_is_stored(language):
    sitting = Sitting(language, sections=["new.experience"])
    for row in shipped(language):
        if row["section"] == "new.experience" and row["ask"] == "first":
            sitting.answers(row["text"], "")
    sitting.goes_on("")
    assert sitting.result() == {"outcome": None, "ids": [], "fields": {}, "body": "", "review": {}}


@pytest.mark.parametrize(
    ("language", "number", "choice"),
    [
        ("en", "A whole number from 1 to 7, or Enter to skip.", "A number from 1 to 4 or the first letters"),
        ("nl", "Een heel getal van 1 tot 7, of Enter om over te slaan.", "Een nummer van 1 tot 4 of de eerste letters"),
    ],
)
def test_a_wrong_answer_is_told_what_is_allowed_and_the_question_waits(language, number, choice):
    sitting = Sitting(language, sections=["new.fantasy"], known=["body"])
    sitting.answers("\n> ")
    for wrong in ("8", "good", "1 2"):
        sitting.child.sendline(wrong)
        sitting.answers(number)
    sitting.answers("\n> ")
    sitting.child.sendline("5")
    sitting.answers("\n> ")
    sitting.child.sendline("9")
    sitting.answers(choice, "3")
    sitting.goes_on("nee")
    assert sitting.result()["fields"] == {"pull": 5, "share": "write"}


def test_a_date_that_does_not_exist_or_lies_ahead_is_asked_again():
    sitting = Sitting(sections=["new.memory"])
    sitting.answers("Roughly when was it?", "2009-02-30")
    sitting.answers("cannot be placed as a date", "2026-12-24")
    sitting.answers("cannot be placed as a date", "zomer 2009")
    sitting.sees("summer 2009")
    sitting.child.sendcontrol("c")
    assert sitting.result()["fields"] == {"date": "2009-22"}


def test_a_scale_shows_its_anchors_and_a_choice_its_numbers():
    sitting = Sitting(sections=["new.fantasy"], known=["body"])
    sitting.sees("1 a whisper · 4 it keeps coming back · 7 hard to let go of")
    sitting.answers("\n> ")
    sitting.child.sendline("")
    sitting.sees("  1 This stays with me\r\n", "  4 I don't know yet\r\n")
    sitting.child.sendcontrol("c")
    assert sitting.result()["outcome"] == "stopped"


def test_what_ends_a_text_is_said_once():
    sitting = Sitting(sections=["new.memory"])
    for question in ("Roughly when", "What do you remember?", "What did you find out"):
        sitting.answers(question, "")
    sitting.goes_on("n")
    sitting.result()
    assert sitting.seen.count(sitting.ui["text_ends"]) == 1
    assert sitting.seen.count(sitting.ui["skip"]) == 1


def test_what_was_said_to_be_hard_afterwards_still_gets_its_question():
    sitting = Sitting(sections=["new.experience"], facts={"rating": 4}, known=["fm.date", "fm.with", "fm.rating"])
    sitting.answers("find it again later.", "")
    sitting.goes_on("yes")
    asked = [row for row in shipped("en") if row["section"] == "new.experience" and row["ask"] == "more"]
    for row in asked:
        if row.get("when", "solo") == "solo":
            sitting.answers(row["text"], "no" if row["id"].endswith("wanted") else "")
    sitting.answers("What would you have needed?", "time", "")
    assert sitting.result()["body"] == "time\n"


def test_a_memory_from_before_adulthood_gets_its_own_questions():
    sitting = Sitting(sections=["new.memory"], early="2005")
    sitting.answers("Roughly when was it?", "1999")
    sitting.answers("What did it mean to you, then and since?", "a lot", "")
    sitting.answers("What did you find out", "")
    sitting.goes_on()
    for question in ("Who was part", "Who were you", "How do you look", "take along", "signpost"):
        sitting.answers(question, "")
    assert sitting.result()["fields"] == {"date": "1999"}
    assert "What do you remember?" not in sitting.seen


def test_what_is_known_is_not_asked():
    sitting = Sitting(sections=["new.experience"], known=["fm.date", "fm.with", "fm.rating"], facts={"rating": 7})
    sitting.answers("find it again later.", "")
    sitting.goes_on("n")
    sitting.result()
    assert "Who were you with?" not in sitting.seen


# breaking off


@pytest.mark.parametrize("language", LANGUAGES)
def test_ctrl_c_between_questions_keeps_what_was_answered(language):
    sitting = Sitting(language, sections=["new.experience"])
    first = [row["text"] for row in shipped(language) if row["section"] == "new.experience"]
    sitting.answers(first[0], "2026-11")
    sitting.answers(first[1], "Wren")
    sitting.answers(first[2])
    sitting.sees("\n> ")
    sitting.child.send("5")
    sitting.child.sendcontrol("c")
    found = sitting.result()
    assert found["outcome"] == "stopped"
    assert found["fields"] == {"date": "2026-11", "with": ["Wren"]}


@pytest.mark.parametrize("stop", ["sendintr", "sendeof"])
def test_lines_of_a_text_that_is_broken_off_are_kept(stop):
    sitting = Sitting(sections=["new.reflection"])
    sitting.answers("What is on your mind?", "one", "two")
    sitting.sees("\n> ")
    getattr(sitting.child, stop)()
    found = sitting.result()
    assert found["outcome"] == "stopped"
    assert found["body"] == "one\ntwo\n"


def test_the_end_of_the_input_keeps_what_was_answered():
    sitting = Sitting(sections=["new.wish"])
    sitting.answers("What would you like to try", "a sauna")
    sitting.answers("What draws you to it?")
    sitting.sees("\n> ")
    sitting.child.sendeof()
    found = sitting.result()
    assert found["outcome"] == "stopped"
    assert found["fields"] == {"title": "a sauna"}


def test_ctrl_c_at_the_offer_of_more_keeps_what_was_answered():
    sitting = Sitting("nl", sections=["new.reflection"])
    sitting.answers("Wat houdt je bezig?", "de zee", "")
    sitting.sees(sitting.ui["more_ask"], "\n> ")
    sitting.child.sendintr()
    found = sitting.result()
    assert (found["outcome"], found["body"]) == ("stopped", "de zee\n")


def test_a_terminal_that_is_gone_is_the_end():
    ours, theirs = os.openpty()
    os.close(ours)
    reader, out = os.fdopen(theirs, "r", closefd=False), os.fdopen(theirs, "w")
    wording = load_wording("en")
    asker = Asker(Console(reader, out, wording.ui), wording, date(2026, 11, 21))
    with pytest.raises(Interrupted):
        asker.introduce("new.wish")
    assert asker.answers == []
    with suppress(OSError):  # what could not be written
        out.close()


# the terminal


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_bytes_that_are_no_text_are_refused_and_only_that_line_is_asked_again(errors):
    sitting = Sitting(sections=["new.reflection"], errors=errors)
    sitting.answers("What is on your mind?", "one")
    sitting.sees("\n> ")
    os.write(sitting.child.child_fd, b"caf\xe9\n")
    sitting.answers(sitting.ui["wrong_signs"], "café", "")
    sitting.goes_on("n")
    assert sitting.result()["body"] == "one\ncafé\n"


def test_a_kept_line_cannot_move_the_terminal():
    sitting = Sitting(sections=["review.day"], facts={"has_jot": True}, names={"jot": "a\x1b[2Jb\x9b3m\u202ec"})
    sitting.sees("What else belongs with it?", "\n> ")
    sitting.child.sendintr()
    sitting.result()
    assert not re.search("[\x1b\x9b\u202e]", sitting.seen)


def test_colour_is_only_bold_and_dim():
    sitting = Sitting(sections=["new.wish"], colour=True)
    sitting.sees("\x1b[1mA wish\x1b[0m", "\x1b[1mWhat would you like to try, or to try once more?\x1b[0m", "\n> ")
    sitting.child.sendintr()
    sitting.result()
    assert set(re.findall("\x1b.*?m", sitting.seen)) == {"\x1b[0m", "\x1b[1m", "\x1b[2m"}


def test_a_narrow_terminal_gets_short_lines_and_whole_words():
    sitting = Sitting(sections=["new.experience"], known=["fm.date", "fm.with", "fm.rating", "body"], width=32)
    sitting.sees("[y/N]", "\n> ")
    sitting.child.sendline("y")
    sitting.sees("12 distracted", "\n> ")
    sitting.child.sendintr()
    sitting.result()
    lines = sitting.seen.partition("RESULT")[0].split("\r\n")
    assert max(map(len, lines)) < 32
    assert any(line.strip().startswith("1 tender · 2 playful ·") for line in lines)


# single questions


@pytest.mark.parametrize(
    ("language", "typed", "default", "outcome"),
    [
        ("en", "y", False, True),
        ("en", "JA", False, True),
        ("nl", "yes", False, True),
        ("nl", "j", False, True),
        ("en", "nee", True, False),
        ("nl", "no", True, False),
        ("en", "", False, False),
        ("nl", "", True, True),
    ],
)
def test_yes_and_no_are_understood_in_both_languages(language, typed, default, outcome):
    sitting = Sitting(language, call="confirm", question="Go?", more={"default": default})
    marks = {("en", False): "[y/N]", ("en", True): "[Y/n]", ("nl", False): "[j/N]", ("nl", True): "[J/n]"}
    sitting.answers(f"Go? {marks[language, default]}", typed)
    assert sitting.result()["outcome"] is outcome


@pytest.mark.parametrize(("default", "outcome"), [(False, False), (True, False)])
def test_a_yes_that_was_typed_before_the_question_agrees_to_nothing(default, outcome):
    """Where Enter alone is no; elsewhere what is typed ahead counts."""
    sitting = Sitting(call="confirm", question="Go?", more={"default": default})
    sitting.child.sendline("n" if default else "y")
    sitting.answers("Go?", *([] if default else [""]))
    assert sitting.result()["outcome"] is outcome


def test_neither_yes_nor_no_is_asked_again_and_the_end_of_the_input_is_not_a_yes():
    sitting = Sitting(call="confirm", question="Go?", more={"default": True})
    sitting.answers("Go?", "perhaps")
    sitting.sees("Yes or no will do.", "\n> ")
    sitting.child.sendeof()
    assert sitting.result()["outcome"] == "stopped"


@pytest.mark.parametrize(("typed", "outcome"), [("2", "second"), ("the o", "second"), ("first", "first"), ("", None)])
def test_one_of_several_is_chosen(typed, outcome):
    options = [("first", "This one"), ("second", "The other one")]
    sitting = Sitting(call="choose", question="Which?", options=options)
    sitting.answers("Which?\r\n  1 This one\r\n  2 The other one", "th")
    sitting.answers("A number from 1 to 2", typed)
    assert sitting.result()["outcome"] == outcome


def test_a_line_is_asked_for():
    sitting = Sitting(call="line", question="One line:")
    sitting.answers("One line:", "  by the lake ")
    assert sitting.result()["outcome"] == "by the lake"
