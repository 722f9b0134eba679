"""journal review with real gpg, git and pseudo-terminals: what is offered, what is asked when, and what is kept of it.

Every question of the sections that begin with `review.` is reached here in both languages with the real command; those
of the sections `new.*` and `letter` are in test_ask.py. The sections `map`, `board` and `talk` belong to commands that
are still to come.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pexpect
import pytest
import shelf as shelves
from room import JOURNAL, Room
from shelf import Shelf
from sitting import DUTCH, drafts, editor, ended, say, tables, talk, window

from sexjournal.entry.entry import Entry, parse

needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux, a terminal with a scrollback, is not on PATH")

NOW = "2026-11-22T09:14:00+01:00"
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
OPEN = ("One page is ready", "1")
KEPT = "What you answered so far is kept."
CLOSE = "Enter closes this screen."
NUMBERS_OF = re.compile(r"Then \d, now \d")
SIX = re.compile(r"(?<!\w)6(?!\w)")

# Each is written so long before or after the others that no two of them are ready in the same week.
PAGES = {
    "lake": (
        "---\ntitle: The lake\nkind: experience\ndate: 2026-11-14\nwritten: 2026-11-15T09:14+01:00\nwith: [Wren]\n"
        "rating: 6\nreview:\n  - {cadence: day, at: 2026-11-16T09:00+01:00, now: 6, blind: false, note: still warm}\n"
        "---\nWe swam CANARY.\n"
    ),
    "kept": (
        "---\nkind: experience\ndate: 2026-11-21\nwritten: 2026-11-21T22:00+01:00\nwith: [Wren]\n"
        "jot: by the lake CANARY\n---\n"
    ),
    "grey": (
        "---\r\n# mine\r\nkind: experience\r\ndate: 2026-10-30   # a Friday\r\nwritten: 2026-10-31T09:14+01:00\r\n"
        "weather: {sky: no, wind: '3'}\r\nrating: 3\r\n---\r\n  Rain CANARY.\r\n---\r\nno newline at the end"
    ),
    "bare": (
        "---\nkind: experience\ndate: 2026-09-20\nwritten: 2026-09-21T09:14+02:00\nwith: [Wren]\n---\nTea CANARY.\n"
    ),
    "fancy": (
        "---\nkind: fantasy\ndate: 2026-08-20\nwritten: 2026-08-21T09:14+02:00\npull: 6\nrating: 6\nshare: keep\n"
        "---\nA tent CANARY.\n"
    ),
    "warm": (
        "---\nkind: experience\ndate: 2026-05-10\nwritten: 2026-05-10T22:00+02:00\nwith: [Wren]\nrating: 5\n"
        "map: {likes: [tea], opens: [rain]}\n---\nThe tent CANARY.\n"
    ),
    "hard": (
        "---\nkind: experience\ndate: 2026-04-10\nwritten: 2026-04-11T09:14+02:00\nwanted: no\nrating: 2\n---\n"
        "A party CANARY.\n"
    ),
    "young": (
        "---\nkind: experience\ndate: 2026-03-10\nwritten: 2026-03-11T09:14+01:00\nearly: true\nrating: 5\n---\n"
        "A letter CANARY.\n"
    ),
    "dim": "---\nkind: memory\ndate: 2009-22\nwritten: 2026-02-11T09:14+01:00\n---\nA summer CANARY.\n",
    "wish": "---\nkind: wish\ndate: 2026-11-15\nwritten: 2026-11-15T10:14+01:00\n---\nA sauna CANARY.\n",
    "sad": "---\nkind: experience\ndate: 2026-01-10\nwritten: 2026-01-11T09:14+01:00\nrating: 1\n---\nAlone CANARY.\n",
    "old": (
        "---\ntitle: First snow\nkind: experience\ndate: 2025-11-22\nwritten: 2025-11-22T22:00+01:00\nwith: [Wren]\n"
        "rating: 6\n---\nSnow CANARY.\n"
    ),
}
SHELF = shelves.laid


@pytest.fixture
def shelf(stocked: Shelf) -> Iterator[Shelf]:
    """A journal with the pages above, on the day on which the line and the lake are ready."""
    stocked.room.now = NOW
    for seen in stocked.room.tools.glob("seen-*"):
        seen.unlink()
    yield stocked
    stocked.room.hang_up()
    left = drafts(stocked.room)
    for draft in left:
        shutil.rmtree(draft.parent)
    stocked.put_back()
    assert left == []


# A sitting


def on(shelf: Shelf, day: str) -> None:
    """Move the clock to the evening of this day, or to a moment."""
    shelf.room.now = day if "T" in day else f"{day}T20:10:00+01:00"


def log(terminal: pexpect.spawn[str]) -> str:
    """All that the terminal showed so far."""
    return str(terminal.logfile_read.getvalue())


def waits(terminal: pexpect.spawn[str], question: str) -> str:
    """Wait until this is asked and an answer can be typed; return all that the terminal showed so far."""
    terminal.expect_exact(question)
    terminal.expect_exact("> ")
    return log(terminal)


def skip(terminal: pexpect.spawn[str]) -> tuple[int | None, str]:
    """Answer all that is still asked with Enter alone; then as `ended`."""
    while terminal.expect_exact(["> ", pexpect.EOF]) == 0:
        terminal.sendline("")
    return ended(terminal)


def sit(shelf: Shelf, *args: str, env: dict[str, str] | None = None) -> pexpect.spawn[str]:
    return window(shelf.room, "review", *args, env=env)


def week(shelf: Shelf, *answers: Sequence[str], env: dict[str, str] | None = None) -> tuple[int | None, str]:
    """The week review of the lake, with these exchanges and Enter for the rest."""
    terminal = sit(shelf, "--week", env=env)
    say(terminal, OPEN, *answers)
    return skip(terminal)


def page(shelf: Shelf, name: str) -> Entry:
    return parse(shelf.opened(name).decode())


def outside(opened: bytes) -> bytes:
    """A page without its reviews."""
    return re.sub(rb"(?m)^(review:|  - \{cadence: .*\})\r?\n", b"", opened)


def ready(shelf: Shelf, *args: str) -> list[tuple[str, str]]:
    """The names and cadences of what waits."""
    known = {page_id: name for name, page_id in shelf.ids.items()}
    told = json.loads(shelf.room.journal("review", "--json", *args, check=0).text)
    return [(known[one["id"]], one["cadence"]) for one in told]


# What is ready


@pytest.mark.parametrize(
    ("cadence", "name", "shut", "opened", "last", "lapsed"),
    [
        *(("day", "kept", "2026-11-22T04:59:00+01:00", "2026-11-22T05:00:00+01:00", "2026-11-25", "2026-11-26"),),
        *(("day", "warm", "2026-05-10", "2026-05-11", "2026-05-14", "2026-05-15"),),
        *(("week", "lake", "2026-11-21", "2026-11-22", "2026-11-28", "2026-11-29"),),
        *(("week", "fancy", "2026-08-27", "2026-08-28", "2026-09-03", "2026-09-04"),),
        *(("month", "bare", "2026-10-20", "2026-10-21", "2026-11-20", "2026-11-21"),),
        *(("year", "old", "2026-11-18", "2026-11-19", "2026-11-25", "2026-11-26"),),
    ],
)
def test_a_page_is_ready_within_its_window_and_lapses_without_a_trace(
    shelf: Shelf, cadence: str, name: str, shut: str, opened: str, last: str, lapsed: str
) -> None:
    for moment, is_ready in ((shut, False), (opened, True), (last, True), (lapsed, False)):
        on(shelf, moment)
        assert ((name, cadence) in ready(shelf, f"--{cadence}")) is is_ready, moment
    assert shelf.commits() == 0


def test_what_lapsed_is_not_mentioned_again(shelf: Shelf) -> None:
    on(shelf, "2026-11-29")
    assert ready(shelf) == []
    code, said = ended(sit(shelf))
    assert (code, said) == (0, tables("en")["ui"]["nothing_due"])


def test_the_days_are_those_where_the_person_is(shelf: Shelf) -> None:
    on(shelf, "2026-11-21T20:30:00-05:00")  # half past two in the night at home
    assert ready(shelf, "--day") == []
    on(shelf, "2026-11-22T05:30:00+13:00")  # the afternoon before at home
    assert ready(shelf, "--day") == [("kept", "day")]


def test_day_and_week_are_asked_after_by_default_and_the_others_when_wished(shelf: Shelf) -> None:
    assert ready(shelf) == [("kept", "day"), ("lake", "week")]
    assert ready(shelf, "--year") == [("old", "year")]
    assert ready(shelf, "--year", "--day") == [("kept", "day"), ("old", "year")]
    for cadence, waiting in (
        ("day year", [("kept", "day"), ("old", "year")]),
        ("", []),
        ("month", [("grey", "month")]),
    ):
        on(shelf, NOW if cadence != "month" else "2026-11-30")
        told = shelf.room.journal("review", "--json", env={"JOURNAL_CADENCE": cadence}, check=0).text
        assert [(one["id"], one["cadence"]) for one in json.loads(told)] == [(shelf.ids[n], c) for n, c in waiting]


def test_the_list_only_shows_what_is_ready_and_nothing_of_what_it_says(shelf: Shelf) -> None:
    listed = shelf.room.journal("review", "--list", check=0)
    assert shelf.names(listed) == ["kept", "lake"]
    assert (shelf.room.canary in listed.text, listed.error) == (False, "")
    assert shelf.commits() == 0
    on(shelf, "2026-12-20")
    nothing = shelf.room.journal("review", "--list", "--week", env=DUTCH, check=0)
    assert (nothing.out, nothing.error) == (b"", tables("nl")["ui"]["nothing_due"] + "\n")


def test_the_list_keeps_titles_and_people_to_itself_when_told_to_be_discreet(shelf: Shelf) -> None:
    listed = shelf.room.journal("review", "--list", env={"JOURNAL_DISCREET": "true"}, check=0).text
    assert shelf.ids["lake"] in listed
    assert not re.search("lake|Wren", listed)


def test_json_tells_the_id_and_the_cadence_of_what_is_ready(shelf: Shelf) -> None:
    told = shelf.room.journal("review", "--list", "--json", check=0)
    expected = [{"id": shelf.ids["kept"], "cadence": "day"}, {"id": shelf.ids["lake"], "cadence": "week"}]
    assert (json.loads(told.text), told.err) == (expected, b"")
    on(shelf, "2026-12-20")
    nothing = shelf.room.journal("review", "--json", "--week", check=0)
    assert json.loads(nothing.text) == []


def test_without_a_terminal_nothing_is_asked(shelf: Shelf) -> None:
    for words in (["--week"], [shelf.ids["lake"]]):
        told = shelf.room.journal("review", *words, check=2)
        assert "there is no terminal" in told.error
        assert "hint: journal review --list" in told.error
        assert (told.out, shelf.room.canary in told.error) == (b"", False)


def test_a_page_that_is_not_there_is_told(shelf: Shelf) -> None:
    assert "no entry matches '1999'" in shelf.room.journal("review", "1999", check=1).error


FIVE = {
    title: f"---\ntitle: {title}\ndate: 2026-06-13\nwritten: 2026-06-14T{hour}:00+02:00\n---\nCANARY\n"
    for hour, title in enumerate(("Reed", "Heron", "Otter", "Alder", "Swift"), 10)
}


def test_of_several_the_one_that_is_offered_stays_the_same_all_day(shelf: Shelf) -> None:
    shelves.lay(shelf, FIVE, len(PAGES))

    def offered(moment: str) -> list[str]:
        on(shelf, moment)
        code, said = talk(sit(shelf), ("One page is ready", "2"))
        assert code == 0
        return [title for title in FIVE if title in said]

    hours = [offered(f"2026-06-2{day}T{hour}:00+02:00") for day, hour in ((1, "05:00"), (1, "23:00"), (2, "04:59"))]
    others = [offered(f"2026-06-2{day}") for day in (3, 4)]
    assert [len(titles) for titles in hours + others] == [1] * 5
    assert hours[0] == hours[1] == hours[2]
    assert len({titles[0] for titles in hours + others}) > 1
    shelf.ids = {name: page_id for name, page_id in shelf.ids.items() if name not in FIVE}


# The order of the week review


def test_the_number_for_now_is_asked_before_the_page_and_the_old_number_are_shown(shelf: Shelf) -> None:
    canary = shelf.room.canary
    terminal = sit(shelf, "--week")
    say(terminal, OPEN)
    waits(terminal, "Before you read back: how does that moment feel to you now?")
    terminal.sendline("4")
    blind = waits(terminal, "What do you still remember of it, without looking?")
    assert not [words for words in (canary, "still warm", "All in all") if words in blind]
    assert not SIX.search(blind)
    terminal.sendline("")
    shown = waits(terminal, "Do you still stand behind it?").removeprefix(blind)
    assert canary in shown
    assert not [words for words in ("still warm", "All in all") if words in shown]
    assert not SIX.search(shown)
    terminal.sendline("1")
    say(terminal, ("has something shifted?", "2"), ("really that overwhelming", "1"), ("What do you take from it?", ""))
    say(terminal, ("Go on?", "y"), ("room to say no?", "1"), ("the other person to know?", "1"))
    waits(terminal, "And how are you today, apart from this?")
    assert not NUMBERS_OF.search(log(terminal))
    terminal.sendline("4")
    code, said = skip(terminal)
    assert code == 0
    assert len(NUMBERS_OF.findall(said)) == 1
    assert "Then 6, now 4. The first shine has worn off a little." in said


@pytest.mark.parametrize(
    ("name", "now", "sentence"),
    [
        ("lake", "7", "Then 6, now 7. It has held."),
        ("lake", "5", "Then 6, now 5. It has held."),
        ("lake", "3", "Then 6, now 3. You look at it differently today."),
        ("grey", "5", "Then 3, now 5. It has grown on you."),
        ("sad", "3", "Then 1, now 3. It weighs a little less."),
        ("fancy", "4", "Then 6, now 4. The first shine has worn off a little."),
    ],
)
def test_at_the_end_stand_both_numbers_and_one_neutral_sentence(
    shelf: Shelf, name: str, now: str, sentence: str
) -> None:
    terminal = sit(shelf, shelf.ids[name])
    say(terminal, ("Before you read back", now))
    code, said = skip(terminal)
    assert code == 0
    assert said.count(sentence) == len(NUMBERS_OF.findall(said)) == 1
    assert said.index(sentence) > said.index("Go on?")


def test_a_number_that_was_skipped_is_not_compared(shelf: Shelf) -> None:
    code, said = week(shelf, ("to you now?", ""), ("without looking?", ""), ("stand behind it?", "2"))
    assert (code, NUMBERS_OF.search(said)) == (0, None)
    last = page(shelf, "lake").reviews[-1]
    assert (last["agree"], last["blind"], "now" in last) == ("mostly", "false", False)


def test_a_fantasy_is_asked_whether_it_still_draws_and_its_number_is_masked(shelf: Shelf) -> None:
    on(shelf, "2026-08-29")
    terminal = sit(shelf, "--week")
    say(terminal, OPEN, ("does it still draw you?", "5"))
    shown = waits(terminal, "Where does it belong by now?")
    assert shelf.room.canary in shown
    assert not SIX.search(shown.rpartition("5\r\n")[2])
    terminal.sendline("3")
    code, said = skip(terminal)
    assert (code, "Then 6, now 5. It has held." in said) == (0, True)
    assert "stand behind it" not in said
    last = page(shelf, "fancy").reviews[-1]
    assert (last["cadence"], last["now"], last["reality"], last["blind"]) == ("week", "5", "want", "true")


@pytest.mark.parametrize("name", ["dim", "wish"])
def test_any_page_may_be_read_again_at_any_time(shelf: Shelf, name: str) -> None:
    before = shelf.opened(name)
    terminal = sit(shelf, shelf.ids[name])
    say(terminal, ("to you now?", "4"), ("without looking?", ""), ("stand behind it?", "1"))
    code, said = skip(terminal)
    assert (code, shelf.room.canary in said, NUMBERS_OF.search(said)) == (0, True, None)
    last = page(shelf, name).reviews[-1]
    assert (last["cadence"], last["agree"]) == ("free", "yes")
    assert ("days_since" in last) is (name == "wish")  # a summer is vaguer than a day
    assert outside(shelf.opened(name)) == before


def test_a_page_that_was_named_is_told_by_its_title_before_anything_is_asked(shelf: Shelf) -> None:
    terminal = sit(shelf, shelf.ids["lake"])
    asked = waits(terminal, "Before you read back")
    terminal.sendintr()
    assert ended(terminal)[0] == 130
    assert "The lake, Saturday 14 November 2026, Wren" in asked


# Every question there is

TYPED = {
    "text": ["first line", "  second", ""],
    "line": ["one line"],
    "list": ["one", "two", ""],
    "scale": ["4"],
    "choice": ["1"],
}
STORED = {"text": "first line\n  second", "line": "one line", "list": ["one", "two"], "scale": "4"}
# Each story: the page, when it is looked at, how, the section that asks, and the conditions that hold.
STORIES = {
    "jot": ("kept", NOW, "--day", "review.day", {"has_jot", "shared"}),
    "glowing": ("lake", NOW, "--week", "review.week", {"glowing", "shared"}),
    "not glowing": ("grey", "2026-11-08", "--week", "review.week", {"not_glowing", "solo"}),
    "fantasy": ("fancy", "2026-08-29", "--week", "review.week_fantasy", {"not_glowing", "solo"}),
    "month": ("bare", "2026-10-25", "--month", "review.month", {"not_glowing", "shared"}),
    "year": ("old", NOW, "--year", "review.year", {"glowing", "shared"}),
}


def met(language: str, section: str, true: set[str]) -> list[dict[str, str]]:
    """What a story is asked, worked out from the file alone: the blind ones, the first ones, the further ones."""
    here = [
        row for row in tables(language)["prompts"] if row["section"] == section and row.get("when", "") in true | {""}
    ]
    return sorted(here, key=lambda row: (row["store"] not in ("review.now", "review.recall"), row["ask"] == "more"))


def test_the_stories_meet_every_question_that_a_review_can_ask() -> None:
    asked = {row["id"] for _, _, _, section, true in STORIES.values() for row in met("en", section, true)}
    assert asked == {row["id"] for row in tables("en")["prompts"] if row["section"].startswith("review.")}


def asked_in(terminal: pexpect.spawn[str], language: str, section: str, names: Mapping[str, str]) -> list[str]:
    """Answer each question by its type, say yes to more, and return the ids of all that was asked."""
    ui = tables(language)["ui"]
    typed = {ui["due_one"]: ["1"], ui["more_ask"]: [ui["yes"]], ui["close"]: [""]}
    ids: dict[str, str] = {}
    for row in tables(language)["prompts"]:
        if row["section"] == section:
            text = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], row["text"])
            ids[text], typed[text] = row["id"], TYPED[row["type"]]
    asked: list[str] = []
    while terminal.expect_exact(["> ", pexpect.EOF]) == 0:
        said = " ".join(terminal.before.split())
        (question,) = (text for text in typed if text in said)
        asked += [ids[question]] if question in ids else []
        terminal.sendline(typed[question][0])
        for line in typed[question][1:]:
            terminal.expect_exact("> ")
            terminal.sendline(line)
    return asked


def value_of(row: Mapping[str, str]) -> list[object]:
    """What may stand in the place that the question names, once it was answered as TYPED has it."""
    if row["type"] == "choice":
        return [options["choices"][0]["value"] for options in tables("en")["options"].values()]
    value = STORED[row["type"]]
    return [[value] if row["type"] == "line" and row["store"].startswith("talk.") else value]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_question_is_asked_in_its_place_and_its_answer_kept_where_it_belongs(
    shelf: Shelf, language: str, story: str
) -> None:
    name, moment, flag, section, true = STORIES[story]
    on(shelf, moment)
    before = shelf.opened(name)
    terminal = sit(shelf, flag, env={"LANG": "nl_BE.UTF-8" if language == "nl" else "C.UTF-8"})
    asked = asked_in(terminal, language, section, {"jot": f"by the lake {shelf.room.canary}", "year": "2025"})
    rows = met(language, section, true)
    assert asked == [row["id"] for row in rows]
    assert (ended(terminal)[0], shelf.commits()) == (0, 1)
    found = page(shelf, name)
    homes = {"review": found.reviews[-1] if found.reviews else {}, "fm": found.fields}
    for row in rows:
        root, _, key = row["store"].partition(".")
        if root == "body":
            assert STORED[row["type"]] in found.body
        elif root != "none" and key != "note":
            assert homes.get(root, found.fields.get(root, {}))[key] in value_of(row), row["id"]
    notes = sum(row["store"] == "review.note" for row in rows)
    assert homes["review"].get("note", "").count("first line") == notes
    assert section == "review.day" or outside(shelf.opened(name)) == outside(before)


# The day review: a line becomes a page


def test_a_kept_line_becomes_the_page_it_was_kept_for(shelf: Shelf) -> None:
    before = shelf.opened("kept").decode()
    path, head = shelf.path("kept"), before.removesuffix("---\n")
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, (f'Yesterday you kept this line: "by the lake {shelf.room.canary}".', "and the rain", ""))
    say(terminal, ("How did you wake up", "smiling"), ("look back on it?", "5"), ("put down about it?", "We swam.", ""))
    code, said = skip(terminal)
    assert (code, "Saved, and locked again." in said) == (0, True)
    body = (
        "and the rain\n\n*How did you wake up with it?*\n\nsmiling\n\n"
        "*What do you want to put down about it?*\n\nWe swam.\n"
    )
    after = shelf.opened("kept").decode()
    assert after.replace("rating: 5\n", "") == f"{head}---\n{body}"
    assert after.count("rating: 5\n") == 1
    assert (shelf.path("kept"), stat.S_IMODE(path.stat().st_mode)) == (path, 0o600)


def test_what_became_a_page_went_to_disk_as_a_new_one_does(shelf: Shelf) -> None:
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("What else belongs", ""), ("How did you wake up", "smiling"))
    assert skip(terminal)[0] == 0
    told = shelf.room.git("log", f"{shelf.start}..HEAD", "--format=%an|%ae|%aI|%s%b", "--name-only").text
    name = shelf.path("kept").relative_to(shelf.room.journal_dir)
    assert told.split() == [f"journal|journal@localhost|{NOW}|journal:", "update", str(name)]
    assert shelf.path("kept").read_bytes().startswith(b"-----BEGIN PGP MESSAGE-----")
    assert (ready(shelf, "--day"), "review" in page(shelf, "kept").fields) == ([], False)
    on(shelf, "2026-11-28")
    assert ready(shelf, "--week") == [("lake", "week"), ("kept", "week")]


def test_a_kept_line_that_is_named_is_written_out_too(shelf: Shelf) -> None:
    terminal = sit(shelf, shelf.ids["kept"])
    assert "Before you read back" not in waits(terminal, "What else belongs")
    terminal.sendline("and the rain")
    code, _ = skip(terminal)
    assert (code, page(shelf, "kept").body) == (0, "and the rain\n")


def test_a_page_of_the_same_day_is_asked_how_one_woke_up_with_it_and_keeps_its_rating(shelf: Shelf) -> None:
    on(shelf, "2026-05-11")
    before = shelf.opened("warm")
    terminal = sit(shelf, "--day")
    say(
        terminal, OPEN, ("How did you wake up", "smiling"), ("how do you look back on it?", "3"), ("put down about", "")
    )
    say(terminal, ("Go on?", "y"), ("go differently", ""), ("enjoy most", "the tent", "tea", ""), ("left out", ""))
    say(
        terminal,
        ("like in the other", "her laugh", ""),
        ("curious about", "a sauna", ""),
        ("while it is fresh", "thanks"),
    )
    code, said = skip(terminal)
    assert (code, shelf.room.canary in said, "What else belongs" in said) == (0, True, False)
    found = page(shelf, "warm")
    last = found.reviews[-1]
    assert (last["cadence"], last["now"], last["blind"], last["note"]) == ("day", "3", "false", "smiling")
    assert found.fields["map"] == {"likes": ["tea", "the tent"], "opens": ["rain"], "partner": ["her laugh"]}
    assert (found.fields["try"], found.fields["talk"]) == ({"curious": ["a sauna"]}, {"say": ["thanks"]})
    lists = re.compile(rb"(?m)^(map|try|talk): .*\n")
    assert lists.sub(b"", outside(shelf.opened("warm"))) == lists.sub(b"", before)
    assert (found.rating, ready(shelf, "--day"), shelf.commits()) == (5, [], 1)


# A year later


@pytest.mark.parametrize("typed", ["2", ""], ids=["later", "skipped"])
def test_another_time_stores_nothing_and_is_offered_again(shelf: Shelf, typed: str) -> None:
    before = shelf.opened("old")
    code, said = talk(sit(shelf, "--year"), ("You wrote something around this date in 2025.", typed))
    assert (code, shelf.room.canary in said, "Fine. Another time." in said) == (0, False, True)
    assert (shelf.opened("old"), shelf.commits(), ready(shelf, "--year")) == (before, 0, [("old", "year")])


def test_a_page_that_is_to_rest_never_comes_again_and_nothing_else_of_it_changes(shelf: Shelf) -> None:
    before = shelf.opened("old").decode()
    code, said = talk(sit(shelf, "--year"), ("You wrote something around this date in 2025.", "let"))
    assert (code, shelf.room.canary in said) == (0, False)
    head, mark, body = shelf.opened("old").decode().partition("resurface: false\n")
    assert (head + body, mark, shelf.commits()) == (before, "resurface: false\n", 1)
    for moment in (NOW, "2027-11-22", "2028-11-24"):
        on(shelf, moment)
        assert ready(shelf, "--year") == []


@pytest.mark.parametrize(("typed", "sentence"), [("2", "Fine. Another time."), ("3", "Then it stays closed.")])
def test_what_is_said_of_a_page_that_stays_shut_can_be_read(shelf: Shelf, typed: str, sentence: str) -> None:
    terminal = sit(shelf, "--week")
    say(terminal, ("One page is ready", typed))
    skip(terminal)
    shown = log(terminal)
    after = shown[shown.rindex(sentence) :]
    assert LEAVE not in after or CLOSE in after.partition(LEAVE)[0], "it is wiped as soon as it is printed"


# Pages without numbers


def silent_about_numbers(shelf: Shelf, name: str) -> str:
    """Read a page again, agree, answer yes to more; return what was said, in which there was no number or scale."""
    terminal = sit(shelf, shelf.ids[name])
    say(
        terminal,
        ("without looking?", ""),
        ("stand behind it?", "1"),
        ("something shifted?", ""),
        ("larger, or smaller?", ""),
    )
    say(terminal, ("take from it?", ""), ("Go on?", "y"))
    code, said = skip(terminal)
    assert code == 0
    scales = [text for text in ("to you now?", "how are you today", "not good for me", "All in all") if text in said]
    assert (scales, NUMBERS_OF.search(said)) == ([], None)
    assert "No numbers for this page. What you wrote is enough." in said
    assert page(shelf, name).reviews[-1]["agree"] == "yes"
    return said


@pytest.mark.parametrize("wanted", ["no", "unsure"])
def test_a_page_that_was_not_wanted_gets_no_numbers_and_is_never_brought_up(shelf: Shelf, wanted: str) -> None:
    if wanted == "unsure":
        text = shelf.opened("hard").decode().replace("wanted: no", "wanted: unsure")
        shelf.path("hard").write_bytes(shelf.seal(text, shelf.room.fingerprint))
    silent_about_numbers(shelf, "hard")
    for moment, flag in (("2026-04-19", "--week"), ("2026-05-15", "--month"), ("2027-04-11", "--year")):
        on(shelf, moment)
        assert "hard" not in dict(ready(shelf, flag))
    assert no_numbers(shelf, "hard")


def no_numbers(shelf: Shelf, name: str) -> bool:
    """Whether neither the list, nor the page, nor the picture shows a number of this page."""
    listed = shelf.room.journal("list", shelf.ids[name], check=0).text.split("\t")
    shown = shelf.room.journal("show", shelf.ids[name], check=0).text
    drawn = json.loads(shelf.room.journal("review", "--then-now", "--json", check=0).text)["rows"]
    return listed[5:7] == ["", ""] and "All in all" not in shown and shelf.ids[name] not in str(drawn)


def test_a_page_from_before_adulthood_gets_no_numbers(shelf: Shelf) -> None:
    on(shelf, "2026-03-20")
    assert ready(shelf, "--week") == [("young", "week")]
    silent_about_numbers(shelf, "young")
    assert no_numbers(shelf, "young")


@pytest.mark.parametrize("free", ["mixed", "no"])
def test_who_had_no_room_gets_help_once_and_no_numbers_from_then_on(shelf: Shelf, free: str) -> None:
    terminal = sit(shelf, "--week")
    say(terminal, OPEN, ("to you now?", "2"), ("without looking?", ""), ("stand behind it?", ""), ("shifted?", ""))
    say(terminal, ("overwhelming", ""), ("take from it?", ""), ("Go on?", "y"))
    say(terminal, ("room to say no?", "3" if free == "mixed" else "4"))
    code, said = skip(terminal)
    assert (code, page(shelf, "lake").reviews[-1]["free"]) == (0, free)
    assert ("how are you today" in said, NUMBERS_OF.search(said)) == (False, None)
    assert said.count("not much room for what you wanted") == 1
    for who in tables("en")["help"]:
        assert said.count(who["contact"]) >= 1
    again = silent_about_numbers(shelf, "lake")
    assert not [who for who in tables("en")["help"] if who["about"] in again]
    on(shelf, "2026-12-20")
    assert "lake" not in dict(ready(shelf, "--month"))
    on(shelf, "2027-11-15")
    assert ready(shelf, "--year") == [("wish", "year")]
    assert no_numbers(shelf, "lake")


def test_help_comes_once_after_writing_a_page_that_was_not_wanted(shelf: Shelf) -> None:
    before = set(shelf.room.files())
    terminal = window(shelf.room, "new", "--ask", "--rating", "3")
    say(
        terminal, ("When was it?", ""), ("Who were you with?", ""), ("Tell it the way", "A party.", ""), ("Go on?", "y")
    )
    for row in tables("en")["prompts"]:
        if row["section"] == "new.experience" and row["ask"] == "more" and row.get("when", "solo") == "solo":
            say(terminal, (row["text"], "4" if row["id"].endswith("wanted") else ""))
    code, said = skip(terminal)
    (path,) = set(shelf.room.files()) - before
    assert (code, b"wanted: no" in shelf.room.open(path).replace(b'"', b"")) == (0, True)
    assert [said.count(who["about"]) for who in tables("en")["help"]] == [1] * len(tables("en")["help"])


# What is kept


def test_the_answers_are_appended_and_the_page_stays_byte_for_byte_what_it_was(shelf: Shelf) -> None:
    before = shelf.opened("lake").decode()
    code, _ = week(
        shelf,
        *(("to you now?", "5"), ("without looking?", "the cold", ""), ("stand behind it?", "by"), ("shifted?", "2")),
        *(("overwhelming", "1"), ("take from it?", 'It was "good": # [yes], and', "so were we.", "")),
    )
    after = shelf.opened("lake").decode()
    fresh = [line for line in after.splitlines() if line not in before.splitlines()]
    assert (code, len(fresh), shelf.commits()) == (0, 1, 1)
    assert after.replace(fresh[0] + "\n", "") == before
    assert after.splitlines().index(fresh[0]) == before.splitlines().index(
        "---", 1
    )  # the last line of the front matter
    assert fresh[0].startswith("  - {cadence: week, at: 2026-11-22T09:14+01:00, days_since: 8, now: 5, agree: mostly, ")
    assert fresh[0].endswith(", blind: true}")
    last = page(shelf, "lake").reviews[-1]
    assert (last["feeling"], last["size"], last["recall"]) == ("softer", "larger", "the cold")
    assert last["note"] == 'It was "good": # [yes], and\nso were we.'


def test_a_page_of_windows_with_comments_and_fields_of_its_own_stays_what_it_was(shelf: Shelf) -> None:
    before = shelf.opened("grey")
    for now in ("2", "5"):
        terminal = sit(shelf, shelf.ids["grey"])
        say(terminal, ("to you now?", now))
        assert skip(terminal)[0] == 0
    assert outside(shelf.opened("grey")) == before
    assert [review["now"] for review in page(shelf, "grey").reviews] == ["2", "5"]


def test_enter_skips_every_question_and_nothing_is_stored(shelf: Shelf) -> None:
    before = shelf.opened("lake")
    code, said = week(shelf)
    assert (code, shelf.opened("lake"), shelf.commits()) == (0, before, 0)
    assert "Saved" not in said
    assert ready(shelf, "--week") == [("lake", "week")]


def test_a_review_that_was_done_is_not_offered_again(shelf: Shelf) -> None:
    assert week(shelf, ("to you now?", "5"))[0] == 0
    assert ready(shelf, "--week") == []
    on(shelf, "2026-12-20")
    assert ("lake", "month") in ready(shelf, "--month")


def test_the_reviews_stand_under_the_page_and_the_list_shows_then_and_now(shelf: Shelf) -> None:
    room, lake = shelf.room, shelf.ids["lake"]
    assert week(shelf, ("to you now?", "5"), ("without looking?", ""), ("stand", "1"), ("shifted?", "2"))[0] == 0
    shown = room.journal("show", lake, check=0).text
    head, _, reviews = shown.partition(f"We swam {room.canary}.\n")
    assert "review" not in head
    assert re.fullmatch(
        "\nthe day after, Monday 16 November 2026\nnow: 6\n\nstill warm\n"
        "\na week later, Sunday 22 November 2026\nnow: 5\nstands behind it: Yes, every word\n"
        "feeling: It has softened\n",
        reviews,
    )
    assert "een week later, zondag 22 november 2026" in room.journal("show", lake, env=DUTCH, check=0).text
    assert shelf.names(room.journal("list", "--reviewed", check=0)) == ["lake"]
    assert sorted(shelf.names(room.journal("list", "--unreviewed", check=0))) == sorted(set(PAGES) - {"lake"})
    assert room.journal("list", lake, check=0).text.split("\t")[5:7] == ["6", "5"]
    assert shelf.names(room.journal("list", "--rating", "6", "--reviewed", check=0)) == ["lake"]
    code, said = ended(window(room, "list"))
    rows = {line[:8]: line for line in said.split(" zz") for line in [f"zz{line}".removeprefix("zzzz")]}
    assert code == 0
    assert [row for row in rows.values() if "→" in row] == [row for row in rows.values() if "6 → 5" in row]
    assert said.count("6 → 5") == said.count("→") == 1


# Stopping in the middle


def half_way(shelf: Shelf, *, env: dict[str, str] | None = None) -> pexpect.spawn[str]:
    """The week review of the lake, left with two answers and a line of a third one."""
    terminal = sit(shelf, "--week", env=env)
    say(terminal, OPEN, ("to you now?", "4"), ("without looking?", f"the cold {shelf.room.canary}"))
    terminal.expect_exact("> ")
    return terminal


def test_ctrl_c_keeps_what_was_answered_and_says_so(shelf: Shelf) -> None:
    before = shelf.opened("lake")
    terminal = half_way(shelf)
    terminal.sendintr()
    code, _ = ended(terminal)
    assert (code, KEPT in log(terminal).rpartition(LEAVE)[2]) == (130, True)
    last = page(shelf, "lake").reviews[-1]
    assert (last["now"], last["recall"], last["blind"]) == ("4", f"the cold {shelf.room.canary}", "true")
    assert (outside(shelf.opened("lake")), shelf.commits()) == (outside(before), 1)


def test_the_end_of_the_input_keeps_what_was_answered_in_dutch_too(shelf: Shelf) -> None:
    terminal = sit(shelf, "--week", env=DUTCH)
    say(terminal, ("Er is één bladzijde", "1"), ("hoe voelt dat moment nu voor je?", "4"))
    waits(terminal, "Wat weet je er nog van")
    terminal.sendeof()
    code, said = ended(terminal)
    assert (code, "Wat je tot nu toe antwoordde, is bewaard." in said) == (130, True)
    assert page(shelf, "lake").reviews[-1]["now"] == "4"


def test_ctrl_c_before_anything_was_answered_leaves_nothing(shelf: Shelf) -> None:
    before = shelf.opened("lake")
    terminal = sit(shelf, "--week")
    say(terminal, OPEN)
    waits(terminal, "to you now?")
    terminal.sendintr()
    code, said = ended(terminal)
    assert (code, KEPT in said, "Traceback" in said) == (130, False, False)
    assert (shelf.opened("lake"), shelf.commits(), drafts(shelf.room)) == (before, 0, [])


def test_ctrl_c_when_a_line_is_written_out_keeps_the_page_so_far(shelf: Shelf) -> None:
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("What else belongs", "and the rain", ""))
    waits(terminal, "How did you wake up")
    terminal.sendintr()
    code, said = ended(terminal)
    assert (code, KEPT in said, page(shelf, "kept").body) == (130, True, "and the rain\n")


def taken_up(shelf: Shelf, *, env: dict[str, str] | None = None) -> str:
    """What the next `journal` says; no draft waits after it."""
    said = shelf.room.journal(env=env, check=0).error
    assert drafts(shelf.room) == []
    assert shelf.room.canary not in said
    return said


@pytest.mark.parametrize("hang_ups", [1, 2], ids=["once", "twice"])
def test_a_closed_terminal_keeps_what_was_answered(shelf: Shelf, hang_ups: int) -> None:
    """The kernel tells that the terminal is gone, and often a shell does so too."""
    before = shelf.opened("lake")
    terminal = half_way(shelf)
    terminal.ptyproc.fileobj.close()
    if hang_ups > 1:
        terminal.kill(signal.SIGHUP)
    gone(terminal)
    waiting = drafts(shelf.room)
    assert (KEPT in taken_up(shelf)) is bool(waiting)
    last = page(shelf, "lake").reviews[-1]
    assert (last["now"], last.get("recall")) == ("4", f"the cold {shelf.room.canary}")
    assert (outside(shelf.opened("lake")), shelf.commits()) == (outside(before), 1)


def gone(terminal: pexpect.spawn[str]) -> None:
    """Wait until the command has ended by itself."""
    for _ in range(1000):
        if not terminal.isalive():
            return
        time.sleep(0.01)
    pytest.fail("it goes on without a terminal")


def test_a_review_that_is_told_to_end_keeps_what_was_answered(shelf: Shelf) -> None:
    terminal = half_way(shelf)
    terminal.kill(signal.SIGTERM)
    ended(terminal)
    waiting = drafts(shelf.room)
    assert KEPT in (taken_up(shelf) if waiting else log(terminal).rpartition(LEAVE)[2])
    last = page(shelf, "lake").reviews[-1]
    assert (last["now"], last.get("recall"), shelf.commits()) == ("4", f"the cold {shelf.room.canary}", 1)


def killed(terminal: pexpect.spawn[str]) -> None:
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.signalstatus == signal.SIGKILL


def test_a_killed_review_is_taken_up_by_the_next_journal(shelf: Shelf) -> None:
    before = shelf.opened("lake")
    killed(half_way(shelf))
    assert (len(drafts(shelf.room)), shelf.opened("lake")) == (1, before)
    assert KEPT in taken_up(shelf)
    after = shelf.opened("lake")
    assert (outside(after), shelf.commits()) == (outside(before), 1)
    assert after.count(b"cadence: week") == 1
    assert f"days_since: 8, now: 4, recall: the cold {shelf.room.canary}, blind: true}}".encode() in after
    assert KEPT not in taken_up(shelf)
    assert shelf.opened("lake") == after


def test_a_killed_review_is_taken_up_in_dutch_too(shelf: Shelf) -> None:
    terminal = sit(shelf, "--week", env=DUTCH)
    say(terminal, ("Er is één bladzijde", "1"), ("hoe voelt dat moment nu voor je?", "4"))
    waits(terminal, "Wat weet je er nog van")
    killed(terminal)
    assert "Wat je tot nu toe antwoordde, is bewaard." in taken_up(shelf, env=DUTCH)
    assert page(shelf, "lake").reviews[-1]["now"] == "4"


@pytest.mark.parametrize("body", ["and the rain\n", ""], ids=["text", "only a number"])
def test_a_killed_day_review_of_a_line_is_taken_up_as_its_page(shelf: Shelf, body: str) -> None:
    head = shelf.opened("kept").decode().removesuffix("---\n")
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("What else belongs", *body.split("\n")))
    say(terminal, ("How did you wake up", ""), ("look back on it?", "6"))
    waits(terminal, "put down about it?")
    killed(terminal)
    assert KEPT in taken_up(shelf)
    assert shelf.opened("kept").decode().replace("rating: 6\n", "") == f"{head}---\n{body}"
    assert (page(shelf, "kept").rating, shelf.commits()) == (6, 1)


def test_a_killed_day_review_keeps_its_lists_too(shelf: Shelf) -> None:
    on(shelf, "2026-05-11")
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("wake up", ""), ("look back on it?", ""), ("put down about", ""), ("Go on?", "y"))
    say(terminal, ("go differently", ""), ("enjoy most", "the tent", ""))
    waits(terminal, "left out")
    killed(terminal)
    assert KEPT in taken_up(shelf)
    assert page(shelf, "warm").fields["map"] == {"likes": ["tea", "the tent"], "opens": ["rain"]}


def test_a_page_that_changed_after_the_kill_keeps_its_change_and_gets_the_answers(shelf: Shelf) -> None:
    killed(half_way(shelf))
    shelf.room.journal("tag", "add", "slow", "--to", shelf.ids["lake"], check=0)
    editor(shelf.room, "page.write_bytes(text.replace('swam', 'sailed').encode())")
    assert ended(window(shelf.room, "edit", shelf.ids["lake"]))[0] == 0
    assert KEPT in taken_up(shelf)
    found = page(shelf, "lake")
    assert (found.body, found.tags) == (f"We sailed {shelf.room.canary}.\n", ("slow",))
    assert (found.reviews[-1]["now"], len(found.reviews)) == ("4", 2)
    assert b"days_since: 8, now: 4, recall: " in shelf.opened("lake")


def test_lists_of_a_killed_review_come_to_a_page_that_changed_and_nothing_else_does(shelf: Shelf) -> None:
    on(shelf, "2026-05-11")
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("wake up", ""), ("look back on it?", ""), ("put down about", ""), ("Go on?", "y"))
    say(terminal, ("go differently", ""), ("enjoy most", "the tent", ""))
    waits(terminal, "left out")
    killed(terminal)
    editor(shelf.room, "page.write_bytes(text.replace('The tent', 'Rain on the tent').encode())")
    assert ended(window(shelf.room, "edit", shelf.ids["warm"]))[0] == 0
    assert KEPT in taken_up(shelf)
    found = page(shelf, "warm")
    assert found.body == f"Rain on the tent {shelf.room.canary}.\n"
    assert found.fields["map"] == {"likes": ["tea", "the tent"], "opens": ["rain"]}


def test_a_line_that_was_written_out_elsewhere_after_the_kill_loses_neither_text(shelf: Shelf) -> None:
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("What else belongs", "and the rain", ""), ("wake up", ""), ("look back on it?", "6"))
    waits(terminal, "put down about")
    killed(terminal)
    editor(shelf.room, "page.write_bytes((text + 'in the editor\\n').encode())")
    assert ended(window(shelf.room, "edit", shelf.ids["kept"]))[0] == 0
    shelf.room.journal(check=0)
    there, waiting = shelf.opened("kept").decode(), thrown_away(shelf)
    assert "in the editor\n" in there
    for answer in ("and the rain\n", "rating: 6\n"):
        assert answer in there + waiting


def test_a_page_that_began_as_a_line_does_not_get_its_old_text_back_after_the_kill(shelf: Shelf) -> None:
    text = shelf.opened("kept").decode() + f"We swam {shelf.room.canary}.\n"
    shelf.path("kept").write_bytes(shelf.seal(text, shelf.room.fingerprint))
    terminal = sit(shelf, shelf.ids["kept"])
    say(terminal, ("to you now?", "4"))
    waits(terminal, "without looking?")
    killed(terminal)
    editor(shelf.room, "page.write_bytes(text.replace('swam', 'sailed').encode())")
    assert ended(window(shelf.room, "edit", shelf.ids["kept"]))[0] == 0
    assert KEPT in taken_up(shelf)
    found = page(shelf, "kept")
    assert found.body == f"We sailed {shelf.room.canary}.\n"
    assert [review["now"] for review in found.reviews] == ["4"]


def thrown_away(shelf: Shelf) -> str:
    """The drafts that wait, which are gone then."""
    texts = []
    for draft in drafts(shelf.room):
        texts.append(draft.read_text())
        shutil.rmtree(draft.parent)
    return "".join(texts)


def test_a_page_that_was_reviewed_again_after_the_kill_has_both_reviews(shelf: Shelf) -> None:
    killed(half_way(shelf))
    terminal = sit(shelf, shelf.ids["lake"])
    say(terminal, ("to you now?", "6"))
    assert skip(terminal)[0] == 0
    shelf.room.journal(check=0)
    assert sorted(review["now"] for review in page(shelf, "lake").reviews) == ["4", "6", "6"]


def test_a_page_that_was_removed_after_the_kill_does_not_shut_the_desk(shelf: Shelf) -> None:
    killed(half_way(shelf))
    shelf.room.journal("remove", "--yes", shelf.ids["lake"], check=0)
    desk = shelf.room.journal()
    waiting = thrown_away(shelf)
    assert (desk.code, shelf.ids["grey"] in desk.text) == (0, True), desk.error
    assert "now: 4" in waiting


def test_a_page_that_changes_during_the_sitting_keeps_its_change_and_the_answers(shelf: Shelf) -> None:
    terminal = half_way(shelf)
    shelf.room.journal("tag", "add", "slow", "--to", shelf.ids["lake"], check=0)
    terminal.sendline("")
    code, _ = skip(terminal)
    if code:
        assert "kept" in log(terminal).rpartition(LEAVE)[2]
        assert KEPT in taken_up(shelf)
    found = page(shelf, "lake")
    assert (found.tags, found.reviews[-1]["now"], len(found.reviews)) == (("slow",), "4", 2)


def test_a_key_that_is_refused_at_the_end_keeps_the_answers_and_says_so(locked_room: Room) -> None:
    room = locked_room
    room.now = "2026-11-15T09:14:00+01:00"
    room.journal("init", "--yes", check=0)
    room.journal("new", "--rating", "6", stdin=b"We swam.\n", check=0)
    room.now = NOW
    terminal = window(room, "review", "--week")
    say(terminal, OPEN, ("to you now?", "4"))
    waits(terminal, "without looking?")
    room.forget()
    room.pinentry = "cancel"
    terminal.sendline("")
    code, _ = skip(terminal)
    assert (code, len(drafts(room))) == (3, 1)
    assert "kept" in log(terminal).rpartition(LEAVE)[2]
    room.pinentry = "right"
    assert KEPT in room.journal(check=0).error
    (path,) = room.files()
    assert b"now: 4" in room.open(path)


# The screen


class Screen:
    """A private tmux server with a shell in the room, which has a scrollback to look through."""

    def __init__(self, room: Room, rows: int) -> None:
        self._room = room
        self._tmux = ("tmux", "-S", str(room.tools / "tmux"), "-f", "/dev/null")
        self._run("new-session", "-d", "-x", "100", "-y", str(rows), "env PS1=: sh")

    def type(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def journal(self, *words: str) -> None:
        self.type(f"clear; '{sys.executable}' -m sexjournal {' '.join(words)}", "Enter")

    def all_lines(self) -> str:
        """The screen with its whole scrollback."""
        return self._run("capture-pane", "-p", "-S", "-")

    def wait_for(self, words: str) -> None:
        for _ in range(500):
            if words in self.all_lines():
                return
            time.sleep(0.03)
        pytest.fail(f"{words!r} did not come up in\n{self.all_lines()}")

    def put_away(self) -> None:
        """Wait until the shell has the screen again."""
        self.type("printf '%s away\\n' put", "Enter")
        self.wait_for("put away\n")

    def close(self) -> None:
        self._run("kill-server")

    def _run(self, *words: str) -> str:
        return self._room.run(*self._tmux, *words, check=0).text


@pytest.fixture
def screen(shelf: Shelf) -> Iterator[Screen]:
    one = Screen(shelf.room, rows=24)
    try:
        yield one
    finally:
        one.close()


@needs_tmux
@pytest.mark.parametrize("stop", ["Enter", "C-c"], ids=["to the end", "broken off"])
def test_a_sitting_leaves_nothing_on_the_screen_or_in_the_scrollback(shelf: Shelf, screen: Screen, stop: str) -> None:
    canary = shelf.room.canary
    screen.journal("review", "--week")
    for question, typed in (("One page is ready", "1"), ("to you now?", "5"), ("without looking?", f"cold {canary}")):
        screen.wait_for(question)
        screen.type(typed, "Enter")
    screen.wait_for(f"> cold {canary}\n>")
    screen.type("Enter")
    screen.wait_for("stand behind it?")
    screen.type("1", "Enter")
    screen.wait_for("something shifted?")
    for _ in range(1 if stop == "C-c" else 8):  # what is too much only makes the shell say its prompt again
        screen.type(stop)
    if stop == "C-c":  # which also takes away what was typed meanwhile
        screen.wait_for(KEPT)
    screen.put_away()
    words = (canary, "lake", "Wren", "swam", "Before you read", "stand behind", "cold", "now 5", "It has held")
    assert not [word for word in words if word in screen.all_lines()], screen.all_lines()
    assert page(shelf, "lake").reviews[-1]["now"] == "5"


@needs_tmux
def test_a_long_page_can_be_read_from_its_first_line(shelf: Shelf, screen: Screen) -> None:
    body = "".join(f"line {number} of the page\n\n" for number in range(1, 61))
    text = shelf.opened("lake").decode().replace("We swam", body + "We swam")
    shelf.path("lake").write_bytes(shelf.seal(text, shelf.room.fingerprint))
    screen.journal("review", "--week")
    for question, typed in (("One page is ready", "1"), ("to you now?", "5"), ("without looking?", "")):
        screen.wait_for(question)
        screen.type(typed, "Enter")
    screen.wait_for("of the page")
    time.sleep(0.3)
    seen = screen.all_lines()
    screen.type("q")
    screen.wait_for("stand behind it?")
    screen.type("C-c")
    screen.wait_for(KEPT)
    screen.put_away()
    assert "of the page" not in screen.all_lines()
    assert "line 1 of the page" in seen, seen


def test_without_less_a_long_page_is_not_taken_away_before_it_was_read(shelf: Shelf) -> None:
    body = "".join(f"line {number} of the page\n\n" for number in range(1, 61))
    text = shelf.opened("lake").decode().replace("We swam", body + "We swam")
    shelf.path("lake").write_bytes(shelf.seal(text, shelf.room.fingerprint))
    programs = shelf.room.tools / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("gpg", "gpgconf", "git"):
        if not (programs / name).exists():
            (programs / name).symlink_to(shutil.which(name) or name)
    terminal = sit(shelf, "--week", env={"PATH": str(programs)})
    say(terminal, OPEN, ("to you now?", "5"), ("without looking?", ""))
    shown = waits(terminal, "stand behind it?")
    terminal.sendline("")
    assert skip(terminal)[0] == 0
    assert "line 1 of the page" in shown
    assert not [wipe for wipe in (ENTER, LEAVE, "\x1b[H", "\x1b[2J") if wipe in shown.rpartition("line 1 of")[2]]


NOWHERE = 'mount --bind "$TOOLS" /dev/shm; exec "$@"'


def test_where_no_place_is_kept_in_memory_a_review_is_kept_all_the_same(shelf: Shelf) -> None:
    room = shelf.room
    own = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
    env = {"TOOLS": str(room.tools), "XDG_RUNTIME_DIR": None}
    if not shutil.which("unshare") or room.run(*own, "sh", "-ec", NOWHERE, "sh", "true", env=env).code:
        pytest.skip("nothing can be mounted here")
    if room.run("df", "--output=fstype", "/tmp").text.split()[-1] == "tmpfs":
        pytest.skip("/tmp is kept in memory here")
    terminal = room.spawn(*own, "sh", "-ec", NOWHERE, "sh", *JOURNAL, "review", "--week", columns=240, env=env)
    terminal.logfile_read = io.StringIO()
    say(terminal, OPEN, ("to you now?", "5"))
    assert skip(terminal)[0] == 0
    assert page(shelf, "lake").reviews[-1]["now"] == "5"


def test_everything_is_on_the_alternate_screen_until_it_is_left(shelf: Shelf) -> None:
    terminal = sit(shelf, "--week")
    say(terminal, OPEN, ("to you now?", "5"))
    assert skip(terminal)[0] == 0
    before, _, rest = log(terminal).partition(ENTER)
    inside, _, after = rest.partition(LEAVE)
    assert (before.strip(), after.strip()) == ("", "")
    assert inside.endswith("\x1b[H\x1b[2J\x1b[3J")


def test_plain_prints_no_escape_sequence_at_all(shelf: Shelf) -> None:
    terminal = sit(shelf, "--week", "--plain")
    say(terminal, OPEN, ("to you now?", "5"))
    code, _ = skip(terminal)
    assert (code, shelf.room.canary in log(terminal)) == (0, True)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f─-╿]", log(terminal))


@pytest.mark.parametrize(
    ("env", "allowed"),
    [
        ({"TERM": "dumb"}, set()),
        ({"NO_COLOR": "1"}, {ENTER, LEAVE, "\x1b[H", "\x1b[2J", "\x1b[3J"}),
        ({}, {ENTER, LEAVE, "\x1b[H", "\x1b[2J", "\x1b[3J", "\x1b[0m", "\x1b[1m", "\x1b[2m"}),
    ],
    ids=["dumb", "no colour", "colour"],
)
def test_only_what_a_terminal_wants_is_sent_to_it(shelf: Shelf, env: dict[str, str], allowed: set[str]) -> None:
    terminal = sit(shelf, "--week", env=env)
    say(terminal, OPEN, ("to you now?", "5"))
    code, _ = skip(terminal)
    found = set(re.findall(r"\x1b(?:\[[?0-9;]*[A-Za-z]|.)", log(terminal)))
    assert (code, found <= allowed, bool(found)) == (0, True, bool(allowed)), found


# A person's own questions

OWN = """\
[[prompts]]
id = "review.week.song"
section = "review.week"
type = "line"
store = "review.song"
ask = "first"
text = "Which song goes with it?"

[[prompts]]
id = "review.week.agree"
section = "review.week"
type = "choice"
store = "review.agree"
ask = "first"
options = "agree"
text = "Would you sign it?"
"""


@pytest.fixture
def own(shelf: Shelf) -> Path:
    folder = shelf.room.root / "config" / "journal"
    folder.mkdir(parents=True)
    return folder / "prompts.toml"


@pytest.mark.parametrize("env", [{}, DUTCH], ids=["en", "nl"])
def test_own_questions_are_added_and_replace_those_of_the_same_id(shelf: Shelf, own: Path, env: dict[str, str]) -> None:
    own.write_text(OWN)
    terminal = sit(shelf, "--week", env=env)
    say(terminal, ("Er is één bladzijde" if env else "One page is ready", "1"))
    for question, typed in (("Would you sign it?", "1"), ("Which song goes with it?", "a slow one")):
        while terminal.expect_exact([question, "> "]):
            terminal.sendline("")
        say(terminal, ("", typed))
    code, said = skip(terminal)
    assert (code, "stand behind it" in said or "Sta je er nog achter" in said) == (0, False)
    last = page(shelf, "lake").reviews[-1]
    assert (last["agree"], last["song"]) == ("yes", "a slow one")
    assert "song: a slow one" in shelf.room.journal("show", shelf.ids["lake"], check=0).text


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (OWN.replace('"review.week"', '"review.weak"', 1), ("review.week.song", "unknown section 'review.weak'")),
        (OWN.replace('type = "line"', 'type = "lines"'), ("review.week.song", "unknown type 'lines'")),
        (OWN.replace("review.song", "review.blind"), ("review.week.song", "unknown store 'review.blind'")),
        (OWN.replace('text = "Which song goes with it?"', ""), ("review.week.song", "missing text")),
        (OWN.replace('options = "agree"', ""), ("review.week.agree", "missing options")),
        (OWN.replace("review.week.agree", "review.week.song"), ("review.week.song", "duplicate id")),
        (OWN.replace('id = "review.week.song"', ""), ("prompts number 1", "missing id")),
        (OWN.replace("[[prompts]]", "[[prompts]", 1), ("line 1",)),
        ('[ui]\nskip = "No"\n', ("unknown table 'ui'",)),
        ("caf\xe9", ("not UTF-8",)),
    ],
    ids=["section", "type", "store", "text", "options", "twice", "no id", "not toml", "table", "latin-1"],
)
def test_a_broken_file_of_questions_is_told_with_its_name_the_id_and_the_reason(
    shelf: Shelf, own: Path, broken: str, words: tuple[str, ...]
) -> None:
    own.write_bytes(broken.encode("latin-1"))
    code, said = ended(sit(shelf, "--week"))
    assert code == 2, said
    for word in (str(own), *words):
        assert word in said
    assert (shelf.room.canary in said, "Traceback" in said, shelf.commits()) == (False, False, 0)


@pytest.mark.parametrize("store", ["fm.song", "review.song"])
def test_an_answer_to_an_own_question_is_never_dropped(shelf: Shelf, own: Path, store: str) -> None:
    day = OWN.split("\n\n")[0].replace("review.week", "review.day").replace("review.song", store)
    own.write_text(day)
    terminal = sit(shelf, "--day")
    say(terminal, OPEN, ("What else belongs", "and the rain", ""), ("wake up", ""), ("look back", ""), ("put down", ""))
    say(terminal, ("Which song", "a slow one"))
    assert skip(terminal)[0] == 0
    assert b"song: a slow one" in shelf.opened("kept")
    own.write_text(day.replace("review.day", "review.week"))
    terminal = sit(shelf, "--week")
    say(terminal, OPEN, ("to you now?", "5"), ("without", ""), ("stand", ""), ("shifted", ""), ("overwhelming", ""))
    say(terminal, ("take from it?", ""), ("Which song", "a slow one"))
    assert skip(terminal)[0] == 0
    assert b"song: a slow one" in shelf.opened("lake")
    assert outside(shelf.opened("lake")).count(b"rating: 6") == 1
