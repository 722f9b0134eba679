"""The file of a page: name, fields in clear above the armor, sealed text, and the page in opened bytes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sexjournal.entry.entry import Entry, compose, parse
from sexjournal.entry.filename import ID_LENGTH, ID_LETTERS, page_path
from sexjournal.errors import BadInput, Damaged, JournalError, UnreadableFrontMatter
from sexjournal.keys.keyring import Keyring
from sexjournal.openpgp.gpg import LARGEST_PAGE


def new_id() -> str:
    """Return a new random id; the first character is a letter, so that the id does not look like a number or a year."""
    letters = ID_LETTERS.lstrip("0123456789")
    return secrets.choice(letters) + "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH - 1))


def path_of(entry: Entry, *, hidden: bool) -> str:
    """Return the path of a new page's file, relative to the journal; a `hidden` path shows no date."""
    return page_path(entry.id, entry.date.text if entry.date else "", hidden=hidden)


def seal_page(keyring: Keyring, entry: Entry) -> bytes:
    """Return the file of an entry, sealed for the current recipients; BadInput when the page is too large."""
    text = entry.text.encode("utf-8", "surrogateescape")
    if len(text) > LARGEST_PAGE:
        raise BadInput("the page is larger than 64 MiB", "keep such things beside the journal")
    return clear_header(entry, keyring.manifest.clear) + keyring.seal(text)


def clear_header(entry: Entry, clear: Iterable[str]) -> bytes:
    """Return the fields in `clear` as front matter above the armor; empty bytes by default."""
    fields = {name: entry.fields[name] for name in clear if name in entry.fields}
    return compose(fields, "").text.encode() if fields else b""


def page_in(data: bytes) -> Entry:
    """Return the page in opened bytes; BadInput when the front matter cannot be read."""
    return parse(data.decode("utf-8", "surrogateescape"))


def page_or_trouble(opened: bytes | Damaged) -> Entry | Damaged:
    """Return the page in an opened file, or the error when there is no page."""
    if isinstance(opened, Damaged):
        return opened
    try:
        return page_in(opened)
    except JournalError as trouble:
        return UnreadableFrontMatter(f"its front matter cannot be read: {trouble.sentence}")
