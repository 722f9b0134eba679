"""Runs commands and takes their time and memory; interleaved, so that noise hits all alike. Knows no journal."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# ru_maxrss: kilobytes on Linux, bytes on macOS (getrusage(2) of each).
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds on the wall, and the most memory, in bytes, of it or of any program that it waited for."""

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Case:
    """Something to be timed: its command, what is done before without being timed, and in one round of how many."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    stdin: Path = Path(os.devnull)
    before: Callable[[], object] = lambda: None
    one_in: int = 1


class Failed(Exception):
    """A command that had to succeed did not: what it measured would mean nothing."""


def sample(case: Case) -> Sample:
    """Run the command once, without a terminal, what it prints thrown away; Failed unless it exits with 0."""
    with tempfile.TemporaryFile() as said, case.stdin.open("rb") as stdin:
        start = time.perf_counter()
        child = subprocess.Popen(
            case.argv, stdin=stdin, stdout=subprocess.DEVNULL, stderr=said, env=case.env, start_new_session=True
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise Failed(f"{case.name}: exit {child.returncode}\n{said.read().decode(errors='replace')}")
    return Sample(seconds, usage.ru_maxrss * MAXRSS_UNIT)


class Samples(dict[str, list[Sample]]):
    """What was measured, by the name of the case."""

    def seconds(self, name: str) -> float:
        """The median."""
        return median(one.seconds for one in self[name])

    def ratio(self, name: str, against: Sequence[str]) -> float:
        """How many times the sum of others it takes: the median over the rounds, each held against its own round."""
        rounds = zip(self[name], *(self[other] for other in against), strict=False)
        return median(one.seconds / sum(other.seconds for other in others) for one, *others in rounds)

    def peak(self, name: str) -> int:
        """The most memory of any run, in bytes."""
        return max(one.peak for one in self[name])

    def spread(self, name: str) -> tuple[float, float]:
        """The fastest and the slowest run, in seconds."""
        times = [one.seconds for one in self[name]]
        return min(times), max(times)


def interleaved(cases: Sequence[Case], rounds: int, tell: Callable[[str], None]) -> Samples:
    """Run every case once a round, or in its share of the rounds, always in the same order."""
    taken = Samples({case.name: [] for case in cases})
    for number, case in _turns(cases, rounds):
        tell(f"round {number} of {rounds}: {case.name}")
        case.before()
        taken[case.name].append(sample(case))
    return taken


def _turns(cases: Sequence[Case], rounds: int) -> Iterator[tuple[int, Case]]:
    for number in range(1, rounds + 1):
        for case in cases:
            if (number - 1) % case.one_in == 0:
                yield number, case
