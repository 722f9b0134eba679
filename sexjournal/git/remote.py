"""Fetch from and push to the journal's remote, and compare the remote's commits with the local commits.

Knows commits, never the content of a page. A fetched commit stays in a ref of the journal's own until the commit is
checked and accepted. The caller holds the journal's lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.errors import BadInput, SyncTrouble
from sexjournal.git.hints import git_in, quoted
from sexjournal.git.objects import Objects
from sexjournal.git.refs import ACCEPTED_REF, CLEAR_NOTES, FETCHED_REF
from sexjournal.git.trees import Blob, printable

if TYPE_CHECKING:
    from subprocess import CompletedProcess

FETCH = (
    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
    *("--no-show-forced-updates", "--refmap="),  # an empty refmap: update no ref but the named one
)
PUSH = ("push", "--quiet", "--porcelain", "--no-verify", "--no-follow-tags", "--no-recurse-submodules", "--no-signed")

NETWORK_FAILURE = re.compile(
    r"could not resolve host|temporary failure in name resolution|name or service not known|nodename nor servname"
    r"|unable to look up|unable to connect|failed to connect|connection refused|connection reset|timed out"
    r"|(network|host) is (unreachable|down)|no route to host",
    re.IGNORECASE,
)
# In the line of a rejected ref, from our git or from a remote git of any age: another device has pushed first.
PUSHED_MEANWHILE = re.compile(
    r"\[rejected\]|failed to update ref|cannot lock ref|incorrect old value|reference already exists"
)
STARTS_PROGRAM = re.compile(r"[A-Za-z0-9+.-]*::")  # ext::, fd:: and their like
NAME_ANOTHER = "name the right one: journal sync --remote URL; on a device that is new: journal init --from URL"
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class Offline(SyncTrouble):
    """The remote cannot be reached; nothing here has changed."""


class Standing(Enum):
    """The relation of a fetched commit to the current commit, and to the commit accepted last."""

    SAME = auto()  # the same commit on both sides
    BEHIND = auto()  # the remote has nothing new: only push
    NEW = auto()  # the remote has new commits
    ROLLED_BACK = auto()  # the remote went back to an earlier commit, or lost its branch
    REWRITTEN = auto()  # the remote no longer has the accepted commit
    UNRELATED = auto()  # the two have no common ancestor


class Remote(Objects):
    """The only remote: its address, its commits, how far both sides agree. Knows no files on disk and no pages."""

    _replaced: tuple[str, str] | None = None  # the former address and accepted commit, until a fetch from the new one

    @property
    def url(self) -> str:
        """The address of the remote, or empty."""
        output = self._git.run("config", "--local", "--get-all", "remote.origin.url").stdout
        return output.decode("utf-8", "surrogateescape").partition("\n")[0]

    def set_url(self, url: str) -> None:
        """Set a new address and forget the former remote's commit; `fetch` restores both when the new remote refuses.

        BadInput for any other text than an address.
        """
        address, former = _checked_address(url), self.url
        if address == former:
            return
        self._git.clear_stale_locks()
        self._replaced = (former, self._refs().get(ACCEPTED_REF, ""))
        self._update_refs({ACCEPTED_REF: "", self._tracking_ref: ""})
        self._configure(address)

    def _configure(self, address: str) -> None:
        """Write the address to git's settings; an empty address removes the remote."""
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
        """Fetch the current branch alone; return the commit, empty for a remote without the branch.

        Raises Offline when the remote cannot be reached, SyncTrouble when the remote refuses or sends damaged objects.
        After a refusal, restore the former address.
        """
        try:
            incoming = self._fetch_branch()
        except Offline as trouble:
            untried = "; its address is kept, and could not be tried" if self._replaced else ""
            raise Offline(f"{trouble.sentence}{untried}", trouble.hint) from None
        except SyncTrouble as trouble:
            raise self._restore_address(trouble) from None
        self._replaced = None
        return incoming

    def _restore_address(self, trouble: SyncTrouble) -> SyncTrouble:
        """Restore a replaced address and its accepted commit; return the error to raise."""
        if not self._replaced:
            return trouble
        (address, commit), self._replaced = self._replaced, None
        self._configure(address)
        self.accept(commit)
        return SyncTrouble(f"{trouble.sentence}; the address was not kept", NAME_ANOTHER)

    def _fetch_branch(self) -> str:
        self._git.clear_stale_locks()
        result = self._git.run(*FETCH, "origin", f"+{self._branch_ref}:{FETCHED_REF}")
        if result.returncode:
            if b"couldn't find remote ref" in result.stderr.lower():
                return ""
            raise _failure(result, self._directory)
        if incoming := self._refs().get(FETCHED_REF):
            return incoming
        raise SyncTrouble("what the remote has is no history", f"is it the right one? {self.url}")

    def standing(self, incoming: str) -> Standing:
        """Compare a fetched commit with the current commit, and with the commit accepted last, if any."""
        refs = self._refs()
        accepted, head = refs.get(ACCEPTED_REF, ""), refs.get(self._branch_ref, "")
        if accepted and not self._is_ancestor(accepted, incoming):
            went_back = not incoming or self._is_ancestor(incoming, accepted)
            return Standing.ROLLED_BACK if went_back else Standing.REWRITTEN
        if incoming == head:
            return Standing.SAME
        if not incoming or (head and self._is_ancestor(incoming, head)):
            return Standing.BEHIND
        return Standing.NEW if not head or self._merge_bases(incoming) else Standing.UNRELATED

    def only_adds(self, incoming: str) -> bool:
        """Whether a fetched commit comes after the current commit, so that no merge is needed."""
        head = self.head
        return self.standing(incoming) is Standing.NEW and (not head or self._is_ancestor(head, incoming))

    def base_tree(self, incoming: str) -> dict[str, Blob]:
        """Return the tree of the common ancestor.

        With several such ancestors, return the files that all their trees agree on. Any other path counts as new on
        both sides, and a merge never drops a new file.
        """
        first, *others = [self.tree(commit) for commit in self._merge_bases(incoming)] or [{}]
        return {path: blob for path, blob in first.items() if all(tree.get(path) == blob for tree in others)}

    def base_oid(self, incoming: str, path: str) -> str:
        """Return the id of a file in a common ancestor, in any of several, or empty."""
        trees = (self.tree(commit) for commit in self._merge_bases(incoming))
        return next((tree[path].oid for tree in trees if path in tree), "")

    def accept(self, commit: str) -> None:
        """Record a commit that the remote has, with every file in the commit accepted."""
        if commit and self._refs().get(ACCEPTED_REF) != commit:
            self._update_refs({ACCEPTED_REF: commit, self._tracking_ref: commit})

    def push(self, commit: str) -> bool:
        """Push a commit, never with force; False when another device pushed first, so that a fetch is needed.

        Raises Offline, or SyncTrouble when the remote refuses.
        """
        result = self._git.run(*PUSH, "origin", f"{commit}:{self._branch_ref}")
        if result.returncode == 0:
            self.accept(commit)
            return True
        output = _output_text(result)
        if f"{self._branch_ref}.lock': File exists" in output:  # git has already waited for the lock
            hint = f"try again in a moment; if no git is at work there, one was killed: remove {self._branch_ref}.lock"
            raise SyncTrouble("another git holds the remote", hint)
        if any(PUSHED_MEANWHILE.search(line) for line in _rejections(output)):
            return False
        raise _failure(result, self._directory)

    def refuse_clear_notes(self) -> None:
        """Raise SyncTrouble when git has pages in clear, cached for `git diff` by a setting of the person's."""
        listing = self._git.out("for-each-ref", "--format=%(refname)", CLEAR_NOTES)
        ref = listing.decode("utf-8", "replace").split("\n")[0]
        if ref:
            git = git_in(self._directory)
            hint = f"take them away: {git} update-ref -d {quoted(ref)} && {git} gc --prune=now"
            raise SyncTrouble("git keeps opened pages in clear here", hint)

    @property
    def _tracking_ref(self) -> str:
        """The ref that `git status` compares with the branch."""
        return f"refs/remotes/origin/{self.branch}"

    def _is_ancestor(self, earlier: str, later: str) -> bool:
        """Whether `earlier` is `later` or an ancestor of `later`."""
        if earlier == later or not later:
            return earlier == later
        result = self._git.run("merge-base", "--is-ancestor", earlier, later)
        if result.returncode > 1:
            raise _failure(result, self._directory)
        return result.returncode == 0

    def _merge_bases(self, incoming: str) -> list[str]:
        """Return the latest common ancestors of the current commit and a fetched one."""
        if not incoming or not self.head:
            return []
        result = self._git.run("merge-base", "--all", self._branch_ref, incoming)
        if result.returncode > 1:
            raise _failure(result, self._directory)
        return result.stdout.decode().split()


def _checked_address(url: str) -> str:
    """Return an address for git's settings, a path made absolute; BadInput for other texts and to start a program."""
    if not url or url.startswith("-") or not url.isprintable():
        raise BadInput("that is no address of a remote", "such as git@example.org:me/journal.git, or a directory")
    if STARTS_PROGRAM.match(url):
        raise BadInput("a remote that starts a program is not used here", "such as git@example.org:me/journal.git")
    host, colon, _ = url.partition(":")
    return url if colon and "/" not in host else str(Path(url).expanduser().absolute())


def _failure(result: CompletedProcess[bytes], directory: Path) -> SyncTrouble:
    """Return the error to raise for a failed git, with git's own reason."""
    output = _output_text(result)
    if NETWORK_FAILURE.search(output):
        return Offline("the remote cannot be reached", "nothing is lost: it travels with the next journal sync")
    return SyncTrouble(f"git says: {_git_reason(output)}", f"is the remote right? {git_in(directory)} remote -v")


def _output_text(result: CompletedProcess[bytes]) -> str:
    return b"\n".join((result.stdout, result.stderr)).decode("utf-8", "replace")


def _rejections(output: str) -> Iterator[str]:
    """Yield the reason from each `push --porcelain` line of a rejected ref: `!`, from and to, reason."""
    yield from (line.split("\t")[-1] for line in output.split("\n") if line.startswith("!\t"))


def _git_reason(output: str) -> str:
    """Return the line with git's reason, with every character printable, and without a password in an address."""
    errors = (line.partition(": ")[2] for line in output.split("\n") if line.startswith(("fatal: ", "error: ")))
    reason = next((line for line in (*_rejections(output), *errors) if line), "it did not work")
    return printable(CREDENTIALS.sub("", reason))
