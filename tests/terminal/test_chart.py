"""Then and now as `journal review --then-now` draws it, in terminals of several widths, in pipes and as JSON."""

from __future__ import annotations

import io
import json
import re
from collections import Counter

import pexpect
import pytest
import shelf as shelves
from rich.cells import cell_len
from shelf import Shelf
from sitting import DUTCH, tables

THEN, NOW, SAME = "○", "●", "◉"
MARKS = re.compile(f"[{THEN}{NOW}{SAME}]")
PLAIN = {"NO_COLOR": "1"}
MESSAGES = {language: tables(language)["messages"] for language in ("en", "nl")}


def reviewed(day: str, then: int, now: int, front: str = "", review: str = "", cadence: str = "week") -> str:
    """An experience that was looked at again."""
    return (
        f"---\nkind: experience\ndate: {day}\nwritten: {day}T22:00+01:00\nrating: {then}\n{front}review:\n"
        f"  - {{cadence: {cadence}, at: 2026-10-01T20:10+02:00, now: {now}, blind: true{review}}}\n---\nCANARY\n"
    )


# Two people, in turns; the day, then, now, and what became of it, worked out by hand.
PAIRS = [
    ("2026-01-03", 7, 7, "held"),
    ("2026-01-10", 6, 7, "held"),
    ("2026-01-17", 5, 4, "held"),
    ("2026-01-24", 7, 5, "settled"),
    ("2026-02-03", 6, 4, "settled"),
    ("2026-02-10", 7, 3, "darker"),
    ("2026-02-17", 3, 5, "grown"),
    ("2026-02-24", 2, 7, "grown"),
    ("2026-03-03", 1, 3, "lighter"),
    ("2026-03-10", 4, 4, "held"),
    ("2026-03-17", 6, 5, "held"),
    ("2026-03-24", 4, 2, "darker"),
]
WORDS = {3: ", size: larger", 7: ", size: smaller, feeling: stronger"}
PAGES = {
    f"p{number:02}": reviewed(
        day, then, now, f"title: Page {number}\nwith: [{('Wren', 'Reed')[number % 2]}]\n", WORDS.get(number, "")
    )
    for number, (day, then, now, _) in enumerate(PAIRS)
}
OTHERS = {
    "tent": reviewed("2026-04-01", 1, 6).replace("experience", "fantasy").replace("rating: 1", "pull: 6\nrating: 1"),
    "party": reviewed("2026-04-02", 6, 2, "wanted: unsure\n"),
    "door": reviewed("2026-04-03", 6, 2, review=", free: mixed"),
    "young": reviewed("2026-04-04", 6, 2, "early: true\n"),
    "spring": reviewed("2026-04-05", 6, 2).replace("date: 2026-04-05", "date: 2026-21"),
    "unread": "---\nkind: experience\ndate: 2026-04-06\nrating: 6\n---\nCANARY\n",
    "opened": reviewed("2026-04-07", 6, 2).replace("blind: true", "blind: false"),
    "again": reviewed("2026-04-08", 6, 2, cadence="free"),
    "memory": reviewed("2026-04-09", 6, 2).replace("experience", "memory"),
    "line": "---\nkind: experience\ndate: 2026-04-10\njot: CANARY\n---\n",
    "twice": reviewed("2026-04-11", 6, 2).replace(
        "---\nCANARY", "  - {cadence: month, at: 2026-11-01T20:10+01:00, now: 7, blind: true}\n---\nCANARY"
    ),
}
SHELF = shelves.laid


def keep(shelf: Shelf, *names: str) -> None:
    """Leave only these pages on the shelf for this test."""
    for name in set(PAGES) - set(names):
        shelf.path(name).unlink()


def shown(shelf: Shelf, *words: str, columns: int = 120, env: dict[str, str] | None = None) -> list[str]:
    """The lines that a terminal of this width gets."""
    terminal = shelf.room.terminal("review", "--then-now", *words, columns=columns, env=PLAIN if env is None else env)
    terminal.logfile_read = io.StringIO()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, terminal.logfile_read.getvalue()
    return terminal.logfile_read.getvalue().replace("\r\n", "\n").splitlines()


def drawn(lines: list[str]) -> list[str]:
    return [line for line in lines if MARKS.search(line)]


def said(lines: list[str]) -> str:
    """What is said below the rows, whatever way it is wrapped."""
    return " ".join(line for line in lines if not MARKS.search(line))


def places(lines: list[str]) -> list[tuple[int, int]]:
    """Then and now of each row, read off by holding its marks against the numbers above them."""
    head = next(line for line in lines if line.split() == list("1234567"))
    number_at = {cell_len(head[: found.start()]): int(found[0]) for found in re.finditer(r"\d", head)}

    def at(row: str, mark: str) -> int:
        index = row.find(mark) if mark in row else row.index(SAME)
        return number_at[cell_len(row[:index])]

    return [(at(row, THEN), at(row, NOW)) for row in drawn(lines)]


def captions(shelf: Shelf, env: dict[str, str] | None = None) -> list[str]:
    """The sentences below the picture."""
    return shelf.room.journal("review", "--then-now", env=env, check=0).error.splitlines()


# The rows


@pytest.mark.parametrize("env", [PLAIN, {}, {**PLAIN, **DUTCH}], ids=["no colour", "colour", "nl"])
def test_each_page_is_a_row_hollow_then_and_full_now_newest_first(shelf: Shelf, env: dict[str, str]) -> None:
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in shown(shelf, env=env)]
    assert places(lines) == [(then, now) for _, then, now, _ in reversed(PAIRS)]
    then_word, now_word = ("toen", "nu") if "LANG" in env else ("then", "now")
    for number, row in zip(reversed(range(len(PAIRS))), drawn(lines), strict=True):
        _, then, now, _ = PAIRS[number]
        assert f"Page {number} " in row
        assert re.search(rf"{then_word} {then} +{now_word} {now}\b", row)
        inner = re.search(f"{THEN}(.*){NOW}|{NOW}(.*){THEN}", row)
        assert not inner or set(inner[1] or inner[2] or "─") == {"─"}


def test_a_row_tells_the_day_and_the_persons_own_word(shelf: Shelf) -> None:
    rows = {found[0]: row for row in drawn(shown(shelf)) if (found := re.search(r"Page \d+", row))}
    assert "24 Jan 2026" in rows["Page 3"]
    assert rows["Page 3"].endswith("I made it a little larger")
    assert rows["Page 7"].endswith("I kept it too small")
    assert not re.search("[a-z]{4,}$", rows["Page 6"])
    dutch = {
        found[0]: row for row in drawn(shown(shelf, env={**PLAIN, **DUTCH})) if (found := re.search(r"Page \d+", row))
    }
    assert tables("nl")["options"]["size"]["choices"][0]["label"] in dutch["Page 3"]


def test_only_the_newest_twenty_are_drawn_and_all_are_counted(shelf: Shelf) -> None:
    days = [f"2026-05-{day:02}" for day in range(1, 12)]
    shelves.lay(shelf, {f"m{day}": reviewed(day, 5, 5, f"title: May {day[-2:]}\n") for day in days}, len(PAGES))
    lines = shown(shelf)
    rows = drawn(lines)
    assert (len(rows), "May 11" in rows[0], "Page 3 " in rows[-1]) == (20, True, True)
    assert "Of 23 pages you looked at again, 16 held" in said(lines)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("env", [PLAIN, {**PLAIN, **DUTCH}], ids=["en", "nl"])
def test_the_picture_fits_the_terminal_and_loses_no_mark(shelf: Shelf, columns: int, env: dict[str, str]) -> None:
    wide = reviewed("2026-04-01", 7, 1, "title: 湖のほとりの小さな家で過ごした長い夜のこと\n", ", size: larger")
    shelves.lay(shelf, {"wide": wide}, len(PAGES))
    lines = shown(shelf, columns=columns, env=env)
    assert [line for line in lines if cell_len(line) > columns] == []
    assert places(lines) == [(7, 1), *((then, now) for _, then, now, _ in reversed(PAIRS))]
    if columns >= 80:
        assert all(re.search(r"(then|toen) \d +(now|nu) \d", row) for row in drawn(lines))


def test_a_title_cannot_move_the_terminal_or_break_a_row(shelf: Shelf) -> None:
    keep(shelf)
    shelves.lay(
        shelf, {"red": reviewed("2026-04-01", 6, 3, 'title: "a\\e[31mb\\tc\\u202ed"\n', ", size: other")}, len(PAGES)
    )
    lines = shown(shelf)
    assert places(lines) == [(6, 3)]
    assert not re.search("[\x1b\t\u202e]", "\n".join(lines))
    table = shelf.room.journal("review", "--then-now", check=0).text
    assert (table.count("\t"), table.count("\n")) == (4, 1)
    assert not re.search("[\x1b\u202e]", table)


def test_titles_stay_hidden_when_told_to_be_discreet(shelf: Shelf) -> None:
    for lines in (shown(shelf, env={**PLAIN, "JOURNAL_DISCREET": "true"}), [hidden_table(shelf)]):
        assert "Page" not in "\n".join(lines)
        assert "experi" in "\n".join(lines)


def hidden_table(shelf: Shelf) -> str:
    return shelf.room.journal("review", "--then-now", env={"JOURNAL_DISCREET": "true"}, check=0).text


# Colour and none


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_without_colour_there_is_no_escape_sequence(shelf: Shelf, env: dict[str, str]) -> None:
    assert "\x1b" not in "\n".join(shown(shelf, env=env))


def test_colour_only_adds_one_of_sixteen_and_never_red_or_green(shelf: Shelf) -> None:
    coloured, bare = "\n".join(shown(shelf, env={})), "\n".join(shown(shelf))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == bare
    codes = {code for found in re.findall(r"\x1b\[([0-9;]*)m", coloured) for code in found.split(";")}
    allowed = {"", "0", "1", "2", "22", "39", *(f"{tens}{unit}" for tens in (3, 9) for unit in (0, 3, 4, 5, 6, 7))}
    assert codes <= allowed


def test_plain_and_a_pipe_get_a_table_without_a_drawing(shelf: Shelf) -> None:
    piped = shelf.room.journal("review", "--then-now", check=0).text
    own = {3: "I made it a little larger", 7: "I kept it too small"}
    expected = [
        f"{day}\tPage {number}\t{then}\t{now}\t{own.get(number, '')}"
        for number, (day, then, now, _) in reversed(list(enumerate(PAIRS)))
    ]
    assert piped.splitlines() == expected
    lines = shown(shelf, "--plain", env={})
    assert not re.search("[\x1b─-╿○●◉]", "\n".join(lines))
    tabbed = [line.expandtabs() for line in expected]
    assert [line.expandtabs().rstrip() for line in lines][: len(expected)] == [line.rstrip() for line in tabbed]


def test_json_tells_the_rows_the_counts_and_what_is_left_out(shelf: Shelf) -> None:
    told = shelf.room.journal("review", "--then-now", "--json", check=0)
    found = json.loads(told.text)
    assert (told.text.isascii(), told.err) == (True, b"")
    assert found["rows"][-4] == {
        **{"id": shelf.ids["p03"], "day": "2026-01-24", "then": 7, "now": 5, "size": "larger"},
    }
    assert found["counts"] == dict(Counter(turn for *_, turn in PAIRS))
    assert found["median"] == 0.5
    assert set(found["left_out"].values()) == {0}
    keep(shelf, "p00", "p01")
    assert json.loads(shelf.room.journal("review", "--then-now", "--json", check=0).text)["median"] is None


# What is said below it


@pytest.mark.parametrize("language", ["en", "nl"])
def test_below_twelve_pages_no_conclusion_is_drawn(shelf: Shelf, language: str) -> None:
    env, messages = (DUTCH if language == "nl" else {}), MESSAGES[language]
    for count, key in ((11, "insight.few"), (1, "insight.one"), (0, "insight.none")):
        keep(shelf, *list(PAGES)[:count])
        expected = [messages[key].replace("{n}", str(count)), messages["insight.selection"]]
        assert captions(shelf, env) == expected
        shelf.room.git("reset", "--quiet", "--hard")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_from_twelve_on_one_sentence_counts_and_another_tells_what_happens_by_itself(
    shelf: Shelf, language: str
) -> None:
    messages, counts = MESSAGES[language], Counter(turn for *_, turn in PAIRS)
    held_share = messages["insight.held_share"]
    for name, count in (
        ("n", 12),
        ("held", counts["held"]),
        ("settled", counts["settled"]),
        ("grown", counts["grown"]),
    ):
        held_share = held_share.replace(f"{{{name}}}", str(count))
    expected = [held_share, messages["insight.twice"], messages["insight.selection"]]
    assert captions(shelf, DUTCH if language == "nl" else {}) == expected
    assert not re.search(r"\d[.,]\d|%|average|gemiddeld", " ".join(expected))


def test_what_is_not_in_the_picture_is_told_and_why(shelf: Shelf) -> None:
    shelves.lay(shelf, OTHERS, len(PAGES))
    found = json.loads(shelf.room.journal("review", "--then-now", "--json", check=0).text)
    there = {row["id"]: (row["then"], row["now"]) for row in found["rows"]}
    assert {name: there.get(shelf.ids[name]) for name in OTHERS if shelf.ids[name] in there} == {
        **{"tent": (6, 6), "twice": (6, 7)},
    }
    assert found["left_out"] == {"quiet": 2, "early": 1, "vague": 1, "unreviewed": 2, "unpaired": 1}
    told = captions(shelf)[-2]
    reasons = {"without numbers": 2, "from before you were 18": 1, "about a vague date": 1, "not looked at again": 2}
    for reason, count in (*reasons.items(), ("without two numbers", 1)):
        assert re.search(rf"^Not in this picture: .*({count} pages? {reason}|pages {reason} \({count}\))", told), reason


def test_people_are_never_compared(shelf: Shelf) -> None:
    for words in ((), ("--plain",), ("--json",)):
        told = shelf.room.journal("review", "--then-now", *words, check=0)
        assert not re.search("Wren|Reed", told.text + told.error), words
    assert not re.search("Wren|Reed", "\n".join(shown(shelf)))
    refused = shelf.room.journal("review", "--then-now", "--with", "Wren", check=2)
    assert (refused.out, "no such option: --with" in refused.error) == (b"", True)


def test_an_empty_picture_is_only_a_sentence(shelf: Shelf) -> None:
    keep(shelf)
    assert shelf.room.journal("review", "--then-now", check=0).out == b""
    lines = [line for line in shown(shelf, columns=240) if line]
    assert lines == [MESSAGES["en"]["insight.none"], MESSAGES["en"]["insight.selection"]]
