"""journal list with real gpg and git: the order, the filters, references, and what a terminal, a pipe and JSON get."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable

import pexpect
import pytest
from room import Room
from shelf import Shelf

# From the oldest to the newest writing. Today is Sunday 22 November 2026.
PAGES = {
    "childhood": "---\nkind: chapter\ndate: 2001/2005\n---\nCANARY\n",
    "about": "---\nkind: memory\ndate: 2007~\ntitle: First CANARY\n---\nCANARY\n",
    "summer": "---\nkind: memory\ndate: 2009-22\nwith: [Finch]\n---\nCANARY\n",
    "since": "---\nkind: chapter\ndate: 2021/..\ntags: [sea]\n---\nCANARY\n",
    "wish": "---\nkind: wish\ndate: 2026-10-05\ntags: [sea, slow]\n---\nCANARY\n",
    "letter": "---\nkind: letter\ndate: 2026-11-01\nwith: [Wren]\nrating: 2\n---\nCANARY\n",
    "evil": '---\nkind: fantasy\ndate: 2026-11-10\ntitle: "a\\e[2J\\u202eb\\tc [red] CANARY"\n---\nCANARY \x1b[2J\n',
    "alone": (
        "---\ndate: 2026-11-14\nwith: []\ntags: [slow]\nrating: 7\n"
        "review:\n  - {cadence: week, at: 2026-11-21T20:10+01:00, days_since: 7, now: 5, blind: true}\n---\nCANARY\n"
    ),
    "quiet": "---\ndate: 2026-11-20\nquiet: true\nrating: 3\n---\nCANARY\n",
    "lake": (
        "---\ntitle: The lake CANARY\nwith: [Wren, Finch]\ntags: [CANARY, Slow, late summer]\nrating: 6\n---\nCANARY\n"
    ),
}
NEWEST_FIRST = ["lake", "quiet", "alone", "evil", "letter", "wish", "since", "summer", "about", "childhood"]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def printed(room: Room, *args: str, columns: int = 200, env: dict[str, str] | None = None) -> str:
    """What a terminal of that width gets from a command that ends well."""
    terminal = room.terminal(*args, columns=columns, env=env)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0, terminal.before
    return terminal.before.replace("\r\n", "\n")


def test_pages_come_newest_first_a_line_each_and_nothing_else_is_said(shelf: Shelf) -> None:
    listed = shelf.room.journal("list", check=0)
    assert shelf.names(listed) == NEWEST_FIRST
    assert listed.err == b""


def test_without_a_terminal_the_fields_stand_between_tabs(shelf: Shelf) -> None:
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in shelf.room.journal("list").text.splitlines()}
    canary = shelf.room.canary
    assert lines[shelf.ids["lake"]] == [
        *("2026-11-21", "experience", "Wren,Finch", f"{canary},Slow,late summer", "6", "", f"The lake {canary}")
    ]
    assert lines[shelf.ids["alone"]] == ["2026-11-14", "experience", "", "slow", "7", "5", ""]
    assert {len(fields) for fields in lines.values()} == {7}


def test_a_date_is_never_shown_more_precisely_than_it_was_given(shelf: Shelf) -> None:
    lines = shelf.room.journal("list", "--until", "2021").text.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["2021/..", "2009-22", "2007~", "2001/2005"]
    seen = printed(shelf.room, "list", "--until", "2021")
    for words in ("since 2021", "summer 2009", "about 2007", "2001 to 2005"):
        assert words in seen
    assert not re.search(r"2007-|2009-|(June|January) 20|2026", seen)


def test_a_page_that_was_not_wanted_gets_no_number(shelf: Shelf) -> None:
    assert shelf.room.journal("list", shelf.ids["quiet"]).text.split("\t")[5:7] == ["", ""]


def test_what_a_person_wrote_cannot_move_the_terminal(shelf: Shelf) -> None:
    evil = shelf.ids["evil"]
    line = shelf.room.journal("list", evil, check=0).text
    assert line.endswith(f"a␛[2J<U+202E>b c [red] {shelf.room.canary}\n")
    seen = printed(shelf.room, "list", evil)
    assert "\x1b" not in COLOUR.sub("", seen)
    assert "a␛[2J<U+202E>b c [red]" in seen


# In a terminal


def test_a_terminal_gets_columns_and_colour(shelf: Shelf) -> None:
    seen = printed(shelf.room, "list", shelf.ids["lake"])
    assert COLOUR.search(seen)
    for words in (shelf.ids["lake"], "experience", "Wren, Finch", "Slow, late summer", " 6 ", "The lake"):
        assert words in seen
    assert "\t" not in seen


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colour_gets_no_escape_sequence(shelf: Shelf, env: dict[str, str]) -> None:
    seen = printed(shelf.room, "list", env=env)
    assert "\x1b" not in seen
    assert "Wren, Finch" in seen


def test_lines_fit_a_narrow_terminal(shelf: Shelf) -> None:
    lines = COLOUR.sub("", printed(shelf.room, "list", columns=40)).splitlines()
    assert len(lines) == len(PAGES)
    assert max(map(len, lines)) <= 40


def test_a_dutch_locale_gets_dutch_kinds_and_dates(shelf: Shelf) -> None:
    seen = printed(shelf.room, "list", env={"LANG": "nl_BE.UTF-8"})
    assert "zomer 2009" in seen
    assert "summer 2009" not in seen
    assert "herinnering" in seen


# Filters


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("--on yesterday", ["lake"]),
        ("--on gisteren", ["lake"]),
        ("--on 21-11-2026", ["lake"]),
        ("--on 2026-11", ["lake", "quiet", "alone", "evil", "letter"]),
        ("--on 2009", ["summer"]),
        ("--on 2007", ["about"]),
        ("--on 'summer 2009'", ["summer"]),
        ("--on 'zomer 2009'", ["summer"]),
        ("--since 2026-11-14", ["lake", "quiet", "alone"]),
        ("--until 2009", ["summer", "about", "childhood"]),
        ("--since 2009 --until 2021", ["since", "summer"]),
        ("--kind memory", ["summer", "about"]),
        ("--kind memory --kind chapter", ["since", "summer", "about", "childhood"]),
        ("--tag slow", ["lake", "alone", "wish"]),
        ("--tag slow --tag sea", ["wish"]),
        ("--not-tag slow --since 2026", ["quiet", "evil", "letter"]),
        ("--tag sea --not-tag slow", ["since"]),
        ("--with wren", ["lake", "letter"]),
        ("--with Wren --with Finch", ["lake"]),
        ("--rating 5..7", ["lake", "alone"]),
        ("--rating 7", ["alone"]),
        ("--rating ..2", ["letter"]),
        ("--rating 6..", ["lake", "alone"]),
        ("--reviewed", ["alone"]),
        ("--unreviewed --kind experience", ["lake", "quiet"]),
        ("-n 2", ["lake", "quiet"]),
        ("-n 1 --kind memory", ["summer"]),
        ("-n 0", NEWEST_FIRST),
        ("yesterday", ["lake"]),
        ("last", ["lake"]),
        ("-- -2", ["quiet"]),
        ("-2", ["quiet"]),
        ("-2 last", ["lake", "quiet"]),
        ("2009 --kind memory", ["summer"]),
        ("'last friday'", ["quiet"]),
    ],
)
def test_a_filter_lets_through_what_it_says(shelf: Shelf, filters: str, names: list[str]) -> None:
    assert shelf.names(shelf.room.journal("list", *shlex.split(filters), check=0)) == names


def test_pages_are_named_by_their_ids_and_the_beginnings_of_them(shelf: Shelf) -> None:
    found = shelf.room.journal("list", shelf.ids["wish"], shelf.ids["about"][:7].upper(), check=0)
    assert shelf.names(found) == ["wish", "about"]


def test_where_nothing_matches_nothing_is_printed_and_the_exit_code_is_1(shelf: Shelf) -> None:
    result = shelf.room.journal("list", "--tag", "mountain", check=1)
    assert result.out == b""
    assert result.error.startswith("journal: no page matches\nhint: ")


def test_a_reference_that_names_nothing_is_told_with_what_would_have_helped(shelf: Shelf) -> None:
    result = shelf.room.journal("list", "1999", check=1)
    assert result.error.startswith("journal: no entry matches '1999'\nhint: ")
    assert result.out == b""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--kind fantas", "did you mean 'fantasy'?"),
        ("--rating 8", "'8' is not a range of ratings"),
        ("--rating 7..5", "5..7"),
        ("--rating good", "'good' is not a range of ratings"),
        ("--on 2026-02-30", "2026-02-30 is not in the calendar"),
        ("--since whenever", "whenever"),
        ("-n -1", "-n"),
        ("-n few", "-n"),
        ("--nearby", "--nearby"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_hint_and_exit_code_2(shelf: Shelf, words: str, said: str) -> None:
    result = shelf.room.journal("list", *words.split(), check=2)
    assert said in result.error
    assert re.match(r"journal: [^A-Z].*[^.]\nhint: .+\n", result.error)
    assert result.out == b""


# JSON


def test_json_is_one_array_of_objects_of_the_documented_shape(shelf: Shelf) -> None:
    printed_json = shelf.room.journal("list", "--json", check=0)
    pages = json.loads(printed_json.out.decode("ascii"))
    assert [page["id"] for page in pages] == [shelf.ids[name] for name in NEWEST_FIRST]
    assert pages[0] == {
        "id": shelf.ids["lake"],
        "date": "2026-11-21",
        "earliest": "2026-11-21",
        "latest": "2026-11-21",
        "kind": "experience",
        "written": "2026-11-22T09:24:00+01:00",
        "people": ["Wren", "Finch"],
        "tags": [shelf.room.canary, "Slow", "late summer"],
        "rating": 6,
        "title": f"The lake {shelf.room.canary}",
        "reviews": 0,
        "now": None,
    }


def test_json_tells_the_bounds_of_a_date_and_null_for_what_is_absent(shelf: Shelf) -> None:
    pages = json.loads(shelf.room.journal("list", "--json").text)
    by_name = dict(zip(NEWEST_FIRST, pages, strict=True))
    assert [by_name["summer"][key] for key in ("earliest", "latest")] == ["2009-06-01", "2009-08-31"]
    assert [by_name["since"][key] for key in ("earliest", "latest")] == ["2021-01-01", None]
    assert [by_name["alone"][key] for key in ("rating", "reviews", "now")] == [7, 1, 5]
    assert [by_name["wish"][key] for key in ("people", "rating", "title")] == [[], None, None]


def test_json_is_the_same_in_a_terminal(shelf: Shelf) -> None:
    assert printed(shelf.room, "list", "--json") == shelf.room.journal("list", "--json").text


def test_json_of_nothing_is_an_empty_array(shelf: Shelf) -> None:
    assert shelf.room.journal("list", "--tag", "mountain", "--json", check=1).out == b"[]\n"


# Discreet


def test_discreet_hides_titles_people_and_tags_everywhere(shelf: Shelf) -> None:
    room, env = shelf.room, {"JOURNAL_DISCREET": "true"}
    seen = {
        "terminal": printed(room, "list", env=env),
        "pipe": room.journal("list", env=env, check=0).text,
        "json": room.journal("list", "--json", env=env, check=0).text,
    }
    for text in seen.values():
        assert all(page_id in text for page_id in shelf.ids.values())
        assert not any(word in text for word in (room.canary, "lake", "Wren", "Finch", "slow", "sea"))
    assert room.journal("list", shelf.ids["lake"], env=env).text.split("\t") == [
        *(shelf.ids["lake"], "2026-11-21", "experience", "", "", "6", "", "\n")
    ]


def test_discreet_is_a_setting_like_the_others(shelf: Shelf) -> None:
    shelf.room.journal("config", "discreet", "yes", check=0)
    assert shelf.room.canary not in shelf.room.journal("list", check=0).text
    assert shelf.room.canary in shelf.room.journal("list", env={"JOURNAL_DISCREET": "no"}, check=0).text


# Places without pages


def test_a_journal_without_pages_is_listed_as_nothing(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    assert room.journal("list", check=0).out == b""
    assert room.journal("list", "--json", check=0).out == b"[]\n"


def test_a_directory_that_is_no_journal_is_told(room: Room) -> None:
    result = room.journal("--dir", str(room.home), "list", check=2)
    assert result.error == f"journal: there is no journal in {room.home}\nhint: journal init makes one\n"


def test_the_whole_journal_is_read_with_one_passphrase(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("locked",))
    room.journal("init", "--yes", check=0)
    for day in ("monday", "tuesday", "wednesday"):
        room.journal("new", "--on", f"last {day}", stdin=room.canary.encode(), check=0)
    room.run("gpgconf", "--kill", "all")
    before = room.asked
    assert len(room.journal("list", check=0).text.splitlines()) == 3
    assert room.asked - before == 1


def test_a_passphrase_that_is_not_given_lists_nothing(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("locked",))
    room.journal("init", "--yes", check=0)
    room.journal("new", stdin=room.canary.encode(), check=0)
    room.run("gpgconf", "--kill", "all")
    for scenario, words in (("cancel", "the passphrase was not given"), ("wrong", "the passphrase was not right")):
        room.pinentry = scenario
        result = room.journal("list", check=3)
        assert words in result.error
        assert result.out == b""


def test_a_reader_that_has_enough_is_no_error(shelf: Shelf) -> None:
    script = 'python="$1"; shift; "$python" -m sexjournal list | true; test "${PIPESTATUS[0]}" = 0'
    result = shelf.room.run("bash", "-c", script, "bash", sys.executable, check=0)
    assert result.err == b""
