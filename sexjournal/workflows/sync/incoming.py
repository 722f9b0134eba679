"""Verify the pages that arrive from a remote, before anything of them touches the journal.

Each file is read from git once and becomes one value. Suspicious pages (replayed, or signed by a removed recipient)
need confirmation and are resealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.entry.entry import Entry
from sexjournal.errors import Interrupted, SyncTrouble
from sexjournal.git.trees import Incoming, Refusal
from sexjournal.journal.verdict import Verified, Verifier, content_digest
from sexjournal.workflows.sync.refusing import name_files, refuse

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.git.remote import Remote
    from sexjournal.keys.manifest import Manifest

REPLAYED = "it is an older version, which was here before"
ASKED = "nothing here was changed; journal sync in a terminal asks what to do"
LOST = 64 * 1024  # bytes that a sealed page may have lost on its way: seals for other keys, fields in clear


@dataclass(frozen=True, slots=True)
class IncomingPage:
    """A file that arrives: its path, the verdict, the digest of its sealed data, and its size in bytes."""

    path: str
    verified: Verified
    content: str
    size: int


@dataclass(frozen=True, slots=True)
class Vetted:
    """The pages that may come in, by path, and the paths of those that have to be resealed."""

    pages: dict[str, Entry]
    reseal: frozenset[str]


def vet(app: App, remote: Remote, incoming: Incoming, manifest: Manifest) -> Vetted:
    """Open every page that arrives; SyncTrouble unless each is genuine.

    The person is asked about suspicious pages; SyncTrouble without a terminal, Interrupted when the person refuses.
    """
    pages = list(_read(app, remote, incoming, manifest))
    refuse(app, incoming.commit, [Refusal(page.path, _wrong(page.verified)) for page in pages if _wrong(page.verified)])
    doubts = [Refusal(page.path, page.verified.doubt) for page in pages if page.verified.doubt]
    doubts += [Refusal(path, REPLAYED) for path in _replayed(remote, incoming, pages)]
    _ask_about(app, doubts)
    entries = {page.path: page.verified.page for page in pages if page.verified.page}
    return Vetted(entries, frozenset(doubt.name for doubt in doubts))


def _read(app: App, remote: Remote, incoming: Incoming, manifest: Manifest) -> Iterator[IncomingPage]:
    """Read each page that arrives from git, once, and verify it; one content may arrive under two paths."""
    verifier = Verifier(app.keyring, manifest)
    files = incoming.pages
    for path, (_, sealed) in zip(files, remote.contents(files.values()), strict=True):
        yield IncomingPage(path, verifier.verify(path, sealed), content_digest(sealed), len(sealed))


def _wrong(verified: Verified) -> str:
    """Return why a file cannot come in, or nothing."""
    return "" if verified.page and not verified.remark else verified.remark or verified.trouble


def _replayed(remote: Remote, incoming: Incoming, pages: Iterable[IncomingPage]) -> list[str]:
    """Return the paths of pages whose sealed data is in our history but not in the current tree.

    A replayed file may have another armor; but it cannot be much shorter, and a larger one was never the same.
    """
    contents = {page.path: page.content for page in pages}
    if not contents:
        return []
    sides = (incoming.base, incoming.ours)
    standing = {side[path].oid for path in contents if path in incoming.ours for side in sides if path in side}
    largest = max(page.size for page in pages)
    past = sorted(remote.blobs_up_to(remote.head, 2 * largest + LOST) - standing)
    earlier = {content_digest(sealed) for _, sealed in remote.contents(past)}
    return [path for path, content in contents.items() if content in earlier]


def _ask_about(app: App, doubts: Sequence[Refusal]) -> None:
    """Ask whether suspicious pages come in; `--yes` agrees to none of them, for it never saw which they are."""
    name_files(app, doubts)
    if doubts and not app.terminal.interactive:
        count = len({doubt.name for doubt in doubts})
        pages = "a page of the remote is" if count == 1 else f"{count} pages of the remote are"
        raise SyncTrouble(f"{pages} in doubt", ASKED)
    if doubts and not app.asker.confirm(app.wording.sync["doubtful"]):
        raise Interrupted("nothing was taken in")
