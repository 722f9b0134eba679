"""The errors for people, each with a sentence, a hint and an exit code. Knows no causes."""

from __future__ import annotations

from collections.abc import Iterable


class JournalError(Exception):
    """An error for the person to act upon.

    `sentence` is lower case without a full stop and never holds the text of a page; `hint` says how to go on, or is
    empty. Each class has an exit code.
    """

    exit_code = 2

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class NothingFound(JournalError):
    """No page, tag or setting matches."""

    exit_code = 1


class BadInput(JournalError):
    """Wrong use, or input that cannot be read."""


class KeyTrouble(JournalError):
    """The key is missing, locked, expired or was cancelled."""

    exit_code = 3


class PassphraseNotGiven(KeyTrouble):
    """The person was asked for a passphrase, and did not give the right one."""


class SyncTrouble(JournalError):
    """git needs a hand."""

    exit_code = 4


class Damaged(JournalError):
    """A file is damaged, forged or foreign."""

    exit_code = 5


class NotForUs(Damaged):
    """A message is whole, and sealed for keys of other devices only."""


class NotForThisJournal(Damaged):
    """A message names no key of this journal."""


class NotSigned(Damaged):
    """A message has no valid signature of a recipient."""


class Transient(Damaged):
    """A message did not open because of trouble on this machine: a later try may open it."""


class UnreadableFrontMatter(Damaged):
    """A page opened, and its front matter cannot be read."""


class WrongName(Damaged):
    """A file bears the id of another page in its name."""


class SameId(Damaged):
    """Two files hold pages with the same id."""


class TwoVersions(JournalError):
    """A page was changed on two devices at once, and holds both versions."""


class Interrupted(JournalError):
    """The person stopped, with Ctrl-C or by closing the input."""

    exit_code = 130


def to_extend(key: str, parts: Iterable[str], *, then: str = "; ") -> str:
    """Return the hint for a key that expires; `parts` are the fingerprints of the key or its subkeys to extend."""
    commands = (f"gpg --quick-set-expire {key} 2y{'' if part == key else f' {part}'}" for part in parts)
    return f"{' && '.join(commands)}{then}then 'journal keys add {key}' and 'journal sync' tell the other devices"
