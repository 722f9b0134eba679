"""A page in the person's own editor, told to leave no trace on disk. Knows editors; not what the page is about."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path

from sexjournal.drafts.draft import Draft
from sexjournal.errors import BadInput

FIRST_CHOICES = ("nano", "vim", "vi")
INSTALL = "apt install nano (Fedora: dnf, macOS: brew), or set VISUAL to your editor"

# What keeps each editor from writing history, swap, backup and undo files, and from obeying commands in the page.
# {private} is the draft's directory. Each line was measured, with default and with talkative configurations: the
# tests type a word into real editors and look for it in everything below HOME.
VIM = (
    *("-n", "-i", "NONE"),
    # before the page is read; -c alone would come after undo and backup files are chosen
    "--cmd",
    "au BufReadPre,BufNewFile * set nomodeline noswapfile noundofile nobackup nowritebackup",
    # after the page is read, against settings that the configuration made meanwhile
    "-c",
    "set nobackup nowritebackup noundofile noswapfile viminfo= nomodeline",
)
NVIM = tuple(argument.replace("viminfo=", "shada=") for argument in VIM)
WINDOWED_VIM = ("-f", *VIM)  # without -f it returns at once, and the page would be taken as it was
NANO = ("-I",)
EMACS = (
    "-nw",
    "--eval",
    "(progn (setq make-backup-files nil backup-inhibited t auto-save-default nil create-lockfiles nil"
    " auto-save-list-file-prefix nil enable-local-variables nil enable-local-eval nil)"
    " (when (fboundp 'savehist-mode) (savehist-mode -1)) (when (fboundp 'recentf-mode) (recentf-mode -1))"
    " (setq kill-emacs-hook nil))",
)
MICRO = ("-backup", "false", "-savehistory", "false", "-saveundo", "false", "-savecursor", "false")
CODE = ("--wait", "--new-window", "--disable-extensions", "--user-data-dir", "{private}/code")
HELIX = ()  # keeps nothing outside XDG_STATE_HOME and XDG_CACHE_HOME

# `vi`, `view` and `editor` are missing on purpose: they are names for something else, found through their links.
EDITORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("vim", "vimdiff", "vimx", "rvim"), VIM),
    **dict.fromkeys(("gvim", "gvimdiff", "mvim"), WINDOWED_VIM),
    "nvim": NVIM,
    **dict.fromkeys(("nano", "rnano", "nano-tiny"), NANO),
    **dict.fromkeys(("emacs", "emacs-nox", "emacs-gtk", "emacs-lucid", "emacs-pgtk"), EMACS),
    "micro": MICRO,
    **dict.fromkeys(("code", "code-insiders", "code-oss", "codium"), CODE),
    **dict.fromkeys(("hx", "helix"), HELIX),
}

VERSION = re.compile(r"\.|-?\d")  # vim.basic, nvim.appimage, emacs-28.2

PRIVATE = ("TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME")
PRIVATE_IF_UNKNOWN = (*PRIVATE, "XDG_DATA_HOME")  # plugins live there too, so only where nothing better is known


class NoEditor(BadInput):
    """No editor is on this machine, neither one that was chosen nor one of the first choices."""


class EditorFailed(BadInput):
    """The editor ended badly; the draft is as the editor left it."""


def command(setting: str, environ: Mapping[str, str]) -> list[str]:
    """Return the editor to run: `setting`, else VISUAL, else EDITOR, else the first of nano, vim and vi on PATH.

    The first word becomes a full path, the person's own arguments stay. Raise `NoEditor` when nothing is there, and
    `BadInput` when the chosen one is not there but another is.
    """
    chosen = next(filter(str.strip, (setting, environ.get("VISUAL", ""), environ.get("EDITOR", ""))), "")
    if not chosen:
        return [_first_choice(environ, "no editor was found")]
    try:
        program, *arguments = shlex.split(chosen)
    except ValueError:
        raise BadInput(
            "the editor setting has a quote that is not closed", hint="for example: nano, or 'vim -R'"
        ) from None
    path = shutil.which(program, path=environ.get("PATH"))
    if not path:
        other = Path(_first_choice(environ, f"neither '{program}' nor another editor was found")).name
        raise BadInput(f"the editor '{program}' was not found", _how_to_choose(other, setting, environ))
    return [path, *arguments]


def _how_to_choose(name: str, setting: str, environ: Mapping[str, str]) -> str:
    """Return how to choose an editor that is there in place of the chosen one, where that was chosen."""
    if setting.strip() and not environ.get("JOURNAL_EDITOR"):
        return f"choose one that is there: journal config editor {name}"
    variable = "JOURNAL_EDITOR" if setting.strip() else "VISUAL"
    return f"set {variable} to one that is there, such as {name}"


def unknown(command: list[str]) -> bool:
    """Whether this editor cannot be kept from leaving traces by what is known here, so that the person should hear."""
    return _hardening(command) is None


def edit(draft: Draft, command: list[str], environ: Mapping[str, str]) -> None:
    """Run the editor on the draft's page and wait for it.

    The editor holds the draft's lock as well, so the draft stays safe if this process is killed meanwhile. Raise
    `EditorFailed` on any other exit status than 0, and `BadInput` without a terminal. A status of 0 does not mean
    that the page was saved: read the draft.
    """
    with _terminal() as streams, _restored(streams[0]), _undisturbed():
        status = _run(draft, command, environ, streams)
        if status:
            draft.rescue()
            raise EditorFailed(f"the editor '{Path(command[0]).name}' {_ending(status)}", hint=_comfort(draft))


def _run(draft: Draft, command: list[str], environ: Mapping[str, str], streams: tuple[int, int, int]) -> int:
    try:
        # leaving the block waits, also when an exception comes by: the lock must outlive the editor
        with subprocess.Popen(
            [*_hardened(command, draft), str(draft.page)],
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            env={**environ, **_private(command, draft)},
            pass_fds=(draft.lock,),
            umask=0o077,
        ) as editor:
            return _waited_for(editor)
    except OSError as trouble:
        name = Path(command[0]).name
        raise EditorFailed(
            f"the editor '{name}' could not be started: {trouble.strerror}", hint=_comfort(draft)
        ) from None


def _waited_for(editor: subprocess.Popen[bytes]) -> int:
    try:
        return editor.wait()
    except SystemExit as asked:  # a closed window may tell us alone, and micro waits on for keys that never come
        if asked.code == 128 + signal.SIGHUP:
            editor.send_signal(signal.SIGHUP)
        raise


def _ending(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with exit status {status}"


def _comfort(draft: Draft) -> str:
    if draft.holds_words():
        return "the page is kept in memory as it was last saved; 'journal' offers it again"
    return "nothing had been saved in it yet; another editor can be chosen by setting VISUAL"


def _first_choice(environ: Mapping[str, str], otherwise: str) -> str:
    """Return the path of an editor that is there; raise `NoEditor` with the sentence `otherwise` when none is."""
    found = (shutil.which(name, path=environ.get("PATH")) for name in FIRST_CHOICES)
    path = next(filter(None, found), None)
    if not path:
        raise NoEditor(otherwise, INSTALL)
    return path


def _hardening(command: list[str]) -> tuple[str, ...] | None:
    """Look the program up by its own name, then by that of the file it links to: vi may be vim.basic, or nvim."""
    path = Path(command[0])
    names = (VERSION.split(name)[0] for name in (path.name, path.resolve().name))
    return next((EDITORS[name] for name in names if name in EDITORS), None)


def _arguments(command: list[str], draft: Draft) -> list[str]:
    return [argument.replace("{private}", str(draft.path)) for argument in _hardening(command) or ()]


def _hardened(command: list[str], draft: Draft) -> list[str]:
    """Put our arguments behind the person's own, so that they win; micro would take them for files there."""
    program, *own = command
    ours = _arguments(command, draft)
    return [program, *ours, *own] if _hardening(command) is MICRO else [program, *own, *ours]


def _private(command: list[str], draft: Draft) -> dict[str, str]:
    return dict.fromkeys(PRIVATE_IF_UNKNOWN if unknown(command) else PRIVATE, str(draft.path))


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, int, int]]:
    """Yield the terminal as three descriptors, also inside `id=$(journal new)`."""
    tty = -1 if all(map(os.isatty, (0, 1, 2))) else _opened()
    first, second, third = (own if os.isatty(own) else tty for own in (0, 1, 2))
    try:
        yield first, second, third
    finally:
        if tty >= 0:
            os.close(tty)


def _opened() -> int:
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        raise BadInput("no terminal for the editor", hint="pipe the page on standard input") from None


@contextlib.contextmanager
def _restored(tty: int) -> Iterator[None]:
    """Take the terminal back as it was: a killed editor leaves it raw, and Emacs leaves it to a group that is gone."""
    modes = termios.tcgetattr(tty)
    try:
        yield
    except EditorFailed:
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # or touching it would stop us
        with contextlib.suppress(OSError, termios.error):  # the terminal may be gone too
            termios.tcsetattr(tty, termios.TCSADRAIN, modes)
            os.tcsetpgrp(tty, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)
        raise


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C and Ctrl-\\ reach the editor only. A handler rather than SIG_IGN, which the editor would inherit."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
