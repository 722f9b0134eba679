"""Follow the chain of manifests that several devices write, and choose the manifest to trust from now on.

Each manifest has a place in the chain (`serial`) and a signature. A manifest is valid if a current recipient of its
predecessor signed it, and no valid manifest on any branch had removed that recipient. The person confirms each change
of recipients, journal key or settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import Damaged, Interrupted, NotForUs, SyncTrouble
from sexjournal.git.trees import Incoming
from sexjournal.keys import manifest_file, manifest_update

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.git.remote import Remote
    from sexjournal.keys.keyring import Keyring
    from sexjournal.keys.manifest import Manifest

MOST = 32  # new manifests that are opened in one sync; gpg opens each of them twice
TAKEN_AWAY = "it may have been removed on another device: 'journal keys' there tells, and can add it again"
SHOWN_AND_ASKED = "journal sync in a terminal shows them, and asks"


def next_manifest(app: App, remote: Remote, incoming: Incoming, hint: str) -> tuple[Manifest, dict[str, str | None]]:
    """Return the manifest to trust from now on, confirmed and staged, and the change of journal.asc: path -> content.

    SyncTrouble, with `hint`, when an incoming manifest is not valid.
    """
    keyring, plan = app.keyring, incoming.plan
    trusted = keyring.unlock()
    if MANIFEST in plan.merge:
        base_oid, _, their_oid = plan.merge[MANIFEST]
        ((_, sealed_base),) = remote.contents([base_oid or remote.base_oid(incoming.commit, MANIFEST)])
        base = manifest_file.read_unverified(app.gpg, sealed_base, keyring.device)
        steps = _new_manifests(app, remote, incoming, their_oid, base, hint)
        manifest, sealed = manifest_update.join(keyring, base, trusted, follow(app, steps, base, hint))
        return manifest, {MANIFEST: remote.write(sealed)}
    newest = plan.take.get(MANIFEST, "")
    steps = _new_manifests(app, remote, incoming, newest, trusted, hint)
    if not newest:
        if steps:
            raise SyncTrouble(f"the other side's {MANIFEST} went back to an older one", hint)
        return trusted, {}
    manifest = follow(app, steps, trusted, hint)
    manifest_update.stage(keyring, manifest, steps[-1])
    return manifest, {MANIFEST: newest}


def follow(app: App, steps: Iterable[bytes], start: Manifest, hint: str) -> Manifest:
    """Verify sealed manifests in the order of serials, from `start` on; return the last, confirmed by the person.

    SyncTrouble unless each is genuine, and the last is valid and ends the chain.
    """
    chain = _Chain(app.keyring, start, hint)
    problem = ""
    for sealed in steps:
        problem = chain.step(sealed)
    if problem:
        raise SyncTrouble(f"the other side's {problem}", hint)
    _confirm_changes(app, chain.end, start)
    return chain.end


class _Chain:
    """A chain of valid manifests, from `start` to `end`; `hint` goes with each SyncTrouble."""

    def __init__(self, keyring: Keyring, start: Manifest, hint: str) -> None:
        self._keyring, self._hint = keyring, hint
        self.end = start
        self._signers = _current_keys(start)  # current recipients of any genuine manifest
        self._removed = _removed_keys(keyring.manifest) | _removed_keys(start)

    def step(self, sealed: bytes) -> str:
        """Add the next manifest; return why the chain cannot go on with the manifest, empty when added.

        A genuine manifest does not follow when two devices wrote at once, or when a removed recipient signed.
        SyncTrouble for a manifest that is not genuine.
        """
        from sexjournal.keys.manifest import succession_error

        manifest = self._verified(sealed, _current_keys(self.end) - self._removed)
        if manifest:
            problem = succession_error(manifest, self.end)
        else:
            manifest = self._genuine(sealed)
            problem = f"{MANIFEST} was signed by a key that was removed"
        self._signers |= _current_keys(manifest)
        self._removed |= _removed_keys(manifest)
        if not problem:
            self._removed -= _current_keys(manifest)
            self.end = manifest
        return problem

    def _verified(self, sealed: bytes, signers: set[str]) -> Manifest | None:
        try:
            return self._keyring.verify(sealed, signers)
        except Damaged:
            return None

    def _genuine(self, sealed: bytes) -> Manifest:
        """Return a manifest signed by a recipient of any manifest in the chain; SyncTrouble otherwise."""
        try:
            return self._keyring.verify(sealed, self._signers)
        except NotForUs as trouble:
            raise SyncTrouble(f"the other side's {trouble.sentence}", TAKEN_AWAY) from None
        except Damaged as trouble:
            raise SyncTrouble(f"the other side's {trouble.sentence}", self._hint) from None


def _confirm_changes(app: App, manifest: Manifest, before: Manifest) -> None:
    """Show the unconfirmed changes of a manifest and ask; SyncTrouble without a terminal, Interrupted for a no."""
    from sexjournal.keys.manifest import unconfirmed_changes

    changes = unconfirmed_changes(manifest, before)
    for change in changes:
        app.terminal.say(change)
    if changes and not app.terminal.interactive:
        raise SyncTrouble("who can read this journal, or how, was changed on another device", SHOWN_AND_ASKED)
    if changes and not app.asker.confirm(app.wording.sync["manifest"]):
        raise Interrupted("nothing was taken in")


def _new_manifests(
    app: App, remote: Remote, incoming: Incoming, newest: str, start: Manifest, hint: str
) -> list[bytes]:
    """Return the sealed manifests of the remote that are not in our history and come after `start`, by serial.

    The content with the id `newest` is always among them. Another manifest that does not open here was not sealed for
    this device, and is left out.
    """
    history, their_history = (remote.oids_by_path(commit) for commit in (remote.head, incoming.commit))
    oids = their_history.get(MANIFEST, set()) - history.get(MANIFEST, set())
    if len(oids) > MOST:
        raise SyncTrouble(f"{MANIFEST} was changed {len(oids)} times at once, which is more than people do", hint)
    if oids <= {newest}:
        return [sealed for _, sealed in remote.contents([newest] if newest else [])]
    contents = remote.contents(sorted({*oids, newest} - {""}))
    steps = sorted((_serial(app, sealed), oid == newest, sealed) for oid, sealed in contents)
    return [sealed for serial, is_newest, sealed in steps if is_newest or serial > start.serial]


def _serial(app: App, sealed: bytes) -> int:
    """Return the serial of a manifest, not verified yet; 0 when the manifest does not open here."""
    try:
        return manifest_file.read_unverified(app.gpg, sealed, app.keyring.device).serial
    except Damaged:
        return 0


def _removed_keys(manifest: Manifest) -> set[str]:
    return {recipient.fingerprint for recipient in manifest.recipients if recipient.removed}


def _current_keys(manifest: Manifest) -> set[str]:
    return {recipient.fingerprint for recipient in manifest.current_recipients}
