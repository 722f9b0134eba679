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

# git comes last: earlier checks may mend files, and those are committed by then.
CHECKS: dict[str, Check] = {
    "settings": machine.check_settings,
    "questions": machine.check_prompts,
    "editor": machine.check_editor,
    "swap": machine.check_swap,
    "memory": machine.check_memory,
    "drafts": files.check_drafts,
    "gpg": keys.check_gpg,
    "pinentry": keys.check_pinentry,
    "key": keys.check_own_key,
    "recipients": keys.check_recipients,
    "backup": keys.check_second_key,
    "pages": pages.check_pages,
    "strays": files.check_strays,
    "permissions": files.check_permissions,
    "repository": repository.check_repository,
    "locks": repository.check_locks,
    "git settings": repository.check_git_settings,
    "git files": repository.check_tracked,
    "git notes": repository.check_clear_notes,
    "commits": repository.check_commits,
    "remote": repository.check_remote,
}
GRAVEST_FIRST = (DAMAGED, KEY, GIT, OTHER)


def examine(app: App, *, mend: bool = False) -> list[Finding]:
    """Run every check and return the findings; with `mend`, run the fixes too. BadInput where no journal is.

    A check that fails becomes a finding. Checks that fail for the same reason share a finding.
    """
    missing_manifest = _missing_manifest(app)
    findings: list[Finding] = []
    failed: dict[Finding, list[str]] = {}
    for name, check in CHECKS.items():
        try:
            findings.extend(_mended(finding) if mend else finding for finding in check(app))
        except BadInput as trouble:
            failed.setdefault(missing_manifest or _as_finding(trouble), []).append(name)
        except (JournalError, OSError) as trouble:
            failed.setdefault(_as_finding(trouble), []).append(name)
    return [*findings, *(_not_looked_at(finding, names) for finding, names in failed.items())]


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the code of the gravest finding without a fix, 0 when all is well."""
    codes = {finding.code for finding in findings if not finding.fixed}
    return next((code for code in GRAVEST_FIRST if code in codes), 0)


def _missing_manifest(app: App) -> Finding | None:
    """Return a finding when journal.asc is gone, None when it is there; BadInput when there are no pages either."""
    try:
        if app.keyring.exists:
            return None
        pages = app.store.has_pages
    except (JournalError, OSError):
        return None  # a check meets the same trouble
    if not pages:
        raise BadInput(f"there is no journal in {app.directory}", "journal init makes one")
    hint = f"bring it back:\n  {git_in(app.directory)} checkout HEAD -- {MANIFEST}"
    return Finding(f"there are pages here, and {MANIFEST} is gone", hint, DAMAGED)


def _mended(finding: Finding) -> Finding:
    """Run the fix of a finding, and return the finding as fixed, or with the reason why the fix failed."""
    if finding.fix is None:
        return finding
    try:
        finding.fix()
    except (JournalError, OSError) as trouble:
        return replace(finding, hint=f"it could not be mended: {_as_finding(trouble).what}")
    return replace(finding, fixed=True)


def _as_finding(trouble: JournalError | OSError) -> Finding:
    if isinstance(trouble, OSError):
        where = f"{trouble.filename} cannot be read" if trouble.filename else "something cannot be read"
        return Finding(f"{where}: {str(trouble.strerror).lower()}", "")
    code = trouble.exit_code if trouble.exit_code in GRAVEST_FIRST else OTHER
    return Finding(trouble.sentence, " ".join(trouble.hint.split()), code)


def _not_looked_at(finding: Finding, names: list[str]) -> Finding:
    """Return a finding with the names of the checks that could not be run."""
    return replace(finding, what=f"{finding.what} (so not looked at: {', '.join(names)})")
