"""Then and now as a chart: a row for each page, points instead of averages. Knows the rows and the wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sexjournal.entry.dates import parse_date
from sexjournal.entry.fields import HIGHEST, LOWEST
from sexjournal.entry.shown_dates import short_date
from sexjournal.prompts.wording import filled
from sexjournal.terminal.rich_text import cut
from sexjournal.terminal.text import one_line, tabbed

if TYPE_CHECKING:
    from sexjournal.reflect.then_now import ThenNow, ThenNowRow
    from sexjournal.terminal.style import Style, Vocabulary

STEP = 3  # columns from one number to the next
LABEL = 26  # columns for the day and the title
NUMBERS = range(LOWEST, HIGHEST + 1)
MARK_THEN, MARK_NOW, MARK_SAME, LINK = "○", "●", "◉", "─"


def chart_lines(picture: ThenNow, style: Style, words: Vocabulary) -> str:
    """Return a row for each page: a hollow mark for then, a full mark for now. The chart is clear without colour."""
    if not picture.rows:
        return ""
    head = " " * _label_width(style) + "".join(f"{number:>{STEP}}" for number in NUMBERS)
    return "\n".join([head, *(_chart_row(row, style, words) for row in picture.rows)]) + "\n"


def chart_table(picture: ThenNow, style: Style, words: Vocabulary) -> str:
    """Return the rows between tabs: day, title, then, now, the person's own word."""
    return "".join(
        tabbed(row.day.isoformat(), _title(row, style, words), row.then, row.now, _own_word(row, words))
        for row in picture.rows
    )


def caption(picture: ThenNow, messages: Mapping[str, str], words: Vocabulary) -> list[str]:
    """Return the sentences below the rows; about all pages together only when `conclusive`."""
    numbers = {"n": str(picture.n), **{name: str(count) for name, count in picture.counts.items()}}
    few = {0: "insight.none", 1: "insight.one"}.get(picture.n, "insight.few")
    keys = ("insight.held_share", "insight.twice") if picture.conclusive else (few,)
    missing = [f"{count} {words[f'left_out.{reason}']}" for reason, count in picture.left_out.items() if count]
    left_out = [f"{words['left_out']}: {', '.join(missing)}."] if missing else []
    return [*(filled(messages[key], numbers) for key in keys), *left_out, messages["insight.selection"]]


def to_json(picture: ThenNow) -> dict[str, object]:
    """Return then and now for another program: `rows`, `counts`, `median` and `left_out`, as in `ThenNow`."""
    rows = [
        {"id": row.entry.id, "day": row.day.isoformat(), "then": row.then, "now": row.now, "size": row.size or None}
        for row in picture.rows
    ]
    return {
        "rows": rows,
        "counts": dict(picture.counts),
        "median": picture.median,
        "left_out": dict(picture.left_out),
    }


def _chart_row(row: ThenNowRow, style: Style, words: Vocabulary) -> str:
    day = short_date(parse_date(row.day.isoformat()), style.language)
    label = cut(f" {day}  {_title(row, style, words)}", _label_width(style))
    numbers = f"{words['then']} {row.then}  {words['now']} {row.now}"
    own = _own_word(row, words)
    line = f"{label}{_marks(row.then, row.now)}   {numbers}" + (f"  {own}" if own else "")
    return cut(line, style.width).rstrip() if style.tty else line


def _label_width(style: Style) -> int:
    """Return how many columns a day and a title get; on a narrow terminal the marks come first."""
    return max(1, min(LABEL, style.width - STEP * len(NUMBERS) - 1)) if style.tty else LABEL


def _marks(then: int, now: int) -> str:
    cells = [" "] * (STEP * len(NUMBERS))
    first, last = sorted((then * STEP - 1, now * STEP - 1))
    cells[first : last + 1] = [LINK] * (last - first + 1)
    cells[then * STEP - 1], cells[now * STEP - 1] = MARK_THEN, MARK_NOW
    if then == now:
        cells[now * STEP - 1] = MARK_SAME
    return "".join(cells)


def _title(row: ThenNowRow, style: Style, words: Vocabulary) -> str:
    kind = words.get(f"kind.{row.entry.kind}", row.entry.kind)
    return kind if style.discreet else one_line(row.entry.title or kind)


def _own_word(row: ThenNowRow, words: Vocabulary) -> str:
    return words.get(f"size.{row.size}", row.size) if row.size else ""
