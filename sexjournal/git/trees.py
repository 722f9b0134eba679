"""Compare the trees of two devices: refuse odd files, and plan the result for each path.

Knows names, ids and sizes; not the content of a page, and not how to run git.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sexjournal.entry.filename import MANIFEST, id_of

# A page has at most 64 MiB of text. Armor adds a third, and a line end after every 64 letters: 86.7 MiB. The rest is
# for recipients, signature, padding, and the fields in clear above the armor.
LARGEST_FILE = 88 * 1024 * 1024

LONGEST_PRINTED = 120  # characters of a path

PLAIN = "100644"
MODES = {
    "120000": "it is a symbolic link, and could lead out of the journal",
    "160000": "it is a git repository inside this one",
    "100755": "it is a program that can be run",
}
_FOR_GIT = re.compile(r"\.git.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Blob:
    """An entry of a tree: git's mode and kind, the id of the content, and the size in bytes."""

    mode: str
    kind: str
    oid: str
    size: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that may not come in, with every character printable, and the reason."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The result for each path that differs between ours and theirs; a path not named here stays as in ours.

    `take`: path -> the content to take from theirs. `merge`: path -> the contents (base or "", ours, theirs) to merge.
    `removed`: removed in theirs, unchanged in ours. `stays`: removed on one side, changed on the other.
    """

    take: Mapping[str, str]
    merge: Mapping[str, tuple[str, str, str]]
    removed: tuple[str, ...]
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A fetched commit, the trees of base, ours and theirs, and the plan. Knows ids and sizes; no contents."""

    commit: str
    base: Mapping[str, Blob]
    ours: Mapping[str, Blob]
    theirs: Mapping[str, Blob]
    plan: Plan

    @property
    def pages(self) -> dict[str, str]:
        """The pages to take or merge: path -> the id of the content in theirs."""
        merged = {path: their_oid for path, (_, _, their_oid) in self.plan.merge.items()}
        return {path: oid for path, oid in {**self.plan.take, **merged}.items() if path != MANIFEST}


def refusals(before: Mapping[str, Blob], after: Mapping[str, Blob]) -> list[Refusal]:
    """Return a refusal for each fault of a new or changed file, sorted by path. Accept all files of `before`."""
    changed = {path: blob for path, blob in after.items() if before.get(path) != blob}
    paths_by_id = _paths_by_id([*before, *after])
    refused = [
        Refusal(printable(path), fault)
        for path in sorted(changed)
        for fault in _faults(path, changed[path], paths_by_id)
    ]
    if MANIFEST not in after:
        refused.append(Refusal(MANIFEST, "it is not there: without it no page can be opened"))
    return refused


def plan(base: Mapping[str, Blob], ours: Mapping[str, Blob], theirs: Mapping[str, Blob]) -> Plan:
    """Plan a three-way merge of trees, path by path. A change on one side wins over a removal on the other side."""
    take: dict[str, str] = {}
    merge: dict[str, tuple[str, str, str]] = {}
    removed: list[str] = []
    stays = []
    for path in sorted({*ours, *theirs}):
        base_oid, our_oid, their_oid = (_oid(tree, path) for tree in (base, ours, theirs))
        if base_oid and our_oid != their_oid and base_oid not in (our_oid, their_oid) and not (our_oid and their_oid):
            stays.append(path)
        if their_oid in (our_oid, base_oid):
            continue
        if not their_oid:
            if our_oid == base_oid:
                removed.append(path)
        elif our_oid in (base_oid, ""):
            take[path] = their_oid
        else:
            merge[path] = (base_oid, our_oid, their_oid)
    return Plan(take, merge, tuple(removed), tuple(stays))


def printable(path: str) -> str:
    """Return a path with escapes for characters that could act on a terminal or hide there.

    Shorten a path over LONGEST_PRINTED to the beginning and the end.
    """
    text = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in path)
    half = LONGEST_PRINTED // 2
    return text if len(text) <= LONGEST_PRINTED else f"{text[: half - 1]}…{text[-half:]}"


def _oid(tree: Mapping[str, Blob], path: str) -> str:
    return tree[path].oid if path in tree else ""


def _paths_by_id(paths: Iterable[str]) -> dict[str, set[str]]:
    """Return the paths of each page id; the id "" has all paths that are no pages."""
    paths_by_id: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        paths_by_id[id_of(path)].add(path)
    return paths_by_id


def _faults(path: str, blob: Blob, paths_by_id: Mapping[str, set[str]]) -> Iterator[str]:
    page_id = id_of(path)
    if path != MANIFEST and not page_id:
        for_git = any(_FOR_GIT.fullmatch(part) for part in path.split("/"))
        yield "it would tell git what to do" if for_git else "it has no name of a page"
    if blob.mode != PLAIN:
        yield MODES.get(blob.mode, "it is no plain file")
    if blob.size > LARGEST_FILE:
        yield f"it is larger than a page can be: {blob.size // 2**20} MiB"
    if page_id and (others := paths_by_id[page_id] - {path}):
        yield f"its id is that of {printable(min(others))}"
