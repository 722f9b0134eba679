"""Two devices that changed one page: what the merged page says and keeps, with git's own merging of lines.

Fields are drawn as they may stand in a page and written in several forms; whatever is saved has to be found again.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sexjournal.entry.entry import Entry, compose, parse
from sexjournal.entry.fields import FIELDS
from sexjournal.entry.front_matter import BadPage, Value
from sexjournal.entry.merging import MergeText, holds_marks, in_two_versions, merge
from sexjournal.errors import Damaged
from sexjournal.git import merge_file

OURS, MIDDLE, THEIRS = "<<<<<<< this device", "=======", ">>>>>>> the other device"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merge")


@pytest.fixture(scope="module")
def by_git(place: Path) -> MergeText:
    """git merge-file, which remembers what it was asked: hypothesis asks much twice."""
    known: dict[tuple[str, str, str], tuple[str, bool]] = {}
    ask = merge_file.text_merger(place)

    def merge_text(ours: str, base: str, theirs: str) -> tuple[str, bool]:
        texts = (ours, base, theirs)
        if texts not in known:
            known[texts] = ask(*texts)
        return known[texts]

    return merge_text


def page(header: str, body: str = "We swam.\n") -> Entry:
    return parse(f"---\nid: k7q2m9xa\n{header}---\n{body}")


# What may stand in a page

WORDS = ["slow", "lake", "no", "1:20", "a, b", "Wren", "été"]
words = st.sampled_from(WORDS)
lists = st.lists(words, max_size=3, unique=True)
nested = st.recursive(
    words | st.none(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=3)
)
reviews = st.lists(
    st.fixed_dictionaries(
        {"at": st.integers(10, 28).map("2026-11-{}T20:10+01:00".format), "now": st.sampled_from("1234567")},
        optional={"note": words},
    ),
    max_size=3,
    unique_by=lambda review: review["at"] + review["now"],
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "title": words,
        "with": lists | words,
        "tags": lists,
        "rating": st.sampled_from("1234567"),
        "map": st.dictionaries(st.sampled_from(["likes", "dislikes"]), lists | words, max_size=2),
        "talk": nested,
        "mine": nested,
        "on": st.none() | words,
        "text": words,
        "review": reviews,
    },
)
rows = st.sampled_from(
    ["---\n", "---\r\n", "\n", "# lake\n", "=======\n", "a\r\n", "\udcff\n", "\r", f"{OURS}\n", f"{THEIRS}\n", "😀\n"]
) | st.integers(0, 30).map("line {}\n".format)
ends = st.sampled_from(["", "the end", "\n", "\udce9", "---"])
bodies = st.builds("{}{}".format, st.lists(rows, max_size=8).map("".join), ends)
comments = st.lists(st.integers(0, 9).map("# remark {}".format), max_size=2, unique=True)


def in_rows(written: Entry) -> Entry:
    """The same page with its lists of words one below the other, as some people write them."""
    top = re.sub(r"^(tags|with): \[(.+)\]$", _one_below_the_other, written.text[: written.head], flags=re.M)
    return parse(top + written.body)


def _one_below_the_other(match: re.Match[str]) -> str:
    items = parse(f"---\n{match[0]}\n---\n").fields[match[1]]
    return f"{match[1]}:" + "".join(f"\n  - {json.dumps(item, ensure_ascii=False)}" for item in items)


def with_returns(written: Entry) -> Entry:
    """The same page with the front matter of another system."""
    return parse(written.text[: written.head].replace("\n", "\r\n") + written.body)


def in_braces(written: Entry) -> Entry:
    """The same page in a form whose fields cannot be changed by their lines."""
    return parse(f"---\n{json.dumps(written.fields, ensure_ascii=False)}\n---\n{written.body}")


FORMS = (lambda written: written, in_rows, with_returns, in_braces)


@st.composite
def pages(draw: st.DrawFn, held: st.SearchStrategy[Mapping[str, Value]] = fields) -> Entry:
    written = compose({"id": "k7q2m9xa", **draw(held)}, draw(bodies))
    return draw(st.sampled_from(FORMS))(written).remarked(draw(comments))


@st.composite
def changed(draw: st.DrawFn, before: Entry) -> Entry:
    """A page that somebody changed a little: a field or two, some lines, a remark."""
    fresh = draw(pages())
    names = draw(st.lists(st.sampled_from(sorted({*before.fields, *fresh.fields} - {"id"}) or ["on"]), max_size=3))
    held = {**before.fields, **{name: fresh.fields[name] for name in names if name in fresh.fields}}
    left = {name: value for name, value in held.items() if name not in names or name in fresh.fields}
    lines = before.body.splitlines(keepends=True)
    at = draw(st.integers(0, len(lines)))
    body = "".join([*lines[:at], *draw(st.lists(rows, max_size=2)), *lines[at + draw(st.integers(0, 2)) :]])
    again = draw(st.sampled_from(FORMS))(compose(left, body))
    return again.remarked({*before.comments, *fresh.comments} - set(draw(comments)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Entry, Entry, Entry]:
    """A page, and what two devices made of it."""
    base = draw(pages())
    sides = changed(base) | pages()
    return base, draw(sides), draw(sides)


# One side


@given(histories())
def test_what_only_one_side_changed_is_that_side_to_the_last_character(history) -> None:
    def never(*_: str) -> tuple[str, bool]:
        raise AssertionError("there was nothing to merge")

    base, ours, _ = history
    for found in (merge(base, ours, base, never), merge(base, base, ours, never), merge(base, ours, ours, never)):
        assert found.text == ours.text
    assert merge(None, ours, parse(ours.text), never).text == ours.text


def test_two_pages_with_different_ids_never_become_one(by_git: MergeText) -> None:
    with pytest.raises(Damaged, match="its name is another page's"):
        merge(None, page(""), parse(page("").text.replace("k7q", "k7z")), by_git)


# Nothing is lost


def leaves(value: Value, *way: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each word and where it stands; the place in a list does not matter."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*way, name), ""
            yield from leaves(inner, *way, name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, *way)
    elif value:
        yield way, value


@given(histories())
def test_every_word_that_one_side_added_is_in_the_fields(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs, by_git)
    said = {word for where, last in leaves(merged.fields) for word in (*where, last)} | {""}
    for side in (ours, theirs):
        added = {*leaves(side.fields)} - {*leaves(base.fields)}
        assert {last or where[-1] for where, last in added} - FIELDS.keys() <= said


@given(histories())
def test_what_both_sides_left_alone_is_left_alone(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs, by_git)
    for name, value in base.fields.items():
        if ours.fields.get(name) == theirs.fields.get(name) == value:
            assert merged.fields.get(name) == value


@given(histories())
def test_every_line_that_neither_side_took_away_is_in_the_body(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs, by_git)
    before, mine, other, after = (Counter(each.body.split("\n")) for each in (base, ours, theirs, merged))
    ended = {line.rstrip("\r") for line in after}  # a last line that git closed before a mark
    for line in mine | other:
        added = mine[line] > before[line] or other[line] > before[line]
        kept = min(mine[line], other[line]) >= before[line]
        assert not (added or kept) or line in after or line.rstrip("\r") in ended


@given(histories())
def test_every_remark_that_one_side_added_is_kept(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs, by_git)
    assert {*ours.comments, *theirs.comments} - {*base.comments} <= {*merged.comments}
    assert {*ours.comments} & {*theirs.comments} <= {*merged.comments}


@given(histories())
def test_every_review_of_both_is_there_once_in_the_order_of_its_moment(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    assume(base.text not in (ours.text, theirs.text))
    merged = merge(base, ours, theirs, by_git)
    told = [json.dumps(review, sort_keys=True) for review in merged.reviews]
    assert sorted(told) == sorted({json.dumps(one, sort_keys=True) for side in (ours, theirs) for one in side.reviews})
    if told != [json.dumps(review, sort_keys=True) for review in ours.reviews]:
        assert (moments := [review["at"] for review in merged.reviews]) == sorted(moments)


# What is meant


@given(st.tuples(*[st.tuples(lists, words)] * 3), bodies, st.sampled_from(FORMS))
def test_tags_are_taken_as_a_set(by_git: MergeText, drawn, body: str, form: Callable[[Entry], Entry]) -> None:
    sides = [form(compose({"id": "k7q2m9xa", "title": title, "tags": tags}, body)) for tags, title in drawn]
    table = {  # in base, ours, theirs -> kept
        (True, True, True): True, (True, True, False): False, (True, False, True): False, (True, False, False): False,
        (False, True, True): True, (False, True, False): True, (False, False, True): True, (False, False, False): False,
    }  # fmt: skip
    kept = {word for word in WORDS if table[tuple(word in side.tags for side in sides)]}
    merged = merge(*sides, by_git)
    assert {*merged.tags} == kept
    assert len(merged.tags) == len(kept)


def sets(value: Value) -> object:
    """A value without the order of its lists and maps, and without what is empty."""
    if isinstance(value, dict):
        return frozenset((name, sets(inner)) for name, inner in value.items() if inner)
    return frozenset(map(sets, value)) if isinstance(value, list) else value


@given(histories())
def test_both_devices_mean_the_same_page(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    one, other = merge(base, ours, theirs, by_git), merge(base, theirs, ours, by_git)
    assert in_two_versions(one) == in_two_versions(other)
    apart = {"conflict", *one.fields.get("conflict", {}), *other.fields.get("conflict", {})}
    for name in {*one.fields, *other.fields} - apart:
        assert (sets(one.fields.get(name)) or None) == (sets(other.fields.get(name)) or None)


@given(histories())
def test_merging_again_with_a_side_brings_nothing_new(by_git: MergeText, history) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs, by_git)
    assert merge(ours, merged, ours, by_git).text == merge(theirs, merged, theirs, by_git).text == merged.text
    again = merge(base, merged, theirs, by_git)
    assert {name: sets(value) for name, value in again.fields.items() if name != "conflict"} == {
        name: sets(value) for name, value in merged.fields.items() if name != "conflict"
    }
    taken_away = {*base.comments} - {*theirs.comments}
    assert {*again.comments} >= {*merged.comments} - taken_away


# As a person sees it

BASE = """\
---
id: k7q2m9xa
kind: experience
written: 2026-11-22T09:14+01:00
title: 'The lake'   # for now
# who was there
with: [Wren]
tags: [slow, weekend]
rating: 5
mood: 1:20
review:
  - {cadence: day, at: 2026-11-22T20:00+01:00, now: 5}
---
We swam.

Then we slept.

In the morning it rained.
"""


def both(by_git: MergeText, ours: Mapping[str, str], theirs: Mapping[str, str], base: str = BASE) -> Entry:
    """What becomes of a page in which each side replaced some words by others."""
    sides = []
    for changes in (ours, theirs):
        text = base
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        sides.append(parse(text))
    return merge(parse(base), *sides, by_git)


def test_changes_in_different_places_are_both_there_and_nothing_else_moved(by_git: MergeText) -> None:
    merged = both(
        by_git,
        {"# who was there": "# who was there, and who not", "rained": "poured"},
        {"5\nmood": "6   # later\nmood", "We swam": "We dived"},
    )
    assert not in_two_versions(merged)
    assert merged.text == (
        BASE.replace("# who was there", "# who was there, and who not")
        .replace("5\nmood", "6   # later\nmood")
        .replace("rained", "poured")
        .replace("We swam", "We dived")
    )


def test_changes_in_the_same_line_are_merged_by_what_they_mean(by_git: MergeText) -> None:
    merged = both(
        by_git, {"slow, weekend": "slow, late"}, {"slow, weekend": "weekend, lake", "1:20": "2:40  # no, later"}
    )
    assert not in_two_versions(merged)
    assert merged.text == BASE.replace("slow, weekend", "late, lake").replace("1:20", '"2:40"').replace(
        "now: 5}\n", "now: 5}\n# no, later\n"
    )


def test_reviews_of_two_devices_are_appended_and_none_is_touched(by_git: MergeText) -> None:
    one = "  - {cadence: week, at: 2026-11-29T20:10+01:00, now: 6, note: 'as   it is'}\n"
    other = "  - {cadence: week, at: 2026-11-30T08:00+01:00, now: 2}\n"
    end = "now: 5}\n"
    assert both(by_git, {end: end + one}, {end: end + other}).text == BASE.replace(end, end + one + other)
    merged = both(by_git, {end: end + other}, {end: end + one})
    assert [review["at"] for review in merged.reviews] == sorted(str(review["at"]) for review in merged.reviews)
    assert merged.text == BASE.replace(end, end + one.replace("'", "") + other)


def test_a_review_that_one_side_took_away_stays_when_the_other_wrote(by_git: MergeText) -> None:
    only = "  - {cadence: day, at: 2026-11-22T20:00+01:00, now: 5}\n"
    assert len(both(by_git, {"review:\n" + only: ""}, {"rating: 5": "rating: 6"}).reviews) == 1
    assert len(both(by_git, {"rating: 5": "rating: 6"}, {"review:\n" + only: ""}).reviews) == 1


def test_reviews_are_put_in_order_across_time_zones(by_git: MergeText) -> None:
    def reviewed(*given: str) -> Entry:
        return page("review:\n" + "".join(f"  - {{{one}}}\n" for one in given))

    merged = merge(
        None,
        reviewed("at: 2026-11-22T20:00+01:00", "now: 1", "at: 2026-11-22T21:00"),
        reviewed("at: 2026-11-22T20:30+02:00", "at: then"),
        by_git,
    )
    assert [*(next(iter(review.values())) for review in merged.reviews)] == [
        "2026-11-22T20:30+02:00", "then", "2026-11-22T20:00+01:00", "1", "2026-11-22T21:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs", "held"),
    [
        ({"rating: 5\n": ""}, {"rating: 5": "rating: 6"}, "6"),
        ({"rating: 5": "rating: 6"}, {"rating: 5\n": ""}, "6"),
        ({"rating: 5": "rating:"}, {"rating: 5": "rating: 6"}, "6"),
        ({"rating: 5\n": ""}, {"1:20": "2:40"}, None),
        ({"1:20": "2:40"}, {"rating: 5\n": ""}, None),
        ({"rating: 5\n": ""}, {"rating: 5": "rating:"}, None),
    ],
)
def test_what_one_side_changed_outlives_that_the_other_took_it_out(by_git: MergeText, ours, theirs, held) -> None:
    merged = both(by_git, ours, theirs)
    assert (merged.fields.get("rating"), in_two_versions(merged)) == (held, False)


def test_a_field_with_two_new_values_keeps_both(by_git: MergeText) -> None:
    merged = both(by_git, {"'The lake'": "The other lake"}, {"'The lake'": "No lake", "1:20": "2:40"})
    assert in_two_versions(merged)
    assert merged.text == BASE.replace(
        "'The lake'   # for now", "The other lake   # for now\nconflict: {title: No lake}"
    ).replace("1:20", '"2:40"')


def test_maps_are_merged_key_by_key_and_keep_both_where_they_differ(by_git: MergeText) -> None:
    merged = merge(
        page("talk: {a: one, b: two, c: [x], d: {e: f}}\nmap: {likes: [x]}\n"),
        page("talk: {a: uno, c: [x, v], d: {e: g}}\nmap: {likes: [x, v]}\n"),
        page("talk: {a: een, b: two, c: [z], d: {e: h}, i: j}\nmap: slow\n"),
        by_git,
    )
    assert merged.fields["talk"] == {"a": "uno", "c": ["v", "z"], "d": {"e": "g"}, "i": "j"}
    assert merged.fields["map"] == {"likes": ["x", "v"]}
    assert merged.fields["conflict"] == {"talk": {"a": "een", "d": {"e": "h"}}, "map": "slow"}


def test_names_of_people_are_a_set_also_where_one_stands_alone(by_git: MergeText) -> None:
    assert both(by_git, {"[Wren]": "Bo"}, {"[Wren]": "Kim"}).people == ("Bo", "Kim")
    assert both(by_git, {"[Wren]": "Wren"}, {"[Wren]": "[Kim, Wren]"}).people == ("Wren", "Kim")


def test_the_moment_of_writing_is_ours(by_git: MergeText) -> None:
    ours = parse(BASE.replace("09:14", "09:15"))
    merged = merge(None, ours, parse(BASE.replace("09:14", "09:16")), by_git)
    assert merged.text == ours.text
    merged = both(by_git, {"5\nmood": "6\nmood"}, {"09:14": "09:16"})
    assert merged.text == BASE.replace("5\nmood", "6\nmood")


def test_a_field_that_is_only_a_name_is_kept(by_git: MergeText) -> None:
    merged = both(by_git, {"slow": "late"}, {"weekend": "lake", "# who was there": "kissing:\nstress:"})
    assert merged.fields["kissing"] == ""
    assert "stress" not in merged.fields
    merged = both(by_git, {"slow": "late"}, {"weekend": "lake", "1:20": ""})
    assert merged.fields["mood"] == ""


def test_an_earlier_conflict_is_kept_until_it_is_settled(by_git: MergeText) -> None:
    earlier = BASE.replace("# who was there\n", "conflict: {title: No lake}\n")
    added = {"weekend": "late", "'The lake'": "Lake"}
    merged = both(by_git, added, {"weekend": "lake", "'The lake'": "Sea", "rained": "poured"}, earlier)
    assert merged.fields["conflict"] == {"title": ["No lake", "Sea"]}
    settled = both(by_git, {"conflict: {title: No lake}\n": "", "weekend": "late"}, {"weekend": "lake"}, earlier)
    assert not in_two_versions(settled)
    two = {"# who was there\n": "conflict: {title: Sea}\n"}, {"# who was there\n": "conflict: {mood: calm}\n"}
    assert both(by_git, *two).fields["conflict"] == {"title": "Sea", "mood": "calm"}
    two = ({"No lake": "Sea"}, {"No lake": "Pond"})
    assert both(by_git, *two, earlier).fields["conflict"] == {"title": ["Sea", "Pond"]}


def test_a_field_of_the_person_s_own_called_conflict_is_kept_beside(by_git: MergeText) -> None:
    own = BASE.replace("# who was there", "conflict: about the lake")
    merged = both(by_git, {"We swam": "We dived"}, {"We swam": "We sank"}, own)
    assert merged.fields["conflict"] == {"conflict": "about the lake", "text": "both versions are below"}
    assert not in_two_versions(both(by_git, {"We swam": "We dived"}, {"rained": "poured"}, own))


@pytest.mark.parametrize("turned", [False, True], ids=["", "Windows"])
def test_a_text_changed_in_the_same_lines_holds_both_versions(by_git: MergeText, turned: bool) -> None:
    def as_typed(text: str) -> str:
        return text.replace("\n", "\r\n") if turned else text

    merged = both(by_git, {"We swam": "We dived"}, {"We swam": "We sank"}, as_typed(BASE))
    assert in_two_versions(merged)
    assert holds_marks(merged)
    assert merged.fields["conflict"] == {"text": "both versions are below"}
    marked = as_typed(f"{OURS}\nWe dived.\n{MIDDLE}\nWe sank.\n{THEIRS}\n\nThen")
    assert merged.body == as_typed(parse(BASE).body).replace(as_typed("We swam.\n\nThen"), marked)
    assert merged.text.count("\n") == merged.text.count("\r\n") or not turned


def test_a_page_that_both_sides_made_holds_all_of_both(by_git: MergeText) -> None:
    ours, theirs = page("tags: [a]\nrating: 5\n", "One.\n"), page("tags: [b]\nrating: 6\n", "Two.\n")
    merged = merge(None, ours, theirs, by_git)
    assert merged.tags == ("a", "b")
    assert merged.fields["conflict"] == {"rating": "6", "text": "both versions are below"}
    assert merged.body == f"{OURS}\nOne.\n{MIDDLE}\nTwo.\n{THEIRS}\n"


def test_pages_without_front_matter_are_merged_as_text(by_git: MergeText) -> None:
    base = parse("One.\n\nTwo.\n\nThree.\n")
    ours, theirs = parse(base.text.replace("One", "Een")), parse(base.text.replace("Three", "Drie"))
    assert merge(base, ours, theirs, by_git).text == "Een.\n\nTwo.\n\nDrie.\n"
    merged = merge(base, ours, parse(base.text.replace("One", "Un")), by_git)
    assert merged.text.startswith("---\nconflict: {text: both versions are below}\n---\n" + OURS)
    assert merged.body.endswith(f"{THEIRS}\n\nTwo.\n\nThree.\n")


def test_front_matter_that_only_one_side_has_is_kept(by_git: MergeText) -> None:
    base, theirs = parse("One.\n"), parse("---\ntags: [a]\n# mine\n---\nOne.\n")
    for ours, other in ((parse("Two.\n"), theirs), (theirs, parse("Two.\n"))):
        merged = merge(base, ours, other, by_git)
        assert (merged.tags, merged.comments, merged.body) == (("a",), ("# mine",), "Two.\n")


def test_front_matter_in_braces_is_written_anew_and_loses_nothing(by_git: MergeText) -> None:
    base = parse("---\n{id: a, tags: [x], mine: {b: c}}  # mine\n---\n---\nText")
    ours, theirs = parse(base.text.replace("[x]", "[x, v]")), parse(base.text.replace("[x]", "[x, z]"))
    merged = merge(base, ours, theirs, by_git)
    assert merged.text == "---\nid: a\ntags: [x, v, z]\nmine: {b: c}\n# mine\n---\n---\nText"


def test_a_front_matter_that_ends_the_page_gets_a_line_end_before_a_text(by_git: MergeText) -> None:
    base = parse("---\nid: a\n---")
    ours, theirs = parse("---\nid: a\nrating: 5\n---"), parse("---\nid: a\n---\nText")
    assert merge(base, ours, theirs, by_git).text == "---\nid: a\nrating: 5\n---\nText"


def test_marks_and_dashes_of_the_person_s_own_are_text(by_git: MergeText) -> None:
    own = f"Heading\n{MIDDLE}\n---\n{OURS}\n"
    merged = both(by_git, {"We swam": own + "We dived"}, {"rained": "poured"})
    assert not in_two_versions(merged)
    assert merged.body == parse(BASE).body.replace("We swam", own + "We dived").replace("rained", "poured")


def test_a_lone_underlined_heading_is_no_mark() -> None:
    assert not holds_marks(parse(f"Heading\n{MIDDLE}\n a {OURS}\n{OURS} too\n"))
    assert all(holds_marks(parse(f"One\r\n{mark}\r\n")) for mark in (OURS, THEIRS))


def test_bytes_that_are_no_text_are_kept(by_git: MergeText) -> None:
    merged = both(by_git, {"We swam": "We \udce9\udcff"}, {"We swam": "We \udcfe", "rained": "r\udc80"})
    assert f"{OURS}\nWe \udce9\udcff.\n{MIDDLE}\nWe \udcfe.\n{THEIRS}\n" in merged.body
    assert merged.body.endswith("it r\udc80.\n")


def test_a_text_with_a_nul_is_kept_whole_on_both_sides(by_git: MergeText) -> None:
    merged = both(by_git, {"We swam": "We \0"}, {"rained.\n": "poured."})
    whole = parse(BASE).body
    ours, theirs = whole.replace("We swam", "We \0"), whole.replace("rained.\n", "poured.")
    assert merged.body == f"{OURS}\n{ours}{MIDDLE}\n{theirs}\n{THEIRS}\n"
    assert in_two_versions(merged)


def test_two_pages_too_large_for_one_are_refused(by_git: MergeText) -> None:
    large = "x" * 40_000
    with pytest.raises(BadPage, match="larger than 64 KiB"):
        merge(None, page(f"one: {large}\n"), page(f"two: {large}\n"), by_git)
