"""journal doctor: check the whole journal, show the findings, and run the safe fixes."""

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
    findings = doctor.examine(app, mend=fix)
    unfixed = [finding for finding in findings if not finding.fixed]
    for finding in findings:
        if finding.fixed:
            app.terminal.say(f"mended: {finding.what}")
    if json:
        app.terminal.show(json_text([finding.to_json() for finding in findings]))
    else:
        app.terminal.show(
            finding_lines([(_sentence(finding), finding.hint) for finding in unfixed], app.terminal.style)
        )
    app.terminal.say(_verdict(unfixed))
    app.leave(doctor.exit_code(unfixed))


def _sentence(finding: Finding) -> str:
    return finding.what if finding.code else f"note: {finding.what}"


def _verdict(findings: Sequence[Finding]) -> str:
    count = sum(bool(finding.code) for finding in findings)
    if not count:
        return "all is well"
    mendable = "; 'journal doctor --fix' mends what is safe" if any(finding.fix for finding in findings) else ""
    return ("one thing needs a hand" if count == 1 else f"{count} things need a hand") + mendable
