"""A new user at a terminal: types a line of the README, and answers whatever asks until the shell is back.

Knows a shell, sudo, pinentry-curses and this program's questions, by what stands on the screen. Needs no room: it is
used in one, and on the bare machines of `.ci/bare`. Every screen is kept, so that somebody can read what was seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pyte

README = Path(__file__).parents[2] / "README.md"
PASSPHRASE = "the lake was cold 7"
WORDS = "We walked home in the rain."
QUIET = 0.3  # seconds without a new character, after which the screen is looked at
NEVER = 600  # seconds without one, after which nothing will come any more
COLUMNS, ROWS = 80, 24
SCREEN_LEFT = b"\x1b[?1049l"  # a program gives the terminal its first screen back

# What the program asks -> what is typed; every other question is skipped with Enter.
ANSWERS = {
    "Before you begin": "1",
    "What should it be called?": "Reed",
    "What may they see?": "1",
    "Tell it the way you would like to find it again": WORDS,
    "Go on? [y/N]": "n",
}


def line_under(mark: str) -> str:
    """The command that stands in the README under `<!-- mark -->`, word for word."""
    block = README.read_text("utf-8").split(f"<!-- {mark} -->\n```sh\n")[1]
    return block.split("\n```")[0]


@dataclass
class Beginner:
    """A person at a terminal with a shell in it, which has the password of the person's account."""

    terminal: pexpect.spawn[bytes]
    password: str = ""
    screens: list[str] = field(default_factory=list)  # each as it was when something was typed
    passphrases: int = 0  # how many screens of the pinentry were answered

    def __post_init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._answered = ""
        self.terminal.delaybeforesend = None
        self.terminal.setwinsize(ROWS, COLUMNS)

    def does(self, command: str) -> str:
        """Type a command at the shell's prompt, answer all that asks, and return what stands there at the end."""
        self._wait_for_the_shell()
        self._screen.reset()
        self._type(command)
        while not self._at_the_shell():
            self._answer()
            self._look()
        return self.shown()

    def _wait_for_the_shell(self) -> None:
        while not self._at_the_shell():
            self._look()

    def _look(self) -> None:
        """Wait until the screen has changed and comes to rest."""
        self._feed(self.terminal.read_nonblocking(65536, timeout=NEVER))
        while True:
            try:
                self._feed(self.terminal.read_nonblocking(65536, timeout=QUIET))
            except pexpect.TIMEOUT:
                return

    def _feed(self, data: bytes) -> None:
        """Show what came; pyte knows no second screen, so what a pinentry leaves behind is wiped here."""
        before, left, after = data.rpartition(SCREEN_LEFT)
        self._stream.feed(before)
        if left:
            self._screen.reset()
        self._stream.feed(after)

    def _answer(self) -> None:
        """Type what the screen asks for; nothing while something is at work, nor a second time into one question."""
        shown, line = self.shown(), self._line()
        question = shown.replace("*", "_")  # a pinentry shows a star for each letter, in place of a line
        if question == self._answered:
            return
        self._answered = question
        if "<OK>" in shown:
            self.passphrases += 1
            both = [PASSPHRASE, "\t", PASSPHRASE] if "Repeat" in shown else [PASSPHRASE]
            self._type("".join(both))
        elif re.search("password for|^Password:", line):
            self._type(self.password)
        elif line.strip() == ">":
            self._type(self._told(shown))

    def _told(self, shown: str) -> str:
        """What is typed after the last `>`; a question is answered once, and several lines end with an empty one."""
        *_, question = re.split(r"^>.*\n", shown.removesuffix(">"), flags=re.MULTILINE)
        flat = " ".join(question.split())
        return next((answer for words, answer in ANSWERS.items() if words in flat), "")

    def _type(self, words: str) -> None:
        self.screens.append(self.shown())
        self.terminal.send(f"{words}\r")

    def _at_the_shell(self) -> bool:
        return bool(re.search(r"[$#]$", self._line().rstrip())) and not self._line().startswith("[sudo]")

    def _line(self) -> str:
        return str(self._screen.display[self._screen.cursor.y])[: self._screen.cursor.x]

    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).strip("\n")
