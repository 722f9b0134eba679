"""Make the files of a journal as the program does, without a command."""

from __future__ import annotations

from pathlib import Path

from sexjournal.journal.store import Store
from sexjournal.keys.keyring import Keyring
from sexjournal.keys.trust import state_directory
from sexjournal.openpgp.gpg import Gpg


def store_in(directory: Path, state: Path, gpg: Gpg) -> Store:
    """Return the pages in a directory, read with what `state` holds of the journal."""
    return Store(Keyring(directory, state_directory(state, directory), gpg))
