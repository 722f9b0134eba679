"""journal tag: the person's own words on pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import FilterOptions, Json, app_of, filtered
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
def tag_alone(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show_counts(app_of(ctx), FilterOptions(), json=False)


@tag.command("list")
@filtered
def tag_list(ctx: typer.Context, filter_options: FilterOptions, json: Json = False) -> None:
    """Count the tags, most used first."""
    _show_counts(app_of(ctx), filter_options, json=json)


@tag.command("add")
@filtered
def tag_add(ctx: typer.Context, filter_options: FilterOptions, tags: Tags, to: To = None) -> None:
    """Put tags on pages: by --to, or by filters."""
    app = app_of(ctx)
    words = [checked_tag(word) for word in tags]
    chosen = _chosen_pages(app, filter_options, to, "--to")
    _point_out_lookalikes(app, words)
    _change(app, chosen, lambda entry: tagged(entry, *words))


@tag.command("remove")
@filtered
def tag_remove(ctx: typer.Context, filter_options: FilterOptions, tags: Tags, from_: From = None) -> None:
    """Take tags off pages: by --from, or by filters."""
    app = app_of(ctx)
    _change(app, _chosen_pages(app, filter_options, from_, "--from"), lambda entry: untagged(entry, *tags))


@tag.command("rename")
def tag_rename(
    ctx: typer.Context,
    tag_now: Annotated[str, typer.Argument(metavar="OLD")],
    tag_then: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """Rename a tag in the whole journal, in one commit."""
    app = app_of(ctx)
    new_tag = checked_tag(tag_then)
    pages = [page for page in app.archive.read().stored if tag_now in page.entry.tags]
    if not pages:
        raise NothingFound(f"no page has the tag '{tag_now}'", "journal tag list shows the tags there are")
    _change(app, pages, lambda entry: retagged(entry, tag_now, new_tag))


def _point_out_lookalikes(app: App, tags: Iterable[str]) -> None:
    """Point out each new tag with a look-alike on a page."""
    present = {tag for entry in app.archive.read().entries for tag in entry.tags}
    for tag in tags:
        if other := lookalike(tag, present):
            app.terminal.say(f"the tag '{tag}' is new, and looks like '{other}'; 'journal tag rename' makes them one")


def _show_counts(app: App, filter_options: FilterOptions, *, json: bool) -> None:
    from sexjournal.terminal.tables import tag_lines
    from sexjournal.terminal.text import json_text

    pages = app.archive.select(filter_options.to_filters(app))
    counts = Counter(word for page in pages for word in page.entry.tags)
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    app.terminal.show(json_text(ordered) if json else tag_lines(ordered, app.terminal.style))
    app.leave()


def _chosen_pages(app: App, filter_options: FilterOptions, refs: list[str] | None, option: str) -> list[Stored]:
    if not refs and not filter_options.any_set:
        raise BadInput("which pages?", f"name them with {option} REF, or with filters such as --kind memory")
    chosen = app.archive.select(filter_options.to_filters(app, refs))
    if not chosen:
        raise NothingFound("no page matches", "journal list shows them all")
    return chosen


def _change(app: App, chosen: list[Stored], changed: Callable[[Entry], Entry]) -> None:
    count = app.archive.change([(page, changed(page.entry)) for page in chosen])
    app.terminal.say(f"changed {count} of {len(chosen)} pages" if count else "nothing to change")
    app.leave()
