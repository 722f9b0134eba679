"""What is shown: that nothing from a page can act on a terminal, and that lists and pages say what they should."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from texts import PAYLOADS, acts_on_a_terminal

from sexjournal.entry import entry
from sexjournal.entry.entry import Entry, Value
from sexjournal.terminal.listing import entries_json, entry_lines
from sexjournal.terminal.page import page_text
from sexjournal.terminal.style import Style
from sexjournal.terminal.tables import setting_lines, tag_lines
from sexjournal.terminal.text import error_lines, safe_text

PLAIN = Style()
TERMINAL = Style(width=80, colour=True, tty=True)
OURS = re.compile(r"\x1b\[[0-9;]*m")
WIDTHS = (40, 80, 120)
WORDS = {
    "kind.experience": "ervaring",
    "cadence.week": "A week later",
    "rating": "All in all",
    "rating.7": "wonderful",
    "agree.mostly": "By and large",
    "map.likes": "what I like",
}

PAGE = """\
---
id: k7q2m9xa
kind: experience
date: 2026-11-21
written: 2026-11-22T09:14+01:00
title: The lake
with: [Wren, Heron]
tags: [slow, weekend]
rating: 7
held_back: [the cold]
map: {likes: [warm hands, quiet], dislikes: []}
own_field: kept
review:
  - {cadence: day, at: 2026-11-23T09:00+01:00, now: 6, blind: false}
  - {cadence: week, at: 2026-11-29T20:10+01:00, days_since: 8, now: 5, agree: mostly, note: "Calmer, and *good*.",
     blind: true}
---
We walked to the **lake**.
"""
LAKE = entry.parse(PAGE)
BARE = entry.parse("---\nid: aaaaaaaa\nkind: memory\ndate: 2009~\n---\nA street.\n")
OPEN = entry.parse("---\nid: bbbbbbbb\nkind: chapter\ndate: 2009/..\ntitle: " + "long " * 60 + "\n---\n")

hostile = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())


def page_with(fields: dict[str, Value], body: str = "") -> Entry:
    """An entry that holds just this, whatever a page may hold on disk."""
    return Entry(f"---\n---\n{body}", fields, len("---\n---\n"))


def hostile_page(payload: str) -> Entry:
    """The payload wherever text can stand, and a good id."""
    review = {"cadence": payload, "at": payload, "agree": payload, payload: payload, "note": payload, "blind": "true"}
    fields: dict[str, Value] = {
        "id": "k7q2m9xa",
        "kind": payload,
        "date": "2009~",
        "title": payload,
        "with": [payload, payload],
        "tags": [payload],
        "rating": "6",
        "signpost": payload,
        payload: payload,
        "map": {"likes": [payload], payload: payload},
        "letters": [{payload: payload}],
        "review": [{**review, "now": "5"}],
    }
    return page_with(fields, f"{payload}\n\n- {payload}\n\n    {payload}\n\n> {payload}\n\n# {payload}\n")


def everything(payload: str, face: Style) -> Iterator[str]:
    """What every function makes of the payload, in every place where it may stand."""
    one = hostile_page(payload)
    yield entry_lines([one, LAKE], face, {f"kind.{payload}": payload})
    yield page_text(one, face, {"signpost": payload, f"signpost.{payload}": payload})
    yield tag_lines({payload: 3, "slow": 12}, face)
    yield setting_lines([(payload, payload, payload, payload)], face)
    yield error_lines(payload, payload)
    yield entries_json([one], face)


# --- safe text ---


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


# --- hostile text ---


@hostile
@pytest.mark.parametrize("face", [PLAIN, Style(width=60, tty=True)], ids=["pipe", "no colour"])
def test_without_colour_nothing_but_text_goes_out(payload: str, face: Style) -> None:
    for shown in everything(payload, face):
        assert shown == safe_text(shown)
        assert shown.endswith("\n")


@hostile
def test_with_colour_nothing_but_our_colours_goes_out(payload: str) -> None:
    for shown in everything(payload, TERMINAL):
        bare = OURS.sub("", shown)
        assert bare == safe_text(bare)


@hostile
def test_a_hostile_page_is_one_line_of_a_list(payload: str) -> None:
    for face in (PLAIN, TERMINAL):
        lines = entry_lines([hostile_page(payload), BARE], face, {}).split("\n")
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
    for face in (PLAIN, TERMINAL):
        assert "␛]0;pwned␇" in entry_lines([one], face, {})
        assert "␛]0;pwned␇" in page_text(one, face, {})


@pytest.mark.parametrize("name", ["markup", "emoji code"])
def test_square_brackets_and_colons_are_nothing_but_themselves(name: str) -> None:
    words = PAYLOADS[name]
    one = page_with({"id": "k7q2m9xa", "title": words, "signpost": words}, words)
    for face in (Style(width=120, tty=True), Style(width=120, colour=True, tty=True)):
        assert words in entry_lines([one], face, {})
        assert OURS.sub("", page_text(one, face, {})).count(words) == 3
        assert words in setting_lines([("dir", words, "default", "")], face)


def test_escapes_that_yaml_or_markdown_would_make_stay_text() -> None:
    one = entry.parse('---\nid: k7q2m9xa\ntitle: "\\e[31mred"\n---\n&#27;[2J &#x202e; <http://example.org/%1b%5b2J>\n')
    assert one.title == "\x1b[31mred"
    shown = OURS.sub("", page_text(one, TERMINAL, {}))
    assert "␛[31mred" in shown
    assert "&#27;[2J &#x202e; <http://example.org/%1b%5b2J>" in shown


# --- list ---


def test_a_line_of_the_list_has_id_date_kind_people_tags_then_and_now_and_title() -> None:
    shown = entry_lines([LAKE, BARE, OPEN], Style(width=120, tty=True), WORDS)
    assert shown.split("\n")[:2] == [
        "k7q2m9xa  Sat 21 Nov 2026  ervaring  Wren, Heron  slow, weekend  7 → 5  The lake",
        "aaaaaaaa  about 2009       memory",
    ]
    assert "since 2009" in shown


def test_the_list_speaks_dutch() -> None:
    shown = entry_lines([LAKE, BARE], Style(width=120, tty=True, language="nl"), WORDS)
    assert "za 21 nov 2026" in shown
    assert "rond 2009" in shown


def test_an_empty_list_is_nothing() -> None:
    assert entry_lines([], TERMINAL, {}) == ""
    assert entry_lines([], PLAIN, {}) == ""
    assert json.loads(entries_json([], PLAIN)) == []


def test_without_a_terminal_the_fields_stand_between_tabs() -> None:
    assert entry_lines([LAKE, BARE], PLAIN, WORDS) == (
        "k7q2m9xa\t2026-11-21\texperience\tWren,Heron\tslow,weekend\t7\t5\tThe lake\n"
        "aaaaaaaa\t2009~\tmemory\t\t\t\t\t\n"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_fits_the_terminal_and_a_title_is_cut_with_a_mark(width: int) -> None:
    wide = page_with(
        {"id": "cccccccc", "date": "2026-11-21", "title": "字" * 80, "with": ["鷺" * 9], "tags": ["湖" * 30]}
    )
    lines = entry_lines([LAKE, OPEN, wide, hostile_page("x" * 50)], Style(width, tty=True), {}).splitlines()
    assert [line[:8] for line in lines] == ["k7q2m9xa", "bbbbbbbb", "cccccccc", "k7q2m9xa"]
    assert max(map(cell_len, lines)) <= width
    assert lines[1].endswith("…")
    assert lines[2].endswith("…")
    assert cell_len(lines[1]) == width  # what other columns gave up goes to the title


@pytest.mark.parametrize("width", WIDTHS)
def test_what_fits_is_not_cut(width: int) -> None:
    short = page_with({"id": "k7q2m9xa", "date": "2009", "kind": "memory", "title": "Rain", "rating": "6"})
    assert entry_lines([short], Style(width, tty=True), {}) == "k7q2m9xa  2009  memory  6  Rain\n"


@given(st.lists(st.text(), max_size=3), st.text(), st.text(), st.sampled_from((20, *WIDTHS)), st.booleans())
def test_whatever_the_words_a_line_is_no_wider_than_the_terminal(
    names: list[str], title: str, kind: str, width: int, colour: bool
) -> None:
    one = page_with(
        {"id": "k7q2m9xa", "date": "2009/..", "kind": kind, "title": title, "with": list(names), "tags": list(names)}
    )
    shown = OURS.sub("", entry_lines([one, LAKE], Style(width, colour, tty=True), {}))
    assert shown.startswith("k7q2m9xa")
    assert shown.count("\n") == 2
    assert max(map(cell_len, shown.split("\n"))) <= width


def test_only_the_last_blind_review_counts_as_now() -> None:
    reviews: list[Value] = [
        {"cadence": "week", "now": "4", "blind": "true"},
        {"cadence": "month", "now": "3", "blind": "true"},
        {"cadence": "free", "now": "2", "blind": "false"},
        {"cadence": "free", "now": "", "blind": "true"},
        {"cadence": "free", "now": "12", "blind": "true"},
        {"blind": "true"},
    ]
    one = page_with({"id": "k7q2m9xa", "rating": "6", "review": reviews})
    assert "6 → 3" in entry_lines([one], TERMINAL, {})
    assert json.loads(entries_json([one], PLAIN))[0]["now"] == 3


def test_a_page_without_a_number_gets_none_from_a_review() -> None:
    one = page_with({"id": "k7q2m9xa", "review": [{"now": "4", "blind": "true"}]})
    assert "4" not in entry_lines([one], Style(tty=True), {})


@pytest.mark.parametrize("mark", ["quiet", "early"])
def test_pages_that_get_no_numbers_show_none(mark: str) -> None:
    one = entry.parse(PAGE.replace("rating: 7", f"rating: 7\n{mark}: true\ncloseness: 6"))
    assert "7 → 5" not in entry_lines([one], TERMINAL, {})
    assert "\t7\t" not in entry_lines([one], PLAIN, {})
    told = json.loads(entries_json([one], PLAIN))[0]
    assert (told["rating"], told["now"]) == (None, None)
    for face in (PLAIN, TERMINAL):
        shown = OURS.sub("", page_text(one, face, {}))
        assert not re.search(r"(rating|closeness|now)\W+\d", shown)
        assert re.search(r"agree\W+mostly", shown)


def test_discreet_tells_no_title_no_name_and_no_tag() -> None:
    words = ("lake", "Wren", "Heron", "slow", "weekend")
    for tty in (True, False):
        open_face, discreet = Style(width=120, tty=tty), Style(width=120, tty=tty, discreet=True)
        assert all(word in entry_lines([LAKE], open_face, {}) for word in words)
        assert all(word in entries_json([LAKE], open_face) for word in words)
        shown = entry_lines([LAKE], discreet, {}) + entries_json([LAKE], discreet)
        assert not [word for word in words if word in shown]
        assert "k7q2m9xa" in shown


def test_the_json_has_the_shape_that_is_documented() -> None:
    assert json.loads(entries_json([LAKE, OPEN], PLAIN)) == [
        {
            "id": "k7q2m9xa",
            "date": "2026-11-21",
            "earliest": "2026-11-21",
            "latest": "2026-11-21",
            "kind": "experience",
            "written": "2026-11-22T09:14:00+01:00",
            "people": ["Wren", "Heron"],
            "tags": ["slow", "weekend"],
            "rating": 7,
            "title": "The lake",
            "reviews": 2,
            "now": 5,
        },
        {
            "id": "bbbbbbbb",
            "date": "2009/..",
            "earliest": "2009-01-01",
            "latest": None,
            "kind": "chapter",
            "written": None,
            "people": [],
            "tags": [],
            "rating": None,
            "title": ("long " * 60).strip(),
            "reviews": 0,
            "now": None,
        },
    ]


def test_the_json_of_an_empty_page_and_of_a_discreet_one_has_the_same_keys() -> None:
    full, empty = json.loads(entries_json([LAKE, page_with({})], PLAIN))
    (discreet,) = json.loads(entries_json([LAKE], Style(discreet=True)))
    assert full.keys() == empty.keys() == discreet.keys()
    assert [empty[name] for name in ("date", "earliest", "latest")] == [None, None, None]
    assert [discreet[name] for name in ("people", "tags", "title")] == [None, None, None]


@given(st.text(st.characters(exclude_categories=())))
def test_the_json_brings_the_very_text_in_ascii(title: str) -> None:
    shown = entries_json([page_with({"title": title})], PLAIN)
    assert shown.isascii()
    assert safe_text(shown) == shown
    assert json.loads(shown)[0]["title"] == (title or None)


# --- tags, settings, trouble ---


def test_tags_come_with_their_counts() -> None:
    counts = {"slow": 12, "weekend": 3}
    assert tag_lines(counts, Style(tty=True)) == "12  slow\n 3  weekend\n"
    assert tag_lines(counts, PLAIN) == "slow\t12\nweekend\t3\n"
    assert tag_lines({}, Style(tty=True)) == ""
    assert tag_lines({"字" * 30: 1}, Style(width=40, tty=True)) == "1  " + "字" * 18 + "…\n"


SETTINGS = [
    ("discreet", "true", "config file", "list hides titles, people and tags"),
    ("dir", "/" + "d" * 100, "default", "where"),
]


def test_settings_come_with_value_source_and_sentence() -> None:
    assert setting_lines(SETTINGS, Style(width=60, tty=True)).startswith(
        "discreet  true  (config file)\n          list hides titles, people and tags\ndir"
    )
    assert setting_lines(SETTINGS, PLAIN).splitlines()[0] == "\t".join(SETTINGS[0])


def test_trouble_is_one_line_and_its_hint_another() -> None:
    assert error_lines("no entry matches '1999'", "try `journal list`") == (
        "journal: no entry matches '1999'\nhint: try `journal list`\n"
    )
    assert error_lines("one\ntwo\x1b[2J") == "journal: one two␛[2J\n"


# --- show ---


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


MARKDOWN = """\
# One

Two *three* **four** `five` ~~six~~ [seven](http://example.org/caf%C3%A9 "eight") ![nine](ten.jpg)
eleven\\
twelve <b>thirteen</b> &amp; <http://example.org> </kbd>

[fourteen]: fifteen

1. sixteen
   - seventeen
     - eighteen
2. nineteen

> twenty
> > twentyone

    twentytwo = 1

```python
twentythree = 2
```

| twentyfour | twentyfive |
|---|--:|
| twentysix | twentyseven |

<div>
twentyeight
</div>

---
- [ ] twentynine
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_markdown_of_every_sort_is_rendered_and_no_word_is_lost(width: int) -> None:
    shown = OURS.sub("", page_text(page_with({}, MARKDOWN), Style(width, True, True), {}))
    assert [word for word in re.findall(r"[a-z0-9]+", MARKDOWN) if word not in shown] == []
    assert "**four**" not in shown
    assert "`five`" not in shown
    assert max(map(cell_len, shown.split("\n"))) <= width


@pytest.mark.parametrize(
    "body",
    [
        "|" + "a|" * 40 + "\n|" + "-|" * 40 + "\n|" + "one cell|" * 40 + "\n",
        "| a |\n|---|\n| b | a cell too many |\n",
        "".join("  " * depth + f"- item {depth}\n" for depth in range(30)),
        "> " * 30 + "deep",
    ],
    ids=["wide table", "ragged table", "deep list", "deep quotation"],
)
@pytest.mark.parametrize("width", WIDTHS)
def test_what_markdown_has_no_room_for_is_shown_as_written(body: str, width: int) -> None:
    shown = OURS.sub("", page_text(page_with({}, body), Style(width, True, True), {}))
    assert re.sub(r"\s", "", body) in re.sub(r"\s", "", shown)
    assert max(map(cell_len, shown.split("\n"))) <= width


@pytest.mark.parametrize("end", ["", "far to the right"])
def test_a_list_that_would_grow_wider_than_the_terminal_is_shown_as_written(end: str) -> None:
    body = "123456789. " * 9 + end
    shown = OURS.sub("", page_text(page_with({}, body), TERMINAL, {}))
    assert body.split() == shown.split()[1:]


BLOCKS = ("\n", "\n\n", "- ", "1. ", "> ", "    ", "\t", "```\n", "|", "|-|-|\n", "# ", "---\n", "[me]: yes\n")
SPANS = (
    "word ",
    "字",
    "é",
    "👩\u200d👧",
    "*",
    "**",
    "_",
    "`",
    "~~",
    "[x](y)",
    "![i](j)",
    "<b>",
    "</kbd>",
    "&amp;",
    "\\",
    "\x1b[31m",
    "\r",
)
PIECES = st.sampled_from(BLOCKS + SPANS)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from((20, *WIDTHS)))
def test_no_letter_of_any_text_is_lost_and_no_line_is_too_wide(body: str, width: int) -> None:
    shown = OURS.sub("", page_text(page_with({}, body), Style(width, True, True), {}))
    assert sum(map(str.isalnum, safe_text(body))) <= sum(map(str.isalnum, shown)) - len("experience")
    assert max(map(cell_len, shown.split("\n"))) <= width


@pytest.mark.parametrize(
    "line", ["word " * 2000, "x" * 10_000, "字" * 5_000, "*a **b " * 1500, "- " * 5_000, "`" * 10_000]
)
def test_a_very_long_line_is_folded(line: str) -> None:
    shown = OURS.sub("", page_text(page_with({"signpost": line}, line), TERMINAL, {}))
    assert max(map(cell_len, shown.split("\n"))) <= 80
    assert sum(map(str.isalnum, shown)) >= 2 * sum(map(str.isalnum, line))


def test_a_page_has_one_free_line_above_its_text_and_none_where_there_is_no_text() -> None:
    assert OURS.sub("", page_text(page_with({}, "- one\n"), TERMINAL, {})) == "experience\n\n • one\n"
    assert OURS.sub("", page_text(page_with({}, "\n"), TERMINAL, {})) == "experience\n"


@pytest.mark.parametrize("width", [1, 2, 7])
def test_a_terminal_may_be_absurdly_narrow(width: int) -> None:
    face = Style(width, True, True)
    assert "k7q2m9xa" in entry_lines([LAKE], face, {})
    assert page_text(LAKE, face, {})
    assert setting_lines(SETTINGS, face)
    assert tag_lines({"slow": 1}, face)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_tags_and_settings_fit_the_terminal(width: int) -> None:
    face = Style(width, True, True)
    for payload in PAYLOADS.values():
        parts = (
            page_text(hostile_page(payload), face, {}),
            tag_lines({payload: 1}, face),
            setting_lines(SETTINGS, face),
        )
        assert max(cell_len(line) for part in parts for line in OURS.sub("", part).expandtabs().split("\n")) <= width


def test_looks_come_from_the_face_and_not_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    one = page_with({"id": "k7q2m9xa", "title": "Rain"}, "Some `colour`.")
    before = page_text(one, TERMINAL, {}), entry_lines([one], TERMINAL, {})
    assert "\x1b[36mcolour\x1b[0m" in before[0]
    assert before[1] == "\x1b[36mk7q2m9xa\x1b[0m  \x1b[2mexperience\x1b[0m  Rain\n"
    for name, value in {"COLUMNS": "5", "NO_COLOR": "1", "TERM": "dumb", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert (page_text(one, TERMINAL, {}), entry_lines([one], TERMINAL, {})) == before


def test_rich_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, sexjournal.terminal.page; print({'rich', 'markdown_it'} & sys.modules.keys())"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "set()\n"


# --- the face ---


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
