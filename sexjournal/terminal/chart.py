"""Then and now, drawn: a row for each page, points instead of averages. Knows reflection's rows and the wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sexjournal.entry.dates import parse_date
from sexjournal.entry.shown_dates import short_date
from sexjournal.prompts.wording import filled
from sexjournal.terminal.render import Face, cut, safe_text

if TYPE_CHECKING:
    from sexjournal.reflect.reflection import Row, ThenNow
    from sexjournal.terminal.render import Words

STEP = 3  # columns from one number to the next
LABEL = 26  # columns for the day and the title
SCALE = range(1, 8)
THEN, NOW, SAME, LINK = "○", "●", "◉", "─"


def drawn(picture: ThenNow, face: Face, words: Words) -> str:
    """Return the rows as they stand on a terminal: hollow is then, full is now. No colour is needed to read it."""
    if not picture.rows:
        return ""
    head = " " * _room(face) + "".join(f"{number:>{STEP}}" for number in SCALE)
    return "\n".join([head, *(_row(row, face, words) for row in picture.rows)]) + "\n"


def table(picture: ThenNow, face: Face, words: Words) -> str:
    """Return the same as lines between tabs: day, title, then, now, the person's own word."""
    rows = [
        (row.day.isoformat(), _title(row, face, words), row.then, row.now, _own_word(row, words))
        for row in picture.rows
    ]
    return "".join("\t".join(safe_text(str(cell)).replace("\t", " ") for cell in row) + "\n" for row in rows)


def caption(picture: ThenNow, messages: Mapping[str, str], words: Words) -> list[str]:
    """Return what may be said about the rows: nothing about all of them while they are few."""
    numbers = {"n": str(picture.n), **{name: str(count) for name, count in picture.counts.items()}}
    few = {0: "insight.none", 1: "insight.one"}.get(picture.n, "insight.few")
    keys = ("insight.held_share", "insight.twice") if picture.conclusive else (few,)
    missing = [f"{count} {words[f'left_out.{why}']}" for why, count in picture.left_out.items() if count]
    left_out = [f"{words['left_out']}: {', '.join(missing)}."] if missing else []
    return [*(filled(messages[key], numbers) for key in keys), *left_out, messages["insight.selection"]]


def told(picture: ThenNow) -> dict[str, object]:
    """Return the picture for another program."""
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


def _row(row: Row, face: Face, words: Words) -> str:
    day = short_date(parse_date(row.day.isoformat()), face.language)
    label = cut(f" {day}  {_title(row, face, words)}", _room(face))
    numbers = f"{words['then']} {row.then}  {words['now']} {row.now}"
    own = _own_word(row, words)
    line = f"{label}{_points(row.then, row.now)}   {numbers}" + (f"  {own}" if own else "")
    return cut(line, face.width).rstrip() if face.tty else line


def _room(face: Face) -> int:
    """Return how many columns a day and a title get: the marks come first on a narrow terminal."""
    return max(1, min(LABEL, face.width - STEP * len(SCALE) - 1)) if face.tty else LABEL


def _points(then: int, now: int) -> str:
    places = [" "] * (STEP * len(SCALE))
    left, right = sorted((then * STEP - 1, now * STEP - 1))
    places[left : right + 1] = [LINK] * (right - left + 1)
    places[then * STEP - 1], places[now * STEP - 1] = THEN, NOW
    if then == now:
        places[now * STEP - 1] = SAME
    return "".join(places)


def _title(row: Row, face: Face, words: Words) -> str:
    kind = words.get(f"kind.{row.entry.kind}", row.entry.kind)
    return kind if face.discreet else safe_text(row.entry.title or kind).translate({9: " ", 10: " "})


def _own_word(row: Row, words: Words) -> str:
    return words.get(f"size.{row.size}", row.size) if row.size else ""
