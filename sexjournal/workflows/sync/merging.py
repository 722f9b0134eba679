"""Join changes of two devices: merge pages line by line, and ask about removed pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sexjournal.entry import merging
from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import JournalError, SyncTrouble
from sexjournal.git.trees import Incoming, Refusal
from sexjournal.journal import sealed_file
from sexjournal.workflows.sync.refusing import IN_A_TERMINAL, agreed, name_files

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.merging import MergeText
    from sexjournal.git.remote import Remote
    from sexjournal.keys.manifest import Manifest


def merged_pages(
    app: App, remote: Remote, incoming: Incoming, manifest: Manifest, incoming_pages: Mapping[str, Entry]
) -> Iterator[tuple[str, bytes]]:
    """Yield path and sealed bytes of each page changed on both sides; SyncTrouble when a merge fails."""
    merges = {path: oids for path, oids in incoming.plan.merge.items() if path != MANIFEST}
    if not merges:
        return
    open_page = app.store.page_opener(manifest)
    largest = max(blob.size for path in merges for blob in (incoming.ours[path], incoming.theirs[path]))
    with line_merger(app, 3 * largest) as merge_text:
        for path, (base_oid, our_oid, _) in merges.items():
            contents = dict(remote.contents([oid for oid in (base_oid, our_oid) if oid]))
            pair = contents.get(base_oid, b""), contents[our_oid]
            yield path, merge_page(app, path, open_page, pair, incoming_pages[path], merge_text)


@contextmanager
def line_merger(app: App, size: int) -> Iterator[MergeText]:
    """Yield a function that merges texts line by line, in memory-backed storage with room for `size` bytes."""
    from sexjournal.git.merge_file import text_merger

    with app.drafts.temporary_directory(size) as place:
        yield text_merger(place)


def merge_page(
    app: App,
    path: str,
    open_page: Callable[[bytes], Entry],
    base_and_ours: tuple[bytes, bytes],
    incoming_page: Entry,
    merge_text: MergeText,
) -> bytes:
    """Merge the sealed base and our sealed page with an incoming page, and return the sealed bytes.

    SyncTrouble when our page does not open, so that neither side is dropped.
    """
    sealed_base, sealed_ours = base_and_ours
    try:
        base = _page_or_none(open_page, sealed_base)
        page = merging.merge(base, open_page(sealed_ours), incoming_page, merge_text)
        sealed = sealed_file.seal_page(app.keyring, page)
    except JournalError as trouble:
        reason = f"{path} was changed on two devices and cannot be joined: {trouble.sentence}"
        raise SyncTrouble(reason, trouble.hint) from None
    if merging.in_two_versions(page):
        app.terminal.say(f"{page.id} was changed on two devices at once: 'journal edit {page.id}' shows both versions")
    return sealed


def _page_or_none(open_page: Callable[[bytes], Entry], sealed: bytes) -> Entry | None:
    """Return the base of a merge, None when the base is missing or does not open: then both versions stay whole."""
    try:
        return open_page(sealed) if sealed else None
    except JournalError:
        return None


def removed_pages(app: App, incoming: Incoming, manifest: Manifest, yes: bool) -> dict[str, str | None]:
    """Ask about pages that another device removed; return the changes: path -> content, None for a removed path.

    Pages that stay are resealed, and so do not count as replayed on the other device.
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
        path: app.remote.write(sealed_file.seal_page(app.keyring, open_page(sealed)))
        for path, (_, sealed) in zip(removed, contents, strict=True)
    }
