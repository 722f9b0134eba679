"""The marks: which tests are pure, and that a pure test starts no gpg, no git and no `journal`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import marks
import pytest
from marks import Refusals, is_pure

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("place", "fixtures", "pure"),
    [
        ("entry/test_entry.py", ("sealed",), True),
        ("entry/test_merging.py", (), False),
        ("search/test_grep.py", ("sealed", "keys_of_run", "archive"), False),
        ("commands/test_new.py", (), False),
        ("test_room.py", (), False),
    ],
)
def test_the_folder_and_the_room_decide(place: str, fixtures: tuple[str, ...], pure: bool) -> None:
    assert is_pure(TESTS / place, fixtures) is pure


def test_every_folder_and_file_of_the_lists_is_there() -> None:
    assert [name for name in (*marks.PURE, *marks.WITH_GIT) if not (TESTS / name).exists()] == []


def test_this_test_is_pure(request: pytest.FixtureRequest, refusals: Refusals) -> None:
    assert request.node.get_closest_marker("pure")
    assert shutil.which("git") == str(refusals.place / "git")


@pytest.mark.parametrize("name", marks.REFUSED)
def test_a_program_that_a_pure_test_starts_is_named(tmp_path: Path, name: str) -> None:
    refusals = Refusals(tmp_path)
    assert refusals.started() == ""
    assert subprocess.run([refusals.place / name, "--version"], check=False).returncode == 97
    assert refusals.started() == f"{tmp_path / name} --version\n"
    assert refusals.started() == ""
