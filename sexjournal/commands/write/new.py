"""journal new: a page, from the editor, from questions or from standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import app_of
from sexjournal.entry.fields import rating_of
from sexjournal.entry.tags import checked_tag
from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from datetime import date

    from sexjournal.entry.front_matter import Value


def new(
    ctx: typer.Context,
    kind: Annotated[str, typer.Option(metavar="KIND", help="experience, fantasy, memory, chapter, ...")] = "",
    on: Annotated[str | None, typer.Option(metavar="DATE", help="When it was; yesterday unless given.")] = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="A person, by a made-up name; may be repeated.")
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="May be repeated.")] = None,
    title: Annotated[str, typer.Option(metavar="TITLE", help="A title.")] = "",
    rating: Annotated[str | None, typer.Option(metavar="1..7", help="All in all, for you: 1 to 7.")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Be asked, one question at a time.")] = False,
) -> None:
    """Write a page about yesterday, or about another day with --on. Prints its id.

    The page comes from your editor, from questions in the terminal (with --ask, or without an editor), or from standard
    input.
    """

    from sexjournal.workflows.new_page import write_page
    from sexjournal.workflows.recovery import offer_leftovers
    from sexjournal.workflows.setup.start import set_up_if_missing

    app = app_of(ctx)
    set_up_if_missing(app)
    flags = _understood_flags(app.today(), kind, on, with_ or [], tags or [], title, rating)
    if app.terminal.interactive:
        offer_leftovers(app)
    stored = write_page(app, flags, ask=ask)
    if stored is not None:
        sys.stdout.write(f"{stored.entry.id}\n")


def _understood_flags(
    today: date, kind: str, on: str | None, people: list[str], tags: list[str], title: str, rating: str | None
) -> dict[str, Value]:
    """Return the fields of the command line; BadInput quotes an unreadable word."""
    from sexjournal.entry.dates import not_future
    from sexjournal.entry.typed_dates import understand
    from sexjournal.search.filters import kind_of

    flags: dict[str, Value] = {"kind": kind_of(kind)} if kind else {}
    if on is not None:
        flags["date"] = not_future(understand(on, today), today).text
    if people:
        flags["with"] = list(people)
    if tags:
        flags["tags"] = [checked_tag(word) for word in tags]
    if title:
        flags["title"] = title
    if rating is not None:
        flags["rating"] = _rating(rating)
    return flags


def _rating(typed: str) -> int:
    rating = rating_of(typed)
    if rating is None:
        raise BadInput(f"a rating is a whole number from 1 to 7, not '{typed}'", "leave it out where there is none")
    return rating
