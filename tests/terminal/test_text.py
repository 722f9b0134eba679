"""Text that is safe to print."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import acts_on_a_terminal

from sexjournal.terminal.text import error_lines, safe_text


def test_every_character_that_could_act_is_shown_and_every_other_is_left_alone() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        shown = safe_text(character)
        if acts_on_a_terminal(character):
            assert shown.isprintable(), hex(code)
            assert shown != character, hex(code)
        else:
            assert shown == character, hex(code)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "␛[31m"),
        ("\0\a\x7f", "␀␇␡"),
        ("\x9b2J", "<U+009B>2J"),
        ("\u202e", "<U+202E>"),
        ("\U000e0041", "<U+E0041>"),
        ("\udc80", "<U+DC80>"),
        ("one\r\ntwo\rthree\r\r\n", "one\ntwo␍three␍\n"),
        ("tab\tand line\n", "tab\tand line\n"),
        ("één 👩\u200d👩\u200d👧 שלום", "één 👩\u200d👩\u200d👧 שלום"),
    ],
)
def test_what_could_act_becomes_visible(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_safe_text_is_safe_at_once(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


def test_trouble_is_one_line_and_its_hint_another() -> None:
    assert error_lines("no entry matches '1999'", "try `journal list`") == (
        "journal: no entry matches '1999'\nhint: try `journal list`\n"
    )
    assert error_lines("one\ntwo\x1b[2J") == "journal: one two␛[2J\n"
