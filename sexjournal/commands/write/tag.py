"""journal tag: the person's own words on pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Asked, Json, app_of, filtered
from sexjournal.errors import BadInput, NothingFound

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.journal.store import Stored

tag = typer.Typer(name="tag", invoke_without_command=True, help="Your own words on pages: list, add, remove, rename.")

SHORTEST_ALIKE = 4  # letters; shorter words are alike by accident
ALIKE = 0.88  # "weekend" and "weekends" 0.93, "slow" and "show" 0.75
_JOINTS = str.maketrans("", "", "-_ ")

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
    words = [checked(word) for word in tags]
    chosen = _chosen(app, asked, to, "--to")
    point_out(app, words)
    _change(app, chosen, lambda entry: entry.tagged(*words))


@tag.command()
@filtered
def remove(ctx: typer.Context, asked: Asked, tags: Tags, from_: From = None) -> None:
    """Take tags off pages: by --from, or by filters."""
    app = app_of(ctx)
    _change(app, _chosen(app, asked, from_, "--from"), lambda entry: entry.untagged(*tags))


@tag.command()
def rename(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD")],
    new: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """Rename a tag in the whole journal, in one commit."""
    app = app_of(ctx)
    word = checked(new)
    tagged = [one for one in app.read().stored if old in one.entry.tags]
    if not tagged:
        raise NothingFound(f"no page has the tag '{old}'", "journal tag list shows the tags there are")
    _change(app, tagged, lambda entry: entry.retagged(old, word))


def checked(word: str) -> str:
    """Return a tag as it is stored; BadInput for one that cannot be."""
    clean = word.strip()
    if not clean or any(character in clean for character in ",\n\r\t"):
        raise BadInput("a tag is one or more words without commas", "journal tag add slow weekend --to last")
    return clean


def point_out(app: App, tags: Iterable[str]) -> None:
    """Say so when a new tag looks like one that is there already."""
    known = {word for entry in app.read().entries for word in entry.tags}
    for word in tags:
        alike = [other for other in sorted(known) if word not in known and similar(word, other)]
        if alike:
            app.say(f"the tag '{word}' is new, and looks like '{alike[0]}'; 'journal tag rename' makes them one")


def similar(one: str, other: str) -> bool:
    """Whether two tags are likely the same word: in another case, with a hyphen, or with a letter more or less."""
    from difflib import SequenceMatcher

    first, second = (word.casefold().translate(_JOINTS) for word in (one, other))
    long_enough = min(len(first), len(second)) >= SHORTEST_ALIKE
    return first == second or (long_enough and SequenceMatcher(None, first, second).ratio() >= ALIKE)


def _show_counts(app: App, asked: Asked, *, json: bool) -> None:
    from sexjournal.terminal import render

    counts = Counter(word for one in app.select(asked.understood(app)) for word in one.entry.tags)
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    app.show(render.structured(ordered) if json else render.tags(ordered, app.face))
    app.leave()


def _chosen(app: App, asked: Asked, refs: list[str] | None, option: str) -> list[Stored]:
    if not refs and not asked.given:
        raise BadInput("which pages?", f"name them with {option} REF, or with filters such as --kind memory")
    chosen = app.select(asked.understood(app, refs))
    if not chosen:
        raise NothingFound("no page matches", "journal list shows them all")
    return chosen


def _change(app: App, chosen: list[Stored], changed: Callable[[Entry], Entry]) -> None:
    count = app.change([(one, changed(one.entry)) for one in chosen])
    app.say(f"changed {count} of {len(chosen)} pages" if count else "nothing to change")
    app.leave()
