"""The journal's git: its locks, its settings, what it carries, and how far that travelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sexjournal.entry.filename import ENDING, MANIFEST
from sexjournal.git.hints import git_in, quoted
from sexjournal.git.names import ACCEPTED_REF, CLEAR_NOTES
from sexjournal.journal import resealing
from sexjournal.workflows.doctor.finding import GIT, NOTE, Finding, some

if TYPE_CHECKING:
    from sexjournal.app import App

# A line of `ls-files --stage` that names a sealed file.
SEALED = re.compile(rf"100644 \w+ \d\t({re.escape(MANIFEST)}|[^/]+/[^/]+{re.escape(ENDING)})", re.DOTALL)
TRAVELLED = ("refs/remotes", ACCEPTED_REF)  # what a remote is known to have
FIX = "'journal doctor --fix' does it"


def there(app: App) -> Iterator[Finding]:
    """Tell when there is no repository."""
    if not app.repository.ready:
        yield Finding("there is no git repository: nothing keeps the past", f"make one: {FIX}", GIT, _committed(app))


def locks(app: App) -> Iterator[Finding]:
    """Tell of the locks of a git that was killed."""
    for lock in app.repository.stale_locks():
        what = f"{lock.relative_to(app.directory)}: left by a git that was killed"
        yield Finding(what, f"take it away: {FIX}", GIT, _unlocked(app))


def settings(app: App) -> Iterator[Finding]:
    """Tell when git is not set as the journal needs it on this device."""
    if app.repository.ready and not app.repository.prepared:
        yield Finding("git's attributes, exclusions or settings here are not the journal's", FIX, GIT, _prepared(app))


def tracked(app: App) -> Iterator[Finding]:
    """Tell of what git carries besides sealed files."""
    if not app.repository.ready:
        return
    listed = app.repository.ask("ls-files", "--stage", "-z").split("\0")
    names = [line.partition("\t")[2] for line in listed if line and not SEALED.fullmatch(line)]
    for name in names:
        command = f"  {git_in(app.directory)} rm --cached -- {quoted(name)}"
        hint = f"take it out; what was pushed or committed before keeps it:\n{command}"
        yield Finding(f"{name}: git carries it, and it is not a sealed file", hint, GIT)


def in_clear(app: App) -> Iterator[Finding]:
    """Tell of pages that git once opened to show them, and kept: a push of all refs would carry them along."""
    if not app.repository.ready:
        return
    for ref in app.repository.ask("for-each-ref", "--format=%(refname)", CLEAR_NOTES).split():
        forget = f"  {git_in(app.directory)} update-ref -d {quoted(ref)}\n  {git_in(app.directory)} gc --prune=now"
        yield Finding(f"{ref}: git keeps pages here in clear", f"let git forget them:\n{forget}", GIT)


def uncommitted(app: App) -> Iterator[Finding]:
    """Tell of files that are not committed as they stand."""
    if not app.repository.ready:
        return
    _ = app.keyring.trust  # where journal.asc is gone, that is what is the matter
    listed = app.repository.ask("status", "--porcelain", "--no-renames", "-z").split("\0")
    changed = [line[3:] for line in listed if line]
    damaged = resealing.damaged(app.directory, changed)  # told by the check of the pages; they are not committed
    if names := [name for name in changed if name not in damaged]:
        yield Finding(f"{some(names)}: not committed", f"the next change commits it, or {FIX}", GIT, _committed(app))


def remote(app: App) -> Iterator[Finding]:
    """Tell what the remote does not have yet; a journal without one is well."""
    if not app.repository.remote_name:
        return
    known = app.repository.ask("for-each-ref", "--format=%(objectname)", *TRAVELLED).split()
    commits = int(app.repository.ask("rev-list", "--count", "HEAD", "--not", *known).strip())
    if commits:
        newest = app.repository.ask("log", "-1", "--date-order", "--format=%cs", *known).strip() if known else ""
        since = f"the newest that it has is of {newest}" if newest else "nothing went there yet"
        what = f"the remote {app.repository.remote_name} does not have {commits} of the commits here; {since}"
        yield Finding(what, "'journal sync' brings them there", NOTE)


def _committed(app: App) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            app.archive.commit_or_raise()

    return fix


def _prepared(app: App) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            app.repository.prepare(moved=True)

    return fix


def _unlocked(app: App) -> Callable[[], None]:
    def fix() -> None:
        with app.store.locked():
            for lock in app.repository.stale_locks():
                lock.unlink(missing_ok=True)

    return fix
