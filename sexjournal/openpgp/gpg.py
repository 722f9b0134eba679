"""gpg with the person's keyring and agent: list keys, seal and open messages. Knows keys, but no journal.

policy.py decides from the answers whether a message is genuine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sexjournal.errors import KeyTrouble
from sexjournal.openpgp import process
from sexjournal.openpgp.listed_key import Key, as_key, ends_of
from sexjournal.openpgp.recipients import Recipients
from sexjournal.openpgp.status import NO_AGENT, NO_PINENTRY, Status

SELF_SIGNED_ONLY = (2, 2, 17)  # can import no other signatures
LAST_TRIED_FIRST = (2, 3, 0)  # of the keys that a message is sealed for
LARGEST_PAGE = 64 * 1024 * 1024  # bytes; a message that unpacks to more is not one of ours

SEAL_OPTIONS = [
    *["--trust-model", "always", "--no-encrypt-to", "--no-groups", "--no-emit-version", "--no-comments"],
    *["--compress-algo", "none", "--output", "-"],
]
SLOW_TO_GUESS = [
    *["--no-symkey-cache", "--cipher-algo", "AES256"],
    *["--s2k-digest-algo", "SHA512", "--s2k-count", "65011712"],
]
OPEN_OPTIONS = ["--no-symkey-cache", "--no-auto-key-retrieve", "--max-output", str(LARGEST_PAGE), "--output", "-"]


class Gpg:
    """gpg on this machine, with the person's own keyring and agent."""

    @property
    def version(self) -> tuple[int, ...]:
        """Return the version of gpg; KeyTrouble when gpg is missing or too old."""
        return tuple(self._library.version or ())

    def secret_keys(self) -> list[Key]:
        """Return every secret key, usable or not."""
        listed = self._library.list_keys(secret=True)
        if listed.returncode and not listed:  # without its agent gpg lists nothing, and gives no reason
            raise NO_AGENT.error()
        return [as_key(key) for key in listed]

    def secret_key(self, fingerprint: str) -> Key | None:
        """Return the secret key with this full fingerprint."""
        return next((key for key in self.secret_keys() if key.fingerprint == fingerprint), None)

    def public_key(self, fingerprint: str) -> Key | None:
        """Return the public key with this full fingerprint."""
        return next((as_key(key) for key in self._library.list_keys(keys=[fingerprint])), None)

    def certificate(self, fingerprint: str) -> str:
        """Return the armored certificate, as small as gpg can make it."""
        armored = self._library.export_keys(fingerprint, minimal=True)
        if not armored:
            raise KeyTrouble(f"gpg has no key {fingerprint}", "gpg --list-keys shows which keys there are")
        return str(armored)

    def learn(self, certificates: Iterable[bytes]) -> None:
        """Add bare certificates to the person's keyring, for gpg to verify signatures of the keys; set no trust.

        Leave out signatures by other keys, so that nobody floods the keyring. Signatures in the keyring stay:
        `import-minimal` would remove those that the person made.
        """
        options = ["--import-options", "self-sigs-only"] if self.version >= SELF_SIGNED_ONLY else []
        if data := b"".join(certificates):
            self._library.import_keys(data, extra_args=options)

    def sealing_key_ids(self, certificate: Path) -> frozenset[str]:
        """Return the long ids of the keys in a certificate file that can be sealed for.

        KeyTrouble when gpg failed: the ids are stored, and an empty set would open no message.
        """
        listed = self._library.scan_keys(str(certificate))
        if listed.returncode or not listed:
            raise KeyTrouble("gpg could not read a certificate", f"run it again; the file is {certificate}")
        keys = {key["keyid"]: key["cap"] for key in listed}
        for key in listed:
            keys |= {key_id: info["cap"] for key_id, info in key.get("subkey_info", {}).items()}
        return frozenset(key_id for key_id, abilities in keys.items() if "e" in abilities)

    def ends(self, fingerprint: str) -> dict[str, datetime]:
        """Return when the parts of a key in the keyring expire, by the fingerprint of the part."""
        return {part: end for key in self._library.list_keys(keys=fingerprint) for part, end in ends_of(key).items()}

    def certificate_ends(self, certificate: Path) -> dict[str, datetime]:
        """Return when the parts of the key in a certificate file expire, by the fingerprint of the part."""
        return {part: end for key in self._library.scan_keys(str(certificate)) for part, end in ends_of(key).items()}

    def keygrips(self, fingerprint: str) -> frozenset[str]:
        """Return the names by which the agent knows the parts of a key."""
        grips = (
            (key.get("keygrip"), *(part[3] for part in key["subkeys"]))
            for key in self._library.list_keys(secret=True, keys=fingerprint)
        )
        return frozenset(grip for grips_of_key in grips for grip in grips_of_key if grip)

    def make_key(self, name: str) -> str:
        """Make a Curve25519 key without expiry; pinentry asks for a passphrase. Return the fingerprint."""
        # In the charset of process.ALWAYS, whatever the locale makes of arguments.
        uid = os.fsdecode(name.encode("utf-8", "surrogateescape"))
        status = self._run(["--quick-generate-key", uid, "future-default", "default", "never"])
        created = status.all("KEY_CREATED")
        if not created:
            raise status.trouble("gpg could not make a key", "see whether gpg can: gpg --full-generate-key")
        return created[0].split()[1]

    def sign_and_seal(self, data: bytes, recipients: Recipients) -> Status:
        """Sign and seal, as one armored message.

        GnuPG 2.2 tries the first hidden recipient first, 2.4 the last: the signer is put there, because gpg exits with
        an error after a failed try.
        """
        *others, journal = map(str, recipients.certificates)
        file, own = ("-F", "-R") if recipients.hidden else ("-f", "-r")
        pairs = [(file, path) for path in others]
        pairs.insert(len(pairs) if self.version >= LAST_TRIED_FIRST else 0, (own, recipients.signer))
        options = [*SEAL_OPTIONS, *_length_options(data, padded=recipients.hidden), "--local-user", recipients.signer]
        keys = [word for pair in (*pairs, ("-f", journal)) for word in pair]
        return self._run(["--sign", "--encrypt", "--armor", *options, *keys], data)

    def seal_unsigned(self, data: bytes, certificate: str) -> Status:
        """Seal for one certificate file, without signature and armor: for files of this device alone."""
        length = _length_options(data, padded=False)
        return self._run(["--encrypt", *SEAL_OPTIONS, *length, "-f", certificate], data)

    def seal_with_passphrase(self, data: bytes) -> Status:
        """Seal with a passphrase from pinentry, as one armored message, as slow to guess at as gpg can."""
        return self._run(["--symmetric", "--armor", *SEAL_OPTIONS, *SLOW_TO_GUESS, "--set-filename", ""], data)

    def is_locked(self, message: bytes) -> bool:
        """Return whether gpg would ask for a passphrase to open a message with named recipients; do not ask."""
        status = self._run(["--decrypt", *OPEN_OPTIONS, "--pinentry-mode", "error"], message)
        return status.reason is NO_PINENTRY

    def open(self, message: bytes, fingerprint: str = "") -> Status:
        """Open a bare message.

        `fingerprint` is for hidden recipients: gpg then tries that key alone, and asks for no other passphrase.
        """
        only = ["--try-secret-key", fingerprint] if fingerprint else []
        return self._run(["--decrypt", *OPEN_OPTIONS, *only], message)

    def _run(self, arguments: Sequence[str], data: bytes = b"") -> Status:
        return process.run_gpg(self._library, arguments, data)

    @cached_property
    def _library(self) -> Any:
        return process.connect()


def _length_options(data: bytes, *, padded: bool) -> list[str]:
    """Return options with the length; without a length, gpg cuts the message in parts.

    The padding to steps of 256 bytes is the file name in a message (RFC 4880 section 5.9). The name is inside the
    sealed data, and the text stays unchanged.
    """
    padding = "." * (-len(data) % 256) if padded else ""
    return ["--set-filename", padding, "--set-filesize", str(len(data))]
