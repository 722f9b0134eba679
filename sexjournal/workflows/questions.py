"""Ask the questions of a kind in the terminal, and make a page of the answers. Saves no page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from sexjournal.workflows.new_fields import DATED_KINDS

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Value
    from sexjournal.prompts.questions import Facts


def answered_page(app: App, fields: Mapping[str, Value], behind: str = "") -> Entry:
    """Return the page of the answers so far; the text of the answers will stand behind the text `behind`."""
    from sexjournal.entry.entry import compose
    from sexjournal.prompts.answers import place_answers

    answers, body, _ = place_answers(app.asker.answers, app.wording.headings, behind)
    return compose({**fields, **answers}, body)


def ask_about_kind(app: App, kind: str, facts: Facts, answered: Collection[str], fields: dict[str, Value]) -> None:
    """Ask the questions of a kind; leave out the questions with an id or store in `answered`.

    `fields` gets `early` when the page is about a time before adulthood.
    """
    from sexjournal.prompts.questions import section_for_kind

    if kind == "fantasy":
        app.terminal.tell(app.wording.adult["fantasy"])
    section = section_for_kind(kind)
    app.asker.introduce(section)
    app.asker.ask_section(section, facts, answered, early=lambda _date: ask_if_early(app, kind, fields))


def ask_if_early(app: App, kind: str, fields: dict[str, Value]) -> bool:
    """Ask whether a page of the past is about a time before adulthood; if so, put `early` into `fields`."""
    early = kind in DATED_KINDS and not app.asker.confirm(app.wording.adult["ask_age"], default=True)
    if early:
        fields["early"] = True
        app.terminal.tell(app.wording.adult["early_memory"])
    return early
