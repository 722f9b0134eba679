"""Open a draft in the person's own editor, without traces on disk. Knows editors; nothing of the content of a page."""

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
INSTALL_EDITOR = "apt install nano (Fedora: dnf, macOS: brew), or set VISUAL to your editor"

# Arguments that keep each editor from writing history, swap, backup and undo files, and from obeying commands in the
# page. {private} is the draft's directory. Each line was measured, with default and with talkative configurations:
# the tests type a word into real editors and look for the word in everything below HOME.
VIM = (
    *("-n", "-i", "NONE"),
    # before vim reads the page; -c alone is too late for undo and backup files
    "--cmd",
    "au BufReadPre,BufNewFile * set nomodeline noswapfile noundofile nobackup nowritebackup",
    # after vim has read the page, against settings in the configuration
    "-c",
    "set nobackup nowritebackup noundofile noswapfile viminfo= nomodeline",
)
NVIM = tuple(argument.replace("viminfo=", "shada=") for argument in VIM)
WINDOWED_VIM = ("-f", *VIM)  # without -f gvim returns at once, before the person has written
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
HELIX = ()  # writes nothing outside XDG_STATE_HOME and XDG_CACHE_HOME

# `vi`, `view` and `editor` are missing on purpose: each is a link to one of these editors, see `_hardening`.
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

VERSION_SUFFIX = re.compile(r"\.|-?\d")  # vim.basic, nvim.appimage, emacs-28.2

PRIVATE = ("TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME")
PRIVATE_IF_UNKNOWN = (*PRIVATE, "XDG_DATA_HOME")  # holds plugins too, so only without arguments of ours


class NoEditor(BadInput):
    """No editor is on this machine: neither the chosen editor nor any of FIRST_CHOICES."""


class EditorFailed(BadInput):
    """The editor ended badly. The draft is as the editor left the draft."""


def command(setting: str, environ: Mapping[str, str]) -> list[str]:
    """Return the editor to run: `setting`, else VISUAL, else EDITOR, else the first of nano, vim and vi on PATH.

    The first word becomes a full path, the person's own arguments stay. Raise `NoEditor` when no editor is installed,
    and `BadInput` when the chosen editor is missing but another is installed.
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
    """Return a hint to choose the installed editor `name`, in the place where the missing editor was chosen."""
    if setting.strip() and not environ.get("JOURNAL_EDITOR"):
        return f"choose one that is there: journal config editor {name}"
    variable = "JOURNAL_EDITOR" if setting.strip() else "VISUAL"
    return f"set {variable} to one that is there, such as {name}"


def unknown(command: list[str]) -> bool:
    """Whether EDITORS has no arguments for this editor, so the person needs a warning about traces on disk."""
    return _hardening(command) is None


def open_editor(draft: Draft, command: list[str], environ: Mapping[str, str]) -> None:
    """Run the editor on the draft's page and wait for the editor to end.

    The editor inherits the draft's lock, so the draft stays safe if this process is killed meanwhile. Raise
    `EditorFailed` on any other exit status than 0, and `BadInput` without a terminal. Status 0 does not mean a saved
    page: read the draft.
    """
    with _terminal_streams() as streams, _restored_terminal(streams[0]), _keys_for_editor_only():
        status = _run_editor(draft, command, environ, streams)
        if status:
            draft.rescue()
            sentence = f"the editor '{Path(command[0]).name}' {_status_in_words(status)}"
            raise EditorFailed(sentence, hint=_what_is_kept(draft))


def _run_editor(draft: Draft, command: list[str], environ: Mapping[str, str], streams: tuple[int, int, int]) -> int:
    try:
        # leaving the block waits, also after an exception: the lock must outlive the editor
        with subprocess.Popen(
            [*_with_our_arguments(command, draft), str(draft.page)],
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            env={**environ, **_private_folders(command, draft)},
            pass_fds=(draft.lock,),
            umask=0o077,
        ) as editor:
            return _wait_for_editor(editor)
    except OSError as trouble:
        name = Path(command[0]).name
        raise EditorFailed(
            f"the editor '{name}' could not be started: {trouble.strerror}", hint=_what_is_kept(draft)
        ) from None


def _wait_for_editor(editor: subprocess.Popen[bytes]) -> int:
    try:
        return editor.wait()
    except SystemExit as ending:  # a closed window may signal only us, and micro would wait for keys for ever
        if ending.code == 128 + signal.SIGHUP:
            editor.send_signal(signal.SIGHUP)
        raise


def _status_in_words(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with exit status {status}"


def _what_is_kept(draft: Draft) -> str:
    if draft.holds_words():
        return "the page is kept in memory as it was last saved; 'journal' offers it again"
    return "nothing had been saved in it yet; another editor can be chosen by setting VISUAL"


def _first_choice(environ: Mapping[str, str], otherwise: str) -> str:
    """Return the path of the first installed editor; raise `NoEditor` with the sentence `otherwise` without any."""
    paths = (shutil.which(name, path=environ.get("PATH")) for name in FIRST_CHOICES)
    path = next(filter(None, paths), None)
    if not path:
        raise NoEditor(otherwise, INSTALL_EDITOR)
    return path


def _hardening(command: list[str]) -> tuple[str, ...] | None:
    """Find the program in EDITORS by its name, then by the name of the linked file: vi may be vim.basic, or nvim."""
    path = Path(command[0])
    names = (VERSION_SUFFIX.split(name)[0] for name in (path.name, path.resolve().name))
    return next((EDITORS[name] for name in names if name in EDITORS), None)


def _our_arguments(command: list[str], draft: Draft) -> list[str]:
    return [argument.replace("{private}", str(draft.path)) for argument in _hardening(command) or ()]


def _with_our_arguments(command: list[str], draft: Draft) -> list[str]:
    """Add our arguments after the person's own, so that ours win. Only micro takes late arguments for files."""
    program, *own = command
    ours = _our_arguments(command, draft)
    return [program, *ours, *own] if _hardening(command) is MICRO else [program, *own, *ours]


def _private_folders(command: list[str], draft: Draft) -> dict[str, str]:
    return dict.fromkeys(PRIVATE_IF_UNKNOWN if unknown(command) else PRIVATE, str(draft.path))


@contextlib.contextmanager
def _terminal_streams() -> Iterator[tuple[int, int, int]]:
    """Yield the terminal as three descriptors, also inside `id=$(journal new)`."""
    tty = -1 if all(map(os.isatty, (0, 1, 2))) else _open_terminal()
    first, second, third = (own if os.isatty(own) else tty for own in (0, 1, 2))
    try:
        yield first, second, third
    finally:
        if tty >= 0:
            os.close(tty)


def _open_terminal() -> int:
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        raise BadInput("no terminal for the editor", hint="pipe the page on standard input") from None


@contextlib.contextmanager
def _restored_terminal(tty: int) -> Iterator[None]:
    """Restore the terminal after a failure: a killed editor leaves raw mode, Emacs an ended foreground group."""
    modes = termios.tcgetattr(tty)
    try:
        yield
    except EditorFailed:
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # or the next lines would stop us
        with contextlib.suppress(OSError, termios.error):  # the terminal may be closed too
            termios.tcsetattr(tty, termios.TCSADRAIN, modes)
            os.tcsetpgrp(tty, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)
        raise


@contextlib.contextmanager
def _keys_for_editor_only() -> Iterator[None]:
    """Let Ctrl-C and Ctrl-\\ reach the editor only. Use a handler: the editor would inherit SIG_IGN."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
