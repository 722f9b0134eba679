"""Options that several commands share: filters, references, `--yes`, `--json`. Knows no page and no file."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.search.filters import Filters

PANELS = {"write": "Write", "read": "Read", "reflect": "Reflect", "keep": "Keep"}

# `-2` is a REF and looks like an option, so commands that take REFs let unknown options through to `_named`.
TAKES_REFS = {"ignore_unknown_options": True}
BACK = re.compile("-[0-9]+")


def _named(refs: list[str] | str | None) -> list[str] | str | None:
    """Return references as typed; BadInput for an unknown option."""
    for ref in [refs] if isinstance(refs, str) else refs or []:
        if ref.startswith("-") and not BACK.fullmatch(ref):
            raise BadInput(f"no such option: {ref}", "journal --help shows what there is")
    return refs


_WHAT = "An id or its beginning, a date, 'last', or -2 for the one before."
Ref = Annotated[str, typer.Argument(metavar="REF", callback=_named, help=_WHAT)]
SomeRef = Annotated[str | None, typer.Argument(metavar="[REF]", callback=_named, help=_WHAT)]
Refs = Annotated[list[str], typer.Argument(metavar="REF...", callback=_named, help=_WHAT)]
SomeRefs = Annotated[list[str] | None, typer.Argument(metavar="[REF]...", callback=_named, help=_WHAT)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """The shared filters as typed. A field for each option: a new filter is a line here and in filters.py."""

    on: Annotated[str | None, typer.Option(metavar="DATE", help="Pages about this day, month or year.")] = None
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Pages about this date or later.")] = None
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Pages about this date or earlier.")] = None
    kind: Annotated[list[str] | None, typer.Option(metavar="KIND", help="Pages of this kind; may be repeated.")] = None
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Pages with this tag; repeated: with all.")] = (
        None
    )
    not_tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Pages without this tag.")] = None
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Pages with this person; repeated: with all.")
    ] = None
    rating: Annotated[str | None, typer.Option(metavar="5..7", help="Pages with a rating in this range.")] = None
    reviewed: Annotated[
        bool | None, typer.Option("--reviewed/--unreviewed", help="Pages that were looked at again, or not yet.")
    ] = None

    @property
    def any_set(self) -> bool:
        """Return whether a filter was typed."""
        return any(getattr(self, field.name) is not None for field in fields(self))

    def to_filters(self, app: App, refs: list[str] | None = None) -> Filters:
        """Return the filters of the search; BadInput quotes the unreadable option."""
        from sexjournal.entry.dates import When
        from sexjournal.entry.typed_dates import understand
        from sexjournal.search.filters import Filters, kind_of, rating_range

        def moment(typed: str | None) -> When | None:
            return understand(typed, app.today()) if typed is not None else None

        return Filters(
            on=moment(self.on),
            since=moment(self.since),
            until=moment(self.until),
            kinds=tuple(kind_of(word) for word in self.kind or ()),
            tags=tuple(self.tag or ()),
            not_tags=tuple(self.not_tag or ()),
            people=tuple(self.with_ or ()),
            rating=rating_range(self.rating) if self.rating is not None else None,
            reviewed=self.reviewed,
            refs=tuple(refs or ()),
        )


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the parameter `filter_options` of a command into the shared filters, each an option of the command."""
    names = [field.name for field in fields(FilterOptions)]

    @wraps(command)
    def with_filters(**words: Any) -> None:
        command(filter_options=FilterOptions(**{name: words.pop(name) for name in names}), **words)

    signature = inspect.signature(command, eval_str=True)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != "filter_options"]
    shared = inspect.signature(FilterOptions, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    with_filters.__signature__ = signature.replace(  # type: ignore[attr-defined]  # read by Typer
        parameters=[parameter.replace(kind=keyword) for parameter in (*own, *shared)]
    )
    with_filters.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *shared)}
    return with_filters


def app_of(ctx: typer.Context) -> App:
    """Return the App, made by the callback of the command line."""
    app: App = ctx.obj
    return app
