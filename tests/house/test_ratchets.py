"""The ratchets: sizes, names, docstrings and reaches that only get better. tests/helpers/measure.py measures them.

What is over a limit is listed with its reason. A listed exception that is no longer needed fails too: take it off.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import measure
import pytest
from measure import Module

MOST_LINES = 300
MOST_MEMBERS = 20
MOST_MODULES = 8  # directly below the package, beside __init__.py
# What may be larger, by path or by "path: class", each with its reason.
LONG_FILES: dict[str, str] = {}
LARGE_CLASSES: dict[str, str] = {}
# How often each file reaches through the App. A number may only fall.
REACHES: dict[str, int] = {}
# How often each file decides by the words of an error, where a type of error should decide.
DECISIONS: dict[str, int] = {}
MOST_VAGUE, MOST_PRONOUNS, MOST_SHARED = 2, 5, 6  # percent

PARTS = measure.modules()


def over(limit: int, sizes: dict[str, int]) -> set[str]:
    return {name for name, size in sizes.items() if size > limit}


def at_the_top(package: Path) -> set[str]:
    return {path.name for path in package.glob("*.py")} - {"__init__.py"}


# What holds of the package


def test_no_file_is_long() -> None:
    assert over(MOST_LINES, measure.files_by_lines(PARTS)) == LONG_FILES.keys()


def test_no_class_is_large() -> None:
    assert over(MOST_MEMBERS, measure.classes_by_members(PARTS)) == LARGE_CLASSES.keys()


def test_few_modules_lie_flat_at_the_top() -> None:
    assert len(at_the_top(measure.PACKAGE)) <= MOST_MODULES


def test_every_package_says_what_it_knows_and_what_it_does_not_know() -> None:
    assert measure.packages_without_bounds(PARTS) == set()


def test_nobody_reaches_through_the_app() -> None:
    assert measure.reaches_through_app(PARTS) == REACHES


def test_nobody_decides_by_the_words_of_an_error() -> None:
    assert measure.decisions_by_sentence(PARTS) == DECISIONS


@pytest.mark.parametrize(
    ("share", "most"),
    [
        (measure.vague_variables, MOST_VAGUE),
        (measure.pronouns_in_docstrings, MOST_PRONOUNS),
        (measure.shared_names, MOST_SHARED),
    ],
)
def test_the_words_are_plain(share: Callable[[list[Module]], measure.Share], most: float) -> None:
    result = share(PARTS)
    assert result.percent <= most, result.where.most_common(20)


# A wrong example is found


def package(tmp_path: Path, **files: str) -> list[Module]:
    """Write a package of one floor, "floor", and return its modules."""
    (tmp_path / "floor").mkdir()
    for name, text in files.items():
        (tmp_path / "floor" / f"{name}.py").write_text(text)
    return measure.modules(tmp_path)


def test_a_long_file_is_found(tmp_path: Path) -> None:
    parts = package(tmp_path, long="x = 1\n" * (MOST_LINES + 1), short="x = 1\n" * MOST_LINES)
    assert over(MOST_LINES, measure.files_by_lines(parts)) == {"floor/long.py"}


@pytest.mark.parametrize(
    "member", ["def f{}(self): ...", "async def f{}(self): ...", "@property\n    def _f{}(self): ..."]
)
def test_a_large_class_is_found(tmp_path: Path, member: str) -> None:
    large, small = ("".join(f"    {member.format(i)}\n" for i in range(count)) for count in (21, 20))
    parts = package(tmp_path, halls=f"class Large:\n{large}\nclass Small:\n    size = 1\n{small}")
    assert over(MOST_MEMBERS, measure.classes_by_members(parts)) == {"floor/halls.py: Large"}


def test_a_module_at_the_top_is_found(tmp_path: Path) -> None:
    for name in ("__init__.py", "app.py", "fresh.py", "prompts.toml"):
        (tmp_path / name).touch()
    assert at_the_top(tmp_path) == {"app.py", "fresh.py"}


@pytest.mark.parametrize(
    ("docstring", "complete"),
    [
        ("Pages. Knows text; knows no files.", True),
        ("Pages. Knows text and dates.\n\nIt knows nothing of files.", True),
        ("Pages. Knows text.", False),
        ("Pages. Knows no files.", False),
        ("Pages.", False),
    ],
)
def test_a_package_without_bounds_is_found(tmp_path: Path, docstring: str, complete: bool) -> None:
    parts = package(tmp_path, __init__=f'"""{docstring}"""\n', module='"""Knows little."""\n')
    assert measure.packages_without_bounds(parts) == (set() if complete else {"floor/__init__.py"})


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("app.journal.keyring.trust.page", 1),
        ("app.journal.keyring.add(key)", 1),
        ("app.say(app.journal.keyring.trust, app.journal.keyring.trust)", 2),
        ("app.keyring.add(key)", 0),
        ("entry.date.start.year", 0),
    ],
)
def test_a_reach_through_the_app_is_found(tmp_path: Path, line: str, count: int) -> None:
    assert measure.reaches_through_app(package(tmp_path, reach=line)) == ({"floor/reach.py": count} if count else {})


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("if trouble.sentence != NOT_FOR_US: pass", True),
        ("if 'not for us' in trouble.sentence: pass", True),
        ("done = trouble.sentence.startswith('not')", True),
        ("match trouble.sentence:\n    case 'not for us': pass", True),
        ("app.say(trouble.sentence)", False),
    ],
)
def test_a_decision_by_the_words_of_an_error_is_found(tmp_path: Path, line: str, found: bool) -> None:
    assert bool(measure.decisions_by_sentence(package(tmp_path, decide=line))) is found


@pytest.mark.parametrize(
    ("share", "text", "count", "of"),
    [
        (measure.vague_variables, "told = page = read()\ndef show(one, entry): ...", 2, 4),
        (measure.vague_variables, "with read() as (found, page): print(told)", 1, 2),
        (measure.pronouns_in_docstrings, '"""Return what it wants."""', 2, 4),
        (measure.pronouns_in_docstrings, 'def read():\n    "Read a page."\n    # which is there', 0, 3),
    ],
)
def test_a_vague_word_is_found(
    tmp_path: Path, share: Callable[..., measure.Share], text: str, count: int, of: int
) -> None:
    result = share(package(tmp_path, words=text))
    assert (result.count, result.of) == (count, of)


def test_a_name_with_two_homes_is_found(tmp_path: Path) -> None:
    parts = package(tmp_path, a="SIZE: int = 1\ndef read(): ...", b="SIZE = 2\nclass Page:\n    def read(self): ...")
    result = measure.shared_names(parts)
    assert (result.count, result.of, set(result.where)) == (2, 4, {"SIZE"})


def test_the_table_has_a_line_for_each_floor_and_one_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    measure.main([])
    floors = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert floors == {"floor", "all", *(part.floor for part in PARTS)}
    measure.main(["entry"])
    assert "pronouns:" in capsys.readouterr().out
