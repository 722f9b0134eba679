"""git merge and git rebase by hand: pages are joined by `journal merge-driver`, or both versions stay in git."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from room import Result, Room

PAGE = "The lake.\n\nIt rained, and we stayed in.\n\nWe said little.\n"
MIDDLE = "in the middle of a merge"


@dataclass
class ByHand:
    """Two devices that both changed one page; what is here was pushed, and there it is merged with git alone."""

    here: Room
    there: Room
    remote: Path
    page: str

    @property
    def file(self) -> Path:
        (path,) = (path for path in self.there.files() if self.page in path.name)
        return path

    def git(self, *words: str, env: Mapping[str, str | None] | None = None, check: int | None = 0) -> Result:
        return self.there.git(*words, env=env, check=check)

    def text(self, room: Room) -> str:
        return room.journal("show", "--raw", self.page, check=0).text

    def assert_joined(self, room: Room) -> None:
        text = self.text(room)
        assert all(words in text for words in ("rain", "slow", "weekend", "The lake, at night.", "and laughed"))
        assert "<<<<<<<" not in text
        assert room.git("status", "--porcelain").out == b""


def change(room: Room, page: str, tag: str, old: str, new: str) -> None:
    room.journal("tag", "add", tag, "--to", page, check=0)
    text = room.journal("show", "--raw", page, check=0).text
    assert old in text
    room.journal("edit", page, stdin=text.replace(old, new).encode(), check=0)


@pytest.fixture
def by_hand(make_room: Callable[..., Room]) -> ByHand:
    here, there = make_room(keys=("plain",)), make_room(keys=("locked",))
    remote = here.root / "remote.git"
    here.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=here.home)
    here.gpg("--import", stdin=there.gpg("--armor", "--export").out)
    here.journal("init", "--yes", "--key", here.fingerprint, check=0)
    here.journal("keys", "add", there.fingerprint, "--yes", check=0)
    page = here.journal("new", "--tag", "rain", stdin=PAGE.encode(), check=0).text.strip()
    here.journal("sync", "--remote", str(remote), check=0)
    there.journal("init", "--from", str(remote), "--yes", check=0)
    change(here, page, "slow", "The lake.", "The lake, at night.")
    here.journal("sync", check=0)
    change(there, page, "weekend", "We said little.", "We said little, and laughed.")
    with_journal(there)
    there.git("fetch", "--quiet")
    return ByHand(here, there, remote, page)


def with_journal(room: Room) -> None:
    """Put `journal` on the PATH, where git looks for it."""
    commands = room.tools / "bin"
    commands.mkdir()
    (commands / "journal").write_text(f'#!/bin/sh\nexec {sys.executable} -m sexjournal "$@"\n')
    (commands / "journal").chmod(0o700)
    room.env["PATH"] = f"{commands}:{room.env['PATH']}"


@pytest.mark.parametrize("words", [("merge", "--quiet", "--no-edit"), ("rebase", "--quiet")], ids=("merge", "rebase"))
def test_what_git_joins_by_hand_has_the_tags_and_lines_of_both(by_hand: ByHand, words: tuple[str, ...]) -> None:
    by_hand.git(*words, "origin/main")
    by_hand.assert_joined(by_hand.there)
    by_hand.git("merge-base", "--is-ancestor", "origin/main", "HEAD")
    by_hand.there.journal("sync", check=0)
    by_hand.here.journal("sync", check=0)
    by_hand.assert_joined(by_hand.here)
    assert by_hand.text(by_hand.here) == by_hand.text(by_hand.there)


def cancelled(room: Room) -> dict[str, str]:
    room.pinentry = "cancel"
    room.forget()
    return {}


def without_a_key(room: Room) -> dict[str, str]:
    empty = room.tools / "empty"
    empty.mkdir(mode=0o700)
    return {"GNUPGHOME": str(empty)}


def without_journal(room: Room) -> dict[str, str]:
    """A PATH on which there is git, and nothing else; git starts a shell by its full path."""
    only = room.tools / "only"
    only.mkdir()
    (only / "git").symlink_to(str(shutil.which("git")))
    return {"PATH": str(only)}


@pytest.mark.parametrize("hinder", [cancelled, without_a_key, without_journal], ids=lambda hinder: hinder.__name__)
def test_what_cannot_be_joined_stays_a_conflict_and_nothing_of_theirs_is_dropped(
    by_hand: ByHand, hinder: Callable[[Room], dict[str, str]]
) -> None:
    there = by_hand.there
    ours, head = by_hand.file.read_bytes(), by_hand.git("rev-parse", "HEAD").out
    by_hand.git("merge", "--quiet", "--no-edit", "origin/main", env=hinder(there), check=1)
    assert by_hand.file.read_bytes() == ours
    assert by_hand.git("diff", "--name-only", "--diff-filter=U").text.split() == [
        str(by_hand.file.relative_to(there.journal_dir))
    ]
    there.pinentry = "right"

    said = there.journal("new", stdin=b"On the train.\n", check=0)
    late = said.text.strip()
    assert f"saved, not committed: git is {MIDDLE}" in said.error
    assert by_hand.git("rev-parse", "HEAD").out == head
    assert MIDDLE in there.journal("sync", check=4).error
    assert by_hand.file.read_bytes() == ours

    by_hand.git("merge", "--abort")
    there.journal("sync", check=0)
    by_hand.assert_joined(there)
    by_hand.here.journal("sync", check=0)
    by_hand.assert_joined(by_hand.here)
    assert "On the train." in by_hand.here.journal("show", "--raw", late, check=0).text


def test_a_page_that_was_forged_on_the_other_side_is_not_merged(by_hand: ByHand, tmp_path: Path) -> None:
    here, clone = by_hand.here, tmp_path / "clone"
    here.git("clone", "--quiet", str(by_hand.remote), str(clone), cwd=here.home)
    text = by_hand.text(here).replace("The lake", "Forged")
    words = ("--armor", "--trust-model=always", "--encrypt")
    readers = (word for room in (here, by_hand.there) for word in ("--recipient", room.fingerprint))
    (page,) = clone.rglob("*.md.asc")
    page.write_bytes(here.gpg(*words, *readers, stdin=text.encode()).out)
    here.git("commit", "--quiet", "--all", "--message", "journal: update", cwd=clone)
    here.git("push", "--quiet", "origin", "HEAD:main", cwd=clone)

    ours = by_hand.file.read_bytes()
    by_hand.git("fetch", "--quiet")
    refused = by_hand.git("merge", "--quiet", "--no-edit", "origin/main", check=1)
    assert "Forged" not in refused.error
    assert by_hand.file.read_bytes() == ours
    by_hand.git("merge", "--abort")
    assert by_hand.there.journal("sync", check=4).error
    assert by_hand.file.read_bytes() == ours
    assert "Forged" not in by_hand.text(by_hand.there)
