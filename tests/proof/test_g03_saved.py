"""G3: what was said to be saved is saved: kills, full disks and broken disks at every call, by real strace.

The calls of the command itself that touch the room's places (the journal, git's settings, the state, the drafts) are
hit one by one; then the Nth write, link, rename, unlink and flush of all its processes at once, gpg and git included,
for N = 1, 2, ... until none is left to be hit. Calls that only load Python are hit here and there.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest
from figures import Figures
from room import JOURNAL, Keys, Result, Room
from slices import FULL, sliced
from tracing import FAULTS, GROUPS, WHEN_KILLED, Call, calls, hit, needs_strace, strace

from sexjournal.entry.entry import parse
from sexjournal.entry.tags import tagged

PAGE = "---\ntags: [slow]\nrating: 6\n---\nWe swam to {canary}.\n"
NUMBERS = itertools.count()  # so that no page and no tag is written twice
PATIENCE = 20  # seconds; a fault may leave a child waiting for ever, which is as good as killed

FAILED = "pages corrupt, lost, in clear or wrongly said to be saved; next commands that failed"

pytestmark = needs_strace


@dataclass(frozen=True, slots=True)
class Change:
    """One run of a command: its words, its input, the file that it is about and what that may hold afterwards."""

    words: tuple[str, ...]
    stdin: bytes | None
    path: Path | None  # None: a new file
    done: Callable[[str], bool]  # whether a page is as it is to be
    gone: bool = False  # whether the file is to be gone


@dataclass
class Desk:
    """A journal, the page that the commands are about, and what went wrong."""

    room: Room
    log: Path
    faults: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words of a page, others each time."""
        return f"We dived to {self.room.canary}, {next(NUMBERS)} times.\n" * 20

    def page(self) -> Path:
        """The file of the first page, written anew when it was removed."""
        if not self.room.files():
            self.room.journal("new", stdin=PAGE.format(canary=self.room.canary).encode(), check=0)
        return self.room.files()[0]

    def run(self, change: Change, *faults: str, everyone: bool = False) -> Result:
        """Run a command under strace; its terminal is answered with a number and with Enter."""
        argv = (*strace(self.log, *faults, everyone=everyone), *JOURNAL, *change.words)
        if change.words[0] == "review":
            return self._answered(argv)
        try:
            return self.room.run(*argv, stdin=change.stdin, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return Result(WHEN_KILLED, b"", b"")

    def _answered(self, argv: tuple[str, ...]) -> Result:
        window = self.room.spawn(*argv, columns=120)
        window.delaybeforesend = None
        said = ""
        for answer in itertools.chain(["5"], itertools.repeat("")):
            if window.expect_exact(["> ", pexpect.EOF]):
                break
            said += window.before
            window.sendline(answer)
        window.close()
        code = -window.signalstatus if window.signalstatus else window.exitstatus
        return Result(code, b"", (said + window.before).encode())

    # What must be true

    def check(self, change: Change, fault: str, what: object, *, everyone: bool = False) -> bool:
        """Inject a fault and look at what must be true afterwards; False when there was nothing left to be hit."""
        before, files = self._now(change), set(self.room.files())
        result = self.run(change, fault, everyone=everyone)
        if not hit(self.log):
            return False
        self.faults += 1
        trouble = self._trouble(change, result, before, files)
        self.broken += [f"{change.words[0]}, {what}: {said}" for said in trouble]
        self._forget_drafts()
        return True

    def _now(self, change: Change) -> str:
        return self.room.open(change.path).decode() if change.path else ""

    def _trouble(self, change: Change, result: Result, before: str, files: set[Path]) -> Iterator[str]:
        fresh = set(self.room.files()) - files
        if change.path is None:
            pages = [self.room.open(path).decode() for path in fresh]
            saved = bool(pages)
            whole = len(pages) <= 1 and all(map(change.done, pages))
        else:
            there = change.path.exists()
            page = self._now(change) if there else ""
            saved = not there if change.gone else change.done(page)
            whole = not fresh and (saved or page == before)
        if not whole:
            yield "neither the old page nor the new one"
        if result.code == 0 and not saved:
            yield "said to be done, and is not"
        if change.words[0] != "review" and self.room.told_by(result.err):
            yield "the error tells of the page"
        if self.room.sweep():
            yield "a leftover in clear"
        if change.stdin and result.code not in (0, WHEN_KILLED) and not saved and not self._kept(change, result):
            yield f"words gone: {result.error}"
        yield from self._next_command()

    def _kept(self, change: Change, result: Result) -> bool:
        """Whether words that were taken in and not saved wait in memory, as is said."""
        said = "offers it again" in result.error
        drafts = (path.read_bytes() for path in self.room.runtime.glob("journal-*/page.md"))
        return not said or any(draft.endswith(change.stdin[-1000:]) for draft in drafts)

    def _next_command(self) -> Iterator[str]:
        written = self.room.journal("new", stdin=self.text.encode())
        if written.code or written.text.count("\n") != 1 or "not committed" in written.error:
            yield f"the next command does not work: {written.error}"
        elif self.room.git("status", "--porcelain").text:
            yield "the next command did not commit"
        read = self.room.journal("list")  # takes in what is new, which the command that is hit next would have to do
        if (len(read.text.splitlines()), read.error) != (len(self.room.files()), ""):
            yield f"the next command does not read all: {read.error}"

    def _forget_drafts(self) -> None:
        for draft in self.room.runtime.glob("journal-*"):
            shutil.rmtree(draft)


def new(desk: Desk) -> Change:
    text = desk.text
    return Change(("new",), text.encode(), None, lambda page: page.endswith("---\n" + text))


def edit(desk: Desk) -> Change:
    path = desk.page()
    wanted = desk.room.open(path).decode().partition("We ")[0] + desk.text
    return Change(("edit", path.name.split(".")[1]), wanted.encode(), path, lambda page: page == wanted)


def tag(desk: Desk) -> Change:
    path, word = desk.page(), f"tag{next(NUMBERS)}"
    old = parse(desk.room.open(path).decode())
    wanted = tagged(old, word).text
    return Change(("tag", "add", word, "--to", old.id), None, path, lambda page: page == wanted)


def review(desk: Desk) -> Change:
    path = desk.page()
    old = parse(desk.room.open(path).decode())

    def done(page: str) -> bool:
        now = parse(page)
        return (now.body, now.tags, len(now.reviews)) == (old.body, old.tags, len(old.reviews) + 1)

    return Change(("review", old.id, "--plain"), None, path, done)


def remove(desk: Desk) -> Change:
    path = desk.page()
    return Change(("remove", "--yes", path.name.split(".")[1]), None, path, lambda page: False, gone=True)


COMMANDS = {"new": new, "edit": edit, "tag": tag, "review": review, "remove": remove}


@pytest.fixture
def settled(keys_of_run: Keys) -> Iterator[Room]:
    """A journal of its own for each test: all of it is swept after each fault, so that it must not grow for ever."""
    with Room(keys_of_run) as room:
        room.expect_draft()
        room.journal("init", "--yes", check=0)
        for _ in range(2):  # so that all is compiled and every directory is there
            room.journal("new", stdin=PAGE.format(canary=room.canary).encode(), check=0)
        yield room


@pytest.fixture
def desk(settled: Room) -> Desk:
    settled.run("gpgconf", "--launch", "gpg-agent", check=0)  # so that it is no child of what is traced
    return Desk(settled, settled.tools / "log")


def measured(desk: Desk, figures: Figures) -> None:
    figures.record("G3", "faults injected (SIGKILL, ENOSPC, EIO)", desk.faults, least=300)
    figures.record("G3", FAILED, len(desk.broken), most=0)
    assert "\n".join(desk.broken) == ""
    assert desk.faults
    read = desk.room.journal("list", check=0)
    assert (len(read.text.splitlines()), read.error) == (len(desk.room.files()), "")


def steps_of(desk: Desk, name: str) -> tuple[list[Call], list[Call]]:
    """The calls of a command about the room's own places, and all its other ones."""
    for _ in range(2):
        change = COMMANDS[name](desk)
        assert desk.run(change).code == 0
    places = (desk.room.root / name for name in ("data", "state", "config", "gnupg"))
    own = [step for place in (*places, desk.room.runtime) for step in calls(desk.log, str(place))]
    others = [step for step in calls(desk.log, "") if step not in own]
    assert {group for group in GROUPS if any(step.name in GROUPS[group] for step in own)} >= {"open", "write", "fsync"}
    return own, others


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fault_at_any_step_leaves_the_old_page_or_the_new_one(
    desk: Desk, figures: Figures, command: str, fault: str
) -> None:
    own, others = steps_of(desk, command)
    chosen = sliced(own, 4 if command == "new" else 1) + (others[::40] if FULL else [])
    for step in chosen:
        desk.check(COMMANDS[command](desk), f"{step.name}:{FAULTS[fault]}:when={step.number}", (step, fault))
    measured(desk, figures)


IN_MEMORY = "memfd:"  # where a page is opened
BY_NUMBER = "/proc/self/fd"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_while_a_page_is_read_is_forgotten_the_next_time(desk: Desk, figures: Figures, fault: str) -> None:
    words = (*JOURNAL, "list")

    def fresh() -> None:
        desk.room.journal("new", stdin=desk.text.encode(), check=0)

    desk.room.run(*words, check=0)
    fresh()
    desk.room.run(*strace(desk.log), *words, check=0)
    own = [step for place in (IN_MEMORY, BY_NUMBER, "data/journal/", "state/") for step in calls(desk.log, place)]
    assert len({step.name for step in own} & {"openat", "write", "close"}) == 3
    for step in sliced(own, 3):
        fresh()
        desk.room.run(*strace(desk.log, f"{step.name}:{FAULTS[fault]}:when={step.number}"), *words)
        desk.faults += hit(desk.log)
        again = desk.room.journal("list")
        if (again.code, again.error) != (0, ""):
            desk.broken.append(f"list, {step}, {fault}: {again.error}")
    measured(desk, figures)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("group", sliced([*sorted({*GROUPS} - {"open", "close"})], 2))
@pytest.mark.parametrize("command", ["new", "edit"] if FULL else ["new"])
def test_a_fault_in_gpg_or_git_leaves_the_old_page_or_the_new_one(
    desk: Desk, figures: Figures, command: str, group: str, fault: str
) -> None:
    names = ",".join(f"?{name}" for name in GROUPS[group])
    for number in itertools.count(1) if FULL else (1, 2):
        change = COMMANDS[command](desk)
        injected = f"{names}:{FAULTS[fault]}:when={number}"
        if not desk.check(change, injected, (group, number, fault), everyone=True):
            break
    measured(desk, figures)


def test_a_file_that_may_not_grow_leaves_no_piece_of_a_page(settled: Room) -> None:
    before = settled.files()
    words = "ulimit -f 1; exec " + " ".join(JOURNAL) + " new"
    result = settled.run("bash", "-c", words, stdin=f"We swam to {settled.canary}.\n".encode() * 2000)
    assert result.code not in (0, 70)
    assert settled.files() == before
    assert list(Desk(settled, settled.tools / "log")._next_command()) == []
