"""The door to gpg, through python-gnupg: arguments and bytes in, the whole answer out. Knows no keys and no journal."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from typing import Any

from sexjournal.errors import KeyTrouble
from sexjournal.openpgp.environment import make_gnupg_home, set_gpg_tty
from sexjournal.openpgp.status import INSTALL_GPG, Status

OLDEST = (2, 2, 0)

# They keep a person's gpg.conf, trust settings and network out; see the README, "What is protected". Without --quiet:
# with it, gpg 2.2 leaves out the status lines that tell why a message did not open. With a charset: in a locale that is
# not installed gpg takes names for Latin-1, and spoils their letters.
ALWAYS = [
    *["--no-options", "--disable-dirmngr", "--no-auto-key-locate", "--no-auto-check-trustdb"],
    *["--display-charset", "utf-8"],
]


def connect() -> Any:
    """Return python-gnupg's GPG object; KeyTrouble when gpg is missing or too old, or has no directory to work in."""
    import gnupg

    if not shutil.which("gpg"):
        raise KeyTrouble("gpg is not on this machine", INSTALL_GPG)
    make_gnupg_home()
    set_gpg_tty()
    library = _reading_lines(gnupg.GPG)(options=ALWAYS, encoding="utf-8")
    if (library.version or (0,)) < OLDEST:
        raise KeyTrouble("this gpg is too old", f"journal needs 2.2 or later; {INSTALL_GPG}")
    library.decode_errors = "replace"
    library.result_map = {**library.result_map, "crypt": _keeping_lines(gnupg.Crypt)}
    return library


def run_gpg(library: Any, arguments: Sequence[str], data: bytes = b"") -> Status:
    """Run gpg with `data` on standard input; return the answer, whatever the exit code."""
    result = library.result_map["crypt"](library)
    library._handle_io([*arguments], io.BytesIO(data), result, binary=True)
    return Status(tuple(result.status_lines), result.returncode, result.data, _last_words(result.stderr))


def _reading_lines(base: Any) -> Any:
    """Return python-gnupg's class with the output of gpg split at newlines only, whatever bytes the lines hold.

    The library splits wherever `str.splitlines` does, so that a name in the keyring could forge a status line. The
    library also stops reading at bytes outside UTF-8, such as an old name or a damaged file name.
    """

    class Door(base):  # type: ignore[misc]  # the library is untyped
        def _read_response(self, stream: Any, result: Any) -> None:
            lines = io.TextIOWrapper(stream.stream, encoding="utf-8", errors="replace", newline="\n")
            super()._read_response(lines, result)
            lines.detach()

    return Door


def _keeping_lines(base: Any) -> Any:
    """Return python-gnupg's result class with every status line kept in order.

    The library keeps a summary only, and the summary says `ok` for messages that the strict policy refuses.
    """

    class Answer(base):  # type: ignore[misc]  # the library is untyped
        def __init__(self, gpg: Any) -> None:
            super().__init__(gpg)
            self.status_lines: list[tuple[str, str]] = []

        def handle_status(self, key: str, value: str) -> None:
            self.status_lines.append((key, value))

    return Answer


def _last_words(stderr: str) -> str:
    """Return gpg's last message to a person, without characters that act on a terminal; never a word of a page."""
    messages = [line.removeprefix("gpg: ") for line in stderr.split("\n") if line.startswith("gpg: ")]
    return "".join(letter for letter in messages[-1] if letter.isprintable()) if messages else ""
