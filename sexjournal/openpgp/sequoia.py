"""The door to pysequoia, OpenPGP in this process: open with journal keys, make keys, merge certificates.

Where pysequoia is not installed, gpg opens. Starts no program.
"""

from __future__ import annotations

import errno
import os
import re
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from sexjournal.errors import Damaged, KeyTrouble, NotSigned, Transient
from sexjournal.openpgp import packets
from sexjournal.openpgp.policy import DAMAGED_MESSAGE, NOT_JUST_NOW, NOT_SIGNED
from sexjournal.openpgp.recipients import JournalKey, message_and_keys

UNREADABLE_KEY = "journal.asc: a journal key in it cannot be read"
_KEY_COMMENT = re.compile(r"^Comment: .*\n", re.MULTILINE)  # Sequoia writes the key's name above its armor

# Sequoia's errors come without a backtrace. Set here, and not in `load_library`: gpg is being started meanwhile, and a
# program cannot start while another thread changes the environment (EFAULT).
os.environ.setdefault("RUST_BACKTRACE", "0")


def load_library() -> Any:
    """Import pysequoia, a slow import; return None where pysequoia is not installed."""
    try:
        import pysequoia
    except ImportError:
        return None
    return pysequoia


def make_key(name: str = "journal") -> tuple[str, str, str]:
    """Make a key without a passphrase; return (fingerprint, armored certificate, armored secret key)."""
    library = load_library()
    if library is None:
        raise KeyTrouble("a journal key cannot be made here", "install pysequoia: pip install pysequoia")
    key = library.Tsk.generate(user_id=name, profile=library.Profile.RFC4880)
    certificate = key.extract_certificate()
    return certificate.fingerprint.upper(), str(certificate), str(key)


def merged_certificate(earlier: str, later: str) -> str:
    """Return one armored certificate with the contents of both; `earlier` itself when `later` adds nothing.

    An extended key has a new self-signature, and gpg exports only the newest. Sequoia verifies a page with a
    self-signature older than the page: without the earlier ones every earlier page would be foreign. Return `later`
    where pysequoia is missing, as gpg looks in the keyring, and when the two cannot be merged.
    """
    if earlier == later:
        return earlier
    library = load_library()
    first, second = (_certificate(library, armored) if library else None for armored in (earlier, later))
    if not first or not second or first.fingerprint != second.fingerprint:
        return later
    unmerged = str(first)
    merged = str(first.merge(second))
    return earlier if merged == unmerged else _KEY_COMMENT.sub("", merged)


def _certificate(library: Any, armored: str) -> Any:
    """Return pysequoia's certificate; None when pysequoia cannot read the text."""
    try:
        return library.Cert.from_bytes(armored.encode("utf-8", "surrogateescape"))
    except RuntimeError:
        return None


class SequoiaOpener:
    """Opens with the journal's keys, in this process."""

    slow = False

    def __init__(self, library: Any, keys: Sequence[JournalKey], certificates: Mapping[str, str]) -> None:
        self._decrypt = library.decrypt
        self._bounded = _decrypt_bounded(library)
        self._keys = keys
        self._read_key = library.Tsk.from_bytes
        self._decryptors: dict[JournalKey, Any] = {}
        self._signers = {fingerprint.lower() for fingerprint in certificates}
        readable = (_certificate(library, armored) for armored in certificates.values())
        self._store = [certificate for certificate in readable if certificate]
        self._decryptor(keys[0])

    def open(self, sealed: bytes) -> bytes:
        message, keys = message_and_keys(sealed, self._keys)
        opened = self._open_with_any(message, keys)
        if len(opened.valid_sigs) != 1 or opened.valid_sigs[0].certificate not in self._signers:
            raise NotSigned(NOT_SIGNED)
        return bytes(opened.bytes)

    def open_unsigned(self, message: bytes) -> bytes:
        packets.outline(message)
        return bytes(self._open_with(self._decrypt, message, self._keys[0]).bytes)

    def _open_with_any(self, message: bytes, keys: Sequence[JournalKey]) -> Any:
        """Open with the fitting key; where recipients are hidden, only a try shows whether a key fits."""
        for key in keys[:-1]:
            with suppress(Damaged):
                return self._open_with(self._bounded, message, key, store=lambda _: self._store)
        return self._open_with(self._bounded, message, keys[-1], store=lambda _: self._store)

    def _open_with(self, decrypt: Callable[..., Any], message: bytes, key: JournalKey, **options: Any) -> Any:
        """Decrypt and verify; never show the library's error, as the error may quote the message."""
        decryptor = self._decryptor(key)
        try:
            return decrypt(message, decryptor=decryptor, **options)
        except (RuntimeError, OSError) as error:
            raise _as_damaged(error) from None
        except BaseException as panic:
            if type(panic).__name__ != "PanicException":  # pyo3's, for a panic in Rust; it cannot be imported
                raise
            del self._decryptors[key]  # it stays locked for ever
            raise Damaged(DAMAGED_MESSAGE) from None

    def _decryptor(self, key: JournalKey) -> Any:
        """Return the decryptor of a journal key, made once; Damaged when the text is no key."""
        if key not in self._decryptors:
            try:
                self._decryptors[key] = self._read_key(key.secret.encode("utf-8", "surrogateescape")).decryptor()
            except RuntimeError:
                hint = "git can bring an earlier one back: git log -- journal.asc"
                raise Damaged(UNREADABLE_KEY, hint) from None
        return self._decryptors[key]


def _as_damaged(error: Exception) -> Damaged:
    """Return Transient for trouble of the machine, such as no memory or too many open files; else Damaged."""
    words = str(error)
    number = re.search(r"\(os error (\d+)\)", words)  # as Rust writes it
    if getattr(error, "errno", None) or (number and int(number[1]) != errno.EFBIG):  # a bomb is an error of ours
        return Transient(NOT_JUST_NOW)
    return NotSigned(NOT_SIGNED) if "no valid signatures found" in words else Damaged(DAMAGED_MESSAGE)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The text and the valid signatures, named as pysequoia names them."""

    bytes: bytes
    valid_sigs: Sequence[Any]


def _decrypt_bounded(library: Any) -> Callable[..., Any]:
    """Return a function to decrypt a message to a text no longer than the message.

    A longer text was compressed, so the message is not ours, and the text may be huge.
    """
    if not hasattr(os, "memfd_create"):
        return library.decrypt  # type: ignore[no-any-return]  # untyped

    def decrypt(message: bytes, **options: Any) -> _Opened:
        with _file_in_memory() as sealed, _file_in_memory() as opened:
            sealed.write(message)
            sealed.flush()
            paths = (f"/proc/self/fd/{file.fileno()}" for file in (sealed, opened))
            with _no_file_longer_than(len(message)):
                result = library.decrypt_file(*paths, **options)
            return _Opened(opened.read(), result.valid_sigs)

    return decrypt


def _file_in_memory() -> BinaryIO:
    return os.fdopen(os.memfd_create("page"), "w+b")


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    """Let every longer write fail; Python ignores the signal of such a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
