"""git: commits, history and, later, travel. Knows paths of sealed files, never what they hold."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sexjournal import disk
from sexjournal.errors import BadInput, NothingFound, SyncTrouble

MESSAGE = "journal: update"
INSTALL = "install it: apt install git (Debian), dnf install git (Fedora), brew install git (macOS)"

# What a pushed attribute or a person's own settings could do to sealed files, switched off. security: no hooks, no
# filters, no symbolic links out of the tree, no other protocol, no signature prompts.
SETTINGS = {
    "core.symlinks": "false",
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "core.quotePath": "true",
    "transfer.fsckObjects": "true",
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
ATTRIBUTES = "* -text -eol -filter -ident -merge !working-tree-encoding\n*.md.asc diff=journal\n"
# Only sealed files travel, also when a person says `git add .` with a page in clear beside them.
EXCLUDED = "*\n!*/\n!/journal.asc\n!/*/*.md.asc\n"


class Sync:
    """The git repository of one journal. `hide_hour` rounds the dates of commits to the day."""

    def __init__(self, directory: Path, environ: Mapping[str, str], *, hide_hour: bool = False) -> None:
        self._directory = directory
        self._environ = environ
        self._hide_hour = hide_hour

    @property
    def ready(self) -> bool:
        return (self._directory / ".git").is_dir()

    def prepare(self, *, moved: bool = False) -> None:
        """Make the repository where there is none, and set its attributes and exclusions, on this device only.

        A journal that `moved` tells git anew where it is.
        """
        if not self.ready:
            self._git("init", "--quiet", "--initial-branch=main")
        for path, text in self._info.items():
            if not path.exists() or path.read_bytes() != text:
                disk.replace(path, text)
                moved = True
        if moved:
            self._show_in_clear()

    @property
    def prepared(self) -> bool:
        """Whether git is set as `prepare` leaves it."""
        listed = self._git("config", "--local", "--list", "-z").decode("utf-8", "surrogateescape")
        known = dict(line.partition("\n")[::2] for line in listed.split("\0"))
        told = all(path.exists() and path.read_bytes() == text for path, text in self._info.items())
        return told and self._opens.items() <= known.items()

    def ask(self, *words: str) -> str:
        """Return what git answers to a question that changes nothing."""
        return self._git(*words, extra={"GIT_OPTIONAL_LOCKS": "0"}).decode("utf-8", "surrogateescape")

    def commit(self, now: datetime) -> bool:
        """Commit every sealed file as it stands; False when nothing changed. The message tells nothing."""
        self._clear_stale_lock()
        self._git("add", "--all", "--", ".")
        if self._run("diff", "--cached", "--quiet").returncode == 0:
            return False
        moment = now.replace(hour=0, minute=0, second=0, microsecond=0) if self._hide_hour else now
        stamp = {"GIT_AUTHOR_DATE": moment.isoformat(), "GIT_COMMITTER_DATE": moment.isoformat()}
        self._git("commit", "--quiet", "--no-verify", "--message", MESSAGE, extra=stamp)
        return True

    def removed(self) -> dict[str, str]:
        """Return the files that git remembers and that are gone: path -> the commit that still has it."""
        listed = self._git("log", "--diff-filter=D", "--name-only", "--no-renames", "-z", "--format=%x00%H")
        gone: dict[str, str] = {}
        commit = ""
        for part in listed.decode("utf-8", "surrogateescape").split("\0"):
            word = part.strip("\n")
            if len(word) == 40 and "/" not in word:
                commit = word
            elif word.endswith(".md.asc") and not (self._directory / word).exists():
                gone.setdefault(word, commit + "^")
        return gone

    def past(self, path: str, commit: str) -> bytes:
        """Return a file as it was in a commit."""
        return self._git("cat-file", "blob", f"{commit}:{path}")

    @property
    def remote(self) -> str:
        """The name of the remote, or empty."""
        return self._git("remote").decode("utf-8", "replace").split("\n")[0] if self.ready else ""

    def state(self) -> str:
        """Tell in a few words how the journal stands with git."""
        if not self.ready or self._git("status", "--porcelain"):
            return "some pages are not committed yet; the next change does it"
        return (
            f"everything is committed; the remote is {self.remote}"
            if self.remote
            else "everything stays on this device"
        )

    def _show_in_clear(self) -> None:
        """Let `git diff`, `git log -p` and `git grep --textconv` open pages, and never keep what they opened."""
        for name, value in self._opens.items():
            self._git("config", "--local", "--replace-all", name, value)

    @property
    def _info(self) -> dict[Path, bytes]:
        info = self._directory / ".git" / "info"
        return {info / "attributes": ATTRIBUTES.encode(), info / "exclude": EXCLUDED.encode()}

    @property
    def _opens(self) -> dict[str, str]:
        opens = f"journal --dir {shlex.quote(str(self._directory.absolute()))} textconv"
        return {"diff.journal.textconv": opens, "diff.journal.cachetextconv": "false"}

    def stale_locks(self) -> list[Path]:
        """Return the locks of a git that was killed; none while a git is at work. No ref ends with `.lock`."""
        folder = self._directory / ".git"
        locks = sorted([*folder.glob("*.lock"), *(folder / "refs").rglob("*.lock")])
        return [] if locks and _git_at_work(self._directory) else locks

    def _clear_stale_lock(self) -> None:
        """Take away the lock of a git that was killed; SyncTrouble when a git of the person's is at work."""
        lock = self._directory / ".git" / "index.lock"
        if not lock.exists():
            return
        if _git_at_work(self._directory):
            raise SyncTrouble("another git is at work in the journal", "let it end, then the next command commits")
        lock.unlink(missing_ok=True)

    def _git(self, *words: str, extra: Mapping[str, str] | None = None) -> bytes:
        result = self._run(*words, extra=extra)
        if result.returncode:
            raise SyncTrouble(f"git {words[0]} did not work", f"see: git -C {self._directory} status")
        return result.stdout

    def _run(self, *words: str, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self._directory), *self._settings, *words]
        try:
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                env={**self._clean, **(extra or {})},
            )
        except FileNotFoundError:
            raise SyncTrouble("git is not on this machine", INSTALL) from None

    @cached_property
    def _settings(self) -> Sequence[str]:
        return [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]

    @cached_property
    def _clean(self) -> dict[str, str]:
        """The environment without what would lead git elsewhere."""
        kept = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS")
        clean = {name: value for name, value in self._environ.items() if not name.startswith("GIT_") or name in kept}
        return clean | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _git_at_work(directory: Path) -> bool:
    """Whether a git runs inside the directory; where there is no /proc, none is assumed: ours wait for each other."""
    here = directory.resolve()
    return any(_is_git_in(here, process) for process in Path("/proc").glob("[0-9]*"))


def _is_git_in(here: Path, process: Path) -> bool:
    with suppress(OSError):  # it may end meanwhile, or be somebody else's
        return (process / "comm").read_text() == "git\n" and (process / "cwd").resolve().is_relative_to(here)
    return False


def find_removed(gone: Mapping[str, str], ref: str) -> str:
    """Return the path of the removed entry whose id begins with `ref`."""
    wanted = ref.lower()
    matches = [path for path in gone if _id_of(path).startswith(wanted)]
    if not wanted or not matches:
        hint = f"these were: {', '.join(sorted(map(_id_of, gone))[:8])}" if gone else "none was removed"
        raise NothingFound(f"no removed entry matches '{ref}'", hint)
    if len(matches) > 1:
        raise BadInput(f"several removed entries match '{ref}'", ", ".join(sorted(map(_id_of, matches))[:8]))
    return matches[0]


def _id_of(path: str) -> str:
    return Path(path).name.removesuffix(".md.asc").rpartition(".")[2]
