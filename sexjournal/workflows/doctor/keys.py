"""gpg on this machine, this device's key, and the others that the journal is sealed for."""

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
KEPT_UP = (2, 4)  # gpg's makers no longer keep up what is older; it works all the same
INSTALL = "install it:\n  apt install pinentry-curses"


def program(app: App) -> Iterator[Finding]:
    """Tell of an old gpg; one that is missing or too old is told by what is raised."""
    if app.gpg.version < KEPT_UP:
        version = ".".join(map(str, app.gpg.version))
        yield Finding(
            f"gpg is version {version}: it works, and 2.4 is newer", "take it when your system offers it", NOTE
        )


def pinentry(app: App) -> Iterator[Finding]:
    """Tell when nothing here can ask for a passphrase."""
    if not app.agent.can_ask():
        hint = f"{INSTALL}\nor name one that is there, as 'pinentry-program' in gpg-agent.conf"
        yield Finding(f"the pinentry that asks for passphrases is not there: {app.agent.pinentry()}", hint, KEY)


def own(app: App) -> Iterator[Finding]:
    """Tell of a key of this device that is missing, cannot be used, or soon cannot."""
    mine = app.keyring.device
    key = app.gpg.secret_key(mine)
    if key is None:
        hint = "bring it back from where you keep it:\n  gpg --import BACKUP"
        yield Finding(f"this device's key {mine} is not on this machine", hint, KEY)
        return
    ending = _soon(app.gpg.ends(mine), app.now())
    for part, end in ending.items():
        yield Finding(f"this device's key {_when(end, app.now())}: {part}", _extend(mine, part), KEY)
    if key.trouble and not ending:
        hint = "'journal init --key FPR' takes another key of yours, if the journal is sealed for it"
        yield Finding(f"this device's key {mine} cannot be used: {key.trouble}", hint, KEY)
    grips = app.gpg.keygrips(mine)
    if any(not kept.protected and not kept.on_card for kept in app.agent.secret_keys() if kept.keygrip in grips):
        hint = f"give it one, unless the whole disk is encrypted:\n  gpg --change-passphrase {mine}"
        yield Finding("this device's key has no passphrase: whoever gets this disk can open every page", hint, NOTE)


def readers(app: App) -> Iterator[Finding]:
    """Tell of the other keys that expire: then nothing can be sealed any more."""
    trust = app.keyring.trust
    for reader in trust.manifest.current_recipients:
        if reader.fingerprint == trust.device:
            continue
        ends = app.gpg.certificate_ends(certificate_path(app.keyring.state, reader.fingerprint))
        for part, end in _soon(ends, app.now()).items():
            told = f"the key of {reader.name} {_when(end, app.now())}, and then nothing can be sealed for it: {part}"
            yield Finding(told, f"where that key is:\n{_extend(reader.fingerprint, part)}", KEY)


def second(app: App) -> Iterator[Finding]:
    """Tell when only one key opens the journal."""
    if len(app.keyring.manifest.current_recipients) < 2:
        hint = "'journal keys backup' makes a key to keep on paper, 'journal keys add' lets another device read too"
        yield Finding("only this device's key opens the journal: if it is lost, the pages are lost", hint)


def _soon(ends: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    return {part: end for part, end in ends.items() if end < now + AHEAD}


def _when(end: datetime, now: datetime) -> str:
    return f"{'has expired' if end <= now else 'expires'} on {end.astimezone(now.tzinfo):%Y-%m-%d}"


def _extend(key: str, part: str) -> str:
    """Say how to extend a key, or the subkey that ends."""
    return "  " + to_extend(key, [part], then="\n")
