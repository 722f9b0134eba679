"""Tags: added, removed and renamed with their order and comments kept, and never written over another value."""

from __future__ import annotations

import pytest

from sexjournal.entry.entry import parse
from sexjournal.entry.front_matter import BadPage
from sexjournal.entry.tags import retagged, tagged, untagged


def test_tags_are_added_taken_away_and_renamed_with_their_order_and_comments_kept() -> None:
    page = parse("---\ntags:\n  - slow   # the good one\n  - weekend\n---\n")
    assert tagged(page, "slow") is page
    assert untagged(page, "other") is page
    assert retagged(page, "other", "slow") is page
    assert tagged(page, "late", "slow", "late").tags == ("slow", "weekend", "late")
    assert untagged(page, "slow").text == "---\ntags: [weekend]   # the good one\n---\n"
    assert retagged(page, "weekend", "slow").tags == ("slow",)
    assert retagged(page, "slow", "soft").tags == ("soft", "weekend")
    assert tagged(parse("---\ntags: slow\n---\n"), "late").tags == ("slow", "late")
    assert tagged(parse("---\nid: a\n---\n"), "late").text == "---\nid: a\ntags: [late]\n---\n"


def test_tags_that_are_not_tags_are_refused_and_not_overwritten() -> None:
    with pytest.raises(BadPage, match="line 2: 'tags' takes a list of words"):
        tagged(parse("---\ntags: {slow: 3}\n---\n"), "late")
