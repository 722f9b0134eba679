"""Merging lines with git: always the same markers, in private files, and a clear error when git cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sexjournal.entry import merging
from sexjournal.errors import SyncTrouble
from sexjournal.git import merge_file

OURS, MIDDLE, THEIRS = "<<<<<<< this device", "=======", ">>>>>>> the other device"


def test_the_marks_are_those_that_git_is_told(tmp_path: Path) -> None:
    assert merging.MARKS == (f"<<<<<<< {merge_file.OUR_LABEL}", f">>>>>>> {merge_file.THEIR_LABEL}") == (OURS, THEIRS)
    assert merge_file.merge_lines(tmp_path, b"a", b"b", b"c") == (f"{OURS}\na\n{MIDDLE}\nc\n{THEIRS}\n".encode(), False)
    assert merge_file.merge_lines(tmp_path, b"a\r\n", b"b\r\n", b"b\r\n") == (b"a\r\n", True)
    assert merge_file.merge_lines(tmp_path, b"\0\r\n", b"", b"") == (
        f"{OURS}\r\n\0\r\n{MIDDLE}\r\n{THEIRS}\r\n".encode(), False,
    )  # fmt: skip


def test_no_setting_of_the_person_s_changes_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    style = "[merge]\n\tconflictStyle = diff3\n"
    (tmp_path / ".gitconfig").write_text(style)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".git" / "config").write_text("this is no setting\n")
    for name, value in {
        **{"HOME": tmp_path, "GIT_CONFIG_GLOBAL": tmp_path / ".gitconfig", "GIT_CONFIG_COUNT": 1},
        **{"GIT_CONFIG_KEY_0": "merge.conflictStyle", "GIT_CONFIG_VALUE_0": "diff3", "GIT_DIR": tmp_path / ".git"},
    }.items():
        monkeypatch.setenv(name, str(value))
    folder = tmp_path / "place"
    folder.mkdir()
    assert merge_file.merge_lines(folder, b"a\n", b"b\n", b"c\n")[0] == f"{OURS}\na\n{MIDDLE}\nc\n{THEIRS}\n".encode()


def test_git_is_shown_the_texts_in_files_that_only_the_person_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, shim, folder = tmp_path / "seen", tmp_path / "bin" / "git", tmp_path / "place"
    for made in (shim.parent, folder):
        made.mkdir()
    shim.write_text(f'#!/bin/sh\n{{ echo "$@"; env; }} >{seen}\nexec {shutil.which("git")} "$@"\n')
    shim.chmod(0o700)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    before = os.umask(0)
    try:
        assert merge_file.merge_lines(folder, b"a canary\n", b"", b"a canary, too\n")[1] is False
    finally:
        os.umask(before)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(
        ("ours", "base", "theirs"), 0o600
    )
    assert "merge-file" in seen.read_text()
    assert "canary" not in seen.read_text()


def test_without_git_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SyncTrouble, match="git is not on this machine"):
        merge_file.merge_lines(tmp_path, b"", b"", b"")


def test_a_git_that_breaks_is_no_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "git"
    shim.write_text("#!/bin/sh\nexit 128\n")
    shim.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SyncTrouble, match="git merge-file did not work"):
        merge_file.merge_lines(tmp_path, b"", b"", b"")


def test_a_place_without_room_is_said() -> None:
    with pytest.raises(SyncTrouble, match="a page cannot be laid out in /proc: "):
        merge_file.merge_lines(Path("/proc"), b"", b"", b"")
