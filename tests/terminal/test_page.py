"""A page to read: its facts, its text and its reviews."""

from __future__ import annotations

import pytest
from shown_pages import (
    BARE,
    LAKE,
    OURS,
    PLAIN,
    SETTINGS,
    TERMINAL,
    WORDS,
    page_with,
)

from sexjournal.terminal.listing import entry_lines
from sexjournal.terminal.page import page_text
from sexjournal.terminal.style import Style
from sexjournal.terminal.tables import setting_lines, tag_lines


def test_a_page_without_a_terminal_is_plain_lines_and_the_text_as_written() -> None:
    assert page_text(LAKE, PLAIN, WORDS) == (
        "The lake\n"
        "date: Saturday 21 November 2026\n"
        "kind: ervaring\n"
        "with: Wren, Heron\n"
        "tags: slow, weekend\n"
        "All in all: 7 (wonderful)\n"
        "held back: the cold\n"
        "what I like: warm hands, quiet\n"
        "own field: kept\n"
        "written: Sunday 22 November 2026\n"
        "id: k7q2m9xa\n"
        "\n"
        "We walked to the **lake**.\n"
        "\n"
        "day, Monday 23 November 2026\n"
        "now: 6\n"
        "\n"
        "A week later, Sunday 29 November 2026\n"
        "now: 5\n"
        "agree: By and large\n"
        "\n"
        "Calmer, and *good*.\n"
    )


def test_a_page_in_a_terminal_holds_the_same_rendered() -> None:
    shown = page_text(LAKE, TERMINAL, WORDS)
    assert "walked to the \x1b[1mlake\x1b[0m." in shown
    assert "Calmer, and \x1b[3mgood\x1b[0m." in shown
    plain = OURS.sub("", shown)
    for words in ("Saturday 21 November 2026", "Wren, Heron", "7 (wonderful)", "A week later, Sunday 29 November 2026"):
        assert words in plain


def test_a_page_without_title_is_headed_by_its_kind_and_needs_no_field_at_all() -> None:
    assert page_text(BARE, PLAIN, {}) == "memory\ndate: about 2009\nid: aaaaaaaa\n\nA street.\n"
    assert page_text(page_with({}, "Just words."), PLAIN, {}) == "experience\n\nJust words.\n"
    assert page_text(page_with({"date": "some day", "title": "Rain"}), TERMINAL, {}).startswith("\x1b[1mRain")


def test_a_page_speaks_dutch() -> None:
    assert "zaterdag 21 november 2026" in page_text(LAKE, Style(language="nl"), {})


def test_the_text_of_a_plain_page_is_kept_to_the_character() -> None:
    body = "  indented\n\n\n***\ttab  \n<b>&amp;</b> [x]: y\n"
    assert page_text(page_with({}, body), PLAIN, {}) == f"experience\n\n{body}"


def test_a_page_has_one_free_line_above_its_text_and_none_where_there_is_no_text() -> None:
    assert OURS.sub("", page_text(page_with({}, "- one\n"), TERMINAL, {})) == "experience\n\n • one\n"
    assert OURS.sub("", page_text(page_with({}, "\n"), TERMINAL, {})) == "experience\n"


@pytest.mark.parametrize("width", [1, 2, 7])
def test_a_terminal_may_be_absurdly_narrow(width: int) -> None:
    style = Style(width, True, True)
    assert "k7q2m9xa" in entry_lines([LAKE], style, {})
    assert page_text(LAKE, style, {})
    assert setting_lines(SETTINGS, style)
    assert tag_lines({"slow": 1}, style)


def test_looks_come_from_the_style_and_not_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    one = page_with({"id": "k7q2m9xa", "title": "Rain"}, "Some `colour`.")
    before = page_text(one, TERMINAL, {}), entry_lines([one], TERMINAL, {})
    assert "\x1b[36mcolour\x1b[0m" in before[0]
    assert before[1] == "\x1b[36mk7q2m9xa\x1b[0m  \x1b[2mexperience\x1b[0m  Rain\n"
    for name, value in {"COLUMNS": "5", "NO_COLOR": "1", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert (page_text(one, TERMINAL, {}), entry_lines([one], TERMINAL, {})) == before
