"""Seals pages into a journal, as `fill.py JOURNAL START STOP`: the way that `journal new` does, without git.

A program of its own, so that two of them can work at once, each with the environment of a command.
"""

from __future__ import annotations

import sys
from datetime import datetime, time, timedelta, timezone
from pathlib import Path

from pages import Page, page

from sexjournal.app import App
from sexjournal.entry.entry import Entry, compose
from sexjournal.journal.sealed_file import new_id

ZONE = timezone(timedelta(hours=1))


def entry(one: Page) -> Entry:
    """Return the page as an entry, written the morning after."""
    written = datetime.combine(one.day + timedelta(days=1), time(9, 14), ZONE)
    fields = {
        "id": new_id(),
        "kind": "experience",
        "date": one.day.isoformat(),
        "written": written.isoformat(timespec="minutes"),
        "title": one.title,
        "with": list(one.people),
        "tags": list(one.tags),
        "rating": one.rating,
        "feelings": list(one.feelings),
    }
    return compose(fields, one.body)


def main(directory: Path, start: int, stop: int) -> None:
    journal = App(directory=directory).store
    for number in range(start, stop):
        journal.write(entry(page(number)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
