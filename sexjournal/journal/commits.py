"""Commit what is on the disk: finish an interrupted checkout first, and leave out damaged files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sexjournal.git.checkout import Checkout
from sexjournal.git.repository import Repository
from sexjournal.journal import resealing
from sexjournal.keys import update
from sexjournal.keys.keyring import Keyring


class Voice(Protocol):
    """Where sentences and progress go: a terminal, or nothing."""

    def say(self, sentence: str) -> None:
        """Say something about the work."""

    def say_once(self, sentence: str) -> None:
        """Say something, unless the command said it before."""

    def progress(self, doing: str) -> Callable[[int, int], None]:
        """Return a function that shows how many of how many files are done."""


class Commits:
    """The commits of one journal. The caller holds the journal."""

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
        """Finish an interrupted checkout, and commit what is on the disk.

        BadInput where journal.asc is gone and Damaged where it was tampered with, so that neither is ever committed.
        """
        _ = self._keyring.trust
        self._repository.prepare()
        if self._checkout.finish():
            update.finish_staged(self._keyring)
        self._keyring.confirm()
        self._repository.commit(self._now(), self._damaged)

    def _damaged(self, names: list[str]) -> list[str]:
        """Return the changed files that are damaged, and say so: no other device is to get them."""
        damaged = resealing.damaged(self._keyring.directory, names)
        for name in damaged:
            self._voice.say_once(
                f"{name}: damaged, and not committed; git keeps the one before: git checkout HEAD -- FILE"
            )
            self.left_out_damage = True
        return damaged
