"""journal textconv: called by git to show changes in clear. Never stops git: an unreadable file shows as a mark."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sexjournal.commands.options import app_of
from sexjournal.errors import JournalError

SHUT = b"[cannot decrypt]\n"


def textconv(ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Print the page in a sealed file, for git diff and git log -p."""
    try:
        page = app_of(ctx).store.open_page(file.read_bytes()).text.encode("utf-8", "surrogateescape")
    except (JournalError, OSError):
        page = SHUT
    sys.stdout.buffer.write(page)
