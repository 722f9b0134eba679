"""Check the journal's git: locks, settings, tracked files, commits and the remote. Knows git; opens no page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sexjournal.entry.filename import ENDING, MANIFEST
from sexjournal.git.hints import git_in, quoted
from sexjournal.git.refs import ACCEPTED_REF, CLEAR_NOTES
from sexjournal.journal import resealing
from sexjournal.workflows.doctor.finding import GIT, NOTE, Finding, files_named

if TYPE_CHECKING:
    from sexjournal.app import App

# A line of `ls-files --stage` that names a sealed file.
SEALED = re.compile(rf"100644 \w+ \d\t({re.escape(MANIFEST)}|[^/]+/[^/]+{re.escape(ENDING)})", re.DOTALL)
REFS_OF_REMOTE = ("refs/remotes", ACCEPTED_REF)  # the commits that a remote has, as far as known here
FIX = "'journal doctor --fix' does it"


def check_repository(app: App) -> Iterator[Finding]:
    """Yield a finding when there is no repository."""
    if not app.repository.ready:
        yield Finding("there is no git repository: nothing keeps the past", f"make one: {FIX}", GIT, _commit_fix(app))


def check_locks(app: App) -> Iterator[Finding]:
    """Yield the locks that a killed git left."""
    for lock in app.repository.stale_locks():
        what = f"{lock.relative_to(app.directory)}: left by a git that was killed"
        yield Finding(what, f"take it away: {FIX}", GIT, _remove_locks_fix(app))


def check_git_settings(app: App) -> Iterator[Finding]:
    """Yield a finding when the attributes, exclusions or settings of git are not the journal's."""
    if app.repository.ready and not app.repository.prepared:
        yield Finding(
            "git's attributes, exclusions or settings here are not the journal's", FIX, GIT, _prepare_fix(app)
        )


def check_tracked(app: App) -> Iterator[Finding]:
    """Yield the tracked files besides sealed files."""
    if not app.repository.ready:
        return
    listed = app.repository.ask("ls-files", "--stage", "-z").split("\0")
    names = [line.partition("\t")[2] for line in listed if line and not SEALED.fullmatch(line)]
    for name in names:
        command = f"  {git_in(app.directory)} rm --cached -- {quoted(name)}"
        hint = f"take it out; what was pushed or committed before keeps it:\n{command}"
        yield Finding(f"{name}: git carries it, and it is not a sealed file", hint, GIT)


def check_clear_notes(app: App) -> Iterator[Finding]:
    """Yield the refs with opened pages, stored by git to show changes; a push of all refs would publish them."""
    if not app.repository.ready:
        return
    for ref in app.repository.ask("for-each-ref", "--format=%(refname)", CLEAR_NOTES).split():
        forget = f"  {git_in(app.directory)} update-ref -d {quoted(ref)}\n  {git_in(app.directory)} gc --prune=now"
        yield Finding(f"{ref}: git keeps pages here in clear", f"let git forget them:\n{forget}", GIT)


def check_commits(app: App) -> Iterator[Finding]:
    """Yield a finding about files with uncommitted changes."""
    if not app.repository.ready:
        return
    _ = app.keyring.trust  # raises BadInput where journal.asc is gone
    listed = app.repository.ask("status", "--porcelain", "--no-renames", "-z").split("\0")
    changed = [line[3:] for line in listed if line]
    damaged = resealing.damaged(app.directory, changed)  # never committed; check_pages reports them
    if names := [name for name in changed if name not in damaged]:
        yield Finding(
            f"{files_named(names)}: not committed", f"the next change commits it, or {FIX}", GIT, _commit_fix(app)
        )


def check_remote(app: App) -> Iterator[Finding]:
    """Yield a note about commits that the remote does not have yet."""
    if not app.repository.remote_name:
        return
    tips = app.repository.ask("for-each-ref", "--format=%(objectname)", *REFS_OF_REMOTE).split()
    commits = int(app.repository.ask("rev-list", "--count", "HEAD", "--not", *tips).strip())
    if commits:
        newest = app.repository.ask("log", "-1", "--date-order", "--format=%cs", *tips).strip() if tips else ""
        since = f"the newest that it has is of {newest}" if newest else "nothing went there yet"
        what = f"the remote {app.repository.remote_name} does not have {commits} of the commits here; {since}"
        yield Finding(what, "'journal sync' brings them there", NOTE)


def _commit_fix(app: App) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            app.archive.commit_or_raise()

    return fix


def _prepare_fix(app: App) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            app.repository.prepare(moved=True)

    return fix


def _remove_locks_fix(app: App) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            for lock in app.repository.stale_locks():
                lock.unlink(missing_ok=True)

    return fix
