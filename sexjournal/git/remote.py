"""The one remote of a journal: where it is, what it has, and how that stands to what is here.

Knows commits, never what a page holds. What is fetched lies in refs of our own until it was looked at and accepted;
the caller holds the journal's lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, SyncTrouble
from sexjournal.git.objects import OURS, Objects
from sexjournal.git.trees import Blob, shown

if TYPE_CHECKING:
    from subprocess import CompletedProcess

SEEN = f"{OURS}/seen"  # what the remote had when it was last accepted
INCOMING = f"{OURS}/incoming"  # what was fetched last
NOTES = "refs/notes/textconv"

FETCH = (
    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
    *("--no-show-forced-updates", "--refmap="),  # an empty refmap: nothing moves but what is asked for
)
PUSH = ("push", "--quiet", "--porcelain", "--no-verify", "--no-follow-tags", "--no-recurse-submodules", "--no-signed")

NETWORK = re.compile(
    r"could not resolve host|temporary failure in name resolution|name or service not known|nodename nor servname"
    r"|unable to look up|unable to connect|failed to connect|connection refused|connection reset|timed out"
    r"|(network|host) is (unreachable|down)|no route to host",
    re.IGNORECASE,
)
# In the line of a ref that was not taken: somebody else was first, as told by us or by the remote, of any age.
RACE = re.compile(r"\[rejected\]|failed to update ref|cannot lock ref|incorrect old value|reference already exists")
STARTS_A_PROGRAM = re.compile(r"[A-Za-z0-9+.-]*::")  # ext::, fd:: and their like
ANOTHER = "name the right one: journal sync --remote URL; on a device that is new: journal init --from URL"
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class Offline(SyncTrouble):
    """The remote cannot be reached; everything here is as it was."""


class Standing(Enum):
    """How what was fetched stands to what is here."""

    NOTHING = auto()  # the same on both sides
    BEHIND = auto()  # the remote has nothing that is not here: there is only something to push
    NEW = auto()  # something arrives
    ROLLED_BACK = auto()  # the remote went back to a state that it had before, or to nothing at all
    REWRITTEN = auto()  # the remote no longer has what it had
    UNRELATED = auto()  # the two never had anything in common


class Remote(Objects):
    """The remote of one journal, and the history that it is held against."""

    _before: tuple[str, str] | None = None  # the last address and what it had, until the new one was fetched from

    @property
    def url(self) -> str:
        """The address of the remote, or empty."""
        found = self._git.run("config", "--local", "--get-all", "remote.origin.url").stdout
        return found.decode("utf-8", "surrogateescape").partition("\n")[0]

    def set_url(self, url: str) -> None:
        """Make this the remote, and forget what another one had, unless `fetch` finds that it is none.

        BadInput for what is no address.
        """
        address, before = _address(url), self.url
        if address == before:
            return
        self._git.clear_stale_locks()
        self._before = (before, self._refs().get(SEEN, ""))
        self._move({SEEN: "", self._tracking_ref: ""})
        self._keep(address)

    def _keep(self, address: str) -> None:
        """Let git know the remote, or that there is none."""
        for name, value in {
            "remote.origin.url": address,
            "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
            f"branch.{self.branch}.remote": "origin",
            f"branch.{self.branch}.merge": self._branch_ref,
        }.items():
            if address:
                self._git.out("config", "--local", "--replace-all", name, value)
            else:
                self._git.run("config", "--local", "--unset-all", name)

    def fetch(self) -> str:
        """Fetch our branch, and it alone; return its commit, empty when the remote has none.

        Raises Offline when the remote cannot be reached, SyncTrouble when it refuses or sends what git finds unsound;
        a new address that is refused is not kept.
        """
        try:
            incoming = self._fetched()
        except Offline as trouble:
            untried = "; its address is kept, and could not be tried" if self._before else ""
            raise Offline(f"{trouble.sentence}{untried}", trouble.hint) from None
        except SyncTrouble as trouble:
            raise self._as_before(trouble) from None
        self._before = None
        return incoming

    def _as_before(self, trouble: SyncTrouble) -> SyncTrouble:
        """Put back the address that a new one took the place of, with what its remote had; return what to raise."""
        if not self._before:
            return trouble
        (address, seen), self._before = self._before, None
        self._keep(address)
        self.accept(seen)
        return SyncTrouble(f"{trouble.sentence}; the address was not kept", ANOTHER)

    def _fetched(self) -> str:
        self._git.clear_stale_locks()
        done = self._git.run(*FETCH, "origin", f"+{self._branch_ref}:{INCOMING}")
        if done.returncode:
            if b"couldn't find remote ref" in done.stderr.lower():
                return ""
            raise _trouble_told(done, self._directory)
        if incoming := self._refs().get(INCOMING):
            return incoming
        raise SyncTrouble("what the remote has is no history", f"is it the right one? {self.url}")

    def standing(self, incoming: str) -> Standing:
        """Tell how what was fetched stands to what is here, and to what the remote had before.

        Before anything of this remote was accepted, only what is here counts.
        """
        refs = self._refs()
        seen, here = refs.get(SEEN, ""), refs.get(self._branch_ref, "")
        if seen and not self._leads(seen, incoming):
            back = not incoming or self._leads(incoming, seen)
            return Standing.ROLLED_BACK if back else Standing.REWRITTEN
        if incoming == here:
            return Standing.NOTHING
        if not incoming or (here and self._leads(incoming, here)):
            return Standing.BEHIND
        return Standing.NEW if not here or self._bases(incoming) else Standing.UNRELATED

    def only_adds(self, incoming: str) -> bool:
        """Whether what was fetched comes after what is here, so that it can land as it is."""
        here = self.head
        return self.standing(incoming) is Standing.NEW and (not here or self._leads(here, incoming))

    def base(self, incoming: str) -> dict[str, Blob]:
        """Return the tree that both sides came from.

        Where their ways met several times, it is what all those trees agree on: a path that is not in it counts as
        new on both sides, and what is new is never dropped.
        """
        first, *others = [self.tree(commit) for commit in self._bases(incoming)] or [{}]
        return {path: blob for path, blob in first.items() if all(tree.get(path) == blob for tree in others)}

    def before(self, incoming: str, path: str) -> str:
        """Return what stood under a path in a commit that both sides came from, be it one of several, or empty."""
        trees = (self.tree(commit) for commit in self._bases(incoming))
        return next((tree[path].oid for tree in trees if path in tree), "")

    def accept(self, commit: str) -> None:
        """Remember that the remote has this commit, and that all in it is accepted."""
        if commit and self._refs().get(SEEN) != commit:
            self._move({SEEN: commit, self._tracking_ref: commit})

    def push(self, commit: str) -> bool:
        """Give the remote a commit, never with force; False when somebody was first and there is more to fetch.

        Raises Offline, or SyncTrouble when the remote refuses.
        """
        done = self._git.run(*PUSH, "origin", f"{commit}:{self._branch_ref}")
        if done.returncode == 0:
            self.accept(commit)
            return True
        if f"{self._branch_ref}.lock': File exists" in _text(done):  # git has waited for it
            hint = f"try again in a moment; if no git is at work there, one was killed: remove {self._branch_ref}.lock"
            raise SyncTrouble("another git holds the remote", hint)
        if any(RACE.search(line) for line in _not_taken(_text(done))):
            return False
        raise _trouble_told(done, self._directory)

    def refuse_opened_notes(self) -> None:
        """SyncTrouble when git keeps opened pages, as it does where somebody let it cache them for `git diff`."""
        found = self._git.out("for-each-ref", "--format=%(refname)", NOTES).decode("utf-8", "replace").split("\n")[0]
        if found:
            git = f"git -C {self._directory}"
            hint = f"take them away: {git} update-ref -d {shown(found)} && {git} gc --prune=now"
            raise SyncTrouble("git keeps opened pages in clear here", hint)

    @property
    def _tracking_ref(self) -> str:
        """The ref from which `git status` tells how far the remote is."""
        return f"refs/remotes/origin/{self.branch}"

    def _leads(self, old: str, new: str) -> bool:
        """Whether the way to `new` passes `old`."""
        if old == new or not new:
            return old == new
        done = self._git.run("merge-base", "--is-ancestor", old, new)
        if done.returncode > 1:
            raise _trouble_told(done, self._directory)
        return done.returncode == 0

    def _bases(self, incoming: str) -> list[str]:
        """Return the last commits that are both here and there."""
        if not incoming or not self.head:
            return []
        done = self._git.run("merge-base", "--all", self._branch_ref, incoming)
        if done.returncode > 1:
            raise _trouble_told(done, self._directory)
        return done.stdout.decode().split()


def _address(url: str) -> str:
    """Return an address as git is to keep it, a path made absolute; BadInput for what is none or starts a program."""
    if not url or url.startswith("-") or not url.isprintable():
        raise BadInput("that is no address of a remote", "such as git@example.org:me/journal.git, or a directory")
    if STARTS_A_PROGRAM.match(url):
        raise BadInput("a remote that starts a program is not used here", "such as git@example.org:me/journal.git")
    host, colon, _ = url.partition(":")
    return url if colon and "/" not in host else str(Path(url).expanduser().absolute())


def _trouble_told(done: CompletedProcess[bytes], directory: Path) -> SyncTrouble:
    """Return what to raise for a git that failed, with its own reason."""
    told = _text(done)
    if NETWORK.search(told):
        return Offline("the remote cannot be reached", "nothing is lost: it travels with the next journal sync")
    return SyncTrouble(f"git says: {_reason(told)}", f"is the remote right? git -C {directory} remote -v")


def _text(done: CompletedProcess[bytes]) -> str:
    return b"\n".join((done.stdout, done.stderr)).decode("utf-8", "replace")


def _not_taken(told: str) -> Iterator[str]:
    """Yield what `push --porcelain` says of refs that were not taken: `!`, from and to, and this."""
    yield from (line.split("\t")[-1] for line in told.split("\n") if line.startswith("!\t"))


def _reason(told: str) -> str:
    """Return the line in which git says why, in letters that can be shown, and without a password in an address."""
    said = (line.partition(": ")[2] for line in told.split("\n") if line.startswith(("fatal: ", "error: ")))
    reason = next((line for line in (*_not_taken(told), *said) if line), "it did not work")
    return shown(CREDENTIALS.sub("", reason))
