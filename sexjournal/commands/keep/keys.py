"""journal keys: who can open the journal; a new device, one that is lost, and a key on paper."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Json, Yes, app_of, ask_first
from sexjournal.errors import BadInput, KeyTrouble, NothingFound
from sexjournal.workflows.fingerprints import compact, full_fingerprint

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.keys.manifest import Manifest, Recipient

keys = typer.Typer(
    name="keys", invoke_without_command=True, help="Who can open the journal: list, add, remove, backup."
)

SHORTEST = 8  # of a fingerprint, to name a key that is listed already
Fingerprint = Annotated[
    list[str], typer.Argument(metavar="FPR", help="A key, by its full fingerprint; in groups as it is shown, too.")
]


@keys.callback()
def default(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show(app_of(ctx), json=False)


@keys.command("list")
def listed(ctx: typer.Context, json: Json = False) -> None:
    """Show the keys that open the journal, and those that once did."""
    _show(app_of(ctx), json=json)


@keys.command()
def add(ctx: typer.Context, fingerprint: Fingerprint, yes: Yes = False) -> None:
    """Let one more key open the journal; it has to be in your keyring: gpg --import FILE."""
    from sexjournal.keys import members

    app = app_of(ctx)
    reader = members.with_history(app.keyring, _candidate(app, " ".join(fingerprint)))
    known = _reader(app.keyring.unlock(), reader.fingerprint)
    if known is None:
        _name(app, reader)
        app.terminal.tell(app.wording.keys["compare"])
        ask_first(app, app.wording.keys["add"], yes=yes)
    if known is None or known.certificate != reader.certificate:
        app.archive.change_keys(lambda keyring: members.add(keyring, reader))
    app.terminal.say(f"{reader.name} opens the journal; 'journal sync' tells the other devices")
    _offer_to_seal_old(app, yes)
    app.leave()


@keys.command()
def remove(ctx: typer.Context, fingerprint: Fingerprint, yes: Yes = False) -> None:
    """Take a key's reading away, and seal every page anew; run it again to finish one that was cut short."""
    from sexjournal.keys import members

    app = app_of(ctx)
    one = _listed(app.keyring.unlock(), " ".join(fingerprint))
    if one.fingerprint == app.keyring.device:
        raise BadInput("this is the key of this device", "remove it from another device that has the journal")
    if not one.removed:
        _name(app, one)
        app.terminal.tell(app.wording.keys["removing"])
        ask_first(app, app.wording.keys["remove"], yes=yes)
        app.archive.change_keys(lambda keyring: members.remove(keyring, one.fingerprint, app.today().isoformat()))
    app.archive.reseal()
    app.terminal.say(f"{one.name} opens nothing that is written from now on; 'journal sync' tells the other devices")
    app.leave()


@keys.command()
def backup(ctx: typer.Context) -> None:
    """Make a key to be kept on paper, sealed with a passphrase of its own: journal keys backup > paper.asc."""
    from sexjournal.keys import members
    from sexjournal.terminal.tables import in_fours

    app = app_of(ctx)
    words = app.wording.keys
    app.keyring.unlock()
    app.terminal.tell(words["paper"])
    reader, sealed = members.make_paper_key(app.keyring, words["paper_name"], app.today().isoformat())
    app.archive.change_keys(lambda keyring: members.add(keyring, reader))
    steps = words["paper_steps"].format(fingerprint=reader.fingerprint)
    sys.stdout.write(f"{words['paper_title']}\n{in_fours(reader.fingerprint)}\n\n{steps}\n\n{sealed.decode('ascii')}")
    sys.stdout.flush()
    app.terminal.say("print it, then remove the file; 'journal keys' lists the key, and can take it away again")
    app.terminal.say(f"{reader.name} opens nothing elsewhere until 'journal sync'")


def _show(app: App, *, json: bool) -> None:
    from sexjournal.terminal.tables import key_lines
    from sexjournal.terminal.text import json_text

    page = app.keyring.unlock()
    device = app.keyring.device
    table = [_row(one, device) for one in page.recipients]
    app.terminal.show(json_text(table) if json else key_lines(table, app.terminal.face))


def _name(app: App, one: Recipient) -> None:
    from sexjournal.terminal.tables import in_fours

    app.terminal.say(f"{one.name}  {in_fours(one.fingerprint)}")


def _row(one: Recipient, device: str) -> Mapping[str, str | bool]:
    return {
        "fingerprint": one.fingerprint,
        "name": one.name,
        "added": one.added,
        "removed": one.removed,
        "this_device": one.fingerprint == device,
    }


def _candidate(app: App, typed: str) -> Recipient:
    """Return the key of that fingerprint, as the person's keyring has it; KeyTrouble when it cannot read a journal."""
    from sexjournal.keys.manifest import Recipient

    wanted = full_fingerprint(typed, "gpg --list-keys --fingerprint")
    key = app.gpg.public_key(wanted)
    if key is None or key.fingerprint != wanted:
        raise KeyTrouble(
            f"gpg does not know the key {wanted}",
            "on the other device: gpg --armor --export FPR; here: gpg --import FILE",
        )
    if key.trouble:
        raise KeyTrouble(
            f"the key {wanted} cannot read a journal: {key.trouble}",
            "extend it on its own device, then gpg --import it again",
        )
    return Recipient(wanted, key.name, app.today().isoformat(), app.gpg.certificate(wanted))


def _reader(page: Manifest, fingerprint: str) -> Recipient | None:
    return next((one for one in page.current_recipients if one.fingerprint == fingerprint), None)


def _listed(page: Manifest, typed: str) -> Recipient:
    """Return the one recipient whose fingerprint begins with what was typed."""
    wanted = compact(typed)
    found = [one for one in page.recipients if one.fingerprint.startswith(wanted)]
    if len(wanted) < SHORTEST or len(found) != 1:
        raise NothingFound(f"no key of this journal is named '{typed}'", "journal keys shows them")
    return found[0]


def _offer_to_seal_old(app: App, yes: bool) -> None:
    """A page that only the journal key opens there is no less readable; so without somebody to ask it stays."""
    from sexjournal.journal import resealing

    asks = not yes and app.terminal.interactive
    if asks and resealing.outdated(app.store) and app.asker.confirm(app.wording.keys["seal_old"]):
        app.archive.reseal()
