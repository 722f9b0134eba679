"""Tags and settings with their values."""

from __future__ import annotations

from shown_pages import (
    PLAIN,
    SETTINGS,
)

from sexjournal.terminal.style import Style
from sexjournal.terminal.tables import setting_lines, tag_lines


def test_tags_come_with_their_counts() -> None:
    counts = {"slow": 12, "weekend": 3}
    assert tag_lines(counts, Style(tty=True)) == "12  slow\n 3  weekend\n"
    assert tag_lines(counts, PLAIN) == "slow\t12\nweekend\t3\n"
    assert tag_lines({}, Style(tty=True)) == ""
    assert tag_lines({"字" * 30: 1}, Style(width=40, tty=True)) == "1  " + "字" * 18 + "…\n"


def test_settings_come_with_value_source_and_sentence() -> None:
    assert setting_lines(SETTINGS, Style(width=60, tty=True)).startswith(
        "discreet  true  (config file)\n          list hides titles, people and tags\ndir"
    )
    assert setting_lines(SETTINGS, PLAIN).splitlines()[0] == "\t".join(SETTINGS[0])
