"""journal lock: forget the passphrase, and wipe drafts in memory."""

from __future__ import annotations

import typer

from sexjournal.commands.options import Yes, app_of


def lock(ctx: typer.Context, yes: Yes = False) -> None:
    """Forget the passphrase, and wipe what lies in memory. A page that is not saved yet is asked about first."""
    from sexjournal.workflows.locking import lock_journal

    lock_journal(app_of(ctx), yes=yes)
