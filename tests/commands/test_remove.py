"""journal remove and journal restore with real gpg and git: what is asked, what git keeps, and what comes back."""

from __future__ import annotations

import re

import pexpect
import pytest
from room import Room
from shelf import Shelf

PAGES = {
    "summer": "---\nkind: memory\ndate: 2009-22\n---\nCANARY\n",
    "rain": "---\ntitle: Rain CANARY\n---\nCANARY\n",
    "lake": "---\ntitle: The lake CANARY\nwith: [Wren]\ntags: [slow]\n---\n  CANARY and no newline at the end",
}


def there(shelf: Shelf) -> list[str]:
    """The names of the pages whose files stand in the journal."""
    ids = {path.name.split(".")[1] for path in shelf.room.files()}
    return [name for name in PAGES if shelf.ids[name] in ids]


def answered(shelf: Shelf, answer: str, *words: str) -> pexpect.spawn[str]:
    """Run a command in a terminal and answer its question."""
    terminal = shelf.room.terminal(*words)
    terminal.expect_exact("> ")
    terminal.asked = terminal.before
    terminal.send(answer)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    return terminal


# Removing


def test_without_a_terminal_nothing_is_removed_unless_told(shelf: Shelf) -> None:
    result = shelf.room.journal("remove", "last", check=2)
    assert "no terminal" in result.error
    assert "--yes does it without asking" in result.error
    assert there(shelf) == list(PAGES)
    assert shelf.commits() == 0


def test_a_yes_on_standard_input_is_no_answer(shelf: Shelf) -> None:
    shelf.room.journal("remove", "last", stdin=b"y\n", check=2)
    assert there(shelf) == list(PAGES)


def test_yes_removes_without_asking_and_says_how_it_comes_back(shelf: Shelf) -> None:
    path, page_id = shelf.path("lake"), shelf.ids["lake"]
    result = shelf.room.journal("remove", "--yes", page_id, check=0)
    assert result.error == f"journal: removed {page_id}; 'journal restore {page_id}' brings it back\n"
    assert result.out == b""
    assert there(shelf) == ["summer", "rain"]
    assert shelf.room.git("log", "-1", "--name-status", "--format=%s").text.split() == [
        *("journal:", "update", "D", str(path.relative_to(shelf.room.journal_dir)))
    ]
    assert shelf.names(shelf.room.journal("list")) == ["rain", "summer"]
    assert shelf.room.git("status", "--porcelain").text == ""


def test_git_keeps_what_was_removed(shelf: Shelf) -> None:
    name, sealed = shelf.path("lake").relative_to(shelf.room.journal_dir), shelf.path("lake").read_bytes()
    shelf.room.journal("remove", "--yes", "last", check=0)
    assert shelf.room.git("show", f"HEAD^:{name}").out == sealed


@pytest.mark.parametrize("refs", [["rain", "summer"], ["-2", "2009"]])
def test_two_references_are_removed_in_one_commit(shelf: Shelf, refs: list[str]) -> None:
    result = shelf.room.journal("remove", "--yes", *(shelf.ids.get(ref, ref) for ref in refs), check=0)
    assert there(shelf) == ["lake"]
    assert shelf.commits() == 1
    assert result.error.count("removed") == 2


def test_it_shows_what_it_is_about_and_asks(shelf: Shelf) -> None:
    terminal = answered(shelf, "y\r", "remove", shelf.ids["lake"])
    assert terminal.exitstatus == 0
    assert shelf.ids["lake"] in terminal.asked
    assert re.search(r"21 Nov(ember)? 2026", terminal.asked)
    assert "␛" not in terminal.asked
    assert there(shelf) == ["summer", "rain"]


@pytest.mark.parametrize("answer", ["n\r", "\r", "\x03", "\x04"], ids=["no", "Enter", "Ctrl-C", "Ctrl-D"])
def test_any_other_answer_keeps_the_page(shelf: Shelf, answer: str) -> None:
    terminal = answered(shelf, answer, "remove", shelf.ids["lake"])
    assert terminal.exitstatus == 130
    assert "Traceback" not in terminal.before
    assert there(shelf) == list(PAGES)
    assert shelf.commits() == 0


@pytest.mark.parametrize(("refs", "code"), [(["1999"], 1), (["last", "1999"], 1), ([], 2), (["-7"], 1)])
def test_what_is_not_there_cannot_be_removed_and_nothing_is(shelf: Shelf, refs: list[str], code: int) -> None:
    result = shelf.room.journal("remove", "--yes", *refs, check=code)
    assert "\nhint: " in result.error
    assert there(shelf) == list(PAGES)
    assert shelf.commits() == 0


# Restoring


def test_a_removed_page_comes_back_byte_for_byte(shelf: Shelf) -> None:
    path, page_id = shelf.path("lake"), shelf.ids["lake"]
    sealed, page = path.read_bytes(), shelf.opened("lake")
    shelf.room.journal("remove", "--yes", page_id, check=0)
    result = shelf.room.journal("restore", page_id, check=0)
    assert result.text == f"{page_id}\n"
    assert result.error == f"journal: restored {page_id}\n"
    assert shelf.opened("lake") == page
    assert path.read_bytes() != sealed  # anew: an old file that comes back is how a remote would cheat
    assert shelf.commits() == 2
    assert shelf.names(shelf.room.journal("list", check=0)) == ["lake", "rain", "summer"]


def test_the_beginning_of_its_id_brings_a_page_back(shelf: Shelf) -> None:
    shelf.room.journal("remove", "--yes", "last", check=0)
    shelf.room.journal("restore", shelf.ids["lake"][:6].upper(), check=0)
    assert there(shelf) == list(PAGES)


def test_a_page_can_go_and_come_back_again_and_again(shelf: Shelf) -> None:
    page_id = shelf.ids["lake"]
    for _ in range(2):
        shelf.room.journal("remove", "--yes", page_id, check=0)
        shelf.room.journal("restore", page_id, check=0)
    assert there(shelf) == list(PAGES)
    assert shelf.commits() == 4


def test_the_page_comes_back_as_it_was_last(shelf: Shelf) -> None:
    shelf.room.journal("tag", "add", "tender", "--to", shelf.ids["lake"], check=0)
    page = shelf.opened("lake")
    shelf.room.journal("remove", "--yes", shelf.ids["lake"], check=0)
    shelf.room.journal("restore", shelf.ids["lake"], check=0)
    assert shelf.opened("lake") == page


@pytest.mark.parametrize("known", [True, False])
def test_an_id_that_was_never_removed_is_told_with_what_could_be_restored(shelf: Shelf, known: bool) -> None:
    shelf.room.journal("remove", "--yes", shelf.ids["rain"], check=0)
    ref = shelf.ids["lake"] if known else "zzzzzzzz"
    result = shelf.room.journal("restore", ref, check=1)
    assert result.error.startswith(f"journal: no removed entry matches '{ref}'\nhint: ")
    assert shelf.ids["rain"] in result.error
    assert result.out == b""
    assert shelf.commits() == 1


def test_where_nothing_was_removed_that_is_told(shelf: Shelf) -> None:
    result = shelf.room.journal("restore", "zzzzzzzz", check=1)
    assert result.error.startswith("journal: no removed entry matches 'zzzzzzzz'\n")
    assert result.out == b""


def test_a_forged_page_in_the_past_of_git_is_not_brought_back(shelf: Shelf) -> None:
    path = shelf.put("2026/2026-11-01.zzzzzzz1.md.asc", shelf.seal("---\nid: zzzzzzz1\n---\nPlanted\n"))
    for _ in range(2):
        shelf.room.git("add", "--all")
        shelf.room.git("commit", "--quiet", "--message", "as anyone could")
        path.unlink(missing_ok=True)
    result = shelf.room.journal("restore", "zzzzzzz1", check=5)
    assert "signed" in result.error
    assert not path.exists()


def test_another_page_under_the_name_is_not_brought_back(shelf: Shelf) -> None:
    path = shelf.put("2026/2026-11-01.zzzzzzz1.md.asc", shelf.path("lake").read_bytes())
    for _ in range(2):
        shelf.room.git("add", "--all")
        shelf.room.git("commit", "--quiet", "--message", "as anyone could")
        path.unlink(missing_ok=True)
    result = shelf.room.journal("restore", "zzzzzzz1", check=5)
    assert "another page" in result.error
    assert not path.exists()


def test_a_page_that_somebody_let_come_and_go_under_another_date_comes_back_once(shelf: Shelf) -> None:
    sealed, lake = shelf.path("lake").read_bytes(), shelf.ids["lake"]

    def planted() -> None:
        path = shelf.put(f"2026/2026-11-01.{lake}.md.asc", sealed)
        for _ in range(2):
            shelf.room.git("add", "--all")
            shelf.room.git("commit", "--quiet", "--message", "as anyone could")
            path.unlink(missing_ok=True)

    planted()
    assert lake not in shelf.room.journal("restore", lake, check=1).error.partition("hint: ")[2]  # it stands there
    shelf.room.journal("remove", "--yes", lake, check=0)
    planted()
    shelf.room.journal("restore", lake, check=0)
    assert there(shelf) == list(PAGES)
    assert shelf.room.git("status", "--porcelain").text == ""


def test_a_page_with_an_opaque_name_comes_back_too(room: Room) -> None:
    room.journal("init", "--yes", "--names", "opaque", check=0)
    page_id = room.journal("new", stdin=room.canary.encode(), check=0).text.strip()
    (path,) = room.files()
    assert path == room.journal_dir / page_id[:2] / f"{page_id}.md.asc"
    page = room.open(path)
    room.journal("remove", "--yes", "last", check=0)
    assert not path.exists()
    room.journal("restore", page_id, check=0)
    assert room.open(path) == page


def test_a_page_comes_back_where_git_counts_in_sha_256(room: Room) -> None:
    """As somebody has it who chose git's newer form for all repositories."""
    room.journal_dir.mkdir(mode=0o700)
    room.git("init", "--quiet", "--object-format=sha256", "--initial-branch=main")
    room.journal("init", "--yes", check=0)
    page_id = room.journal("new", stdin=f"We swam to {room.canary}.\n".encode(), check=0).text.strip()
    room.journal("remove", "--yes", page_id, check=0)
    assert room.journal("restore", page_id, check=0).text.strip() == page_id
    assert f"We swam to {room.canary}." in room.journal("show", "--raw", page_id, check=0).text
