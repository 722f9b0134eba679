"""Who can open this journal: its own page on the disk, what this device has accepted of it, and the seals they make.

Knows `journal.asc` and nothing of the other pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from sexjournal.digest import digest_of
from sexjournal.entry.entry import BadPage
from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import BadInput, Damaged, JournalError
from sexjournal.keys import manifest
from sexjournal.keys import trust as trust_store
from sexjournal.keys.manifest import Manifest, Recipient
from sexjournal.keys.trust import Trust
from sexjournal.openpgp import packets, vault
from sexjournal.openpgp.gpg import Gpg
from sexjournal.system import disk

NEVER_ACCEPTED = "journal init shows who can read it, and asks"
EARLIER = f"git can bring an earlier one back: git log -- {MANIFEST}"
LARGEST = 1024 * 1024  # bytes of a sealed own page, with room for some hundred keys
SEALING = "sealing"  # there while pages may be sealed for other keys than those of today, killed or not


class Changed(Damaged):
    """The journal's own page is genuine, and says something that only the person can confirm."""


class Keyring:
    """The journal's own page in `directory`, and what this device keeps of it in `room`."""

    def __init__(self, directory: Path, room: Path, gpg: Gpg) -> None:
        self.directory = directory
        self.room = room
        self._gpg = gpg
        self._unlocked: tuple[str, Manifest] | None = None  # by its digest

    # what there is

    @property
    def exists(self) -> bool:
        return (self.directory / MANIFEST).is_file()

    @property
    def is_trusted(self) -> bool:
        return self.exists and trust_store.load(self.room, self._digest()) is not None

    @cached_property
    def trust(self) -> Trust:
        """What this device has accepted; BadInput when there is no journal or it was never accepted here."""
        if not self.exists:
            raise BadInput(f"there is no journal in {self.directory}", "journal init makes one")
        found = trust_store.load(self.room, self._digest())
        if found is None:
            raise BadInput("this device has not accepted this journal yet", NEVER_ACCEPTED)
        return found

    @property
    def hides_times(self) -> bool:
        """Whether commits tell the day alone; not known before the journal is accepted, when nothing is committed."""
        try:
            return self.trust.page.hidden
        except BadInput:
            return False

    # making and accepting one

    def create(self, device: Recipient, names: str, clear: Iterable[str]) -> Manifest:
        """Make the journal's own page with a new journal key, sealed for this device."""
        disk.private_directory(self.directory)
        key, certificate, secret = vault.make_key()
        page = Manifest(1, names, tuple(clear), (device,), key, certificate, secret)
        self.write(page, device.fingerprint)
        return page

    def look(self, device: str, sealed: bytes | None = None) -> Manifest:
        """Open an own page with one of the person's keys, to be shown before it is accepted: nobody vouches for it."""
        file = self._own_page() if sealed is None else sealed
        return _understood(vault.open_unjudged(self._gpg, _bounded(file), device))

    def accept(self, page: Manifest, device: str) -> None:
        """Take over what an own page says, as the person confirmed it; Damaged unless one of its readers signed it.

        gpg learns the keys of the other devices, so that it can tell their signatures.
        """
        sealed = self._own_page()
        self._learn(page.current_recipients)
        signers = [reader.fingerprint for reader in page.current_recipients]
        if _understood(vault.open_with_gpg(self._gpg, sealed, device, signers)) != page:
            raise Damaged(f"{MANIFEST} changed meanwhile", NEVER_ACCEPTED)
        self._accept(page, device, digest_of(sealed))

    def write(self, page: Manifest, device: str = "") -> None:
        """Seal an own page of this device's making and put it in the place of the one that stands there.

        What is accepted is announced first, so that a device that is killed in between knows the page as its own.
        """
        coming, sealed = self._written(page, device or self.trust.device)
        trust_store.announce(self.room, coming)
        disk.replace(self.directory / MANIFEST, sealed)
        self._keep(coming)

    # changing who can open it

    def add(self, reader: Recipient) -> None:
        """Let one more key open the journal, or know a certificate anew."""
        page = self.unlock()
        others = [one for one in page.recipients if one.fingerprint != reader.fingerprint]
        self.write(page.changed(recipients=(*others, self.as_known(reader))))

    def as_known(self, reader: Recipient) -> Recipient:
        """Return a reader with what the journal knows of its key already: since when it reads, and what it was."""
        known = next((one for one in self.unlock().recipients if one.fingerprint == reader.fingerprint), None)
        if known is None:
            return reader
        merged = vault.merged_certificate(known.certificate, reader.certificate)
        return replace(reader, added=reader.added if known.removed else known.added, certificate=merged)

    def remove(self, fingerprint: str, today: str) -> None:
        """Take a key's reading away: from now on there is another journal key, which that key never sees."""
        page = self.unlock()
        self.begin_resealing()
        left = [replace(one, removed=today) if one.fingerprint == fingerprint else one for one in page.recipients]
        key, certificate, secret = vault.make_key()
        former = (page.as_former(), *page.former)
        new = {"key": key, "certificate": certificate, "secret": secret, "former": former}
        self.write(page.changed(recipients=tuple(left), **new))

    def begin_resealing(self) -> None:
        """Remember that every page is to be sealed anew, until `end_sealing`, whatever comes in between."""
        disk.replace(self.room / SEALING, b"")

    def end_resealing(self) -> None:
        disk.remove(self.room / SEALING)

    @property
    def is_resealing(self) -> bool:
        """Whether pages are being sealed anew, or were when a command was killed."""
        return (self.room / SEALING).exists()

    def make_paper_key(self, name: str, today: str) -> tuple[Recipient, bytes]:
        """Make a key to be kept on paper; return it as a recipient, and its secret part sealed with a passphrase."""
        fingerprint, certificate, secret = vault.make_key(name)
        sealed = vault.seal_with_passphrase(self._gpg, secret.encode())
        return Recipient(fingerprint, name, today, certificate), sealed

    # one that comes from another device

    def announce(self, page: Manifest, sealed: bytes) -> None:
        """Seal from now on as an own page says that is about to take this one's place, confirmed where it had to be.

        It is accepted once it stands there: then `settle`, or the next command, knows it by its digest.
        """
        self._announce(self._prepared(page, self.trust.device, digest_of(sealed)))

    def join(self, base: Manifest, ours: Manifest, theirs: Manifest) -> tuple[Manifest, bytes]:
        """Return the own page that follows two that were changed at once, announced, and sealed."""
        page = manifest.joined(base, ours, theirs, vault.make_key, vault.merged_certificate)
        coming, sealed = self._written(page, self.trust.device)
        self._announce(coming)
        return page, sealed

    def _learn(self, current_recipients: Iterable[Recipient]) -> None:
        """Let gpg know the keys of readers, so that it can tell their signatures; no trust is set."""
        self._gpg.learn(packets.certificates(reader.certificate for reader in current_recipients))

    def _announce(self, coming: Trust) -> None:
        self._learn(coming.page.current_recipients)
        self.trust = coming
        trust_store.announce(self.room, coming)

    def settle(self) -> None:
        """Keep what was announced, now that its own page stands there."""
        if self._digest() == self.trust.digest:
            self._keep(self.trust)

    # opening and sealing

    def unlock(self) -> Manifest:
        """Open the journal's own page and hold it against what this device has accepted; Changed when it differs.

        It is opened once as long as it stays the same: each opening may cost a touch of a card.
        """
        sealed = self._own_page()
        digest = digest_of(sealed)
        if self._unlocked and self._unlocked[0] == digest == self.trust.digest:
            return self._unlocked[1]
        page = self.read(sealed)
        if digest != self.trust.digest:
            refuse_unconfirmed(page, self.trust.page)
            self._accept(page, self.trust.device, digest)
        self._unlocked = digest, page
        return page

    def read(self, sealed: bytes, signers: Collection[str] | None = None) -> Manifest:
        """Return what an own page says; Damaged unless one of `signers` signed it, or one of today's readers."""
        if signers is None:
            signers = {one.fingerprint for one in self.trust.page.current_recipients}
        try:
            return _understood(self._with_news(_bounded(sealed), signers))
        except Damaged as trouble:
            told = trouble.sentence.removeprefix(f"{MANIFEST} ")
            raise type(trouble)(f"{MANIFEST}: {told}", trouble.hint or EARLIER) from None

    def has_unconfirmed_changes(self) -> bool:
        """Whether the journal's own page changed in a way that the person has to confirm."""
        if self._digest() == self.trust.digest:
            return False
        try:
            self.unlock()
        except Damaged:
            return True
        return False

    def confirm(self) -> None:
        """Look at the journal's own page before writing when it is not the one that was accepted; mostly it is."""
        if self._digest() != self.trust.digest:
            self.unlock()

    def seal(self, data: bytes) -> bytes:
        """Seal for the readers and the journal key; once more when this device's own key has changed meanwhile."""
        try:
            return self._sealed(data, self.trust)
        except vault.OtherKeys:
            self.refresh_own_certificate()
            return self._sealed(data, self.trust)

    def opener(self, page: Manifest, signers: Iterable[Recipient] = ()) -> vault.Opener:
        """Return what opens pages with the keys of this own page; signed by `signers`, all recipients ever if empty."""
        signed = self._signed(signers or page.recipients)
        ids = self.trust.key_ids if page.key in self.trust.key_ids else self._key_ids(page)
        keys = [vault.JournalKey(key.secret, tuple(ids[key.fingerprint])) for key in (page.as_former(), *page.former)]
        return vault.opener(self._gpg, self.trust.device, keys, signed)

    def is_current(self, sealed: bytes) -> bool:
        """Whether a whole sealed file is sealed for today's keys; where those are hidden, only their number shows."""
        try:
            ids = packets.outline(packets.split(sealed)[1]).key_ids
        except Damaged:
            return True  # nothing can be sealed anew of it
        page, key_ids = self.trust.page, self.trust.key_ids
        return vault.sealed_for(ids, [key_ids[key] for key in _sealed_for(page)], hidden=page.hidden)

    def opens_for_others(self, sealed: bytes) -> bool:
        """Return whether a key outside today's recipients may open a whole sealed file.

        If the file names today's journal key, its hidden recipients are today's too: each removal makes a new one.
        """
        ids = packets.outline(packets.split(sealed)[1]).key_ids
        page, key_ids = self.trust.page, self.trust.key_ids
        if self.hides_journal_key(sealed):
            return bool(page.former)
        named = {key_id for key_id in ids if not page.hidden or key_id != vault.HIDDEN}
        todays = [page.key] if page.hidden else _sealed_for(page)
        few = len(ids) <= len(_sealed_for(page))
        return not (named and few and named.issubset(key_id for key in todays for key_id in key_ids[key]))

    def hides_journal_key(self, sealed: bytes) -> bool:
        """Whether a whole sealed file hides as many keys as are today's, the journal key too, as earlier versions did.

        GnuPG 2.4 opens such a file, and ends with an error.
        """
        ids = packets.outline(packets.split(sealed)[1]).key_ids
        return self.trust.page.hidden and list(ids) == [vault.HIDDEN] * len(_sealed_for(self.trust.page))

    def certificate(self, fingerprint: str) -> Path:
        """Return the file that holds the certificate of a recipient or of the journal key."""
        return trust_store.certificate_path(self.room, fingerprint)

    def refresh_own_certificate(self) -> bool:
        """Take over this device's certificate as gpg has it now: a new expiry or subkey. False when nothing is new."""
        page = self.with_own_certificate(self.trust.page)
        if page == self.trust.page:
            return False
        self._accept(page, self.trust.device, self.trust.digest)
        return True

    def with_own_certificate(self, page: Manifest) -> Manifest:
        """Return the page with this device's certificate as gpg has it now, beside what it was."""
        mine = self.trust.device
        fresh = self._gpg.certificate(mine)

        def renewed(one: Recipient) -> Recipient:
            return replace(one, certificate=vault.merged_certificate(one.certificate, fresh))

        recipients = [renewed(one) if one.fingerprint == mine else one for one in page.recipients]
        return replace(page, recipients=tuple(recipients))

    # inside

    def _signed(self, signers: Iterable[Recipient]) -> dict[str, str]:
        """The certificates of those who may have signed; this device's own as it is by now: it may be extended."""
        known, mine = trust_store.certificates(self.trust.page), self.trust.device
        signed = {one.fingerprint: one.certificate for one in signers}
        if mine in signed:
            signed[mine] = vault.merged_certificate(signed[mine], known.get(mine, signed[mine]))
        return signed

    def _own_page(self) -> bytes:
        try:
            return (self.directory / MANIFEST).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise BadInput(f"there is no journal in {self.directory}", "journal init makes one") from None
        except OSError as error:
            reason = str(error.strerror).lower()
            raise BadInput(f"{MANIFEST} cannot be read: {reason}", f"look at {self.directory}") from None

    def _digest(self) -> str:
        return digest_of(self._own_page())

    def _with_news(self, sealed: bytes, signers: Collection[str]) -> bytes:
        """Open under the strict policy; once more when gpg has to learn of a signer: a new device, or a new expiry."""
        device = self.trust.device
        try:
            return vault.open_with_gpg(self._gpg, sealed, device, signers)
        except Damaged:
            with suppress(JournalError):  # of a page that nobody vouches for yet
                page = _understood(vault.open_unjudged(self._gpg, sealed, device))
                self._learn(one for one in page.recipients if one.fingerprint in signers)
            return vault.open_with_gpg(self._gpg, sealed, device, signers)

    def _accept(self, page: Manifest, device: str, digest: str) -> None:
        self._keep(self._prepared(page, device, digest))

    def _prepared(self, page: Manifest, device: str, digest: str) -> Trust:
        return Trust(device, digest, page.without_secret(), self._key_ids(page))

    def _written(self, page: Manifest, device: str) -> tuple[Trust, bytes]:
        """Return an own page of this device's making, sealed, and what accepts it."""
        coming = self._prepared(page, device, digest="")
        sealed = self._sealed(page.compose().encode(), coming)
        return replace(coming, digest=digest_of(sealed)), sealed

    def _key_ids(self, page: Manifest) -> dict[str, tuple[str, ...]]:
        """Lay out the certificates, and return the ids of the keys in them that messages can be sealed for."""
        trust_store.lay_out(self.room, page)
        return {
            fingerprint: tuple(sorted(self._gpg.sealing_key_ids(self.certificate(fingerprint))))
            for fingerprint in trust_store.certificates(page)
        }

    def _keep(self, trust: Trust) -> None:
        self.trust = trust
        trust_store.store(self.room, trust)

    def _sealed(self, data: bytes, trust: Trust) -> bytes:
        return vault.seal(self._gpg, data, self._for_whom(trust))

    def _for_whom(self, trust: Trust) -> vault.Seal:
        mine, keys = trust.device, _sealed_for(trust.page)
        others = tuple(self.certificate(key) for key in keys if key != mine)  # the journal key comes last
        ids = tuple(frozenset(trust.key_ids[key]) for key in keys)
        return vault.Seal(mine, others, ids, trust.page.hidden)


def refuse_unconfirmed(page: Manifest, before: Manifest) -> None:
    """Changed when the journal's own page differs in a way that only the person can confirm."""
    for surprise in (manifest.gone_back(page, before), *manifest.unconfirmed_changes(page, before)):
        if surprise:
            raise Changed(surprise, NEVER_ACCEPTED)


def _sealed_for(page: Manifest) -> list[str]:
    """The fingerprints that pages are sealed for."""
    return [*(reader.fingerprint for reader in page.current_recipients), page.key]


def _bounded(sealed: bytes) -> bytes:
    """Return an own page as it is sealed, unless it is larger than one can be, so that opening it costs little."""
    if len(sealed) > LARGEST:
        raise Damaged(f"{MANIFEST} is larger than it can be: {len(sealed) // 1024} KiB", EARLIER)
    return sealed


def _understood(data: bytes) -> Manifest:
    """Return what an opened own page says; Damaged unless every key in it is the one that it is listed as."""
    try:
        page = manifest.read(data.decode("utf-8", "surrogateescape"))
    except BadPage:
        raise Damaged(f"{MANIFEST} does not hold what it should", EARLIER) from None
    for reader in page.recipients:
        _public(reader.fingerprint, reader.certificate)
    for key in (page.as_former(), *page.former):
        if not packets.is_secret_of(key.secret, _public(key.fingerprint, key.certificate)):
            raise Damaged(f"{MANIFEST} holds another journal key than it lists", EARLIER)
    return page


def _public(fingerprint: str, certificate: str) -> bytes:
    """Return the public part of the key in a certificate; Damaged when it is another one."""
    key = packets.certificate(certificate)
    if key.fingerprint != fingerprint:
        raise Damaged(f"{MANIFEST} holds another key than it lists", EARLIER)
    return key.public
