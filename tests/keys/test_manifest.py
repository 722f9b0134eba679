"""The manifest as a value: the changes that the person confirms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sexjournal.keys.manifest import Manifest, Recipient, unconfirmed_changes


@pytest.mark.parametrize(
    ("removed", "sentence"), [("2026-11-22", "follows from the removal"), ("", "another journal key")]
)
def test_a_new_journal_key_is_told_with_what_it_follows_from(removed: str, sentence: str) -> None:
    mine, other = (Recipient(letter * 40, letter, "2026-11-01", "") for letter in "AB")
    before = Manifest(1, "dated", (), (mine, other), "C" * 40, "")
    after = before.changed(recipients=(mine, replace(other, removed=removed)), key="D" * 40)
    assert sentence in unconfirmed_changes(after, before)[-1]
    assert len(unconfirmed_changes(after, before)) == (2 if removed else 1)
