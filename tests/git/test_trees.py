"""What may come in, and what becomes of each path: every case of the three-way choice, and names that are not ours."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexjournal.entry.filename import page_path
from sexjournal.git.trees import LARGEST_FILE, LONGEST_PRINTED, Blob, Plan, Refusal, plan, printable, refusals
from sexjournal.openpgp.gpg import LARGEST_PAGE

OWN = "journal.asc"
LAKE = "2026/2026-11-21.k7q2m9xa.md.asc"
Tree = dict[str, str]


def blob(oid: str = "1", mode: str = "100644", size: int = 300) -> Blob:
    return Blob(mode, "blob", oid, size)


def tree(contents: Mapping[str, str]) -> dict[str, Blob]:
    return {path: blob(oid) for path, oid in contents.items()}


def told(path: str, what: Blob | None = None) -> list[str]:
    """What is said of an incoming path."""
    before = tree({OWN: "1"})
    return [finding.sentence for finding in refusals(before, {**before, path: what or blob()})]


# What may come in

STEMS = ("2026-11-21", "2026-11", "2026", "200X", "2009~", "2009-22", "2009~/2013", "2009/..")


@pytest.mark.parametrize("date", STEMS)
def test_every_name_that_we_make_comes_in(date: str) -> None:
    assert told(page_path("k7q2m9xa", date, hidden=False)) == []


@pytest.mark.parametrize("path", ["0000/0000.k7q2m9xa.md.asc", "k7/k7q2m9xa.md.asc", OWN])
def test_pages_without_a_date_opaque_ones_and_the_manifest_come_in(path: str) -> None:
    assert told(path, blob("2")) == []


@pytest.mark.parametrize(
    "path",
    [
        "README",
        "2026-11-21.k7q2m9xa.md.asc",
        "2025/2026-11-21.k7q2m9xa.md.asc",
        "2026/2026-11-21.k7q2m9xa.md.asc/inside",
        "2026/2026-11-21.k7q2m9xa.md",
        "2026/2026-11-21.k7q2m9x.md.asc",
        "2026/2026-11-21.k7q2m9xab.md.asc",
        "2026/2026-11-21.K7Q2M9XA.md.asc",
        "2026/2026-11-21.k7q2m9xu.md.asc",
        "2026/2026-11-21-22.k7q2m9xa.md.asc",
        "2026/2026.k7q2m9xa.md.asc\n",
        "2026/٢٠٢٦.k7q2m9xa.md.asc",
        "٢٠٢٦/٢٠٢٦.k7q2m9xa.md.asc",
        "200X/200X-11.k7q2m9xa.md.asc",
        "200x/200x.k7q2m9xa.md.asc",
        "k8/k7q2m9xa.md.asc",
        "K7/k7q2m9xa.md.asc",
        "a/../2026/2026.k7q2m9xa.md.asc",
        "../2026/2026.k7q2m9xa.md.asc",
        "Journal.asc",
        "2026/journal.asc",
        "",
    ],
)
def test_a_name_that_is_none_of_ours_does_not_come_in(path: str) -> None:
    assert told(path) == ["it has no name of a page"]


@pytest.mark.parametrize("path", [".gitattributes", "2026/.gitattributes", ".gitmodules", ".GITIGNORE", ".git/config"])
def test_what_steers_git_is_named_as_such(path: str) -> None:
    assert told(path) == ["it would tell git what to do"]


@pytest.mark.parametrize(
    ("mode", "word"), [("120000", "symbolic link"), ("160000", "repository"), ("100755", "run"), ("100664", "plain")]
)
def test_only_plain_files_come_in(mode: str, word: str) -> None:
    (sentence,) = told(LAKE, blob(mode=mode))
    assert word in sentence
    assert told(OWN, blob(mode=mode)) == [sentence]


def test_a_file_may_be_as_large_as_the_largest_page_and_no_larger() -> None:
    in_armor = LARGEST_PAGE * 4 / 3 * 65 / 64
    assert in_armor < LARGEST_FILE < in_armor * 1.05
    assert told(LAKE, blob(size=LARGEST_FILE)) == []
    (sentence,) = told(LAKE, blob(size=200 * 2**20))
    assert "200 MiB" in sentence


def test_an_id_that_another_path_has_does_not_come_in() -> None:
    other = "k7/k7q2m9xa.md.asc"
    here = tree({OWN: "1", LAKE: "1"})
    assert refusals(here, {**here, other: blob()}) == [Refusal(other, f"its id is that of {LAKE}")]
    moved = tree({OWN: "1", other: "1"})  # a page's name never changes
    assert refusals(here, moved) == [Refusal(other, f"its id is that of {LAKE}")]
    both = tree({OWN: "1", LAKE: "1", other: "2"})
    assert [finding.name for finding in refusals(tree({OWN: "1"}), both)] == [LAKE, other]


def test_a_tree_without_the_manifest_is_told() -> None:
    here = tree({OWN: "1", LAKE: "1"})
    (finding,) = refusals(here, tree({LAKE: "1"}))
    assert finding.name == OWN
    assert [finding.name for finding in refusals({}, tree({LAKE: "1"}))] == [OWN]


def test_what_was_here_before_is_not_judged_again() -> None:
    here = tree({OWN: "1", "README": "1"})
    assert refusals(here, {**here, LAKE: blob()}) == []
    assert [finding.name for finding in refusals(here, {**here, "README": blob("2")})] == ["README"]


def test_everything_that_is_wrong_is_told_in_the_order_of_the_paths() -> None:
    before = tree({OWN: "1"})
    after = {**before, "b": blob(mode="120000", size=2 * LARGEST_FILE), "a": blob()}
    assert [finding.name for finding in refusals(before, after)] == ["a", "b", "b", "b"]


@pytest.mark.parametrize("sign", ["\n", "\x1b", "\u202e", "\udc80", "\x7f", "\x9b", "\u2066"])
def test_a_name_is_shown_so_that_it_acts_on_nothing(sign: str) -> None:
    before = tree({OWN: "1"})
    (finding,) = refusals(before, {**before, f"a{sign}b é": blob()})
    assert finding.name.isprintable()
    assert (finding.name[0], finding.name[-3:]) == ("a", "b é")
    assert len(finding.name) > len("a?b é")


@given(st.text())
def test_what_is_shown_can_always_be_shown(path: str) -> None:
    assert printable(path).isprintable()
    assert printable(path) == path or not path.isprintable() or len(path) > LONGEST_PRINTED


@pytest.mark.parametrize("path", ["d/" * 60_000, "\u202e" * 60_000])
def test_of_a_very_long_name_both_ends_are_shown(path: str) -> None:
    told = printable(f"first/{path}last")
    assert len(told) == LONGEST_PRINTED
    assert (told.startswith("first/"), told.endswith("last"), "…" in told) == (True, True, True)


# What becomes of each path

TABLE = {  # (base, ours, theirs): what stands there afterwards, or the three when they are to be joined
    ("", "", "2"): "2",  # new there
    ("", "1", ""): "1",  # new here
    ("", "1", "1"): "1",  # new on both sides, the same
    ("", "1", "2"): ("", "1", "2"),  # new on both sides
    ("0", "0", "0"): "0",
    ("0", "0", "2"): "2",  # changed there
    ("0", "1", "0"): "1",  # changed here
    ("0", "1", "1"): "1",  # changed on both sides, the same
    ("0", "1", "2"): ("0", "1", "2"),  # changed on both sides
    ("0", "", ""): "",  # removed on both sides
    ("0", "", "0"): "",  # removed here
    ("0", "0", ""): "",  # removed there
    ("0", "", "2"): "2",  # removed here and changed there
    ("0", "1", ""): "1",  # changed here and removed there
    ("", "", ""): "",
}


def outcome(done: Plan, ours: Tree, path: str) -> str | tuple[str, str, str]:
    """What stands under a path once a plan is carried out."""
    assert (path in done.take) + (path in done.merge) + done.removed.count(path) <= 1
    if path in done.removed:
        return ""
    return done.merge.get(path) or done.take.get(path) or ours.get(path, "")


@pytest.mark.parametrize("path", [LAKE, OWN])
@pytest.mark.parametrize("sides", TABLE)
def test_each_case_of_the_table(sides: tuple[str, str, str], path: str) -> None:
    base, ours, theirs = ({path: oid} if oid else {} for oid in sides)
    done = plan(tree(base), tree(ours), tree(theirs))
    assert outcome(done, ours, path) == TABLE[sides]


TREES = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("0123"))


def textbook(base: str, ours: str, theirs: str) -> str | tuple[str, str, str]:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    return (base, ours, theirs) if ours and theirs else ours or theirs


@given(TREES, TREES, TREES)
def test_every_path_becomes_what_the_textbook_says(base: Tree, ours: Tree, theirs: Tree) -> None:
    done = plan(tree(base), tree(ours), tree(theirs))
    assert {*done.take, *done.merge, *done.removed} <= {*ours, *theirs}
    for path in "abcdefgh":
        sides = (base.get(path, ""), ours.get(path, ""), theirs.get(path, ""))
        assert outcome(done, ours, path) == textbook(*sides)


@given(TREES, TREES, TREES)
def test_what_either_side_changed_is_never_dropped(base: Tree, ours: Tree, theirs: Tree) -> None:
    done = plan(tree(base), tree(ours), tree(theirs))
    for side in (ours, theirs):
        for path, oid in side.items():
            if oid != base.get(path):
                left = outcome(done, ours, path)
                assert left
                assert oid in left or (theirs if side is ours else ours)[path] != base.get(path)


@given(TREES, TREES)
def test_what_changed_on_one_side_alone_is_what_it_became_there(base: Tree, changed: Tree) -> None:
    here = plan(tree(base), tree(changed), tree(base))
    assert (here.take, here.merge, here.removed) == ({}, {}, ())
    there = plan(tree(base), tree(base), tree(changed))
    assert {path: oid for path in "abcdefgh" if (oid := outcome(there, base, path))} == changed
