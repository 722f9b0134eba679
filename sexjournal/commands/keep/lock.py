"""journal lock: the passphrase is forgotten, and what lies in memory is wiped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sexjournal.commands.options import Yes, app_of

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft


def lock(ctx: typer.Context, yes: Yes = False) -> None:
    """Forget the passphrase, and wipe what lies in memory. A page that is not saved yet is asked about first."""
    app = app_of(ctx)
    try:
        app.agent.forget()
        app.terminal.say("locked: gpg-agent remembers no passphrase")
        _say_what_stays_open(app)
    finally:
        _wipe(app, yes)


def _say_what_stays_open(app: App) -> None:
    known = app.agent.secret_keys()
    if any(key.on_card for key in known):
        app.terminal.say("a card may stay open for as long as it is in: take it out")
    if any(not key.protected and not key.on_card for key in known):
        app.terminal.say("a key without a passphrase stays open: gpg --change-passphrase FINGERPRINT gives it one")


def _wipe(app: App, yes: bool) -> None:
    """Wipe what no command is at work on; the person's own words only when they say so."""
    busy = app.drafts.at_work()
    for draft in app.drafts.leftovers():
        with draft:
            _wipe_or_keep(app, draft, yes)
    for path in busy:
        app.terminal.say(f"another command is at work in {path}: end it, and what lies there is wiped or offered again")


def _wipe_or_keep(app: App, draft: Draft, yes: bool) -> None:
    from sexjournal.prompts.wording import filled

    begun = draft.about.at[:16].replace("T", " ")
    if yes or (app.terminal.interactive and app.asker.confirm(filled(app.wording.ui["lock_wipe"], {"when": begun}))):
        draft.wipe()
        app.terminal.say(f"wiped a page from {begun} that was not saved")
    else:
        app.terminal.say(
            f"a page from {begun} is not saved yet, and stays in {draft.path}; 'journal lock --yes' wipes it"
        )
