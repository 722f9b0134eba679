"""A machine without any editor: `new` and `edit` ask in the terminal, and what waits is saved as it stands."""

from __future__ import annotations

import re
import signal

import pexpect
import pytest
from room import JOURNAL, Room
from sitting import DUTCH, drafts, editor, ended, remembering, replaces, say, snapshot, tables, talk, window
from troubles import with_nano, with_programs

SAID = "journal: no editor was found: the questions are asked here instead"
HINT = "hint: apt install nano (Fedora: dnf, macOS: brew), or set VISUAL to your editor"
STANDS = "journal: no editor was found: a page can be saved as it stands"
PROGRAMS = ("git", "gpg", "gpg-agent", "gpgconf")
PAGE = """\
---
title: 'The lake'   # mine
with:
tags: [slow]
rating: 3
health: {{cycle_day: 12}}
map: {{likes: [rest], limits: [noise]}}
weather: [a,  "b"]
---
We swam to {canary}.\r
  Then we slept."""


def bare(room: Room, *names: str, **env: str) -> dict[str, str | None]:
    """An environment in which no editor was chosen, and these programs are all that is there."""
    return {**with_programs(room, *PROGRAMS, *names), "EDITOR": "", "VISUAL": "", **env}


def written(room: Room, page: str = PAGE, *args: str) -> str:
    """The id of a new page."""
    return room.journal("new", *args, stdin=page.format(canary=room.canary).encode(), check=0).text.strip()


def text_of(room: Room, entry: str) -> str:
    (path,) = room.journal_dir.rglob(f"*{entry}.md.asc")
    return room.open(path).decode()


def the_page(room: Room) -> tuple[list[str], str]:
    """The lines of front matter but the id, and the text, of the only page that there is."""
    (path,) = room.files()
    _, head, body = room.open(path).decode().split("---\n", 2)
    return head.splitlines()[1:], body


def killed(terminal: pexpect.spawn[str]) -> None:
    """End the command at once, when it waits for the next answer."""
    terminal.expect_exact("> ")
    terminal.kill(signal.SIGKILL)
    terminal.expect(pexpect.EOF)
    terminal.close()


def question(language: str, prompt: str) -> str:
    """How a question is put."""
    (text,) = (one["text"] for one in tables(language)["prompts"] if one["id"] == prompt)
    return str(text)


def in_order(said: str, *sentences: str) -> bool:
    places = [said.find(sentence) for sentence in sentences]
    return -1 not in places and places == sorted(places)


# A new page


def test_without_an_editor_new_asks_its_questions_here(kept: Room) -> None:
    words = ("-c", 'id=$("$@"); echo "caught <$id>"', "sh", *JOURNAL, "new", "--tag", "slow")
    code, said = talk(
        remembering(kept.spawn("/bin/sh", *words, columns=240, env=bare(kept))),
        ("When was it?", "last friday"),
        ("Who were you with?", "Wren"),
        ("All in all", "6"),
        ("Tell it the way", f"We swam to {kept.canary}.", "  Then we slept.", ""),
        ("Go on?", "y"),
        ("Which detail would you like to keep?", "the water"),
        *((text, "") for text in ("Which words fit?", "came before it", "helped you", "held you back")),
        ("What would you have liked more of?", "time", ""),
        *((text, "") for text in ("left out", "in the other person", "curious", "And afterwards", "How close")),
        *((text, "") for text in ("feel like it", "at ease", "kind of day", "want it yourself")),
    )
    assert code == 0, said
    assert in_order(said, SAID, HINT, "When was it?")
    (path,) = kept.files()
    assert f"caught <{path.name.split('.')[1]}>" in said
    head, body = the_page(kept)
    assert head == [
        *("kind: experience", "date: 2026-11-20", "written: 2026-11-22T09:14+01:00", "with: [Wren]", "tags: [slow]"),
        *("rating: 6", "map: {likes: [time]}"),
    ]
    assert body == (
        f"We swam to {kept.canary}.\n  Then we slept.\n\n"
        "*Stay with it for a moment. Which detail would you like to keep?*\n\nthe water\n"
    )
    assert drafts(kept) == []


def test_without_an_editor_the_questions_are_dutch_where_the_locale_is_dutch(kept: Room) -> None:
    code, said = talk(
        window(kept, "new", "--kind", "wish", env=bare(kept, **DUTCH)),
        (question("nl", "new.wish.what"), "Meer"),
        ("Wat trekt je", f"De rust van {kept.canary}.", ""),
        ("Nog even verder?", "n"),
    )
    assert (code, in_order(said, SAID, HINT, "Bewaard, en weer op slot.")) == (0, True), said
    head, body = the_page(kept)
    assert "title: Meer" in head
    assert body == f"De rust van {kept.canary}.\n"


def test_the_first_page_of_all_is_asked_for_here_once_the_journal_is_made(room: Room) -> None:
    code, said = talk(
        window(room, "new", env=bare(room)),
        *(("Before you begin", "1"), ("Suppose someone", "1")),
        *((text, "") for text in ("When was it?", "Who were you with?", "All in all")),
        ("Tell it the way", room.canary, ""),
        ("Go on?", "n"),
    )
    assert code == 0, said
    assert in_order(said, "journal: made a journal in", "gpg --armor --export-secret-keys", SAID, HINT, "When was it?")
    assert the_page(room)[1] == f"{room.canary}\n"


def test_a_line_that_was_offered_and_declined_becomes_a_page_without_an_editor(kept: Room) -> None:
    code, said = talk(
        window(kept, "new", "--on", "today", env=bare(kept)),
        ("It was only today.", "2"),
        *(("Who were you with?", ""), ("All in all", ""), ("Tell it the way", kept.canary, ""), ("Go on?", "n")),
    )
    assert (code, in_order(said, "It was only today.", SAID, "Who were you with?")) == (0, True), said
    assert the_page(kept) == (
        ["kind: experience", "date: 2026-11-22", "written: 2026-11-22T09:14+01:00"],
        f"{kept.canary}\n",
    )


def test_enter_at_every_question_writes_nothing_without_an_editor_either(kept: Room) -> None:
    before = snapshot(kept)
    asked = ("When was it?", "Who were you with?", "All in all", "Tell it the way", "Go on?")
    code, said = talk(window(kept, "new", env=bare(kept)), *((text, "") for text in asked))
    assert (code, "nothing was written" in said, snapshot(kept), drafts(kept)) == (0, True, before, [])


def test_an_editor_that_was_chosen_and_is_not_there_is_named_where_no_other_is(kept: Room) -> None:
    terminal = window(kept, "new", env=bare(kept, VISUAL="nvmi -f"))
    code, said = talk(terminal, ("When was it?", "\x04"))
    assert code == 130
    assert in_order(said, "journal: neither 'nvmi' nor another editor was found: the questions", HINT, "When was it?")


@pytest.mark.parametrize(
    ("env", "hint"),
    [
        ({"VISUAL": "nvmi"}, "hint: set VISUAL to one that is there, such as nano"),
        ({"EDITOR": "nvmi"}, "hint: set VISUAL to one that is there, such as nano"),
        ({"JOURNAL_EDITOR": "nvmi"}, "hint: set JOURNAL_EDITOR to one that is there, such as nano"),
    ],
    ids=["VISUAL", "EDITOR", "JOURNAL_EDITOR"],
)
def test_an_editor_that_is_not_there_stays_an_error_where_another_is(
    kept: Room, env: dict[str, str], hint: str
) -> None:
    before = snapshot(kept)
    code, said = ended(window(kept, "new", env={**bare(kept, **env), **with_nano(kept, *PROGRAMS)}))
    assert (code, "the editor 'nvmi' was not found" in said, hint in said) == (2, True, True), said
    assert ("When was it?" in said, snapshot(kept), drafts(kept)) == (False, before, [])


def test_an_editor_that_fails_still_ends_the_command(kept: Room) -> None:
    before = snapshot(kept)
    code, said = ended(window(kept, "new", env=bare(kept, "false", EDITOR="false")))
    assert (code, "the editor 'false' ended with exit status 1" in said) == (2, True)
    assert ("When was it?" in said, snapshot(kept)) == (False, before)


def test_without_a_terminal_nothing_is_asked(kept: Room) -> None:
    env = bare(kept)
    entry = kept.journal("new", stdin=kept.canary.encode(), env=env, check=0)
    assert "no editor" not in entry.error
    kept.journal("edit", "last", stdin=text_of(kept, entry.text.strip()).encode() + b".", env=env, check=0)
    assert the_page(kept)[1] == f"{kept.canary}."
    before = snapshot(kept)
    for args in (("new",), ("edit", "last")):  # somebody types, and could read no question
        terminal = kept.spawn("/bin/sh", "-c", '"$@" 2>"$TOLD"', "sh", *JOURNAL, *args, env={**env, "TOLD": "told"})
        assert ended(remembering(terminal)) == (2, "")
        told = (kept.home / "told").read_text()
        assert told.endswith(f"journal: no editor was found\n{HINT}\n")
        assert "When was it?" not in told
    assert (snapshot(kept), drafts(kept)) == (before, [])


# What was not saved yet


def test_a_new_page_killed_between_two_questions_is_saved_as_it_stands_when_its_writer_says_so(kept: Room) -> None:
    terminal = window(kept, "new", "--kind", "memory", env=bare(kept, **DUTCH))
    say(
        terminal,
        *(("Wanneer was het ongeveer?", "zomer 1999"), ("Was je toen 18 of ouder", "n")),
        ("Wat betekende het voor je", f"Ons {kept.canary}."),
    )
    killed(terminal)
    assert (kept.files(), len(drafts(kept))) == ([], 1)
    code, said = talk(window(kept, env=bare(kept, **DUTCH)), ("Bewaren zoals ze nu is?", "j"))
    assert (code, in_order(said, STANDS, HINT, "Bewaard, en weer op slot.")) == (0, True), said
    head, body = the_page(kept)
    assert head == ["kind: memory", "date: 1999-22", "written: 2026-11-22T09:14+01:00", "early: true"]
    assert (body, drafts(kept)) == (f"Ons {kept.canary}.\n", [])


def test_answers_are_no_second_page_when_a_kill_came_just_after_their_page_was_saved(kept: Room) -> None:
    """It is killed when it calls git for the commit: the page stands on the disk, and the draft still waits."""
    env = bare(kept)
    git = kept.tools / "bin" / "git"
    real = git.readlink()
    git.unlink()
    git.write_text(f'#!/bin/sh\ncase " $* " in *" add "*) kill -9 $PPID ;; esac\nexec {real} "$@"\n')
    git.chmod(0o700)
    terminal = window(kept, "new", "--tag", kept.canary, env=env)
    while terminal.expect_exact(["> ", pexpect.EOF]) == 0:
        terminal.sendline("")
    terminal.close()
    assert terminal.signalstatus == signal.SIGKILL
    assert (len(kept.files()), len(drafts(kept))) == (1, 1)
    code, said = talk(window(kept, env=bare(kept)), ("Save it as it stands?", "y"))
    assert (code, "was saved already" in said) == (0, True), said
    assert (len(kept.files()), drafts(kept)) == (1, [])
    assert kept.git("status", "--porcelain").text == ""


def test_a_page_that_is_not_to_be_saved_as_it_stands_waits_on(kept: Room) -> None:
    terminal = window(kept, "new", env=bare(kept))
    say(terminal, ("When was it?", ""), ("Who were you with?", kept.canary))
    killed(terminal)
    (draft,) = drafts(kept)
    before, text = snapshot(kept), draft.read_bytes()
    code, said = talk(window(kept, env=bare(kept)), ("Save it as it stands?", "n"), ("Throw it away for good?", ""))
    assert (code, drafts(kept), draft.read_bytes(), snapshot(kept)) == (0, [draft], text, before), said
    assert talk(window(kept, env=bare(kept)), ("Save it as it stands?", ""))[0] == 0
    assert f"with: [{kept.canary}]" in the_page(kept)[0]


def test_a_page_from_an_editor_that_is_gone_is_saved_without_the_questions_that_were_left_alone(kept: Room) -> None:
    editor(kept, f"page.write_bytes(text.encode() + {kept.canary!r}.encode()); sys.exit(1)")
    assert ended(window(kept, "new"))[0] == 2
    code, said = talk(window(kept, env=bare(kept)), ("Save it as it stands?", "y"))
    assert (code, "<!--" in text_of(kept, "")) == (0, False), said
    assert the_page(kept)[1] == kept.canary


def test_a_change_from_an_editor_that_is_gone_is_saved_on_its_page(kept: Room) -> None:
    entry = written(kept)
    editor(kept, f"{replaces('We swam', 'We dived')}; sys.exit(1)")
    before = text_of(kept, entry)
    assert ended(window(kept, "edit", entry))[0] == 2
    code, said = talk(window(kept, env=bare(kept)), ("Save it as it stands?", "y"))
    assert (code, text_of(kept, entry), drafts(kept)) == (0, before.replace("We swam", "We dived"), []), said


def test_a_page_that_cannot_be_taken_as_it_stands_is_kept(alone: Room) -> None:
    entry = written(alone)
    editor(alone, f"{replaces('rating: 3', 'rating: nine')}; sys.exit(1)")
    assert ended(window(alone, "edit", entry))[0] == 2
    (draft,) = drafts(alone)
    before, text = snapshot(alone), draft.read_bytes()
    code, said = talk(window(alone, env=bare(alone)), ("Save it as it stands?", "y"))
    assert (code, "'rating' takes a whole number" in said, f"kept in {draft.parent}" in said) == (2, True, True)
    assert (draft.read_bytes(), snapshot(alone)) == (text, before)
    alone.expect_draft()


def test_what_an_editor_left_beside_a_page_is_never_wiped_where_nothing_can_read_it(alone: Room) -> None:
    entry = written(alone)
    beside = f"page.with_name('#page.md#').write_text({alone.canary!r})"
    editor(alone, f"{beside}; sys.exit(1)")
    assert ended(window(alone, "edit", entry))[0] == 2
    (draft,) = drafts(alone)
    code, said = ended(window(alone, env=bare(alone)))
    assert (code, f"is kept in {draft.parent}" in said, "Save it as it stands?" in said) == (0, True, False), said
    assert draft.with_name("#page.md#").read_text() == alone.canary
    alone.expect_draft()


# A page again


def test_without_an_editor_edit_asks_what_the_page_leaves_open_and_adds_it(kept: Room) -> None:
    entry = written(kept)
    before = text_of(kept, entry)
    code, said = talk(
        window(kept, "edit", entry, env=bare(kept, JOURNAL_HEALTH="true")),
        ("Who were you with?", "Wren"),
        ("Go on?", "y"),
        ("Which words fit?", "tender"),
        ("What came before it?", "A quarrel.", "Then rain.", ""),
        *((text, "") for text in ("helped you", "held you back")),
        ("left out", "haste", ""),
        *((text, "") for text in ("in the other person", "curious")),
        ("And afterwards?", "Quiet.", ""),
        *((text, "") for text in ("How close", "feel like it", "at ease", "kind of day", "want it yourself")),
        ("protection", "2"),
        ("Did anything hurt", ""),
    )
    assert code == 0, said
    assert in_order(said, SAID, HINT, "Who were you with?", "Saved, and locked again.")
    assert not re.search("When was it|All in all|Tell it the way|day of your cycle", said)
    assert kept.canary not in said
    expected = before.replace("with:\n", "with: [Wren]\n")
    expected = expected.replace("health: {cycle_day: 12}", "health: {cycle_day: 12, protection: [condom]}")
    expected = expected.replace("limits: [noise]}", "limits: [noise], dislikes: [haste]}")
    found = text_of(kept, entry)
    assert "feelings: [tender]\n" in found
    before_it, afterwards = (question("en", f"new.experience.{name}") for name in ("before", "after"))
    assert found.replace("feelings: [tender]\n", "") == (
        f"{expected}\n\n*{before_it}*\n\nA quarrel.\nThen rain.\n\n*{afterwards}*\n\nQuiet.\n"
    )
    assert (drafts(kept), len(kept.files())) == ([], 1)


def test_without_an_editor_and_without_an_answer_edit_changes_nothing(kept: Room) -> None:
    entry = written(kept)
    before = snapshot(kept)
    code, said = talk(window(kept, "edit", entry, env=bare(kept)), ("Who were you with?", ""), ("Go on?", ""))
    assert (code, "journal: nothing was changed" in said, "Saved" in said) == (0, True, False), said
    assert (snapshot(kept), drafts(kept)) == (before, [])


def test_what_was_answered_about_a_page_before_ctrl_c_is_on_it(kept: Room) -> None:
    entry = written(kept, "---\nkind: wish\ntags: [slow]\n---\n")
    terminal = window(kept, "edit", entry, env=bare(kept, **DUTCH))
    say(terminal, (question("nl", "new.wish.what"), "Meer"), ("Wat trekt je", f"De rust van {kept.canary}."))
    terminal.expect_exact("> ")
    terminal.sendintr()
    code, said = ended(terminal)
    assert (code, tables("nl")["ui"]["kept_so_far"] in said) == (130, True), said
    assert re.search("(?m)^title: Meer$", text_of(kept, entry))
    assert text_of(kept, entry).endswith(f"---\nDe rust van {kept.canary}.\n")
    assert drafts(kept) == []


def test_answers_about_a_page_outlive_a_kill_and_a_change_meanwhile_and_come_once(kept: Room) -> None:
    entry = written(kept)
    terminal = window(kept, "edit", entry, env=bare(kept))
    say(terminal, ("Who were you with?", "Wren"), ("Go on?", "y"), ("Which words fit?", ""))
    say(terminal, ("What came before it?", f"A quarrel of {kept.canary}."))
    killed(terminal)
    (draft,) = drafts(kept)
    waiting = {path.name: path.read_bytes() for path in draft.parent.iterdir()}
    changed = text_of(kept, entry).replace("tags: [slow]", "tags: [slow, rain]") + "\nAnd woke.\n"
    kept.journal("edit", entry, stdin=changed.encode(), check=0)
    expected = (
        changed.replace("with:\n", "with: [Wren]\n")
        + f"\n*{question('en', 'new.experience.before')}*\n\nA quarrel of {kept.canary}.\n"
    )
    for _ in range(2):  # the second time as if it was killed before the draft was wiped
        code, said = ended(window(kept, env=bare(kept)))
        assert (code, "What you answered so far is kept." in said) == (0, True), said
        assert (text_of(kept, entry), drafts(kept)) == (expected, [])
        draft.parent.mkdir(mode=0o700)
        for name, data in waiting.items():
            draft.with_name(name).write_bytes(data)
    assert ended(window(kept, env=bare(kept)))[0] == 0
    assert text_of(kept, entry) == expected


def test_answers_about_a_page_that_was_removed_meanwhile_are_kept(alone: Room) -> None:
    entry = written(alone)
    terminal = window(alone, "edit", entry, env=bare(alone))
    say(terminal, ("Who were you with?", alone.canary))
    terminal.expect_exact("Go on?")
    alone.journal("remove", "--yes", entry, check=0)
    say(terminal, ("", "n"))
    code, said = ended(terminal)
    (draft,) = drafts(alone)
    assert (code, f"what you wrote is kept in {draft.parent}" in said) == (1, True), said
    code, said = ended(window(alone, env=bare(alone)))
    assert f"the page {entry} is gone; what was answered about it is kept in {draft.parent}" in said
    assert f"with: [{alone.canary}]" in draft.read_text()
    alone.expect_draft()


def test_an_answer_that_it_was_not_wanted_names_who_can_be_called(kept: Room) -> None:
    entry = written(kept, "---\nwith: [Wren]\nrating: 3\n---\n{canary}\n")
    skipped = ("words fit", "came before", "helped you", "held you back", "liked more of", "left out", "other person")
    code, said = talk(
        window(kept, "edit", entry, env=bare(kept)),
        ("Go on?", "y"),
        *((text, "") for text in (*skipped, "curious", "And afterwards", "How close", "feel like it")),
        *((text, "") for text in ("at ease", "kind of day")),
        ("want it yourself", "no"),
        ("What would you have needed?", ""),
    )
    assert code == 0, said
    assert " ".join(tables("en")["safety"]["not_free"].split()) in said
    assert 'wanted: "no"' in text_of(kept, entry)


# A line for later


def test_a_line_becomes_a_page_the_day_after_without_an_editor(kept: Room) -> None:
    env = bare(kept)
    code, said = talk(window(kept, "jot", env=env), ("One line", f"by the lake {kept.canary}"))
    assert (code, "no editor" in said) == (0, False), said
    tomorrow = {**env, "JOURNAL_NOW": "2026-11-23T09:14:00+01:00"}
    code, said = ended(window(kept, env=tomorrow))
    assert (code, "journal review --day" in said) == (0, True), said
    code, said = talk(
        window(kept, "review", "--day", "--plain", env=tomorrow),
        ("Now, later, or leave it be?", "1"),
        *((one["text"].partition("{")[0], "") for one in day_after("body")[:2]),
        (day_after("fm.rating")[0]["text"], "5"),
        (day_after("body")[2]["text"], "We swam.", ""),
        ("Go on?", "n"),
        ("Enter closes", ""),
    )
    assert (code, "no editor" in said) == (0, False), said
    head, body = the_page(kept)
    assert head[-2:] == ["rating: 5", f"jot: by the lake {kept.canary}"]
    assert body == "We swam.\n"


def day_after(store: str) -> list[dict[str, str]]:
    return [one for one in tables("en")["prompts"] if one["section"] == "review.day" and one["store"] == store]


def test_a_line_becomes_a_page_in_edit_without_an_editor(kept: Room) -> None:
    entry = kept.journal("jot", stdin=b"by the lake", check=0).text.strip()
    code, said = talk(
        window(kept, "edit", entry, env=bare(kept)),
        *(("Who were you with?", ""), ("All in all", "5"), ("Tell it the way", kept.canary, ""), ("Go on?", "n")),
    )
    assert code == 0, said
    assert text_of(kept, entry).endswith(f"rating: 5\njot: by the lake\n---\n{kept.canary}\n")


# The rest


def test_a_machine_without_an_editor_is_a_note_of_the_doctor(kept: Room) -> None:
    told = kept.journal("doctor", env=bare(kept)).text
    assert "note: no editor was found: questions are asked in the terminal instead\n" in told
    assert HINT.removeprefix("hint: ") in told
