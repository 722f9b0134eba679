"""The answer of gpg: status lines, exit code, output, and the reasons for a failure. Starts no program.

Status lines: GnuPG's doc/DETAILS. Error codes: libgpg-error.
"""

from __future__ import annotations

from dataclasses import dataclass

from sexjournal.errors import KeyTrouble, PassphraseNotGiven

INSTALL_GPG = (
    "install it: apt install gnupg (Debian), dnf install gnupg2 (Fedora), brew install gnupg pinentry-mac (macOS)"
)

# Parts of a libgpg-error code: the number is the low 16 bits, the source is in the bits above 24.
NO_SECRET_KEY = 17
NO_PERMISSION = 32769  # EACCES
PINENTRY = 5  # a source


@dataclass(frozen=True, slots=True)
class Reason:
    """Why gpg failed, as a sentence, a hint, and the class of the error."""

    sentence: str
    hint: str
    kind: type[KeyTrouble] = KeyTrouble

    def error(self) -> KeyTrouble:
        return self.kind(self.sentence, self.hint)


TRY_AGAIN = "nothing was changed; try again when you like"
CANCELLED = Reason("the passphrase was not given", TRY_AGAIN, PassphraseNotGiven)
CANCELLED_OR_WRONG = Reason("the passphrase was not given, or not right", TRY_AGAIN, PassphraseNotGiven)
NO_AGENT = Reason("gpg-agent does not answer", "end it with 'gpgconf --kill gpg-agent' and try again")
NO_PINENTRY = Reason(
    "no pinentry could be started to ask for the passphrase", "install pinentry-curses or pinentry-gnome3"
)
FOREIGN_TERMINAL = Reason(
    "the terminal belongs to another user, so pinentry cannot ask for the passphrase there",
    "after su or sudo, 'script -q /dev/null' opens a terminal of your own: try again in it",
)
PINENTRY_FAILED = Reason(
    "pinentry could not ask for the passphrase",
    "TERM and GPG_TTY say which terminal it uses; 'pinentry-program' in gpg-agent.conf names another pinentry",
)
REASONS = {
    11: Reason("the passphrase was not right", "try again"),
    77: NO_AGENT,
    85: NO_PINENTRY,
    99: CANCELLED,
    198: CANCELLED,
    16383: Reason(
        "pinentry ended before a passphrase was given", "try again, or see 'pinentry-program' in gpg-agent.conf"
    ),
    NO_PERMISSION: Reason("gpg may not use its own directory", "look at who owns ~/.gnupg and what is in it"),
    32870: Reason(
        "there is no terminal to ask for the passphrase", "run it in a terminal, or unlock the key there first"
    ),
}


@dataclass(frozen=True, slots=True)
class Status:
    """The answer of gpg: the status lines in order as (keyword, rest), the exit code, the output, the last message."""

    lines: tuple[tuple[str, str], ...]
    code: int
    data: bytes
    last_words: str = ""

    def all(self, keyword: str) -> list[str]:
        return [rest for word, rest in self.lines if word == keyword]

    def has(self, *keywords: str) -> bool:
        return any(word in keywords for word, _ in self.lines)

    @property
    def reason(self) -> Reason | None:
        """Return the last reason with a remedy for the person."""
        codes = self._codes("ERROR", "FAILURE")
        if (PINENTRY, NO_PERMISSION) in codes:
            return FOREIGN_TERMINAL
        reasons = [REASONS[number] for _, number in codes if number in REASONS]
        if not reasons and any(source == PINENTRY for source, _ in codes):
            return PINENTRY_FAILED
        return reasons[-1] if reasons else None

    def trouble(self, sentence: str, hint: str) -> KeyTrouble:
        """Return the error for a failure: the reason if there is any, or else the sentence with gpg's last message."""
        if self.reason:
            return self.reason.error()
        return KeyTrouble(f"{sentence}: {self.last_words}" if self.last_words else sentence, hint)

    @property
    def spoiled(self) -> bool:
        """Return whether a key of this device fits the message and failed; 2.4 also reports keys of other devices."""
        return any(number != NO_SECRET_KEY for _, number in self._codes("ERROR"))

    def _codes(self, *keywords: str) -> list[tuple[int, int]]:
        """Return the errors in these status lines (`<where> <code>`), in order, each as (source, number)."""
        return [_source_and_number(rest.split()[1]) for word, rest in self.lines if word in keywords and " " in rest]


def _source_and_number(code: str) -> tuple[int, int]:
    """Split a libgpg-error code; return (-1, -1) for a word in place of a number."""
    digits = code.partition("_")[0]  # GnuPG 2.4 may write 151011327_EOF
    return (int(digits) >> 24 & 0x7F, int(digits) & 0xFFFF) if digits.isdecimal() else (-1, -1)
