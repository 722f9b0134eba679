"""A pinentry that answers by script: it knows the words between gpg-agent and a pinentry, and no window or person.

Run as `pinentry.py DIRECTORY`. The scenario is the word in DIRECTORY/scenario, read again at each question; every
question is noted as a line of DIRECTORY/asked.
"""

from __future__ import annotations

import sys
from pathlib import Path

PASSPHRASE = "correct horse"
REPLIES = {
    "right": f"D {PASSPHRASE}\nOK",
    "wrong": "D battery staple\nOK",
    "cancel": "ERR 83886179 Operation cancelled <Pinentry>",
}
QUESTIONS = ("GETPIN", "CONFIRM", "MESSAGE")


def reply(command: str, scenario: str, repeat: bool) -> str | None:
    """What goes back for one command; None is the end of the program, without a word."""
    if command not in QUESTIONS:
        return "OK"
    if scenario == "dies":
        return None
    if command != "GETPIN":
        return REPLIES["cancel"] if scenario == "cancel" else "OK"
    # A new passphrase is asked for once when the pinentry says that it had it typed twice.
    return ("S PIN_REPEATED\n" if repeat and scenario != "cancel" else "") + REPLIES[scenario]


def main(directory: Path) -> None:
    print("OK Pleased to meet you", flush=True)
    repeat = False
    for line in sys.stdin:
        command = line.split()[0].upper() if line.strip() else ""
        repeat = (repeat or command == "SETREPEAT") and command != "RESET"
        if command in QUESTIONS:
            with (directory / "asked").open("a") as log:
                log.write(f"{command}\n")
        answer = reply(command, (directory / "scenario").read_text().strip(), repeat)
        if answer is None:
            return
        print(answer, flush=True)
        if command == "BYE":
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
