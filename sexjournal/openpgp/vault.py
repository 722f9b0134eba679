"""gpg and the journal key: seal bytes for recipients, open sealed bytes. Knows nothing of what the bytes say.

The strict policy (README, "What is protected"): an opened message counts only when it is one sealed packet with an
integrity check and one valid signature of a recipient. An exit code of 0 alone proves nothing.
"""

from __future__ import annotations

import errno
import os
import re
import resource
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from sexjournal.errors import (
    Damaged,
    JournalError,
    KeyTrouble,
    NotForThisJournal,
    NotForUs,
    NotSigned,
    Transient,
    to_extend,
)
from sexjournal.openpgp import packets
from sexjournal.openpgp.gpg import NO_PINENTRY, NOT_GIVEN_OR_WRONG, Gpg, Key, Status

AT_ONCE = 4  # gpg processes; more of them exhaust the agent's secure memory
HIDDEN = "0" * 16
TRIED_IN_VAIN = 2  # gpg's exit code when it had any error to write
DAMAGED = "the message is damaged"
JUST_NOW = "it could not be opened just now"
NOT_SIGNED = "it is not signed by a recipient of this journal"
AGAIN = "try: gpg-connect-agent reloadagent /bye"
NO_KEY = "journal.asc: a journal key in it cannot be read"
_COMMENT = re.compile(r"^Comment: .*\n", re.MULTILINE)  # Sequoia writes the key's name above its armor

# What Sequoia's errors say is ours to tell. This stands here, and not where it is imported, which happens while gpg is
# being started: a program cannot start while another thread changes the environment (EFAULT).
os.environ.setdefault("RUST_BACKTRACE", "0")

In = TypeVar("In")
Out = TypeVar("Out")


class OtherKeys(KeyTrouble):
    """gpg would have sealed for other keys than it was told to."""


class Opener(Protocol):
    """Opens sealed files of this journal."""

    slow: bool

    def open(self, sealed: bytes) -> bytes:
        """Return the text of one sealed file; Damaged when it is not whole, not ours, or not signed by a recipient."""
        ...

    def open_unsigned(self, message: bytes) -> bytes:
        """Open a bare message that this device sealed for itself."""
        ...


@dataclass(frozen=True, slots=True)
class Seal:
    """For whom to seal: this device's key signs; `certificates` are files, the last one that of the journal key.

    `key_ids` are the long ids of each key that may be sealed for, the journal key's last; `hidden` names only those.
    """

    signer: str
    certificates: tuple[Path, ...]
    key_ids: tuple[frozenset[str], ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class JournalKey:
    """The armored secret key of the journal, and the long ids that messages for it name."""

    secret: str
    key_ids: tuple[str, ...]


def seal(gpg: Gpg, data: bytes, to: Seal) -> bytes:
    """Sign and seal; return one armored message. KeyTrouble when the key cannot, with the reason."""
    *others, journal = map(str, to.certificates)
    status = gpg.seal(data, to.signer, others, journal, hidden=to.hidden)
    created = len(status.all("SIG_CREATED")) == 1 and status.has("END_ENCRYPTION")
    if status.code or not created or not status.data:
        raise _not_sealed(gpg, to, status)
    _check_recipients(status.data, to)
    return status.data


def seal_unsigned(gpg: Gpg, data: bytes, certificate: Path) -> bytes:
    """Seal for one certificate what never leaves this device; KeyTrouble when gpg could not."""
    status = gpg.seal_unsigned(data, str(certificate))
    if status.code:
        raise status.trouble("gpg could not seal for this device", f"see whether it can: gpg -e -f {certificate}")
    return status.data


def open_with_gpg(gpg: Gpg, sealed: bytes, mine: str, signers: Collection[str]) -> bytes:
    """Open one sealed file with the person's own key, under the strict policy."""
    _, message = packets.split(sealed)
    hidden = HIDDEN in packets.outline(message).key_ids
    status = gpg.open(message, mine if hidden else "")
    if not status.has("DECRYPTION_INFO"):  # gpg never came to the sealed data
        raise _not_opened(gpg, mine, message, status)
    judge(status, signers)
    return status.data


def open_unjudged(gpg: Gpg, sealed: bytes, mine: str) -> bytes:
    """Open one whole sealed file whoever signed it, also a key that gpg does not know: to be shown, never believed."""
    _, message = packets.split(sealed)
    hidden = HIDDEN in packets.outline(message).key_ids
    status = gpg.open(message, mine if hidden else "")
    if not status.has("DECRYPTION_INFO"):
        raise _not_opened(gpg, mine, message, status)
    if not _is_one_message(status) or status.has("DECRYPTION_FAILED", "BADMDC", "BADSIG"):
        raise Damaged(DAMAGED)
    return status.data


def judge(status: Status, signers: Collection[str]) -> None:
    """Damaged unless gpg's words prove one whole message, signed by one of the primary fingerprints in `signers`."""
    if not _exit_code_allows(status) or not _is_one_message(status):
        raise Damaged(DAMAGED)
    if status.has("DECRYPTION_FAILED", "BADMDC", "ERRSIG", "BADSIG", "EXPSIG", "REVKEYSIG"):
        raise Damaged("its signature does not hold")
    valid = status.all("VALIDSIG")
    if len(valid) != 1:
        raise NotSigned(NOT_SIGNED)
    if status.has("EXPKEYSIG") and not _signed_in_time(valid[0], status):
        raise Damaged("it was signed with a key that had expired")
    if valid[0].split()[-1] not in signers:
        raise NotSigned(NOT_SIGNED)


def make_key(name: str = "journal") -> tuple[str, str, str]:
    """Make a key without a passphrase; return (fingerprint, armored certificate, armored secret key)."""
    sequoia = _sequoia()
    if sequoia is None:
        raise KeyTrouble("a journal key cannot be made here", "install pysequoia: pip install pysequoia")
    key = sequoia.Tsk.generate(user_id=name, profile=sequoia.Profile.RFC4880)
    certificate = key.extract_certificate()
    return certificate.fingerprint.upper(), str(certificate), str(key)


def merged_certificate(old: str, new: str) -> str:
    """Return one armored certificate with what both tell of a key; `old` itself when `new` adds nothing to it.

    A key that is extended gets a new signature over itself, and gpg exports the newest alone. Sequoia wants one from
    before a page was signed, so that without the older ones every page of before would be foreign. Where pysequoia is
    missing it is `new`, as gpg looks in its own keyring; and so it is when the two cannot be merged.
    """
    if old == new:
        return old
    sequoia = _sequoia()
    before, after = (_certificate(sequoia, armored) if sequoia else None for armored in (old, new))
    if not before or not after or before.fingerprint != after.fingerprint:
        return new
    told = str(before)
    merged = str(before.merge(after))
    return old if merged == told else _COMMENT.sub("", merged)


def _certificate(sequoia: Any, armored: str) -> Any:
    """Return a certificate as pysequoia knows it, None where it knows none."""
    try:
        return sequoia.Cert.from_bytes(armored.encode("utf-8", "surrogateescape"))
    except RuntimeError:
        return None


def opener(gpg: Gpg, mine: str, keys: Sequence[JournalKey], certificates: Mapping[str, str]) -> Opener:
    """Return what opens this journal's files: the journal keys in this process, or gpg where pysequoia is missing.

    The first of `keys` is today's; `certificates` are those of all who may have signed, armored, by fingerprint.
    """
    sequoia = _sequoia()
    if sequoia is None:
        return _GpgOpener(gpg, mine, keys, frozenset(certificates))
    return _SequoiaOpener(sequoia, keys, certificates)


def open_many(with_: Opener, sealed: Sequence[bytes]) -> list[bytes | Damaged]:
    """Open a batch: in order in this process, or with a few gpg at once."""
    if with_.slow:
        return at_once(lambda one: _attempt(with_, one), sealed)
    return [_attempt(with_, one) for one in sealed]


def at_once(work: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    """Do gpg's work for each item, in order; the first alone, so that one pinentry asks."""
    from concurrent.futures import ThreadPoolExecutor

    first = [work(item) for item in items[:1]]
    with ThreadPoolExecutor(min(AT_ONCE, os.cpu_count() or 1)) as pool:
        return [*first, *pool.map(work, items[1:])]


def _attempt(with_: Opener, sealed: bytes) -> bytes | Damaged:
    try:
        return with_.open(sealed)
    except Damaged as trouble:
        return trouble


class _SequoiaOpener:
    """Opens with the journal's keys, in this process."""

    slow = False

    def __init__(self, sequoia: Any, keys: Sequence[JournalKey], certificates: Mapping[str, str]) -> None:
        self._decrypt = sequoia.decrypt
        self._bounded = _bounded(sequoia)
        self._keys = keys
        self._make = sequoia.Tsk.from_bytes
        self._decryptors: dict[JournalKey, Any] = {}
        self._signers = {fingerprint.lower() for fingerprint in certificates}
        told = (_certificate(sequoia, armored) for armored in certificates.values())
        self._store = [certificate for certificate in told if certificate]
        self._decryptor(keys[0])

    def open(self, sealed: bytes) -> bytes:
        message, fitting = _message_for(self._keys, sealed)
        opened = self._tried(message, fitting)
        if len(opened.valid_sigs) != 1 or opened.valid_sigs[0].certificate not in self._signers:
            raise NotSigned(NOT_SIGNED)
        return bytes(opened.bytes)

    def open_unsigned(self, message: bytes) -> bytes:
        packets.outline(message)
        return bytes(self._opened(self._decrypt, message, self._keys[0]).bytes)

    def _tried(self, message: bytes, keys: Sequence[JournalKey]) -> Any:
        """Open with whichever key fits; where recipients are hidden, that shows only in trying."""
        for key in keys[:-1]:
            with suppress(Damaged):
                return self._opened(self._bounded, message, key, store=lambda _: self._store)
        return self._opened(self._bounded, message, keys[-1], store=lambda _: self._store)

    def _opened(self, decrypt: Callable[..., Any], message: bytes, key: JournalKey, **how: Any) -> Any:
        """Decrypt; what the library says is never shown, for it may quote the message."""
        decryptor = self._decryptor(key)
        try:
            return decrypt(message, decryptor=decryptor, **how)
        except (RuntimeError, OSError) as error:
            raise _verdict(error) from None
        except BaseException as panic:
            if type(panic).__name__ != "PanicException":  # pyo3's, for a panic in Rust; it cannot be imported
                raise
            del self._decryptors[key]  # it stays locked for ever
            raise Damaged(DAMAGED) from None

    def _decryptor(self, key: JournalKey) -> Any:
        """Return what decrypts with a journal key, made once; Damaged when it is no key."""
        if key not in self._decryptors:
            try:
                self._decryptors[key] = self._make(key.secret.encode("utf-8", "surrogateescape")).decryptor()
            except RuntimeError:
                raise Damaged(NO_KEY, "git can bring an earlier one back: git log -- journal.asc") from None
        return self._decryptors[key]


def _verdict(error: Exception) -> Damaged:
    """Tell a message that is not one of ours from trouble of this machine: no memory left, no more files to open."""
    said = str(error)
    number = re.search(r"\(os error (\d+)\)", said)  # as Rust writes it
    if getattr(error, "errno", None) or (number and int(number[1]) != errno.EFBIG):  # a bomb is an error of ours
        return Transient(JUST_NOW)
    return NotSigned(NOT_SIGNED) if "no valid signatures found" in said else Damaged(DAMAGED)


class _GpgOpener:
    """Opens with the person's own key, one gpg a file."""

    slow = True

    def __init__(self, gpg: Gpg, mine: str, keys: Sequence[JournalKey], signers: frozenset[str]) -> None:
        self._gpg, self._mine, self._keys, self._signers = gpg, mine, keys, signers

    def open(self, sealed: bytes) -> bytes:
        _message_for(self._keys, sealed)
        return open_with_gpg(self._gpg, sealed, self._mine, self._signers)

    def open_unsigned(self, message: bytes) -> bytes:
        status = self._gpg.open(message)
        if status.code or not status.has("DECRYPTION_OKAY"):  # nobody is hidden in what this device keeps for itself
            raise Damaged(DAMAGED)
        return status.data


def _message_for(keys: Sequence[JournalKey], sealed: bytes) -> tuple[bytes, Sequence[JournalKey]]:
    """Return the bare message in a sealed file and the keys that may open it; Damaged when there is none.

    Earlier versions hid the journal key too: such a page hides two keys at least, the device's and that one.
    """
    _, message = packets.split(sealed)
    ids = packets.outline(message).key_ids
    named = [key for key in keys if not set(ids).isdisjoint(key.key_ids)]
    fitting = named or (keys if ids.count(HIDDEN) > 1 else ())
    if not fitting:
        raise NotForThisJournal("it is not sealed for this journal")
    return message, fitting


def _bounded(sequoia: Any) -> Callable[..., Any]:
    """Return what decrypts no more than a message is long: what unpacks to more is not one of ours, and may be huge."""
    if not hasattr(os, "memfd_create"):
        return sequoia.decrypt  # type: ignore[no-any-return]  # untyped

    def decrypt(message: bytes, **how: Any) -> _Opened:
        with _in_memory() as sealed, _in_memory() as opened:
            sealed.write(message)
            sealed.flush()
            paths = (f"/proc/self/fd/{file.fileno()}" for file in (sealed, opened))
            with _no_file_longer_than(len(message)):
                told = sequoia.decrypt_file(*paths, **how)
            return _Opened(opened.read(), told.valid_sigs)

    return decrypt


@dataclass(frozen=True, slots=True)
class _Opened:
    """As pysequoia tells it."""

    bytes: bytes
    valid_sigs: Sequence[Any]


def _in_memory() -> BinaryIO:
    return os.fdopen(os.memfd_create("page"), "w+b")


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    """Let every longer write fail; Python ignores the signal that comes with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def warm_up() -> None:
    """Import what opens pages, which takes a moment and can be done while gpg is at work."""
    _sequoia()


def _sequoia() -> Any:
    try:
        import pysequoia
    except ImportError:
        return None
    return pysequoia


def _exit_code_allows(status: Status) -> bool:
    """Return whether the exit code allows a verdict; the status lines give it.

    gpg exits with 2 when it tried a hidden recipient in vain, even if it then opened and verified the message. So where
    recipients are hidden (`ENC_TO <key id> ...`), 2 proves nothing.
    """
    hidden = any(rest.startswith(HIDDEN) for rest in status.all("ENC_TO"))
    return status.code == 0 or (hidden and status.code == TRIED_IN_VAIN)


def _is_one_message(status: Status) -> bool:
    """Whether gpg opened one sealed packet with an integrity check, and nothing before or after it."""
    if status.code < 0:
        raise Transient(JUST_NOW)
    order = [word for word, _ in status.lines if word in ("BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY")]
    return order == ["BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY"] and _guarded(status)


def _guarded(status: Status) -> bool:
    """Whether the one DECRYPTION_INFO line tells of an integrity check: `<mdc method> <cipher> [<aead>]`."""
    told = [rest.split() for rest in status.all("DECRYPTION_INFO")]
    return len(told) == 1 and (told[0][0] != "0" or (len(told[0]) > 2 and told[0][2] != "0"))


def _signed_in_time(valid: str, status: Status) -> bool:
    """Whether the signature (VALIDSIG: third field, seconds) is older than the expiry of the key that made it."""
    return all(int(valid.split()[2]) < int(rest.split()[0]) for rest in status.all("KEYEXPIRED"))


def seal_with_passphrase(gpg: Gpg, data: bytes) -> bytes:
    """Seal with a passphrase alone, that pinentry asks for; KeyTrouble when it was not given."""
    status = gpg.seal_with_passphrase(data)
    if status.code or not status.has("END_ENCRYPTION") or not status.data:
        raise status.trouble("gpg could not seal it", AGAIN)
    return status.data


def _check_recipients(sealed: bytes, to: Seal) -> None:
    """KeyTrouble unless it is sealed for each key once and for nobody else, whatever gpg was told elsewhere."""
    _, message = packets.split(sealed)
    if not sealed_for(packets.outline(message).key_ids, to.key_ids, hidden=to.hidden):
        raise OtherKeys("gpg would have sealed it for other keys than the journal's", "nothing was written")


def sealed_for(ids: Sequence[str], wanted: Sequence[Collection[str]], *, hidden: bool) -> bool:
    """Whether these key ids are those of each wanted key once, and of nobody else.

    Hidden ones can only be counted; the last of the wanted keys, the journal key, is never hidden.
    """
    if hidden:
        named = [key_id for key_id in ids if key_id != HIDDEN]
        return len(ids) == len(wanted) and len(named) == 1 and named[0] in wanted[-1]
    return len(ids) == len(wanted) and all(sum(key_id in keys for key_id in ids) == 1 for keys in wanted)


def _not_sealed(gpg: Gpg, to: Seal, status: Status) -> KeyTrouble:
    """Say which key could not be sealed for: another reader's, by the file of its certificate, or this device's."""
    refused = {rest.partition(" ")[2] for rest in status.all("INV_RECP")}  # `<reason> <recipient>`
    other = next((path for path in to.certificates if str(path) in refused), None)
    return _reader_trouble(gpg, other) if other else _key_trouble(gpg, to.signer, status)


def _reader_trouble(gpg: Gpg, certificate: Path) -> KeyTrouble:
    """Say what is the matter with another reader's key, that this device has the certificate of."""
    key = certificate.stem
    remove = f"'journal keys remove {key}' does without it"
    over = _over(gpg.certificate_ends(certificate))
    if not over:
        return KeyTrouble(f"the key {key} that this journal is sealed for can no longer be used", remove)
    hint = f"on its own device: {to_extend(key, over)}; or here: {remove}"
    return KeyTrouble(f"the key {key} that this journal is sealed for has expired", hint)


def _over(ends: Mapping[str, datetime]) -> list[str]:
    return [part for part, end in ends.items() if end <= datetime.now(UTC)]


def _key_trouble(gpg: Gpg, fingerprint: str, status: Status) -> KeyTrouble:
    """Say what is the matter with this device's key, from gpg's words and from the key itself."""
    if status.reason:
        return status.reason.error()
    key = gpg.secret_key(fingerprint)
    if key is None:
        return KeyTrouble(f"the key {fingerprint} is not on this machine", "bring it back: gpg --import BACKUP")
    if key.trouble:
        return KeyTrouble(f"the key {fingerprint} cannot be used: {key.trouble}", _remedy(gpg, key))
    return status.trouble("gpg could not use the key", AGAIN)


def _not_opened(gpg: Gpg, fingerprint: str, message: bytes, status: Status) -> JournalError:
    """Say why a message stayed shut: a key that cannot, a passphrase that was not given, or one sealed for others."""
    trouble = _key_trouble(gpg, fingerprint, status)
    key = gpg.secret_key(fingerprint)
    if status.reason or key is None or (key.trouble and "expired" not in key.trouble):
        return trouble
    hidden = HIDDEN in packets.outline(message).key_ids
    if hidden and gpg.locked(packets.named(message, key.sealing_id)):
        return _in_vain(status)
    if status.spoiled and not hidden:  # a hidden one that is another key's looks the same to gpg 2.4
        return Damaged(
            "it is damaged where it is sealed for this device's key", "git can show its past: git log -- FILE"
        )
    return NotForUs("it is not sealed for this device's key", f"this device's key is {fingerprint}")


def _in_vain(status: Status) -> KeyTrouble:
    """gpg gives no reason where recipients are hidden; it only says whether somebody was asked."""
    return (NOT_GIVEN_OR_WRONG if status.has("PINENTRY_LAUNCHED") else NO_PINENTRY).error()


def _remedy(gpg: Gpg, key: Key) -> str:
    if "expired" in key.trouble:
        return f"extend it: {to_extend(key.fingerprint, _over(gpg.ends(key.fingerprint)))}"
    return "bring a key that can: gpg --import BACKUP"
