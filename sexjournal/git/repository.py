"""Set up the journal's repository, commit sealed files, find removed pages. Knows paths, not the content of pages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sexjournal.entry.filename import ENDING, EVERY_PAGE, MANIFEST, id_of
from sexjournal.errors import BadInput, NothingFound
from sexjournal.git.process import COMMIT_MESSAGE, LARGEST_LISTING, Git, commit_dates
from sexjournal.git.trees import LARGEST_FILE
from sexjournal.system import disk

# Override pushed attributes: git opens only pages for a diff, and merges only sealed files, with our merge driver.
ATTRIBUTES = f"""\
* -text -eol -filter -ident -merge !working-tree-encoding
*{ENDING} diff=journal merge=journal
/{MANIFEST} merge=journal
"""
# Commit only sealed files, also when a person runs `git add .` beside a page in clear.
EXCLUDES = f"*\n!*/\n!/{MANIFEST}\n!/{EVERY_PAGE}\n"
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # in SHA-1, or in SHA-256


class Repository:
    """The settings, the commits and the removed pages of the local repository. Knows no remote's commits, and no pages.

    `hide_hour` rounds the dates of commits to the day.
    """

    def __init__(self, directory: Path, environ: Mapping[str, str], *, hide_hour: bool = False) -> None:
        self._directory = directory
        self._git = Git(directory, environ)
        self._hide_hour = hide_hour

    @property
    def ready(self) -> bool:
        return self._git.git_directory.is_dir()

    def prepare(self, *, moved: bool = False) -> None:
        """Create a missing repository, and write git's attributes and excludes, on this device only.

        With `moved`, write the journal's new directory to git's settings.
        """
        if not self.ready:
            disk.private_directory(self._directory)
            self._git.out("init", "--quiet", "--initial-branch=main")
        for path, text in self._info_files.items():
            if not path.exists() or path.read_bytes() != text:
                disk.replace(path, text)
                moved = True
        if moved:
            self._configure()

    @property
    def prepared(self) -> bool:
        """Whether the repository is set up as `prepare` leaves it."""
        listing = self._git.out("config", "--local", "--list", "-z").decode("utf-8", "surrogateescape")
        settings = dict(line.partition("\n")[::2] for line in listing.split("\0"))
        files_match = all(path.exists() and path.read_bytes() == text for path, text in self._info_files.items())
        return files_match and self._settings.items() <= settings.items()

    def ask(self, *arguments: str) -> str:
        """Return the output of a git command that only reads."""
        output = self._git.out(*arguments, variables={"GIT_OPTIONAL_LOCKS": "0"})
        return output.decode("utf-8", "surrogateescape")

    def commit(self, now: datetime, left_out: Callable[[list[str]], list[str]] = lambda _: []) -> bool:
        """Commit every changed sealed file; False when no file changed. The commit message says nothing about pages.

        `left_out` gets the changed paths and returns the paths not to commit. SyncTrouble while git is in the middle
        of a merge or the like: the person must end the merge first.
        """
        self._git.refuse_unfinished()
        self._git.clear_stale_locks()
        self._git.out("add", "--all", "--", ".")
        listing = self._git.out("diff", "--cached", "--name-only", "--no-renames", "-z")
        paths = [path for path in listing.decode("utf-8", "surrogateescape").split("\0") if path]
        if without := left_out(paths):
            self._git.out("reset", "--quiet", "--", *without)
        if len(paths) == len(without):
            return False
        dates = commit_dates(now, hide_hour=self._hide_hour)
        self._git.out("commit", "--quiet", "--no-verify", "--message", COMMIT_MESSAGE, variables=dates)
        return True

    @staticmethod
    def answer(path: Path, sealed: bytes) -> None:
        """Write the result of the merge driver, whole or not at all: after a kill git takes the file as it is."""
        disk.replace(path, sealed)

    def removed(self) -> dict[str, str]:
        """Return the removed pages, the last removed first: path -> a commit that still has the page.

        Look back at most LARGEST_LISTING bytes: a hostile history may add and remove millions of names.
        """
        command = ("log", "--diff-filter=D", "--name-only", "--no-renames", "--full-history", "-z", "--format=%x00%H")
        listing = self._git.out_up_to(LARGEST_LISTING, *command, "--", f":(glob){EVERY_PAGE}")
        present = {id_of(str(path.relative_to(self._directory))) for path in self._directory.glob(EVERY_PAGE)}
        removed: dict[str, str] = {}
        commit = ""
        for part in listing.decode("utf-8", "surrogateescape").split("\0"):
            word = part.strip("\n")
            if COMMIT.fullmatch(word):
                commit = word
            elif id_of(word) and id_of(word) not in present:
                removed.setdefault(word, commit + "^")
        return removed

    def read_file(self, path: str, commit: str) -> bytes:
        """Return the content of a file in a commit, cut off after LARGEST_FILE + 1 bytes."""
        return self._git.out_up_to(LARGEST_FILE, "cat-file", "blob", f"{commit}:{path}")

    @property
    def remote_name(self) -> str:
        """The name of the remote, or empty."""
        return self._git.out("remote").decode("utf-8", "replace").split("\n")[0] if self.ready else ""

    def state(self) -> str:
        """Describe in a few words whether every page is committed, and the name of the remote."""
        if not self.ready or self._git.out("status", "--porcelain"):
            return "some pages are not committed yet; the next change does it"
        if not self.remote_name:
            return "everything stays on this device"
        return f"everything is committed; the remote is {self.remote_name}"

    def stale_locks(self) -> list[Path]:
        """Return the locks of a killed git; an empty list while a git runs."""
        locks = self._git.locks
        return [] if locks and self._git.is_running else locks

    def _configure(self) -> None:
        self._git.clear_stale_locks()
        for name, value in self._settings.items():
            self._git.out("config", "--local", "--replace-all", name, value)

    @property
    def _info_files(self) -> dict[Path, bytes]:
        info = self._git.git_directory / "info"
        return {info / "attributes": ATTRIBUTES.encode(), info / "exclude": EXCLUDES.encode()}

    @property
    def _settings(self) -> dict[str, str]:
        """The commands for git to show and merge pages, as in `git diff`, `git log -p` and `git pull`, without a cache.

        git replaces `%O` and the like in the command of a merge, so any other `%` is doubled.
        """
        journal = f"journal --dir {shlex.quote(str(self._directory.absolute()))}"
        return {
            "diff.journal.textconv": f"{journal} textconv",
            "diff.journal.cachetextconv": "false",
            "merge.journal.name": "two versions of a page",
            "merge.journal.driver": f"{journal.replace('%', '%%')} merge-driver -- %O %A %B %P",
            "merge.journal.recursive": "binary",  # never merge two merge bases: git would invent a page
        }


def find_removed(removed: Mapping[str, str], ref: str) -> str:
    """Return the path of the removed page whose id begins with `ref`; of two pages with one id, the last removed."""
    prefix = ref.lower()
    matches = [path for path in removed if id_of(path).startswith(prefix)]
    if not prefix or not matches:
        hint = f"these were: {', '.join(sorted(map(id_of, removed))[:8])}" if removed else "none was removed"
        raise NothingFound(f"no removed entry matches '{ref}'", hint)
    ids = {id_of(path) for path in matches}
    if len(ids) > 1:
        raise BadInput(f"several removed entries match '{ref}'", ", ".join(sorted(ids)[:8]))
    return matches[0]
