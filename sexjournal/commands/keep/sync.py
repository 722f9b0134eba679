"""journal sync: to the remote and back."""

from __future__ import annotations

from typing import Annotated

import typer

from sexjournal.commands.options import Yes, app_of


def sync(
    ctx: typer.Context,
    remote: Annotated[str, typer.Option(metavar="URL", help="Set the remote: an address of git, or a directory.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what needs a hand.")] = False,
    yes: Yes = False,
) -> None:
    """Commit, fetch, check and join what other devices wrote, and push. Without a remote, or offline, it commits."""
    from sexjournal.workflows.sync import exchange

    app = app_of(ctx)
    app.terminal.quiet = quiet
    if remote:
        app.repository.prepare()
        app.remote.set_url(remote)
    exchange.synchronize(app, yes=yes)
    app.leave()
