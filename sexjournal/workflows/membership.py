"""Change the recipients of the journal: add a key, remove a key, make a key to keep on paper. Opens no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, KeyTrouble, NothingFound
from sexjournal.journal.resealing import outdated
from sexjournal.keys import members
from sexjournal.workflows.consent import ask_first
from sexjournal.workflows.fingerprints import compact, full_fingerprint

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.keys.manifest import Manifest, Recipient

SHORTEST = 8  # characters of a fingerprint that name a recipient


def add_key(app: App, typed: str, *, yes: bool) -> None:
    """Let a further key open the journal, after the person has compared the fingerprint."""
    recipient = members.with_history(app.keyring, _from_gpg(app, typed))
    listed = _current_recipient(app.keyring.unlock(), recipient.fingerprint)
    if listed is None:
        _say_name(app, recipient)
        app.terminal.tell(app.wording.keys["compare"])
        ask_first(app, app.wording.keys["add"], yes=yes)
    if listed is None or listed.certificate != recipient.certificate:
        app.archive.change_keys(lambda keyring: members.add_recipient(keyring, recipient))
    app.terminal.say(f"{recipient.name} opens the journal; 'journal sync' tells the other devices")
    _offer_to_reseal(app, yes=yes)


def _from_gpg(app: App, typed: str) -> Recipient:
    """Return a key of gpg's keyring as a recipient, by fingerprint; KeyTrouble for a missing or unusable key."""
    from sexjournal.keys.manifest import Recipient

    fingerprint = full_fingerprint(typed, "gpg --list-keys --fingerprint")
    key = app.gpg.public_key(fingerprint)
    if key is None or key.fingerprint != fingerprint:
        raise KeyTrouble(
            f"gpg does not know the key {fingerprint}",
            "on the other device: gpg --armor --export FPR; here: gpg --import FILE",
        )
    if key.trouble:
        raise KeyTrouble(
            f"the key {fingerprint} cannot read a journal: {key.trouble}",
            "extend it on its own device, then gpg --import it again",
        )
    return Recipient(fingerprint, key.name, app.today().isoformat(), app.gpg.certificate(fingerprint))


def _current_recipient(manifest: Manifest, fingerprint: str) -> Recipient | None:
    recipients = manifest.current_recipients
    return next((recipient for recipient in recipients if recipient.fingerprint == fingerprint), None)


def _offer_to_reseal(app: App, *, yes: bool) -> None:
    """Offer to seal older pages for the new key too.

    With `yes` or without a terminal, older pages stay as they are: the journal key opens them on every device.
    """
    asks = not yes and app.terminal.interactive
    if asks and outdated(app.store) and app.asker.confirm(app.wording.keys["seal_old"]):
        app.archive.reseal()


def remove_key(app: App, typed: str, *, yes: bool) -> None:
    """Stop sealing for a key, and reseal every page. A second run finishes an interrupted run."""
    recipient = _listed(app.keyring.unlock(), typed)
    if recipient.fingerprint == app.keyring.device:
        raise BadInput("this is the key of this device", "remove it from another device that has the journal")
    if not recipient.removed:
        _say_name(app, recipient)
        app.terminal.tell(app.wording.keys["removing"])
        ask_first(app, app.wording.keys["remove"], yes=yes)
        today = app.today().isoformat()
        app.archive.change_keys(lambda keyring: members.remove_recipient(keyring, recipient.fingerprint, today))
    app.archive.reseal()
    app.terminal.say(
        f"{recipient.name} opens nothing that is written from now on; 'journal sync' tells the other devices"
    )


def _listed(manifest: Manifest, typed: str) -> Recipient:
    """Return the recipient by the first characters of the fingerprint, 8 or more; NothingFound unless one matches."""
    beginning = compact(typed)
    matches = [recipient for recipient in manifest.recipients if recipient.fingerprint.startswith(beginning)]
    if len(beginning) < SHORTEST or len(matches) != 1:
        raise NothingFound(f"no key of this journal is named '{typed}'", "journal keys shows them")
    return matches[0]


def _say_name(app: App, recipient: Recipient) -> None:
    from sexjournal.terminal.tables import in_fours

    app.terminal.say(f"{recipient.name}  {in_fours(recipient.fingerprint)}")


def add_paper_key(app: App) -> tuple[Recipient, str]:
    """Make a key with an own passphrase, and let the key open the journal.

    Return the recipient, and the secret key as armored text, sealed with the passphrase.
    """
    words = app.wording.keys
    app.keyring.unlock()
    app.terminal.tell(words["paper"])
    recipient, sealed = members.make_paper_key(app.keyring, words["paper_name"], app.today().isoformat())
    app.archive.change_keys(lambda keyring: members.add_recipient(keyring, recipient))
    return recipient, sealed.decode("ascii")


def list_keys(app: App) -> list[dict[str, str | bool]]:
    """Return a row for each recipient, removed recipients too, with the field names of `journal keys --json`."""
    manifest = app.keyring.unlock()
    device = app.keyring.device
    return [
        {
            "fingerprint": recipient.fingerprint,
            "name": recipient.name,
            "added": recipient.added,
            "removed": recipient.removed,
            "this_device": recipient.fingerprint == device,
        }
        for recipient in manifest.recipients
    ]
