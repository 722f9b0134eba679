"""Journal keys that cannot be read, merged certificates, and the import of pysequoia."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from ground import Ground

from sexjournal.errors import Damaged
from sexjournal.openpgp import sequoia


@pytest.mark.parametrize("garbage", ["", "x", "\udcff", "the certificate"])
def test_a_journal_key_that_cannot_be_read_is_told(ground: Ground, garbage: str) -> None:
    garbage = ground.page.certificate if garbage == "the certificate" else garbage
    with pytest.raises(Damaged, match=r"journal\.asc: a journal key in it cannot be read") as told:
        ground.store.keyring.opener(replace(ground.page, secret=garbage))
    assert told.value.hint


def test_merging_keeps_the_older_certificate_where_there_is_nothing_new(ground: Ground) -> None:
    mine, other = (one.certificate for one in ground.page.recipients[:2])
    merged = sequoia.merged_certificate(mine, mine.replace("\n\n", "\nComment: again\n\n"))
    assert merged == mine
    assert [sequoia.merged_certificate(mine, one) for one in (other, "x", "")] == [other, "x", ""]
    assert sequoia.merged_certificate("x", mine) == mine


def test_getting_ready_beside_gpg_leaves_the_environment_alone() -> None:
    ready = "from sexjournal.openpgp import sequoia; sequoia.load_library()"
    code = f"import os; before = {{**os.environ}}; {ready}; print(before == os.environ)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "True\n"
