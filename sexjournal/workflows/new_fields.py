"""Complete a page before saving: id, kind, moment of writing, and date in the stored form. Writes no file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sexjournal.entry.checks import check, line_of
from sexjournal.entry.dates import BadDate, When, not_future
from sexjournal.entry.entry import Entry
from sexjournal.entry.fields import DATE, KINDS
from sexjournal.entry.front_matter import BadPage, Value
from sexjournal.entry.shown_dates import long_date
from sexjournal.entry.typed_dates import understand
from sexjournal.errors import BadInput
from sexjournal.prompts.answers import is_blank

if TYPE_CHECKING:
    from sexjournal.app import App

# Kinds that need an own date; the other kinds are about yesterday unless --on says otherwise.
DATED_KINDS = ("memory", "chapter")


def complete(app: App, page: Entry, flags: Mapping[str, Value], page_id: str) -> Entry:
    """Return a new page with id, kind, moment of writing and date; `flags` win over the front matter.

    A moment of writing in the front matter stays. BadInput names the line of an unreadable field.
    """
    check(page, besides={"date", *flags})  # while the lines are still those that were typed
    kind = str(flags.get("kind") or page.fields.get("kind") or KINDS[0])
    written = page.fields.get("written") or app.now().isoformat(timespec="minutes")
    fields = {"id": page_id, "kind": kind, "written": written, **flags}
    completed = page.amended({**fields, "date": _date(app, page, flags, kind)})
    check(completed)  # the flags too
    return completed


def with_stored_date(app: App, page: Entry) -> Entry:
    """Return a changed page with the date in the stored form. BadInput names the line of an unreadable field."""
    check(page, besides={"date"})
    typed = page.fields.get("date")
    return page.amended({"date": _stored_form(app, page, typed)}) if typed is not None else page


def says_something(page: Entry) -> bool:
    """Return whether a new page holds more than kind and date."""
    values = (value for name, value in page.fields.items() if name not in ("id", "kind", "date", "written"))
    return bool(page.body.strip()) or not all(is_blank(value) for value in values)


def say_date(app: App, when: When) -> None:
    """Say back how a date was understood."""
    about = long_date(when, "en")
    app.terminal.say_once(about if about.startswith("about ") else f"about {about}")


def usual_date(app: App, kind: str) -> str | None:
    """Return the date of a page without a typed date: yesterday, or None for the kinds that need an own date."""
    return None if kind in DATED_KINDS else understand("yesterday", app.today()).text


def _date(app: App, page: Entry, flags: Mapping[str, Value], kind: str) -> str:
    if "date" in flags:
        return str(flags["date"])
    typed = page.fields.get("date")
    if typed not in (None, ""):
        return _stored_form(app, page, typed)
    usual = usual_date(app, kind)
    if usual is None:
        raise BadInput(f"a {kind} needs a date", "roughly is enough: --on 2009, --on 'summer 2009', --on 2009/2013")
    return usual


def _stored_form(app: App, page: Entry, typed: Value) -> str:
    """Return a typed date in the stored form; the error never quotes the page."""
    try:
        when = understand(typed if isinstance(typed, str) else "", app.today())
    except BadDate:
        raise BadPage(line_of(page, "date"), "'date' cannot be read as a date", DATE.hint) from None
    try:
        return not_future(when, app.today()).text
    except BadDate as trouble:
        raise BadPage(line_of(page, "date"), trouble.sentence, trouble.hint) from None
