"""How one own page of the journal follows another, where several devices change who may read it.

Each one names its place in the line (`serial`) and is signed by one of its writers. It counts when a reader of the one
before signed it, and when no genuine one, in any branch, took that reader's place away before. What only the person can
confirm is shown, and asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import Damaged, Interrupted, NotForUs, SyncTrouble
from sexjournal.git.trees import Incoming
from sexjournal.keys import manifest_file, update

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.git.remote import Remote
    from sexjournal.keys.keyring import Keyring
    from sexjournal.keys.manifest import Manifest

MOST = 32  # new own pages that are looked at in one sync; each takes two unlockings
TAKEN_AWAY = "it may have been removed on another device: 'journal keys' there tells, and can add it again"
SHOWN_AND_ASKED = "journal sync in a terminal shows them, and asks"


def next_manifest(app: App, remote: Remote, incoming: Incoming, hint: str) -> tuple[Manifest, dict[str, str | None]]:
    """Return the own page that holds from now on, confirmed and announced, and what becomes of its file.

    SyncTrouble, with `hint`, when what arrives does not follow.
    """
    keyring, plan = app.keyring, incoming.plan
    before = keyring.unlock()
    if MANIFEST in plan.merge:
        was, _, theirs = plan.merge[MANIFEST]
        ((_, old),) = remote.contents([was or remote.base_oid(incoming.commit, MANIFEST)])
        base = manifest_file.read_unverified(app.gpg, old, keyring.device)
        page, sealed = update.join(
            keyring, base, before, follow(app, _steps(app, remote, incoming, theirs, base, hint), base, hint)
        )
        return page, {MANIFEST: remote.write(sealed)}
    tip = plan.take.get(MANIFEST, "")
    steps = _steps(app, remote, incoming, tip, before, hint)
    if not tip:
        if steps:
            raise SyncTrouble(f"the other side's {MANIFEST} went back to an older one", hint)
        return before, {}
    page = follow(app, steps, before, hint)
    update.stage(keyring, page, steps[-1])
    return page, {MANIFEST: tip}


def follow(app: App, steps: Iterable[bytes], before: Manifest, hint: str) -> Manifest:
    """Walk from the own page before to the last one of `steps`, sealed and in the order of serials, and return that.

    SyncTrouble unless each is genuine, and the last one comes last; what only the person can confirm is asked once.
    """
    line = _Line(app.keyring, before, hint)
    wrong = ""
    for sealed in steps:
        wrong = line.step(sealed)
    if wrong:
        raise SyncTrouble(f"the other side's {wrong}", hint)
    _confirm(app, line.reached, before)
    return line.reached


class _Line:
    """How far the line of own pages was followed."""

    def __init__(self, keyring: Keyring, before: Manifest, hint: str) -> None:
        self._keyring, self._hint = keyring, hint
        self.reached = before
        self._known = _readers(before)  # of any page that is genuine
        self._barred = _removed(keyring.manifest) | _removed(before)

    def step(self, sealed: bytes) -> str:
        """Look at the next one; say why the line does not go on with it, or nothing. SyncTrouble unless it is genuine.

        One that does not go on was written at the same time as another, or by somebody who was removed then.
        """
        from sexjournal.keys import manifest

        followed = self._opened(sealed, _readers(self.reached) - self._barred)
        page = followed or self._genuine(sealed)
        wrong = (
            manifest.succession_error(page, self.reached)
            if followed
            else f"{MANIFEST} was signed by a key that was removed"
        )
        self._known |= _readers(page)
        self._barred |= _removed(page)
        if not wrong:
            self._barred -= _readers(page)
            self.reached = page
        return wrong

    def _opened(self, sealed: bytes, signers: set[str]) -> Manifest | None:
        try:
            return self._keyring.verify(sealed, signers)
        except Damaged:
            return None

    def _genuine(self, sealed: bytes) -> Manifest:
        try:
            return self._keyring.verify(sealed, self._known)
        except NotForUs as trouble:
            raise SyncTrouble(f"the other side's {trouble.sentence}", TAKEN_AWAY) from None
        except Damaged as trouble:
            raise SyncTrouble(f"the other side's {trouble.sentence}", self._hint) from None


def _confirm(app: App, page: Manifest, before: Manifest) -> None:
    """Show what only the person can confirm, and ask."""
    from sexjournal.keys import manifest

    unconfirmed_changes = manifest.unconfirmed_changes(page, before)
    for one in unconfirmed_changes:
        app.terminal.say(one)
    if unconfirmed_changes and not app.terminal.interactive:
        raise SyncTrouble("who can read this journal, or how, was changed on another device", SHOWN_AND_ASKED)
    if unconfirmed_changes and not app.asker.confirm(app.wording.sync["own_page"]):
        raise Interrupted("nothing was taken in")


def _steps(app: App, remote: Remote, incoming: Incoming, tip: str, before: Manifest, hint: str) -> list[bytes]:
    """Return the own pages that are new there and come after the one before, sealed and in the order of serials.

    The tip comes along whatever it is; what else this device cannot open was not meant for it.
    """
    theirs, ours = (remote.oids_by_path(commit).get(MANIFEST, set()) for commit in (incoming.commit, remote.head))
    new = theirs - ours
    if len(new) > MOST:
        raise SyncTrouble(f"{MANIFEST} was changed {len(new)} times at once, which is more than people do", hint)
    if new <= {tip}:
        return [sealed for _, sealed in remote.contents([tip] if tip else [])]
    found = [(_serial(app, sealed), oid == tip, sealed) for oid, sealed in remote.contents(sorted({*new, tip} - {""}))]
    return [sealed for serial, is_tip, sealed in sorted(found) if is_tip or serial > before.serial]


def _serial(app: App, sealed: bytes) -> int:
    """The place that an own page gives itself, before anybody vouches for it; 0 for one that does not open here."""
    try:
        return manifest_file.read_unverified(app.gpg, sealed, app.keyring.device).serial
    except Damaged:
        return 0


def _removed(page: Manifest) -> set[str]:
    return {one.fingerprint for one in page.recipients if one.removed}


def _readers(page: Manifest) -> set[str]:
    return {one.fingerprint for one in page.current_recipients}
