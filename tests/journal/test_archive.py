"""The archive with real gpg and git: what is committed, and what is not."""

from __future__ import annotations

import pytest
from ground import inside
from room import Room

from sexjournal.app import App
from sexjournal.entry.entry import compose
from sexjournal.errors import KeyTrouble
from sexjournal.journal.sealed_file import new_id
from sexjournal.keys.keyring import Keyring


def fail(_keyring: Keyring) -> None:
    raise KeyTrouble("the passphrase was not given")


def test_a_change_of_the_keys_that_failed_commits_nothing(alone: Room) -> None:
    """Nothing is said to be saved either: the error is all there is to tell."""
    with inside(alone):
        app = App()
        fields = {"id": new_id(), "kind": "memory", "date": "2009", "written": "2026-11-22T09:14+01:00"}
        stored = app.store.write(compose(fields, "We swam.\n"))
        with pytest.raises(KeyTrouble):
            app.archive.change_keys(fail)
        assert stored.name not in alone.git("ls-files").text
        app.archive.change_keys(lambda _: None)
        assert stored.name in alone.git("ls-files").text
