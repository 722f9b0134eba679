"""Lock the journal: gpg-agent forgets the passphrase, and drafts in memory are wiped. Reads no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.workflows.saving import time_begun

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft


def lock_journal(app: App, *, yes: bool) -> None:
    """Forget the passphrase, and wipe the drafts, also when gpg-agent cannot be reached."""
    try:
        app.agent.forget()
        app.terminal.say("locked: gpg-agent remembers no passphrase")
        _say_what_stays_open(app)
    finally:
        _wipe_drafts(app, yes=yes)


def _say_what_stays_open(app: App) -> None:
    keys = app.agent.secret_keys()
    if any(key.on_card for key in keys):
        app.terminal.say("a card may stay open for as long as it is in: take it out")
    if any(not key.protected and not key.on_card for key in keys):
        app.terminal.say("a key without a passphrase stays open: gpg --change-passphrase FINGERPRINT gives it one")


def _wipe_drafts(app: App, *, yes: bool) -> None:
    """Wipe every draft not in use by a command; ask first where a draft holds the person's words."""
    in_use = app.drafts.at_work()
    for draft in app.drafts.leftovers():
        with draft:
            _wipe_or_keep(app, draft, yes=yes)
    for path in in_use:
        app.terminal.say(f"another command is at work in {path}: end it, and what lies there is wiped or offered again")


def _wipe_or_keep(app: App, draft: Draft, *, yes: bool) -> None:
    from sexjournal.prompts.wording import filled

    begun = time_begun(draft)
    if yes or (app.terminal.interactive and app.asker.confirm(filled(app.wording.ui["lock_wipe"], {"when": begun}))):
        draft.wipe()
        app.terminal.say(f"wiped a page from {begun} that was not saved")
    else:
        app.terminal.say(
            f"a page from {begun} is not saved yet, and stays in {draft.path}; 'journal lock --yes' wipes it"
        )
