"""The help lines: somebody to call, named after a page about something unwanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sexjournal.app import App


def tell_help_lines(app: App) -> None:
    """Name the help lines once, after a page about something that was not plainly wanted."""
    app.terminal.tell(app.wording.safety["not_free"])
    app.terminal.tell(help_lines(app))


def help_lines(app: App) -> str:
    """Return the help lines of the prompt files, one a line: name, contact and subject."""
    return "\n".join(f"  {line.name}: {line.contact}. {line.about}" for line in app.wording.help)
