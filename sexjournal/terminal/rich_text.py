"""Output laid out by the library rich: text cut to a width, pairs in a grid, and Markdown.

No other module knows rich and the Markdown parser. Both are imported inside functions, as loading takes time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sexjournal.terminal.text import one_line, safe_text

if TYPE_CHECKING:
    from markdown_it.token import Token
    from rich.console import Console, RenderableType

    from sexjournal.terminal.style import Style

# A person's words outrank Markdown: no rule that would swallow or decode them. So links, images, HTML and entities
# are shown as they were typed.
_ENABLED_RULES = ("strikethrough", "table")
_DISABLED_RULES = ("link", "image", "autolink", "reference", "entity", "html_block", "html_inline")
_THEME = {"markdown.code": "cyan", "markdown.block_quote": "italic"}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_MARKS = re.compile(r"[\s!-/:-@\[-`{-~•▌─…]")


def cell_width(text: str) -> int:
    """Return how many cells of a terminal a text takes; some characters take two cells, some none."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: filled up with blanks, or cut with an ellipsis."""
    from rich.cells import set_cell_size

    return set_cell_size(text, width) if cell_width(text) <= width else set_cell_size(text, width - 1) + "…"


def draw_pairs(pairs: Iterable[tuple[str, str]], style: Style, heading: str | None = None) -> str:
    """Return names and values in two columns, with long values folded, below a bold heading or none."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold", style="dim")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(one_line(name)), Text(safe_text(value)))
    return _drawn([grid] if heading is None else [Text(one_line(heading), style="bold"), grid], style)


def draw_markdown(body: str, style: Style) -> str:
    """Return a text rendered as Markdown, or as written where rendering would cost a word.

    rich drops words without room: cells of a wide table, lists nested more than nine deep.
    """
    from markdown_it import MarkdownIt
    from rich.markdown import Markdown
    from rich.text import Text

    text = safe_text(body).strip("\n")
    markdown = Markdown("", hyperlinks=False)
    parser = MarkdownIt("commonmark").enable(_ENABLED_RULES).disable(_DISABLED_RULES)
    markdown.parsed = list(_without_code_blocks(parser.parse(text)))
    rendered = _drawn([markdown], style).strip("\n") + "\n"  # rich leaves a line free above a list
    whole = _count_letters(_COLOUR.sub("", rendered)) >= _count_letters(text)
    return rendered if whole else _drawn([Text(text)], style)


def _count_letters(text: str) -> int:
    return len(_MARKS.sub("", text))


def _without_code_blocks(tokens: Iterable[Token]) -> Iterator[Token]:
    """Turn blocks of code into paragraphs of code: highlighting a language would cost a tenth of a second."""
    from markdown_it.token import Token

    for token in tokens:
        if token.type not in ("fence", "code_block"):
            yield token
            continue
        code = f"{token.info}\n{token.content}".strip("\n").replace("\n", "\n    ")
        inside = [Token("code_inline", "code", 0, content=f"    {code}")]
        yield from (Token("paragraph_open", "p", 1), Token("inline", "", 0, children=inside))
        yield Token("paragraph_close", "p", -1)


def _drawn(parts: Iterable[RenderableType], style: Style) -> str:
    console = _console(style)
    with console.capture() as capture:
        console.print(*parts, sep="\n")
    return "".join(line.rstrip(" ") + "\n" for line in capture.get().split("\n")[:-1])


def _console(style: Style) -> Console:
    """Return a console that follows only the style: no environment, no size of a terminal, no markup."""
    from rich.console import Console
    from rich.theme import Theme

    return Console(
        color_system="standard" if style.colour else None,
        force_terminal=style.colour,
        width=style.width,
        height=25,
        theme=Theme(_THEME),
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
