"""Measure how easy the package is to read: sizes, names, docstrings, and reaches through the App.

    python tests/helpers/measure.py              a table, one line for each floor
    python tests/helpers/measure.py NAME         the same for one floor, and where its figures come from

tests/house/test_ratchets.py holds the figures against ceilings. Knows syntax trees; imports nothing of the package.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "sexjournal"
# Names that say how a value came, not what it is.
VAGUE = {
    *("asked", "coming", "found", "fresh", "given", "gone", "held", "here", "kept", "known", "left", "made", "mine"),
    *("new", "old", "one", "ones", "ours", "seen", "shown", "taken", "theirs", "there", "told", "wanted", "was"),
}
PRONOUNS = re.compile(
    r"\b(it|its|they|them|their|theirs|this|that|these|those|which|who|whom|whose|what|whatever|whoever|one|ones|"
    r"something|somebody|nobody|nothing|anything|anybody|everybody|everything|he|she|his|her)\b",
    re.IGNORECASE,
)
WORDS = re.compile(r"[A-Za-z']+")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file: its path below the package, such as "entry/dates.py", and its text."""

    path: str
    text: str

    @property
    def floor(self) -> str:
        """The package directly below the top that holds the module, or the name of a module at the top."""
        return self.path.partition("/")[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def definitions(self) -> set[str]:
        """The top-level names: functions, classes and constants, private ones too."""
        names = {node.name for node in self.tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        return names


@dataclass(frozen=True)
class Share:
    """How many of a number of things are of the kind that is counted, and where most of those are."""

    count: int
    of: int
    where: Counter[str]

    @property
    def percent(self) -> float:
        return 100 * self.count / self.of if self.of else 0.0


def modules(package: Path = PACKAGE) -> list[Module]:
    """Return every source file of a package, in the order of the paths."""
    paths = sorted(package.rglob("*.py"))
    return [Module(path.relative_to(package).as_posix(), path.read_text("utf-8")) for path in paths]


# Sizes


def files_by_lines(parts: Iterable[Module]) -> dict[str, int]:
    """Return the number of lines of each file."""
    return {part.path: part.lines for part in parts}


def classes_by_members(parts: Iterable[Module]) -> dict[str, int]:
    """Return the number of functions in each class body, private ones and properties too, by "app.py: App"."""
    return {
        f"{part.path}: {node.name}": sum(isinstance(member, Function) for member in node.body)
        for part in parts
        for node in part.nodes
        if isinstance(node, ast.ClassDef)
    }


# Names


def vague_variables(parts: Iterable[Module]) -> Share:
    """Count assigned variables and arguments with a name of the vague list."""
    names = [(part.path, name) for part in parts for name in _variables(part)]
    vague = Counter(f"{path}: {name}" for path, name in names if name in VAGUE)
    return Share(vague.total(), len(names), vague)


def _variables(part: Module) -> Iterator[str]:
    for node in part.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def shared_names(parts: Iterable[Module], among: Iterable[Module] | None = None) -> Share:
    """Count top-level definitions whose name another module, of these or `among` others, defines too."""
    parts = list(parts)
    owners = Counter(name for part in (parts if among is None else among) for name in part.definitions)
    names = [name for part in parts for name in part.definitions]
    shared = Counter(name for name in names if owners[name] > 1)
    return Share(shared.total(), len(names), shared)


# Docstrings


def pronouns_in_docstrings(parts: Iterable[Module]) -> Share:
    """Count the words of docstrings that are pronouns or relatives ("it", "which", "that", "one")."""
    texts = [(part.path, text) for part in parts for text in _docstrings(part)]
    pronouns = Counter(f"{path}: {word.lower()}" for path, text in texts for word in PRONOUNS.findall(text))
    return Share(pronouns.total(), sum(len(WORDS.findall(text)) for _, text in texts), pronouns)


def _docstrings(part: Module) -> Iterator[str]:
    for node in part.nodes:
        if isinstance(node, ast.Module | ast.ClassDef | Function) and (text := ast.get_docstring(node)):
            yield text


def packages_without_bounds(parts: Iterable[Module]) -> set[str]:
    """Return the packages whose docstring does not say what the package knows, and what it does not know."""
    bounds = re.compile(r"\bknows? (?!no\b|nothing\b).*\bknows? (no|nothing)\b", re.IGNORECASE | re.DOTALL)
    packages = [part for part in parts if "/" in part.path and part.path.endswith("/__init__.py")]
    return {part.path for part in packages if not bounds.search(ast.get_docstring(part.tree) or "")}


# Reaches and decisions


def reaches_through_app(parts: Iterable[Module]) -> dict[str, int]:
    """Return how many attributes of `app` each file reaches over three dots or more, as app.journal.keyring.trust."""
    reaches = Counter(part.path for part in parts for node in part.nodes if _dots_after_app(node) == 3)
    return dict(sorted(reaches.items()))


def _dots_after_app(node: ast.AST) -> int:
    """Return the number of dots in a chain of attributes of `app`, 0 for any other node."""
    dots = 0
    while isinstance(node, ast.Attribute):
        node, dots = node.value, dots + 1
    return dots if isinstance(node, ast.Name) and node.id == "app" else 0


def decisions_by_sentence(parts: Iterable[Module]) -> dict[str, int]:
    """Return how often each file decides by the words of an error: a comparison, a match, or a look at the start."""
    decisions = Counter(part.path for part in parts for node in part.nodes if _decides_by_sentence(node))
    return dict(sorted(decisions.items()))


def _decides_by_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(map(_is_sentence, (node.left, *node.comparators)))
    if isinstance(node, ast.Match):
        return _is_sentence(node.subject)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in {"startswith", "endswith", "partition"} and _is_sentence(node.func.value)
    return False


def _is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "sentence"


# The table

ROW = "{:12}{:>7}{:>6}{:>9}{:>9}{:>8}{:>10}{:>11}{:>9}"
HEAD = ROW.format("floor", "lines", "files", "longest", "members", "vague", "pronouns", "two homes", "reaches")
MOST = 12  # how many places of each figure are printed for one floor


def row(name: str, parts: Sequence[Module], package: Sequence[Module]) -> str:
    """Return one line of the table; names are shared with any module of the package."""
    lines = files_by_lines(parts).values()
    shares = [vague_variables(parts), pronouns_in_docstrings(parts), shared_names(parts, package)]
    percents = [f"{share.percent:.1f} %" for share in shares]
    members = max(classes_by_members(parts).values(), default=0)
    reaches = sum(reaches_through_app(parts).values())
    return ROW.format(name, sum(lines), len(lines), max(lines, default=0), members, *percents, reaches)


def places(parts: Sequence[Module], package: Sequence[Module]) -> Iterator[str]:
    """Describe where the figures of these modules come from, the most frequent places first."""
    shares: dict[str, Callable[[], Share]] = {
        "vague": lambda: vague_variables(parts),
        "pronouns": lambda: pronouns_in_docstrings(parts),
        "two homes": lambda: shared_names(parts, package),
    }
    for name, measure in shares.items():
        yield f"\n{name}:"
        yield from (f"{count:5}  {place}" for place, count in measure().where.most_common(MOST))


def main(floors: Sequence[str]) -> None:
    package = modules()
    print(HEAD)
    for floor in floors or sorted({part.floor for part in package}):
        parts = [part for part in package if part.floor == floor]
        print(row(floor, parts, package))
        if floors:
            print("\n".join(places(parts, package)))
    if not floors:
        print(row("all", package, package))


if __name__ == "__main__":
    main(sys.argv[1:])
