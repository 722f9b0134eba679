"""Verify the pages that arrive from a remote, before the pages touch the journal.

Each file is read from git once. Suspicious pages (replayed, or signed by a removed recipient)
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
LOST = 64 * 1024  # bytes that a replayed page may lack: packets for other recipients, fields in clear


@dataclass(frozen=True, slots=True)
class IncomingPage:
    """An incoming file: path, verdict, digest of the sealed data, and size in bytes."""

    path: str
    verified: Verified
    content: str
    size: int


@dataclass(frozen=True, slots=True)
class Vetted:
    """The pages that may come in, by path, and the paths of the pages to reseal."""

    pages: dict[str, Entry]
    reseal: frozenset[str]


def vet(app: App, remote: Remote, incoming: Incoming, manifest: Manifest) -> Vetted:
    """Open every incoming page, and return the pages that may come in; SyncTrouble unless each is genuine.

    Ask about suspicious pages: SyncTrouble without a terminal, Interrupted when the person refuses.
    """
    pages = list(_read(app, remote, incoming, manifest))
    reasons = {page.path: _refusal_reason(page.verified) for page in pages}
    refuse(app, incoming.commit, [Refusal(path, reason) for path, reason in reasons.items() if reason])
    doubts = [Refusal(page.path, page.verified.doubt) for page in pages if page.verified.doubt]
    doubts += [Refusal(path, REPLAYED) for path in _replayed(remote, incoming, pages)]
    _confirm_doubts(app, doubts)
    entries = {page.path: page.verified.page for page in pages if page.verified.page}
    return Vetted(entries, frozenset(doubt.name for doubt in doubts))


def _read(app: App, remote: Remote, incoming: Incoming, manifest: Manifest) -> Iterator[IncomingPage]:
    """Read each incoming page from git and verify the page; two paths may have the same content."""
    verifier = Verifier(app.keyring, manifest)
    files = incoming.pages
    for path, (_, sealed) in zip(files, remote.contents(files.values()), strict=True):
        yield IncomingPage(path, verifier.verify(path, sealed), content_digest(sealed), len(sealed))


def _refusal_reason(verified: Verified) -> str:
    """Return why a file cannot come in, empty when the file can."""
    return "" if verified.page and not verified.remark else verified.remark or verified.trouble


def _replayed(remote: Remote, incoming: Incoming, pages: Iterable[IncomingPage]) -> list[str]:
    """Return the paths of pages whose sealed data is in our history but not in the current tree.

    A replayed file may have another armor and lack up to `LOST` bytes, so larger files of the history are not read.
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


def _confirm_doubts(app: App, doubts: Sequence[Refusal]) -> None:
    """Name the suspicious pages and ask; `--yes` does not agree, because the person did not see the names."""
    name_files(app, doubts)
    if doubts and not app.terminal.interactive:
        count = len({doubt.name for doubt in doubts})
        pages = "a page of the remote is" if count == 1 else f"{count} pages of the remote are"
        raise SyncTrouble(f"{pages} in doubt", ASKED)
    if doubts and not app.asker.confirm(app.wording.sync["doubtful"]):
        raise Interrupted("nothing was taken in")
