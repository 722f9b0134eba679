"""Join what two devices changed at once: pages line by line, and pages that one device removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sexjournal.entry import merging
from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import JournalError, SyncTrouble
from sexjournal.git.trees import Incoming, Refusal
from sexjournal.journal import sealed_file
from sexjournal.workflows.sync.refusing import agreed, name_files

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.merging import MergeText
    from sexjournal.git.remote import Remote
    from sexjournal.keys.manifest import Manifest

IN_A_TERMINAL = "journal sync in a terminal asks what to do; journal sync --yes takes it as it is"


def merged_pages(
    app: App, remote: Remote, incoming: Incoming, manifest: Manifest, theirs: Mapping[str, Entry]
) -> Iterator[tuple[str, bytes]]:
    """Yield path and sealed bytes of each page that was changed on both sides; SyncTrouble where a merge fails."""
    merges = {path: oids for path, oids in incoming.plan.merge.items() if path != MANIFEST}
    if not merges:
        return
    open_page = app.store.page_opener(manifest)
    largest = max(blob.size for path in merges for blob in (incoming.ours[path], incoming.theirs[path]))
    with line_merger(app, 3 * largest) as merge_text:
        for path, (base, ours, _) in merges.items():
            contents = dict(remote.contents([oid for oid in (base, ours) if oid]))
            pair = contents.get(base, b""), contents[ours]
            yield path, merge(app, path, open_page, pair, theirs[path], merge_text)


@contextmanager
def line_merger(app: App, size: int) -> Iterator[MergeText]:
    """Yield a function that merges texts line by line, in memory-backed storage with room for `size` bytes."""
    from sexjournal.git.merge_file import text_merger

    with app.drafts.temporary_directory(size) as place:
        yield text_merger(place)


def merge(
    app: App,
    path: str,
    open_page: Callable[[bytes], Entry],
    here: tuple[bytes, bytes],
    theirs: Entry,
    merge_text: MergeText,
) -> bytes:
    """Return the sealed bytes of a page out of base and ours (`here`, both sealed) and theirs.

    SyncTrouble when ours does not open, so that neither side is dropped.
    """
    base, ours = here
    try:
        page = merging.merge(_page_or_none(open_page, base), open_page(ours), theirs, merge_text)
        sealed = sealed_file.seal(app.keyring, page)
    except JournalError as trouble:
        reason = f"{path} was changed on two devices and cannot be joined: {trouble.sentence}"
        raise SyncTrouble(reason, trouble.hint) from None
    if merging.in_two_versions(page):
        app.terminal.say(f"{page.id} was changed on two devices at once: 'journal edit {page.id}' shows both versions")
    return sealed


def _page_or_none(open_page: Callable[[bytes], Entry], sealed: bytes) -> Entry | None:
    """Return the page that both sides came from; None when it no longer opens, so that nothing is dropped."""
    try:
        return open_page(sealed) if sealed else None
    except JournalError:
        return None


def removed_pages(app: App, incoming: Incoming, manifest: Manifest, yes: bool) -> dict[str, str | None]:
    """Ask about pages that were removed on another device; return what becomes of each path.

    Pages that stay are resealed, so that they do not count as replayed on the other device.
    """
    removed = incoming.plan.removed
    if not removed:
        return {}
    name_files(app, [Refusal(path, "removed on another device") for path in removed])
    if not (yes or app.terminal.interactive):
        count = "a page was" if len(removed) == 1 else f"{len(removed)} pages were"
        raise SyncTrouble(f"{count} removed on another device", IN_A_TERMINAL)
    if agreed(app, yes, "gone"):
        return dict.fromkeys(removed)
    open_page = app.store.page_opener(manifest)
    contents = app.remote.contents(incoming.ours[path].oid for path in removed)
    return {
        path: app.remote.write(sealed_file.seal(app.keyring, open_page(sealed)))
        for path, (_, sealed) in zip(removed, contents, strict=True)
    }
