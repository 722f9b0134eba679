"""What strace can do to a command and tell of it: a fault at any call, and all that is written or started."""

from __future__ import annotations

import codecs
import os
import re
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from killer import DUMPABLE
from room import MEMORY

GROUPS = {
    "open": ("openat", "open"),
    "write": ("write", "pwrite64", "writev"),
    "fsync": ("fsync", "fdatasync"),
    "close": ("close",),
    "link": ("linkat", "link"),
    "rename": ("rename", "renameat", "renameat2"),
    "unlink": ("unlink", "unlinkat"),
}
FAULTS = {"ENOSPC": "error=ENOSPC", "EIO": "error=EIO", "SIGKILL": "signal=KILL"}
WHEN_KILLED = -signal.SIGKILL  # strace ends as its command did


HIT = re.compile(rf"^(?!.*\b{DUMPABLE}\().*\(INJECTED\)|killed by SIGKILL", re.MULTILINE)

HERE = re.compile(r"AT_FDCWD<.*?>")  # where a path starts from that is given from the root anyway


def strace_trouble() -> str:
    """Why no fault can be injected here; empty where it can."""
    if not shutil.which("strace"):
        return "strace is not on this machine"
    argv = ("strace", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true")
    tried = subprocess.run(argv, capture_output=True, check=False, text=True)
    return f"strace may not trace here: {tried.stderr.strip()}" if tried.returncode else ""


TROUBLE = strace_trouble()
needs_strace = pytest.mark.skipif(bool(TROUBLE), reason=TROUBLE or "strace works")


@dataclass(frozen=True)
class Call:
    """The `number`th call of that name that a process makes."""

    name: str
    number: int


def strace(log: Path, *faults: str, everyone: bool = False) -> tuple[str, ...]:
    """Words before a command: its first process, or all of them, with these faults; each call is a line of `log`."""
    names = ",".join(f"?{name}" for group in GROUPS.values() for name in group)
    follow = ["-f"] if everyone else []
    return ("strace", *follow, "-qq", "-y", "-o", str(log), *_traced(names, faults))


def _traced(names: str, faults: Sequence[str]) -> tuple[str, ...]:
    """Words for strace: which calls are seen, and what goes wrong with them."""
    injected = [word for fault in (f"{DUMPABLE}:retval=0", *faults) for word in ("-e", f"inject={fault}")]
    return ("-e", f"trace={names},{DUMPABLE}", *injected)


def calls(log: Path, about: str) -> list[Call]:
    """The calls that a traced process made about this part of a path."""
    counted: dict[str, int] = {}
    found = []
    for line in log.read_text(errors="replace").splitlines():
        if match := re.match(r"(\w+)\(", line):
            counted[match[1]] = counted.get(match[1], 0) + 1
            if match[1] != DUMPABLE and about in HERE.sub("", line):
                found.append(Call(match[1], counted[match[1]]))
    return found


def hit(log: Path) -> bool:
    """Whether a fault came to pass."""
    return log.exists() and bool(HIT.search(log.read_text(errors="replace")))


# Watching

WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2")
STARTS = ("execve", "execveat")
LINE = re.compile(rb"(\d+ +)?(\w+)\((.*)")
FILE = re.compile(rb"\d+<(.*?)>, ")
# What a descriptor may lead to that is no file on a disk: memory, devices, and what two processes talk through.
ELSEWHERE = tuple(os.fsencode(place) for place in (f"{MEMORY}/", "/memfd:", "/dev/", "/proc/"))


@dataclass(slots=True)
class Traffic:
    """What a command and all that it started did: the bytes written to each file on a disk, and what was started."""

    writes: int = 0
    disk: defaultdict[str, bytes] = field(default_factory=lambda: defaultdict(bytes))
    programs: list[bytes] = field(default_factory=list)  # each with its arguments and its environment


def watching(log: Path, *faults: str, apart: bool = False) -> tuple[str, ...]:
    """Words before a command: every write and every start of it and of its children goes to `log`, whole.

    Set `apart`, strace is not in the command's terminal and not its parent: wait for `watched`.
    """
    names = ",".join(f"?{name}" for name in (*WRITES, *STARTS))
    watch = (
        "strace",
        *(["-DDD"] if apart else []),
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-yy",
        "-v",
        "-s",
        "1000000",
        "-o",
        str(log),
    )
    return (*watch, *_traced(names, faults))


def watched(log: Path) -> bool:
    """Whether everybody who was watched has ended, so that the log is whole."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end meanwhile
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"strace") and os.fsencode(log) in words:
                return False
    return True


def traffic(log: Path) -> Traffic:
    """What was watched."""
    found = Traffic()
    for line in log.read_bytes().splitlines():
        if match := LINE.match(line):
            name, words = match[2].decode(), codecs.escape_decode(match[3])[0]
            if name in STARTS:
                found.programs.append(words)
            elif file := FILE.match(words):
                found.writes += 1
                if file[1].startswith(b"/") and not file[1].startswith(ELSEWHERE):
                    found.disk[os.fsdecode(file[1])] += _written(words[file.end() :])
    return found


def _written(words: bytes) -> bytes:
    """The bytes themselves, without the quotes around each piece, so that a word cut in two is found as well."""
    return b"".join(re.findall(rb'"(.*?)"(?=, |\.\.\.|\})', words, re.DOTALL))
