"""Nothing from a page can act on a terminal, wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pyte
import pytest
from rich.cells import cell_len
from shown_pages import (
    BARE,
    LAKE,
    OURS,
    PLAIN,
    SETTINGS,
    TERMINAL,
    WIDTHS,
    hostile,
    hostile_page,
    page_with,
)
from texts import PAYLOADS

from sexjournal.entry import entry
from sexjournal.terminal.listing import entries_json, entry_lines
from sexjournal.terminal.page import page_text
from sexjournal.terminal.style import Style
from sexjournal.terminal.tables import setting_lines, tag_lines
from sexjournal.terminal.text import error_lines, safe_text


def everything(payload: str, style: Style) -> Iterator[str]:
    """What every function makes of the payload, in every place where it may stand."""
    one = hostile_page(payload)
    yield entry_lines([one, LAKE], style, {f"kind.{payload}": payload})
    yield page_text(one, style, {"signpost": payload, f"signpost.{payload}": payload})
    yield tag_lines({payload: 3, "slow": 12}, style)
    yield setting_lines([(payload, payload, payload, payload)], style)
    yield error_lines(payload, payload)
    yield entries_json([one], style)


@hostile
@pytest.mark.parametrize("style", [PLAIN, Style(width=60, tty=True)], ids=["pipe", "no colour"])
def test_without_colour_nothing_but_text_goes_out(payload: str, style: Style) -> None:
    for shown in everything(payload, style):
        assert shown == safe_text(shown)
        assert shown.endswith("\n")


@hostile
def test_with_colour_nothing_but_our_colours_goes_out(payload: str) -> None:
    for shown in everything(payload, TERMINAL):
        bare = OURS.sub("", shown)
        assert bare == safe_text(bare)


@hostile
def test_a_hostile_page_is_one_line_of_a_list(payload: str) -> None:
    for style in (PLAIN, TERMINAL):
        lines = entry_lines([hostile_page(payload), BARE], style, {}).split("\n")
        assert [OURS.sub("", line)[:8] for line in lines] == ["k7q2m9xa", "aaaaaaaa", ""]
    assert entry_lines([hostile_page(payload)], PLAIN, {}).count("\t") == 7


@hostile
def test_a_terminal_shows_the_page_and_keeps_its_title(payload: str) -> None:
    shown = page_text(hostile_page(payload), Style(width=120, colour=True, tty=True), {})
    screen = pyte.Screen(120, shown.count("\n") + 1)
    screen.set_title("mine")
    pyte.Stream(screen).feed(shown.replace("\n", "\r\n"))
    assert screen.title == "mine"
    assert screen.cursor.y == shown.count("\n")  # every line is where it was put
    if payload.isascii() or "\x9b" in payload:  # pyte has its own idea of the width of some characters
        assert [line.rstrip() for line in screen.display] == [
            line.rstrip() for line in OURS.sub("", shown).expandtabs().split("\n")
        ]


def test_the_escape_in_a_title_is_there_to_be_seen() -> None:
    one = page_with({"id": "k7q2m9xa", "title": PAYLOADS["title"]})
    for style in (PLAIN, TERMINAL):
        assert "␛]0;pwned␇" in entry_lines([one], style, {})
        assert "␛]0;pwned␇" in page_text(one, style, {})


@pytest.mark.parametrize("name", ["markup", "emoji code"])
def test_square_brackets_and_colons_are_nothing_but_themselves(name: str) -> None:
    words = PAYLOADS[name]
    one = page_with({"id": "k7q2m9xa", "title": words, "signpost": words}, words)
    for style in (Style(width=120, tty=True), Style(width=120, colour=True, tty=True)):
        assert words in entry_lines([one], style, {})
        assert OURS.sub("", page_text(one, style, {})).count(words) == 3
        assert words in setting_lines([("dir", words, "default", "")], style)


def test_escapes_that_yaml_or_markdown_would_make_stay_text() -> None:
    one = entry.parse('---\nid: k7q2m9xa\ntitle: "\\e[31mred"\n---\n&#27;[2J &#x202e; <http://example.org/%1b%5b2J>\n')
    assert one.title == "\x1b[31mred"
    shown = OURS.sub("", page_text(one, TERMINAL, {}))
    assert "␛[31mred" in shown
    assert "&#27;[2J &#x202e; <http://example.org/%1b%5b2J>" in shown


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_tags_and_settings_fit_the_terminal(width: int) -> None:
    style = Style(width, True, True)
    for payload in PAYLOADS.values():
        parts = (
            page_text(hostile_page(payload), style, {}),
            tag_lines({payload: 1}, style),
            setting_lines(SETTINGS, style),
        )
        assert max(cell_len(line) for part in parts for line in OURS.sub("", part).expandtabs().split("\n")) <= width
