"""The sealed index: the result of reading every page, so that unchanged files are not opened again. Safe to delete.

The file holds two sealed messages, after a line with the length of the first. The first is JSON: version, a stamp of
all that the verdicts depend on, the digest of the second message, and for each file: signature on disk, digest, front
matter, and the place of the text. The second holds all texts, without anything between.
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
BATCH = 64  # files that are read at once


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file as read last: signature on disk, digest of the sealed bytes, and the page or the trouble.

    `remark` is a warning about a genuine page. `kind` is the class of the error with the sentence `trouble`; the index
    does not store the class, and gives Damaged.
    """

    signature: Signature
    digest: str
    entry: Entry | None
    trouble: str = ""
    remark: str = ""
    kind: type[Damaged] = field(default=Damaged, compare=False)


def scan(directory: Path) -> dict[str, Signature]:
    """Return the signature of every sealed page, by name relative to the directory. Follows no symbolic links."""
    return dict(sorted(_scan(directory)))


def refreshed(
    indexed: Mapping[str, IndexedFile],
    directory: Path,
    files: Mapping[str, Signature],
    read: Callable[[list[tuple[str, bytes]]], list[IndexedFile]],
) -> dict[str, IndexedFile]:
    """Return the index of the files that `scan` found; `read` is called with new and changed files only."""
    current: dict[str, IndexedFile] = {}
    unread: list[tuple[str, Signature]] = []
    for name, signature in files.items():
        file = indexed.get(name)
        if file and file.digest and file.signature == signature:  # a file without a digest could not be read: try again
            current[name] = file
        else:
            unread.append((name, signature))
    for start in range(0, len(unread), BATCH):
        current.update(_read_batch(indexed, directory, unread[start : start + BATCH], read))
    return dict(sorted(current.items()))


def pack(files: Mapping[str, IndexedFile], stamp: str, seal: Callable[[bytes], bytes]) -> bytes:
    """Return the bytes of an index file; `seal` is called for each of the two messages."""
    texts: list[bytes] = []
    items: dict[str, list[object]] = {}
    start = 0
    for name, file in files.items():
        text = file.entry.text.encode("utf-8", "surrogateescape") if file.entry else b""
        place = [start, len(text), file.entry.head, file.entry.fields] if file.entry else None
        items[name] = [file.signature, file.digest, place, file.trouble, file.remark]
        texts.append(text)
        start += len(text)
    sealed = seal(b"".join(texts))
    header = {"version": VERSION, "stamp": stamp, "texts": digest_of(sealed), "files": items}
    sealed_header = seal(json.dumps(header, separators=(",", ":")).encode())
    return b"%d\n%s%s" % (len(sealed_header), sealed_header, sealed)


def unpack(file: BinaryIO, stamp: str, unseal: Callable[[bytes], bytes]) -> dict[str, IndexedFile]:
    """Return the files in an index file; empty for another version or stamp, or a damaged index.

    `unseal` is called at once for the first message, and for the texts when the first text is read.
    """
    try:
        header = json.loads(unseal(file.read(int(file.readline()))))
        sealed = file.read()
        if (header["version"], header["stamp"], header["texts"]) != (VERSION, stamp, digest_of(sealed)):
            return {}
        texts = _Texts(sealed, unseal)
        return {name: _indexed_file(item, texts) for name, item in header["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


class _Texts:
    """The texts of all pages, opened when the first text is read: a list of pages needs no text."""

    def __init__(self, sealed: bytes, unseal: Callable[[bytes], bytes]) -> None:
        self._sealed, self._unseal = sealed, unseal

    @cached_property
    def all(self) -> bytes:
        return self._unseal(self._sealed)


class _IndexedEntry(Entry):
    """A page from the index. The text stays sealed until the text is read."""

    __slots__ = ("_place", "_texts")
    _place: slice
    _texts: _Texts

    def __init__(self, texts: _Texts, start: int, length: int, head: int, fields: dict[str, Value]) -> None:
        put = object.__setattr__  # as an Entry is frozen
        put(self, "_texts", texts)
        put(self, "_place", slice(start, start + length))
        put(self, "head", head)
        put(self, "fields", fields)

    @property
    def text(self) -> str:
        return self._texts.all[self._place].decode("utf-8", "surrogateescape")


def _indexed_file(item: Any, texts: _Texts) -> IndexedFile:
    (size, mtime, ctime, inode), file_digest, place, trouble, remark = item
    entry = _IndexedEntry(texts, *place) if place else None
    return IndexedFile((size, mtime, ctime, inode), file_digest, entry, trouble, remark)


def _scan(directory: Path) -> Iterator[tuple[str, Signature]]:
    with os.scandir(directory) as years:
        folders = [year.name for year in years if year.is_dir(follow_symlinks=False) and year.name != ".git"]
    for folder in folders:
        with (
            suppress(FileNotFoundError),
            os.scandir(directory / folder) as files,
        ):  # git may remove a folder meanwhile
            for file in files:
                yield from _page_signature(folder, file)


def _page_signature(folder: str, file: os.DirEntry[str]) -> Iterator[tuple[str, Signature]]:
    with suppress(FileNotFoundError):
        if file.name.endswith(ENDING) and file.is_file(follow_symlinks=False):
            yield f"{folder}/{file.name}", _signature(file.stat(follow_symlinks=False))


def _signature(stat: os.stat_result) -> Signature:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _read_batch(
    indexed: Mapping[str, IndexedFile],
    directory: Path,
    unread: list[tuple[str, Signature]],
    read: Callable[[list[tuple[str, bytes]]], list[IndexedFile]],
) -> dict[str, IndexedFile]:
    """Return the new index of these files; a file with the digest in the index is not opened."""
    current: dict[str, IndexedFile] = {}
    opened: list[tuple[str, Signature, bytes]] = []
    for name, signature in unread:
        try:
            sealed = (directory / name).read_bytes()
        except FileNotFoundError:  # removed since the scan
            continue
        except OSError as trouble:
            current[name] = IndexedFile(signature, "", None, f"it cannot be read: {str(trouble.strerror).lower()}")
            continue
        file = indexed.get(name)
        if file and file.digest == digest_of(sealed):
            current[name] = replace(file, signature=signature)
        else:
            opened.append((name, signature, sealed))
    results = read([(name, sealed) for name, _, sealed in opened])
    for (name, signature, _), file in zip(opened, results, strict=True):
        current[name] = replace(file, signature=signature)
    return current
