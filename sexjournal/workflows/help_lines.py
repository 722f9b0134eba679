"""Name the help lines, people to call, after a page about an unwanted moment. Knows no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sexjournal.app import App


def tell_help_lines(app: App) -> None:
    """Name the help lines once, after a page about a moment not plainly wanted."""
    app.terminal.tell(app.wording.safety["not_free"])
    app.terminal.tell(help_lines(app))


def help_lines(app: App) -> str:
    """Return a line for each help line of the prompt files: name, contact and subject."""
    return "\n".join(f"  {line.name}: {line.contact}. {line.about}" for line in app.wording.help)
