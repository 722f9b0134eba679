"""journal new: a page, from the editor, from questions or from standard input."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import app_of
from sexjournal.commands.write import jot, tag
from sexjournal.errors import BadInput
from sexjournal.workflows import writing
from sexjournal.workflows.help_lines import tell_help_lines
from sexjournal.workflows.setup.start import set_up_if_missing

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry, Value
    from sexjournal.journal.store import Stored
    from sexjournal.prompts.questions import Facts


def new(
    ctx: typer.Context,
    kind: Annotated[str, typer.Option(metavar="KIND", help="experience, fantasy, memory, chapter, ...")] = "",
    on: Annotated[str | None, typer.Option(metavar="DATE", help="When it was; yesterday unless given.")] = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="A person, by a made-up name; may be repeated.")
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="May be repeated.")] = None,
    title: Annotated[str, typer.Option(metavar="TITLE", help="A title.")] = "",
    rating: Annotated[str | None, typer.Option(metavar="1..7", help="All in all, for you: 1 to 7.")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Be asked, one question at a time.")] = False,
) -> None:
    """Write a page about yesterday, or about another day with --on. Prints its id.

    The page comes from your editor, from questions in the terminal (with --ask, or without an editor), or from standard
    input.
    """
    app = app_of(ctx)
    set_up_if_missing(app)
    flags = _flags(app, kind, on, with_ or [], tags or [], title, rating)
    if app.interactive:
        writing.offer_leftovers(app)
    stored = _written(app, flags, ask=ask)
    if stored is not None:
        sys.stdout.write(f"{stored.entry.id}\n")


def _written(app: App, flags: dict[str, Value], *, ask: bool) -> Stored | None:
    if _rather_a_jot(app, flags):
        return jot.keep(app, flags)
    if app.piped and not ask:
        return _from_standard_input(app, flags)
    return _from_questions(app, flags) if ask or writing.lacks_editor(app) else _from_editor(app, flags)


def _rather_a_jot(app: App, flags: Mapping[str, Value]) -> bool:
    """For today, offer to keep one line and let it rest for a night."""
    from sexjournal.prompts.wording import Option

    today = flags.get("date") == app.today().isoformat() and flags.get("kind", "experience") == "experience"
    if not today or not app.interactive:
        return False
    ui = app.wording.ui
    app.tell(ui["settle"])
    return (
        app.asker.choose(ui["settle_choice"], [Option("jot", ui["jot_instead"]), Option("page", ui["write_anyway"])])
        == "jot"
    )


def _flags(
    app: App, kind: str, on: str | None, people: list[str], tags: list[str], title: str, rating: str | None
) -> dict[str, Value]:
    """Return the fields that the command line gives, each understood or refused."""
    from sexjournal.entry.dates import not_future
    from sexjournal.entry.typed_dates import understand
    from sexjournal.search import query

    flags: dict[str, Value] = {"kind": query.kind(kind)} if kind else {}
    if on is not None:
        flags["date"] = not_future(understand(on, app.today()), app.today()).text
    if people:
        flags["with"] = list(people)
    if tags:
        flags["tags"] = [tag.checked(word) for word in tags]
    if title:
        flags["title"] = title
    if rating is not None:
        flags["rating"] = _rating(rating)
    return flags


def _rating(typed: str) -> int:
    if typed not in list("1234567"):
        raise BadInput(f"a rating is a whole number from 1 to 7, not '{typed}'", "leave it out where there is none")
    return int(typed)


def _from_standard_input(app: App, flags: dict[str, Value]) -> Stored | None:
    """Save the page that comes through a pipe; it cannot be asked for again, so it is kept when it is refused."""
    from sexjournal.entry import entry as entries

    text = app.standard_input()
    kind = str(flags.get("kind") or "experience")
    with app.drafts.begin("new", kind, text, written=True) as draft, writing.told_where(draft):
        typed = entries.parse(text)
        if not writing.says_something(typed):
            draft.wipe()
            raise BadInput("the page is empty", "a line of text is enough")
        draft.write(typed.amended(flags).text.encode())
        draft.write(writing.complete(app, typed, flags).text.encode())
        return writing.from_draft(app, draft, writing.accept_written(app))


def _from_editor(app: App, flags: dict[str, Value]) -> Stored | None:
    from sexjournal.prompts.questions import Facts, section_for_kind
    from sexjournal.prompts.template import page_template

    app.journal.probe()
    kind = str(flags.get("kind") or "experience")
    fields = {"kind": kind, **_dated(app, kind), **flags}
    _say_when(app, fields)
    page = page_template(app.wording, section_for_kind(kind), fields, Facts(health=app.config.flag("health")))
    begun = app.journal.new_id()
    with app.drafts.begin("new", kind, page.text, page_id=begun) as draft:
        return writing.through_editor(app, draft, writing.accept_new(app, page, begun))


def _from_questions(app: App, flags: dict[str, Value]) -> Stored | None:
    """Ask, and save what was answered; each answer is kept at once, so that who is cut off finds it again."""
    from sexjournal.reflect import reflection

    if not app.interactive:
        raise BadInput("--ask asks questions, and there is no terminal", "pipe the page on standard input instead")
    app.journal.probe()
    kind = str(flags.get("kind") or "experience")
    given: dict[str, Value] = {"kind": kind, **_dated(app, kind), **flags}
    _say_when(app, given)
    with app.drafts.begin("new", kind, "", written=True) as draft, writing.told_where(draft):
        app.asker.heard = lambda: draft.write(answered(app, given).text.encode())
        _ask_all(app, kind, flags, given)
        page = answered(app, given)
        if not writing.says_something(page):
            app.say("nothing was written")
            draft.wipe()
            return None
        draft.write(page.text.encode())
        stored = writing.from_draft(app, draft, writing.accept_written(app))
        if reflection.is_quiet(page):
            tell_help_lines(app)
        return stored


def answered(app: App, given: Mapping[str, Value], behind: str = "") -> Entry:
    """Return the page as far as the questions were answered; `behind` is the text that the answers come behind."""
    from sexjournal.entry.entry import compose
    from sexjournal.prompts.answers import place_answers

    fields, body, _ = place_answers(app.asker.answers, app.wording.headings, behind)
    return compose({**given, **fields}, body)


def _ask_all(app: App, kind: str, flags: Mapping[str, Value], given: dict[str, Value]) -> None:
    """Ask the kind's questions, but those that the command line answers."""
    from sexjournal.prompts.questions import Facts

    facts = Facts(
        rating=int(str(flags["rating"])) if "rating" in flags else None,
        people=_names(flags),
        health=app.config.flag("health"),
        early=_is_early(app, kind, given) if "date" in flags else None,
    )
    ask_about(app, kind, facts, {f"fm.{name}" for name in flags}, given)


def ask_about(app: App, kind: str, facts: Facts, known: Collection[str], given: dict[str, Value]) -> None:
    """Ask the questions of a kind that are not `known`; `given` gets `early` when the page lies before adulthood."""
    from sexjournal.prompts.questions import section_for_kind

    if kind == "fantasy":
        app.tell(app.wording.adult["fantasy"])
    app.asker.ask_section(section_for_kind(kind), facts, known, early=lambda _date: _is_early(app, kind, given))


def _is_early(app: App, kind: str, given: dict[str, Value]) -> bool:
    """Ask whether a page of the past lies before adulthood; if so, put that into `given`."""
    early = kind in writing.DATED_KINDS and not app.asker.confirm(app.wording.adult["ask_age"], default=True)
    if early:
        given["early"] = True
        app.tell(app.wording.adult["early_memory"])
    return early


def _names(flags: Mapping[str, Value]) -> tuple[str, ...]:
    names = flags.get("with")
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _dated(app: App, kind: str) -> dict[str, Value]:
    from sexjournal.entry.typed_dates import understand

    return {} if kind in writing.DATED_KINDS else {"date": understand("yesterday", app.today()).text}


def _say_when(app: App, fields: Mapping[str, Value]) -> None:
    from sexjournal.entry.dates import parse_date

    if "date" in fields:
        writing.say_when(app, parse_date(str(fields["date"])))
