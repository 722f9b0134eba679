"""Pages to show: a full one, a bare one, and hostile ones, for terminals of several widths."""

from __future__ import annotations

import re

import pytest
from texts import PAYLOADS

from sexjournal.entry import entry
from sexjournal.entry.entry import Entry
from sexjournal.entry.front_matter import Value
from sexjournal.terminal.style import Style

PLAIN = Style()
TERMINAL = Style(width=80, colour=True, tty=True)
OURS = re.compile(r"\x1b\[[0-9;]*m")
WIDTHS = (40, 80, 120)
WORDS = {
    "kind.experience": "ervaring",
    "cadence.week": "A week later",
    "rating": "All in all",
    "rating.7": "wonderful",
    "agree.mostly": "By and large",
    "map.likes": "what I like",
}

PAGE = """\
---
id: k7q2m9xa
kind: experience
date: 2026-11-21
written: 2026-11-22T09:14+01:00
title: The lake
with: [Wren, Heron]
tags: [slow, weekend]
rating: 7
held_back: [the cold]
map: {likes: [warm hands, quiet], dislikes: []}
own_field: kept
review:
  - {cadence: day, at: 2026-11-23T09:00+01:00, now: 6, blind: false}
  - {cadence: week, at: 2026-11-29T20:10+01:00, days_since: 8, now: 5, agree: mostly, note: "Calmer, and *good*.",
     blind: true}
---
We walked to the **lake**.
"""
LAKE = entry.parse(PAGE)
BARE = entry.parse("---\nid: aaaaaaaa\nkind: memory\ndate: 2009~\n---\nA street.\n")
OPEN = entry.parse("---\nid: bbbbbbbb\nkind: chapter\ndate: 2009/..\ntitle: " + "long " * 60 + "\n---\n")

hostile = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())


def page_with(fields: dict[str, Value], body: str = "") -> Entry:
    """An entry that holds just this, whatever a page may hold on disk."""
    return Entry(f"---\n---\n{body}", fields, len("---\n---\n"))


def hostile_page(payload: str) -> Entry:
    """The payload wherever text can stand, and a good id."""
    review = {"cadence": payload, "at": payload, "agree": payload, payload: payload, "note": payload, "blind": "true"}
    fields: dict[str, Value] = {
        "id": "k7q2m9xa",
        "kind": payload,
        "date": "2009~",
        "title": payload,
        "with": [payload, payload],
        "tags": [payload],
        "rating": "6",
        "signpost": payload,
        payload: payload,
        "map": {"likes": [payload], payload: payload},
        "letters": [{payload: payload}],
        "review": [{**review, "now": "5"}],
    }
    return page_with(fields, f"{payload}\n\n- {payload}\n\n    {payload}\n\n> {payload}\n\n# {payload}\n")


SETTINGS = [
    ("discreet", "true", "config file", "list hides titles, people and tags"),
    ("dir", "/" + "d" * 100, "default", "where"),
]
