"""Markdown: rendered where it fits, and no word lost."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from shown_pages import (
    OURS,
    TERMINAL,
    WIDTHS,
    page_with,
)

from sexjournal.terminal.page import page_text
from sexjournal.terminal.style import Style
from sexjournal.terminal.text import safe_text

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


def test_rich_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, sexjournal.terminal.page; print({'rich', 'markdown_it'} & sys.modules.keys())"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "set()\n"
