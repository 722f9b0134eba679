"""Real editors: the keys to type, save and leave, and configurations that write as many traces as possible."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
from room import Room


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an editor to write, delete and find a word, to save and to leave; and a talkative configuration."""

    type: str
    save: str
    leave: str
    settings: dict[str, str]


VIMRC = """\
set nocompatible modeline modelines=5 {history} undofile undodir=~/undo backup backupdir=~/backup
set swapfile directory=~/swap updatecount=1
"""
VIM_KEYS = ("O{word}\x1byyp/{word}\rdd\x1b", ":w\r", ":q\r")
EMACS = """\
(setq backup-directory-alist '(("." . "~/backup")) auto-save-file-name-transforms '((".*" "~/swap/" t))
      auto-save-interval 20 auto-save-timeout 1 savehist-additional-variables '(kill-ring search-ring)
      enable-local-variables :all enable-local-eval t)
(savehist-mode 1) (recentf-mode 1)
"""
NANORC = "set backup\nset backupdir ~/backup\nset historylog\nset positionlog\nset locking\n"
MICRO = json.dumps(dict.fromkeys(("backup", "savehistory", "saveundo", "savecursor", "permbackup"), True))
EDITORS = {
    "vim": Keys(*VIM_KEYS, {".vimrc": VIMRC.format(history="viminfo='100,<1000,s100")}),
    "nvim": Keys(*VIM_KEYS, {"config/nvim/init.vim": VIMRC.format(history="shada='100,<1000,s100")}),
    "nano": Keys("{word}\r{word}\r\x10\x0b\x17{word}\r", "\x0f\r", "\x18", {"config/nano/nanorc": NANORC}),
    "emacs": Keys("{word}\r{word}\r\x10\x0b\x13{word}\r\x01", "\x18\x13", "\x18\x03", {".emacs": EMACS}),
    "micro": Keys("{word}\r{word}\r\x1b[A\x0b", "\x13", "\x11", {"config/micro/settings.json": MICRO}),
}


def present(name: str) -> str:
    """Return the path of an editor, or skip the test."""
    path = shutil.which(name)
    if not path:
        pytest.skip(f"{name} is not on this machine")
    return path


def furnish(room: Room, name: str) -> None:
    """Configure an editor to write as many traces as possible."""
    for place in ("backup", "swap", "undo"):
        (room.home / place).mkdir()
    for path, text in EDITORS[name].settings.items():
        file = (room.root if path.startswith("config/") else room.home) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("~/", f"{room.home}/"))  # nano does not ask $HOME for root


def write(room: Room, window: pexpect.spawn[str], name: str) -> None:
    """Type the room's canary and save, twice: a backup holds the page as saved before."""
    keys, before = EDITORS[name], draft_page(room).read_text().count(room.canary)
    for times in (before + 1, before + 2):
        window.send(keys.type.format(word=room.canary))
        window.send(keys.save)
        until(lambda times=times: draft_page(room).read_text().count(room.canary) >= times)


def draft_page(room: Room) -> Path:
    (page,) = room.runtime.glob("journal-*/page.md")
    return page


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def child_of(process: int) -> int:
    """Return the child of a process."""
    parents = {int(path.parent.name): _parent(path) for path in Path("/proc").glob("[0-9]*/stat")}
    return next(child for child, parent in parents.items() if parent == process)


def _parent(path: Path) -> int:
    try:
        return int(path.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
