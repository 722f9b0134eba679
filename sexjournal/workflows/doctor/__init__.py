"""Look at every file, the keys, git and this machine: the table of checks. Knows the App; knows no command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import BadInput, JournalError
from sexjournal.git.hints import git_in
from sexjournal.workflows.doctor import files, keys, machine, pages, repository
from sexjournal.workflows.doctor.finding import DAMAGED, GIT, KEY, OTHER, Finding

if TYPE_CHECKING:
    from sexjournal.app import App

__all__ = ["CHECKS", "Finding", "examine", "exit_code"]

Check = Callable[["App"], Iterator[Finding]]

# git comes last: what was mended before is committed by then.
CHECKS: dict[str, Check] = {
    "settings": machine.settings,
    "questions": machine.questions,
    "editor": machine.editor,
    "swap": machine.swapping,
    "memory": machine.place,
    "drafts": files.drafts,
    "gpg": keys.program,
    "pinentry": keys.pinentry,
    "key": keys.own,
    "recipients": keys.readers,
    "backup": keys.second,
    "pages": pages.opened,
    "strays": files.strays,
    "permissions": files.permissions,
    "repository": repository.there,
    "locks": repository.locks,
    "git settings": repository.settings,
    "git files": repository.tracked,
    "git notes": repository.in_clear,
    "commits": repository.uncommitted,
    "remote": repository.remote,
}
GRAVEST_FIRST = (DAMAGED, KEY, GIT, OTHER)


def examine(app: App, *, mend: bool = False) -> list[Finding]:
    """Run every check, and mend what is safe when told to; BadInput where there is no journal to look at.

    A check that could not be run becomes a finding, told once for all that failed for the same reason.
    """
    gone = _without_own_page(app)
    found: list[Finding] = []
    unseen: dict[Finding, list[str]] = {}
    for name, check in CHECKS.items():
        try:
            found.extend(_mended(finding) if mend else finding for finding in check(app))
        except BadInput as trouble:
            unseen.setdefault(gone or _of(trouble), []).append(name)
        except (JournalError, OSError) as trouble:
            unseen.setdefault(_of(trouble), []).append(name)
    return [*found, *(_not_looked_at(trouble, names) for trouble, names in unseen.items())]


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the code of the gravest finding that is left, 0 when all is well."""
    left = {finding.code for finding in findings if not finding.fixed}
    return next((code for code in GRAVEST_FIRST if code in left), 0)


def _without_own_page(app: App) -> Finding | None:
    """Return what is to be told when journal.asc is gone; BadInput when there is nothing else either."""
    try:
        if app.keyring.exists:
            return None
        pages = app.store.has_pages
    except (JournalError, OSError):
        return None  # the check that meets it tells
    if not pages:
        raise BadInput(f"there is no journal in {app.directory}", "journal init makes one")
    hint = f"bring it back:\n  {git_in(app.directory)} checkout HEAD -- {MANIFEST}"
    return Finding(f"there are pages here, and {MANIFEST} is gone", hint, DAMAGED)


def _mended(finding: Finding) -> Finding:
    if finding.fix is None:
        return finding
    try:
        finding.fix()
    except (JournalError, OSError) as trouble:
        return replace(finding, hint=f"it could not be mended: {_of(trouble).what}")
    return replace(finding, fixed=True)


def _of(trouble: JournalError | OSError) -> Finding:
    if isinstance(trouble, OSError):
        where = f"{trouble.filename} cannot be read" if trouble.filename else "something cannot be read"
        return Finding(f"{where}: {str(trouble.strerror).lower()}", "")
    code = trouble.exit_code if trouble.exit_code in GRAVEST_FIRST else OTHER
    return Finding(trouble.sentence, " ".join(trouble.hint.split()), code)


def _not_looked_at(trouble: Finding, names: list[str]) -> Finding:
    return replace(trouble, what=f"{trouble.what} (so not looked at: {', '.join(names)})")
