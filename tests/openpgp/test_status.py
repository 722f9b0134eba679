"""The reasons in the answer of gpg, without gpg."""

from __future__ import annotations

from sexjournal.openpgp.status import Status


def test_a_directory_of_gpg_that_may_not_be_written_is_not_told_as_a_terminal() -> None:
    """The agent may not write a key (source 4), or pinentry may not open the terminal (source 5)."""
    agents, pinentrys = (Status((("ERROR", f"key_generate {code}"),), 2, b"").reason for code in (67141633, 83918849))
    assert agents
    assert pinentrys
    assert "its own directory" in agents.sentence
    assert "belongs to another user" in pinentrys.sentence
