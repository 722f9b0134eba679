"""Objects of git: contents one at a time, trees of any name and size, and commits with two parents."""

from __future__ import annotations

import shutil
import tracemalloc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from devices import LAKE, NOW, OWN, TRAIN, Device

from sexjournal.errors import SyncTrouble
from sexjournal.git.objects import Objects
from sexjournal.git.trees import LARGEST_FILE


def test_a_git_that_is_asked_line_by_line_is_ended_with_the_block(here: Device) -> None:
    answers = here.objects.contents([entry.oid for entry in here.objects.tree("HEAD").values()])
    assert next(answers)[1] in (b"own", b"lake")
    assert isinstance(answers, Iterator)
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    assert [pid for pid in here.room.residents() if Path(f"/proc/{pid}/comm").read_text() == "git\n"] == []


def test_what_git_does_not_have_is_told(here: Device) -> None:
    with pytest.raises(SyncTrouble, match="does not have"):
        list(here.objects.contents(["1" * 40]))


def test_every_content_that_ever_was_is_known(here: Device) -> None:
    before = here.objects.tree("HEAD")[LAKE].oid
    here.write({LAKE: "changed"})
    here.write({LAKE: None})
    past = here.objects.oids_by_path("HEAD")
    assert past[LAKE] == {before, here.git("rev-parse", "HEAD~1:" + LAKE)}
    assert here.objects.oids_by_path("") == {}


@pytest.mark.parametrize("sign", "\u2028\u2029\x85\x0b\x0c\x1c\r")
def test_a_name_with_what_some_take_for_a_line_end_makes_up_no_content(here: Device, sign: str) -> None:
    oid, head = here.objects.write(b"x"), here.objects.head
    path = f"x{sign}zzzz {LAKE}"
    past = here.objects.oids_by_path(here.objects.merge_commit({path: oid}, head, head, NOW))
    assert past[path] == {oid}
    assert {len(one) for oids in past.values() for one in oids} == {len(oid)}


def test_every_file_of_the_past_is_known_whatever_its_name_was(here: Device) -> None:
    lake = here.objects.tree("HEAD")[LAKE].oid
    large = here.objects.write(b"x" * 1000)
    here.write({LAKE: "x" * 1000})
    here.write({LAKE: None, TRAIN: "train"})
    own, train = (here.objects.tree("HEAD")[name].oid for name in (OWN, TRAIN))
    assert here.objects.blobs_up_to("HEAD", 1000) == {own, lake, train, large}
    assert here.objects.blobs_up_to("HEAD", 999) == {own, lake, train}
    assert here.objects.blobs_up_to("", 1000) == set()


def test_what_is_larger_than_a_sealed_file_can_be_is_never_held(here: Device) -> None:
    huge, small = here.objects.write(bytes(LARGEST_FILE + 1)), here.objects.write(b"small")
    tracemalloc.start()
    try:
        assert list(here.objects.contents([huge, small, huge])) == [(huge, b""), (small, b"small"), (huge, b"")]
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
    largest = here.objects.write(bytes(LARGEST_FILE))
    ((_, data),) = here.objects.contents([largest])
    assert len(data) == LARGEST_FILE
    shutil.rmtree(here.directory)  # it takes long to sweep


def test_a_few_trees_that_stand_for_millions_of_files_are_not_listed(here: Device) -> None:
    line = f"100644 blob {here.objects.write(b'x')}\t{{}}\n"
    for _ in range(7):
        names = (f"{number:02}" for number in range(12))
        tree = here.git("mktree", stdin="".join(map(line.format, names)).encode())
        line = f"040000 tree {tree}\t{{}}\n"
    bomb = here.git("commit-tree", tree, "-m", "bomb")
    with pytest.raises(SyncTrouble, match="more files than a journal can") as told:
        here.objects.tree(bomb)
    assert "push --force origin HEAD" in told.value.hint
    with pytest.raises(SyncTrouble, match="ls-tree did not work"):
        here.objects.tree("1" * 40)


def test_a_tree_tells_mode_kind_size_and_every_name_as_it_is(here: Device) -> None:
    oid = here.objects.write(b"12345")
    names = ["a\nb", "c\td", "e\x1b[2J", "f\u202eg", "h\udcff", " i", "j\\k"]
    changes: dict[str, str | None] = dict.fromkeys(names, oid)
    head = here.objects.head
    tree = here.objects.tree(here.objects.merge_commit(changes, head, head, NOW))
    assert set(tree) == {OWN, LAKE, *names}
    assert {(one.mode, one.kind, one.oid, one.size) for name, one in tree.items() if name in names} == {
        ("100644", "blob", oid, 5)
    }


def test_joining_makes_a_commit_after_both_and_changes_nothing_here(here: Device) -> None:
    ours = here.objects.head
    here.git("switch", "--quiet", "--create", "other")
    theirs = here.write({TRAIN: "train", LAKE: "theirs"})
    here.git("switch", "--quiet", "main")
    (here.directory / ".git" / "journal-index").write_text("left by a killed command")
    lake, train = here.objects.write(b"joined"), here.objects.tree(theirs)[TRAIN].oid
    joined = here.objects.merge_commit({LAKE: lake, TRAIN: train, OWN: None}, ours, theirs, NOW)
    assert here.committed(joined) == {LAKE: "joined", TRAIN: "train"}
    assert here.git("log", "-1", "--format=%P|%s|%an|%ad|%cd", "--date=iso-strict", joined) == (
        f"{ours} {theirs}|journal: update|journal|{NOW.isoformat()}|{NOW.isoformat()}"
    )
    assert here.files() == {OWN: "own", LAKE: "lake"}
    assert here.objects.head == ours
    assert here.whole()
    assert list((here.directory / ".git").glob("journal-*")) == []


def test_a_day_is_all_that_a_joined_commit_tells_where_the_hour_is_hidden(here: Device) -> None:
    hiding = Objects(here.directory, here.environ, hide_hour=True)
    joined = hiding.merge_commit({}, hiding.head, hiding.head, NOW)
    assert here.git("log", "-1", "--format=%ad|%cd", "--date=iso-strict", joined) == "|".join(
        [datetime(2026, 11, 22, tzinfo=NOW.tzinfo).isoformat()] * 2
    )


def test_a_head_that_names_no_branch_is_told(here: Device) -> None:
    here.git("switch", "--quiet", "--detach")
    with pytest.raises(SyncTrouble, match="on no branch") as told:
        assert here.remote.head
    assert "switch main" in told.value.hint


def test_contents_are_in_memory_one_at_a_time(here: Device) -> None:
    size = 4 * 2**20
    oids = [here.objects.write(bytes([number]) * size) for number in range(4)]
    tracemalloc.start()
    try:
        contents = [(oid, data[:1], len(data)) for oid, data in here.objects.contents(oids)]
        assert tracemalloc.get_traced_memory()[1] < 4 * size
    finally:
        tracemalloc.stop()
    assert contents == [(oid, bytes([number]), size) for number, oid in enumerate(oids)]
