"""The benchmark: what reading and writing cost with many pages, beside gpg itself and beside jrnl, in one run.

    python tests/bench/run.py [--entries 10000] [--rounds 7] [--large] [--no-jrnl] [--markdown] [--place DIR]

It makes a key of its own, with a passphrase that the agent keeps, and journals below a temporary directory; nothing of
the person's is touched. Everything is taken in turns and told as medians; ratios are within a round. Filling a
journal takes 15 to 30 ms a page on two cores.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import table
from ground import Ground
from jrnl import Jrnl
from pages import COMMON, RARE, page
from timing import Case, Samples, interleaved

from sexjournal.entry.filename import EVERY_PAGE

SMALL, LARGE = 1_000, 30_000
FILES = 50  # that are opened one by one
SELDOM = 3  # what takes long is done in one round of so many
SHORT = "/tmp"  # a socket's path holds 104 to 108 bytes
ONE_BY_ONE = "gpg -d, one by one"
JRNL_PAIRS = (
    ("jrnl -n 10", table.LIST),
    ("jrnl -contains WORD", table.GREP),
    ("jrnl --tags", table.TAGS),
    ("jrnl < page", table.NEW),
)


class Bench:
    """One run: journals of `sizes` pages, of which the one of `size` is looked at from all sides."""

    def __init__(self, ground: Ground, size: int, rounds: int, *, large: bool) -> None:
        self.ground, self.size, self.rounds = ground, size, rounds
        self.sizes = sorted({SMALL, size, *([LARGE] if large else [])})
        self._spare: Iterator[Path] = iter(())

    def prepare(self) -> None:
        """Fill the journals and look at each, so that its index is there and nothing is timed that does not work."""
        most = max(self.sizes) + 2 * self.rounds
        self.ground.prepare()
        tell(f"sealing {most:,} pages")
        self.ground.fill(most)
        tell("locking the key")
        self.ground.lock_key()
        for size in self.sizes:
            tell(f"taking {size:,} pages, and reading them")
            left = self.ground.take(size, of=most)
            self._spare = iter(left) if size == self.size else self._spare
            self.ground.check(size)
        tell("letting git take it all to a remote")
        self.ground.share(self.size)

    def cases(self) -> list[Case]:
        """What is timed of journal and of gpg, in the order of a round; only `new` leaves the index behind."""
        ground, env, size = self.ground, self.ground.env(), self.size
        gpg = ("gpg", "--batch", "--quiet", "--trust-model=always")
        seal = (*gpg, "--armor", "--recipient", ground.fingerprint, "--sign", "--encrypt")
        twenty = ("list", "-n", "20")
        git = ("git", "-C", str(ground.directory(size)))
        return [
            Case(table.SYNC, ground.journal(size, "sync", "--quiet"), env, before=self._sync),
            Case(table.FETCH, (*git, "fetch", "--quiet", "origin"), env),
            Case(table.STATUS, (*git, "status", "--porcelain"), env),
            Case(table.GPG, (*gpg, "--decrypt", str(ground.message)), env),
            Case(table.TYPER, ground.trivial("hello"), env),
            Case(table.LIST, ground.journal(size, *twenty), env),
            Case(table.GREP, ground.journal(size, "grep", RARE), env),
            Case(table.GREP_ALL, ground.journal(size, "grep", COMMON), env),
            Case(table.TAGS, ground.journal(size, "tag", "list"), env),
            Case(table.TYPER_HELP, ground.trivial("--help"), env),
            Case(table.HELP, ground.journal(size, "--help"), env),
            Case(table.VERSION, ground.journal(size, "--version"), env),
            Case(table.SEAL, seal, env, stdin=ground.new_page),
            Case(table.NEW, ground.journal(size, "new"), env, stdin=ground.new_page),
            Case(table.ADDED, ground.journal(size, *twenty), env, before=self._add_one),
            Case(table.FIRST, ground.journal(size, *twenty), env, before=self._forget_index, one_in=SELDOM),
            *self._grown(),
            Case(ONE_BY_ONE, self._one_by_one(), env, one_in=SELDOM),
        ]

    def _grown(self) -> list[Case]:
        """The same on journals of other sizes."""
        asked = {table.LIST: ("list", "-n", "20"), table.GREP: ("grep", RARE)}
        return [
            Case(table.sized(name, size), self.ground.journal(size, *words), self.ground.env())
            for name, words in asked.items()
            for size in self.sizes
            if size != self.size
        ]

    def _one_by_one(self) -> tuple[str, ...]:
        files = sorted(self.ground.directory(self.size).glob(EVERY_PAGE))[:FILES]
        loop = 'for page; do gpg --batch --quiet --decrypt "$page" >/dev/null || exit; done'
        return ("sh", "-c", loop, "sh", *map(str, files))

    def _settle(self) -> None:
        self.ground.run(*self.ground.journal(self.size, "list", "-n", "1"))

    def _sync(self) -> None:
        self.ground.run(*self.ground.journal(self.size, "sync", "--quiet"))

    def _add_one(self) -> None:
        self._settle()
        self.ground.lay(next(self._spare), self.size)

    def _forget_index(self) -> None:
        self.ground.index(self.size).unlink()

    def rows(self, taken: Samples) -> list[table.Row]:
        """The whole table, jrnl left out."""
        for name in (table.LIST, table.GREP):
            taken[table.sized(name, self.size)] = taken[name]
        indexes = [self.ground.index(size).stat().st_size for size in self.sizes]
        grown = table.growth(taken, self.sizes, indexes)
        return [*table.limits(taken, self.size), *grown, *table.one_by_one(taken, ONE_BY_ONE, FILES, self.size)]


def facts(bench: Bench) -> str:
    """One line on what this run stands on."""
    ground = bench.ground
    typer = ground.run(sys.executable, "-c", "import typer; print(typer.__version__)").decode().strip()
    gpg = ground.run("gpg", "--version").decode().split("\n")[0]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    machine = f"{os.cpu_count()} cores (load {load}), Python {platform.python_version()}, Typer {typer}, {gpg}"
    index = ground.index(bench.size).stat().st_size / table.MB
    return f"{bench.size:,} signed entries of 250 words, index {index:.0f} MB, {bench.rounds} rounds; {machine}"


def tell(sentence: str) -> None:
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


@contextmanager
def ground_at(place: Path | None) -> Iterator[Ground]:
    """The ground of a run: a directory that is kept, or one that is gone afterwards; the agents end either way."""
    root = place or Path(tempfile.mkdtemp(prefix="b", dir=SHORT))
    root.mkdir(mode=0o700, exist_ok=True)
    ground = Ground(root)
    try:
        yield ground
    finally:
        ground.stop_agents()
        if place is None:
            shutil.rmtree(root)


def with_jrnl(bench: Bench) -> tuple[list[Case], list[table.Row]]:
    """jrnl's cases once it is installed and filled, or one row that says why there are none."""
    jrnl = Jrnl(bench.ground)
    tell("installing jrnl")
    if why := jrnl.install():
        return [], [table.Row("jrnl", f"left out: {why}")]
    tell(f"letting jrnl {jrnl.version} import the pages")
    jrnl.fill(map(page, range(bench.size)))
    jrnl.check(bench.size)
    return jrnl.cases(RARE, SELDOM), []


def measured(bench: Bench, *, jrnl: bool) -> list[table.Row]:
    """Prepare, time and return the rows."""
    bench.prepare()
    others, left_out = with_jrnl(bench) if jrnl else ([], [])
    taken = interleaved([*bench.cases(), *others], bench.rounds, tell)
    beside = table.beside(taken, JRNL_PAIRS if others else ())
    return [*bench.rows(taken), *beside, *left_out]


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__.split("\n")[0])
    parser.add_argument("--entries", type=int, default=10_000, metavar="N", help="pages in the journal (10000)")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="how often each is timed (7)")
    parser.add_argument("--large", action="store_true", help=f"a journal of {LARGE:,} pages too")
    parser.add_argument("--no-jrnl", action="store_true", help="without jrnl")
    parser.add_argument("--markdown", action="store_true", help="print the table for the README")
    parser.add_argument("--place", type=Path, metavar="DIR", help="fill this directory and keep it, or use it again")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> None:
    asked = arguments(words)
    with ground_at(asked.place) as ground:
        bench = Bench(ground, asked.entries, asked.rounds, large=asked.large)
        rows = measured(bench, jrnl=not asked.no_jrnl)
        told = facts(bench)
    print(f"{told}\n")
    print((table.markdown if asked.markdown else table.plain)(rows), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
