"""Ask before a change. Knows the App; knows no command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, Interrupted

if TYPE_CHECKING:
    from sexjournal.app import App


def ask_first(app: App, question: str, *, yes: bool) -> None:
    """Go on when the person agrees, or with `--yes`; BadInput without a terminal, Interrupted after a no."""
    if not yes and not app.terminal.interactive:
        raise BadInput("this asks first, and there is no terminal", "--yes does it without asking")
    if not yes and not app.asker.confirm(question):
        raise Interrupted("nothing was changed")
