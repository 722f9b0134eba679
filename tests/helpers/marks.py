"""The two marks of tests: `pure` starts no gpg, no git and no `journal`; `gpg` is every other test.

The folder of a test decides, so nobody marks by hand. A pure test that starts one of these programs fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

PURE = {"entry", "house", "prompts", "reflect", "search", "terminal"}  # folders
# What needs gpg or git in a pure folder: the fixture under every room, and tests of files.
ROOM = "keys_of_run"
WITH_GIT = {"entry/test_merging.py"}
REFUSED = ("git", "gpg", "gpgconf", "gpg-connect-agent", "journal")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "pure: starts no gpg, no git and no journal (set by folder)")
    config.addinivalue_line("markers", "gpg: needs gpg and git (every test that is not pure)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        pure = is_pure(item.path, getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.pure if pure else pytest.mark.gpg)


def is_pure(file: Path, fixtures: object) -> bool:
    """Return whether a test of this file, with these fixtures, runs without gpg and git."""
    place = f"{file.parent.name}/{file.name}"
    return file.parent.name in PURE and place not in WITH_GIT and ROOM not in set(fixtures)


class Refusals:
    """A directory for the front of PATH, where each program that a pure test may not start only leaves its name."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.log = place / "started.log"
        for name in REFUSED:
            script = place / name
            script.write_text(f'#!/bin/sh\necho "$0 $*" >>"{self.log}"\nexit 97\n')
            script.chmod(0o755)

    def started(self) -> str:
        """Return what was started since the last look, a command a line."""
        text = self.log.read_text() if self.log.exists() else ""
        self.log.unlink(missing_ok=True)
        return text


@pytest.fixture(scope="session")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Refusals:
    return Refusals(tmp_path_factory.mktemp("refused"))


@pytest.fixture(autouse=True)
def refuse_programs(request: pytest.FixtureRequest, refusals: Refusals) -> Iterator[None]:
    """Let a pure test start no gpg, no git and no `journal`."""
    if request.node.get_closest_marker("pure") is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{refusals.place}{os.pathsep}{os.environ['PATH']}")
        yield
    started = refusals.started()
    assert not started, f"a pure test started:\n{started}"
