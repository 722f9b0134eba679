"""Check gpg on this machine, this device's key, and the other recipients. Knows keys; knows no pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sexjournal.errors import to_extend
from sexjournal.keys.trust import certificate_path
from sexjournal.workflows.doctor.finding import KEY, NOTE, Finding

if TYPE_CHECKING:
    from sexjournal.app import App

AHEAD = timedelta(days=30)
MAINTAINED = (2, 4)  # the oldest version that GnuPG still maintains; older versions work too
INSTALL = "install it:\n  apt install pinentry-curses"


def check_gpg(app: App) -> Iterator[Finding]:
    """Yield a note about an old gpg; a missing or unusable gpg raises an error."""
    if app.gpg.version < MAINTAINED:
        version = ".".join(map(str, app.gpg.version))
        yield Finding(
            f"gpg is version {version}: it works, and 2.4 is newer", "take it when your system offers it", NOTE
        )


def check_pinentry(app: App) -> Iterator[Finding]:
    """Yield a finding when no pinentry can ask for a passphrase."""
    if not app.agent.can_ask():
        hint = f"{INSTALL}\nor name one that is there, as 'pinentry-program' in gpg-agent.conf"
        yield Finding(f"the pinentry that asks for passphrases is not there: {app.agent.pinentry()}", hint, KEY)


def check_own_key(app: App) -> Iterator[Finding]:
    """Yield findings when this device's key is missing, unusable, soon unusable, or without a passphrase."""
    device_key = app.keyring.device
    key = app.gpg.secret_key(device_key)
    if key is None:
        hint = "bring it back from where you keep it:\n  gpg --import BACKUP"
        yield Finding(f"this device's key {device_key} is not on this machine", hint, KEY)
        return
    ending = _ending_soon(app.gpg.ends(device_key), app.now())
    for part, end in ending.items():
        yield Finding(f"this device's key {_expiry(end, app.now())}: {part}", _extend(device_key, part), KEY)
    if key.trouble and not ending:
        hint = "'journal init --key FPR' takes another key of yours, if the journal is sealed for it"
        yield Finding(f"this device's key {device_key} cannot be used: {key.trouble}", hint, KEY)
    grips = app.gpg.keygrips(device_key)
    if any(not part.protected and not part.on_card for part in app.agent.secret_keys() if part.keygrip in grips):
        hint = f"give it one, unless the whole disk is encrypted:\n  gpg --change-passphrase {device_key}"
        yield Finding("this device's key has no passphrase: whoever gets this disk can open every page", hint, NOTE)


def check_recipients(app: App) -> Iterator[Finding]:
    """Yield the other recipients whose keys expire soon: after that, sealing fails."""
    trust = app.keyring.trust
    for recipient in trust.manifest.current_recipients:
        if recipient.fingerprint == trust.device:
            continue
        ends = app.gpg.certificate_ends(certificate_path(app.keyring.state, recipient.fingerprint))
        for part, end in _ending_soon(ends, app.now()).items():
            expiry = _expiry(end, app.now())
            what = f"the key of {recipient.name} {expiry}, and then nothing can be sealed for it: {part}"
            yield Finding(what, f"where that key is:\n{_extend(recipient.fingerprint, part)}", KEY)


def check_second_key(app: App) -> Iterator[Finding]:
    """Yield a finding when a single key opens the journal."""
    manifest = app.keyring.manifest
    if len(manifest.current_recipients) < 2:
        hint = "'journal keys backup' makes a key to keep on paper, 'journal keys add' lets another device read too"
        yield Finding("only this device's key opens the journal: if it is lost, the pages are lost", hint)


def _ending_soon(ends: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    return {part: end for part, end in ends.items() if end < now + AHEAD}


def _expiry(end: datetime, now: datetime) -> str:
    return f"{'has expired' if end <= now else 'expires'} on {end.astimezone(now.tzinfo):%Y-%m-%d}"


def _extend(key: str, part: str) -> str:
    """Return the commands that extend a key, or the subkey `part`."""
    return "  " + to_extend(key, [part], then="\n")
