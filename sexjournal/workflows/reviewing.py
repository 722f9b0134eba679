"""Review a page: ask whether to open the page, ask the questions, save the answers, say both numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput
from sexjournal.workflows.asking import ask_and_save
from sexjournal.workflows.help_lines import tell_help_lines
from sexjournal.workflows.saving import naming_draft

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.journal.reading import Stored
    from sexjournal.prompts.answers import PlacedAnswers
    from sexjournal.reflect.due import DuePage

BLIND = ("review.now", "review.recall")  # asked before the page is shown


def review_page(app: App, due: DuePage | None, *, named: bool, plain: bool) -> None:
    """Take up a page on a screen that is gone afterwards. A `named` page is opened without a question.

    `plain` stays on the same screen, without colour.
    """
    ui = app.wording.ui
    if due is None:
        app.terminal.tell(ui["nothing_due"])
        return
    if not app.terminal.interactive:
        raise BadInput("a review asks questions, and there is no terminal", "journal review --list shows what is ready")
    stored = app.archive.find(due.entry.id)
    with app.terminal.sitting(plain=plain):
        app.terminal.tell(_headline(app, stored.entry))
        choice = "open" if named else _ask_to_open(app, due)
        if choice == "open":
            _review(app, stored, due.cadence)
    if choice == "never":
        app.archive.change([(stored, stored.entry.amended({"resurface": False}))])
        app.terminal.tell(ui["let_rest"])
    elif choice == "later":
        app.terminal.tell(ui["later"])


def _headline(app: App, entry: Entry) -> str:
    """Return title or kind, date and people of a page, without any text of the page."""
    from sexjournal.entry.shown_dates import long_date

    about = long_date(entry.date, app.terminal.language) if entry.date else ""
    kind = app.terminal.words[f"kind.{entry.kind}"]
    return ", ".join(filter(None, (entry.title or kind, about, " & ".join(entry.people))))


def _ask_to_open(app: App, due: DuePage) -> str:
    """Ask whether to open a page now, and return `open`, `later` or `never`."""
    from sexjournal.prompts.wording import filled

    question = app.wording.ui["due_one"]
    if due.cadence == "year":
        year = str(due.entry.written.year) if due.entry.written else ""
        question = filled(app.wording.prompts["review.year.open"].text, {"year": year})
    return app.asker.choose(question, app.wording.options["open_it"]) or "later"


def _review(app: App, stored: Stored, cadence: str) -> None:
    """Ask, save the answers and close. After each answer the draft holds the page with all answers so far."""
    from sexjournal.prompts.answers import place_answers
    from sexjournal.reflect.answers import with_review
    from sexjournal.reflect.page_facts import is_jot

    placed = place_answers((), app.wording.headings)

    def answered(page: Entry) -> Entry:
        return with_review(page, cadence, placed, app.now(), app.config.day_starts)

    def place_and_draft() -> None:
        nonlocal placed
        placed = place_answers(app.asker.answers, app.wording.headings)
        draft.write(answered(stored.entry).text.encode())

    purpose = "jot" if cadence == "day" and is_jot(stored.entry) else "review"
    with (
        app.drafts.begin(purpose, stored.entry.id, stored.entry.text, optional=True) as draft,
        naming_draft(draft),
    ):
        app.asker.on_answer = place_and_draft
        saved = ask_and_save(app, stored, draft, lambda: _ask_review_questions(app, stored.entry, cadence), answered)
        _close(app, stored.entry, cadence, placed, saved=saved)


def _ask_review_questions(app: App, entry: Entry, cadence: str) -> None:
    """Ask the blind questions, show the page with masked numbers, and ask the other questions of the section."""
    from sexjournal.prompts.questions import questions_of
    from sexjournal.reflect.page_facts import is_jot, prompt_facts
    from sexjournal.reflect.review import review_section

    section = review_section(entry, cadence)
    facts = prompt_facts(entry, health=app.config.flag("health"))
    app.asker.introduce(section)
    prompts = [prompt for ask in ("first", "more") for prompt in questions_of(app.wording, section, facts, ask)]
    for prompt in prompts:
        if prompt.store in BLIND:
            app.asker.ask(prompt)
    if not is_jot(entry):
        app.terminal.tell("")
        app.terminal.show_within(_masked(entry))
    app.asker.ask_section(section, facts, {*BLIND, "none"}, {"jot": entry.jot})


def _masked(entry: Entry) -> Entry:
    """Return the page without numbers and earlier answers, for showing only."""
    from sexjournal.reflect.page_facts import THEN

    hidden = {"review": None, THEN.get(entry.kind, "rating"): None, "now": None}
    return entry.amended({name: None for name in hidden if name in entry.fields})


def _close(app: App, entry: Entry, cadence: str, placed: PlacedAnswers, *, saved: bool) -> None:
    """Say both numbers in a neutral sentence, or name the help lines after an answer about an unwanted moment."""
    from sexjournal.prompts.wording import filled
    from sexjournal.reflect.answers import review_answers
    from sexjournal.reflect.page_facts import is_quiet, makes_quiet
    from sexjournal.reflect.then_now import comparable_numbers, turn_message

    messages = app.wording.messages
    answers = review_answers(placed)
    if makes_quiet(entry, answers):
        tell_help_lines(app)
    elif is_quiet(entry) or entry.early:
        app.terminal.tell(messages["review.no_number"])
    elif numbers := comparable_numbers(entry, {**answers, "cadence": cadence, "blind": "true"}):
        then, now = numbers
        app.terminal.tell(filled(messages[turn_message(then, now)], {"then": str(then), "now": str(now)}))
    app.terminal.tell(app.wording.ui["saved" if saved else "later"])
    app.asker.line(app.wording.ui["close"])
