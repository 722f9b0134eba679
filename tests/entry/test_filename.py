"""File names: every name that the program makes is read back, and names that people change still show their id."""

from __future__ import annotations

import pytest

from sexjournal.entry.filename import ENDING, id_at_end, id_of, is_page, name_in_clear, page_path, stem_of

ID = "k7q2m9xa"


@pytest.mark.parametrize(
    ("date", "path"),
    [
        ("", "0000/0000"),
        ("2026-11-21", "2026/2026-11-21"),
        ("2026-11-21~", "2026/2026-11-21"),
        ("2026-11-21?", "2026/2026-11-21"),
        ("2009~", "2009/2009"),
        ("2009-22", "2009/2009-22"),
        ("200X", "200X/200X"),
        ("2009~/2013", "2009/2009"),
        ("2009-07-14/2009-07-14", "2009/2009-07-14"),
        ("2009-07-21~/2009-07-14", "2009/2009-07-21"),
        ("2021-03/..", "2021/2021-03"),
    ],
)
def test_a_name_shows_the_date_without_its_mark_or_hides_it(date: str, path: str):
    dated = page_path(ID, date, hidden=False)
    assert dated == f"{path}.{ID}{ENDING}"
    assert stem_of(date) in dated
    opaque = page_path(ID, date, hidden=True)
    assert opaque == f"k7/{ID}{ENDING}"
    for name in (dated, opaque):
        assert (id_of(name), id_at_end(name), is_page(name)) == (ID, ID, True)
        assert name_in_clear(name) + ".asc" == name


@pytest.mark.parametrize(
    ("path", "at_end", "page"),
    [
        (f"2026/the lake.{ID}.md.asc", ID, True),
        (f"2026/{ID}.md.asc", ID, True),
        (f"2026/x/2026.{ID}.md.asc", ID, False),
        (f"2026.{ID}.md.asc", ID, False),
        (f"2026/2026.{ID}.md", "md", False),
    ],
)
def test_a_renamed_file_shows_its_id_at_the_end_alone(path: str, at_end: str, page: bool):
    assert (id_of(path), id_at_end(path), is_page(path)) == ("", at_end, page)
