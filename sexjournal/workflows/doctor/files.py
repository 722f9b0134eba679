"""Check the journal's directory: strays and permissions. Check drafts in memory. Knows files; knows no git."""

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
from sexjournal.workflows.doctor.finding import Finding, files_named
from sexjournal.workflows.saving import time_begun

if TYPE_CHECKING:
    from sexjournal.app import App

GIT_FOLDER = ".git"
STEERS_GIT = (".gitattributes", ".gitmodules")
HARMLESS = (".DS_Store",)  # macOS writes it into every folder that is looked at; it holds names of files, no text
ARMOR = b"-----BEGIN PGP MESSAGE-----"
OLD_ENOUGH = 300.0  # seconds; a younger file may belong to a save at work
SHARED = 0o077
OWN = {stat.S_IFDIR: 0o700, stat.S_IFREG: 0o600}


def check_drafts(app: App) -> Iterator[Finding]:
    """Yield the drafts that wait in memory. Listing the drafts wipes drafts of killed commands without words."""
    leftovers = app.drafts.leftovers()
    for draft in leftovers:
        draft.keep()
    for draft in leftovers:
        begun = time_begun(draft)
        hint = "'journal' in a terminal offers it again; a restart would lose it"
        yield Finding(f"a page from {begun} is not saved yet, it waits in {draft.path}", hint)


# strays


def check_strays(app: App) -> Iterator[Finding]:
    """Yield the files in the directory besides pages, the manifest and git's own files."""
    for path in _files_below(app.directory):
        finding = _stray(app.directory, path)
        if finding:
            yield finding


def _files_below(directory: Path) -> Iterator[Path]:
    """Yield every file but git's, and every link to a folder; links are not followed."""
    for folder, folders, names in os.walk(directory, onerror=_raise):
        if Path(folder) == directory and GIT_FOLDER in folders:
            folders.remove(GIT_FOLDER)
        yield from (Path(folder, name) for name in sorted(names))
        yield from (Path(folder, name) for name in sorted(folders) if Path(folder, name).is_symlink())


def _raise(trouble: OSError) -> None:
    raise trouble


def _stray(directory: Path, path: Path) -> Finding | None:
    place = path.relative_to(directory)
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        return Finding(f"{place}: a symbolic link, which is not followed", "put the file itself in its place")
    if not stat.S_ISREG(info.st_mode):
        return Finding(f"{place}: not a file", "take it away")
    if _belongs(place) or path.name in HARMLESS:
        return None
    if disk.UNFINISHED.fullmatch(path.name) and _is_sealed(path):
        return _unfinished(place, path, info)
    return Finding(f"{place}: not a page of this journal", _stray_hint(place))


def _belongs(place: Path) -> bool:
    return str(place) == MANIFEST or is_page(str(place))


def _is_sealed(path: Path) -> bool:
    data = path.read_bytes()
    return not data or ARMOR in data


def _unfinished(place: Path, path: Path, info: os.stat_result) -> Finding | None:
    if time.time() - info.st_mtime < OLD_ENOUGH:
        return None
    hint = "what it was to become is not lost by it; 'journal doctor --fix' takes it away"
    return Finding(f"{place}: left by a save that was killed, sealed", hint, fix=path.unlink)


def _stray_hint(place: Path) -> str:
    if place.name in STEERS_GIT:
        return "take it away: it steers git, and whoever can push could have put it there"
    if place.name.endswith(ENDING):
        return "pages are looked for in folders such as 2026 only: move it into one"
    return (
        "git does not carry it, but if it holds text it lies there in clear: pipe it into 'journal new', and remove it"
    )


# permissions


def check_permissions(app: App) -> Iterator[Finding]:
    """Yield the files and folders that other users can read or write, or own."""
    infos = {path: path.lstat() for path in _journal_and_state(app)}
    foreign = {path: info for path, info in infos.items() if info.st_uid != os.geteuid()}
    if foreign:
        hint = f'make them yours again:\n  sudo chown -R "$USER" {quoted(app.directory)}'
        yield Finding(f"{files_named([str(path) for path in foreign])}: owned by somebody else", hint)
    shared = [path for path, info in infos.items() if _is_shared(info) and path not in foreign]
    if shared:
        hint = "'journal doctor --fix' keeps others out"
        yield Finding(
            f"{files_named([str(path) for path in shared])}: others can get at it", hint, fix=_keep_others_out(shared)
        )


def _journal_and_state(app: App) -> Iterator[Path]:
    """Yield the journal's directory with its folders and files, and the state directory with its files."""
    yield app.directory
    yield from (path for path in app.directory.iterdir() if path.is_dir())
    yield from _files_below(app.directory)
    state = app.keyring.state
    yield from (path for path in (state.parent.parent, state.parent, state) if path.is_dir())
    yield from (state.iterdir() if state.is_dir() else ())


def _is_shared(info: os.stat_result) -> bool:
    return stat.S_IFMT(info.st_mode) in OWN and bool(info.st_mode & SHARED)


def _keep_others_out(paths: Sequence[Path]) -> Callable[[], None]:
    def fix() -> None:
        for path in paths:
            path.chmod(OWN[stat.S_IFMT(path.lstat().st_mode)])
            if _is_shared(path.lstat()):
                raise BadInput(f"the file system of {path} keeps no permissions")

    return fix
