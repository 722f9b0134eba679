"""journal doctor: look at everything, say what is wrong and what to do, and mend what is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Json, app_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sexjournal.workflows.doctor import Finding

Fix = Annotated[bool, typer.Option("--fix", help="Mend what can be mended without losing anything.")]


def doctor(ctx: typer.Context, fix: Fix = False, json: Json = False) -> None:
    """Look at every file, the keys, git and this machine: what is wrong, and what to do.

    --json prints a list of {"what", "hint", "weight", "fixable", "fixed"}: weight is "finding" or "note", and a note
    does not count for the exit code, which is 0 only when all is well.
    """
    from sexjournal.terminal.tables import finding_lines
    from sexjournal.terminal.text import json_text
    from sexjournal.workflows import doctor

    app = app_of(ctx)
    found = doctor.examine(app, mend=fix)
    left = [one for one in found if not one.fixed]
    for one in found:
        if one.fixed:
            app.terminal.say(f"mended: {one.what}")
    if json:
        app.terminal.show(json_text([one.told() for one in found]))
    else:
        app.terminal.show(finding_lines([(_sentence(one), one.hint) for one in left], app.terminal.face))
    app.terminal.say(_verdict(left))
    app.exit_code = doctor.exit_code(left)
    app.leave()


def _sentence(finding: Finding) -> str:
    return finding.what if finding.code else f"note: {finding.what}"


def _verdict(left: Sequence[Finding]) -> str:
    count = sum(bool(one.code) for one in left)
    if not count:
        return "all is well"
    mendable = "; 'journal doctor --fix' mends what is safe" if any(one.fix for one in left) else ""
    return ("one thing needs a hand" if count == 1 else f"{count} things need a hand") + mendable
