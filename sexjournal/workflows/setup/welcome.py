"""The first questions on a new device: adults only, and whether a journal is safe here. No answer is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, Interrupted
from sexjournal.workflows.help_lines import help_lines

if TYPE_CHECKING:
    from sexjournal.app import App


def need_terminal(app: App) -> None:
    """Raise BadInput without a terminal for answers."""
    if not app.terminal.interactive:
        raise BadInput("this asks questions, and there is no terminal", "journal init --yes takes the defaults")


def tell_adults_only(app: App) -> None:
    """Welcome the person, and say that the journal is for adults."""
    ui, adult = app.wording.ui, app.wording.adult
    for line in (ui["welcome"], ui["no_handbook"], ui["not_a_verdict"], "", adult["statement"], adult["others"], ""):
        app.terminal.tell(line)


def ask_whether_safe(app: App) -> None:
    """Ask about danger from people with access to the computer, as no lock helps against force.

    "Yes" names the help lines and ends the command. The answer is not stored.
    """
    from sexjournal.prompts.wording import Option

    safety, ui = app.wording.safety, app.wording.ui
    app.terminal.tell(f"{safety['answer_not_kept']} {safety['not_evidence']}")
    answer = app.asker.choose(safety["question"], [Option(word, ui[word]) for word in ("no", "yes", "unsure")])
    if answer == "yes":
        app.terminal.tell(safety["if_yes"])
        app.terminal.tell(help_lines(app))
        raise Interrupted("no journal was made")
    if answer == "unsure":
        app.terminal.tell(safety["if_unsure"])
