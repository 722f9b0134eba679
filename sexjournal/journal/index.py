"""The sealed index: every page, read once. It may vanish at any moment, and nobody notices but the clock.

Two sealed messages in one file, after a line with the length of the first. That one is JSON: version, a stamp of what
the verdicts rest on, the digest of the other message, and for each file its signature on disk, digest, front matter and
where its text stands. The other holds the texts one after another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from sexjournal.digest import digest_of
from sexjournal.entry.entry import Entry
from sexjournal.entry.filename import ENDING
from sexjournal.entry.front_matter import Value
from sexjournal.errors import Damaged

VERSION = 2

Signature = tuple[int, int, int, int]  # size, mtime and ctime in nanoseconds, inode


@dataclass(frozen=True, slots=True)
class Known:
    """One file: as it was on disk when read, the digest of its sealed bytes, and the page or what was wrong with it.

    `remark` is something to be told about a page that is all right itself. `kind` is the class of the error that
    `trouble` is the sentence of; the index does not hold it, and gives Damaged.
    """

    signature: Signature
    digest: str
    entry: Entry | None
    trouble: str = ""
    remark: str = ""
    kind: type[Damaged] = field(default=Damaged, compare=False)


def scan(directory: Path) -> dict[str, Signature]:
    """Return every sealed page below the directory, by its name relative to it; symbolic links are not followed."""
    return dict(sorted(_scan(directory)))


def refreshed(
    known: Mapping[str, Known],
    directory: Path,
    files: Mapping[str, Signature],
    read: Callable[[list[tuple[str, bytes]]], list[Known]],
    batch: int = 64,
) -> dict[str, Known]:
    """Return what is known of the files as `scan` found them; `read` is called with the new and changed ones only."""
    fresh: dict[str, Known] = {}
    unread: list[tuple[str, Signature]] = []
    for name, signature in files.items():
        old = known.get(name)
        if old and old.digest and old.signature == signature:  # what could not be read is tried again
            fresh[name] = old
        else:
            unread.append((name, signature))
    for start in range(0, len(unread), batch):
        fresh.update(_read_batch(known, directory, unread[start : start + batch], read))
    return dict(sorted(fresh.items()))


def pack(known: Mapping[str, Known], stamp: str, seal: Callable[[bytes], bytes]) -> bytes:
    """Return the file to be kept; `seal` is called for each of its two parts."""
    texts: list[bytes] = []
    files: dict[str, list[object]] = {}
    at = 0
    for name, one in known.items():
        text = one.entry.text.encode("utf-8", "surrogateescape") if one.entry else b""
        place = [at, len(text), one.entry.head, one.entry.fields] if one.entry else None
        files[name] = [one.signature, one.digest, place, one.trouble, one.remark]
        texts.append(text)
        at += len(text)
    sealed = seal(b"".join(texts))
    told = {"version": VERSION, "stamp": stamp, "texts": digest_of(sealed), "files": files}
    head = seal(json.dumps(told, separators=(",", ":")).encode())
    return b"%d\n%s%s" % (len(head), head, sealed)


def unpack(file: BinaryIO, stamp: str, opened: Callable[[bytes], bytes]) -> dict[str, Known]:
    """Return what an index file holds; nothing when it is of another version or stamp, or not whole.

    `opened` undoes the seal: of the first part at once, of the texts when one is asked for.
    """
    try:
        head = json.loads(opened(file.read(int(file.readline()))))
        sealed = file.read()
        if (head["version"], head["stamp"], head["texts"]) != (VERSION, stamp, digest_of(sealed)):
            return {}
        texts = _Texts(sealed, opened)
        return {name: _known(item, texts) for name, item in head["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


class _Texts:
    """The texts of all pages, opened when the first one is asked for: to list pages takes none of them."""

    def __init__(self, sealed: bytes, opened: Callable[[bytes], bytes]) -> None:
        self._sealed, self._opened = sealed, opened

    @cached_property
    def all(self) -> bytes:
        return self._opened(self._sealed)


class _Shelved(Entry):
    """A page whose text stays in the index until it is asked for."""

    __slots__ = ("_place", "_texts")
    _place: slice
    _texts: _Texts

    def __init__(self, texts: _Texts, at: int, length: int, head: int, fields: dict[str, Value]) -> None:
        put = object.__setattr__  # as an Entry is frozen
        put(self, "_texts", texts)
        put(self, "_place", slice(at, at + length))
        put(self, "head", head)
        put(self, "fields", fields)

    @property
    def text(self) -> str:
        return self._texts.all[self._place].decode("utf-8", "surrogateescape")


def _known(item: Any, texts: _Texts) -> Known:
    (size, changed, moved, inode), file_digest, place, trouble, remark = item
    entry = _Shelved(texts, *place) if place else None
    return Known((size, changed, moved, inode), file_digest, entry, trouble, remark)


def _scan(directory: Path) -> Iterator[tuple[str, Signature]]:
    with os.scandir(directory) as years:
        folders = [year.name for year in years if year.is_dir(follow_symlinks=False) and year.name != ".git"]
    for folder in folders:
        with suppress(FileNotFoundError), os.scandir(directory / folder) as files:  # git may take one away meanwhile
            for file in files:
                yield from _page(folder, file)


def _page(folder: str, file: os.DirEntry[str]) -> Iterator[tuple[str, Signature]]:
    with suppress(FileNotFoundError):
        if file.name.endswith(ENDING) and file.is_file(follow_symlinks=False):
            yield f"{folder}/{file.name}", _signature(file.stat(follow_symlinks=False))


def _signature(stat: os.stat_result) -> Signature:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _read_batch(
    known: Mapping[str, Known],
    directory: Path,
    unread: list[tuple[str, Signature]],
    read: Callable[[list[tuple[str, bytes]]], list[Known]],
) -> dict[str, Known]:
    fresh: dict[str, Known] = {}
    opened: list[tuple[str, Signature, bytes]] = []
    for name, signature in unread:
        try:
            sealed = (directory / name).read_bytes()
        except FileNotFoundError:  # gone since the scan
            continue
        except OSError as trouble:
            fresh[name] = Known(signature, "", None, f"it cannot be read: {str(trouble.strerror).lower()}")
            continue
        old = known.get(name)
        if old and old.digest == digest_of(sealed):
            fresh[name] = replace(old, signature=signature)
        else:
            opened.append((name, signature, sealed))
    results = read([(name, sealed) for name, _, sealed in opened])
    for (name, signature, _), one in zip(opened, results, strict=True):
        fresh[name] = replace(one, signature=signature)
    return fresh
