"""journal review: look at an earlier page again, list the pages to look at, draw then and now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Json, SomeRef, app_of

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.reflect.due import DuePage


def review(
    ctx: typer.Context,
    ref: SomeRef = None,
    day: Annotated[bool, typer.Option("--day", help="A line or a page from the day before.")] = False,
    week: Annotated[bool, typer.Option("--week", help="A page from a week ago.")] = False,
    month: Annotated[bool, typer.Option("--month", help="A page from a month ago.")] = False,
    year: Annotated[bool, typer.Option("--year", help="A page from around this day in an earlier year.")] = False,
    waiting: Annotated[bool, typer.Option("--list", help="Only show what is ready.")] = False,
    then_now: Annotated[bool, typer.Option("--then-now", help="Draw then and now, a row for each page.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="No second screen and no drawing, for screen readers.")
    ] = False,
    json: Json = False,
) -> None:
    """Look at a page again: what do you think of it now, and does what you wrote still hold?

    One page at a time, and only if you feel like it. What is not taken up lapses without a trace.
    """
    from sexjournal.workflows.reviewing import review_page

    app = app_of(ctx)
    cadences = tuple(name for name, flag in {"day": day, "week": week, "month": month, "year": year}.items() if flag)
    if then_now:
        _show_then_and_now(app, plain=plain, json=json)
    elif waiting or json:
        _show_due(app, _due_pages(app, cadences), json=json)
    else:
        review_page(app, _page_for(app, ref, cadences), named=ref is not None, plain=plain)


def _due_pages(app: App, cadences: tuple[str, ...]) -> tuple[DuePage, ...]:
    from sexjournal.reflect.due import due_pages

    entries = app.archive.read().entries
    return due_pages(entries, app.now(), cadences or app.config.cadence, app.config.day_starts)


def _page_for(app: App, ref: str | None, cadences: tuple[str, ...]) -> DuePage | None:
    from sexjournal.reflect.due import DuePage, page_of_the_day
    from sexjournal.reflect.page_facts import is_jot

    if ref is not None:
        entry = app.archive.find(ref).entry
        return DuePage(entry, "day" if is_jot(entry) else "free")
    return page_of_the_day(_due_pages(app, cadences), app.today())


def _show_due(app: App, due: tuple[DuePage, ...], *, json: bool) -> None:
    from sexjournal.terminal.listing import entry_lines
    from sexjournal.terminal.text import json_text

    if json:
        app.terminal.show(json_text([{"id": page.entry.id, "cadence": page.cadence} for page in due]))
    elif due:
        app.terminal.show(entry_lines([page.entry for page in due], app.terminal.style, app.terminal.words))
    else:
        app.terminal.tell(app.wording.ui["nothing_due"])


def _show_then_and_now(app: App, *, plain: bool, json: bool) -> None:
    from sexjournal.reflect.then_now import then_and_now
    from sexjournal.terminal import chart
    from sexjournal.terminal.text import json_text

    rows = then_and_now(app.archive.read().entries)
    if json:
        app.terminal.show(json_text(chart.to_json(rows)))
        return
    style = app.terminal.style
    draw = chart.chart_table if plain or not style.tty else chart.chart_lines
    app.terminal.show(draw(rows, style, app.terminal.words))
    for sentence in chart.caption(rows, app.wording.messages, app.terminal.words):
        app.terminal.tell(sentence)
