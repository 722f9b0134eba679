"""Exchange pages with the remote: commit, fetch, verify, join page by page, and push.

No incoming file touches the journal before the file is verified. A refusal changes no file here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import SyncTrouble
from sexjournal.git import trees
from sexjournal.git.hints import FORCE_PUSH, git_in
from sexjournal.git.remote import Offline, Standing
from sexjournal.git.trees import Incoming
from sexjournal.keys import manifest_update, members
from sexjournal.workflows.sync.refusing import IN_A_TERMINAL, agreed, hint_for, refuse

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.git.remote import Remote

TRIES = 5  # another device may push in between
REFUSED = {
    Standing.REWRITTEN: (
        "the remote no longer has what it had: its history was written anew",
        f"nothing here was changed; {FORCE_PUSH}",
    ),
    Standing.UNRELATED: (
        "the remote holds another journal: it has nothing in common with this one",
        "name the right one: journal sync --remote URL",
    ),
}


def synchronize(app: App, *, yes: bool = False) -> None:
    """Bring the journal and the remote to the same state; SyncTrouble, without a change, when the person has to act."""
    with app.store.locked():
        app.archive.commit_or_raise()
        if members.is_resealing(app.keyring):
            app.archive.reseal_held()
    if not app.remote.url:
        app.terminal.mention("everything is committed; there is no remote: journal sync --remote URL sets one")
        return
    try:
        _exchange(app, app.remote, yes)
    except Offline as trouble:
        app.terminal.mention(f"{trouble.sentence}; everything is committed here")


def _exchange(app: App, remote: Remote, yes: bool) -> None:
    remote.refuse_clear_notes()
    for _ in range(TRIES):
        fetched = remote.fetch()
        if remote.standing(fetched) is Standing.SAME:
            remote.accept(fetched)
            app.terminal.mention("this device and the remote have the same pages")
            return
        with app.store.locked():
            _take_in(app, remote, fetched, yes)
            head = remote.head
        if fetched == head:
            remote.accept(head)
            app.terminal.mention("this device has everything that the remote has")
            return
        if remote.push(head):
            app.terminal.mention("the remote has everything that is here")
            return
    raise SyncTrouble("another device is pushing all the time", "try again in a moment")


def _take_in(app: App, remote: Remote, fetched: str, yes: bool) -> None:
    """Commit, and join the fetched commit with the journal; the caller holds the lock."""

    app.archive.commit_or_raise()
    standing = remote.standing(fetched)
    if standing in REFUSED:
        sentence, hint = REFUSED[standing]
        raise SyncTrouble(sentence, hint.format(git=git_in(app.directory)))
    if standing is Standing.ROLLED_BACK and not agreed(app, yes, "rolled_back"):
        raise SyncTrouble("the remote went back to an older state: what it had is missing there", IN_A_TERMINAL)
    if standing is Standing.NEW:
        _join(app, remote, _incoming(app, remote, fetched), yes)


def _incoming(app: App, remote: Remote, fetched: str) -> Incoming:
    """Return the trees and the plan for a fetched commit, without opening a page; SyncTrouble for a refused path."""
    base, local, other = remote.base_tree(fetched), remote.tree(remote.head), remote.tree(fetched)
    refuse(app, fetched, trees.refusals({**base, **local}, other))
    return Incoming(fetched, base, local, other, trees.plan(base, local, other))


def _join(app: App, remote: Remote, incoming: Incoming, yes: bool) -> None:
    """Verify the incoming files, make one commit of both sides, and check the commit out."""

    from sexjournal.journal import sealed_file
    from sexjournal.workflows.sync import manifest_chain
    from sexjournal.workflows.sync.incoming import vet
    from sexjournal.workflows.sync.merging import merged_pages, removed_pages

    keyring = app.keyring
    key = keyring.manifest.key  # before another manifest is staged
    manifest, changes = manifest_chain.next_manifest(app, remote, incoming, hint_for(app, incoming.commit))
    vetted = vet(app, remote, incoming, manifest)
    pages = {path: oid for path, oid in incoming.plan.take.items() if path != MANIFEST}
    changes |= removed_pages(app, incoming, manifest, yes)
    changes |= pages
    for path in vetted.reseal & pages.keys():
        changes[path] = remote.write(sealed_file.seal_page(keyring, vetted.pages[path]))
    for path, sealed in merged_pages(app, remote, incoming, manifest, vetted.pages):
        changes[path] = remote.write(sealed)
    if manifest.key != key or (manifest.former and MANIFEST in changes):
        members.begin_resealing(keyring)
    app.checkout.check_out(_commit(app, remote, incoming, changes))
    manifest_update.finish_staged(keyring)
    app.archive.forget_reading()
    for name in incoming.plan.stays:
        app.terminal.mention(f"{name}: removed on one device and changed on another; it stays")
    if members.is_resealing(keyring):
        app.archive.reseal_held()


def _commit(app: App, remote: Remote, incoming: Incoming, changes: Mapping[str, str | None]) -> str:
    """Return the commit of both sides: the fetched commit if the result is the same, else a merge commit."""
    result = {**{path: blob.oid for path, blob in incoming.ours.items()}, **changes}
    fetched = {path: blob.oid for path, blob in incoming.theirs.items()}
    if incoming.ours == incoming.base and {path: oid for path, oid in result.items() if oid} == fetched:
        return incoming.commit
    return remote.merge_commit(changes, remote.head, incoming.commit, app.now())
