"""git as the program runs it: no deadlock, no stale lock, and nothing in the middle of a merge."""

from __future__ import annotations

import subprocess

import pytest
from devices import LAKE, NOW, OWN, TRAIN, Device

from sexjournal.errors import SyncTrouble
from sexjournal.git.process import UNFINISHED_COMMANDS, Git, commit_dates


@pytest.fixture
def git(here: Device) -> Git:
    return Git(here.directory, here.environ)


def test_what_git_reads_and_writes_may_be_of_any_length(here: Device, git: Git) -> None:
    large = b"x" * 20_000_000
    oid = here.objects.write(large)
    assert git.out("cat-file", "blob", oid) == large
    asked = f"{oid}\n".encode() * 20_000
    assert git.out("cat-file", "--batch-check", stdin=asked).count(b"\n") == 20_000


def test_git_finds_neither_the_variables_of_others_nor_a_terminal(here: Device) -> None:
    elsewhere = str(here.room.root / "elsewhere")
    led = Git(here.directory, {**here.environ, "GIT_DIR": elsewhere, "GIT_INDEX_FILE": elsewhere, "LC_ALL": "nl_BE"})
    assert led.out("rev-parse", "--git-dir") == b".git\n"
    assert led.run("hash-object", "--stdin").returncode == 0


def test_a_machine_without_git_is_told_so(here: Device) -> None:
    # Where git is found is looked up in the environment that it gets.
    nowhere = Git(here.directory, {"PATH": str(here.room.root)})
    for ask in (lambda: nowhere.run("status"), lambda: nowhere.pipes("cat-file", "--batch").__enter__()):
        with pytest.raises(SyncTrouble, match="git is not on this machine") as told:
            ask()
        assert "install" in told.value.hint


@pytest.mark.parametrize(("hide", "time"), [(False, "09:14:00"), (True, "00:00:00")])
def test_a_commit_tells_the_hour_only_where_it_may(hide: bool, time: str) -> None:
    assert set(commit_dates(NOW, hide_hour=hide).values()) == {f"2026-11-22T{time}+01:00"}


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


@pytest.mark.parametrize("mark", UNFINISHED_COMMANDS)
def test_nothing_is_committed_in_the_middle_of_what_the_person_does(here: Device, mark: str) -> None:
    (here.directory / ".git" / mark).touch()
    with pytest.raises(SyncTrouble, match=f"in the middle of a {UNFINISHED_COMMANDS[mark]}") as told:
        here.write({TRAIN: "train"})
    assert f"git -C {here.directory} {UNFINISHED_COMMANDS[mark]} --abort" in told.value.hint
    assert set(here.committed()) == {OWN, LAKE}
    (here.directory / ".git" / mark).unlink()
    assert here.repository.commit(NOW)
    assert set(here.committed()) == {OWN, LAKE, TRAIN}
