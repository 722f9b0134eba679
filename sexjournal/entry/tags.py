"""Tags, the person's own words on a page: added, removed, renamed, checked and compared. Knows no other page."""

from __future__ import annotations

from collections.abc import Collection

from sexjournal.entry.checks import check_field
from sexjournal.entry.entry import Entry
from sexjournal.errors import BadInput

SHORTEST_ALIKE = 4  # letters; shorter words are alike by accident
ALIKE = 0.88  # "weekend" and "weekends" 0.93, "slow" and "show" 0.75
_JOINTS = str.maketrans("", "", "-_ ")


def tagged(entry: Entry, *tags: str) -> Entry:
    """Return the page with more tags behind the others; BadPage where the field holds no list of words."""
    return _with_tags(entry, list(dict.fromkeys([*entry.tags, *tags])))


def untagged(entry: Entry, *tags: str) -> Entry:
    """Return the page without some tags; BadPage as `tagged`."""
    return _with_tags(entry, [tag for tag in entry.tags if tag not in tags])


def retagged(entry: Entry, tag: str, name: str) -> Entry:
    """Return the page with one tag renamed to `name`; BadPage as `tagged`."""
    return _with_tags(entry, list(dict.fromkeys(name if each == tag else each for each in entry.tags)))


def _with_tags(entry: Entry, tags: list[str]) -> Entry:
    check_field(entry, "tags")
    return entry if tags == list(entry.tags) else entry.amended({"tags": tags})


def checked_tag(word: str) -> str:
    """Return the stored form of a tag; BadInput for a word unfit as a tag."""
    tag = word.strip()
    if not tag or any(character in tag for character in ",\n\r\t"):
        raise BadInput("a tag is one or more words without commas", "journal tag add slow weekend --to last")
    return tag


def lookalike(tag: str, tags: Collection[str]) -> str | None:
    """Return the first of `tags` that a tag resembles; None when the tag is among them, or resembles none."""
    if tag in tags:
        return None
    return next((other for other in sorted(tags) if are_alike(tag, other)), None)


def are_alike(first: str, second: str) -> bool:
    """Return whether two tags are likely the same word: in another case, with a hyphen, or one letter more."""
    from difflib import SequenceMatcher

    first, second = (tag.casefold().translate(_JOINTS) for tag in (first, second))
    long_enough = min(len(first), len(second)) >= SHORTEST_ALIKE
    return first == second or (long_enough and SequenceMatcher(None, first, second).ratio() >= ALIKE)
