"""journal init: a key, a journal key, a repository, and a few plain questions."""

from __future__ import annotations

from typing import Annotated

import typer

from sexjournal.commands.options import Yes, app_of


def init(
    ctx: typer.Context,
    key: Annotated[str, typer.Option(metavar="FPR", help="Your key, by its full fingerprint.")] = "",
    new_key: Annotated[str, typer.Option(metavar="NAME", help="Make a new key with this name.")] = "",
    names: Annotated[str, typer.Option(metavar="dated|opaque", help="What the names of files show.")] = "",
    clear: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="A field that files show in clear; may be repeated.")
    ] = None,
    from_: Annotated[
        str, typer.Option("--from", metavar="URL", help="A journal of another device, from where it syncs to.")
    ] = "",
    yes: Yes = False,
) -> None:
    """Make a journal, or accept one that is there. Running it again changes nothing."""
    from sexjournal.workflows.setup.create import check_clear, check_names
    from sexjournal.workflows.setup.start import Wishes, set_up

    set_up(app_of(ctx), Wishes(key, new_key, from_, yes, check_names(names), check_clear(clear or [])))
