"""Tables of names and values: tags, keys, settings, and findings of the doctor. Knows no pages and no files."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sexjournal.terminal.rich_text import cut, draw_pairs
from sexjournal.terminal.text import one_line, safe_text, tabbed

if TYPE_CHECKING:
    from sexjournal.terminal.style import Style

_KEY_FIELDS = ("fingerprint", "added", "removed", "name")


def tag_lines(counts: Mapping[str, int], style: Style) -> str:
    """Return a line for each tag with a count of pages, in the order given; in a pipe `tag TAB count`."""
    if not style.tty:
        return "".join(tabbed(tag, count) for tag, count in counts.items())
    digits = max((len(str(count)) for count in counts.values()), default=0)
    return "".join(
        f"{count:>{digits}}  {cut(one_line(tag), style.width - digits - 2).rstrip()}\n" for tag, count in counts.items()
    )


def key_lines(keys: Iterable[Mapping[str, object]], style: Style) -> str:
    """Return two lines for each key: the whole fingerprint, to be compared, then name and dates.

    In a pipe a key is a line of fingerprint, added, removed and name between tabs.
    """
    if not style.tty:
        return "".join(tabbed(*(key[name] for name in _KEY_FIELDS)) for key in keys)
    return "".join(f"{in_fours(str(key['fingerprint']))}\n  {_about_key(key, style)}\n" for key in keys)


def _about_key(key: Mapping[str, object], style: Style) -> str:
    facts = [str(key["name"]), f"added {key['added']}"]
    facts += [f"removed {key['removed']}"] if key["removed"] else []
    facts += ["this device"] if key["this_device"] else []
    return cut(one_line(", ".join(facts)), style.width - 2).rstrip()


def in_fours(fingerprint: str) -> str:
    """Return a fingerprint in groups of four, as gpg shows it, to be compared by eye."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def setting_lines(settings: Iterable[tuple[str, str, str, str]], style: Style) -> str:
    """Return each setting: name, value, source and sentence; in a pipe between tabs."""
    if not style.tty:
        return "".join(tabbed(*setting) for setting in settings)
    return draw_pairs([(name, f"{value}  ({source})\n{sentence}") for name, value, source, sentence in settings], style)


def finding_lines(findings: Iterable[tuple[str, str]], style: Style) -> str:
    """Return each sentence, with the hint indented below; lines of a hint after two blanks stay whole."""
    lines = (
        line
        for sentence, hint in findings
        for line in (*_wrapped(one_line(sentence), "", style), *_wrapped(hint, "    ", style))
    )
    return "".join(f"{line}\n" for line in lines)


def _wrapped(text: str, indent: str, style: Style) -> Iterator[str]:
    for line in safe_text(text).split("\n") if text else ():
        if line.startswith("  ") or not style.tty:
            yield indent + line
        else:
            yield from textwrap.wrap(
                line, style.width - 1, initial_indent=indent, subsequent_indent=indent or "  ", break_long_words=False
            )
