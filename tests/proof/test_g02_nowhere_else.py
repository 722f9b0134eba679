"""G2: no text in arguments, environments, core files, logs and error messages.

What every program is started with is read in G1, by strace. Here all processes are looked at while commands run, the
command is ended by every signal that leaves a core, and an exception that holds the canary is thrown in each function.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
import thrower
from figures import Figures
from room import JOURNAL, Keys, Result, Room
from slices import FULL, sliced
from stories import COMMANDS, READING, written

THROWER = (sys.executable, thrower.__file__)


@pytest.fixture(scope="module")
def kept(keys_of_run: Keys) -> Iterator[Room]:
    """A room for all commands, with a few pages."""
    with Room(keys_of_run) as room:
        room.env["PATH"] = f"{Path(sys.executable).parent}:{room.env['PATH']}"
        room.expect_draft()
        room.journal("init", "--yes", check=0)
        for _ in range(3):
            written(room)
        yield room


# Arguments and environments


@dataclass
class Sampler:
    """Looks at the arguments, the environment and the name of every process there is, over and over."""

    room: Room
    looked: int = 0
    told: int = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._look, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _look(self, done: threading.Event) -> None:
        while not done.is_set():
            for process in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ", "comm"):
                    with suppress(OSError):  # it may end meanwhile, or be another person's
                        self.told += self.room.told_by((process / name).read_bytes())
                self.looked += 1


def test_no_process_shows_the_page_while_commands_run(kept: Room, figures: Figures) -> None:
    sampler = Sampler(kept)
    with sampler.at_work():
        for name in sliced([*COMMANDS], 4):
            COMMANDS[name](kept, lambda *words, argv=(), **how: kept.run(*(argv or (*JOURNAL, *words)), **how))
    figures.record("G2", "looks at a process while commands ran", sampler.looked)
    figures.record("G2", "of them, with the canary in arguments, environment or name", sampler.told, most=0)
    assert sampler.told == 0
    assert sampler.looked > 100


def test_the_sampler_does_see_what_stands_in_arguments_and_in_environments(kept: Room) -> None:
    for words, env in (((kept.canary,), {}), ((), {"WORDS": kept.canary})):
        sampler = Sampler(kept)
        with sampler.at_work():
            kept.run("sh", "-c", "sleep 0.3", "sh", *words, env=env)
        assert sampler.told


# Core files

CORES = ("SEGV", "ABRT", "BUS", "FPE", "ILL", "QUIT", "TRAP", "SYS", "XCPU", "XFSZ")
SURVIVED = ("XFSZ",)  # Python turns it into an error of the write
DUMPED = """\
import os, resource, signal, sys
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
heeded = [signal.SIGQUIT]  # which may be ignored in what the tests are run from
status = os.waitpid(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, setsigdef=heeded), 0)[1]
print(os.WIFSIGNALED(status), os.WCOREDUMP(status))
"""
HOLDS = "import os, signal, sys\nos.kill(os.getpid(), getattr(signal, 'SIG' + sys.argv[1]))"


@pytest.mark.parametrize("name", sliced(CORES, 2))
def test_a_command_that_is_ended_with_pages_in_hand_leaves_no_core(kept: Room, figures: Figures, name: str) -> None:
    """The command that `run` is told to run sends the signal, when the pages are open."""
    control = kept.run(sys.executable, "-c", DUMPED, sys.executable, "-c", HOLDS, name).text.split()
    words = ("run", "--", "sh", "-c", f"kill -{name} $PPID; sleep 1")
    ended = kept.run(sys.executable, "-c", DUMPED, *JOURNAL, *words).text.split()
    figures.record("G2", "signals that would leave a core file", 1)
    figures.record("G2", "control: with another program, a core was dumped", int(control[1] == "True"))
    figures.record("G2", "core files of the journal", int(ended[-1] == "True"), most=0)
    assert ended[-2:] == [str(name not in SURVIVED), "False"]
    for core in kept.root.rglob("core*"):
        core.unlink()
    assert kept.sweep() == []


# Exceptions


@dataclass
class Stage:
    """Runs commands with the thrower; `functions` are those of the package, each with a story that comes by."""

    room: Room
    functions: dict[str, str]

    def run(self, story: str, **spec: str) -> Result:
        path = self.room.tools / "spec"
        path.write_text(json.dumps({"canary": self.room.canary, **spec}))
        argv = (*THROWER, str(path))
        if story in TALKS:
            return self._talk(*argv, *TALKS[story])
        return COMMANDS[story](self.room, lambda *words, **how: self.room.run(*argv, *words, **how))

    def _talk(self, *argv: str) -> Result:
        """In a terminal, where nobody types the canary: a script in the editor does."""
        self.room.script_editor(f"page.write_text(page.read_text() + 'We dived to {self.room.canary}.')")
        window = self.room.spawn(*argv, columns=120)
        window.delaybeforesend = None
        said = ""
        for answer in itertools.chain(["2"], itertools.repeat("")):
            if window.expect_exact(["> ", pexpect.EOF]):
                break
            said += window.before
            window.sendline(answer)
        said += window.before
        window.close()
        return Result(window.exitstatus or 0, b"", said.encode())

    def called_by(self, story: str) -> list[str]:
        seen = self.room.tools / "seen"
        seen.unlink(missing_ok=True)
        self.logged = self.run(story, seen=str(seen))
        return seen.read_text().splitlines()

    def forget_drafts(self) -> None:
        for draft in self.room.runtime.glob("journal-*"):
            for path in (*draft.rglob("*"), draft):
                path.chmod(0o700)
            self.room.run("rm", "-r", str(draft))


TALKS = {
    "new in an editor": ("new",),
    "edit in an editor": ("edit", "last"),
    "new --ask": ("new", "--ask", "--on", "2009"),
    "new today": ("new", "--on", "today"),
}
STORIES = (*(name for name in COMMANDS if not name.startswith("git")), *TALKS)


@pytest.fixture(scope="module")
def stage(kept: Room) -> Stage:
    stage = Stage(kept, {})
    for story in STORIES if FULL else ("new", "edit", "list", "new in an editor"):
        for function in stage.called_by(story):
            stage.functions.setdefault(function, story)
        if story not in READING:
            assert not kept.told_by(stage.logged.err), f"{story}: a log tells of the page"
        stage.forget_drafts()
    return stage


def test_every_log_at_its_most_talkative_tells_nothing_of_a_page(stage: Stage, figures: Figures) -> None:
    """What was written at the level DEBUG in the runs that found the functions."""
    figures.record("G2", "functions that commands come by", len(stage.functions))
    assert len(stage.functions) > 200


def test_an_exception_in_the_thread_that_reads_from_gpg_ends_the_command_and_tells_nothing(stage: Stage) -> None:
    result = stage.run("init", function=READER, moment="call", kind="RuntimeError")
    assert (result.code, b"Traceback" in result.err) == (70, False)
    assert not stage.room.told_by(result.out + result.err)


def test_an_exception_that_python_goes_on_after_tells_nothing(stage: Stage) -> None:
    """It is thrown where Python lets go of something, with the page in its message and in a local variable."""
    result = stage.room.run(sys.executable, "-c", LETS_GO, stdin=stage.room.canary.encode(), check=0)
    assert b"a mistake of this program: OSError at " in result.err
    assert not stage.room.told_by(result.out + result.err)
    assert b"Traceback" not in result.err


PARTS = 16
LETS_GO = """
import sys
from sexjournal import main

class Page:
    def __del__(self):
        words = sys.stdin.read()
        raise OSError(words)

main._prepare_process()
page = Page()
del page
"""
READER = "openpgp/process.py _reading_lines.<locals>.Door._read_response"
NAMES_A_FILE = ("doctor", "OSError")  # which of the two tells the other: no page is ever a file's name, see G1 and G11


@pytest.mark.parametrize("moment", ["call", "return"] if FULL else ["call"])
@pytest.mark.parametrize("part", range(PARTS) if FULL else [0])
def test_an_exception_in_any_function_tells_nothing_of_the_page(
    stage: Stage, figures: Figures, part: int, moment: str
) -> None:
    """The canary is in the exception's words, and in the locals wherever the function or its callers hold the page."""
    chosen = sliced([*stage.functions][part::PARTS], 10)
    told = []
    for number, function in enumerate(chosen):
        story = stage.functions[function]
        kinds = [kind for kind in thrower.KINDS if (story, kind) != NAMES_A_FILE]
        kind = kinds[number % len(kinds)]
        if story == "remove" or not stage.room.files():
            written(stage.room)
        result = stage.run(story, function=function, moment=moment, kind=kind)
        out = b"" if story in READING else result.out
        if stage.room.told_by(out + result.err) or b"Traceback" in result.err or stage.room.sweep():
            told.append(f"{function}, {moment}, {kind}, {story}: {result.error}")
        stage.forget_drafts()
    figures.record("G2", "exceptions thrown in functions", len(chosen))
    figures.record("G2", "of them, that told of the page", len(told), most=0)
    assert told == []
