"""git as this program calls it: its settings, its environment, and what a killed one leaves behind.

Knows how to run git in one directory, and nothing of what is kept there.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from sexjournal.errors import SyncTrouble

LARGEST_LISTING = 16 * 1024 * 1024  # bytes of names that are read at once: some 150,000 pages
MESSAGE = "journal: update"  # of every commit: it tells nothing
INSTALL = "install it: apt install git (Debian), dnf install git (Fedora), brew install git (macOS)"

# What a pushed attribute or a person's own settings could do to sealed files, switched off. security: no hooks, no
# filters, no symbolic links out of the tree, no other protocol, no signature prompts, and every object that arrives is
# looked at (the setting for fetching alone would win over the one for every transfer).
SETTINGS = {
    "core.symlinks": "false",
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "core.quotePath": "true",
    "transfer.fsckObjects": "true",
    "fetch.fsckObjects": "true",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "protocol.ext.allow": "never",
    "diff.journal.cachetextconv": "false",
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "user.name": "journal",
    "user.email": "journal@localhost",
}
KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS")

# What lies in .git while git waits for the person to go on, and the command that it belongs to.
UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


def stamp(moment: datetime, *, hide_hour: bool) -> dict[str, str]:
    """Return the variables that date a commit; with `hide_hour` they tell the day alone."""
    told = moment.replace(hour=0, minute=0, second=0, microsecond=0) if hide_hour else moment
    return {"GIT_AUTHOR_DATE": told.isoformat(), "GIT_COMMITTER_DATE": told.isoformat()}


class Git:
    """git in one directory, with our settings and without what would lead it elsewhere."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self.directory = directory
        self.folder = directory / ".git"
        self._environ = environ

    def run(
        self, *words: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git to its end. What it reads and what it writes may be of any length: neither waits for the other."""
        try:
            return subprocess.run(
                [*self._command, *words],
                input=stdin,
                capture_output=True,
                check=False,
                env={**self._clean, **(extra or {})},
            )
        except FileNotFoundError:
            raise SyncTrouble("git is not on this machine", INSTALL) from None

    def out(self, *words: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> bytes:
        """Return what git wrote; SyncTrouble when it failed."""
        result = self.run(*words, stdin=stdin, extra=extra)
        if result.returncode:
            raise self._failed(words[0])
        return result.stdout

    def up_to(self, most: int, *words: str) -> bytes:
        """Return what git wrote, and one byte over `most` where it is more: then git is ended, and no more is held."""
        with self._started(words) as git:
            data = cast(IO[bytes], git.stdout).read(most + 1)  # it is a pipe
            if len(data) > most:
                git.kill()
        if git.returncode and len(data) <= most:
            raise self._failed(words[0])
        return data

    def _failed(self, word: str) -> SyncTrouble:
        return SyncTrouble(f"git {word} did not work", f"see: git -C {self.directory} status")

    @contextmanager
    def talking(self, *words: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Yield what to ask a git through, and what it answers through; it is ended with the block."""
        with self._started(words) as git:
            try:
                yield cast(IO[bytes], git.stdin), cast(IO[bytes], git.stdout)  # both are pipes
            except BrokenPipeError:
                raise SyncTrouble(f"git {words[0]} ended too early", f"see: git -C {self.directory} fsck") from None
            finally:
                git.kill()

    def _started(self, words: Sequence[str]) -> subprocess.Popen[bytes]:
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        try:
            return subprocess.Popen([*self._command, *words], stdin=pipe, stdout=pipe, stderr=nothing, env=self._clean)
        except FileNotFoundError:
            raise SyncTrouble("git is not on this machine", INSTALL) from None

    @property
    def unfinished(self) -> str:
        """The command of the person's that git is in the middle of, or empty."""
        return next((work for mark, work in UNFINISHED.items() if (self.folder / mark).exists()), "")

    def refuse_unfinished(self) -> None:
        """SyncTrouble while git waits for the person to go on.

        Where a merge could not join two versions of a page, ours stands in place: to commit it then would drop the
        other one without a word.
        """
        if work := self.unfinished:
            hint = f"give it up: git -C {self.directory} {work} --abort, then: journal sync"
            raise SyncTrouble(f"git is in the middle of a {work}", hint)

    @property
    def locks(self) -> list[Path]:
        """What git holds while it writes: no ref may end with `.lock`, so that each of these is one."""
        return sorted([*self.folder.glob("*.lock"), *(self.folder / "refs").rglob("*.lock")])

    @property
    def at_work(self) -> bool:
        """Whether a git runs here; where there is no /proc, none is assumed: ours wait for each other."""
        here = self.directory.resolve()
        return any(_is_git_in(here, process) for process in Path("/proc").glob("[0-9]*"))

    def clear_stale_locks(self) -> None:
        """Take away the locks of a git that was killed; SyncTrouble when a git of the person's is at work."""
        locks = self.locks
        if locks and self.at_work:
            raise SyncTrouble("another git is at work in the journal", "let it end, then the next command commits")
        for lock in locks:
            lock.unlink(missing_ok=True)

    @cached_property
    def _command(self) -> Sequence[str]:
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        return ["git", "-C", str(self.directory), *settings]

    @cached_property
    def _clean(self) -> dict[str, str]:
        """The environment without what would lead git elsewhere, such as into a repository that holds the journal."""
        clean = {name: value for name, value in self._environ.items() if not name.startswith("GIT_") or name in KEPT}
        above = str(self.directory.resolve().parent)
        return clean | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_CEILING_DIRECTORIES": above}


def _is_git_in(here: Path, process: Path) -> bool:
    with suppress(OSError):  # it may end meanwhile, or be somebody else's
        return (process / "comm").read_text() == "git\n" and (process / "cwd").resolve().is_relative_to(here)
    return False
