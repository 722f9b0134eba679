"""journal edit with real gpg, git, terminals and editors: only what was changed changes, and no words are lost."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
from room import Room
from sitting import drafts, editor, ended, replaces, seen, snapshot, talk, window

PAGE = """\
---
# mine
mood: [a, "b: c"]   # and this
title: 'The lake'
rating: 3
weather:
    sky: no
---
We swam to {canary}.\r
  Then we slept.
---
no newline at the end"""


def written(room: Room, *args: str, page: str = PAGE, now: str | None = None) -> str:
    """The id of a new page."""
    env = {"JOURNAL_NOW": now} if now else None
    text = page.format(canary=room.canary).encode()
    return room.journal("new", *args, stdin=text, env=env, check=0).text.strip()


def file_of(room: Room, entry: str) -> Path:
    (path,) = room.journal_dir.rglob(f"*{entry}.md.asc")
    return path


def text_of(room: Room, entry: str) -> str:
    """The page as plain gpg gives it."""
    return room.open(file_of(room, entry)).decode()


def commits(room: Room) -> int:
    return int(room.git("rev-list", "--count", "HEAD").text)


def refused(room: Room, *args: str, stdin: bytes | None = b"We swam.\n", code: int = 2) -> str:
    """What is said when a change is not taken: a sentence and a hint, and the journal is as it was."""
    before = snapshot(room)
    result = room.journal("edit", *args, stdin=stdin, check=code)
    assert (result.out, snapshot(room)) == (b"", before)
    sentence, hint = result.error.splitlines()[-2:]
    assert re.fullmatch("journal: [^A-Z].*[^.]", sentence)
    assert re.fullmatch("hint: .+", hint)
    assert "Traceback" not in result.error
    assert room.canary not in result.error
    return result.error


def until_there(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.01)


# In the editor


def test_only_what_was_changed_changes_in_one_commit_that_tells_nothing(kept: Room) -> None:
    entry = written(kept)
    path, before, count = file_of(kept, entry), text_of(kept, entry), commits(kept)
    editor(kept, replaces("We swam", f"We {kept.canary} swam"))
    code, said = ended(window(kept, "edit", entry))
    assert (code, "Saved, and locked again." in said) == (0, True)
    assert seen(kept) == before
    assert text_of(kept, entry) == before.replace("We swam", f"We {kept.canary} swam")
    assert (file_of(kept, entry), commits(kept)) == (path, count + 1)
    told = kept.git("log", "-1", "--format=%an|%ae|%s%b", "--name-only").text.split()
    assert told == ["journal|journal@localhost|journal:", "update", path.relative_to(kept.journal_dir).as_posix()]
    assert kept.git("status", "--porcelain").out == b""
    assert drafts(kept) == []


def test_a_changed_field_keeps_its_neighbours_and_their_comments(kept: Room) -> None:
    entry = written(kept)
    before = text_of(kept, entry)
    new = f"title: {kept.canary}   # better"
    editor(kept, replaces("title: 'The lake'", new))
    assert ended(window(kept, "edit", entry))[0] == 0
    assert text_of(kept, entry) == before.replace("title: 'The lake'", new)


def test_an_unchanged_editor_writes_nothing(kept: Room) -> None:
    entry = written(kept)
    before = snapshot(kept)
    editor(kept, "page.write_bytes(text.encode())")
    code, said = ended(window(kept, "edit", entry))
    assert (code, "was not changed, nothing was written" in said, "Saved" in said) == (0, True, False)
    assert (snapshot(kept), drafts(kept), kept.edits) == (before, [], 1)


def test_a_date_typed_into_a_page_is_understood_and_its_file_stays_where_it_is(kept: Room) -> None:
    entry = written(kept, "--kind", "memory", "--on", "2009")
    path = file_of(kept, entry)
    editor(kept, replaces("date: 2009", "date: zomer 2010   # I think"))
    assert ended(window(kept, "edit", entry))[0] == 0
    assert "date: 2010-22   # I think" in text_of(kept, entry).splitlines()
    assert kept.files() == [path]
    assert kept.journal("list", "--on", "2010", check=0).text.startswith(entry)


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("kind: experience", "kind: memry", "line {line}: 'kind' takes the name of a kind"),
        ("rating: 3", "rating: 8", "line {line}: 'rating' takes a whole number from 1 to 7"),
        ("rating: 3", "rating: good", "line {line}: 'rating' takes a whole number from 1 to 7"),
        ("date: 2026-11-21", "date: 2026-11-31", "line {line}: "),
        ("date: 2026-11-21", "date: 2027-11-21", "line {line}: "),
        ("title: 'The lake'", "title: 'The lake", "line "),
        ("---\n# mine", "--\n# mine", "the id of a page cannot change"),
        ("id: ", "id: x", "the id of a page cannot change"),
        ("id: ", "ids: ", "the id of a page cannot change"),
    ],
    ids=["kind", "eight", "good", "impossible", "future", "yaml", "no fence", "id", "no id"],
)
def test_a_page_that_cannot_be_taken_is_offered_again_as_it_was(kept: Room, good: str, bad: str, words: str) -> None:
    entry = written(kept)
    before = text_of(kept, entry)
    editor(kept, replaces(good, bad), replaces(bad, good, end=kept.canary))
    code, said = talk(window(kept, "edit", entry), ("Open the same page again?", "y"))
    assert code == 0, said
    assert seen(kept, 1) == before.replace(good, bad, 1)
    line = seen(kept, 1)[: seen(kept, 1).index(bad)].count("\n") + 1
    assert f"journal: {words.format(line=line)}" in said
    assert text_of(kept, entry) == before + kept.canary
    assert drafts(kept) == []


def test_an_emptied_page_is_refused_and_the_old_one_stays(kept: Room) -> None:
    entry = written(kept)
    before = snapshot(kept)
    editor(kept, "page.write_bytes(b'')")
    code, said = talk(window(kept, "edit", entry), ("Open the same page again?", "n"))
    assert (code, "the page is empty" in said, f"journal remove {entry}" in said) == (2, True, True)
    assert (snapshot(kept), drafts(kept)) == (before, [])


def test_a_change_that_is_not_mended_is_kept_and_offered_again(kept: Room) -> None:
    entry = written(kept)
    before, count = snapshot(kept), commits(kept)
    good, bad = "kind: experience", f"kind: {kept.canary}"
    editor(kept, replaces(good, bad), replaces(bad, "kind: wish"))
    code, said = talk(window(kept, "edit", entry), ("Open the same page again?", "n"))
    assert (code, "'journal' offers it again" in said) == (2, True)
    assert snapshot(kept) == before
    assert len(drafts(kept)) == 1
    assert talk(window(kept), ("Open it again?", "y"))[0] == 0
    assert seen(kept, 1) == seen(kept).replace(good, bad)
    assert text_of(kept, entry) == seen(kept).replace(good, "kind: wish")
    assert (len(kept.files()), commits(kept), drafts(kept)) == (1, count + 1, [])


@pytest.mark.parametrize(
    ("end", "words"),
    [("sys.exit(1)", "exit status 1"), ("os.kill(os.getpid(), 9)", "was ended by signal 9")],
    ids=["fails", "killed"],
)
def test_what_an_editor_saved_before_it_broke_is_offered_again_for_the_same_page(
    kept: Room, end: str, words: str
) -> None:
    entry = written(kept)
    before = snapshot(kept)
    editor(kept, f"{replaces('We swam', 'We dived')}; {end}", "pass")
    code, said = ended(window(kept, "edit", entry))
    assert (code, words in said, "'journal' offers it again" in said) == (2, True, True)
    assert snapshot(kept) == before
    assert talk(window(kept), ("Open it again?", "y"))[0] == 0
    assert text_of(kept, entry) == seen(kept).replace("We swam", "We dived")
    assert (len(kept.files()), drafts(kept)) == (1, [])


def test_of_two_editors_on_one_page_the_second_to_save_is_refused_and_its_words_are_kept(alone: Room) -> None:
    entry = written(alone)
    original, go = text_of(alone, entry), alone.tools / "go"
    first, second = f"first {alone.canary}", f"second {alone.canary}"
    wait = "import time\nwhile not (tools / 'go').exists(): time.sleep(0.01)\n"
    editor(alone, wait + replaces("no newline", second), replaces("no newline", first), "pass")
    slow = window(alone, "edit", entry)
    until_there(alone.tools / "seen-0")
    assert ended(window(alone, "edit", entry))[0] == 0
    go.touch()
    code, said = ended(slow)
    assert (code, f"{entry} was changed by another command meanwhile" in said) == (2, True)
    assert "'journal' offers it again" in said
    assert text_of(alone, entry) == original.replace("no newline", first)
    (draft,) = drafts(alone)
    assert draft.read_bytes().decode() == original.replace("no newline", second)
    alone.expect_draft()
    code, said = talk(
        window(alone), ("is not saved yet. Open it again?", "y"), ("was changed elsewhere meanwhile", "y")
    )
    assert code == 0, said
    assert text_of(alone, entry) == original.replace("no newline", second)
    assert alone.git("rev-list", "--count", "HEAD").text == "4\n"


def test_a_page_removed_while_its_editor_was_open_is_refused_and_its_words_are_kept(alone: Room) -> None:
    entry = written(alone)
    wait = "import time\nwhile not (tools / 'go').exists(): time.sleep(0.01)\n"
    editor(alone, wait + replaces("no newline", alone.canary), "pass")
    terminal = window(alone, "edit", entry)
    until_there(alone.tools / "seen-0")
    alone.journal("remove", "--yes", entry, check=0)
    (alone.tools / "go").touch()
    code, said = ended(terminal)
    assert (code, "'journal' offers it again" in said) == (2, True)
    assert (alone.files(), len(drafts(alone))) == ([], 1)
    code, said = talk(window(alone), ("is not saved yet. Open it again?", "y"))
    assert (code, "this becomes a new page" in said) == (0, True)
    (path,) = alone.files()
    assert alone.canary.encode() in alone.open(path)


def test_a_page_that_waits_for_a_removed_one_is_not_lost(alone: Room) -> None:
    entry = written(alone)
    editor(alone, f"{replaces('We swam', alone.canary)}; sys.exit(1)", "pass")
    assert ended(window(alone, "edit", entry))[0] == 2
    alone.journal("remove", "--yes", entry, check=0)
    code, said = talk(window(alone), ("Open it again?", "y"))
    assert "Traceback" not in said
    assert len(drafts(alone)) == 1 or alone.canary in text_of(alone, entry)
    assert (code == 0) is (drafts(alone) == [])
    alone.expect_draft()


def test_the_key_is_tried_before_the_editor_opens(locked_room: Room) -> None:
    room = locked_room
    room.journal("init", "--yes", check=0)
    entry = written(room)
    room.forget()
    room.pinentry = "cancel"
    editor(room, replaces("We swam", room.canary))
    before = snapshot(room)
    code, said = ended(window(room, "edit", entry))
    assert (code, "journal: the passphrase was not given" in said) == (3, True)
    assert (room.edits, snapshot(room), drafts(room)) == (0, before, [])


REAL = {
    "vim": ("Go{text}\x1b", ":wq\r", ":q\r"),
    "nano": ("\x1b/{text}", "\x0f\r\x18", "\x18"),
}


@pytest.mark.parametrize("name", REAL)
def test_a_page_is_changed_in_a_real_editor_and_left_alone_in_one(kept: Room, name: str) -> None:
    program = shutil.which(name)
    if not program:
        pytest.skip(f"{name} is not on this machine")
    entry = written(kept, page="---\nmood: calm  # mine\n---\nWe swam.\n")
    before = text_of(kept, entry)
    typed, save, leave = REAL[name]
    env = {"EDITOR": program, "VISUAL": "", "TERM": "screen"}
    for keys, words in ((leave, "was not changed"), (typed.format(text=f"We slept, {kept.canary}.") + save, "Saved")):
        terminal = window(kept, "edit", entry, env=env)
        terminal.expect_exact("We swam.")
        terminal.send(keys)
        code, said = ended(terminal)
        assert (code, words in said) == (0, True)
    assert text_of(kept, entry) == f"{before}We slept, {kept.canary}.\n"
    assert (commits(kept), drafts(kept)) == (3, [])


# A page that was written on two devices at once

MARKED = """\
---
title: The lake  # mine
conflict: {{title: No lake, text: both versions are below}}
---
<<<<<<< this device
We swam to {canary}.
=======
We walked.
>>>>>>> the other device
Then
=======
"""
ASKS = "was written on two devices at once and both versions are in it: keep what you like"
STILL = "the page still holds both versions"
SETTLED = "its field 'conflict' goes"


def test_a_page_in_two_versions_is_settled_in_the_editor(kept: Room) -> None:
    entry = written(kept, page=MARKED)
    before = text_of(kept, entry)
    one, two, three, four = "<<<<<<< this device\n", "=======\nWe walked.\n", ">>>>>>> the other device\n", "We swam"
    conflict = "conflict: {title: No lake, text: both versions are below}\n"
    editor(kept, "pass", replaces(four, "We dived"), replaces(one, ""), replaces(three, ""))
    for turn, said_as_well in enumerate(("was not changed", STILL, STILL, SETTLED)):
        code, said = ended(window(kept, "edit", entry))
        assert (code, ASKS in said, said_as_well in said) == (0, True, True)
        assert (STILL in said, SETTLED in said) == (turn in (1, 2), turn == 3)
        assert (conflict in text_of(kept, entry)) == (turn < 3)
    expected = before.replace(four, "We dived").replace(one, "").replace(three, "")
    assert text_of(kept, entry) == expected.replace(conflict, "")
    assert two in text_of(kept, entry)
    editor(kept, *["pass"] * 5)  # it counts on from the four turns before
    code, said = ended(window(kept, "edit", entry))
    assert (code, ASKS in said) == (0, False)


def test_a_page_in_two_versions_is_settled_through_a_pipe_and_shown_as_it_is(kept: Room) -> None:
    entry = written(kept, page=MARKED)
    shown = kept.journal("show", entry, check=0).text
    assert all(
        line in shown for line in (*MARKED.splitlines()[4:5], "We walked.", ">>>>>>> the other device", "No lake")
    )
    page = text_of(kept, entry).replace("title: No lake, ", "")
    result = kept.journal("edit", entry, stdin=page.encode(), check=0)
    assert (ASKS in result.error, STILL in result.error, text_of(kept, entry)) == (True, True, page)
    whole = re.sub("(?m)^(<<<<<<< this device|>>>>>>> the other device)\n", "", page)
    result = kept.journal("edit", entry, stdin=whole.encode(), check=0)
    assert (ASKS in result.error, SETTLED in result.error) == (True, True)
    assert text_of(kept, entry) == whole.replace("conflict: {text: both versions are below}\n", "")


def test_marks_of_the_person_s_own_are_no_second_version(kept: Room) -> None:
    entry = written(kept, page="<<<<<<< this device\n=======\n")
    editor(kept, replaces("=======", ">>>>>>> the other device"))
    code, said = ended(window(kept, "edit", entry))
    assert (code, ASKS in said, STILL in said, SETTLED in said) == (0, False, False, False)
    assert text_of(kept, entry) == seen(kept).replace("=======", ">>>>>>> the other device")


# From standard input


def test_a_page_on_standard_input_takes_the_place_of_the_old_one(shared: Room) -> None:
    entry = written(shared)
    path, count = file_of(shared, entry), commits(shared)
    page = f"---\n# anew\nid: {entry}\nkind: wish\ndate: 2026-11-21\n---\n{shared.canary}\r\n\n  and no more".encode()
    result = shared.journal("edit", entry, stdin=page, check=0)
    assert shared.open(file_of(shared, entry)) == page
    assert (file_of(shared, entry), commits(shared)) == (path, count + 1)
    assert shared.canary not in result.error


def test_the_raw_page_goes_through_a_filter_and_back(shared: Room) -> None:
    entry = written(shared)
    raw = shared.journal("show", "--raw", entry, check=0).out
    shared.journal("edit", entry, stdin=raw.replace(b"swam", b"dived"), check=0)
    assert shared.journal("show", "--raw", entry, check=0).out == raw.replace(b"swam", b"dived")


def test_the_same_page_on_standard_input_writes_nothing(shared: Room) -> None:
    entry = written(shared)
    before = snapshot(shared)
    said = shared.journal("edit", entry, stdin=text_of(shared, entry).encode(), check=0).error
    assert "was not changed, nothing was written" in said
    assert snapshot(shared) == before


@pytest.mark.parametrize("stdin", [None, b"", b" \r\n\n"], ids=["nothing", "no bytes", "blank"])
def test_an_empty_page_on_standard_input_is_refused(shared: Room, stdin: bytes | None) -> None:
    assert "no page on standard input" in refused(shared, "last", stdin=stdin)


def test_a_page_that_is_not_utf_8_is_refused(shared: Room) -> None:
    assert "not UTF-8" in refused(shared, "last", stdin=f"un café, {shared.canary}".encode("latin-1"))


@pytest.mark.parametrize("change", ["id: x", "ids: "])
def test_the_id_of_a_page_cannot_change(alone: Room, change: str) -> None:
    entry = written(alone)
    page = text_of(alone, entry).replace("id: ", change, 1)
    assert "the id of a page cannot change" in refused(alone, entry, stdin=page.encode())
    alone.expect_draft()


def test_a_refused_page_from_standard_input_is_offered_again(kept: Room) -> None:
    entry = written(kept)
    page = text_of(kept, entry)
    bad = page.replace("title: 'The lake'", f"title: [{kept.canary}")
    assert "'journal' offers it again" in refused(kept, entry, stdin=bad.encode())
    (draft,) = drafts(kept)
    assert draft.read_bytes() == bad.encode()
    editor(kept, replaces(f"title: [{kept.canary}", f"title: {kept.canary}"))
    assert talk(window(kept), ("Open it again?", "y"))[0] == 0
    assert text_of(kept, entry) == page.replace("title: 'The lake'", f"title: {kept.canary}")
    assert drafts(kept) == []


# Which page


def test_a_page_is_named_by_its_id_a_prefix_a_date_or_last(shared: Room) -> None:
    old = written(shared, "--kind", "memory", "--on", "1998", now="2026-11-22T10:00:00+01:00")
    new = written(shared, "--kind", "memory", "--on", "1997", now="2026-11-22T10:01:00+01:00")
    refs = {old: old, old[:7]: old, old.upper(): old, "1998": old, "last": new}
    for turn, (ref, entry) in enumerate(refs.items()):
        page = re.sub(r"We \w+ to", f"We swam{turn} to", text_of(shared, entry))
        shared.journal("edit", ref, stdin=page.encode(), check=0)
        assert text_of(shared, entry) == page


def test_the_page_before_the_last_is_called_minus_two(shared: Room) -> None:
    entries = [written(shared, now=f"2026-11-22T11:0{minute}:00+01:00") for minute in range(2)]
    page = text_of(shared, entries[0]).replace("We swam", "We dived")
    shared.journal("edit", "-2", stdin=page.encode(), check=0)
    assert text_of(shared, entries[0]) == page


def test_an_id_that_matches_nothing_is_said_with_how_to_name_one(shared: Room) -> None:
    said = refused(shared, "zzzzzzzz", code=1)
    assert "no entry matches 'zzzzzzzz'" in said
    assert "journal list" in said


def test_a_date_with_several_pages_lists_them_and_changes_none(kept: Room) -> None:
    entries = [written(kept) for _ in range(2)]
    said = refused(kept, "2026-11-21")
    assert all(entry in said for entry in entries)


def test_without_a_terminal_no_editor_opens(kept: Room) -> None:
    entry = written(kept)
    editor(kept, replaces("We swam", "never"))
    refused(kept, entry, stdin=None)
    assert kept.edits == 0
