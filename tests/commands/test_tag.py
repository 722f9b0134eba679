"""journal tag with real gpg and git: one line of a page changes and nothing else does, in one commit."""

from __future__ import annotations

import json
from difflib import ndiff

import pexpect
import pytest
from shelf import Shelf

# Each page holds its tags in another way, and beside them what a person may have put there.
PAGES = {
    "plain": "---\ntitle: Plain CANARY\n---\nCANARY\n",
    "flow": (
        "---\n# on top\ntitle:  'The lake'  # mine\ntags: [slow, weekend]   # CANARY\nmine: {a: [no, 1:20]}\n"
        "---\n\n tags: [slow]\r\n---\nCANARY, no newline at the end  "
    ),
    "block": "---\nkind: memory\ndate: 2009-22\ntags:\n  - slow\n  - CANARY\nwith: [Wren]\n---\nCANARY\n",
    "single": "---\ntags: weekend\nrating: 6\n---\nCANARY\n",
    "crlf": "---\r\ntags: [slow, sea]\r\nmine: 1\r\n---\r\nCANARY\r\n",
}
PLACED = {"flow": ["slow", "weekend"], "single": ["weekend"], "crlf": ["slow", "sea"], "plain": []}


def tags(shelf: Shelf) -> dict[str, list[str]]:
    """The tags of every page, by the name of the page, without the canary."""
    pages = json.loads(shelf.room.journal("list", "--json", check=0).text)
    names = {page_id: name for name, page_id in shelf.ids.items()}
    return {names[page["id"]]: [tag for tag in page["tags"] if tag != shelf.room.canary] for page in pages}


def changed_lines(before: bytes, after: bytes) -> list[str]:
    """The lines that differ, as in a diff, with their line endings."""
    old, new = (text.decode().splitlines(keepends=True) for text in (before, after))
    return [line for line in ndiff(old, new) if line[0] in "+-"]


# Counting


def test_alone_it_counts_the_tags_most_used_first(shelf: Shelf) -> None:
    counted = f"slow\t3\nweekend\t2\n{shelf.room.canary}\t1\nsea\t1\n"
    for words in (["tag"], ["tag", "list"]):
        result = shelf.room.journal(*words, check=0)
        assert result.text == counted
        assert result.err == b""


def test_counting_takes_the_filters_and_speaks_json(shelf: Shelf) -> None:
    assert shelf.room.journal("tag", "list", "--not-tag", "sea", "--kind", "experience", check=0).text == (
        "weekend\t2\nslow\t1\n"
    )
    counts = json.loads(shelf.room.journal("tag", "list", "--json", check=0).text)
    assert list(counts.items()) == [("slow", 3), ("weekend", 2), (shelf.room.canary, 1), ("sea", 1)]


def test_a_terminal_gets_the_counts_in_a_column(shelf: Shelf) -> None:
    terminal = shelf.room.terminal("tag")
    terminal.expect(pexpect.EOF)
    assert terminal.before.startswith("3  slow\r\n2  weekend\r\n")


# Adding and removing


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("plain", "", "tags: [tender]\n"),
        ("flow", "tags: [slow, weekend]   # CANARY\n", "tags: [slow, weekend, tender]   # CANARY\n"),
        ("single", "tags: weekend\n", "tags: [weekend, tender]\n"),
        ("crlf", "tags: [slow, sea]\r\n", "tags: [slow, sea, tender]\r\n"),
    ],
)
def test_adding_changes_one_line_of_the_page_and_nothing_else(shelf: Shelf, name: str, was: str, now: str) -> None:
    before = {page: shelf.path(page).read_bytes() for page in PAGES}
    opened = shelf.opened(name)
    shelf.room.journal("tag", "add", "tender", "--to", shelf.ids[name], check=0)
    after = shelf.opened(name)
    assert after.replace(shelf.filled(now), shelf.filled(was), 1) == opened
    assert after != opened
    assert {page for page in PAGES if shelf.path(page).read_bytes() != before[page]} == {name}
    assert shelf.commits() == 1


def test_the_lines_of_a_list_in_block_style_are_the_only_ones_that_change(shelf: Shelf) -> None:
    before = shelf.opened("block")
    shelf.room.journal("tag", "add", "tender", "--to", shelf.ids["block"], check=0)
    assert tags(shelf)["block"] == ["slow", "tender"]
    touched = {line[2:].split(":")[0].strip(" -\n") for line in changed_lines(before, shelf.opened("block"))}
    assert touched <= {"tags", "slow", shelf.room.canary, "tender"}
    assert shelf.opened("block").endswith(shelf.filled("with: [Wren]\n---\nCANARY\n"))


def test_several_tags_go_on_several_pages_in_one_commit(shelf: Shelf) -> None:
    to = ("--to", shelf.ids["plain"], "--to", shelf.ids["single"][:7], "--to", "summer 2009")
    result = shelf.room.journal("tag", "add", "tender", "late summer", *to, check=0)
    assert result.error == "journal: changed 3 of 3 pages\n"
    assert result.out == b""
    found = tags(shelf)
    assert (found["plain"], found["single"]) == (["tender", "late summer"], ["weekend", "tender", "late summer"])
    assert found["block"] == ["slow", "tender", "late summer"]
    assert found["flow"] == PLACED["flow"]
    assert shelf.commits() == 1


def test_filters_choose_the_pages_too(shelf: Shelf) -> None:
    shelf.room.journal("tag", "add", "tender", "--tag", "weekend", "--unreviewed", check=0)
    found = tags(shelf)
    assert [name for name in PAGES if "tender" in found[name]] == ["flow", "single"]


def test_removing_takes_one_tag_off_and_changes_one_line(shelf: Shelf) -> None:
    before = shelf.opened("flow")
    shelf.room.journal("tag", "remove", "slow", "--from", shelf.ids["flow"], check=0)
    assert shelf.opened("flow") == before.replace(b"tags: [slow, weekend] ", b"tags: [weekend] ")
    assert tags(shelf) == {**PLACED, "flow": ["weekend"], "block": ["slow"]}
    assert shelf.commits() == 1


def test_removing_by_filters_reaches_every_page_that_they_let_through(shelf: Shelf) -> None:
    shelf.room.journal("tag", "remove", "slow", "weekend", "--since", "2000", check=0)
    assert tags(shelf) == {"plain": [], "flow": [], "block": [], "single": [], "crlf": ["sea"]}
    assert shelf.commits() == 1


def test_the_last_tag_can_go(shelf: Shelf) -> None:
    before = shelf.opened("single")
    shelf.room.journal("tag", "remove", "weekend", "--from", shelf.ids["single"], check=0)
    assert tags(shelf)["single"] == []
    touched = changed_lines(before, shelf.opened("single"))
    assert touched[0] == "- tags: weekend\n"
    assert [line for line in touched[1:] if not line.startswith("+ tags:")] == []


@pytest.mark.parametrize(
    "word", ["a: b", "[red]", "#late", "no", "1:20", "it's", 'the "lake"', "🫶", "& more", "- dash", "a\\n", "x\x1b[2J"]
)
def test_a_tag_in_any_signs_comes_back_as_it_was_typed(shelf: Shelf, word: str) -> None:
    shelf.room.journal("tag", "add", "--to", shelf.ids["plain"], "--", word, check=0)
    assert tags(shelf)["plain"] == [word]


# Renaming


def test_renaming_goes_over_the_whole_journal_in_one_commit(shelf: Shelf) -> None:
    before = {name: shelf.opened(name) for name in ("flow", "crlf")}
    result = shelf.room.journal("tag", "rename", "slow", "unhurried", check=0)
    assert result.error == "journal: changed 3 of 3 pages\n"
    assert tags(shelf) == {
        **PLACED,
        "flow": ["unhurried", "weekend"],
        "crlf": ["unhurried", "sea"],
        "block": ["unhurried"],
    }
    assert shelf.opened("flow") == before["flow"].replace(b"\ntags: [slow", b"\ntags: [unhurried", 1)
    assert shelf.opened("crlf") == before["crlf"].replace(b"[slow", b"[unhurried")
    assert shelf.commits() == 1


def test_renaming_into_a_tag_that_a_page_has_already_makes_them_one(shelf: Shelf) -> None:
    shelf.room.journal("tag", "rename", "slow", "weekend", check=0)
    assert tags(shelf)["flow"] == ["weekend"]
    assert tags(shelf)["crlf"] == ["weekend", "sea"]


def test_renaming_a_tag_that_no_page_has_is_told(shelf: Shelf) -> None:
    result = shelf.room.journal("tag", "rename", "mountain", "hill", check=1)
    assert result.error.startswith("journal: no page has the tag 'mountain'\nhint: ")
    assert shelf.commits() == 0


# What is said


@pytest.mark.parametrize(("word", "like"), [("weekends", "weekend"), ("Slow", "slow"), ("week-end", "weekend")])
def test_a_new_tag_that_looks_like_an_old_one_is_pointed_out(shelf: Shelf, word: str, like: str) -> None:
    result = shelf.room.journal("tag", "add", word, "--to", shelf.ids["plain"], check=0)
    assert f"the tag '{word}' is new, and looks like '{like}'" in result.error
    assert tags(shelf)["plain"] == [word]


@pytest.mark.parametrize("word", ["weekend", "tender", "seal", "show"])
def test_a_tag_that_is_known_or_quite_another_is_not_pointed_out(shelf: Shelf, word: str) -> None:
    result = shelf.room.journal("tag", "add", word, "--to", shelf.ids["plain"], check=0)
    assert result.error == "journal: changed 1 of 1 pages\n"


@pytest.mark.parametrize(
    "words",
    ["add slow --to {flow}", "remove sea --from {flow}", "add weekend --tag weekend", "rename slow slow"],
)
def test_where_nothing_changes_that_is_said_and_nothing_is_written(shelf: Shelf, words: str) -> None:
    before = {name: shelf.path(name).read_bytes() for name in PAGES}
    result = shelf.room.journal("tag", *words.format(**shelf.ids).split(), check=0)
    assert result.error == "journal: nothing to change\n"
    assert {name: shelf.path(name).read_bytes() for name in PAGES} == before
    assert shelf.commits() == 0


def test_a_commit_tells_nothing_of_what_changed(shelf: Shelf) -> None:
    shelf.room.journal("tag", "rename", shelf.room.canary, f"{shelf.room.canary}s", check=0)
    assert (
        shelf.room.git("log", "-1", "--format=%an|%ae|%B").text.strip() == "journal|journal@localhost|journal: update"
    )
    changed = shelf.room.git("show", "--name-only", "--format=").text
    assert changed == f"{shelf.path('block').relative_to(shelf.room.journal_dir)}\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "tender"], 2, "which pages?"),
        (["remove", "slow"], 2, "which pages?"),
        (["add", "--to", "last"], 2, "TAG"),
        (["add", "slow,weekend", "--to", "last"], 2, "without commas"),
        (["add", "slow\nweekend", "--to", "last"], 2, "without commas"),
        (["add", " ", "--to", "last"], 2, "a tag is"),
        (["rename", "slow", ""], 2, "a tag is"),
        (["add", "tender", "--to", "1999"], 1, "no entry matches '1999'"),
        (["add", "tender", "--kind", "wish"], 1, "no page matches"),
        (["add", "tender", "--kind", "fantas"], 2, "did you mean 'fantasy'?"),
        (["paint"], 2, "paint"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    shelf: Shelf, words: list[str], code: int, said: str
) -> None:
    result = shelf.room.journal("tag", *words, check=code)
    assert said in result.error
    assert "\nhint: " in result.error
    assert shelf.commits() == 0


def test_a_page_whose_tags_are_no_list_of_words_is_left_alone(shelf: Shelf) -> None:
    page = "---\nid: zzzzzzz1\ndate: 2026-11-01\ntags: {slow: yes}\n---\nCANARY\n"
    path = shelf.put("2026/2026-11-01.zzzzzzz1.md.asc", shelf.seal(page, shelf.room.fingerprint))
    sealed = path.read_bytes()
    result = shelf.room.journal("tag", "add", "tender", "--to", "zzzzzzz1", check=2)
    assert "line 4: 'tags' takes a list of words" in result.error
    assert path.read_bytes() == sealed


def test_a_damaged_file_is_told_and_does_not_stop_the_others(shelf: Shelf) -> None:
    path = shelf.put("2026/2026-11-01.zzzzzzz1.md.asc", b"in pieces\n")
    result = shelf.room.journal("tag", "add", "tender", "--to", shelf.ids["plain"])
    assert "2026/2026-11-01.zzzzzzz1.md.asc: " in result.error
    assert b"tags: [tender]" in shelf.opened("plain")
    assert path.read_bytes() == b"in pieces\n"
    assert result.code == 5
