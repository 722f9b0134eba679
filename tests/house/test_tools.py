"""Clean: linters and types have nothing to say, and the project's directory holds what it should."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tools import ROOT, run_tool

TOP_LEVEL = {"pyproject.toml", "README.md", "sexjournal", "tests", "completions", "LICENSE", "CHANGELOG.md"}
BUILT = ("build", "dist", "__pycache__", "*.egg-info")  # not kept, see .gitignore


@pytest.mark.parametrize("words", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join)
def test_the_tools_have_nothing_to_say(words: Sequence[str]) -> None:
    done = run_tool(*words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    here = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    built = {path.name for pattern in BUILT for path in ROOT.glob(pattern)}
    assert here - built == TOP_LEVEL
