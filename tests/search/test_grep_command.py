"""journal grep on sealed pages, and GNU grep on a plain copy of the same pages, print and end the same.

The plain copy is what `journal run` lays out; its bodies are cut off here, without the program. The command is called
in this process, with real gpg, and now and then as a process of its own. What differs by design is made alike here:

- the name of a page is its id, so the plain files are named by it, and given in the order of `journal list`;
- a character that could move a terminal is printed as its picture, since what follows the pipe may be a terminal.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from grep_searches import Search, a_page, generated, gnu, gnu_grep
from room import Keys, Room

from sexjournal.app import App
from sexjournal.entry.entry import compose
from sexjournal.main import obey

COMBINATIONS = 300
PROCESSES = 10  # of them, as processes too
PICTURES = {0: "␀", 0xFEFF: "<U+FEFF>"}  # of the characters of these pages
ODD_BODIES = ("", "\n", "lake", "a\0b lake\n\0\nx\n", "\r\n\r", "---\nlake\n---\n", "\ufeff---\nlake: a\n---\nb")


@dataclass
class Archive:
    """The pages, sealed and in clear; `ids` are in the order of `journal list`."""

    room: Room
    bodies: Path
    whole: Path
    ids: list[str]


@pytest.fixture(scope="module")
def archive(keys_of_run: Keys) -> Iterator[Archive]:
    with Room(keys_of_run) as room, pytest.MonkeyPatch.context() as patch:
        for name, value in room.environment().items():
            patch.setenv(name, value)
        room.journal("init", "--yes", check=0)
        _write_pages()
        bodies, whole = room.tools / "bodies", room.tools / "whole"
        ids = [line.split("\t")[0] for line in room.journal("list", check=0).text.splitlines()]
        _lay_out(room, whole, bodies)
        assert {path.name for path in whole.iterdir()} == set(ids)
        yield Archive(room, bodies, whole, ids)


def _write_pages() -> None:
    random = Random(11)
    journal = App().store
    for number, body in enumerate([*(a_page(random) for _ in range(17)), *ODD_BODIES], 1):
        date = f"2026-10-{number:02}"  # each its own, so that nothing but the date decides the order
        fields = {"id": f"p{number:07}", "kind": "memory", "date": date, "title": "The lake", "tags": ["slow", "la"]}
        journal.write(compose(fields, body))


def _lay_out(room: Room, whole: Path, bodies: Path) -> None:
    """Copy what `run` lays out, under the ids; and behind the front matter of each, which we wrote ourselves."""
    for place in (whole, bodies):
        place.mkdir()
    room.journal("run", "--", "sh", "-c", 'cp */*.md "$1"', "sh", str(whole), check=0)
    for path in list(whole.iterdir()):
        page = path.rename(whole / path.name.split(".")[-2])
        (bodies / page.name).write_bytes(page.read_bytes().partition(b"\n---\n")[2])


def asked(number: int, ids: list[str]) -> tuple[Search, list[str], list[str]]:
    """A search that the tests of the module don't make, the words of its command line, and the pages that it names."""
    random = Random(f"command {number}")
    search = generated(1000 + number)
    letters = search.letters.replace("G", "")  # a basic expression is what both take without a flag
    if search.options.names and random.random() < 0.3:
        letters = letters.replace("H", "")
    flags = [f"-{letters}"] if random.random() < 0.4 and letters else [f"-{letter}" for letter in letters]
    numbers = [*search.numbers, *([f"-C{random.choice((0, 1, 2))}"] if random.random() < 0.15 else [])]
    flags += [word for flag in numbers for word in ([flag] if random.random() < 0.5 else [flag[:2], flag[2:]])]
    patterns = [word for pattern in search.patterns for word in random.choice((["-e", pattern], [f"-e{pattern}"]))]
    if len(search.patterns) == 1 and not search.patterns[0].startswith("-") and random.random() < 0.5:
        patterns = list(search.patterns)
    named = sorted(random.sample(ids, random.randint(2, 5)), key=ids.index) if random.random() < 0.2 else []
    return search, [*flags, *patterns], named


def ours(words: list[str]) -> tuple[str, int]:
    """What the command prints, and its exit code."""
    out, said = io.StringIO(newline=""), io.StringIO()
    with redirect_stdout(out), redirect_stderr(said):
        code = obey(words)
    assert code == 2 or not said.getvalue()
    return out.getvalue(), code


def theirs(words: list[str], names: list[str], place: Path) -> tuple[str, int]:
    """The same of GNU grep; -a, as one page holds a NUL."""
    printed, code = gnu(["-a", *words], names, place)
    return printed.translate(PICTURES), code


@gnu_grep
@pytest.mark.parametrize("number", range(COMBINATIONS))
def test_the_command_prints_what_gnu_grep_prints_and_ends_the_same(number: int, archive: Archive) -> None:
    _, words, named = asked(number, archive.ids)
    everything = number % 3 == 0
    expected = theirs(words, named or archive.ids, archive.whole if everything else archive.bodies)
    command = ["grep", *["--all"] * everything, *words, *named]
    assert ours(command) == expected, words
    if number % (COMBINATIONS // PROCESSES) == 0:
        done = archive.room.journal(*command)
        assert (done.out.decode(), done.code) == expected, words


def test_every_flag_is_tried_and_something_is_found_and_nothing(archive: Archive) -> None:
    letters: Counter[str] = Counter()
    for number in range(COMBINATIONS):
        search, words, _ = asked(number, archive.ids)
        letters.update({*search.letters, *(word[1] for word in words if len(word) in (2, 3) and word[0] == "-")})
    assert min(letters[letter] for letter in "EFiwxvclLnhHoABCmeq") >= 5
    codes = Counter(ours(["grep", *asked(number, archive.ids)[1]])[1] for number in range(0, COMBINATIONS, 6))
    assert codes[0] > 20
    assert codes[1] > 3


# What flags mean together, and what the words of a command line may look like
CORNERS = (
    *("-lL lake", "-Ll lake", "-hH lake", "-Hh lake", "-cl lake", "-cL lake", "-qv lake", "-lq lake", "-Lq lake"),
    *("-E -F lake", "-wx lake", "-m 0 lake", "-m1 -m2 lake", "-A1 -A0 lake", "-C1 -A0 lake", "-C 2 -B 0 -n lake"),
    *("lake -n", "-e lake -n -e slow", "-nA1 lake", "-nelake", "-c -- -a", "-e -a", "-F -e --", "-- --", "-m x lake"),
    *("-E (", "-E a{2,1}", "-A -1 lake", "-o lake", "-c -e lake -e lake", "-v -e lake"),
)


@gnu_grep
@pytest.mark.parametrize("line", CORNERS)
def test_flags_mean_together_what_they_mean_to_gnu_grep(line: str, archive: Archive) -> None:
    words = line.split(" ")
    assert ours(["grep", *words]) == theirs(words, archive.ids, archive.bodies)


@gnu_grep
def test_what_is_no_page_ends_as_what_is_no_file(archive: Archive) -> None:
    assert ours(["grep", "lake", "zzzz"])[1] == theirs(["lake"], ["zzzz"], archive.bodies)[1] == 2


def test_the_plain_copy_holds_what_gpg_opens(archive: Archive) -> None:
    for path in archive.room.files():
        name = path.name.split(".")[-3]
        assert archive.room.open(path) == (archive.whole / name).read_bytes()


def test_a_page_that_cannot_be_searched_is_told_by_the_exit_code(alone: Room) -> None:
    """As GNU grep does it: 2, but for -q with a match. A script must not take the rest for everything."""
    for text in (b"We swam.\n", b"We walked.\n"):
        alone.journal("new", stdin=text, check=0)
    alone.files()[0].write_bytes(b"-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n")
    for words, code in (("e", 2), ("nowhere", 2), ("-q e", 0), ("-q nowhere", 2)):
        assert alone.journal("grep", *words.split()).code == code, words
