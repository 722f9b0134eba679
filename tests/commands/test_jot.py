"""journal jot with real gpg and pseudo-terminals: one line on the day itself, kept sealed; new for today offers it."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator

import pytest
from room import Room
from shelf import Shelf
from sitting import DUTCH, drafts, editor, ended, say, talk, window

from sexjournal.entry.entry import Entry, parse

NOW = "2026-11-22T21:30:00+01:00"
KEPT = "Kept. The rest can wait until you feel like it."
OFFER = "It was only today. Keep one line for now and write tomorrow, or write now anyway?"
PAGES: dict[str, str] = {}


@pytest.fixture
def shelf(stocked: Shelf) -> Iterator[Shelf]:
    """An empty journal, in the evening."""
    stocked.room.now = NOW
    for left in (stocked.room.tools / "edits", *stocked.room.tools.glob("seen-*")):
        left.unlink(missing_ok=True)
    yield stocked
    stocked.put_back()


def only_page(shelf: Shelf) -> Entry:
    (path,) = shelf.room.files()
    return parse(shelf.room.open(path).decode())


def nothing_was_kept(shelf: Shelf) -> bool:
    return (shelf.room.files(), drafts(shelf.room), shelf.commits()) == ([], [], 0)


# The line


def test_a_line_on_standard_input_is_kept_as_a_page_of_today_that_is_still_to_be_written(shelf: Shelf) -> None:
    line = f"by the lake, {shelf.room.canary}"
    kept = shelf.room.journal("jot", stdin=f"{line}\n".encode(), check=0)
    (path,) = shelf.room.files()
    page = only_page(shelf)
    assert (kept.text, page.jot, page.body, page.kind) == (f"{page.id}\n", line, "", "experience")
    assert (page.date.text, page.fields["written"]) == ("2026-11-22", "2026-11-22T21:30+01:00")
    assert path.relative_to(shelf.room.journal_dir).as_posix() == f"2026/2026-11-22.{page.id}.md.asc"
    assert (stat.S_IMODE(path.stat().st_mode), shelf.commits()) == (0o600, 1)
    assert (KEPT in kept.error, shelf.room.canary in kept.error) == (True, False)


def test_a_line_is_asked_for_in_the_terminal(shelf: Shelf) -> None:
    line = f"by the lake, {shelf.room.canary}"
    code, said = talk(window(shelf.room, "jot"), ("One line, so you don't lose it:", f"  {line} "))
    assert (code, only_page(shelf).jot, KEPT in said) == (0, line, True)
    assert re.search(rf"\b{only_page(shelf).id}\b", said)
    assert shelf.commits() == 1


def test_a_line_is_asked_for_in_dutch_where_the_locale_is_dutch(shelf: Shelf) -> None:
    code, said = talk(window(shelf.room, "jot", env=DUTCH), ("Eén zin, zodat je het niet kwijtraakt:", "aan het meer"))
    assert (code, only_page(shelf).jot) == (0, "aan het meer")
    assert "Bewaard. De rest kan wachten tot je er zin in hebt." in said


@pytest.mark.parametrize(
    "line",
    [
        "no: [yes, 'on' # {1:20}",
        '--- "two" \\n ---',
        "🌊 👩🏽‍❤️‍👩🏼 é שחינו باغم",
        "- 2026-11-22",
        "~",
        "a mark \ufeff, a bell \x07 and an escape \x1b[31m",
        "long " * 2000 + "end",
    ],
    ids=["yaml", "quotes", "letters", "item", "null", "control", "long"],
)
def test_a_line_comes_back_as_it_was_typed(shelf: Shelf, line: str) -> None:
    shelf.room.journal("jot", stdin=f"{line}\n".encode(), check=0)
    assert only_page(shelf).jot == line
    shown = shelf.room.journal("show", check=0).text
    assert not set(shown) & set("\x07\x1b\ufeff")


def test_at_two_in_the_morning_a_line_is_about_the_evening_before(shelf: Shelf) -> None:
    shelf.room.now = "2026-11-23T02:00:00+01:00"
    shelf.room.journal("jot", stdin=b"by the lake\n", check=0)
    page = only_page(shelf)
    assert (page.date.text, page.fields["written"]) == ("2026-11-22", "2026-11-23T02:00+01:00")


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        (b"one\ntwo\n", "a jot is one line"),
        (b"one\r\ntwo\r\n", "a jot is one line"),
        (b"", "no page on standard input"),
        (b" \n\t\n", "no page on standard input"),
        ("café\n".encode("latin-1"), "not UTF-8"),
    ],
    ids=["two lines", "two lines of windows", "nothing", "blank", "latin-1"],
)
def test_what_is_not_one_line_is_refused_and_nothing_is_written(shelf: Shelf, stdin: bytes, words: str) -> None:
    refused = shelf.room.journal("jot", stdin=stdin, check=2)
    assert (refused.out, words in refused.error, "\nhint: " in refused.error) == (b"", True, True)
    assert nothing_was_kept(shelf)


def test_a_line_is_no_word_of_the_command_line(shelf: Shelf) -> None:
    refused = shelf.room.journal("jot", "by", "lake", stdin=b"", check=2)
    assert (refused.out, "lake" in refused.error) == (b"", False)
    assert "type it after Enter, or pipe it: then it stays out of your shell's history" in refused.error
    assert shelf.room.journal("jot", "-m", "by the lake", stdin=b"", check=2).out == b""
    assert nothing_was_kept(shelf)


def test_enter_alone_keeps_nothing_and_says_so(shelf: Shelf) -> None:
    code, said = talk(window(shelf.room, "jot"), ("One line", ""))
    assert (code, "nothing was kept" in said, KEPT in said) == (0, True, False)
    assert nothing_was_kept(shelf)


@pytest.mark.parametrize("stop", ["sendintr", "sendeof"])
def test_stopping_at_the_question_keeps_nothing(shelf: Shelf, stop: str) -> None:
    terminal = window(shelf.room, "jot")
    terminal.expect_exact("One line")
    terminal.expect_exact("> ")
    getattr(terminal, stop)()
    code, said = ended(terminal)
    assert (code, "Traceback" in said) == (130, False)
    assert nothing_was_kept(shelf)


def test_the_first_line_makes_the_journal_on_the_way(room: Room) -> None:
    exchanges = (("Before you begin", "1"), ("Suppose someone", "1"), ("One line", room.canary))
    code, _ = talk(window(room, "jot"), *exchanges)
    (path,) = room.files()
    assert (code, parse(room.open(path).decode()).jot) == (0, room.canary)


def test_a_line_that_could_not_be_sealed_is_kept_and_offered_again(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("locked",))
    room.journal("init", "--yes", check=0)
    room.forget()
    room.pinentry = "cancel"
    refused = room.journal("jot", stdin=f"{room.canary}\n".encode(), check=3)
    assert "the passphrase was not given" in refused.error
    assert "'journal' offers it again" in refused.error
    assert (room.canary in refused.error, room.files(), len(drafts(room))) == (False, [], 1)
    room.pinentry = "right"
    editor(room, "page.write_bytes(text.encode())")
    code, _ = talk(window(room), ("Open it again?", "y"))
    (path,) = room.files()
    assert (code, parse(room.open(path).decode()).jot, drafts(room)) == (0, room.canary, [])


def test_a_kept_line_can_be_read_and_is_not_in_the_list(shelf: Shelf) -> None:
    shelf.room.journal("jot", stdin=f"{shelf.room.canary}\n".encode(), check=0)
    assert f"kept line: {shelf.room.canary}\n" in shelf.room.journal("show", check=0).text
    assert shelf.room.canary not in shelf.room.journal("list", check=0).text
    assert f"bewaarde regel: {shelf.room.canary}\n" in shelf.room.journal("show", env=DUTCH, check=0).text


# A page for today


def test_a_page_for_today_offers_the_line_first(shelf: Shelf) -> None:
    line = f"by the lake, {shelf.room.canary}"
    terminal = window(shelf.room, "new", "--on", "today")
    code, said = talk(terminal, (OFFER, "1"), ("One line, so you don't lose it:", line))
    assert said.startswith("No hurry. Let it rest for a night; tomorrow is soon enough.")
    page = only_page(shelf)
    assert (code, page.jot, page.body, page.date.text) == (0, line, "", "2026-11-22")
    assert (shelf.room.edits, shelf.commits()) == (0, 1)
    shelf.room.now = "2026-11-23T09:00:00+01:00"
    assert page.id in shelf.room.journal("review", "--day", "--list", check=0).text


def test_a_page_for_today_may_be_written_anyway(shelf: Shelf) -> None:
    editor(shelf.room, f"page.write_bytes(text.encode() + b'We swam, {shelf.room.canary}.')")
    code, said = talk(window(shelf.room, "new", "--on", "vandaag"), (OFFER, "2"))
    page = only_page(shelf)
    assert (code, page.jot, page.body) == (0, "", f"We swam, {shelf.room.canary}.")
    assert (page.date.text, "One line" in said) == ("2026-11-22", False)


def test_questions_for_today_offer_the_line_first_too(shelf: Shelf) -> None:
    terminal = window(shelf.room, "new", "--ask", "--on", "2026-11-22")
    say(terminal, (OFFER, "2"), ("Who were you with?", ""), ("look back on it?", ""))
    say(terminal, ("Tell it the way", "We swam.", ""), ("Go on?", "n"))
    code, _ = ended(terminal)
    assert (code, only_page(shelf).body) == (0, "We swam.\n")


def test_the_line_is_offered_in_dutch_where_the_locale_is_dutch(shelf: Shelf) -> None:
    terminal = window(shelf.room, "new", "--on", "vandaag", env=DUTCH)
    code, said = talk(terminal, ("Het is van vandaag.", "voor"), ("Eén zin", "aan het meer"))
    assert said.startswith("Geen haast. Laat er een nacht overheen gaan; morgen is vroeg genoeg.")
    assert "1 voorlopig één regel bewaren 2 toch nu schrijven" in said
    assert (code, only_page(shelf).jot) == (0, "aan het meer")


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (("--on", "yesterday"), {}),
        ((), {}),
        (("--on", "today", "--kind", "reflection"), {}),
        (("--on", "2026-11-22"), {"JOURNAL_NOW": "2026-11-23T05:00:00+01:00"}),
    ],
    ids=["yesterday", "no date", "a thought", "the day after"],
)
def test_the_line_is_only_offered_for_what_happened_today(
    shelf: Shelf, words: tuple[str, ...], env: dict[str, str]
) -> None:
    editor(shelf.room, "page.write_bytes(text.encode() + b'We swam.')")
    code, said = ended(window(shelf.room, "new", *words, env=env))
    assert (code, "It was only today" in said, only_page(shelf).body) == (0, False, "We swam.")


def test_at_two_in_the_morning_the_evening_before_is_today(shelf: Shelf) -> None:
    shelf.room.now = "2026-11-23T02:00:00+01:00"
    code, _ = talk(window(shelf.room, "new", "--on", "2026-11-22"), (OFFER, "keep"), ("One line", "by the lake"))
    assert (code, only_page(shelf).jot) == (0, "by the lake")


def test_a_page_for_today_on_standard_input_is_taken_as_it_is(shelf: Shelf) -> None:
    kept = shelf.room.journal("new", "--on", "today", stdin=b"We swam.\n", check=0)
    assert ("It was only today" in kept.error, only_page(shelf).body) == (False, "We swam.\n")


def test_what_the_command_line_tells_of_the_page_is_kept_with_the_line(shelf: Shelf) -> None:
    flags = ("--with", "Wren", "--tag", "slow", "--title", "The lake", "--rating", "6")
    terminal = window(shelf.room, "new", "--on", "today", *flags)
    code, _ = talk(terminal, (OFFER, "1"), ("One line", "by the lake"))
    page = only_page(shelf)
    assert (code, page.jot, page.people, page.tags, page.title) == (0, "by the lake", ("Wren",), ("slow",), "The lake")
