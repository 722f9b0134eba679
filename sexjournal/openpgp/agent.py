"""gpg-agent of the person: the remembered passphrases, and the pinentry program. Knows no journal.

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
from sexjournal.openpgp.status import INSTALL_GPG, NO_AGENT

TIMEOUT = 20  # seconds for an answer; nobody is asked for anything meanwhile
ON_CARD, CLEAR = "T", "C"


@dataclass(frozen=True, slots=True)
class AgentKey:
    """A secret key in the agent, by the keygrip."""

    keygrip: str
    on_card: bool
    remembered: bool  # its passphrase is in the agent's memory
    protected: bool  # by a passphrase, on the disk


class Agent:
    """The agent of gpg, if the agent runs; a question never starts the agent."""

    def forget(self) -> None:
        """Let the agent forget every passphrase; KeyTrouble when the agent still remembers any.

        An agent that does not run has none. A card and a password manager remember on their own.
        """
        if not self.secret_keys():
            return
        _output("gpgconf", "--reload", "gpg-agent")
        if any(key.remembered for key in self.secret_keys()):
            raise KeyTrouble("gpg-agent still remembers a passphrase", "end it: gpgconf --kill gpg-agent")

    def secret_keys(self) -> list[AgentKey]:
        """Return the secret keys of the agent; an empty list when the agent does not run."""
        answer = _output("gpg-connect-agent", "--no-autostart", "keyinfo --list", "/bye")
        lines = [line.split() for line in answer.splitlines() if line.startswith("S KEYINFO ")]
        return [AgentKey(line[2], line[3] == ON_CARD, line[6] == "1", line[7] != CLEAR) for line in lines]

    def pinentry(self) -> str:
        """Return the pinentry program, installed or not: the person's choice, or gpg's default."""
        home = next((_field(line, 1) for line in _lines("--list-dirs") if line.startswith("homedir:")), "")
        settings = [line.split(None, 1) for line in _settings(Path(home) / "gpg-agent.conf")]
        chosen = [line[1].strip().strip('"') for line in settings if line[0] == "pinentry-program" and len(line) > 1]
        default = (_field(line, 2) for line in _lines("--list-components") if line.startswith("pinentry:"))
        return chosen[-1] if chosen else next(default, "pinentry")

    def can_ask(self) -> bool:
        """Return whether the pinentry program can be started."""
        return shutil.which(self.pinentry()) is not None


def _settings(path: Path) -> list[str]:
    with suppress(OSError):
        return [line for line in path.read_text("utf-8", "replace").splitlines() if line.split()]
    return []


def _lines(*words: str) -> list[str]:
    return _output("gpgconf", *words).splitlines()


def _field(line: str, number: int) -> str:
    """Return a field between colons; gpgconf writes special characters as %XX."""
    return unquote(line.split(":")[number])


def _output(*words: str) -> str:
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise KeyTrouble("gpg is not on this machine", INSTALL_GPG) from None
    except subprocess.TimeoutExpired:
        raise NO_AGENT.error() from None
    return done.stdout.decode("utf-8", "replace")
