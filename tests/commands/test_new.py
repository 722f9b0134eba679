"""journal new with real gpg, git, terminals and editors: what comes in is what is sealed, and nothing lies in clear."""

from __future__ import annotations

import io
import re
import shutil
import time
from pathlib import Path

import pytest
from room import JOURNAL, Room
from sitting import DUTCH, adds, drafts, editor, ended, replaces, say, seen, snapshot, talk, window

ID = r"[0-9abcdefghjkmnpqrstvwxyz]{8}"
KINDS = ("experience", "fantasy", "memory", "chapter", "reflection", "wish", "letter", "conversation")


def written(room: Room, page: bytes, *args: str, env: dict[str, str] | None = None) -> Path:
    """The one file that comes of a page on standard input."""
    before = set(room.files())
    room.journal("new", *args, stdin=page, env=env, check=0)
    (path,) = set(room.files()) - before
    return path


def parts(room: Room, path: Path) -> tuple[list[str], bytes]:
    """The lines of a sealed page's front matter, and its body to the last byte."""
    before, head, body = room.open(path).split(b"---\n", 2)
    assert before == b""
    return head.decode().splitlines(), body


def the_page(room: Room) -> tuple[list[str], bytes]:
    """The parts of the only page there is."""
    (path,) = room.files()
    return parts(room, path)


def refused(room: Room, *args: str, stdin: bytes | None = b"We swam.\n", code: int = 2) -> str:
    """What is said when a page is not taken: a sentence and a hint, and the journal is as it was.

    The page may wait in memory then, and is thrown away here.
    """
    before = snapshot(room)
    result = room.journal("new", *args, stdin=stdin, check=code)
    assert result.out == b""
    sentence, hint = result.error.splitlines()[-2:]
    assert re.fullmatch("journal: [^A-Z].*[^.]", sentence)
    assert re.fullmatch("hint: .+", hint)
    assert "Traceback" not in result.error
    assert room.canary not in result.error
    assert snapshot(room) == before
    for draft in drafts(room):
        shutil.rmtree(draft.parent)
    return result.error


# From standard input


@pytest.mark.parametrize(
    "body",
    [
        b"We swam.\r\n\r\nThen we slept.\r\n",
        b"no newline at the end",
        b"    indented as code\n\ttabbed, two spaces at the end  \n",
        b"\n\nblank lines first, and last\n\n\n",
        b"above\n---\nbelow\n---\n",
        "🌊 and 👩🏽‍❤️‍👩🏼, é as e + ́\n".encode(),
        "שחינו באגם \u202b(ימין לשמאל)\u202c ثم نمنا\n".encode(),
        b"\xef\xbb\xbfa mark before the first word\n",
        b"a form feed \x0c, an escape \x1b[31m and a bell \x07\n",
    ],
    ids=["crlf", "no newline", "spaces", "blank lines", "dashes", "emoji", "right to left", "bom", "control"],
)
def test_the_text_is_sealed_byte_for_byte(shared: Room, body: bytes) -> None:
    text = body + shared.canary.encode()
    assert parts(shared, written(shared, text))[1] == text


def test_a_page_of_a_megabyte_is_taken_whole(shared: Room) -> None:
    text = b"".join(b"%d %s\r\n" % (number, shared.canary.encode()) for number in range(1 << 16))
    assert len(text) > 1 << 20
    assert parts(shared, written(shared, text))[1] == text


def test_the_new_id_stands_alone_on_standard_output(shared: Room) -> None:
    before = set(shared.files())
    result = shared.journal("new", stdin=b"We swam.\n", check=0)
    assert re.fullmatch(f"{ID}\n", result.text)
    (path,) = set(shared.files()) - before
    assert f"id: {result.text}" in shared.open(path).decode()
    assert path.relative_to(shared.journal_dir).as_posix() == f"2026/2026-11-21.{result.text.strip()}.md.asc"
    assert result.text.strip() not in result.error


def test_a_page_gets_what_it_needs_and_no_more(shared: Room) -> None:
    head, _ = parts(shared, written(shared, b"We swam.\n"))
    assert re.fullmatch(f"id: {ID}", head[0])
    assert head[1:] == ["kind: experience", "date: 2026-11-21", "written: 2026-11-22T09:14+01:00"]


def test_a_page_is_sealed_in_armor_and_a_file_of_the_persons_alone(shared: Room) -> None:
    path = written(shared, b"We swam.\n")
    assert path.read_bytes().startswith(b"-----BEGIN PGP MESSAGE-----\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(shared.journal_dir.rglob("*.tmp"))


def test_one_page_is_one_commit_that_tells_nothing(shared: Room) -> None:
    before = int(shared.git("rev-list", "--count", "HEAD").text)
    path = written(shared, b"We swam.\n", "--title", shared.canary, "--tag", shared.canary)
    assert int(shared.git("rev-list", "--count", "HEAD").text) == before + 1
    told = shared.git("log", "-1", "--format=%an|%ae|%cn|%ce|%aI|%s%b", "--name-only").text.split("\n\n")
    assert told[0] == "journal|journal@localhost|journal|journal@localhost|2026-11-22T09:14:00+01:00|journal: update"
    assert told[1].split() == [path.relative_to(shared.journal_dir).as_posix()]
    assert set(shared.git("log", "--format=%B").text.split("\n")) == {"journal: update", ""}
    assert shared.git("status", "--porcelain").out == b""


OWN = """\
---
# mine, not yours
mood: [a, "b: c"]   # and this
title: 'The lake'
with: {canary}
weather:
    water: 19.50
    sky: no
rating: 3
when: on
---
Then we swam to {canary}.
"""


def test_own_front_matter_is_kept_with_its_comments_order_and_unknown_fields(shared: Room) -> None:
    own = OWN.format(canary=shared.canary)
    text = shared.open(written(shared, own.encode())).decode()
    ours = [r"id: .{8}", "kind: experience", "date: 2026-11-21", r"written: 2026-11-22T09:14\+01:00"]
    left = [line for line in text.splitlines() if not any(re.fullmatch(line_of_ours, line) for line_of_ours in ours)]
    assert left == own.splitlines()
    assert len(text.splitlines()) == len(own.splitlines()) + len(ours)


def test_flags_win_over_own_front_matter(shared: Room) -> None:
    own = f"---\nkind: wish\ndate: 2009\ntitle: old\nwith: [old]\ntags: [old]\nrating: 3\n---\n{shared.canary}\n"
    flags = ("--kind", "memory", "--on", "2010", "--title", "The lake", "--with", "Wren", "--with", "Reed")
    path = written(shared, own.encode(), *flags, "--tag", "slow", "--tag", "weekend", "--rating", "6")
    head, body = parts(shared, path)
    assert set(head) > {
        *("kind: memory", "title: The lake", "with: [Wren, Reed]", "tags: [slow, weekend]", "rating: 6"),
    }
    assert not [line for line in head if "old" in line or line in ("rating: 3", "kind: wish", "date: 2009")]
    assert body.decode() == f"{shared.canary}\n"
    assert path.parent.name == "2010"


def test_flags_alone_make_the_front_matter(shared: Room) -> None:
    words = shared.canary
    path = written(
        shared, b"We swam.\n", "--with", words, "--tag", words, "--title", f"{words}: 6 # no", "--rating", "1"
    )
    head, _ = parts(shared, path)
    assert [f"with: [{words}]", f"tags: [{words}]", "rating: 1"] == [
        line for line in head if line.startswith(("with", "tags", "rating"))
    ]
    listed = shared.journal("list", "-n", "1", path.name.split(".")[1]).text
    assert listed.split("\t")[-1].strip() == f"{words}: 6 # no"


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [("last friday", "2026-11-20", "Friday 20 November 2026"), ("zomer 2009", "2009-22", "summer 2009")],
)
def test_a_date_typed_in_the_front_matter_is_understood(shared: Room, typed: str, stored: str, shown: str) -> None:
    page = f"---\nkind: memory\ndate: {typed}   # as I have it\n---\n{shared.canary}\n"
    before = set(shared.files())
    said = shared.journal("new", stdin=page.encode(), check=0).error
    (path,) = set(shared.files()) - before
    assert f"about {shown}\n" in said
    assert f"date: {stored}   # as I have it" in parts(shared, path)[0]


def test_several_pages_a_day_are_ordinary(kept: Room) -> None:
    paths = [written(kept, f"{number} {kept.canary}".encode()) for number in range(3)]
    assert [path for path in kept.files() if path.name.startswith("2026-11-21.")] == sorted(paths)
    listed = kept.journal("list", "--on", "2026-11-21", check=0).text.splitlines()
    assert {line.split("\t")[0] for line in listed} == {path.name.split(".")[1] for path in paths}


@pytest.mark.parametrize("stdin", [None, b"", b" \n\t\r\n"], ids=["nothing", "no bytes", "blank"])
def test_an_empty_page_on_standard_input_is_refused(shared: Room, stdin: bytes | None) -> None:
    assert "no page on standard input" in refused(shared, stdin=stdin)


def test_front_matter_that_says_nothing_is_an_empty_page(shared: Room) -> None:
    assert "empty" in refused(shared, stdin=b"---\nkind: wish\ntags: []\n---\n\n")


def test_a_page_that_is_not_utf_8_is_refused(shared: Room) -> None:
    assert "not UTF-8" in refused(shared, stdin=f"un café, {shared.canary}".encode("latin-1"))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("---\ntitle: one\ntitle: {canary}\n---\nWe swam.\n", "line 3"),
        ("---\ntitle: [{canary}\n---\nWe swam.\n", "line "),
        ("---\ntitle: {canary}\nWe swam.\n", "never closed"),
        ("---\ntitle: &a {canary}\nwith: *a\n---\n", "line "),
        ("---\ntitle: lake\ndate: 2026-02-30\n---\n{canary}\n", "line 3"),
        ("---\ndate: {canary}\n---\nWe swam.\n", "line 2"),
        ("---\ndate: [{canary}]\n---\nWe swam.\n", "line 2: 'date' cannot be read as a date"),
        ("---\nkind: {canary}\n---\nWe swam.\n", "line 2"),
        ("---\ntitle: lake\nrating: 8\n---\n{canary}\n", "line 3: 'rating' takes a whole number from 1 to 7"),
        ("---\ntitle: lake\nrating: {canary}\n---\n", "line 3: 'rating' takes a whole number from 1 to 7"),
        ("---\ntags: {{{canary}: 1}}\n---\nWe swam.\n", "line 2"),
    ],
    ids=[
        *("twice", "open bracket", "never closed", "alias", "impossible date", "unreadable date", "a list for a date"),
        *("kind", "eight", "good", "tags"),
    ],
)
def test_malformed_front_matter_is_refused_with_its_line_and_without_its_words(
    shared: Room, page: str, words: str
) -> None:
    assert words in refused(shared, stdin=page.format(canary=shared.canary).encode())


@pytest.mark.parametrize(
    ("args", "page"),
    [((), "---\ntitle: [lake\n---\n{canary}\n"), (("--kind", "memory"), "{canary}\n")],
    ids=["malformed", "no date"],
)
def test_a_piped_page_that_was_refused_is_offered_again(kept: Room, args: tuple[str, ...], page: str) -> None:
    text = page.format(canary=kept.canary)
    assert "'journal' offers it again" in kept.journal("new", *args, stdin=text.encode(), check=2).error
    (draft,) = drafts(kept)
    assert draft.read_text().endswith(text)
    assert ("kind: memory" in draft.read_text()) is bool(args)
    mended = f"---\nkind: memory\ndate: 2009\n---\n{kept.canary}\n"
    editor(kept, f"page.write_text({mended!r})")
    code, said = talk(window(kept), ("Open it again?", "y"))
    assert code == 0, said
    assert the_page(kept)[1].decode() == f"{kept.canary}\n"


# When it was


def about(room: Room, *args: str, now: str = "") -> tuple[str, str]:
    """The date as stored, and the sentence that says it back."""
    before = set(room.files())
    env = {"JOURNAL_NOW": now} if now else None
    said = room.journal("new", *args, stdin=room.canary.encode(), env=env, check=0).error
    (path,) = set(room.files()) - before
    (stored,) = [line.removeprefix("date: ") for line in parts(room, path)[0] if line.startswith("date: ")]
    (told,) = re.findall(r"^journal: (about .*)$", said, re.MULTILINE)
    return stored, told


def test_a_page_is_about_yesterday_unless_told_otherwise(shared: Room) -> None:
    assert about(shared) == ("2026-11-21", "about Saturday 21 November 2026")


@pytest.mark.parametrize(
    ("now", "settings", "stored"),
    [
        ("2026-11-22T02:00:00+01:00", {}, "2026-11-20"),
        ("2026-11-22T04:59:00+01:00", {}, "2026-11-20"),
        ("2026-11-22T05:00:00+01:00", {}, "2026-11-21"),
        ("2026-11-22T02:00:00+01:00", {"JOURNAL_DAY_STARTS": "01:30"}, "2026-11-21"),
    ],
)
def test_at_two_in_the_morning_it_is_still_the_evening_before(
    shared: Room, now: str, settings: dict[str, str], stored: str
) -> None:
    path = written(shared, b"We swam.\n", env={"JOURNAL_NOW": now, **settings})
    assert f"date: {stored}" in parts(shared, path)[0]


@pytest.mark.parametrize(
    ("typed", "stored", "told"),
    [
        ("yesterday", "2026-11-21", "about Saturday 21 November 2026"),
        ("gisteren", "2026-11-21", "about Saturday 21 November 2026"),
        ("last monday", "2026-11-16", "about Monday 16 November 2026"),
        ("last friday", "2026-11-20", "about Friday 20 November 2026"),
        ("summer 2009", "2009-22", "about summer 2009"),
        ("~2009", "2009~", "about 2009"),
        ("2009", "2009", "about 2009"),
        ("2009/2013", "2009/2013", "about 2009 to 2013"),
    ],
)
def test_a_date_is_taken_as_people_type_it_and_said_back(shared: Room, typed: str, stored: str, told: str) -> None:
    assert about(shared, "--kind", "memory", "--on", typed) == (stored, told)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2027-01-01", "2027-01-01 has not come yet"),
        ("tomorrow", "'tomorrow' has not come yet"),
        ("volgende vrijdag", "'volgende vrijdag' has not come yet"),
        ("2026-02-30", "2026-02-30 is not in the calendar"),
        ("30 february", "2026-02-30 is not in the calendar"),
        ("2026-13-01", "no month 13"),
        ("soonish", "cannot read 'soonish' as a date"),
        ("3-4-2026", "can be read in two ways"),
        ("", "no date"),
    ],
)
def test_a_date_that_lies_ahead_does_not_exist_or_cannot_be_read_is_refused(
    shared: Room, typed: str, words: str
) -> None:
    assert words in refused(shared, "--on", typed, stdin=shared.canary.encode())


@pytest.mark.parametrize("kind", ["memory", "chapter"])
def test_a_memory_or_a_chapter_without_a_date_is_refused(shared: Room, kind: str) -> None:
    assert f"a {kind} needs a date" in refused(shared, "--kind", kind, stdin=shared.canary.encode())


# Kinds and ratings


def test_every_kind_is_taken_and_listed(shared: Room) -> None:
    paths = {kind: written(shared, b"We swam.\n", "--kind", kind, "--on", "2009") for kind in KINDS}
    for kind, path in paths.items():
        assert f"kind: {kind}" in parts(shared, path)[0]
        assert kind not in path.as_posix()
    listed = shared.journal("list", *(path.name.split(".")[1] for path in paths.values()), check=0).text
    assert sorted(line.split("\t")[2] for line in listed.splitlines()) == sorted(KINDS)


def test_an_unknown_kind_is_refused_with_the_nearest(shared: Room) -> None:
    said = refused(shared, "--kind", "memry")
    assert "there is no kind 'memry'" in said
    assert "did you mean 'memory'?" in said
    assert all(kind in said for kind in KINDS)


@pytest.mark.parametrize("rating", ["0", "8", "good", "6.5", "-1", ""])
def test_a_rating_is_a_whole_number_from_one_to_seven(shared: Room, rating: str) -> None:
    assert "1 to 7" in refused(shared, f"--rating={rating}")


def test_text_is_no_word_of_the_command_line(shared: Room) -> None:
    refused(shared, "We swam.")
    refused(shared, "-m", "We swam.")


# What the files show


def test_opaque_files_hide_the_date_the_length_the_reader_and_the_hour(room: Room) -> None:
    room.journal("init", "--yes", "--names", "opaque", check=0)
    paths = [written(room, text + room.canary.encode()) for text in (b"short", b"a little longer")]
    assert all(
        re.fullmatch(f"(..)/\\1[^/]{{6}}{re.escape('.md.asc')}", p.relative_to(room.journal_dir).as_posix())
        for p in paths
    )
    packets = [room.gpg("--list-packets", "--list-only", str(path)).text for path in paths]
    assert all("keyid 0000000000000000" in text and room.fingerprint[-16:] not in text for text in packets)
    assert len({len(room.run("gpg", "--dearmor", stdin=path.read_bytes(), check=0).out) for path in paths}) == 1
    assert set(room.git("log", "--format=%aI %cI").text.split()) == {"2026-11-22T00:00:00+01:00"}
    assert parts(room, paths[0])[1] == b"short" + room.canary.encode()


def test_fields_that_may_be_seen_stand_above_the_armor_and_no_others(room: Room) -> None:
    room.journal("init", "--yes", "--clear", "date", "--clear", "kind", check=0)
    path = written(room, room.canary.encode(), "--title", room.canary, "--kind", "wish")
    above, armor, _ = path.read_text().partition("-----BEGIN PGP MESSAGE-----")
    assert above == "---\nkind: wish\ndate: 2026-11-21\n---\n"
    assert armor
    assert parts(room, path)[1] == room.canary.encode()


# In the editor


def test_the_editor_shows_the_date_the_blanks_and_the_first_questions(kept: Room) -> None:
    editor(kept, adds(kept.canary))
    code, said = ended(window(kept, "new"))
    assert code == 0, said
    assert "about Saturday 21 November 2026" in said
    page = seen(kept)
    assert page.startswith("---\nkind: experience\ndate: 2026-11-21\n")
    blanks = [line for line in page.splitlines() if line.startswith(("with:", "rating:", "tags:"))]
    assert [line.split("#")[0].strip() for line in blanks] == ["with: []", "rating:", "tags: []"]
    assert "# 1 not good for me · 4 somewhere in between · 7 wonderful" in page
    assert "<!-- Tell it the way you would like to find it again later." in page
    assert "What came before it?" not in page


def test_comments_and_blanks_left_alone_vanish_and_the_text_stays_as_typed(kept: Room) -> None:
    typed = f"  We swam to {kept.canary}.  \n\n<!-- mine -->\n---\nThen we slept."
    editor(kept, adds(typed))
    code, said = ended(window(kept, "new"))
    assert (code, "Saved, and locked again." in said) == (0, True)
    head, body = the_page(kept)
    assert [line.partition(":")[0] for line in head] == ["id", "kind", "date", "written"]
    assert body.decode() == typed
    assert drafts(kept) == []


def test_answers_below_their_questions_stand_a_blank_line_apart(kept: Room) -> None:
    first, last = "first thing comes first", f"then {kept.canary}"
    turn = (
        "parts = text.split('-->'); assert len(parts) == 3; "
        f"page.write_bytes(('-->\\n' + {first!r}).join(parts[:2]).encode() + ('-->\\n' + {last!r} + '\\n').encode())"
    )
    editor(kept, turn)
    assert ended(window(kept, "new", "--kind", "memory", "--on", "2009"))[0] == 0
    assert the_page(kept)[1].decode() == f"{first}\n\n{last}\n"


def test_a_question_that_was_changed_is_the_persons_own_text(kept: Room) -> None:
    editor(kept, replaces("<!-- Tell it", "<!-- I will not tell it"))
    assert ended(window(kept, "new"))[0] == 0
    assert b"<!-- I will not tell it" in the_page(kept)[1]


def test_blanks_that_were_filled_in_are_kept(kept: Room) -> None:
    word = kept.canary
    filled = (
        "import re; text = text.replace('with: []', 'with: [{0}]').replace('tags: []', 'tags: [{0}]'); "
        "page.write_bytes((re.sub('(?m)^rating:', 'rating: 6', text) + 'We swam.').encode())"
    )
    editor(kept, filled.format(word))
    assert ended(window(kept, "new"))[0] == 0
    listed = kept.journal("list", check=0).text.rstrip("\n").split("\t")
    assert listed[3:6] == [word, word, "6"]
    assert the_page(kept)[1] == b"We swam."


def test_flags_stand_in_the_page_that_the_editor_shows(kept: Room) -> None:
    editor(kept, adds("We swam.\n"))
    flags = ("--on", "last friday", "--with", "Wren", "--tag", "slow", "--rating", "6", "--title", kept.canary)
    code, said = ended(window(kept, "new", *flags))
    assert (code, "about Friday 20 November 2026" in said) == (0, True)
    given = ["date: 2026-11-20", f"title: {kept.canary}", "with: [Wren]", "tags: [slow]", "rating: 6"]
    shown = seen(kept).split("---\n")[1].splitlines()
    assert shown == ["kind: experience", *given]
    assert [line for line in the_page(kept)[0] if line in given] == given


def test_an_unchanged_editor_writes_nothing(kept: Room) -> None:
    before = snapshot(kept)
    editor(kept, "page.write_bytes(text.encode())")
    code, said = ended(window(kept, "new", "--title", kept.canary))
    assert (code, "was not changed, nothing was written" in said, "Saved" in said) == (0, True, False)
    assert (snapshot(kept), drafts(kept), kept.edits) == (before, [], 1)


@pytest.mark.parametrize("turn", ["page.write_bytes(b'')", "page.write_bytes(b' \\n\\n')", "page.unlink()"])
def test_an_emptied_page_writes_nothing(kept: Room, turn: str) -> None:
    before = snapshot(kept)
    editor(kept, turn)
    code, said = ended(window(kept, "new"))
    assert (code, "the page is empty, nothing was written" in said) == (0, True)
    assert (snapshot(kept), drafts(kept)) == (before, [])


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("kind: experience", "kind: memry", "2: 'kind' takes the name of a kind"),
        ("rating:  #", "rating: 8  #", "5: 'rating' takes a whole number from 1 to 7"),
        ("rating:  #", "rating: good  #", "5: 'rating' takes a whole number from 1 to 7"),
        ("tags: []", "tags: [slow]\ntags: [weekend]", "7: the key 'tags' stands there twice"),
        ("tags: []", "tags: [slow", ""),
    ],
    ids=["kind", "eight", "good", "twice", "yaml"],
)
def test_front_matter_that_cannot_be_read_is_offered_again_as_it_was(
    kept: Room, good: str, bad: str, line: str
) -> None:
    editor(kept, replaces(good, bad, end=kept.canary), replaces(bad, good))
    code, said = talk(window(kept, "new"), ("Open the same page again?", "y"))
    assert code == 0, said
    assert f"journal: line {line}" in said
    assert seen(kept, 1) == seen(kept).replace(good, bad) + kept.canary
    assert the_page(kept)[1].decode() == kept.canary
    assert kept.git("rev-list", "--count", "HEAD").text == "2\n"
    assert drafts(kept) == []


def test_a_page_that_is_not_mended_is_kept_and_offered_again(kept: Room) -> None:
    good, bad = "kind: experience", "kind: [experience"
    editor(kept, replaces(good, bad, end=kept.canary), replaces(bad, good))
    code, said = talk(window(kept, "new"), ("Open the same page again?", "n"))
    assert (code, "'journal' offers it again" in said) == (2, True)
    (draft,) = drafts(kept)
    assert str(draft.parent) in said
    assert (draft.read_text(), kept.files()) == (seen(kept).replace(good, bad) + kept.canary, [])
    code, said = talk(window(kept), ("A page from 2026-11-22 09:14 is not saved yet. Open it again?", "y"))
    assert code == 0, said
    assert the_page(kept)[1].decode() == kept.canary
    assert drafts(kept) == []


def test_the_next_new_page_offers_the_one_that_waits_first(kept: Room) -> None:
    editor(kept, adds(kept.canary) + "; sys.exit(1)", "pass", adds("another"))
    assert ended(window(kept, "new"))[0] == 2
    code, said = talk(window(kept, "new"), ("is not saved yet. Open it again?", "y"))
    assert code == 0, said
    assert {parts(kept, path)[1].decode() for path in kept.files()} == {kept.canary, "another"}
    assert drafts(kept) == []


def test_a_page_that_waits_is_thrown_away_only_when_told_so(kept: Room) -> None:
    editor(kept, adds(kept.canary) + "; sys.exit(1)")
    assert ended(window(kept, "new"))[0] == 2
    code, _ = talk(window(kept), ("Open it again?", "n"), ("Throw it away for good?", ""))
    assert (code, len(drafts(kept))) == (0, 1)
    code, _ = talk(window(kept), ("Open it again?", "n"), ("Throw it away for good?", "y"))
    assert (code, drafts(kept), kept.files()) == (0, [], [])


def test_without_a_terminal_a_page_that_waits_is_only_mentioned(alone: Room) -> None:
    editor(alone, adds(alone.canary) + "; sys.exit(1)")
    assert ended(window(alone, "new"))[0] == 2
    said = alone.journal(check=0).error
    assert "is not saved yet" in said
    assert alone.canary not in said
    assert (len(drafts(alone)), alone.edits) == (1, 1)
    alone.expect_draft()


def test_a_memory_without_a_date_is_offered_again_for_its_date(kept: Room) -> None:
    editor(
        kept, adds(kept.canary), "import re; page.write_bytes(re.sub('(?m)^(date:)', r'\\1 zomer 2009', text).encode())"
    )
    code, said = talk(window(kept, "new", "--kind", "memory"), ("Open the same page again?", "y"))
    assert code == 0, said
    assert "a memory needs a date" in said
    assert "about summer 2009" in said
    (path,) = kept.files()
    assert path.name.startswith("2009-22.")


def test_ctrl_c_in_the_editor_is_the_editors(kept: Room) -> None:
    waits = "import signal; keys = {signal.SIGINT}; signal.pthread_sigmask(signal.SIG_BLOCK, keys)"
    editor(kept, f"{waits}; (tools / 'ready').touch(); signal.sigwait(keys); {adds(kept.canary)}")
    terminal = window(kept, "new")
    until_there(kept.tools / "ready")
    terminal.sendintr()
    assert ended(terminal)[0] == 0
    assert the_page(kept)[1].decode() == kept.canary


def test_ctrl_c_that_ends_the_editor_keeps_what_was_saved(kept: Room) -> None:
    dies = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); (tools / 'ready').touch(); signal.pause()"
    editor(kept, f"{adds(kept.canary)}; {dies}", "pass")
    terminal = window(kept, "new")
    until_there(kept.tools / "ready")
    terminal.sendintr()
    code, said = ended(terminal)
    assert code in (2, 130)
    assert "was ended by signal 2" in said
    assert "'journal' offers it again" in said
    assert talk(window(kept), ("Open it again?", "y"))[0] == 0
    assert the_page(kept)[1].decode() == kept.canary


def test_ctrl_c_at_the_question_whether_to_go_on_keeps_the_page(kept: Room) -> None:
    editor(kept, replaces("kind: experience", "kind: memry", end=kept.canary), replaces("memry", "memory"))
    terminal = window(kept, "new")
    terminal.expect_exact("Open the same page again?")
    terminal.expect_exact("> ")
    terminal.sendintr()
    code, said = ended(terminal)
    assert (code, "'journal' offers it again" in said) == (130, True)
    assert talk(window(kept), ("Open it again?", "y"))[0] == 0
    assert "kind: memory" in the_page(kept)[0]


def until_there(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.01)


def test_the_shell_can_catch_the_id_while_the_editor_has_the_terminal(kept: Room) -> None:
    editor(kept, adds(kept.canary))
    terminal = kept.spawn("sh", "-c", 'id=$("$@"); echo "caught <$id>"', "sh", *JOURNAL, "new", columns=240)
    terminal.logfile_read = io.StringIO()
    code, said = ended(terminal)
    assert code == 0, said
    (path,) = kept.files()
    assert f"caught <{path.name.split('.')[1]}>" in said


def test_the_first_page_makes_the_journal_on_the_way(room: Room) -> None:
    editor(room, adds(room.canary))
    code, said = talk(window(room, "new"), ("Before you begin", "1"), ("Suppose someone", "1"))
    assert code == 0, said
    assert "gpg --armor --export-secret-keys" in said
    assert the_page(room)[1].decode() == room.canary
    assert room.git("log", "--format=%s").text == "journal: update\n" * 2


def test_without_a_journal_or_a_terminal_a_page_is_refused(room: Room) -> None:
    result = room.journal("new", stdin=room.canary.encode(), check=2)
    assert "journal init --yes" in result.error
    assert result.out == b""
    assert not room.journal_dir.exists()


def test_the_questions_in_the_editor_are_dutch_where_the_locale_is(kept: Room) -> None:
    editor(kept, adds(kept.canary))
    code, said = ended(window(kept, "new", "--kind", "wish", env=DUTCH))
    assert (code, "Bewaard, en weer op slot." in said) == (0, True)
    assert "<!-- Wat" in seen(kept)
    assert the_page(kept)[1].decode() == kept.canary


def test_commands_and_errors_stay_english(shared: Room) -> None:
    assert "there is no kind 'wens'" in shared.journal("new", "--kind", "wens", env=DUTCH, check=2).error


REAL = {"vim": ("Go{text}\x1b", ":wq\r"), "nano": ("\x1b/{text}", "\x0f\r\x18")}


@pytest.mark.parametrize("name", REAL)
def test_a_page_comes_out_of_a_real_editor(kept: Room, name: str) -> None:
    path = shutil.which(name)
    if not path:
        pytest.skip(f"{name} is not on this machine")
    typed, leave = REAL[name]
    terminal = window(kept, "new", "--tag", "slow", env={"EDITOR": path, "VISUAL": "", "TERM": "screen"})
    terminal.expect_exact("Tell it the way")
    terminal.send(typed.format(text=f"We swam to {kept.canary}."))
    terminal.expect_exact(kept.canary)
    terminal.send(leave)
    assert ended(terminal)[0] == 0
    head, body = the_page(kept)
    assert body.decode().strip() == f"We swam to {kept.canary}."
    assert "tags: [slow]" in head
    assert (drafts(kept), kept.sweep()) == ([], [])


# By questions


def test_questions_are_asked_one_at_a_time_and_each_answer_goes_where_it_belongs(kept: Room) -> None:
    word = kept.canary
    code, said = talk(
        window(kept, "new", "--ask", "--tag", "slow"),
        ("When was it?", "last friday"),
        ("Who were you with?", f"Wren, {word}"),
        ("All in all, how do you look back on it?", "6"),
        ("Tell it the way", f"We swam to {word}.", "  Then we slept.", ""),
        ("Go on?", "y"),
        ("Which detail would you like to keep?", "the water"),
        ("Which words fit?", "tender, 2, silvery"),
        ("What came before it?", ""),
        ("What helped you let go?", "rest", f"laughter of {word}", ""),
        ("Was there anything that held you back?", ""),
        ("What would you have liked more of?", "time", ""),
        ("What could have been left out", ""),
        ("What did you like in the other person?", "a look", ""),
        ("Has it made you curious about anything?", "mornings", ""),
        ("And afterwards?", "Quiet.", ""),
        ("How close did you feel", "7"),
        ("How much did you feel like it?", ""),
        ("How much at ease did you feel?", "5"),
        ("What kind of day had it been?", ""),
        ("Did you want it yourself?", "y"),
    )
    assert code == 0, said
    assert "Friday 20 November 2026" in said
    head, body = the_page(kept)
    assert head[1:] == [
        "kind: experience",
        "date: 2026-11-20",
        "written: 2026-11-22T09:14+01:00",
        f"with: [Wren, {word}]",
        "tags: [slow]",
        "rating: 6",
        "closeness: 7",
        "ease: 5",
        'wanted: "yes"',
        "feelings: [tender, playful, silvery]",
        f"helped: [rest, laughter of {word}]",
        "map: {likes: [time], partner: [a look]}",
        "try: {curious: [mornings]}",
    ]
    assert body.decode() == (
        f"We swam to {word}.\n  Then we slept.\n\n"
        "*Stay with it for a moment. Which detail would you like to keep?*\n\nthe water\n\n"
        "*And afterwards? How was the hour that followed?*\n\nQuiet.\n"
    )


def test_enter_skips_every_question_and_then_nothing_is_written(kept: Room) -> None:
    before = snapshot(kept)
    asked = ("When was it?", "Who were you with?", "All in all", "Tell it the way", "Go on?")
    code, said = talk(window(kept, "new", "--ask"), *((question, "") for question in asked))
    assert (code, "nothing was written" in said) == (0, True)
    assert (snapshot(kept), drafts(kept)) == (before, [])


def test_what_the_command_line_answers_is_not_asked(alone: Room) -> None:
    flags = ("--on", "yesterday", "--with", "Wren", "--rating", "2")
    said = talk(
        window(alone, "new", "--ask", *flags),
        ("Tell it the way", alone.canary, ""),
        ("Go on?", "y"),
        ("What would you have needed?", "time", ""),
        ("Which words fit?", "\x04"),
    )[1]
    assert "When was it?" not in said
    assert "Who were you with?" not in said
    assert "All in all" not in said
    assert "Which detail would you like to keep?" not in said
    alone.expect_draft()


def test_wrong_answers_are_told_what_is_allowed_and_asked_again(kept: Room) -> None:
    code, said = talk(
        window(kept, "new", "--ask"),
        ("When was it?", "2027-01-01"),
        ("That cannot be placed as a date", "2026-02-30"),
        ("That cannot be placed as a date", "soonish"),
        ("That cannot be placed as a date", "gisteren"),
        ("Who were you with?", ""),
        ("All in all", "0"),
        ("A whole number from 1 to 7", "8"),
        ("A whole number from 1 to 7", "good"),
        ("A whole number from 1 to 7", "5"),
        ("Tell it the way", kept.canary, ""),
        ("Go on?", "perhaps"),
        ("Yes or no will do.", "n"),
    )
    assert code == 0, said
    assert "rating: 5" in the_page(kept)[0]
    assert the_page(kept)[1].decode() == f"{kept.canary}\n"


def test_questions_are_dutch_where_the_locale_is_dutch(kept: Room) -> None:
    code, said = talk(
        window(kept, "new", "--ask", env=DUTCH),
        ("Wanneer was het?", "vorige vrijdag"),
        ("Met wie was je?", "Wren"),
        ("Alles bij elkaar: hoe kijk je erop terug?", "acht"),
        ("Een heel getal van 1 tot 7", "3"),
        ("Vertel het zoals je het later", f"We zwommen naar {kept.canary}.", ""),
        ("Nog even verder?", "j"),
        ("Welke woorden passen erbij?", "teder"),
        ("Wat ging eraan vooraf?", "\x04"),
    )
    assert code == 130
    editor(kept, "pass")
    code, said = talk(window(kept, env=DUTCH), ("is nog niet bewaard. Weer openen?", "j"))
    assert (code, "Bewaard, en weer op slot." in said) == (0, True)
    head, body = the_page(kept)
    assert head[1:4] == ["kind: experience", "date: 2026-11-20", "written: 2026-11-22T09:14+01:00"]
    assert head[4:] == ["with: [Wren]", "rating: 3", "feelings: [tender]"]
    assert body.decode() == f"We zwommen naar {kept.canary}.\n"


@pytest.mark.parametrize(
    ("kind", "exchanges", "fields", "body"),
    [
        (
            "fantasy",
            [("What do you imagine?", "{word}", ""), ("How strongly", "5"), ("What do you want to do with it?", "2")],
            ["pull: 5", "share: talk"],
            "{word}\n",
        ),
        (
            "memory",
            [
                ("Roughly when was it?", "about 2009"),
                ("Were you 18 or older", ""),
                ("What do you remember?", "{word}", ""),
                ("What did you find out about yourself then?", "that I could", ""),
            ],
            ["date: 2009~"],
            "{word}\n\n*What did you find out about yourself then?*\n\nthat I could\n",
        ),
        (
            "memory",
            [
                ("Roughly when was it?", "summer 1999"),
                ("Were you 18 or older", "n"),
                ("What did it mean to you", "{word}", ""),
                ("What did you find out about yourself then?", ""),
            ],
            ["date: 1999-22", "early: true"],
            "{word}\n",
        ),
        (
            "chapter",
            [
                ("From when until when", "2009/2013"),
                ("Were you 18 or older", "y"),
                ("What would you call this stretch", "The city"),
                ("What was it like then", "{word}", ""),
            ],
            ["date: 2009/2013", "title: The city"],
            "{word}\n",
        ),
        ("reflection", [("What is on your mind?", "{word}", "")], ["date: 2026-11-21"], "{word}\n"),
        (
            "wish",
            [("What would you like to try", "{word}"), ("What draws you to it?", "the quiet", "")],
            ["title: {word}"],
            "the quiet\n",
        ),
        (
            "letter",
            [
                ("Who is it for?", "{word}, Reed"),
                ("How do you want to begin?", "Dear you", ""),
                ("What would you like to do with them?", "swim", "sleep", ""),
                ("And what would you like to let happen to you?", "nothing", ""),
            ],
            ["to: [{word}, Reed]"],
            "Dear you\n\n## What I would like to do with you\n\n- swim\n- sleep\n\n"
            "## What I would gladly let you do\n\n- nothing\n",
        ),
        (
            "conversation",
            [("What did you talk about?", "{word}", ""), ("What did you hear that was new to you?", "a lot", "")],
            ["date: 2026-11-21"],
            "{word}\n\n*What did you hear that was new to you?*\n\na lot\n",
        ),
    ],
    ids=["fantasy", "memory", "early memory", "chapter", "reflection", "wish", "letter", "conversation"],
)
def test_each_kind_asks_its_own_questions(
    shared: Room, kind: str, exchanges: list[tuple[str, ...]], fields: list[str], body: str
) -> None:
    word, before = shared.canary, set(shared.files())
    told = [tuple(line.format(word=word) for line in exchange) for exchange in exchanges]
    code, said = talk(window(shared, "new", "--ask", "--kind", kind), *told, ("Go on?", "n"))
    assert code == 0, said
    (path,) = set(shared.files()) - before
    head, found = parts(shared, path)
    assert {field.format(word=word) for field in fields} | {f"kind: {kind}"} <= set(head)
    assert ("early: true" in head) is ("early: true" in fields)
    assert found.decode() == body.format(word=word)


@pytest.mark.parametrize("stop", ["ctrl-c", "ctrl-d"])
def test_stopping_between_questions_keeps_what_was_answered_and_offers_it_again(kept: Room, stop: str) -> None:
    terminal = window(kept, "new", "--ask", "--tag", "slow")
    say(terminal, ("When was it?", "last friday"), ("Who were you with?", kept.canary), ("All in all", "6"))
    say(terminal, ("Tell it the way", f"begun by {kept.canary}"))
    terminal.expect_exact("> ")
    terminal.sendintr() if stop == "ctrl-c" else terminal.sendeof()
    code, said = ended(terminal)
    assert (code, "'journal' offers it again" in said) == (130, True)
    assert (kept.files(), len(drafts(kept))) == ([], 1)
    editor(kept, adds("and ended\n"))
    assert talk(window(kept), ("Open it again?", "y"))[0] == 0
    head, body = the_page(kept)
    assert set(head) > {"date: 2026-11-20", f"with: [{kept.canary}]", "tags: [slow]", "rating: 6"}
    assert body.decode() == f"begun by {kept.canary}\nand ended\n"
    assert drafts(kept) == []


def test_stopping_before_anything_was_answered_leaves_nothing(kept: Room) -> None:
    before = snapshot(kept)
    terminal = window(kept, "new", "--ask")
    terminal.expect_exact("When was it?")
    terminal.expect_exact("> ")
    terminal.sendintr()
    code, said = ended(terminal)
    assert "Traceback" not in said
    assert (snapshot(kept), drafts(kept)) == (before, [])
    assert code == 130


def test_questions_need_a_terminal(shared: Room) -> None:
    assert "no terminal" in refused(shared, "--ask", stdin=shared.canary.encode())


def test_a_fantasy_is_about_adults_and_says_so(shared: Room) -> None:
    said = talk(window(shared, "new", "--ask", "--kind", "fantasy"), ("What do you imagine?", "\x04"))[1]
    assert "everyone is an adult" in said


def test_the_health_questions_come_only_when_switched_on(kept: Room) -> None:
    code, said = talk(
        window(kept, "new", "--ask", "--rating", "4", env={"JOURNAL_HEALTH": "true"}),
        ("When was it?", ""),
        ("Who were you with?", ""),
        ("Tell it the way", kept.canary, ""),
        ("Go on?", "y"),
        *((question, "") for question in ("words fit", "came before", "helped you", "held you back", "liked more of")),
        *((question, "") for question in ("left out", "curious about", "And afterwards", "at home", "feel like it")),
        *((question, "") for question in ("at ease", "kind of day", "want it yourself")),
        ("What did you use for protection", "2"),
        ("Which day of your cycle", "61"),
        ("A whole number from 1 to 60", "12"),
        ("Did anything hurt", ""),
    )
    assert code == 0, said
    assert "health: {protection: [condom], cycle_day: 12}" in the_page(kept)[0]


# The key comes first


@pytest.mark.parametrize("args", [(), ("--ask",)], ids=["editor", "questions"])
def test_the_key_is_tried_before_anybody_writes(locked_room: Room, args: tuple[str, ...]) -> None:
    room = locked_room
    room.journal("init", "--yes", check=0)
    room.forget()
    room.pinentry = "cancel"
    editor(room, adds(room.canary))
    code, said = ended(window(room, "new", *args))
    assert (code, room.edits, room.files(), drafts(room)) == (3, 0, [], [])
    assert "journal: the passphrase was not given" in said
    assert "When was it?" not in said


def test_one_passphrase_is_enough_for_a_page(locked_room: Room) -> None:
    locked_room.journal("init", "--yes", check=0)
    locked_room.forget()
    before = locked_room.asked
    editor(locked_room, adds(locked_room.canary))
    assert ended(window(locked_room, "new"))[0] == 0
    assert locked_room.asked == before + 1
    assert locked_room.open(locked_room.files()[0]).decode().endswith(locked_room.canary)


def test_a_title_of_two_lines_is_refused_from_the_command_line_too(kept: Room) -> None:
    result = kept.journal("new", "--title", "a\nb", stdin=b"We swam.\n", check=2)
    assert "'title' takes one line of text" in result.error
    assert kept.files() == []
    kept.expect_draft()
