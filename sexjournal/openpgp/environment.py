"""The directory and the terminal for gpg. Knows environment variables; starts no program and knows no keys."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from sexjournal.errors import KeyTrouble

CONTROLLING_TERMINAL = "/dev/tty"
HOME_HINT = "it is where gpg keeps your keys: see what is in its place"


def make_gnupg_home() -> None:
    """Make gpg's own directory; KeyTrouble when the directory cannot be used.

    gpg makes the directory at the first start, but not with --no-options. A directory that GNUPGHOME names is left to
    the person: the disk with that directory may be missing just now.
    """
    chosen = os.environ.get("GNUPGHOME")
    try:
        home = Path(chosen) if chosen else Path.home() / ".gnupg"
        if not chosen:
            with suppress(FileExistsError):
                home.mkdir(mode=0o700)
        if not stat.S_ISDIR(home.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except (OSError, RuntimeError) as error:
        reason = str(getattr(error, "strerror", "")).lower() or "there is no home directory"
        hint = "set GNUPGHOME to the directory that holds your keys, or unset it" if chosen else HOME_HINT
        raise KeyTrouble(f"gpg's directory {chosen or '~/.gnupg'} cannot be used: {reason}", hint) from None


def set_gpg_tty() -> None:
    """Set GPG_TTY to the terminal where pinentry can ask, as gpg's manual advises, even if a page comes from a pipe.

    Drop a GPG_TTY that is no terminal: pinentry would wait there for ever, or write its screen into a file.
    """
    chosen = os.environ.pop("GPG_TTY", "")
    names: list[str] = []
    for stream in (sys.stdin, sys.stderr, sys.stdout):
        with suppress(OSError, ValueError):
            names.append(os.ttyname(stream.fileno()))
    usable = [name for name in (chosen, *names) if _is_terminal(name)]
    if terminals := usable or names:  # after su the terminal belongs to another user, and pinentry says so
        os.environ["GPG_TTY"] = terminals[0]


def _is_terminal(name: str) -> bool:
    """Return whether pinentry can open a terminal by this name; /dev/tty is no terminal to a daemon."""
    if name in ("", CONTROLLING_TERMINAL):
        return False
    try:
        file = os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return os.isatty(file)
    finally:
        os.close(file)
