"""From what was measured to the table: what, measured, limit, met or missed. Takes no times itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timing import Samples

MB = 1_000_000
MOST_MEMORY = 250 * MB
FIRST_READ, FIRST_READ_EACH = 30.0, 0.003  # seconds for all of 10,000, and for one entry
LINEAR = 1.25  # what noise may make of a straight line

GPG, TYPER, TYPER_HELP, SEAL = "gpg -d", "Typer", "Typer --help", "gpg -se"
LIST, GREP, GREP_ALL = "journal list -n 20", "journal grep WORD", "journal grep -c WORD"
ADDED, FIRST, NEW = "journal list, one page added", "journal list, no index", "journal new"
SYNC, FETCH, STATUS = "journal sync", "git fetch", "git status"
HELP, VERSION, TAGS = "journal --help", "journal --version", "journal tag list"

# (case, what it is told as, at most so many times, the cases whose sum it is held against)
RATIOS = (
    (LIST, "`journal list -n 20`, index current", 2.0, (GPG, TYPER)),
    (GREP, "`journal grep WORD`, a word of one page in 100", 3.0, (GPG, TYPER)),
    (GREP_ALL, "`journal grep WORD`, a word of every page", 3.0, (GPG, TYPER)),
    (ADDED, "`journal list` after one page was added elsewhere", 2.5, (GPG, TYPER)),
    (NEW, "`journal new < page`", 1.6, (SEAL, TYPER)),
    (SYNC, "`journal sync`, nothing new", 3.0, (FETCH, STATUS)),
    (HELP, "`journal --help`", 1.5, (TYPER_HELP,)),
    (VERSION, "`journal --version`", 1.5, (TYPER,)),
)
HEADER = ("what", "measured", "limit", "", "peak memory")


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `met` is None where there is no limit."""

    what: str
    measured: str
    limit: str = ""
    met: bool | None = None
    peak: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return self.what, self.measured, self.limit, verdict, self.peak


def limits(taken: Samples, size: int) -> list[Row]:
    """The rows of the table of limits."""
    own = [*(name for name, *_ in RATIOS), FIRST, TAGS]
    largest = max(own, key=taken.peak)
    memory = Row("peak memory of any of them", f"{_mb(taken.peak(largest))} ({largest})", _mb(MOST_MEMORY))
    return [
        *(
            Row(name, _seconds(taken, name), peak=_mb(taken.peak(name)))
            for name in (GPG, SEAL, TYPER, TYPER_HELP, FETCH, STATUS)
        ),
        *(_ratio(taken, *told) for told in RATIOS),
        _first_read(taken, size),
        Row(memory.what, memory.measured, memory.limit, taken.peak(largest) <= MOST_MEMORY),
    ]


def growth(taken: Samples, sizes: Sequence[int], index_bytes: Sequence[int]) -> list[Row]:
    """How `list` and `grep` grow with the index: between sizes, what each further MB of it costs."""
    rows = []
    for name in (LIST, GREP) if len(sizes) > 1 else ():
        times = [taken.seconds(sized(name, size)) for size in sizes]
        steps = [
            (later - sooner) / (larger - smaller) * MB
            for sooner, later, smaller, larger in zip(times, times[1:], index_bytes, index_bytes[1:], strict=False)
        ]
        linear = times[-1] / times[0] <= index_bytes[-1] / index_bytes[0]
        straight = all(step <= LINEAR * steps[0] for step in steps)
        measured = ", ".join(f"{time:.2f} s" for time in times)
        per_mb = ", then ".join(f"{1000 * step:.1f} ms" for step in steps)
        pages = ", ".join(f"{size:,}" for size in sizes)
        rows.append(Row(f"`{name}` with {pages} pages", f"{measured} ({per_mb} a MB)", "linear", linear and straight))
    return rows


def one_by_one(taken: Samples, name: str, files: int, size: int) -> list[Row]:
    """The way that others do it, for each entry, beside ours."""
    each = taken.seconds(name) / files
    ours = {"read for the first time": taken.seconds(FIRST) / size, "listed from the index": taken.seconds(LIST) / size}
    told = [Row(f"one `gpg -d` a file, {files} files", f"{1000 * each:.0f} ms an entry")]
    return told + [
        Row(f"an entry, {what}", f"{1000 * seconds:.3f} ms, {each / seconds:,.0f} times less")
        for what, seconds in ours.items()
    ]


def beside(taken: Samples, pairs: Iterable[tuple[str, str]]) -> list[Row]:
    """What another program takes for the same, beside ours."""
    return [
        Row(
            f"`{theirs}` and `{ours}`",
            f"{_seconds(taken, theirs)} and {_seconds(taken, ours)}",
            peak=_mb(taken.peak(theirs)),
        )
        for theirs, ours in pairs
    ]


def sized(name: str, size: int) -> str:
    """The name of a case on the journal of a certain size."""
    return f"{name}, {size} pages"


def plain(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    lines = [[cell.replace("`", "") for cell in cells] for cells in (HEADER, *(row.cells for row in rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def markdown(rows: Sequence[Row]) -> str:
    """The table for the README."""
    lines = [HEADER, ("---",) * len(HEADER), *(row.cells for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _ratio(taken: Samples, name: str, what: str, limit: float, against: tuple[str, ...]) -> Row:
    ratio = taken.ratio(name, against)
    told = f"at most {limit:.1f} × ({' + '.join(against)})"
    return Row(what, f"{_seconds(taken, name)}: {ratio:.2f} ×", told, ratio <= limit, _mb(taken.peak(name)))


def _first_read(taken: Samples, size: int) -> Row:
    seconds = taken.seconds(FIRST)
    met = seconds / size <= FIRST_READ_EACH and (size > 10_000 or seconds <= FIRST_READ)
    measured = f"{_seconds(taken, FIRST)}: {1000 * seconds / size:.2f} ms an entry"
    limit = f"{FIRST_READ:.0f} s, {1000 * FIRST_READ_EACH:.0f} ms an entry"
    return Row(f"the very first read of all {size:,}", measured, limit, met, _mb(taken.peak(FIRST)))


def _seconds(taken: Samples, name: str) -> str:
    fastest, slowest = taken.spread(name)
    return f"{taken.seconds(name):.3f} s ({fastest:.2f} to {slowest:.2f})"


def _mb(size: int) -> str:
    return f"{size / MB:.0f} MB"
