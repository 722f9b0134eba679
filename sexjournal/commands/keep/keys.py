"""journal keys: list the recipients, add a new device, remove a lost device, make a key on paper."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Json, Yes, app_of

if TYPE_CHECKING:
    from sexjournal.app import App

keys = typer.Typer(
    name="keys", invoke_without_command=True, help="Who can open the journal: list, add, remove, backup."
)

Fingerprint = Annotated[
    list[str], typer.Argument(metavar="FPR", help="A key, by its full fingerprint; in groups as it is shown, too.")
]


@keys.callback()
def keys_alone(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show(app_of(ctx), json=False)


@keys.command("list")
def keys_list(ctx: typer.Context, json: Json = False) -> None:
    """Show the keys that open the journal, and those that once did."""
    _show(app_of(ctx), json=json)


@keys.command("add")
def keys_add(ctx: typer.Context, fingerprint: Fingerprint, yes: Yes = False) -> None:
    """Let one more key open the journal; it has to be in your keyring: gpg --import FILE."""

    from sexjournal.workflows import membership

    app = app_of(ctx)
    membership.add_key(app, " ".join(fingerprint), yes=yes)
    app.leave()


@keys.command("remove")
def keys_remove(ctx: typer.Context, fingerprint: Fingerprint, yes: Yes = False) -> None:
    """Take a key's reading away, and seal every page anew; run it again to finish one that was cut short."""

    from sexjournal.workflows import membership

    app = app_of(ctx)
    membership.remove_key(app, " ".join(fingerprint), yes=yes)
    app.leave()


@keys.command("backup")
def keys_backup(ctx: typer.Context) -> None:
    """Make a key to be kept on paper, sealed with a passphrase of its own: journal keys backup > paper.asc."""
    from sexjournal.terminal.tables import in_fours
    from sexjournal.workflows import membership

    app = app_of(ctx)
    words = app.wording.keys
    recipient, secret = membership.add_paper_key(app)
    steps = words["paper_steps"].format(fingerprint=recipient.fingerprint)
    sys.stdout.write(f"{words['paper_title']}\n{in_fours(recipient.fingerprint)}\n\n{steps}\n\n{secret}")
    sys.stdout.flush()
    app.terminal.say("print it, then remove the file; 'journal keys' lists the key, and can take it away again")
    app.terminal.say(f"{recipient.name} opens nothing elsewhere until 'journal sync'")


def _show(app: App, *, json: bool) -> None:
    from sexjournal.terminal.tables import key_lines
    from sexjournal.terminal.text import json_text
    from sexjournal.workflows import membership

    rows = membership.list_keys(app)
    app.terminal.show(json_text(rows) if json else key_lines(rows, app.terminal.style))
