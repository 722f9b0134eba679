"""gpg-agent as this person runs it: what it remembers, and the program that it asks with. Knows no journal.

Answers of KEYINFO: GnuPG's manual, "Agent's KEYINFO protocol" and `gpg-connect-agent 'help keyinfo' /bye`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from sexjournal.errors import KeyTrouble
from sexjournal.openpgp.gpg import INSTALL, NO_AGENT

PATIENCE = 20  # seconds for an answer; nobody is asked for anything meanwhile
ON_CARD, CLEAR = "T", "C"


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret key that the agent knows, by its keygrip."""

    keygrip: str
    on_card: bool
    remembered: bool  # its passphrase is in the agent's memory
    protected: bool  # by a passphrase, on the disk


class Agent:
    """The agent that gpg would use now; it is never started for a question."""

    def forget(self) -> None:
        """Let the agent drop every passphrase that it remembers, and make sure of it; one that does not run has none.

        What a card remembers is not the agent's, and neither is what a password manager was told to keep.
        """
        if not self.known():
            return
        _told("gpgconf", "--reload", "gpg-agent")
        if any(key.remembered for key in self.known()):
            raise KeyTrouble("gpg-agent still remembers a passphrase", "end it: gpgconf --kill gpg-agent")

    def known(self) -> list[Kept]:
        """Return the secret keys that the agent knows; none when it does not run."""
        answer = _told("gpg-connect-agent", "--no-autostart", "keyinfo --list", "/bye")
        lines = [line.split() for line in answer.splitlines() if line.startswith("S KEYINFO ")]
        return [Kept(line[2], line[3] == ON_CARD, line[6] == "1", line[7] != CLEAR) for line in lines]

    def pinentry(self) -> str:
        """Return the program that asks for passphrases, whether it is there or not: the person's, or gpg's own."""
        home = next((_field(line, 1) for line in _lines("--list-dirs") if line.startswith("homedir:")), "")
        own = [line.split(None, 1) for line in _settings(Path(home) / "gpg-agent.conf")]
        chosen = [line[1].strip().strip('"') for line in own if line[0] == "pinentry-program" and len(line) > 1]
        usual = (_field(line, 2) for line in _lines("--list-components") if line.startswith("pinentry:"))
        return chosen[-1] if chosen else next(usual, "pinentry")

    def can_ask(self) -> bool:
        """Whether that program can be started."""
        return shutil.which(self.pinentry()) is not None


def _settings(path: Path) -> list[str]:
    with suppress(OSError):
        return [line for line in path.read_text("utf-8", "replace").splitlines() if line.split()]
    return []


def _lines(*words: str) -> list[str]:
    return _told("gpgconf", *words).splitlines()


def _field(line: str, number: int) -> str:
    """Return a field between colons, in which gpgconf writes special characters as %XX."""
    return unquote(line.split(":")[number])


def _told(*words: str) -> str:
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise KeyTrouble("gpg is not on this machine", INSTALL) from None
    except subprocess.TimeoutExpired:
        raise NO_AGENT.error() from None
    return done.stdout.decode("utf-8", "replace")
