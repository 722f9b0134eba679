"""Placeholders of the wording."""

from __future__ import annotations

from sexjournal.prompts.wording import filled


def test_placeholders_are_filled_once_and_unknown_ones_stay():
    assert filled("{jot} {year} {odd}", {"jot": "{year}", "year": "2009"}) == "{year} 2009 {odd}"
