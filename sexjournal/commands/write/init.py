"""journal init: a key, a journal key, a repository, and a few plain questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Yes, app_of, full_fingerprint
from sexjournal.errors import BadInput, Damaged, Interrupted, KeyTrouble, SyncTrouble

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.keys.manifest import Manifest
    from sexjournal.openpgp.gpg import Key

BACK_UP = "gpg --armor --export-secret-keys {fingerprint} > journal-key.asc"

NOT_FOR_US = "it is not sealed for this device's key"  # as the vault says it
NOTHING_CHANGED = "nothing was changed"  # as it begins what gpg's cancelled passphrase is told with

# What the files may show: the sentence in the prompt files -> (names, clear).
SHOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dated": ("dated", ()),
    "opaque": ("opaque", ()),
    "clear": ("dated", ("date", "kind")),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    key: str = ""
    new_key: str = ""
    source: str = ""
    yes: bool = False
    names: str = ""
    clear: tuple[str, ...] = ()


def init(
    ctx: typer.Context,
    key: Annotated[str, typer.Option(metavar="FPR", help="Your key, by its full fingerprint.")] = "",
    new_key: Annotated[str, typer.Option(metavar="NAME", help="Make a new key with this name.")] = "",
    names: Annotated[str, typer.Option(metavar="dated|opaque", help="What the names of files show.")] = "",
    clear: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="A field that files show in clear; may be repeated.")
    ] = None,
    from_: Annotated[
        str, typer.Option("--from", metavar="URL", help="A journal of another device, from where it syncs to.")
    ] = "",
    yes: Yes = False,
) -> None:
    """Make a journal, or accept one that is there. Running it again changes nothing."""
    make(app_of(ctx), Wishes(key, new_key, from_, yes, _known_names(names), _known_fields(clear or [])))


def make(app: App, wishes: Wishes) -> None:
    """Make the journal as wished, asking what was left open; say so when there is nothing to do."""
    if not wishes.source and app.journal.keyring.is_trusted and not app.journal.keyring.has_unconfirmed_changes():
        app.say(f"the journal in {app.directory} is ready, nothing was changed")
        return
    if wishes.source:
        _fetch(app, wishes.source, yes=wishes.yes)
    elif not app.journal.keyring.exists:
        _fetch_again(app)
    if not app.journal.keyring.exists:
        _create(app, wishes)
        return
    with _told_as_fetched() if wishes.source else nullcontext():
        _accept(app, wishes)


def _fetch(app: App, url: str, *, yes: bool) -> None:
    """Bring the journal of another device here, as long as this one has not accepted it."""
    from sexjournal.workflows.sync import exchange

    if app.journal.keyring.is_trusted:
        raise BadInput(f"there is a journal in {app.directory} already", "journal sync brings what is new")
    if app.journal.has_pages and not app.journal.keyring.exists:
        raise BadInput(f"there are pages in {app.directory} already", "journal --dir DIR init --from URL")
    if not yes and not app.journal.keyring.exists:  # it is another computer than the one where this was asked
        _need_a_terminal(app)
        _safe_here(app)
    exchange.begin(app, url)


def _fetch_again(app: App) -> bool:
    """Bring what was added meanwhile to a journal that is not accepted here yet; return whether anything was.

    Any trouble leaves it as it is here, unless nothing is: a new journal would be another one than the remote has.
    """
    from sexjournal.workflows.sync import exchange

    if app.journal.keyring.is_trusted or not app.directory.is_dir() or not app.remote.url:
        return False
    try:
        return exchange.begin_again(app)
    except SyncTrouble as trouble:
        if not app.journal.keyring.exists:
            raise
        app.say(f"{trouble.sentence}; going on with what is here")
        return False


@contextmanager
def _told_as_fetched() -> Iterator[None]:
    """Tell what is true of a cancelled passphrase, once the journal was fetched."""
    try:
        yield
    except KeyTrouble as trouble:
        if not trouble.hint.startswith(NOTHING_CHANGED):
            raise
        raise KeyTrouble(trouble.sentence, "the journal was fetched; 'journal init' goes on from there") from None


def _create(app: App, wishes: Wishes) -> None:
    from sexjournal.keys.manifest import Recipient

    if app.journal.has_pages:  # a new journal key would shut them all
        bring = f"git -C {app.directory} checkout HEAD -- journal.asc"
        raise Damaged("there are pages here, and journal.asc is gone", f"bring it back: {bring}")
    if not wishes.yes:
        _need_a_terminal(app)
        _adults_only(app)
        _safe_here(app)
    device = _choose_key(app, wishes)
    names, clear = _what_files_show(app, wishes)
    certificate = app.gpg.certificate(device.fingerprint)
    recipient = Recipient(device.fingerprint, device.name, app.today().isoformat(), certificate)
    app.journal.keyring.create(recipient, names, clear)
    app.commit()
    app.say(f"made a journal in {app.directory}, sealed for {device.name} ({device.fingerprint})")
    app.tell(app.wording.init["back_up"])
    app.tell(f"  {BACK_UP.format(fingerprint=device.fingerprint)}")
    app.tell(app.wording.init["back_up_where"])


def _accept(app: App, wishes: Wishes) -> None:
    """Show who can read a journal that this device has not accepted, or that changed, and ask."""
    device = _choose_key(app, wishes)
    page = _look(app, device)
    if page is None and not wishes.source and _fetch_again(app):
        with _told_as_fetched():
            page = _look(app, device)
    if page is None:
        raise _not_added_yet(app, device)
    for line in _described(page):
        app.say(line)
    if not wishes.yes:
        _need_a_terminal(app)
        if not app.asker.confirm(app.wording.init["accept"]):
            raise Interrupted("nothing was accepted")
    app.journal.keyring.accept(page, device.fingerprint)
    app.repository.prepare(moved=True)
    app.say(f"accepted the journal in {app.directory}")


def _look(app: App, device: Key) -> Manifest | None:
    """Open the journal's own page; None when it is not sealed for this device.

    One that opens is accepted as it is here, and `journal sync` judges what came after: what `_fetch_again` brings is
    not looked at that closely.
    """
    try:
        return app.journal.keyring.look(device.fingerprint)
    except Damaged as trouble:
        if trouble.sentence != NOT_FOR_US:
            raise
        return None


def _not_added_yet(app: App, device: Key) -> KeyTrouble:
    """Tell the one step that is missing on a new device."""
    words = app.wording.init
    app.tell(words["shut"])
    app.tell(words["shut_here"])
    app.tell(f"  gpg --armor --export {device.fingerprint} > device.asc")
    app.tell(words["shut_there"])
    app.tell(f"  gpg --import device.asc && journal keys add {device.fingerprint} && journal sync")
    app.tell(words["shut_then"])
    again = "journal init" if app.remote.url else "journal init --from URL"
    return KeyTrouble(
        "this device's key does not open the journal yet", f"add it on the other device, as told above; then: {again}"
    )


def _described(page: Manifest) -> list[str]:
    current = page.current_recipients
    readers = [f"sealed for {one.name} ({one.fingerprint}), added {one.added}" for one in current]
    return [*readers, f"journal key {page.key}, serial {page.serial}"]


def _choose_key(app: App, wishes: Wishes) -> Key:
    if wishes.new_key:
        _need_a_terminal(app)
        app.say("making a key; a passphrase will be asked for")
        made = app.gpg.make_key(wishes.new_key)
        return _named(app.gpg.secret_keys(), made)
    keys = app.gpg.secret_keys()
    if wishes.key:
        return _named(keys, wishes.key)
    usable = [key for key in keys if not key.trouble]
    if len(usable) == 1:
        return usable[0]
    return _from_menu(app, usable) if usable else _first_key(app, keys)


def _named(keys: list[Key], fingerprint: str) -> Key:
    wanted = full_fingerprint(fingerprint, "gpg --list-secret-keys")
    for key in keys:
        if key.fingerprint == wanted:
            if key.trouble:
                raise KeyTrouble(
                    f"the key {wanted} cannot keep a journal: {key.trouble}", "choose another, or make one"
                )
            return key
    raise KeyTrouble(f"the secret key {wanted} is not on this machine", "gpg --list-secret-keys shows which are")


def _from_menu(app: App, usable: list[Key]) -> Key:
    from sexjournal.prompts.prompts import Option

    if not app.interactive:
        raise BadInput("there are several keys to choose from", "name one: journal init --key FINGERPRINT")
    options = [Option(key.fingerprint, f"{key.name} ({key.fingerprint})") for key in usable]
    chosen = app.asker.choose(app.wording.init["which_key"], options)
    if chosen is None:
        raise Interrupted("no key was chosen")
    return _named(usable, chosen)


def _first_key(app: App, keys: list[Key]) -> Key:
    """Offer to make a key where there is none that can keep a journal."""
    for key in keys:
        app.say(f"the key {key.fingerprint} cannot keep a journal: {key.trouble}")
    if not app.interactive:
        raise KeyTrouble("there is no key to seal pages with", "make one in a terminal: journal init --new-key NAME")
    name = app.asker.line(app.wording.init["key_name"])
    if not name:
        raise KeyTrouble("there is no key to seal pages with", "journal init --new-key NAME makes one")
    return _choose_key(app, Wishes(new_key=name))


def _adults_only(app: App) -> None:
    ui, adult = app.wording.ui, app.wording.adult
    for line in (ui["welcome"], ui["no_handbook"], ui["not_a_verdict"], "", adult["statement"], adult["others"], ""):
        app.tell(line)


def _safe_here(app: App) -> None:
    """Ask the one question that no lock can answer. What is answered goes nowhere."""
    from sexjournal.prompts.prompts import Option

    safety, ui = app.wording.safety, app.wording.ui
    app.tell(f"{safety['answer_not_kept']} {safety['not_evidence']}")
    answer = app.asker.choose(safety["question"], [Option(word, ui[word]) for word in ("no", "yes", "unsure")])
    if answer == "yes":
        app.tell(safety["if_yes"])
        app.tell(help_lines(app))
        raise Interrupted("no journal was made")
    if answer == "unsure":
        app.tell(safety["if_unsure"])


def tell_of_help(app: App) -> None:
    """Name the help lines once, after a page about something that was not plainly wanted."""
    app.tell(app.wording.safety["not_free"])
    app.tell(help_lines(app))


def help_lines(app: App) -> str:
    """Return who to call, from the prompt files."""
    return "\n".join(f"  {line.name}: {line.contact}. {line.about}" for line in app.wording.help)


def _what_files_show(app: App, wishes: Wishes) -> tuple[str, tuple[str, ...]]:
    from sexjournal.prompts.prompts import Option

    if wishes.names or wishes.clear or wishes.yes:
        return wishes.names or "dated", wishes.clear
    init = app.wording.init
    chosen = app.asker.choose(init["files"], [Option(shows, init[f"files_{shows}"]) for shows in SHOWS])
    return SHOWS[chosen or "dated"]


def _need_a_terminal(app: App) -> None:
    if not app.interactive:
        raise BadInput("this asks questions, and there is no terminal", "journal init --yes takes the defaults")


def _known_names(names: str) -> str:
    from sexjournal.keys.manifest import NAMES

    if names and names not in NAMES:
        raise BadInput(f"names cannot be '{names}'", "it is dated or opaque")
    return names


def _known_fields(clear: list[str]) -> tuple[str, ...]:
    from sexjournal.keys.manifest import CLEARABLE

    for field in clear:
        if field not in CLEARABLE:
            raise BadInput(f"'{field}' cannot be shown in clear", "these can: " + ", ".join(CLEARABLE))
    return tuple(clear)
