"""What `sync`, `keys remove` and a merge by git leave when they are killed, by real strace: the next command ends it.

The journal process is killed at each of its calls that changes a file of the device. Then git, gpg and all that they
start, one process after another, after each of their calls that changes a file, of the remote too: that process alone,
or everybody at once. The normal run takes a small fixed sample, and JOURNAL_PROOF=full all of them.
"""

from __future__ import annotations

import itertools
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import killer
import pexpect
import pytest
from figures import Figures
from room import JOURNAL, Keys, Room
from slices import FULL, sliced
from tracing import GROUPS, Call, calls, hit, needs_strace, strace

from sexjournal.openpgp import packets

pytestmark = needs_strace

PAGE = "The lake, {canary}.\n\nIt rained, and we stayed in.\n\nWe said little.\n"
KILLER = Path(killer.__file__)
WHOM = {"it": "alone", "all": "with all others"}
SAMPLE = {("sync", "it"): 40, ("sync", "all"): 90}  # of the changes of files by children, in the normal run
CHANGES = ("write", "fsync", "link", "rename", "unlink")


@dataclass
class Devices:
    """Two devices and their remote, in a state that can be put back: each has news for the other, of one page too."""

    here: Room
    there: Room
    remote: Path
    pages: dict[str, bytes] = field(default_factory=dict)  # what both have to hold in the end, by the file's name
    gone: dict[str, bytes] = field(default_factory=dict)  # the page that was removed there, and not yet here

    @property
    def log(self) -> Path:
        return self.here.tools / "log"

    @property
    def lost(self) -> str:
        """The key that is to be removed."""
        return self.here.fingerprints["locked"]

    @property
    def _places(self) -> dict[Path, Path]:
        """What a command may change, and where its start state is kept."""
        rooms = [place for room in (self.here, self.there) for place in (room.journal_dir, room.root / "state")]
        return {place: place.with_name(f"{place.name}-kept") for place in (self.remote, *rooms)}

    def keep(self) -> None:
        for place, kept in self._places.items():
            shutil.copytree(place, kept)

    def put_back(self) -> None:
        self.log.unlink(missing_ok=True)
        for place, kept in self._places.items():
            shutil.rmtree(place)
            shutil.copytree(kept, place)

    # What must be true

    def check(self, room: Room, pages: dict[str, bytes]) -> None:
        """Every page reads as it should, and nothing is damaged, left in memory, or left to be committed."""
        listed = room.journal("list", check=0)
        assert (len(listed.text.splitlines()), listed.error) == (len(pages), "")
        assert self.read(room) == pages
        assert room.git("status", "--porcelain").out == b""
        assert room.git("fsck", "--strict", "--no-dangling").out == b""
        assert not list(room.runtime.glob("journal-*"))

    def read(self, room: Room) -> dict[str, bytes]:
        return {path.name: room.open(path) for path in room.files()}

    def check_all(self, *, sealed_anew: bool) -> None:
        """Bring what was finished here to the other device; look at both, and at the remote."""
        if sealed_anew:  # which is a change, and so the page that was removed there stays
            self._confirm_there()
        else:
            self.there.journal("sync", "--yes", check=0)
        for room in (self.here, self.there):
            self.check(room, self.pages | self.gone if sealed_anew else self.pages)
        self.here.git("--git-dir", str(self.remote), "fsck", "--strict", cwd=self.here.home)

    def _confirm_there(self) -> None:
        terminal = self.there.terminal("sync")
        terminal.expect_exact("> ")
        terminal.sendline("y")
        terminal.expect(pexpect.EOF)
        terminal.wait()
        assert terminal.exitstatus == 0


# The commands: how each is run with words before it, and how it is finished by the next command


def sync(devices: Devices, *before: str) -> None:
    devices.here.run(*before, *JOURNAL, "sync", "--yes")


def sync_again(devices: Devices) -> None:
    """Sync; the lock of a git that was killed in the remote itself is named, and left for the person to take away."""
    lock = devices.remote / "refs" / "heads" / "main.lock"
    if lock.exists():
        assert "remove refs/heads/main.lock" in devices.here.journal("sync", "--yes", check=4).error
        lock.unlink()
    devices.here.journal("sync", "--yes", check=0)


def remove(devices: Devices, *before: str) -> None:
    devices.here.run(*before, *JOURNAL, "keys", "remove", devices.lost, "--yes")


def remove_again(devices: Devices) -> None:
    here = devices.here
    here.journal("keys", "remove", devices.lost, "--yes", check=0)
    assert here.journal("list", check=0).error == ""
    assert here.git("status", "--porcelain").out == b""
    (readers,) = {_readers(path) for path in here.files()}
    assert all(len(_readers(_kept(here, path))) == len(readers) + 1 for path in here.files())
    sync_again(devices)


def _readers(path: Path) -> frozenset[str]:
    """The long ids that a page is sealed for."""
    return frozenset(packets.outline(packets.split(path.read_bytes())[1]).key_ids)


def _kept(room: Room, path: Path) -> Path:
    return room.journal_dir.with_name("journal-kept") / path.relative_to(room.journal_dir)


def merge(devices: Devices, *before: str) -> None:
    """Let git merge what the remote has, and call `journal merge-driver` with these words before it."""
    driver = f"{shlex.join((*before, *JOURNAL))} merge-driver -- %O %A %B %P"
    devices.here.git("fetch", "--quiet", "origin", "main")
    words = ("merge", "--quiet", "--no-edit", "FETCH_HEAD")
    devices.here.git("-c", f"merge.journal.driver={driver}", *words, check=None)


def merge_again(devices: Devices) -> None:
    here = devices.here
    if (here.journal_dir / ".git" / "MERGE_HEAD").exists():
        here.git("merge", "--abort")  # as the hint of every command says
    sync_again(devices)


@dataclass(frozen=True, slots=True)
class Command:
    """A command, what finishes it, and whether it seals every page anew."""

    run: Callable[..., None]
    again: Callable[[Devices], None]
    sealed_anew: bool = False


COMMANDS = {
    "sync": Command(sync, sync_again),
    "keys remove": Command(remove, remove_again, sealed_anew=True),
    "merge-driver": Command(merge, merge_again),
}


@pytest.fixture(scope="module")
def devices_of_all(keys_of_run: Keys) -> Iterator[Devices]:
    with ExitStack() as rooms:
        here = rooms.enter_context(Room(keys_of_run, keys=("plain", "second", "locked")))
        there = rooms.enter_context(Room(keys_of_run, keys=()))
        devices = Devices(here, there, here.root / "remote.git")
        _share(devices)
        _part(devices)
        devices.keep()
        devices.gone = {name: page for name, page in devices.read(here).items() if b"taken away" in page}
        for room in (here, there):
            room.journal("sync", "--yes", check=0)
        devices.pages = devices.read(here)
        both = b"".join(devices.pages.values())
        assert len(devices.pages) == 3
        assert all(word in both for word in (b"slow", b"weekend", b"laughed", b"the train", b"the attic"))
        assert b"taken away" not in both
        assert b"<<<<<<<" not in both
        devices.check(there, devices.pages)
        yield devices


def _share(devices: Devices) -> None:
    here, there = devices.here, devices.there
    here.git("init", "--quiet", "--bare", "--initial-branch=main", str(devices.remote), cwd=here.home)
    here.journal("init", "--yes", "--key", here.fingerprint, check=0)
    for name in ("second", "locked"):
        here.journal("keys", "add", here.fingerprints[name], "--yes", check=0)
    here.journal("new", stdin=PAGE.format(canary=here.canary).encode(), check=0)
    here.journal("new", "--on", "2026-11-02", stdin=b"What is taken away.\n", check=0)
    here.journal("sync", "--remote", str(devices.remote), check=0)
    there.gpg("--import", stdin=here.gpg("--armor", "--export-secret-keys", here.fingerprints["second"]).out)
    there.journal("init", "--from", str(devices.remote), "--yes", check=0)


def _part(devices: Devices) -> None:
    """Change a page on both devices, write one on each, and take one away on the other, which tells the remote."""
    here, there = devices.here, devices.there
    gone, lake = (path.name.split(".")[1] for path in here.files())
    here.journal("tag", "add", "slow", "--to", lake, check=0)
    here.journal("new", stdin=b"In the attic, in the attic.\n", check=0)
    there.journal("tag", "add", "weekend", "--to", lake, check=0)
    text = there.journal("show", "--raw", lake, check=0).text
    there.journal("edit", lake, stdin=text.replace("said little", "said little, and laughed").encode(), check=0)
    there.journal("new", stdin=b"On the train.\n", check=0)
    there.journal("remove", gone, "--yes", check=0)
    there.journal("sync", check=0)


@pytest.fixture
def devices(devices_of_all: Devices) -> Devices:
    for room in (devices_of_all.here, devices_of_all.there):
        room.run("gpgconf", "--launch", "gpg-agent", check=0)  # so that it is no child of what is killed
    return devices_of_all


TROUBLE = (AssertionError, pexpect.ExceptionPexpect, subprocess.TimeoutExpired)


@dataclass
class Tally:
    """How often a command was killed, and what went wrong afterwards."""

    devices: Devices
    name: str
    kills: int = 0
    broken: list[str] = field(default_factory=list)

    def killed(self, *before: str, odd: bool) -> bool:
        """Kill a command by these words before it, let the next one finish it, and look at all; False when unhurt."""
        command = COMMANDS[self.name]
        self.devices.put_back()
        try:
            command.run(self.devices, *before)
            if not hit(self.devices.log):
                return False
            if odd:
                assert self.devices.here.journal("list", check=0).error == ""
            command.again(self.devices)
            self.devices.check_all(sealed_anew=command.sealed_anew)
        except TROUBLE as trouble:
            said = self.devices.log.read_text(errors="replace").splitlines()
            self.broken.append(f"{self.name} {before[-1]}: {said[-1]}\n{trouble}")
        self.kills += 1
        return True

    def record(self, figures: Figures, what: str) -> None:
        figures.record("sync", f"{what}, {self.name}", self.kills)
        figures.record("sync", "of all kills, not made up for by the next command", len(self.broken), most=0)
        assert not self.broken, "\n\n".join(self.broken)


def steps(devices: Devices, command: Command) -> list[Call]:
    """The calls of the journal process that change a file of the device: every open that makes one, every write.

    They are numbered as they come once Python has compiled the program: it opens two more files for each module before.
    """
    for _ in ("compiling", "counted"):
        devices.put_back()
        command.run(devices, *strace(devices.log))
    making = calls(devices.log, "O_CREAT")
    room = devices.here
    places = [*(str(room.root / name) for name in ("data", "state", "config")), str(room.runtime), ".merge_file"]
    found = {step: None for place in places for step in calls(devices.log, place)}
    return [step for step in found if step in making or any(step.name in GROUPS[group] for group in CHANGES)]


def test_a_step_has_the_same_number_when_python_compiles_the_program_meanwhile(
    devices: Devices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = steps(devices, COMMANDS["sync"])
    monkeypatch.setitem(devices.here.env, "PYTHONPYCACHEPREFIX", str(tmp_path / "nothing-compiled"))
    assert steps(devices, COMMANDS["sync"]) == before
    assert any((tmp_path / "nothing-compiled").rglob("sync.*.pyc"))


@pytest.mark.parametrize(("command", "count"), [("sync", 2), ("keys remove", 1), ("merge-driver", 1)])
def test_a_command_that_is_killed_at_any_step_is_finished_by_the_next(
    devices: Devices, figures: Figures, command: str, count: int
) -> None:
    found = steps(devices, COMMANDS[command])
    assert len(found) >= 4
    tally = Tally(devices, command)
    for step in found if FULL else sliced(found[1:], count):  # the first may be no more than the lock
        words = strace(devices.log, f"{step.name}:signal=KILL:when={step.number}")
        assert tally.killed(*words, odd=bool(step.number % 2)), f"never reached, although it was counted: {step}"
    tally.record(figures, "kills of the command itself")


@pytest.mark.parametrize(("command", "whom"), list(itertools.product(COMMANDS, WHOM)) if FULL else list(SAMPLE))
def test_a_child_that_is_killed_is_made_up_for_by_the_next_command(
    devices: Devices, figures: Figures, command: str, whom: str
) -> None:
    tally = Tally(devices, command)
    for number in itertools.count(1) if FULL else (SAMPLE[command, whom],):
        if not tally.killed(sys.executable, str(KILLER), str(devices.log), whom, str(number), odd=bool(number % 2)):
            assert FULL, "nothing was hit"
            break
    tally.record(figures, f"kills of what it started, {WHOM[whom]}")
