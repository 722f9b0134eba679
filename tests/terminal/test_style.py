"""How output looks: width and colour, from the stream and the environment."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from sexjournal.terminal.style import Style


@pytest.fixture
def screen() -> Iterator[TextIO]:
    """A real terminal of 24 lines and 93 columns."""
    outer, inner = os.openpty()
    termios.tcsetwinsize(inner, (24, 93))
    with os.fdopen(inner, "w", encoding="utf-8") as stream:
        yield stream
    os.close(outer)


def test_a_terminal_has_colours_and_its_own_width(screen: TextIO) -> None:
    assert Style.of(screen, {"TERM": "xterm"}, "nl", True) == Style(93, True, True, "nl", True)


@pytest.mark.parametrize("environ", [{"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}, {}])
def test_a_terminal_may_want_no_colour(screen: TextIO, environ: dict[str, str]) -> None:
    assert Style.of(screen, environ) == Style(93, False, True)


def test_plain_and_the_width_can_be_asked_for(screen: TextIO) -> None:
    assert Style.of(screen, {"TERM": "xterm"}, plain=True) == Style(93, False, True)
    assert Style.of(screen, {"TERM": "xterm", "COLUMNS": "50", "NO_COLOR": ""}) == Style(50, True, True)
    assert Style.of(screen, {"TERM": "xterm", "COLUMNS": "wide"}) == Style(93, True, True)


def test_a_file_gets_no_colour_whatever_the_environment_says(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        assert Style.of(out, {"TERM": "xterm", "COLUMNS": "50"}) == Style(80, False, False)
