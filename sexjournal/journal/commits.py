"""Commit the files on disk: finish an interrupted checkout first, and leave out damaged files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sexjournal.git.checkout import Checkout
from sexjournal.git.repository import Repository
from sexjournal.journal import resealing
from sexjournal.keys import manifest_update
from sexjournal.keys.keyring import Keyring


class Voice(Protocol):
    """The place for sentences and progress, such as a terminal."""

    def say(self, sentence: str) -> None:
        """Print a sentence."""

    def say_once(self, sentence: str) -> None:
        """Print a sentence, unless the command printed the sentence before."""

    def progress(self, doing: str) -> Callable[[int, int], None]:
        """Return a function that shows the number of files done, and of all files."""


class Commits:
    """The commits of a journal. The caller holds the lock."""

    def __init__(
        self, keyring: Keyring, repository: Repository, checkout: Checkout, voice: Voice, now: Callable[[], datetime]
    ) -> None:
        self._keyring = keyring
        self._repository = repository
        self._checkout = checkout
        self._voice = voice
        self._now = now
        self.left_out_damage = False

    def make(self) -> None:
        """Finish an interrupted checkout, and commit the files on disk.

        BadInput without journal.asc, Damaged when journal.asc is not genuine: neither state is ever committed.
        """
        _ = self._keyring.trust
        self._repository.prepare()
        if self._checkout.finish():
            manifest_update.finish_staged(self._keyring)
        self._keyring.confirm()
        self._repository.commit(self._now(), self._damaged)

    def _damaged(self, names: list[str]) -> list[str]:
        """Return and print the damaged files among changed files, to keep the damage from other devices."""
        damaged = resealing.damaged(self._keyring.directory, names)
        for name in damaged:
            self._voice.say_once(
                f"{name}: damaged, and not committed; git keeps the one before: git checkout HEAD -- FILE"
            )
            self.left_out_damage = True
        return damaged
