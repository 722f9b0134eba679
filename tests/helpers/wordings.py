"""The wording of each language, and prompts and answers for the tests of them."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from sexjournal import prompts
from sexjournal.entry.fields import KINDS
from sexjournal.prompts.answers import Answer
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import section_for_kind
from sexjournal.prompts.wording import Prompt, Wording

LANGUAGES = ("en", "nl")
TODAY = date(2026, 11, 21)
SECTIONS = [section_for_kind(kind) for kind in KINDS]


@cache
def wording(language="en") -> Wording:
    return load_wording(language)


def shipped(language):
    return tomllib.loads((Path(prompts.__file__).parent / f"{language}.toml").read_text("utf-8"))


def prompt(kind="line", store="body", text="Why?", **rest) -> Prompt:
    parts = dict.fromkeys(("when", "scale", "options", "hint"), "") | rest
    return Prompt(id="x", section="new.wish", type=kind, store=store, ask="first", text=text, **parts)


def answered(*pairs):
    return [Answer(prompt(kind=kind, store=store, text=f"Q {store}?"), value) for kind, store, value in pairs]


OWN = """
[[prompts]]
id = "{id}"
section = "new.wish"
type = "line"
store = "fm.mine"
ask = "more"
text = "Mine?"
"""
