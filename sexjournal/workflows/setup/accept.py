"""Accept a journal of another device, or a changed manifest: show the recipients, and ask. Opens no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import Interrupted, KeyTrouble, NotForUs
from sexjournal.keys import manifest_file, manifest_update
from sexjournal.workflows.setup.choose_key import choose_key
from sexjournal.workflows.setup.fetch import explain_cancelling, fetch_again
from sexjournal.workflows.setup.welcome import need_terminal

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.keys.manifest import Manifest
    from sexjournal.openpgp.listed_key import Key
    from sexjournal.workflows.setup.start import Wishes


def accept(app: App, wishes: Wishes) -> None:
    """Show the recipients of the journal, ask, and trust the manifest from now on.

    KeyTrouble, with the missing step, when the journal is not sealed for the device yet.
    """
    key = choose_key(app, wishes.key, wishes.new_key)
    manifest = _open_manifest(app, key)
    if manifest is None and not wishes.source and fetch_again(app):
        with explain_cancelling():
            manifest = _open_manifest(app, key)
    if manifest is None:
        raise _not_added_yet(app, key)
    for line in _described(manifest):
        app.terminal.say(line)
    if not wishes.yes:
        need_terminal(app)
        if not app.asker.confirm(app.wording.init["accept"]):
            raise Interrupted("nothing was accepted")
    manifest_update.accept_manifest(app.keyring, manifest, key.fingerprint)
    app.repository.prepare(moved=True)
    app.terminal.say(f"accepted the journal in {app.directory}")


def _open_manifest(app: App, key: Key) -> Manifest | None:
    """Return the manifest, unverified; None for a manifest that is not sealed for the device.

    `journal sync` verifies later changes. A change brought by `fetch_again` is accepted without such a check.
    """
    try:
        return manifest_file.read_unverified(app.gpg, manifest_file.read_sealed(app.directory), key.fingerprint)
    except NotForUs:
        return None


def _not_added_yet(app: App, key: Key) -> KeyTrouble:
    """Tell the missing step on a new device, and return the error."""
    words = app.wording.init
    app.terminal.tell(words["shut"])
    app.terminal.tell(words["shut_here"])
    app.terminal.tell(f"  gpg --armor --export {key.fingerprint} > device.asc")
    app.terminal.tell(words["shut_there"])
    app.terminal.tell(f"  gpg --import device.asc && journal keys add {key.fingerprint} && journal sync")
    app.terminal.tell(words["shut_then"])
    again = "journal init" if app.remote.url else "journal init --from URL"
    return KeyTrouble(
        "this device's key does not open the journal yet", f"add it on the other device, as told above; then: {again}"
    )


def _described(manifest: Manifest) -> list[str]:
    """Return a line for each current recipient, and a line for the journal key."""
    recipients = [
        f"sealed for {recipient.name} ({recipient.fingerprint}), added {recipient.added}"
        for recipient in manifest.current_recipients
    ]
    return [*recipients, f"journal key {manifest.key}, serial {manifest.serial}"]
