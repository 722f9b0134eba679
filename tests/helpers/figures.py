"""What the proof measures: figures that tests record, gathered from all workers, and the table at the end of a run.

In the normal run each promise is measured on a small, fixed slice; `JOURNAL_PROOF=full pytest tests/proof` measures
everything. `--figures FILE` also writes the table as Markdown. Knows counts and targets, not what was counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from slices import FULL

SLICE = "a small slice; JOURNAL_PROOF=full measures everything"
WHOLE = "everything"


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum over tests. It is to be `least` or more, `most` or less, or all `of` them; `note` is said beside it."""

    promise: str
    what: str
    count: int
    of: int | None = None
    least: int | None = None
    most: int | None = None
    note: str = ""

    def plus(self, other: Figure) -> Figure:
        of = None if self.of is None or other.of is None else self.of + other.of
        return replace(self, count=self.count + other.count, of=of, note=self.note or other.note)

    @property
    def shown(self) -> str:
        return f"{self.count:,}" if self.of is None else f"{self.count:,} of {self.of:,}"

    @property
    def target(self) -> str:
        if self.of is not None:
            return "all"
        if self.least is not None:
            return f"at least {self.least:,}"
        return "" if self.most is None else f"{self.most:,}"

    @property
    def missed(self) -> bool:
        """Whether the target was missed; a slice is not held against how much there is to be."""
        few = FULL and self.least is not None and self.count < self.least
        many = self.most is not None and self.count > self.most
        return few or many or (self.of is not None and self.count != self.of)


class Figures:
    """The figures of one process, by promise and what was counted; the fixture through which tests record."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Figure] = {}

    def record(self, promise: str, what: str, count: int, **target: Any) -> None:
        """Add to a figure: `of`, `least` or `most` is its target, see Figure."""
        self.add(Figure(promise, what, count, **target))

    def add(self, figure: Figure) -> None:
        key = (figure.promise, figure.what)
        self.found[key] = self.found[key].plus(figure) if key in self.found else figure

    def sorted(self) -> list[Figure]:
        """Promise by promise (G2 before G10, the others last); within one, in the order in which they came."""
        return sorted(self.found.values(), key=lambda figure: int(re.sub(r"\D", "", figure.promise) or 99))


FIGURES = pytest.StashKey[Figures]()
HANDED_OVER = "figures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", metavar="FILE", help="write the figures of the proof to FILE, as Markdown")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """Where a test of the proof records what it measured."""
    yield request.config.stash[FIGURES]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its figures to the controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[HANDED_OVER] = [asdict(figure) for figure in session.config.stash[FIGURES].found.values()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for figure in getattr(node, "workeroutput", {}).get(HANDED_OVER, ()):
        node.config.stash[FIGURES].add(Figure(**figure))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash[FIGURES].sorted()
    if not found:
        return
    terminalreporter.section(f"what was measured: {WHOLE if FULL else SLICE}")
    width = max(len(figure.what) for figure in found)
    for figure in found:
        mark = "MISSED" if figure.missed else ""
        line = f"{figure.promise:5}{figure.what:{width}}  {figure.shown:>16}  {figure.target:16}{mark}"
        terminalreporter.write_line(line.rstrip())
    if path := config.getoption("--figures"):
        Path(path).write_text(markdown(found))


def markdown(found: Sequence[Figure]) -> str:
    """The table for the README."""
    head = "| | counted | figure | target |\n|---|---|---:|---|\n"
    rows = (
        f"| {one.promise} | {one.what}{f' ({one.note})' if one.note else ''} | {one.shown} "
        f"| {one.target}{' (missed)' if one.missed else ''} |\n"
        for one in found
    )
    return head + "".join(rows)
