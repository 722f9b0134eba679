"""journal alone, with real gpg, git and pseudo-terminals: what waits, the last few pages, git in a line, and calm."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import shelf as shelves
from room import Room
from shelf import Shelf
from sitting import DUTCH, drafts, editor, ended, snapshot, tables, talk, window

NOW = "2026-11-22T09:14:00+01:00"
JOT = tables("en")["ui"]["desk_jot"]
READY = tables("en")["ui"]["desk_ready"]
CALM = "2026-11-29T09:14:00+01:00"  # nothing is ready by then


def written(day: str, text: str = "CANARY\n", **fields: str) -> str:
    """A page about the day before it was written."""
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\nkind: experience\ndate: {day}\nwritten: {day}T22:00+01:00\n{more}---\n{text}"


PAGES = {
    "summer": written("2026-06-20"),
    "autumn": written("2026-09-20"),
    "moon": written("2026-10-01"),
    "rain": written("2026-10-02"),
    "lake": written("2026-11-15", title="The lake", **{"with": "[Wren]"}, tags="[slow]", rating="6"),
    "hard": written("2026-11-14", wanted="no"),
    "resting": written("2026-11-13", resurface="false"),
    "kept": written("2026-11-21", "", jot="by the lake CANARY"),
}
NEWEST = ["kept", "lake", "hard", "resting", "rain"]
SHELF = shelves.laid


@pytest.fixture
def shelf(stocked: Shelf) -> Iterator[Shelf]:
    """A journal with a line to write out, a page that is ready and some that are not."""
    stocked.room.now = NOW
    for left in stocked.room.tools.glob("seen-*"):
        left.unlink()
    yield stocked
    stocked.room.git("remote", "remove", "elsewhere", check=None)
    stocked.put_back()


def without(shelf: Shelf, *names: str) -> None:
    """Take pages off the shelf for this test."""
    for name in names:
        shelf.path(name).unlink()
    if names:
        shelf.room.git("commit", "--quiet", "--all", "--message", "journal: update")


# What waits


@pytest.mark.parametrize(
    ("gone", "sentences"),
    [
        ((), [JOT, READY]),
        (("kept",), [READY]),
        (("lake",), [JOT]),
        (("lake", "kept"), []),
    ],
    ids=["both", "a page", "a line", "nothing"],
)
def test_what_waits_is_said_in_a_line_each(shelf: Shelf, gone: tuple[str, ...], sentences: list[str]) -> None:
    without(shelf, *gone)
    desk = shelf.room.journal(check=0)
    assert [line for line in desk.error.splitlines() if not line.startswith("journal: ")] == sentences
    assert shelf.room.canary not in desk.text + desk.error


def test_what_lapsed_leaves_no_trace(shelf: Shelf) -> None:
    shelf.room.now = CALM
    desk = shelf.room.journal(check=0)
    assert [line for line in desk.error.splitlines() if not line.startswith("journal: git: ")] == []


def test_only_the_rhythms_that_are_wished_for_are_mentioned(shelf: Shelf) -> None:
    for cadence, sentences in (("week", [READY]), ("day", [JOT]), ("", []), ("month", [READY]), ("year", [])):
        said = shelf.room.journal(env={"JOURNAL_CADENCE": cadence}, check=0).error
        assert [sentence for sentence in (JOT, READY) if sentence in said] == sentences, cadence


def test_several_pages_that_wait_are_said_as_one_is(shelf: Shelf) -> None:
    one = shelf.room.journal(check=0).error
    more = {name: written(f"2026-11-{day}") for name, day in (("a", "12"), ("b", "13"), ("c", "14"))}
    jots = {name: written("2026-11-20", "", jot="tea") for name in ("d", "e")}
    shelves.lay(shelf, more | jots, len(PAGES))
    assert shelf.room.journal(check=0).error == one


@pytest.mark.parametrize("env", [{}, DUTCH], ids=["en", "nl"])
@pytest.mark.parametrize("now", [NOW, "2027-08-01T09:14:00+02:00"], ids=["today", "after months"])
def test_nothing_is_counted_and_nobody_is_hurried(shelf: Shelf, env: dict[str, str], now: str) -> None:
    shelf.room.now = now
    code, said = ended(window(shelf.room, env=env))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    pages = rf"(?:{'|'.join(shelf.ids.values())})|\d\d? \w+\.? 20\d\d|20\d\d-\d\d-\d\d| 6 "
    assert (code, re.findall(r"\d+", re.sub(pages, " ", plain))) == (0, [])
    hurry = r"\b(streak|missed|overdue|late|days? ago|still|already|dagen|gemist|achter|te laat|nog steeds)\b|!"
    assert not re.search(hurry, plain, re.IGNORECASE)
    assert not re.search(r"\x1b\[(?:\d+;)*(?:31|91|41|101)(?:;\d+)*m", said)  # no red


# The last few pages


def test_the_last_few_pages_are_shown_as_the_list_shows_them(shelf: Shelf) -> None:
    desk = shelf.room.journal(check=0)
    assert shelf.names(desk) == NEWEST
    assert desk.text == shelf.room.journal("list", "-n", "5", check=0).text


def test_titles_people_and_tags_stay_hidden_when_told_to_be_discreet(shelf: Shelf) -> None:
    desk = shelf.room.journal(env={"JOURNAL_DISCREET": "true"}, check=0)
    assert shelf.names(desk) == NEWEST
    assert not re.search("lake|Wren|slow", desk.text + desk.error.replace(JOT, ""))


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_desk_fits_the_terminal(shelf: Shelf, columns: int) -> None:
    terminal = shelf.room.terminal(columns=columns, env={"NO_COLOR": "1"})
    lines = [line for line in terminal.read().splitlines() if not line.startswith("journal: ")]
    assert max(map(len, lines)) <= columns
    assert [line[:8] for line in lines if line[:8] in shelf.ids.values()] == [shelf.ids[name] for name in NEWEST]


def test_a_terminal_without_colour_gets_no_escape_sequence(shelf: Shelf) -> None:
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in ended(window(shelf.room, env=env))[1]


def test_the_desk_is_dutch_where_the_locale_is_dutch(shelf: Shelf) -> None:
    code, said = ended(window(shelf.room, env={**DUTCH, "NO_COLOR": "1"}))
    assert code == 0
    for key in ("desk_jot", "desk_ready"):
        assert tables("nl")["ui"][key] in said
    assert "ervaring" in said


def test_looking_changes_nothing(shelf: Shelf) -> None:
    before = snapshot(shelf.room)
    ended(window(shelf.room))
    shelf.room.journal(check=0)
    assert snapshot(shelf.room) == before


def test_a_damaged_file_is_told_and_the_rest_is_there(shelf: Shelf) -> None:
    path = shelf.path("lake")
    path.write_bytes(path.read_bytes()[:400])
    desk = shelf.room.journal(check=5)
    assert shelf.names(desk) == [name for name in [*NEWEST, "moon"] if name != "lake"]
    assert path.name in desk.error


# A page that is not saved yet


def test_a_page_that_is_not_saved_yet_is_offered_first(shelf: Shelf) -> None:
    word = shelf.room.canary
    editor(shelf.room, f"page.write_bytes(text.encode() + b'{word}'); sys.exit(1)", "page.write_bytes(text.encode())")
    assert ended(window(shelf.room, "new"))[0] == 2
    alone = shelf.room.journal(check=0)
    assert "is not saved yet; 'journal' in a terminal offers it" in alone.error
    assert (shelf.names(alone), word in alone.text + alone.error, len(drafts(shelf.room))) == (NEWEST, False, 1)
    terminal = window(shelf.room, env=DUTCH)
    code, said = talk(terminal, ("Een bladzijde van 2026-11-22 09:14 is nog niet bewaard. Weer openen?", "j"))
    assert (code, drafts(shelf.room), shelf.commits()) == (0, [], 1)
    assert said.index("Weer openen?") < said.index(tables("nl")["ui"]["desk_jot"])
    (fresh,) = set(shelf.room.files()) - {shelf.path(name) for name in PAGES}
    assert shelf.room.open(fresh).decode().endswith(word)
    assert fresh.name.split(".")[1] in said


# git in a line


def git_line(shelf: Shelf) -> str:
    (line,) = (line for line in shelf.room.journal(check=0).error.splitlines() if line.startswith("journal: git: "))
    return line


def test_git_is_a_line_that_names_the_remote_and_never_its_address(shelf: Shelf) -> None:
    alone = git_line(shelf)
    shelf.room.git("remote", "add", "elsewhere", "https://wren:secret@example.org/wren.git")
    along = git_line(shelf)
    assert ("elsewhere" in alone, "elsewhere" in along) == (False, True)
    assert not re.search("secret|example", along)
    assert not re.search(r"\bnot\b", alone + along)


def test_a_page_that_is_not_committed_is_not_said_to_be(shelf: Shelf) -> None:
    committed = git_line(shelf)
    shelves.lay(shelf, {"late": written("2026-11-10")}, len(PAGES))
    shelf.room.git("reset", "--quiet", "--soft", shelf.start)
    assert git_line(shelf) != committed
    assert re.search(r"\bnot (everything is )?committed\b", git_line(shelf))


# Before there is anything


def test_without_a_journal_it_says_how_to_begin_and_makes_nothing(room: Room) -> None:
    for env, welcome in (({}, "A private place to write"), (DUTCH, "Een plek voor jezelf")):
        desk = room.journal(env=env, check=0)
        assert desk.error.startswith(welcome)
        assert "'journal new' makes one and begins a page" in desk.error
    code, said = ended(window(room))
    assert (code, "A private place to write" in said) == (0, True)
    assert not room.journal_dir.exists()


def test_an_empty_journal_is_calm_too(shelf: Shelf) -> None:
    without(shelf, *PAGES)
    desk = shelf.room.journal(check=0)
    assert desk.text == ""
    assert re.fullmatch("journal: git: .*\n", desk.error)
