"""Run git in a directory, with safe settings, and clean up after a killed git.

Knows how to call git; not the content of the repository.
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
from sexjournal.git.hints import git_in

LARGEST_LISTING = 16 * 1024 * 1024  # bytes of names to read at once: some 150,000 pages
COMMIT_MESSAGE = "journal: update"  # of every commit: says nothing about the pages
NO_GIT = "git is not on this machine"
INSTALL_GIT = "install it: apt install git (Debian), dnf install git (Fedora), brew install git (macOS)"

# Switch off what a pushed attribute or a person's own settings could do to sealed files. security: no hooks, no
# filters, no symbolic links out of the tree, no other protocol, no signature prompts, and a check of every fetched
# object (fetch.fsckObjects alone would override transfer.fsckObjects, so set both).
GIT_SETTINGS = {
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
PASSED_ON = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS")

# Files in .git while git waits for the person, and the git command that each belongs to.
UNFINISHED_COMMANDS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


def commit_dates(moment: datetime, *, hide_hour: bool) -> dict[str, str]:
    """Return the environment variables that date a commit; `hide_hour` shows the day alone."""
    date = moment.replace(hour=0, minute=0, second=0, microsecond=0) if hide_hour else moment
    return {"GIT_AUTHOR_DATE": date.isoformat(), "GIT_COMMITTER_DATE": date.isoformat()}


class Git:
    """Runs git in a directory, safe from the person's settings and environment. Knows no refs and no paths."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self.directory = directory
        self.git_directory = directory / ".git"
        self._environ = environ

    def run(
        self, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git to its end, with input and output of any length."""
        try:
            return subprocess.run(
                [*self._command, *arguments],
                input=stdin,
                capture_output=True,
                check=False,
                env={**self._clean_environ, **(variables or {})},
            )
        except FileNotFoundError:
            raise SyncTrouble(NO_GIT, INSTALL_GIT) from None

    def out(self, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
        """Return the output of git; SyncTrouble when git fails."""
        result = self.run(*arguments, stdin=stdin, variables=variables)
        if result.returncode:
            raise self._failure(arguments[0])
        return result.stdout

    def out_up_to(self, limit: int, *arguments: str) -> bytes:
        """Return the output of git. Stop git after `limit` bytes, and return `limit` + 1 bytes of a longer output."""
        with self._start(arguments) as git:
            data = cast(IO[bytes], git.stdout).read(limit + 1)  # a pipe, see _start
            if len(data) > limit:
                git.kill()
        if git.returncode and len(data) <= limit:
            raise self._failure(arguments[0])
        return data

    def _failure(self, command: str) -> SyncTrouble:
        return SyncTrouble(f"git {command} did not work", f"see: {git_in(self.directory)} status")

    @contextmanager
    def pipes(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Yield the input and the output of a running git; end git with the block."""
        with self._start(arguments) as git:
            try:
                yield cast(IO[bytes], git.stdin), cast(IO[bytes], git.stdout)  # pipes, see _start
            except BrokenPipeError:
                hint = f"see: {git_in(self.directory)} fsck"
                raise SyncTrouble(f"git {arguments[0]} ended too early", hint) from None
            finally:
                git.kill()

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        command, pipe = [*self._command, *arguments], subprocess.PIPE
        try:
            return subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=self._clean_environ
            )
        except FileNotFoundError:
            raise SyncTrouble(NO_GIT, INSTALL_GIT) from None

    @property
    def unfinished(self) -> str:
        """The git command that waits for the person, such as `merge`, or empty."""
        commands = (command for file, command in UNFINISHED_COMMANDS.items() if (self.git_directory / file).exists())
        return next(commands, "")

    def refuse_unfinished(self) -> None:
        """Raise SyncTrouble while git waits for the person.

        After a failed merge, our version of a page stands in the journal. A commit would drop the other version
        without a word.
        """
        if command := self.unfinished:
            hint = f"give it up: {git_in(self.directory)} {command} --abort, then: journal sync"
            raise SyncTrouble(f"git is in the middle of a {command}", hint)

    @property
    def locks(self) -> list[Path]:
        """The lock files of git. No ref may end with `.lock`, so every such file is a lock."""
        return sorted([*self.git_directory.glob("*.lock"), *(self.git_directory / "refs").rglob("*.lock")])

    @property
    def is_running(self) -> bool:
        """Whether a git runs in the journal. Without /proc, assume none: journal commands wait for each other."""
        directory = self.directory.resolve()
        return any(_is_git_in(directory, process) for process in Path("/proc").glob("[0-9]*"))

    def clear_stale_locks(self) -> None:
        """Remove the locks of a killed git; SyncTrouble while a git of the person's runs."""
        locks = self.locks
        if locks and self.is_running:
            raise SyncTrouble("another git is at work in the journal", "let it end, then the next command commits")
        for lock in locks:
            lock.unlink(missing_ok=True)

    @cached_property
    def _command(self) -> Sequence[str]:
        settings = [word for name, value in GIT_SETTINGS.items() for word in ("-c", f"{name}={value}")]
        return ["git", "-C", str(self.directory), *settings]

    @cached_property
    def _clean_environ(self) -> dict[str, str]:
        """The environment without variables that lead git elsewhere, such as to a repository around the journal."""
        clean = {
            name: value for name, value in self._environ.items() if not name.startswith("GIT_") or name in PASSED_ON
        }
        above = str(self.directory.resolve().parent)
        return clean | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_CEILING_DIRECTORIES": above}


def _is_git_in(directory: Path, process: Path) -> bool:
    with suppress(OSError):  # the process may end meanwhile, or belong to somebody else
        return (process / "comm").read_text() == "git\n" and (process / "cwd").resolve().is_relative_to(directory)
    return False
