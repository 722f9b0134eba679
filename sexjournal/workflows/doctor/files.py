"""What lies in the journal's directory and beside it: strays, permissions, and drafts in memory."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.entry.filename import ENDING, MANIFEST, is_page
from sexjournal.errors import BadInput
from sexjournal.git.hints import quoted
from sexjournal.system import disk
from sexjournal.workflows.doctor.finding import Finding, some
from sexjournal.workflows.saving import time_begun

if TYPE_CHECKING:
    from sexjournal.app import App

GIT_FOLDER = ".git"
STEERS_GIT = (".gitattributes", ".gitmodules")
NOT_OURS = (".DS_Store",)  # the Finder lays it wherever it looks; it holds names of files and places of icons
ARMOR = b"-----BEGIN PGP MESSAGE-----"
OLD = 300.0  # seconds; a younger one may be a save at work
SHARED = 0o077
OWN = {stat.S_IFDIR: 0o700, stat.S_IFREG: 0o600}


def drafts(app: App) -> Iterator[Finding]:
    """Tell of pages that wait in memory; what a killed command left without words is wiped by looking."""
    waiting = app.drafts.leftovers()
    for draft in waiting:
        draft.keep()
    for draft in waiting:
        begun = time_begun(draft)
        hint = "'journal' in a terminal offers it again; a restart would lose it"
        yield Finding(f"a page from {begun} is not saved yet, it waits in {draft.path}", hint)


# strays


def strays(app: App) -> Iterator[Finding]:
    """Tell of whatever in the directory is no page, no folder of pages and not git's."""
    for path in _found_below(app.directory):
        finding = _stray(app.directory, path)
        if finding:
            yield finding


def _found_below(directory: Path) -> Iterator[Path]:
    """Yield every file, and every link to a folder; links are not followed."""
    for here, folders, names in os.walk(directory, onerror=_raised):
        if Path(here) == directory and GIT_FOLDER in folders:
            folders.remove(GIT_FOLDER)
        yield from (Path(here, name) for name in sorted(names))
        yield from (Path(here, name) for name in sorted(folders) if Path(here, name).is_symlink())


def _raised(trouble: OSError) -> None:
    raise trouble


def _stray(directory: Path, path: Path) -> Finding | None:
    place = path.relative_to(directory)
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return Finding(f"{place}: a symbolic link, which is not followed", "put the file itself in its place")
    if not stat.S_ISREG(found.st_mode):
        return Finding(f"{place}: not a file", "take it away")
    if _is_ours(place) or path.name in NOT_OURS:
        return None
    if disk.UNFINISHED.fullmatch(path.name) and _is_sealed(path):
        return _unfinished(place, path, found)
    return Finding(f"{place}: not a page of this journal", _where_to(place))


def _is_ours(place: Path) -> bool:
    return str(place) == MANIFEST or is_page(str(place))


def _is_sealed(path: Path) -> bool:
    data = path.read_bytes()
    return not data or ARMOR in data


def _unfinished(place: Path, path: Path, found: os.stat_result) -> Finding | None:
    if time.time() - found.st_mtime < OLD:
        return None
    hint = "what it was to become is not lost by it; 'journal doctor --fix' takes it away"
    return Finding(f"{place}: left by a save that was killed, sealed", hint, fix=path.unlink)


def _where_to(place: Path) -> str:
    if place.name in STEERS_GIT:
        return "take it away: it steers git, and whoever can push could have put it there"
    if place.name.endswith(ENDING):
        return "pages are looked for in folders such as 2026 only: move it into one"
    return (
        "git does not carry it, but if it holds text it lies there in clear: pipe it into 'journal new', and remove it"
    )


# permissions


def permissions(app: App) -> Iterator[Finding]:
    """Tell of files and folders that others can read or write, or that are somebody else's."""
    found = {path: path.lstat() for path in _everything(app)}
    foreign = {path: info for path, info in found.items() if info.st_uid != os.geteuid()}
    if foreign:
        hint = f'make them yours again:\n  sudo chown -R "$USER" {quoted(app.directory)}'
        yield Finding(f"{some([str(path) for path in foreign])}: owned by somebody else", hint)
    shared = [path for path, info in found.items() if _is_shared(info) and path not in foreign]
    if shared:
        hint = "'journal doctor --fix' keeps others out"
        yield Finding(f"{some([str(path) for path in shared])}: others can get at it", hint, fix=_shut(shared))


def _everything(app: App) -> Iterator[Path]:
    """Yield the journal's directory, its folders and files, and what this device keeps of it."""
    yield app.directory
    yield from (path for path in app.directory.iterdir() if path.is_dir())
    yield from _found_below(app.directory)
    state = app.keyring.state
    kept = (state.parent.parent, state.parent, state)
    yield from (path for path in kept if path.is_dir())
    yield from (state.iterdir() if state.is_dir() else ())


def _is_shared(info: os.stat_result) -> bool:
    return stat.S_IFMT(info.st_mode) in OWN and bool(info.st_mode & SHARED)


def _shut(paths: Sequence[Path]) -> Callable[[], None]:
    def fix() -> None:
        for path in paths:
            path.chmod(OWN[stat.S_IFMT(path.lstat().st_mode)])
            if _is_shared(path.lstat()):
                raise BadInput(f"the file system of {path} keeps no permissions")

    return fix
