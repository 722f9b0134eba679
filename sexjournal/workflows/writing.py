"""From words to a saved page: what a new page needs, the editor's loop, and drafts that outlive trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.digest import digest_of
from sexjournal.entry import entry as entries
from sexjournal.entry.dates import BadDate, When, not_future
from sexjournal.entry.entry import BadPage, Entry, Value
from sexjournal.entry.merging import CONFLICT, holds_marks, in_two_versions
from sexjournal.entry.shown_dates import long_date
from sexjournal.entry.typed_dates import understand
from sexjournal.errors import BadInput, Interrupted, JournalError, NothingFound

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft
    from sexjournal.journal.store import Stored
    from sexjournal.prompts.template import Template

# Kinds that say nothing without a date of their own; the others are about yesterday unless --on says otherwise.
DATED_KINDS = ("memory", "chapter")
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of no bytes: began with nothing
LISTS = ("map", "try", "talk")  # front matter that gathers, whatever command asks
NESTED = (*LISTS, "health")  # fields that hold a map, in which each answer has a place of its own
TAKEN_UP = "'journal' offers it again"


@dataclass(frozen=True, slots=True)
class Nothing:
    """What came back from the editor was not worth keeping; `sentence` says why."""

    sentence: str


Accept = Callable[[str], "Stored | Nothing"]


def complete(app: App, page: Entry, flags: Mapping[str, Value], page_id: str = "") -> Entry:
    """Return a new page with all it needs: flags win over its own front matter, and a date is understood.

    It gets a new id, or `page_id`; a moment of writing that it tells itself stays.
    """
    from sexjournal.journal.store import new_id

    entries.check(page, besides={"date", *flags})  # while the lines are still those that were typed
    kind = str(flags.get("kind") or page.fields.get("kind") or "experience")
    written = page.fields.get("written") or app.now().isoformat(timespec="minutes")
    given = {"id": page_id or new_id(), "kind": kind, "written": written, **flags}
    return page.amended({**given, "date": _date(app, page, flags, kind)})


def settled(app: App, page: Entry) -> Entry:
    """Return a changed page with its date as it is stored, whatever way it was typed."""
    entries.check(page, besides={"date"})
    typed = page.fields.get("date")
    return page.amended({"date": _understood(app, page, typed)}) if typed is not None else page


def save(app: App, page: Entry) -> Stored:
    """Write a new page, and say what was understood."""
    if page.date is not None:
        say_when(app, page.date)
    stored = app.save(page)
    app.tell(app.wording.ui["saved"])
    return stored


def say_when(app: App, when: When) -> None:
    """Say back what was understood of a date."""
    about = long_date(when, "en")
    app.say_once(about if about.startswith("about ") else f"about {about}")


def lacks_editor(app: App, instead: str = "the questions are asked here instead") -> bool:
    """Return whether no editor is there while a person is; tell the person, and say what is done `instead`."""
    trouble = _no_editor(app) if app.interactive else None
    if trouble:
        app.complain(f"{trouble.sentence}: {instead}", trouble.hint)
    return trouble is not None


def _no_editor(app: App) -> BadInput | None:
    """Return the error that no editor is there, else None; a wrong choice is told when the editor is opened."""
    from sexjournal.drafts import editor

    try:
        editor.command(app.config.text("editor"), app.environ)
    except editor.NoEditor as trouble:
        return trouble
    except BadInput:
        pass
    return None


def through_editor(app: App, draft: Draft, accept: Accept) -> Stored | None:
    """Open the draft until its page is saved, given up or unchanged. Words that were not saved stay in the draft."""
    from sexjournal.drafts import editor

    command = editor.command(app.config.text("editor"), app.environ)
    if editor.unknown(command):
        app.say_once("this editor is not known here: make sure that it keeps no copies of its own")
    while True:
        editor.open_editor(draft, command, app.environ)
        try:
            return _taken(app, draft, accept)
        except BadInput as trouble:
            _again_or_raise(app, draft, trouble)
        except JournalError as trouble:
            raise _with_place(trouble, draft) from None


def from_draft(app: App, draft: Draft, accept: Accept) -> Stored | None:
    """Save a page that is already written; when that fails its words stay in the draft."""
    with told_where(draft):
        return _taken(app, draft, accept)


@contextmanager
def told_where(draft: Draft) -> Iterator[None]:
    """Add to the trouble of a block where the words are."""
    try:
        yield
    except JournalError as trouble:
        raise _with_place(trouble, draft) from None


def _with_place(trouble: JournalError, draft: Draft) -> JournalError:
    if draft.lock >= 0 and draft.holds_words() and str(draft.path) not in trouble.hint:
        kept = f"what you wrote is kept in {draft.path}, {TAKEN_UP}"
        trouble.hint = f"{trouble.hint}; {kept}" if trouble.hint else kept
    return trouble


def offer_leftovers(app: App) -> None:
    """Offer each page that was being written when something went wrong; say where it is when nobody can answer."""
    for draft in app.drafts.leftovers():
        begun = draft.about.at[:16].replace("T", " ")
        with draft:
            if draft.about.purpose in ("review", "jot", "questions"):
                _append_answers(app, draft)
            elif not app.interactive:
                app.say(f"a page from {begun} is not saved yet; 'journal' in a terminal offers it")
            else:
                _offer(app, draft, begun)


def _offer(app: App, draft: Draft, begun: str) -> None:
    """Offer one page in the editor or, where there is none, to save it as it stands."""
    from sexjournal.prompts.wording import filled

    stands = lacks_editor(app, "a page can be saved as it stands")
    if stands and draft.holds_more_beside():
        app.say(f"the page from {begun} is kept in {draft.path}: an editor left more beside it, which needs an editor")
    elif app.asker.confirm(filled(app.wording.ui["unsaved_here" if stands else "unsaved"], {"when": begun}), True):
        (from_draft if stands else through_editor)(app, draft, _accept_again(app, draft))
    elif app.asker.confirm(app.wording.ui["throw_away"]):
        draft.wipe()


def ask_and_keep(
    app: App, stored: Stored, draft: Draft, ask: Callable[[], None], answered: Callable[[Entry], Entry]
) -> bool:
    """Ask about a page and save it as `answered` returns it, also after Ctrl-C; return False when nothing was."""
    try:
        ask()
    except Interrupted:
        if _kept(app, stored, draft, answered):
            raise Interrupted(app.wording.ui["kept_so_far"]) from None
        raise
    return _kept(app, stored, draft, answered)


def _kept(app: App, stored: Stored, draft: Draft, answered: Callable[[Entry], Entry]) -> bool:
    """Save what was answered, on the page as it is by now; False when nothing was."""
    fresh = app.again(stored)
    done = app.change([(fresh, answered(fresh.entry))])
    draft.wipe()
    return bool(done)


def _append_answers(app: App, draft: Draft) -> None:
    """Save the answers about a page that were cut off: nothing has to be asked, as they are only ever added."""
    try:
        stored = app.find(draft.about.ref)
    except NothingFound:
        app.say(f"the page {draft.about.ref} is gone; what was answered about it is kept in {draft.path}")
        return
    page = entries.parse(_words(draft))
    if draft.about.digest != _digest(stored.entry):
        page = _joined(stored.entry, page, written_out=draft.about.purpose != "review")
    app.change([(stored, page)])
    draft.wipe()
    app.tell(app.wording.ui["kept_so_far"])


def _joined(here: Entry, answered: Entry, *, written_out: bool) -> Entry:
    """Return the page as it is by now with the answers that were begun before it changed.

    When it was `written_out`, what was answered is added to what is on the page; a review only joins the lists.
    """
    page = added(here, answered) if written_out else here.amended(merged(here, answered.fields))
    reviews = [review for review in answered.reviews if review not in here.reviews]
    return page.reviewed({name: entries.given(value) for name, value in reviews[-1].items()}) if reviews else page


def added(page: Entry, answered: Entry) -> Entry:
    """Return a page with the fields that it left open, the lists joined, and the text behind what it says.

    What is on the page stays as it is, and adding the same answers again changes nothing.
    """
    blank = {name: value for name, value in answered.fields.items() if page.fields.get(name) in (None, "", [], {})}
    fresh = {**blank, **merged(page, answered.fields, NESTED)}
    changes = {name: entries.given(value) for name, value in fresh.items() if name != "review"}
    return _behind(page.amended(changes), answered.body)


def _behind(page: Entry, text: str) -> Entry:
    """Return a page with a text behind what it says, unless it says that already, and a blank line in between."""
    if text.strip() in page.body:
        return page
    return page.rewritten(page.body + _gap(page.body) + text)


def _gap(body: str) -> str:
    """Return what makes a blank line between a text and the text behind it."""
    if not body.strip() or body.endswith(("\n\n", "\n\r\n")):
        return ""
    return "\n" if body.endswith("\n") else "\n\n"


def merged(page: Entry, fields: Mapping[str, Value], names: Iterable[str] = LISTS) -> dict[str, Value]:
    """Return the lists answered on the way (`map`, `try`, `talk`) joined to those that are on the page."""
    found: dict[str, Value] = {}
    for name in names:
        fresh, old = fields.get(name), page.fields.get(name)
        if isinstance(fresh, dict):
            known = old if isinstance(old, dict) else {}
            found[name] = {**known, **{key: _united(known.get(key), value) for key, value in fresh.items()}}
    return found


def _united(old: Value, new: Value) -> Value:
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *(item for item in new if item not in old)]
    return new


def _accept_again(app: App, draft: Draft) -> Accept:
    """Return what takes a page that is offered again: a change of an entry, or else a new page."""
    from sexjournal.prompts.questions import section_for_kind
    from sexjournal.prompts.template import page_template

    if draft.about.purpose == "edit":
        try:
            return accept_change(app, app.find(draft.about.ref), draft.about.digest)
        except NothingFound:
            app.say(f"{draft.about.ref} was removed meanwhile: this becomes a new page")
    kind = draft.about.ref if draft.about.ref in entries.KINDS else entries.KINDS[0]
    return accept_new(app, page_template(app.wording, section_for_kind(kind), {}), draft.about.id or _begun(draft))


def _begun(draft: Draft) -> str:
    """Return the id of a page that was whole once, before it was offered again."""
    try:
        return entries.parse(_words(draft)).id
    except BadInput:
        return ""


def accept_new(app: App, template: Template, begun: str = "") -> Accept:
    """Return what takes a new page from the editor; `begun` is its id when it was whole once, before it was offered."""

    def accept(text: str) -> Stored | Nothing:
        if template.untouched(text):
            return Nothing("the page was not changed, nothing was written")
        entries.check(entries.parse(text), besides={"date"})  # in the lines that the person sees
        page = entries.parse(template.without_prompts(text))
        if text.strip() and not page.head:
            raise BadPage(1, "the front matter is gone", "a page begins with it, between two lines of three dashes")
        if not says_something(page):
            return Nothing("the page is empty, nothing was written")
        return _saved(app, complete(app, page, {}, begun))

    return accept


def accept_written(app: App) -> Accept:
    """Return what takes a new page that is whole as it stands."""

    def accept(text: str) -> Stored | Nothing:
        page = entries.parse(text)
        return _saved(app, complete(app, page, {}, page.id))

    return accept


def _saved(app: App, page: Entry) -> Stored | Nothing:
    try:
        return save(app, page)
    except FileExistsError:  # killed between saving it and forgetting the draft
        return Nothing(f"{page.id} was saved already")


def accept_change(app: App, stored: Stored, begun_from: str = "") -> Accept:
    """Return what takes a changed page; `begun_from` is the digest of the text that an offered change began with."""

    def accept(text: str) -> Stored | Nothing:
        if text == stored.entry.text:
            return Nothing("the page was not changed, nothing was written")
        if not text.strip():
            raise BadInput("the page is empty", f"'journal remove {stored.entry.id}' takes a page away")
        page = entries.parse(text)
        if page.id != stored.entry.id:
            raise BadInput("the id of a page cannot change", f"it is 'id: {stored.entry.id}'")
        if begun_from not in ("", NOTHING, _digest(stored.entry)) and not app.asker.confirm(
            app.wording.ui["changed_meanwhile"]
        ):
            raise BadInput("the page was not saved")
        app.change([(stored, _in_one_version(app, settled(app, page)))])
        app.tell(app.wording.ui["saved"])
        return stored

    return accept


def _in_one_version(app: App, page: Entry) -> Entry:
    """Return a page without what a merge kept beside it, once none of its marks is left in the text."""
    if not in_two_versions(page):
        return page
    if holds_marks(page):
        app.say("the page still holds both versions, between lines that begin with <<<<<<<, ======= and >>>>>>>")
        return page
    app.say("no mark of two versions is left in the page: its field 'conflict' goes")
    return page.amended({CONFLICT: None})


def _digest(page: Entry) -> str:
    return digest_of(page.text.encode("utf-8", "surrogateescape"))


def says_something(page: Entry) -> bool:
    """Whether a new page holds more than its kind and date."""
    told = (value for name, value in page.fields.items() if name not in ("id", "kind", "date", "written"))
    return bool(page.body.strip()) or any(value not in (None, "", [], {}) for value in told)


def _taken(app: App, draft: Draft, accept: Accept) -> Stored | None:
    text = _words(draft)
    outcome = accept(text)
    draft.wipe()
    if isinstance(outcome, Nothing):
        app.say(outcome.sentence)
        return None
    return outcome


def _words(draft: Draft) -> str:
    try:
        return draft.read().decode()
    except UnicodeDecodeError as trouble:
        line = trouble.object[: trouble.start].count(b"\n") + 1
        raise BadPage(line, "this is not UTF-8 text", "save the page as UTF-8") from None


def _again_or_raise(app: App, draft: Draft, trouble: BadInput) -> None:
    """Say what is wrong and offer the same text again; give up when nobody is there, or wants to."""
    with told_where(draft):
        if not app.interactive:
            raise trouble
        app.complain(trouble.sentence, trouble.hint)
        if not app.asker.confirm(app.wording.ui["open_again"], default=True):
            raise BadInput("the page was not saved")


def _date(app: App, page: Entry, flags: Mapping[str, Value], kind: str) -> str:
    if "date" in flags:
        return str(flags["date"])
    typed = page.fields.get("date")
    if typed not in (None, ""):
        return _understood(app, page, typed)
    if kind in DATED_KINDS:
        raise BadInput(f"a {kind} needs a date", "roughly is enough: --on 2009, --on 'summer 2009', --on 2009/2013")
    return understand("yesterday", app.today()).text


def _understood(app: App, page: Entry, typed: Value) -> str:
    """Return a date that stands in a page as it is stored; what stands there is never quoted."""
    try:
        when = understand(typed if isinstance(typed, str) else "", app.today())
    except BadDate:
        raise BadPage(page.line_of("date"), "'date' cannot be read as a date", entries.DATE.hint) from None
    try:
        return not_future(when, app.today()).text
    except BadDate as trouble:
        raise BadPage(page.line_of("date"), trouble.sentence, trouble.hint) from None
