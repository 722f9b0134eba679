"""journal merge-driver: called by git to join two versions of a page, in `git merge`, `git rebase` and the like."""

from __future__ import annotations

from pathlib import Path

import typer

from sexjournal.commands.options import app_of


def merge_driver(ctx: typer.Context, base: Path, ours: Path, theirs: Path, name: str) -> None:
    """Join two versions of a sealed file, for git: journal merge-driver -- %O %A %B %P."""
    from sexjournal.workflows.sync import merge_driver as workflow

    workflow.drive(app_of(ctx), base, ours, theirs, name)
