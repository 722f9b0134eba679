"""Choose the device's key: by fingerprint, the only usable key, from a menu, or a new key. Knows no journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, Interrupted, KeyTrouble
from sexjournal.workflows.fingerprints import full_fingerprint
from sexjournal.workflows.setup.welcome import need_terminal

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.openpgp.listed_key import Key


def choose_key(app: App, fingerprint: str = "", new_name: str = "") -> Key:
    """Return a secret key by fingerprint, or a new key by name; without both, let the person choose.

    KeyTrouble when the key is missing or cannot keep a journal.
    """
    if new_name:
        return _make_key(app, new_name)
    keys = app.gpg.secret_keys()
    if fingerprint:
        return _by_fingerprint(keys, fingerprint)
    usable = [key for key in keys if not key.trouble]
    if len(usable) == 1:
        return usable[0]
    return _from_menu(app, usable) if usable else _first_key(app, keys)


def _make_key(app: App, name: str) -> Key:
    need_terminal(app)
    app.terminal.say("making a key; a passphrase will be asked for")
    fingerprint = app.gpg.make_key(name)
    return _by_fingerprint(app.gpg.secret_keys(), fingerprint)


def _by_fingerprint(keys: list[Key], typed: str) -> Key:
    """Return a key by fingerprint; KeyTrouble for a missing or unusable key."""
    fingerprint = full_fingerprint(typed, "gpg --list-secret-keys")
    for key in keys:
        if key.fingerprint == fingerprint:
            if key.trouble:
                raise KeyTrouble(
                    f"the key {fingerprint} cannot keep a journal: {key.trouble}", "choose another, or make one"
                )
            return key
    raise KeyTrouble(f"the secret key {fingerprint} is not on this machine", "gpg --list-secret-keys shows which are")


def _from_menu(app: App, usable: list[Key]) -> Key:
    from sexjournal.prompts.wording import Option

    if not app.terminal.interactive:
        raise BadInput("there are several keys to choose from", "name one: journal init --key FINGERPRINT")
    options = [Option(key.fingerprint, f"{key.name} ({key.fingerprint})") for key in usable]
    fingerprint = app.asker.choose(app.wording.init["which_key"], options)
    if fingerprint is None:
        raise Interrupted("no key was chosen")
    return _by_fingerprint(usable, fingerprint)


def _first_key(app: App, unusable: list[Key]) -> Key:
    """Offer to make a key where no key can keep a journal."""
    for key in unusable:
        app.terminal.say(f"the key {key.fingerprint} cannot keep a journal: {key.trouble}")
    if not app.terminal.interactive:
        raise KeyTrouble("there is no key to seal pages with", "make one in a terminal: journal init --new-key NAME")
    name = app.asker.line(app.wording.init["key_name"])
    if not name:
        raise KeyTrouble("there is no key to seal pages with", "journal init --new-key NAME makes one")
    return _make_key(app, name)
