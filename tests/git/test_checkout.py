"""A commit is checked out whole, whatever ends the command, and never over what somebody changed by hand."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from devices import ATTIC, LAKE, NOW, OWN, TRAIN, Device, device
from room import Keys, Result, Room
from tracing import GROUPS, WHEN_KILLED, calls, hit, needs_strace, strace

from sexjournal.errors import SyncTrouble
from sexjournal.git.checkout import ChangedByHand
from sexjournal.git.refs import CHECKOUT_RECORD, CHECKOUT_REF
from sexjournal.system.disk import DiskTrouble

START = {OWN: "own", LAKE: "lake", TRAIN: "train"}
NEXT = {OWN: "own, later", LAKE: "lake, later", ATTIC: "attic", "k7/k7q2m9xd.md.asc": "opaque"}


@pytest.fixture
def here(make_room: Callable[..., Room]) -> Device:
    made = device(make_room(keys=()), "here")
    made.write(START)
    return made


def later(here: Device) -> str:
    """Return a commit that changes, adds and removes files, without a trace of it in the work tree."""
    files = {name: here.objects.write(text.encode()) for name, text in NEXT.items()}
    return here.objects.merge_commit({**files, TRAIN: None}, here.objects.head, here.objects.head, NOW)


def is_checked_out(here: Device, commit: str) -> bool:
    return (here.objects.head, here.files(), here.whole()) == (commit, NEXT, True) and is_finished(here)


def is_finished(here: Device) -> bool:
    """Whether no checkout is unfinished."""
    return not (here.directory / CHECKOUT_RECORD).exists() and CHECKOUT_REF not in here.git("for-each-ref")


# Checking out


def test_a_checkout_changes_adds_and_removes_files(here: Device) -> None:
    commit = later(here)
    here.checkout.check_out(commit)
    assert is_checked_out(here, commit)
    assert {stat.S_IMODE((here.directory / name).stat().st_mode) for name in NEXT} == {0o600}
    assert stat.S_IMODE((here.directory / "k7").stat().st_mode) == 0o700
    assert here.git("reflog", "-1", "--format=%gs") == "journal: sync"
    assert not here.repository.commit(NOW)


def test_a_first_commit_is_checked_out_where_there_was_none(here: Device) -> None:
    fresh = device(here.room, "fresh", here.directory)
    fresh.checkout.check_out(fresh.remote.fetch())
    assert (fresh.files(), fresh.whole(), is_finished(fresh)) == (START, True, True)


def test_what_stands_there_already_is_not_written_again(here: Device) -> None:
    commit = later(here)
    (here.directory / LAKE).write_text(NEXT[LAKE])
    (here.directory / ATTIC).write_text(NEXT[ATTIC])
    (here.directory / TRAIN).unlink()
    before = {name: (here.directory / name).stat().st_ino for name in (LAKE, ATTIC)}
    here.checkout.check_out(commit)
    assert is_checked_out(here, commit)
    assert {name: (here.directory / name).stat().st_ino for name in before} == before


def test_a_commit_that_is_here_already_changes_nothing(here: Device) -> None:
    before = (here.directory / LAKE).stat()
    here.checkout.check_out(here.objects.head)
    assert (here.directory / LAKE).stat() == before
    assert here.whole()
    assert is_finished(here)


@pytest.mark.parametrize("name", [OWN, LAKE, TRAIN, ATTIC])
def test_what_somebody_changed_by_hand_is_not_written_over(here: Device, name: str) -> None:
    commit = later(here)
    (here.directory / name).write_text("by hand")
    with pytest.raises(ChangedByHand, match=name) as told:
        here.checkout.check_out(commit)
    assert told.value.hint
    assert here.files() == {**START, name: "by hand"}
    assert is_finished(here)
    assert here.repository.commit(NOW)


def test_what_somebody_put_there_in_the_same_moment_is_not_written_over(
    here: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = later(here)
    opened = here.checkout.contents

    def slow(oids: Iterator[str]) -> Iterator[tuple[str, bytes]]:
        (here.directory / ATTIC).write_text("by hand")
        yield from opened(oids)

    monkeypatch.setattr(here.checkout, "contents", slow)
    with pytest.raises(ChangedByHand, match=ATTIC):
        here.checkout.check_out(commit)
    assert here.files()[ATTIC] == "by hand"
    assert is_finished(here)


@pytest.mark.parametrize("folder", ["2026", "k7"])
def test_a_link_in_the_place_of_a_folder_leads_nothing_out(here: Device, folder: str) -> None:
    commit = later(here)
    outside = here.room.root / "data" / "outside"
    shutil.copytree(here.directory / "2026", outside)
    shutil.rmtree(here.directory / folder, ignore_errors=True)
    (here.directory / folder).symlink_to(outside)
    before = {path.name: path.read_text() for path in outside.iterdir()}
    with pytest.raises(SyncTrouble, match="behind a link"):
        here.checkout.check_out(commit)
    assert {path.name: path.read_text() for path in outside.iterdir()} == before
    assert here.objects.head != commit
    assert is_finished(here)


@pytest.mark.parametrize("name", [LAKE, ATTIC])
def test_a_link_in_the_place_of_a_page_is_somebodys_and_stays(here: Device, name: str) -> None:
    commit = later(here)
    outside = here.room.root / "data" / "outside"
    outside.write_text(START[LAKE])
    (here.directory / name).unlink(missing_ok=True)
    (here.directory / name).symlink_to(outside)
    with pytest.raises(ChangedByHand, match=name):
        here.checkout.check_out(commit)
    assert ((here.directory / name).is_symlink(), outside.read_text()) == (True, START[LAKE])
    assert is_finished(here)


def test_a_folder_in_the_place_of_a_page_is_left_alone(here: Device) -> None:
    commit = later(here)
    (here.directory / ATTIC / "inside").mkdir(parents=True)
    with pytest.raises(ChangedByHand):
        here.checkout.check_out(commit)
    assert (here.directory / ATTIC / "inside").is_dir()


def test_nothing_is_checked_out_in_the_middle_of_a_merge(here: Device) -> None:
    commit = later(here)
    (here.directory / ".git" / "MERGE_HEAD").write_text(commit)
    with pytest.raises(SyncTrouble, match="in the middle"):
        here.checkout.check_out(commit)
    assert here.files() == START


# Finishing


def interrupted(here: Device, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let a checkout end after the first file, as a full disk would; return the commit."""
    commit = later(here)
    write, written = here.checkout._write_file, 0

    def full(*words: object) -> None:
        nonlocal written
        if written:
            raise DiskTrouble("no space left on device")
        written += 1
        write(*words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(here.checkout, "_write_file", full)
        with pytest.raises(DiskTrouble):
            here.checkout.check_out(commit)
    assert (here.directory / CHECKOUT_RECORD).exists()
    assert here.files() not in (START, NEXT)
    return commit


def test_without_an_unfinished_checkout_no_process_is_started(here: Device) -> None:
    here.checkout._git._environ = {"PATH": ""}  # type: ignore[misc]
    assert not here.checkout.finish()


def test_an_interrupted_checkout_is_finished(here: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = interrupted(here, monkeypatch)
    assert here.checkout.finish()
    assert is_checked_out(here, commit)
    assert not here.checkout.finish()


def test_a_gc_in_between_takes_nothing_away(here: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = interrupted(here, monkeypatch)
    here.git("gc", "--quiet", "--prune=now")
    assert here.checkout.finish()
    assert is_checked_out(here, commit)


def test_what_was_changed_by_hand_in_between_stays_and_the_checkout_is_given_up(
    here: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(here, monkeypatch)
    (here.directory / TRAIN).write_text("by hand")
    before = here.files()
    assert not here.checkout.finish()
    assert is_finished(here)
    assert here.files() == before
    assert here.repository.commit(NOW)
    assert here.committed() == before


def test_a_commit_by_hand_in_between_stays(here: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(here, monkeypatch)
    here.git("commit", "--quiet", "--all", "--message", "by hand")
    head, before = here.objects.head, here.files()
    assert not here.checkout.finish()
    assert is_finished(here)
    assert (here.objects.head, here.files()) == (head, before)


def test_a_merge_by_hand_in_between_is_waited_for(here: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = interrupted(here, monkeypatch)
    mark = here.directory / ".git" / "MERGE_HEAD"
    mark.touch()
    assert not here.checkout.finish()
    mark.unlink()
    assert here.checkout.finish()
    assert is_checked_out(here, commit)


# Kills

CHECK_OUT = """\
import os, sys
from pathlib import Path
from sexjournal.git.checkout import Checkout
Checkout(Path(sys.argv[1]), os.environ).check_out(sys.argv[2])
"""


@dataclass
class Trial:
    """A device, a commit to check out there, and copies of the device to try on."""

    here: Device
    commit: str

    @property
    def log(self) -> Path:
        return self.here.room.tools / "log"

    def tried(self, *faults: str, path: str = "") -> tuple[Device, Result]:
        """Check the commit out in a fresh copy, in a process of its own under strace."""
        place = self.here.directory.with_name("copy")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.here.directory, place)
        words = (*strace(self.log, *faults), sys.executable, "-c", CHECK_OUT, str(place), self.commit)
        env = {"PATH": path or self.here.environ["PATH"]}
        return Device(self.here.room, place), self.here.room.run(*words, env=env, timeout=30)

    def without(self, word: str, fault: str) -> tuple[Device, Result]:
        """The same with a fault in each git that is asked for this, and for nothing else."""
        for old in self.log.parent.glob("git.log.*"):
            old.unlink()
        traced = " ".join(strace(Path("$0.log.$$"), fault))
        git = self.log.parent / "git"
        git.write_text(f'#!/bin/sh\ncase " $* " in *" {word} "*) exec {traced} {REAL} "$@";; esac\nexec {REAL} "$@"\n')
        git.chmod(0o700)
        return self.tried(path=f"{git.parent}:{self.here.environ['PATH']}")

    def check(self, copy: Device, result: Result, what: object) -> None:
        """Look at what must be true after a kill."""
        begun = (copy.directory / CHECKOUT_RECORD).exists()
        assert copy.checkout.finish() == begun, what
        assert not (copy.directory / CHECKOUT_RECORD).exists(), what
        if not begun and copy.objects.head != self.commit:  # nothing was touched
            assert result.code != 0, what
            assert copy.repository.commit(NOW) is False, what
            copy.checkout.check_out(self.commit)
        for path in copy.directory.rglob(".*.tmp"):  # half-written files; git never commits them
            path.unlink()
        copy.git("update-ref", "-d", CHECKOUT_REF)  # may hold a commit that is here, until the next checkout
        assert is_checked_out(copy, self.commit), what


REAL = shutil.which("git")


@pytest.fixture(scope="module")
def trial(keys_of_run: Keys) -> Iterator[Trial]:
    with Room(keys_of_run, keys=()) as room:
        here = device(room, "here")
        here.write(START)
        yield Trial(here, later(here))


@needs_strace
@pytest.mark.parametrize("group", ["open", "write", "fsync", "link", "rename", "unlink"])
def test_a_checkout_that_is_killed_at_any_step_is_finished_by_the_next_command(trial: Trial, group: str) -> None:
    for _ in range(2):  # the first time Python may have to compile
        copy, done = trial.tried()
        assert (done.code, is_checked_out(copy, trial.commit)) == (0, True), done.error
    steps = [step for step in calls(trial.log, str(copy.directory)) if step.name in GROUPS[group]]
    assert len(steps) >= 2
    for step in steps:
        copy, done = trial.tried(f"{step.name}:signal=KILL:when={step.number}")
        assert hit(trial.log), step
        assert done.code == WHEN_KILLED, step
        trial.check(copy, done, step)


@needs_strace
@pytest.mark.parametrize("group", ["write", "fsync", "link", "rename", "unlink"])
@pytest.mark.parametrize("word", ["update-ref", "read-tree"])
def test_a_git_that_is_killed_while_it_helps_is_made_up_for(trial: Trial, word: str, group: str) -> None:
    names = ",".join(f"?{name}" for name in GROUPS[group])
    for number in range(1, 60):
        copy, done = trial.without(word, f"{names}:signal=KILL:when={number}")
        trial.check(copy, done, (word, group, number))
        if not any(map(hit, trial.log.parent.glob("git.log.*"))):
            return
    pytest.fail("there is no end to it")
