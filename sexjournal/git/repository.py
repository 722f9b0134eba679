"""What git keeps of the journal: commits and history. Knows paths of sealed files, never what they hold."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sexjournal.entry.filename import ENDING, EVERY_PAGE, MANIFEST, id_of
from sexjournal.errors import BadInput, NothingFound
from sexjournal.git.process import LARGEST_LISTING, MESSAGE, Git, stamp
from sexjournal.git.trees import LARGEST_FILE
from sexjournal.system import disk

# Whatever a tree that was pushed says: only pages are opened for a diff, and only sealed files are merged, by us.
ATTRIBUTES = f"""\
* -text -eol -filter -ident -merge !working-tree-encoding
*{ENDING} diff=journal merge=journal
/{MANIFEST} merge=journal
"""
# Only sealed files travel, also when a person says `git add .` with a page in clear beside them.
EXCLUDED = f"*\n!*/\n!/{MANIFEST}\n!/{EVERY_PAGE}\n"


class Repository:
    """The git repository of one journal. `hide_hour` rounds the dates of commits to the day."""

    def __init__(self, directory: Path, environ: Mapping[str, str], *, hide_hour: bool = False) -> None:
        self._directory = directory
        self._git = Git(directory, environ)
        self._hide_hour = hide_hour

    @property
    def ready(self) -> bool:
        return (self._directory / ".git").is_dir()

    def prepare(self, *, moved: bool = False) -> None:
        """Make the repository where there is none, and set its attributes and exclusions, on this device only.

        A journal that `moved` tells git anew where it is.
        """
        if not self.ready:
            disk.private_directory(self._directory)
            self._git.out("init", "--quiet", "--initial-branch=main")
        for path, text in self._info.items():
            if not path.exists() or path.read_bytes() != text:
                disk.replace(path, text)
                moved = True
        if moved:
            self._show_in_clear()

    @property
    def prepared(self) -> bool:
        """Whether git is set as `prepare` leaves it."""
        listed = self._git.out("config", "--local", "--list", "-z").decode("utf-8", "surrogateescape")
        known = dict(line.partition("\n")[::2] for line in listed.split("\0"))
        told = all(path.exists() and path.read_bytes() == text for path, text in self._info.items())
        return told and self._opens.items() <= known.items()

    def ask(self, *words: str) -> str:
        """Return what git answers to a question that changes nothing."""
        return self._git.out(*words, extra={"GIT_OPTIONAL_LOCKS": "0"}).decode("utf-8", "surrogateescape")

    def commit(self, now: datetime, left_out: Callable[[list[str]], list[str]] = lambda _: []) -> bool:
        """Commit every sealed file as it stands; False when nothing changed. The message tells nothing.

        `left_out` tells which of the changed files are not to be committed; git keeps what it has of them.
        SyncTrouble while git is in the middle of a merge or the like: the person has to end it first.
        """
        self._git.refuse_unfinished()
        self._git.clear_stale_locks()
        self._git.out("add", "--all", "--", ".")
        changed = self._git.out("diff", "--cached", "--name-only", "--no-renames", "-z")
        names = [name for name in changed.decode("utf-8", "surrogateescape").split("\0") if name]
        if without := left_out(names):
            self._git.out("reset", "--quiet", "--", *without)
        if len(names) == len(without):
            return False
        dates = stamp(now, hide_hour=self._hide_hour)
        self._git.out("commit", "--quiet", "--no-verify", "--message", MESSAGE, extra=dates)
        return True

    @staticmethod
    def answer(path: Path, sealed: bytes) -> None:
        """Give git the file that it asked us to merge, whole or not at all: after a kill it takes what stands there."""
        disk.replace(path, sealed)

    def removed(self) -> dict[str, str]:
        """Return the pages that git remembers and that are gone, the last ones first: path -> the commit that has it.

        It looks back as far as LARGEST_LISTING goes: somebody who pushed may have let millions of names come and go.
        """
        words = ("log", "--diff-filter=D", "--name-only", "--no-renames", "--full-history", "-z", "--format=%x00%H")
        listed = self._git.up_to(LARGEST_LISTING, *words, "--", f":(glob){EVERY_PAGE}")
        here = {id_of(str(path.relative_to(self._directory))) for path in self._directory.glob(EVERY_PAGE)}
        gone: dict[str, str] = {}
        commit = ""
        for part in listed.decode("utf-8", "surrogateescape").split("\0"):
            word = part.strip("\n")
            if len(word) == 40 and "/" not in word:
                commit = word
            elif id_of(word) and id_of(word) not in here:
                gone.setdefault(word, commit + "^")
        return gone

    def past(self, path: str, commit: str) -> bytes:
        """Return a file as it was in a commit; cut off beyond what a sealed file can be."""
        return self._git.up_to(LARGEST_FILE, "cat-file", "blob", f"{commit}:{path}")

    @property
    def remote(self) -> str:
        """The name of the remote, or empty."""
        return self._git.out("remote").decode("utf-8", "replace").split("\n")[0] if self.ready else ""

    def state(self) -> str:
        """Tell in a few words how the journal stands with git."""
        if not self.ready or self._git.out("status", "--porcelain"):
            return "some pages are not committed yet; the next change does it"
        return (
            f"everything is committed; the remote is {self.remote}"
            if self.remote
            else "everything stays on this device"
        )

    def _show_in_clear(self) -> None:
        """Let git open pages to show or merge them, as `git diff`, `git log -p` and `git pull` do, and keep none."""
        self._git.clear_stale_locks()
        for name, value in self._opens.items():
            self._git.out("config", "--local", "--replace-all", name, value)

    @property
    def _info(self) -> dict[Path, bytes]:
        info = self._directory / ".git" / "info"
        return {info / "attributes": ATTRIBUTES.encode(), info / "exclude": EXCLUDED.encode()}

    @property
    def _opens(self) -> dict[str, str]:
        """What git is to run for a page. In the command of a merge it puts something in place of `%O` and the like."""
        journal = f"journal --dir {shlex.quote(str(self._directory.absolute()))}"
        return {
            "diff.journal.textconv": f"{journal} textconv",
            "diff.journal.cachetextconv": "false",
            "merge.journal.name": "two versions of a page",
            "merge.journal.driver": f"{journal.replace('%', '%%')} merge-driver -- %O %A %B %P",
            "merge.journal.recursive": "binary",  # what git makes up for itself, as a base of a merge, is not joined
        }

    def stale_locks(self) -> list[Path]:
        """Return the locks of a git that was killed; none while a git is at work."""
        locks = self._git.locks
        return [] if locks and self._git.at_work else locks


def find_removed(gone: Mapping[str, str], ref: str) -> str:
    """Return the path of the removed entry whose id begins with `ref`; the last one, should there be two of one id."""
    wanted = ref.lower()
    matches = [path for path in gone if id_of(path).startswith(wanted)]
    if not wanted or not matches:
        hint = f"these were: {', '.join(sorted(map(id_of, gone))[:8])}" if gone else "none was removed"
        raise NothingFound(f"no removed entry matches '{ref}'", hint)
    ids = {id_of(path) for path in matches}
    if len(ids) > 1:
        raise BadInput(f"several removed entries match '{ref}'", ", ".join(sorted(ids)[:8]))
    return matches[0]
