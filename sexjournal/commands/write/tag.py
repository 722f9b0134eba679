"""journal tag: the person's own words on pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Asked, Json, app_of, filtered
from sexjournal.entry.tags import checked_tag, lookalike, retagged, tagged, untagged
from sexjournal.errors import BadInput, NothingFound

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.journal.reading import Stored

tag = typer.Typer(name="tag", invoke_without_command=True, help="Your own words on pages: list, add, remove, rename.")

Tags = Annotated[list[str], typer.Argument(metavar="TAG...", help="Your own words.")]
To = Annotated[list[str] | None, typer.Option("--to", metavar="REF", help="A page; may be repeated.")]
From = Annotated[list[str] | None, typer.Option("--from", metavar="REF", help="A page; may be repeated.")]


@tag.callback()
def default(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show_counts(app_of(ctx), Asked(), json=False)


@tag.command("list")
@filtered
def listed(ctx: typer.Context, asked: Asked, json: Json = False) -> None:
    """Count the tags, most used first."""
    _show_counts(app_of(ctx), asked, json=json)


@tag.command()
@filtered
def add(ctx: typer.Context, asked: Asked, tags: Tags, to: To = None) -> None:
    """Put tags on pages: by --to, or by filters."""
    app = app_of(ctx)
    words = [checked_tag(word) for word in tags]
    chosen = _chosen(app, asked, to, "--to")
    _point_out_lookalikes(app, words)
    _change(app, chosen, lambda entry: tagged(entry, *words))


@tag.command()
@filtered
def remove(ctx: typer.Context, asked: Asked, tags: Tags, from_: From = None) -> None:
    """Take tags off pages: by --from, or by filters."""
    app = app_of(ctx)
    _change(app, _chosen(app, asked, from_, "--from"), lambda entry: untagged(entry, *tags))


@tag.command()
def rename(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD")],
    new: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """Rename a tag in the whole journal, in one commit."""
    app = app_of(ctx)
    word = checked_tag(new)
    pages = [one for one in app.archive.read().stored if old in one.entry.tags]
    if not pages:
        raise NothingFound(f"no page has the tag '{old}'", "journal tag list shows the tags there are")
    _change(app, pages, lambda entry: retagged(entry, old, word))


def _point_out_lookalikes(app: App, tags: Iterable[str]) -> None:
    """Say so when a new tag looks like a tag that is on a page already."""
    present = {tag for entry in app.archive.read().entries for tag in entry.tags}
    for tag in tags:
        if other := lookalike(tag, present):
            app.terminal.say(f"the tag '{tag}' is new, and looks like '{other}'; 'journal tag rename' makes them one")


def _show_counts(app: App, asked: Asked, *, json: bool) -> None:
    from sexjournal.terminal.tables import tag_lines
    from sexjournal.terminal.text import json_text

    counts = Counter(word for one in app.archive.select(asked.understood(app)) for word in one.entry.tags)
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    app.terminal.show(json_text(ordered) if json else tag_lines(ordered, app.terminal.face))
    app.leave()


def _chosen(app: App, asked: Asked, refs: list[str] | None, option: str) -> list[Stored]:
    if not refs and not asked.given:
        raise BadInput("which pages?", f"name them with {option} REF, or with filters such as --kind memory")
    chosen = app.archive.select(asked.understood(app, refs))
    if not chosen:
        raise NothingFound("no page matches", "journal list shows them all")
    return chosen


def _change(app: App, chosen: list[Stored], changed: Callable[[Entry], Entry]) -> None:
    count = app.archive.change([(one, changed(one.entry)) for one in chosen])
    app.terminal.say(f"changed {count} of {len(chosen)} pages" if count else "nothing to change")
    app.leave()
