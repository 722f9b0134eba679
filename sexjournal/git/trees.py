"""What a remote brings, seen from outside: which files may come in, and what becomes of each path.

Knows names, ids of contents and sizes; not what a page holds, and not git.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sexjournal.entry.filename import MANIFEST, id_of

# 64 MiB of text is the most that a page can be. In armor it is a third more, with a line end after every 64 letters:
# 86.7 MiB; the rest is for keys, signature and padding, and for what is shown in clear above.
LARGEST_FILE = 88 * 1024 * 1024

LONGEST_SHOWN = 120  # characters of a name

PLAIN = "100644"
MODES = {
    "120000": "it is a symbolic link, and could lead out of the journal",
    "160000": "it is a git repository inside this one",
    "100755": "it is a program that can be run",
}
_FOR_GIT = re.compile(r"\.git.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Blob:
    """What stands under a path in a tree: git's mode and kind, the id of its content, and its size in bytes."""

    mode: str
    kind: str
    oid: str
    size: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that may not come in, in letters that can be shown, and why."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the paths that ours and theirs do not agree on; what is not named here stays as it is here.

    `take`: path -> the content that comes from there. `merge`: path -> the contents (base or "", ours, theirs) to be
    joined. `gone`: removed there, and unchanged here. `stays`: removed on one side, and changed on the other.
    """

    take: Mapping[str, str]
    merge: Mapping[str, tuple[str, str, str]]
    gone: tuple[str, ...]
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """What was fetched, beside what is here: the commit, three trees, and what becomes of each path."""

    commit: str
    base: Mapping[str, Blob]
    ours: Mapping[str, Blob]
    theirs: Mapping[str, Blob]
    plan: Plan

    @property
    def pages(self) -> dict[str, str]:
        """The pages whose content comes from there, wholly or in part: path -> that content."""
        joined = {path: theirs for path, (_, _, theirs) in self.plan.merge.items()}
        return {path: oid for path, oid in {**self.plan.take, **joined}.items() if path != MANIFEST}


def refusals(before: Mapping[str, Blob], after: Mapping[str, Blob]) -> list[Refusal]:
    """Return what is wrong with what would arrive, in the order of the paths; what was there before is not judged."""
    fresh = {path: blob for path, blob in after.items() if before.get(path) != blob}
    holders = _holders([*before, *after])
    found = [Refusal(shown(path), wrong) for path in sorted(fresh) for wrong in _wrong(path, fresh[path], holders)]
    if MANIFEST not in after:
        found.append(Refusal(MANIFEST, "it is not there: without it no page can be opened"))
    return found


def plan(base: Mapping[str, Blob], ours: Mapping[str, Blob], theirs: Mapping[str, Blob]) -> Plan:
    """Choose between two trees that came from one, path by path; who changed a page wins over who removed it."""
    take: dict[str, str] = {}
    merge: dict[str, tuple[str, str, str]] = {}
    gone: list[str] = []
    stays = []
    for path in sorted({*ours, *theirs}):
        was, here, there = (_content(tree, path) for tree in (base, ours, theirs))
        if was and here != there and was not in (here, there) and not (here and there):
            stays.append(path)
        if there in (here, was):
            continue
        if not there:
            if here == was:
                gone.append(path)
        elif here in (was, ""):
            take[path] = there
        else:
            merge[path] = (was, here, there)
    return Plan(take, merge, tuple(gone), tuple(stays))


def shown(path: str) -> str:
    """Return a path with every character that could act on a terminal, or hide there, written out.

    Of a very long one, its beginning and its end.
    """
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in path)
    half = LONGEST_SHOWN // 2
    return text if len(text) <= LONGEST_SHOWN else f"{text[: half - 1]}…{text[-half:]}"


def _content(tree: Mapping[str, Blob], path: str) -> str:
    return tree[path].oid if path in tree else ""


def _holders(paths: Iterable[str]) -> dict[str, set[str]]:
    """Return the paths that have an id, by the id."""
    holders: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        holders[id_of(path)].add(path)
    return holders


def _wrong(path: str, blob: Blob, holders: Mapping[str, set[str]]) -> Iterator[str]:
    if path != MANIFEST and not id_of(path):
        named_for_git = any(_FOR_GIT.fullmatch(part) for part in path.split("/"))
        yield "it would tell git what to do" if named_for_git else "it has no name of a page"
    if blob.mode != PLAIN:
        yield MODES.get(blob.mode, "it is no plain file")
    if blob.size > LARGEST_FILE:
        yield f"it is larger than a page can be: {blob.size // 2**20} MiB"
    if others := holders[id_of(path)] - {path} if id_of(path) else ():
        yield f"its id is that of {shown(min(others))}"
