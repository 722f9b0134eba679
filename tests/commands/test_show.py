"""journal show with real gpg, git and less: the exact text, a page to read, and files that are not what they seem."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pexpect
import pytest
import shelf as shelves
from room import Room
from shelf import Shelf

needs_less = pytest.mark.skipif(not shutil.which("less"), reason="less is not on PATH")
needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux, a terminal with a scrollback, is not on PATH")

# What tools like to change: blank space at both ends, fences, tabs, other line endings, other directions of writing.
ODD_BODY = (
    "  \n    four spaces CANARY\n---\ntitle: not a header\n---\ntwo spaces at the end  \n\ttab\rCR\r\n"
    "CRLF \x1b[31mred\x07\nemoji 🫶🏽, שלום, \u202eturned\u2069, \ufeffmark, \x00 and no newline at the end \t"
)
ODD_FRONT = "# mine CANARY\nnot ours: { a: [no, 1:20], b: '017' }   # kept\ntitle:   'single'  # too\n"
PAGES = {
    "summer": "---\nkind: memory\ndate: 2009-22\n---\nCANARY\n",
    "odd": f"---\n{ODD_FRONT}---\n{ODD_BODY}",
    "crlf": "---\r\ntitle: Windows\r\ntags: [slow]\r\n---\r\nCANARY\r\n",
    "lake": (
        "---\ntitle: The lake CANARY\nwith: [Wren]\ntags: [slow, CANARY]\nrating: 6\n"
        "review:\n  - {cadence: week, at: 2026-11-29T20:10+01:00, now: 5, blind: true, note: Softer now}\n---\n"
        "We went **slowly**, and `[red]` is no markup.\n\n- one\n- two CANARY\n"
    ),
}
SMCUP, RMCUP = "\x1b[?1049h", "\x1b[?1049l"
ESCAPE = re.compile(r"\x1b(\[[?>=]?[0-9;]*[a-zA-Z]|[=>])")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SHELF = partial(shelves.stocked, keys=("plain", "second"))


# The exact text


@pytest.mark.parametrize("name", PAGES)
def test_raw_prints_the_page_as_gpg_opens_it_byte_for_byte(shelf: Shelf, name: str) -> None:
    shown = shelf.room.journal("show", "--raw", shelf.ids[name], check=0)
    assert shown.out == shelf.opened(name)
    assert shown.err == b""


def test_raw_holds_the_very_bytes_that_were_written(shelf: Shelf) -> None:
    odd = shelf.room.journal("show", "--raw", shelf.ids["odd"]).out
    assert odd.endswith(b"\n---\n" + shelf.filled(ODD_BODY))
    assert set(shelf.filled(ODD_FRONT).splitlines()) <= set(odd.splitlines())


def test_raw_keeps_the_line_endings_of_windows(shelf: Shelf) -> None:
    crlf = shelf.room.journal("show", "--raw", shelf.ids["crlf"]).out
    assert set(shelf.filled(PAGES["crlf"]).split(b"\r\n")) <= set(crlf.split(b"\r\n"))
    assert crlf.count(b"\n") == crlf.count(b"\r\n")


def test_raw_of_two_pages_holds_both_whole(shelf: Shelf) -> None:
    shown = shelf.room.journal("show", "--raw", shelf.ids["odd"], shelf.ids["summer"], check=0).out
    odd, summer = shelf.opened("odd"), shelf.opened("summer")
    assert shown in (odd + summer, summer + odd)


# Which pages


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], ["lake"]),
        (["last"], ["lake"]),
        (["laatste"], ["lake"]),
        (["-2"], ["crlf"]),
        (["--", "-3"], ["odd"]),
        (["2009"], ["summer"]),
        (["summer 2009"], ["summer"]),
        (["yesterday"], ["lake", "crlf", "odd"]),
        (["--kind", "memory"], ["summer"]),
        (["--tag", "slow"], ["lake", "crlf"]),
        (["--with", "Wren"], ["lake"]),
        (["--rating", "5..7"], ["lake"]),
        (["--reviewed"], ["lake"]),
        (["--until", "2010"], ["summer"]),
        (["yesterday", "--tag", "slow", "--unreviewed"], ["crlf"]),
    ],
)
def test_a_reference_or_a_filter_shows_what_it_names(shelf: Shelf, words: list[str], names: list[str]) -> None:
    shown = shelf.room.journal("show", "--raw", *words, check=0).text
    ids = re.findall(r"^id: (\w+)", shown, re.MULTILINE)
    assert ids == [shelf.ids[name] for name in names]


def test_the_beginning_of_an_id_is_enough(shelf: Shelf) -> None:
    for ref in (shelf.ids["odd"][:7], shelf.ids["odd"].upper()):
        assert shelf.room.journal("show", "--raw", ref, check=0).out == shelf.opened("odd")


def test_a_beginning_that_fits_several_lists_the_candidates_and_nothing_they_say(shelf: Shelf) -> None:
    for number in "12":
        page = f"---\nid: zzzzzzz{number}\ndate: 2026-11-0{number}\ntitle: Heron CANARY\n---\nCANARY\n"
        shelf.put(f"2026/2026-11-0{number}.zzzzzzz{number}.md.asc", shelf.seal(page, shelf.room.fingerprint))
    result = shelf.room.journal("show", "zzz", check=2)
    assert result.out == b""
    assert result.error.startswith("journal: 'zzz' matches several pages\nhint: ")
    for told in ("zzzzzzz1", "2026-11-01", "zzzzzzz2", "2026-11-02"):
        assert told in result.error
    assert "Heron" not in result.error
    assert shelf.room.canary not in result.error
    assert b"Heron" in shelf.room.journal("show", "zzzzzzz2", check=0).out


@pytest.mark.parametrize("words", ["1999", "summer last", "--tag mountain", "-- -9", "-9"])
def test_a_page_that_is_not_there_is_told_and_nothing_is_shown(shelf: Shelf, words: str) -> None:
    result = shelf.room.journal("show", *words.split(), check=1)
    assert result.out == b""
    assert re.match(r"journal: no \w+ match.*\nhint: .+\n$", result.error)


# To read


def test_a_pipe_gets_plain_text_without_colour_as_it_was_written(shelf: Shelf) -> None:
    text = shelf.room.journal("show", shelf.ids["lake"], check=0).text
    assert "\x1b" not in text
    canary = shelf.room.canary
    assert text.startswith(f"The lake {canary}\n")
    for words in ("Saturday 21 November 2026", "Wren", f"slow, {canary}", "Softer now", shelf.ids["lake"]):
        assert words in text
    assert f"We went **slowly**, and `[red]` is no markup.\n\n- one\n- two {canary}\n" in text


def test_what_a_person_wrote_cannot_move_the_terminal(shelf: Shelf) -> None:
    text = shelf.room.journal("show", shelf.ids["odd"], check=0).text
    assert not set(text) & set("\x00\x07\x1b\u202e\u2069\ufeff")
    assert "␛[31mred␇" in text
    assert "<U+202E>turned<U+2069>" in text


@needs_less
def test_a_terminal_gets_rendered_markdown_in_a_pager(shelf: Shelf) -> None:
    terminal = shelf.room.terminal("show", shelf.ids["lake"], columns=100, rows=50)
    terminal.expect_exact(SMCUP)
    before = terminal.before
    terminal.expect_exact(f"two {shelf.room.canary}")
    seen = terminal.before
    terminal.sendline("q")
    terminal.expect_exact(RMCUP)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0
    assert "slowly" in seen
    assert "**" not in seen
    assert "[red]" in seen
    assert COLOUR.search(seen)
    assert ESCAPE.sub("", before + terminal.before).strip() == ""


@needs_less
def test_no_color_is_respected_in_the_pager_too(shelf: Shelf) -> None:
    terminal = shelf.room.terminal("show", shelf.ids["lake"], rows=50, env={"NO_COLOR": "1"})
    terminal.expect_exact(f"two {shelf.room.canary}")
    assert not set(COLOUR.findall(terminal.before)) - {"\x1b[m", "\x1b[0m"}
    terminal.sendline("q")
    terminal.expect(pexpect.EOF)


def test_a_dumb_terminal_gets_the_plain_text(shelf: Shelf) -> None:
    terminal = shelf.room.terminal("show", shelf.ids["lake"], columns=200, env={"TERM": "dumb"})
    terminal.expect(pexpect.EOF)
    assert "\x1b" not in terminal.before
    assert f"- two {shelf.room.canary}\r\n" in terminal.before


@needs_less
@needs_tmux
def test_nothing_is_left_on_the_screen_in_the_scrollback_or_in_a_history_file(shelf: Shelf) -> None:
    room = shelf.room
    tmux = ("tmux", "-S", str(room.tools / "tmux"), "-f", "/dev/null")
    files = sorted(room.home.rglob("*"))

    def screen() -> str:
        return room.run(*tmux, "capture-pane", "-p", "-S", "-", check=0).text

    def wait_for(words: str) -> None:
        for _ in range(500):
            if words in screen():
                return
            time.sleep(0.02)
        pytest.fail(f"{words!r} did not come up in\n{screen()}")

    room.run(*tmux, "new-session", "-d", "-x", "80", "-y", "12", "env PS1=: sh", check=0)
    try:
        room.run(*tmux, "send-keys", f"clear; '{sys.executable}' -m sexjournal show yesterday; echo put away", "Enter")
        wait_for("The lake")
        room.run(*tmux, "send-keys", "G", f"/{room.canary}", "Enter", "q", check=0)
        wait_for("put away\n")
        assert room.canary not in screen()
        assert "slowly" not in screen()
    finally:
        room.run(*tmux, "kill-server")
    assert sorted(room.home.rglob("*")) == files


# Files that are not what they seem


def damaged(shelf: Shelf) -> dict[str, bytes]:
    """Files that hold no page of this person's, by the id in their names, each with CANARY in it."""
    room = shelf.room
    mine, other = room.fingerprints["plain"], room.fingerprints["second"]

    def page(page_id: str, front: str = "title: Planted\n") -> str:
        return f"---\nid: {page_id}\ndate: 2026-11-02\n{front}---\nPlanted CANARY\n"

    whole = shelf.seal(page("zzcutoff"), mine)
    lines = shelf.seal(page("zzfl1ped"), mine).splitlines(keepends=True)
    lines[5] = lines[5][:20] + (b"A" if lines[5][20:21] != b"A" else b"B") + lines[5][21:]
    return {
        "zzcutoff": whole[: len(whole) // 2],
        "zzfl1ped": b"".join(lines),
        "zznothng": b"",
        "zzp1a1n0": b"---\nid: zzp1a1n0\n---\nPlanted, in clear\n",
        "zzforegn": shelf.seal(page("zzforegn")),
        "zzforged": shelf.seal(page("zzforged"), other),
        "zzf0rmne": shelf.seal(page("zzf0rmne"), mine, f"--recipient={mine}"),
        "zztw1ce0": whole + whole,
        "zzm1snmd": shelf.seal(page("zzsmth1n"), mine),
        "zzbadyam": shelf.seal(page("zzbadyam", "tags: [never closed\n"), mine),
    }


@pytest.fixture
def spoiled(shelf: Shelf) -> dict[str, Path]:
    """The files of `damaged`, laid among the pages."""
    return {name: shelf.put(f"2026/2026-11-02.{name}.md.asc", file) for name, file in damaged(shelf).items()}


def test_every_file_that_is_not_genuine_is_told_by_its_name_and_the_rest_goes_on(
    shelf: Shelf, spoiled: dict[str, Path]
) -> None:
    listed = shelf.room.journal("list", check=5)
    assert shelf.names(listed) == ["lake", "crlf", "odd", "summer"]
    for name in spoiled:
        (told,) = (line for line in listed.error.splitlines() if name in line)
        assert re.fullmatch(rf"journal: 2026/2026-11-02\.{name}\.md\.asc: .+[^.]", told)
    assert "Planted" not in listed.error
    assert shelf.room.canary not in listed.error


def test_the_reason_is_told_apart(shelf: Shelf, spoiled: dict[str, Path]) -> None:
    reasons = {line.split(".")[1]: line.split(": ", 2)[2] for line in shelf.room.journal("list").error.splitlines()}
    assert "not a whole" in reasons["zzcutoff"]
    for name, words in (("zzforegn", "signed"), ("zzforged", "signed"), ("zzf0rmne", "sealed")):
        assert words in reasons[name]
        assert "damaged" not in reasons[name]
    assert "damaged" in reasons["zzfl1ped"]
    assert "another page" in reasons["zzm1snmd"]
    assert "front matter" in reasons["zzbadyam"]


def test_a_file_that_is_not_genuine_is_never_shown(shelf: Shelf, spoiled: dict[str, Path]) -> None:
    for words in ([], ["--raw"]):
        shown = shelf.room.journal("show", *words, "--since", "2000", check=5)
        assert b"Planted" not in shown.out + shown.err
        assert b"The lake" in shown.out


@pytest.mark.parametrize("name", ["zzforged", "zzforegn", "zzcutoff", "zzm1snmd"])
def test_asking_for_a_file_that_is_not_genuine_says_what_it_is_with_exit_code_5(
    shelf: Shelf, spoiled: dict[str, Path], name: str
) -> None:
    shown = shelf.room.journal("show", name)
    assert shown.out == b""
    assert f"{name}.md.asc: " in shown.error
    assert "Planted" not in shown.error
    assert shown.code == 5


def test_two_pages_that_changed_places_are_both_told(shelf: Shelf) -> None:
    lake, odd = shelf.path("lake"), shelf.path("odd")
    one, other = lake.read_bytes(), odd.read_bytes()
    lake.write_bytes(other)
    odd.write_bytes(one)
    listed = shelf.room.journal("list", check=5)
    assert shelf.names(listed) == ["crlf", "summer"]
    assert listed.error.count("its name is another page's") == 2


def test_a_second_file_of_the_same_page_is_told_and_the_page_is_listed_once(shelf: Shelf) -> None:
    lake = shelf.path("lake")
    shelf.put(f"2027/2027-01-01.{shelf.ids['lake']}.md.asc", lake.read_bytes())
    listed = shelf.room.journal("list", check=5)
    assert shelf.names(listed) == ["lake", "crlf", "odd", "summer"]
    assert "another file has the same id" in listed.error


def test_a_page_that_was_read_before_is_not_believed_once_its_file_has_changed(shelf: Shelf) -> None:
    shelf.room.journal("list", check=0)
    lake = shelf.path("lake")
    lake.write_bytes(shelf.seal(f"---\nid: {shelf.ids['lake']}\n---\nPlanted\n", shelf.room.fingerprints["second"]))
    shown = shelf.room.journal("show", "--raw", "yesterday", check=5)
    assert b"Planted" not in shown.out
    assert b"The lake" not in shown.out
    assert b"four spaces" in shown.out


def test_a_link_in_place_of_a_page_is_not_followed(shelf: Shelf) -> None:
    outside = shelf.room.home / "outside.asc"
    outside.write_bytes(shelf.path("lake").read_bytes())
    shelf.path("lake").unlink()
    (shelf.room.journal_dir / "2026" / f"2026-11-21.{shelf.ids['lake']}.md.asc").symlink_to(outside)
    assert b"The lake" not in shelf.room.journal("show", "--since", "2000").out
    outside.unlink()


def test_a_clear_header_that_differs_is_reported_and_never_believed(make_room: Callable[..., Room]) -> None:
    room = make_room()
    room.journal("init", "--yes", "--clear", "kind", "--clear", "date", check=0)
    room.journal("new", "--kind", "wish", stdin=room.canary.encode(), check=0)
    (file,) = room.files()
    sealed = file.read_bytes()
    assert sealed.startswith(b"---\nkind: wish\ndate: 2026-11-21\n---\n-----BEGIN PGP MESSAGE-----\n")
    assert room.journal("list", check=0).err == b""
    file.write_bytes(sealed.replace(b"kind: wish", b"kind: letter"))
    listed = room.journal("list")
    assert "\twish\t" in listed.text
    assert (
        listed.error == f"journal: {file.relative_to(room.journal_dir)}: its clear header is not what the page says\n"
    )
    room.journal("tag", "add", "slow", "--to", "last")
    assert file.read_bytes().startswith(b"---\nkind: wish\n")
    assert room.journal("list", check=0).err == b""


def test_a_page_in_two_versions_keeps_its_marks_in_colour_too(shelf: Shelf) -> None:
    marks = ("<<<<<<< this device", "=======", ">>>>>>> the other device")
    both = shelf.write("---\ntitle: Both CANARY\n---\n{}\nWe swam.\n{}\nWe walked.\n{}\n".format(*marks))
    terminal = shelf.room.terminal("show", both, columns=80)
    terminal.expect_exact("(END)")
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.before).splitlines()
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    assert [line for line in shown if line in (*marks, "We swam.", "We walked.")] == [
        *(marks[0], "We swam.", marks[1], "We walked.", marks[2])
    ]
