"""Files are wholly there or not at all: full disks, broken disks and kills at every step, by real strace.

Whole commands under the same faults are in proof/test_g03_saved.py.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tracing import FAULTS, GROUPS, WHEN_KILLED, calls, hit, needs_strace, strace

from sexjournal.errors import BadInput
from sexjournal.system import disk
from sexjournal.system.disk import DiskTrouble

OLD, NEW = b"old page\n" * 99, b"new page\n" * 999


def entries(directory: Path) -> set[str]:
    """The names in a directory, hidden ones too."""
    return {path.name for path in directory.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# One file


def test_a_new_file_is_for_this_person_alone_and_so_are_the_directories_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "2026" / "11" / "page"
    before = os.umask(0)
    try:
        disk.create(path, NEW)
    finally:
        os.umask(before)
    assert path.read_bytes() == NEW
    assert [mode(place) for place in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]
    assert entries(path.parent) == {"page"}
    assert path.stat().st_nlink == 1


def test_a_file_that_is_there_is_never_written_over_by_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(OLD)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "directory").mkdir()
    for name in ("page", "link", "directory"):
        with pytest.raises(FileExistsError):
            disk.create(tmp_path / name, NEW)
    assert path.read_bytes() == OLD
    assert entries(tmp_path) == {"page", "link", "directory"}
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_replacing_takes_the_place_of_what_was_there(tmp_path: Path, size: int) -> None:
    path = tmp_path / "page"
    disk.replace(path, OLD)
    disk.replace(path, b"x" * size)
    assert path.read_bytes() == b"x" * size
    assert entries(tmp_path) == {"page"}


def test_a_link_is_replaced_and_what_it_points_at_is_left_alone(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(OLD)
    link.symlink_to(target)
    disk.replace(link, NEW)
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (OLD, NEW, False)
    link.unlink()
    link.symlink_to(target)
    disk.remove(link)
    assert target.read_bytes() == OLD
    assert entries(tmp_path) == {"target"}


def test_who_reads_meanwhile_sees_one_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "page"
    disk.replace(path, OLD)
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(100):
        disk.replace(path, NEW)
        disk.replace(path, OLD)
    done.set()
    reader.join()
    assert seen <= {OLD, NEW}


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    disk.remove(tmp_path / "page")
    assert entries(tmp_path) == set()


def test_trouble_names_the_directory_and_the_reason_and_nothing_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(OLD)
    for work in (disk.create, disk.replace):
        with pytest.raises(DiskTrouble) as told:
            work(tmp_path / "file" / "page", NEW)
        assert str(tmp_path / "file") in told.value.sentence
        assert "not a directory" in told.value.sentence
        assert "old page" not in told.value.sentence
        assert told.value.hint
        assert told.value.__cause__ is None


# The lock

HOLD = (
    "import sys; from pathlib import Path; from sexjournal.system import disk\nwith disk.locked(Path(sys.argv[1])):\n"
)
WAIT_INSIDE = HOLD + "    print('inside', flush=True)\n    sys.stdin.read()\n"
COUNT = "import sys; from pathlib import Path; from sexjournal.system import disk\nfor _ in range(25):\n" + (
    "    with disk.locked(Path(sys.argv[1])):\n"
    "        path = Path(sys.argv[2]); path.write_text(str(int(path.read_text()) + 1))\n"
)


def python(source: str, *words: str) -> subprocess.Popen[bytes]:
    argv = (sys.executable, "-c", source, *words)
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_only_one_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    workers = [python(COUNT, str(tmp_path / "state" / "lock"), str(counter)) for _ in range(4)]
    assert [worker.communicate(timeout=60) and worker.returncode for worker in workers] == [0] * 4
    assert counter.read_text() == "100"
    assert [mode(tmp_path / "state"), mode(tmp_path / "state" / "lock")] == [0o700, 0o600]


def test_a_lock_that_stays_held_is_told_and_one_of_a_killed_command_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "LONGEST_WAIT", 0.1)
    lock = tmp_path / "lock"
    with python(WAIT_INSIDE, str(lock)) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"inside\n"
        with pytest.raises(BadInput, match="still at work") as told, disk.locked(lock):
            pytest.fail("two at once")
        assert told.value.hint
        holder.kill()
    with disk.locked(lock), pytest.raises(BadInput), disk.locked(lock):
        pytest.fail("two at once")
    with disk.locked(lock):
        pass


def test_the_lock_is_freed_by_an_error_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LONGEST_WAIT", 0.1)
    with pytest.raises(ZeroDivisionError), disk.locked(tmp_path / "lock"):
        raise ZeroDivisionError
    with disk.locked(tmp_path / "lock"):
        pass


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DiskTrouble), disk.locked(tmp_path / "lock"):
        pytest.fail("it was followed")
    assert not (tmp_path / "elsewhere").exists()


# Faults

DISK = """\
import sys
from pathlib import Path
from sexjournal.system import disk
from sexjournal.errors import JournalError
work, path = getattr(disk, sys.argv[1]), Path(sys.argv[2])
try:
    work(path) if sys.argv[1] == "remove" else work(path, b"new page\\n" * 999)
except JournalError as trouble:
    sys.exit("".join(("told: ", trouble.sentence)))
print("done")
"""


def worked(work: str, path: Path, log: Path, *faults: str) -> subprocess.CompletedProcess[str]:
    """Create, replace or remove a file in a process of its own, under strace."""
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    if work != "create":
        path.write_bytes(OLD)
    argv = (*strace(log, *faults), sys.executable, "-c", DISK, work, str(path))
    return subprocess.run(argv, capture_output=True, check=False, text=True, timeout=60)


AFTER = {"create": (None, NEW), "replace": (OLD, NEW), "remove": (OLD, None)}  # if it fails, and if it does not


@needs_strace
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("work", AFTER)
def test_a_fault_at_any_step_leaves_the_old_or_the_new_and_is_told(tmp_path: Path, work: str, fault: str) -> None:
    path, log = tmp_path / "pages" / "page", tmp_path / "log"
    before, after = AFTER[work]
    for _ in range(2):  # the first time Python may have to compile
        assert worked(work, path, log).stdout == "done\n"
    steps = calls(log, str(path.parent))
    assert len(steps) >= (4 if work == "remove" else 8)
    for step in steps:
        result = worked(work, path, log, f"{step.name}:{FAULTS[fault]}:when={step.number}")
        assert hit(log), step
        there = path.read_bytes() if path.exists() else None
        assert there in (before, after), step
        if result.stdout:
            assert there == after, f"{step}: said to be done, and is not"
        if fault == "SIGKILL":
            assert result.returncode == WHEN_KILLED
        else:
            assert result.stdout or re.fullmatch(f"told: cannot write in {path.parent}: .*\n", result.stderr), step
            assert entries(path.parent) <= {"page"}, step


@needs_strace
@pytest.mark.parametrize("error", ["EPERM", "EOPNOTSUPP", "ENOSYS"])
def test_a_file_system_without_hard_links_will_do(tmp_path: Path, error: str) -> None:
    path, log = tmp_path / "pages" / "page", tmp_path / "log"
    for _ in range(2):
        worked("create", path, log)
    (link,) = (step.name for step in calls(log, str(path)) if step.name in GROUPS["link"])
    result = worked("create", path, log, f"{link}:error={error}:when=1")
    assert hit(log)
    assert (result.stdout, result.stderr) == ("done\n", "")
    assert path.read_bytes() == NEW
    assert entries(path.parent) == {"page"}


@needs_strace
def test_a_write_that_takes_only_a_part_is_gone_on_with(tmp_path: Path) -> None:
    path, log = tmp_path / "pages" / "page", tmp_path / "log"
    for _ in range(2):
        worked("create", path, log)
    for error in ("EINTR", "EAGAIN"):
        step = next(step for step in calls(log, str(path.parent)) if step.name in GROUPS["write"])
        result = worked("create", path, log, f"{step.name}:error={error}:when={step.number}")
        assert hit(log)
        assert (path.read_bytes() if path.exists() else None) == (NEW if result.stdout else None)
