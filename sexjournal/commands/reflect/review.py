"""journal review: a page from a day or a week ago, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Json, SomeRef, app_of
from sexjournal.errors import BadInput
from sexjournal.workflows import answers as written
from sexjournal.workflows.help_lines import tell_help_lines
from sexjournal.workflows.saving import naming_draft

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Writable
    from sexjournal.journal.reading import Stored
    from sexjournal.prompts.answers import PlacedAnswers
    from sexjournal.reflect.due import DuePage

BLIND = ("review.now", "review.recall")  # asked before the page is shown


def review(
    ctx: typer.Context,
    ref: SomeRef = None,
    day: Annotated[bool, typer.Option("--day", help="A line or a page from the day before.")] = False,
    week: Annotated[bool, typer.Option("--week", help="A page from a week ago.")] = False,
    month: Annotated[bool, typer.Option("--month", help="A page from a month ago.")] = False,
    year: Annotated[bool, typer.Option("--year", help="A page from around this day in an earlier year.")] = False,
    waiting: Annotated[bool, typer.Option("--list", help="Only show what is ready.")] = False,
    then_now: Annotated[bool, typer.Option("--then-now", help="Draw then and now, a row for each page.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="No second screen and no drawing, for screen readers.")
    ] = False,
    json: Json = False,
) -> None:
    """Look at a page again: what do you think of it now, and does what you wrote still hold?

    One page at a time, and only if you feel like it. What is not taken up lapses without a trace.
    """
    app = app_of(ctx)
    chosen = tuple(name for name, flag in {"day": day, "week": week, "month": month, "year": year}.items() if flag)
    if then_now:
        _show_then_and_now(app, plain=plain, json=json)
    elif waiting or json:
        _show_ready(app, _ready(app, chosen), json=json)
    else:
        _sit_down(app, _page_for(app, ref, chosen), named=ref is not None, plain=plain)


def _ready(app: App, chosen: tuple[str, ...]) -> tuple[DuePage, ...]:
    from sexjournal.reflect.due import due_pages

    cadences = chosen or app.config.cadence
    return due_pages(app.archive.read().entries, app.now(), cadences, app.config.day_starts)


def _page_for(app: App, ref: str | None, chosen: tuple[str, ...]) -> DuePage | None:
    from sexjournal.reflect.due import DuePage, page_of_the_day
    from sexjournal.reflect.page_facts import is_jot

    if ref is not None:
        entry = app.archive.find(ref).entry
        return DuePage(entry, "day" if is_jot(entry) else "free")
    return page_of_the_day(_ready(app, chosen), app.today())


def _show_ready(app: App, ready: tuple[DuePage, ...], *, json: bool) -> None:
    from sexjournal.terminal.listing import entry_lines
    from sexjournal.terminal.text import json_text

    if json:
        app.terminal.show(json_text([{"id": one.entry.id, "cadence": one.cadence} for one in ready]))
    elif ready:
        app.terminal.show(entry_lines([one.entry for one in ready], app.terminal.face, app.terminal.words))
    else:
        app.terminal.tell(app.wording.ui["nothing_due"])


def _show_then_and_now(app: App, *, plain: bool, json: bool) -> None:
    from sexjournal.reflect.then_now import then_and_now
    from sexjournal.terminal import chart
    from sexjournal.terminal.text import json_text

    seen = then_and_now(app.archive.read().entries)
    if json:
        app.terminal.show(json_text(chart.to_json(seen)))
        return
    flat = plain or not app.terminal.face.tty
    app.terminal.show((chart.chart_table if flat else chart.chart_lines)(seen, app.terminal.face, app.terminal.words))
    for sentence in chart.caption(seen, app.wording.messages, app.terminal.words):
        app.terminal.tell(sentence)


def _sit_down(app: App, ready: DuePage | None, *, named: bool, plain: bool) -> None:
    """Take up one page, on a screen that is gone afterwards; one that was `named` is opened without a question."""
    ui = app.wording.ui
    if ready is None:
        app.terminal.tell(ui["nothing_due"])
        return
    if not app.terminal.interactive:
        raise BadInput("a review asks questions, and there is no terminal", "journal review --list shows what is ready")
    stored = app.archive.find(ready.entry.id)
    with app.terminal.sitting(plain=plain):
        app.terminal.tell(_headline(app, stored.entry))
        answer = "open" if named else _open_it(app, ready)
        if answer == "open":
            _review(app, stored, ready.cadence)
    if answer == "never":
        app.archive.change([(stored, stored.entry.amended({"resurface": False}))])
        app.terminal.tell(ui["let_rest"])
    elif answer == "later":
        app.terminal.tell(ui["later"])


def _open_it(app: App, ready: DuePage) -> str:
    """Ask whether to open a page now; one that is to rest is never brought up again."""
    from sexjournal.prompts.wording import filled

    question = app.wording.ui["due_one"]
    if ready.cadence == "year":
        year = str(ready.entry.written.year) if ready.entry.written else ""
        question = filled(app.wording.prompts["review.year.open"].text, {"year": year})
    return app.asker.choose(question, app.wording.options["open_it"]) or "later"


def _headline(app: App, entry: Entry) -> str:
    """Return what a page is about, so that one knows which it is, and nothing of what it says."""
    from sexjournal.entry.shown_dates import long_date

    about = long_date(entry.date, app.terminal.language) if entry.date else ""
    kind = app.terminal.words[f"kind.{entry.kind}"]
    return ", ".join(filter(None, (entry.title or kind, about, " & ".join(entry.people))))


def _review(app: App, stored: Stored, cadence: str) -> None:
    """Ask, and append the answers; who stops in the middle keeps what was answered."""
    from sexjournal.reflect.page_facts import is_jot

    purpose = "jot" if cadence == "day" and is_jot(stored.entry) else "review"
    with (
        app.drafts.begin(purpose, stored.entry.id, stored.entry.text, optional=True) as draft,
        naming_draft(draft),
    ):
        app.asker.on_answer = lambda: draft.write(_answered(app, stored.entry, cadence).text.encode())
        kept = written.ask_and_save(
            app,
            stored,
            draft,
            lambda: _ask(app, stored.entry, cadence),
            lambda page: _answered(app, page, cadence),
        )
        _close(app, stored.entry, cadence, kept=kept)


def _ask(app: App, entry: Entry, cadence: str) -> None:
    """Ask the questions of a section: the blind ones, then the page with its number masked, then the others."""
    from sexjournal.prompts.questions import questions_of
    from sexjournal.reflect.page_facts import is_jot, prompt_facts
    from sexjournal.reflect.review import review_section

    section = review_section(entry, cadence)
    facts = prompt_facts(entry, health=app.config.flag("health"))
    app.asker.introduce(section)
    every = [one for ask in ("first", "more") for one in questions_of(app.wording, section, facts, ask)]
    for prompt in (one for one in every if one.store in BLIND):
        app.asker.ask(prompt)
    if not is_jot(entry):
        app.terminal.tell("")
        app.terminal.show_within(_masked(entry))
    app.asker.ask_section(section, facts, {*BLIND, "none"}, {"jot": entry.jot})


def _masked(entry: Entry) -> Entry:
    """Return the page without its numbers and earlier answers, for showing only."""
    from sexjournal.reflect.page_facts import THEN

    hidden = {"review": None, THEN.get(entry.kind, "rating"): None, "now": None}
    return entry.amended({name: None for name in hidden if name in entry.fields})


def _answered(app: App, entry: Entry, cadence: str) -> Entry:
    """Return the page with what was answered so far: a jot becomes the page it was kept for, others get a review."""
    from sexjournal.entry.entry import parse
    from sexjournal.prompts.answers import place_answers
    from sexjournal.reflect.page_facts import is_jot
    from sexjournal.reflect.review import review_fields

    placed = place_answers(app.asker.answers, app.wording.headings)
    if not (placed.fields or placed.body or placed.review):
        return entry
    if cadence == "day" and is_jot(entry):
        entry = parse(entry.amended(placed.fields).text + placed.body)
        placed = placed._replace(fields={}, body="")
    answers = _as_review(placed)
    lists = entry.amended(written.joined_fields(entry, placed.fields))
    if not answers:
        return lists
    blind, starts = "now" in placed.review, app.config.day_starts
    return lists.reviewed(review_fields(entry, cadence, app.now(), answers, blind=blind, day_starts=starts))


def _as_review(placed: PlacedAnswers) -> Mapping[str, Writable]:
    """Return the answers as a review keeps them: the page's own text and rating are never changed by one."""
    own = {name: value for name, value in placed.fields.items() if name not in (*written.LISTS, "rating")}
    answers: dict[str, Writable] = {**placed.review, **own}
    if "rating" in placed.fields:
        answers["now"] = placed.fields["rating"]
    notes = [str(text).strip() for text in (answers.get("note"), placed.body) if text]
    return answers | ({"note": "\n\n".join(notes)} if notes else {})


def _close(app: App, entry: Entry, cadence: str, *, kept: bool) -> None:
    """Say both numbers and one neutral sentence, or offer somebody to talk to."""
    from sexjournal.prompts.answers import place_answers
    from sexjournal.prompts.wording import filled
    from sexjournal.reflect.page_facts import is_quiet, makes_quiet
    from sexjournal.reflect.then_now import comparable_numbers, turn_message

    messages = app.wording.messages
    placed = place_answers(app.asker.answers, app.wording.headings)
    answers = _as_review(placed)
    told = {**answers, "cadence": cadence, "blind": "true"}
    if makes_quiet(entry, answers):
        tell_help_lines(app)
    elif is_quiet(entry) or entry.early:
        app.terminal.tell(messages["review.no_number"])
    elif numbers := comparable_numbers(entry, told):
        then, now = numbers
        app.terminal.tell(filled(messages[turn_message(then, now)], {"then": str(then), "now": str(now)}))
    app.terminal.tell(app.wording.ui["saved" if kept else "later"])
    app.asker.line(app.wording.ui["close"])
