"""git as the program calls it, and what it keeps: no deadlock, no stale lock, and never a merge that is half done."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from devices import LAKE, NOW, OWN, TRAIN, Device, device
from room import Room

from sexjournal.errors import SyncTrouble
from sexjournal.git.process import UNFINISHED, Git, stamp
from sexjournal.git.repository import Repository
from sexjournal.git.trees import LARGEST_FILE


@pytest.fixture
def room(make_room: Callable[..., Room]) -> Room:
    """A room without keys: nothing is sealed here."""
    return make_room(keys=())


@pytest.fixture
def here(room: Room) -> Device:
    made = device(room, "here")
    made.write({OWN: "own", LAKE: "lake"})
    return made


@pytest.fixture
def git(here: Device) -> Git:
    return Git(here.directory, here.environ)


# Running it


def test_what_git_reads_and_writes_may_be_of_any_length(here: Device, git: Git) -> None:
    large = b"x" * 20_000_000
    oid = here.history.write(large)
    assert git.out("cat-file", "blob", oid) == large
    asked = f"{oid}\n".encode() * 20_000
    assert git.out("cat-file", "--batch-check", stdin=asked).count(b"\n") == 20_000


def test_git_finds_neither_the_variables_of_others_nor_a_terminal(here: Device) -> None:
    elsewhere = str(here.room.root / "elsewhere")
    led = Git(here.directory, {**here.environ, "GIT_DIR": elsewhere, "GIT_INDEX_FILE": elsewhere, "LC_ALL": "nl_BE"})
    assert led.out("rev-parse", "--git-dir") == b".git\n"
    assert led.run("hash-object", "--stdin").returncode == 0


def test_a_repository_that_holds_the_journal_is_left_alone(room: Room) -> None:
    around = room.root / "data"
    room.git("init", "--quiet", cwd=around)
    inside = around / "inside"
    inside.mkdir()
    (inside / OWN).write_text("own")
    with pytest.raises(SyncTrouble):
        Repository(inside, room.environment()).commit(NOW)
    assert room.git("status", "--porcelain", cwd=around).text == "?? inside/\n"


def test_a_machine_without_git_is_told_so(here: Device) -> None:
    # Where git is found is looked up in the environment that it gets.
    nowhere = Git(here.directory, {"PATH": str(here.room.root)})
    for ask in (lambda: nowhere.run("status"), lambda: nowhere.talking("cat-file", "--batch").__enter__()):
        with pytest.raises(SyncTrouble, match="git is not on this machine") as told:
            ask()
        assert "install" in told.value.hint


def test_a_git_that_is_asked_line_by_line_is_ended_with_the_block(here: Device) -> None:
    answers = here.history.contents([entry.oid for entry in here.history.tree("HEAD").values()])
    assert next(answers)[1] in (b"own", b"lake")
    assert isinstance(answers, Iterator)
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    assert [pid for pid in here.room.residents() if Path(f"/proc/{pid}/comm").read_text() == "git\n"] == []


def test_what_git_does_not_have_is_told(here: Device) -> None:
    with pytest.raises(SyncTrouble, match="does not have"):
        list(here.history.contents(["1" * 40]))


@pytest.mark.parametrize(("hide", "time"), [(False, "09:14:00"), (True, "00:00:00")])
def test_a_commit_tells_the_hour_only_where_it_may(hide: bool, time: str) -> None:
    assert set(stamp(NOW, hide_hour=hide).values()) == {f"2026-11-22T{time}+01:00"}


# Locks of a git that was killed

LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock", "refs/journal/seen.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_that_a_killed_git_left_stops_nobody(here: Device, lock: str) -> None:
    path = here.directory / ".git" / lock
    path.parent.mkdir(exist_ok=True)
    path.touch()
    here.write({TRAIN: "train"})
    assert not path.exists()
    assert here.whole()


def test_a_lock_of_a_git_that_is_at_work_is_left_alone(here: Device) -> None:
    lock = here.directory / ".git" / "index.lock"
    lock.touch()
    pipe = subprocess.PIPE
    argv = ("git", "cat-file", "--batch-check")
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, bufsize=0, cwd=here.directory, env=here.environ) as at_work:
        assert at_work.stdin
        assert at_work.stdout
        at_work.stdin.write(b"HEAD\n")
        assert at_work.stdout.readline()  # by now it is a git, and no longer what starts one
        with pytest.raises(SyncTrouble, match="another git is at work"):
            here.repository.commit(NOW)
        assert lock.exists()
        at_work.kill()
    here.repository.commit(NOW)
    assert not lock.exists()


# A merge of the person's


@pytest.mark.parametrize("mark", UNFINISHED)
def test_nothing_is_committed_in_the_middle_of_what_the_person_does(here: Device, mark: str) -> None:
    (here.directory / ".git" / mark).touch()
    with pytest.raises(SyncTrouble, match=f"in the middle of a {UNFINISHED[mark]}") as told:
        here.write({TRAIN: "train"})
    assert f"git -C {here.directory} {UNFINISHED[mark]} --abort" in told.value.hint
    assert set(here.held()) == {OWN, LAKE}
    (here.directory / ".git" / mark).unlink()
    assert here.repository.commit(NOW)
    assert set(here.held()) == {OWN, LAKE, TRAIN}


def merged(here: Device, driver: str) -> int:
    """Merge a branch that changed the lake into one that changed it too, by hand; return git's exit code."""
    path = here.room.tools / "journal"
    path.write_text(f"#!{sys.executable}\n{driver}\n")
    path.chmod(0o700)
    here.git("branch", "other")
    here.write({LAKE: "ours"})
    here.git("switch", "--quiet", "other")
    here.write({LAKE: "theirs"})
    here.git("switch", "--quiet", "main")
    by_hand = {"PATH": f"{here.room.tools}:{here.environ['PATH']}"}
    return here.room.git("merge", "--no-edit", "other", cwd=here.directory, env=by_hand, check=None).code


def test_a_merge_by_hand_asks_our_driver_whatever_the_tree_says(room: Room) -> None:
    here = device(room, "50 %A's")  # git itself puts something in the place of %A, and a shell reads the rest
    here.write({OWN: "own", LAKE: "lake"})
    (here.directory / ".gitattributes").write_text("*.asc merge=union\n")
    here.git("add", "--force", ".gitattributes")
    here.git("commit", "--quiet", "--message", "pushed")
    log = room.tools / "asked"
    joined = f"import sys; open({str(log)!r}, 'w').write(repr(sys.argv[1:])); open(sys.argv[6], 'w').write('joined')"
    assert merged(here, joined) == 0
    assert here.files()[LAKE] == "joined"
    words = eval(log.read_text())
    assert words[:4] == ["--dir", str(here.directory), "merge-driver", "--"]
    assert (len(words), words[-1]) == (8, LAKE)


def test_a_driver_that_failed_does_not_drop_the_other_side(here: Device) -> None:
    assert merged(here, "raise SystemExit(1)") == 1
    assert here.files()[LAKE] == "ours"
    with pytest.raises(SyncTrouble, match="in the middle of a merge"):
        here.repository.commit(NOW)
    here.git("merge", "--abort")
    assert not here.repository.commit(NOW)
    assert here.held("other")[LAKE] == "theirs"


# History


def test_every_content_that_ever_was_is_known(here: Device) -> None:
    before = here.history.tree("HEAD")[LAKE].oid
    here.write({LAKE: "changed"})
    here.write({LAKE: None})
    past = here.history.past("HEAD")
    assert past[LAKE] == {before, here.git("rev-parse", "HEAD~1:" + LAKE)}
    assert here.history.past("") == {}


@pytest.mark.parametrize("sign", "\u2028\u2029\x85\x0b\x0c\x1c\r")
def test_a_name_with_what_some_take_for_a_line_end_makes_up_no_content(here: Device, sign: str) -> None:
    oid, head = here.history.write(b"x"), here.history.head
    path = f"x{sign}zzzz {LAKE}"
    past = here.history.past(here.history.join({path: oid}, head, head, NOW))
    assert past[path] == {oid}
    assert {len(one) for oids in past.values() for one in oids} == {len(oid)}


def test_every_file_of_the_past_is_known_whatever_its_name_was(here: Device) -> None:
    lake = here.history.tree("HEAD")[LAKE].oid
    large = here.history.write(b"x" * 1000)
    here.write({LAKE: "x" * 1000})
    here.write({LAKE: None, TRAIN: "train"})
    own, train = (here.history.tree("HEAD")[name].oid for name in (OWN, TRAIN))
    assert here.history.files("HEAD", 1000) == {own, lake, train, large}
    assert here.history.files("HEAD", 999) == {own, lake, train}
    assert here.history.files("", 1000) == set()


def test_what_is_larger_than_a_sealed_file_can_be_is_never_held(here: Device) -> None:
    huge, small = here.history.write(bytes(LARGEST_FILE + 1)), here.history.write(b"small")
    tracemalloc.start()
    try:
        assert list(here.history.contents([huge, small, huge])) == [(huge, b""), (small, b"small"), (huge, b"")]
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
    largest = here.history.write(bytes(LARGEST_FILE))
    ((_, data),) = here.history.contents([largest])
    assert len(data) == LARGEST_FILE
    shutil.rmtree(here.directory)  # it takes long to sweep


def test_a_few_trees_that_stand_for_millions_of_files_are_not_listed(here: Device) -> None:
    line = f"100644 blob {here.history.write(b'x')}\t{{}}\n"
    for _ in range(7):
        names = (f"{number:02}" for number in range(12))
        tree = here.git("mktree", stdin="".join(map(line.format, names)).encode())
        line = f"040000 tree {tree}\t{{}}\n"
    bomb = here.git("commit-tree", tree, "-m", "bomb")
    with pytest.raises(SyncTrouble, match="more files than a journal can") as told:
        here.history.tree(bomb)
    assert "push --force origin HEAD" in told.value.hint
    with pytest.raises(SyncTrouble, match="ls-tree did not work"):
        here.history.tree("1" * 40)


def test_a_tree_tells_mode_kind_size_and_every_name_as_it_is(here: Device) -> None:
    oid = here.history.write(b"12345")
    names = ["a\nb", "c\td", "e\x1b[2J", "f\u202eg", "h\udcff", " i", "j\\k"]
    changes: dict[str, str | None] = dict.fromkeys(names, oid)
    head = here.history.head
    tree = here.history.tree(here.history.join(changes, head, head, NOW))
    assert set(tree) == {OWN, LAKE, *names}
    assert {(one.mode, one.kind, one.oid, one.size) for name, one in tree.items() if name in names} == {
        ("100644", "blob", oid, 5)
    }


def test_joining_makes_a_commit_after_both_and_changes_nothing_here(here: Device) -> None:
    ours = here.history.head
    here.git("switch", "--quiet", "--create", "other")
    theirs = here.write({TRAIN: "train", LAKE: "theirs"})
    here.git("switch", "--quiet", "main")
    (here.directory / ".git" / "journal-index").write_text("left by a killed command")
    oid = here.history.write(b"joined")
    joined = here.history.join({LAKE: oid, TRAIN: here.history.tree(theirs)[TRAIN].oid, OWN: None}, ours, theirs, NOW)
    assert here.held(joined) == {LAKE: "joined", TRAIN: "train"}
    assert here.git("log", "-1", "--format=%P|%s|%an|%ad|%cd", "--date=iso-strict", joined) == (
        f"{ours} {theirs}|journal: update|journal|{NOW.isoformat()}|{NOW.isoformat()}"
    )
    assert here.files() == {OWN: "own", LAKE: "lake"}
    assert here.history.head == ours
    assert here.whole()
    assert list((here.directory / ".git").glob("journal-*")) == []


def test_a_day_is_all_that_a_joined_commit_tells_where_the_hour_is_hidden(here: Device) -> None:
    from sexjournal.git.objects import Objects

    hiding = Objects(here.directory, here.environ, hide_hour=True)
    joined = hiding.join({}, hiding.head, hiding.head, NOW)
    assert here.git("log", "-1", "--format=%ad|%cd", "--date=iso-strict", joined) == "|".join(
        [datetime(2026, 11, 22, tzinfo=NOW.tzinfo).isoformat()] * 2
    )


def test_a_head_that_names_no_branch_is_told(here: Device) -> None:
    here.git("switch", "--quiet", "--detach")
    with pytest.raises(SyncTrouble, match="on no branch") as told:
        assert here.remote.head
    assert "switch main" in told.value.hint


def test_pages_that_git_keeps_in_clear_are_refused_with_the_way_out(here: Device) -> None:
    here.remote.refuse_opened_notes()
    here.git("update-ref", "refs/notes/textconv/journal", "HEAD")
    with pytest.raises(SyncTrouble, match="in clear") as told:
        here.remote.refuse_opened_notes()
    here.room.run("sh", "-c", told.value.hint.partition(": ")[2], check=0)
    here.remote.refuse_opened_notes()
