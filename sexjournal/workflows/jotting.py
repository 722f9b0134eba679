"""Save a jot: a line about today, to be written out as a page tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sexjournal.errors import BadInput
from sexjournal.journal.sealed_file import new_id
from sexjournal.workflows.new_fields import complete
from sexjournal.workflows.saving import naming_draft

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.front_matter import Value
    from sexjournal.journal.reading import Stored


def save_jot(app: App, flags: Mapping[str, Value]) -> Stored | None:
    """Ask for a line, or read standard input, and save the line as a page with the fields of the command line."""
    from sexjournal.entry.entry import compose

    line = app.terminal.read_stdin().strip() if app.terminal.piped else app.asker.line(app.wording.ui["jot_ask"])
    if not line:
        app.terminal.say("nothing was kept")
        return None
    if "\n" in line:
        raise BadInput("a jot is one line", "journal new --on today takes a whole page")
    today = {**flags, "date": app.today().isoformat()}
    page = complete(app, compose({"jot": line}, ""), today, new_id())
    with (
        app.drafts.begin("new", page.kind, page.text, page_id=page.id, written=True) as draft,
        naming_draft(draft),
    ):
        stored = app.archive.save(page)
        draft.wipe()
    app.terminal.tell(app.wording.ui["jot_saved"])
    return stored
