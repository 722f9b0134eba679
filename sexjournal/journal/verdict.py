"""Decide whether a file holds a genuine page: signed by a recipient, with the id in the file name and the clear header.

Also verifies pages of other devices and of git's history, before the pages touch the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sexjournal.digest import digest_of
from sexjournal.entry.entry import Entry
from sexjournal.entry.filename import id_at_end
from sexjournal.errors import Damaged, Transient, WrongName
from sexjournal.journal.index import IndexedFile
from sexjournal.journal.sealed_file import clear_header, page_or_trouble
from sexjournal.keys.keyring import Keyring
from sexjournal.keys.manifest import Manifest
from sexjournal.openpgp import opening, packets

SIGNED_BY_REMOVED = "it is signed by a key that was removed from this journal ({})"
NOT_ON_DISK = (0, 0, 0, 0)


def verdict(name: str, sealed: bytes, opened: bytes | Damaged, clear: Sequence[str]) -> IndexedFile:
    """Return the page in a file of this name, or the trouble; a transient trouble has no digest, and is tried again."""
    page = page_or_trouble(opened)
    digest = "" if isinstance(page, Transient) else digest_of(sealed)
    if isinstance(page, Damaged):
        return IndexedFile(NOT_ON_DISK, digest, None, page.sentence, kind=type(page))
    if page.id != id_at_end(name):
        return IndexedFile(NOT_ON_DISK, digest, None, "its name is another page's", kind=WrongName)
    header, _ = packets.split(sealed)
    remark = "" if header == clear_header(page, clear) else "its clear header is not what the page says"
    return IndexedFile(NOT_ON_DISK, digest, page, remark=remark)


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict on a file outside the journal.

    `trouble` says why there is no page of a current recipient. `doubt` is set too when a removed recipient signed the
    page: then the page needs confirmation. `remark` is a warning about a genuine page.
    """

    page: Entry | None
    trouble: str = ""
    doubt: str = ""
    remark: str = ""


class Verifier:
    """Verify files with the keys of a manifest."""

    def __init__(self, keyring: Keyring, manifest: Manifest) -> None:
        self._keyring = keyring
        self._manifest = manifest
        self._current = keyring.opener(manifest, manifest.current_recipients)

    def verify(self, name: str, sealed: bytes) -> Verified:
        """Verify the bytes of a file with this name.

        A page signed by a removed recipient needs confirmation: the page may be the last page of a lost device, or the
        work of a stranger with the device.
        """
        verified = self._opened_by(self._current, name, sealed)
        if verified.page:
            return verified
        for signer, opener in self._removed:
            by_removed = self._opened_by(opener, name, sealed)
            if by_removed.page:
                return replace(by_removed, trouble=verified.trouble, doubt=SIGNED_BY_REMOVED.format(signer))
        return verified

    @cached_property
    def _removed(self) -> list[tuple[str, opening.Opener]]:
        """Return the name of each removed recipient, and an opener for pages signed by the recipient."""
        removed = [recipient for recipient in self._manifest.recipients if recipient.removed]
        return [(recipient.name, self._keyring.opener(self._manifest, [recipient])) for recipient in removed]

    def _opened_by(self, opener: opening.Opener, name: str, sealed: bytes) -> Verified:
        (opened,) = opening.open_many(opener, [sealed])
        file = verdict(name, sealed, opened, self._manifest.clear)
        return Verified(file.entry, file.trouble, remark=file.remark)


def content_digest(sealed: bytes) -> str:
    """Return the digest of the sealed data in a file, without the armor; of the whole file when there is no message."""
    try:
        return digest_of(packets.sealed_data(sealed))
    except Damaged:
        return digest_of(sealed)
