"""The door to gpg, through python-gnupg: bytes in, bytes and every status line out. Knows keys, but no journal.

Status lines: GnuPG's doc/DETAILS. The options are those that keep a person's gpg.conf, trust settings and network
out of it; see the README, "What is protected".
"""

from __future__ import annotations

import errno
import io
import math
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sexjournal.errors import KeyTrouble, PassphraseNotGiven

if TYPE_CHECKING:
    import gnupg

OLDEST = (2, 2, 0)
SELF_SIGNED_ONLY = (2, 2, 17)  # can import no other signatures
LAST_TRIED_FIRST = (2, 3, 0)  # of the keys that a message is sealed for
CONTROLLING = "/dev/tty"
NO_HOME = "it is where gpg keeps your keys: see what is in its place"
LARGEST_PAGE = 64 * 1024 * 1024  # bytes; a message that unpacks to more is not one of ours

# Without --quiet: with it, gpg 2.2 leaves out the status lines that tell why a message stayed shut. With a charset: in
# a locale that is not installed gpg takes names for Latin-1, and spoils their letters.
ALWAYS = [
    *["--no-options", "--disable-dirmngr", "--no-auto-key-locate", "--no-auto-check-trustdb"],
    *["--display-charset", "utf-8"],
]
SEALING = [
    *["--trust-model", "always", "--no-encrypt-to", "--no-groups", "--no-emit-version", "--no-comments"],
    *["--compress-algo", "none", "--output", "-"],
]
SLOW_TO_GUESS = [
    "--no-symkey-cache",
    "--cipher-algo",
    "AES256",
    "--s2k-digest-algo",
    "SHA512",
    "--s2k-count",
    "65011712",
]
OPENING = ["--no-symkey-cache", "--no-auto-key-retrieve", "--max-output", str(LARGEST_PAGE), "--output", "-"]

INSTALL = "install it: apt install gnupg (Debian), dnf install gnupg2 (Fedora), brew install gnupg pinentry-mac (macOS)"

NO_SECRET_KEY = 17
NO_PERMISSION = 32769  # EACCES
PINENTRY = 5  # the source of an error, in the bits above its number


@dataclass(frozen=True, slots=True)
class Reason:
    """Why gpg could not, as a sentence, a hint, and the class of the error."""

    sentence: str
    hint: str
    kind: type[KeyTrouble] = KeyTrouble

    def error(self) -> KeyTrouble:
        return self.kind(self.sentence, self.hint)


ANOTHER_USERS = Reason(
    "the terminal belongs to another user, so pinentry cannot ask for the passphrase there",
    "after su or sudo, 'script -q /dev/null' opens a terminal of your own: try again in it",
)
CANNOT_ASK = Reason(
    "pinentry could not ask for the passphrase",
    "TERM and GPG_TTY say which terminal it uses; 'pinentry-program' in gpg-agent.conf names another pinentry",
)
NO_AGENT = Reason("gpg-agent does not answer", "end it with 'gpgconf --kill gpg-agent' and try again")
NO_PINENTRY = Reason(
    "no pinentry could be started to ask for the passphrase", "install pinentry-curses or pinentry-gnome3"
)
TRY_AGAIN = "nothing was changed; try again when you like"
CANCELLED = Reason("the passphrase was not given", TRY_AGAIN, PassphraseNotGiven)
NOT_GIVEN_OR_WRONG = Reason("the passphrase was not given, or not right", TRY_AGAIN, PassphraseNotGiven)
# The low 16 bits of a libgpg-error code, and what a person can do about it.
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
    """What gpg said: every status line in order as (keyword, rest), its exit code, what it wrote, its last words."""

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
        """Return the last error that a person can act upon."""
        codes = self._codes("ERROR", "FAILURE")
        if (PINENTRY, NO_PERMISSION) in codes:
            return ANOTHER_USERS
        known = [REASONS[number] for _, number in codes if number in REASONS]
        if not known and any(source == PINENTRY for source, _ in codes):
            return CANNOT_ASK
        return known[-1] if known else None

    def trouble(self, sentence: str, hint: str) -> KeyTrouble:
        """Return the error for what failed: the known reason, or else the sentence with gpg's last words."""
        if self.reason:
            return self.reason.error()
        return KeyTrouble(f"{sentence}: {self.last_words}" if self.last_words else sentence, hint)

    @property
    def spoiled(self) -> bool:
        """Return whether a key of this device fits the message and failed; 2.4 also reports keys that are not here."""
        return any(number != NO_SECRET_KEY for _, number in self._codes("ERROR"))

    def _codes(self, *keywords: str) -> list[tuple[int, int]]:
        """Return the errors in these status lines (`<where> <code>`), in order, each as (source, number)."""
        return [_parts(rest.split()[1]) for word, rest in self.lines if word in keywords and " " in rest]


@dataclass(frozen=True, slots=True)
class Key:
    """A key as gpg lists it. `trouble` is empty for a key that can sign and be sealed for."""

    fingerprint: str
    name: str
    trouble: str
    expires: datetime | None
    sealing_id: str


class Gpg:
    """gpg on this machine, with the person's own keyring and agent."""

    @property
    def version(self) -> tuple[int, ...]:
        """Return which gpg this is; KeyTrouble when there is none, or one that is too old."""
        return tuple(self._gnupg.version or ())

    def secret_keys(self) -> list[Key]:
        """Return every secret key, usable or not."""
        listed = self._gnupg.list_keys(secret=True)
        if listed.returncode and not listed:  # without its agent gpg lists nothing, and gives no reason
            raise NO_AGENT.error()
        return [_key(key) for key in listed]

    def secret_key(self, fingerprint: str) -> Key | None:
        """Return one of them by its full fingerprint."""
        return next((key for key in self.secret_keys() if key.fingerprint == fingerprint), None)

    def public_key(self, fingerprint: str) -> Key | None:
        """Return a key of anybody, by its full fingerprint."""
        return next((_key(key) for key in self._gnupg.list_keys(keys=[fingerprint])), None)

    def certificate(self, fingerprint: str) -> str:
        """Return the armored certificate, as small as gpg can make it."""
        armored = self._gnupg.export_keys(fingerprint, minimal=True)
        if not armored:
            raise KeyTrouble(f"gpg has no key {fingerprint}", "gpg --list-keys shows which keys there are")
        return str(armored)

    def learn(self, certificates: Iterable[bytes]) -> None:
        """Add bare certificates to the person's keyring, so that gpg can tell their signatures; no trust is set.

        What others signed of them is left out, so that nobody floods the keyring. What stands there stays:
        `import-minimal` would take away what the person signed.
        """
        options = ["--import-options", "self-sigs-only"] if self.version >= SELF_SIGNED_ONLY else []
        if data := b"".join(certificates):
            self._gnupg.import_keys(data, extra_args=options)

    def sealing_key_ids(self, certificate: Path) -> frozenset[str]:
        """Return the long ids of the keys in a certificate file that messages can be sealed for.

        KeyTrouble when gpg did not come to its end: no ids at all would be kept, and nothing open with them.
        """
        listed = self._gnupg.scan_keys(str(certificate))
        if listed.returncode or not listed:
            raise KeyTrouble("gpg could not read a certificate", f"run it again; the file is {certificate}")
        keys = {key["keyid"]: key["cap"] for key in listed}
        for key in listed:
            keys |= {key_id: info["cap"] for key_id, info in key.get("subkey_info", {}).items()}
        return frozenset(key_id for key_id, abilities in keys.items() if "e" in abilities)

    def ends(self, fingerprint: str) -> dict[str, datetime]:
        """Return when a key of the person's can no longer do its work, by the fingerprint of the part that expires."""
        return {part: end for key in self._gnupg.list_keys(keys=fingerprint) for part, end in _ends(key).items()}

    def certificate_ends(self, certificate: Path) -> dict[str, datetime]:
        """Return the same for a certificate file."""
        return {part: end for key in self._gnupg.scan_keys(str(certificate)) for part, end in _ends(key).items()}

    def keygrips(self, fingerprint: str) -> frozenset[str]:
        """Return the names by which the agent knows the parts of a key."""
        grips = (
            (key.get("keygrip"), *(part[3] for part in key["subkeys"]))
            for key in self._gnupg.list_keys(secret=True, keys=fingerprint)
        )
        return frozenset(grip for grips_of_key in grips for grip in grips_of_key if grip)

    def make_key(self, name: str) -> str:
        """Make a Curve25519 key that does not expire; pinentry asks for its passphrase. Return the fingerprint."""
        result = self._gnupg.result_map["crypt"](self._gnupg)
        uid = os.fsdecode(
            name.encode("utf-8", "surrogateescape")
        )  # as the charset of ALWAYS, whatever the locale makes of arguments
        arguments = ["--quick-generate-key", uid, "future-default", "default", "never"]
        self._gnupg._handle_io(arguments, io.BytesIO(), result, binary=True)
        created = result.answer.all("KEY_CREATED")
        if not created:
            raise result.answer.trouble("gpg could not make a key", "see whether gpg can: gpg --full-generate-key")
        return str(created[0].split()[1])

    def seal(self, data: bytes, signer: str, others: Sequence[str], journal: str, *, hidden: bool) -> Status:
        """Sign and seal for the signer, and for the certificate files in `others` and of the `journal` key.

        The caller looks at the status. Hidden are the persons' keys; the journal key's id belongs to nobody and stays
        in sight. GnuPG 2.2 tries the first hidden recipient first, 2.4 the last. The signer stands there, because gpg
        exits with an error after a try that failed.
        """
        file, own = ("-F", "-R") if hidden else ("-f", "-r")
        pairs = [(file, path) for path in others]
        pairs.insert(len(pairs) if self.version >= LAST_TRIED_FIRST else 0, (own, signer))
        to = [word for pair in (*pairs, ("-f", journal)) for word in pair]
        result = self._gnupg.result_map["crypt"](self._gnupg)
        length = self._length(data, padded=hidden)
        arguments = ["--sign", "--encrypt", "--armor", *SEALING, *length, "--local-user", signer, *to]
        self._gnupg._handle_io(arguments, io.BytesIO(data), result, binary=True)
        status: Status = result.answer
        return status

    def seal_unsigned(self, data: bytes, certificate: str) -> Status:
        """Seal for one certificate file, without a signature and without armor: for what never leaves this device."""
        result = self._gnupg.result_map["crypt"](self._gnupg)
        arguments = ["--encrypt", *SEALING, *self._length(data, padded=False), "-f", certificate]
        self._gnupg._handle_io(arguments, io.BytesIO(data), result, binary=True)
        status: Status = result.answer
        return status

    def seal_with_passphrase(self, data: bytes) -> Status:
        """Seal with a passphrase that pinentry asks for, as one armored message, as slow to guess at as gpg can."""
        result = self._gnupg.result_map["crypt"](self._gnupg)
        arguments = ["--symmetric", "--armor", *SEALING, *SLOW_TO_GUESS, "--set-filename", ""]
        self._gnupg._handle_io(arguments, io.BytesIO(data), result, binary=True)
        status: Status = result.answer
        return status

    def locked(self, message: bytes) -> bool:
        """Whether the key that the message names would ask for its passphrase now; nobody is asked."""
        status = self._gnupg.decrypt_file(io.BytesIO(message), extra_args=[*OPENING, "--pinentry-mode", "error"]).answer
        return bool(status.reason is NO_PINENTRY)

    def open(self, message: bytes, fingerprint: str = "") -> Status:
        """Open a bare message; the caller judges the status.

        `fingerprint` is for hidden recipients, so that gpg tries that key alone and asks for no other passphrase.
        """
        extra = [*OPENING, "--try-secret-key", fingerprint] if fingerprint else OPENING
        status: Status = self._gnupg.decrypt_file(io.BytesIO(message), extra_args=extra).answer
        return status

    @staticmethod
    def _length(data: bytes, *, padded: bool) -> list[str]:
        """Give gpg the length, so that it need not cut the message in parts.

        Padding to steps of 256 bytes stands in the file name that a message may carry (RFC 4880 section 5.9): it is
        inside the seal, and the text itself stays as it is.
        """
        padding = "." * (-len(data) % 256) if padded else ""
        return ["--set-filename", padding, "--set-filesize", str(len(data))]

    @cached_property
    def _gnupg(self) -> gnupg.GPG:
        import gnupg

        if not shutil.which("gpg"):
            raise KeyTrouble("gpg is not on this machine", INSTALL)
        _make_home()
        _name_the_terminal()
        door = _line_by_line(gnupg.GPG)(options=ALWAYS, encoding="utf-8")
        if (door.version or (0,)) < OLDEST:
            raise KeyTrouble("this gpg is too old", f"journal needs 2.2 or later; {INSTALL}")
        door.decode_errors = "replace"
        door.result_map = {**door.result_map, "crypt": _every_line_kept(gnupg.Crypt)}
        return door


def _make_home() -> None:
    """Make gpg's own directory, as gpg does at its first start, but not with --no-options.

    A directory that GNUPGHOME names is the person's to make: it may be on a disk that is not there just now.
    """
    named = os.environ.get("GNUPGHOME")
    try:
        home = Path(named) if named else Path.home() / ".gnupg"
        if not named:
            with suppress(FileExistsError):
                home.mkdir(mode=0o700)
        if not stat.S_ISDIR(home.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except (OSError, RuntimeError) as trouble:
        reason = str(getattr(trouble, "strerror", "")).lower() or "there is no home directory"
        hint = "set GNUPGHOME to the directory that holds your keys, or unset it" if named else NO_HOME
        raise KeyTrouble(f"gpg's directory {named or '~/.gnupg'} cannot be used: {reason}", hint) from None


def _line_by_line(base: Any) -> Any:
    """Return python-gnupg's door with gpg's words read as lines that end at a newline, whatever bytes they hold.

    The library ends a line wherever `str.splitlines` does, so that a name in the keyring could speak for gpg, and
    stops reading where something is not UTF-8, such as an old name or a damaged file name.
    """

    class Door(base):  # type: ignore[misc]  # the library is untyped
        def _read_response(self, stream: Any, result: Any) -> None:
            lines = io.TextIOWrapper(stream.stream, encoding="utf-8", errors="replace", newline="\n")
            super()._read_response(lines, result)
            lines.detach()

    return Door


def _every_line_kept(base: Any) -> Any:
    """Return python-gnupg's result class with every status line kept in order.

    The library keeps a summary only, and the summary says `ok` for messages that the strict policy refuses.
    """

    class Kept(base):  # type: ignore[misc]  # the library is untyped
        def __init__(self, gpg: Any) -> None:
            super().__init__(gpg)
            self.kept: list[tuple[str, str]] = []

        def handle_status(self, key: str, value: str) -> None:
            self.kept.append((key, value))

        @property
        def answer(self) -> Status:
            return Status(tuple(self.kept), self.returncode, self.data, _last_words(self.stderr))

    return Kept


def _last_words(stderr: str) -> str:
    """Return gpg's last message to a person, without what would act on a terminal; never a word of a page."""
    messages = [line.removeprefix("gpg: ") for line in stderr.split("\n") if line.startswith("gpg: ")]
    return "".join(letter for letter in messages[-1] if letter.isprintable()) if messages else ""


def _parts(code: str) -> tuple[int, int]:
    """Return the source and the number in a libgpg-error code."""
    digits = code.partition("_")[0]  # GnuPG 2.4 may write 151011327_EOF
    return (int(digits) >> 24 & 0x7F, int(digits) & 0xFFFF) if digits.isdecimal() else (-1, -1)


def _name_the_terminal() -> None:
    """Tell the agent where to ask, as gpg's own manual wants it; a page may come through a pipe meanwhile.

    Drop a GPG_TTY that is no terminal: pinentry would wait there for ever, or write its screen into a file.
    """
    given = os.environ.pop("GPG_TTY", "")
    own: list[str] = []
    for stream in (sys.stdin, sys.stderr, sys.stdout):
        with suppress(OSError, ValueError):
            own.append(os.ttyname(stream.fileno()))
    usable = [name for name in (given, *own) if _is_terminal(name)]
    if chosen := usable or own:  # after su there is a terminal, of another user: then pinentry tells that
        os.environ["GPG_TTY"] = chosen[0]


def _is_terminal(name: str) -> bool:
    """Return whether pinentry can open a terminal by this name; /dev/tty is no terminal to a daemon."""
    if name in ("", CONTROLLING):
        return False
    try:
        opened = os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return os.isatty(opened)
    finally:
        os.close(opened)


def _key(listed: dict[str, Any]) -> Key:
    expires = datetime.fromtimestamp(int(listed["expires"]), UTC) if listed["expires"] else None
    name = listed["uids"][0] if listed["uids"] else ""
    ids = [key_id for key_id, info in listed.get("subkey_info", {}).items() if "e" in info["cap"]]
    return Key(listed["fingerprint"], name, _trouble(listed), expires, ids[-1] if ids else listed["keyid"])


def _ends(listed: dict[str, Any]) -> dict[str, datetime]:
    """Return when the key expires, and when its parts that sign and seal do; what never expires is left out.

    A newer subkey takes the place of an older one, so only the one that lasts longest counts.
    """
    names = {part[0]: part[2] for part in listed["subkeys"]}
    subkeys = [part for part in listed.get("subkey_info", {}).values() if part["trust"] not in ("r", "d", "i")]
    able = [[part for part in (listed, *subkeys) if ability in part["cap"]] for ability in "se"]
    last = [max(parts, key=lambda part: int(part["expires"] or 0) or math.inf) for parts in able if parts]
    return {
        names.get(part["keyid"], listed["fingerprint"]): datetime.fromtimestamp(int(part["expires"]), UTC)
        for part in (listed, *last)
        if part["expires"]
    }


def _trouble(listed: dict[str, Any]) -> str:
    """Say why a key cannot keep a journal; capital letters are what the whole key can do."""
    marks = {"e": "it has expired", "r": "it was revoked", "d": "it was disabled", "i": "it is not valid"}
    if listed["trust"] in marks:
        return marks[listed["trust"]]
    if "D" in listed["cap"]:
        return marks["d"]
    lacks = {"S": "it cannot sign", "E": "it cannot be sealed for"}
    lack = next((ability for ability in lacks if ability not in listed["cap"]), "")
    expired = [part["cap"] for part in listed.get("subkey_info", {}).values() if part["trust"] == "e"]
    return "its subkey has expired" if lack and lack.lower() in "".join(expired) else lacks.get(lack, "")
