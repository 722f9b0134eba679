"""The names of the files in a journal: the manifest and the pages. Knows names only: no files, no git, no pages.

A page is `2026/2026-11-21.k7q2m9xa.md.asc` where names show the date, `200X/200X.k7q2m9xa.md.asc` for a decade,
`0000/0000.k7q2m9xa.md.asc` for a page without a date, and `k7/k7q2m9xa.md.asc` where names hide the date.
"""

from __future__ import annotations

import re

MANIFEST = "journal.asc"
ENDING = ".md.asc"
EVERY_PAGE = f"*/*{ENDING}"  # for Path.glob, and for git's patterns
ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base32
ID_LENGTH = 8

# Two names of this shape never differ in capitals alone, so they are two files on every system.
_LETTER = f"[{ID_LETTERS}]"
_PAGE = re.compile(
    rf"(?:([0-9]{{4}})/\1(?:-[0-9]{{2}}){{0,2}}\.|([0-9]{{3}}X)/\2\.|({_LETTER}{{2}})/(?=\3))"
    rf"(?P<id>{_LETTER}{{{ID_LENGTH}}}){re.escape(ENDING)}"
)


def page_path(page_id: str, date: str, *, hidden: bool) -> str:
    """Return the path of a page, relative to the journal; `date` is in the stored form, or empty.

    A `hidden` name does not show the date.
    """
    if hidden:
        return f"{page_id[:2]}/{page_id}{ENDING}"
    stem = stem_of(date) or "0000"
    return f"{stem[:4]}/{stem}.{page_id}{ENDING}"


def stem_of(date: str) -> str:
    """Return the start of a date without the mark, fit for a file name: `2009` of `2009~/2013`."""
    return date.partition("/")[0].rstrip("~?")


def id_of(path: str) -> str:
    """Return the id in the path of a page; empty for a path that `page_path` would not make."""
    match = _PAGE.fullmatch(path)
    return match["id"] if match else ""


def id_at_end(path: str) -> str:
    """Return the text at the place of the id in a file name, with any text before: people may rename files."""
    return path.rpartition("/")[2].removesuffix(ENDING).rpartition(".")[2]


def is_page(path: str) -> bool:
    """Whether a path has the place and the ending of a page: in a folder of the journal, `.md.asc` at the end."""
    return path.count("/") == 1 and path.endswith(ENDING)


def name_in_clear(path: str) -> str:
    """Return the path for the text of a page in clear: `2026/2026-11-21.k7q2m9xa.md`."""
    return path.removesuffix(".asc")
