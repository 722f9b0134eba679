"""Make a new journal: the key, the choice of names and fields in clear, the manifest, the first commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, Damaged
from sexjournal.git.hints import git_in
from sexjournal.workflows.setup.choose_key import choose_key
from sexjournal.workflows.setup.welcome import ask_whether_safe, need_terminal, tell_adults_only

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.workflows.setup.start import Wishes

BACK_UP = "gpg --armor --export-secret-keys {fingerprint} > journal-key.asc"
# The choices: the sentence in the prompt files -> (names, clear).
SHOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dated": ("dated", ()),
    "opaque": ("opaque", ()),
    "clear": ("dated", ("date", "kind")),
}


def create_journal(app: App, wishes: Wishes) -> None:
    """Make a journal, sealed for a key of the device; Damaged where pages are and journal.asc is gone."""
    from sexjournal.keys import manifest_update
    from sexjournal.keys.manifest import Recipient

    if app.store.has_pages:  # a new journal key would open none of them
        restore = f"{git_in(app.directory)} checkout HEAD -- journal.asc"
        raise Damaged("there are pages here, and journal.asc is gone", f"bring it back: {restore}")
    if not wishes.yes:
        need_terminal(app)
        tell_adults_only(app)
        ask_whether_safe(app)
    key = choose_key(app, wishes.key, wishes.new_key)
    names, clear = _what_files_show(app, wishes)
    certificate = app.gpg.certificate(key.fingerprint)
    recipient = Recipient(key.fingerprint, key.name, app.today().isoformat(), certificate)
    manifest_update.create_manifest(app.keyring, recipient, names, clear)
    app.archive.commit()
    app.terminal.say(f"made a journal in {app.directory}, sealed for {key.name} ({key.fingerprint})")
    app.terminal.tell(app.wording.init["back_up"])
    app.terminal.tell(f"  {BACK_UP.format(fingerprint=key.fingerprint)}")
    app.terminal.tell(app.wording.init["back_up_where"])


def _what_files_show(app: App, wishes: Wishes) -> tuple[str, tuple[str, ...]]:
    """Return the kind of file names and the fields in clear, from the options or by asking."""
    from sexjournal.prompts.wording import Option

    if wishes.names or wishes.clear or wishes.yes:
        return wishes.names or "dated", wishes.clear
    init = app.wording.init
    chosen = app.asker.choose(init["files"], [Option(shows, init[f"files_{shows}"]) for shows in SHOWS])
    return SHOWS[chosen or "dated"]


def check_names(names: str) -> str:
    """Return the typed kind of file names, possibly empty; BadInput for an unknown kind."""
    from sexjournal.keys.manifest import NAMES

    if names and names not in NAMES:
        raise BadInput(f"names cannot be '{names}'", "it is dated or opaque")
    return names


def check_clear(fields: Sequence[str]) -> tuple[str, ...]:
    """Return the typed fields to show in clear; BadInput for an unsuitable field."""
    from sexjournal.keys.manifest import CLEARABLE

    for field in fields:
        if field not in CLEARABLE:
            raise BadInput(f"'{field}' cannot be shown in clear", "these can: " + ", ".join(CLEARABLE))
    return tuple(fields)
