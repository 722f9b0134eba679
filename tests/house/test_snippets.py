"""The programs that tests hold as text use names that the package has."""

from __future__ import annotations

from pathlib import Path

import pytest
from snippets import snippets, wrong_names

TESTS = Path(__file__).parents[1]
SNIPPETS = [
    pytest.param(text, id=f"{file.relative_to(TESTS)}:{line}")
    for file in sorted(TESTS.rglob("*.py"))
    if file != Path(__file__)  # where names are wrong on purpose
    for line, text in snippets(file)
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_program_in_a_string_uses_names_that_exist(snippet: str) -> None:
    assert wrong_names(snippet) == set()


@pytest.mark.parametrize(
    ("snippet", "names"),
    [
        ("from sexjournal.system import swap; swap.SWAPS = 1", set()),
        ("from sexjournal.system import swap; swap.GONE = 1", {"sexjournal.system.swap.GONE"}),
        ("from sexjournal.gone import swap; swap.SWAPS = 1", {"sexjournal.gone.swap", "sexjournal.gone.swap.SWAPS"}),
        ("import sys, sexjournal.gone; sys.exit()", {"sexjournal.gone"}),
        ("from sexjournal.system import swap as other\nother.gone()", {"sexjournal.system.swap.gone"}),
        (
            "from sexjournal.system.disk import create, gone\ncreate({place!r}, b'{{')\n{then}",
            {"sexjournal.system.disk.gone"},
        ),
        ("from sexjournal.system import gone\nwith gone.locked():\n", {"sexjournal.system.gone"}),
    ],
)
def test_a_wrong_name_in_a_program_is_found(snippet: str, names: set[str]) -> None:
    assert wrong_names(snippet) == names


def test_a_string_with_values_of_the_test_is_looked_at_too(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text('"""About sexjournal."""\ncode = f"import os; from sexjournal.gone import x; print({1 + 1})"\n')
    ((line, text),) = snippets(file)
    assert (line, wrong_names(text)) == (2, {"sexjournal.gone.x"})
