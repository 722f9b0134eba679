"""The signposts: the architecture page and the README name files that exist, and every floor has tests of its name."""

from __future__ import annotations

import re

import pytest
from tools import PACKAGE, ROOT

import sexjournal

FLOORS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
CARRY_ON = (ROOT / "README.md").read_text("utf-8").partition("\n## Carry it on\n")[2].partition("\n## ")[0]
EXAMPLE = "map"  # the command that the README adds


def missing(text: str) -> set[str]:
    """Return the files and folders of a text that are neither in the project nor in the package."""
    names = set(re.findall(r"[\w.]+(?:/[\w.]+)*(?:\.(?:py|toml|md)\b|/(?=[\s,`]))", text))
    places = (ROOT, PACKAGE, PACKAGE / "workflows" / "sync")
    return {name for name in names if EXAMPLE not in name and not any((place / name).exists() for place in places)}


def test_the_architecture_page_names_every_floor_and_module() -> None:
    page = sexjournal.__doc__ or ""
    assert [name for name in FLOORS if f"{name}/" not in page] == []
    assert [name for name in MODULES if not re.search(rf"\b{name}\b", page)] == []


def test_the_architecture_page_names_files_that_exist() -> None:
    assert missing(sexjournal.__doc__ or "") == set()


def test_the_readme_names_files_that_exist() -> None:
    assert "`keys/trust.py`" in CARRY_ON
    assert missing(CARRY_ON) == set()


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_has_tests_of_its_name(floor: str) -> None:
    assert list((ROOT / "tests" / floor).glob("test_*.py"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("keys/trust.py and cli.py, tests/house", set()),
        ("keys/lost.py, `nowhere/`, entry/ and merging.py", {"keys/lost.py", "nowhere/"}),
    ],
)
def test_a_file_that_is_not_there_is_found(text: str, names: set[str]) -> None:
    assert missing(text) == names
