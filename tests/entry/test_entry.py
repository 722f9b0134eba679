"""What a page keeps: every byte of the text and every line of the front matter that a command did not mean to change.

Also what is refused, with which line, and that a refusal never tells what stands in the page.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib.resources import files

import frontmatter
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from texts import ODD_TEXT, blocks, bodies, field_maps, headers, keys, page_of, text_of, texts, values

from sexjournal.entry.checks import check, line_of
from sexjournal.entry.entry import compose, parse
from sexjournal.entry.fields import FIELDS, KINDS
from sexjournal.entry.front_matter import BadPage, Value, as_read, as_writable
from sexjournal.entry.yaml_reader import LARGEST_HEADER

PAGE = """\
---
id: k7q2m9xa
kind: experience
date: 2026-11-21              # when it happened
written: 2026-11-22T09:14+01:00
title: 'The lake'             # optional
with: [Wren]
tags:   [slow, "weekend" ]
rating: 6                     # 1..7
# a line of my own
mood: 1:20
"our song": >-
  one
  two
review:
  - {cadence: day, at: 2026-11-22T09:20+01:00,
     now: 6, blind: true}   # the morning after
# the end
---
The text.
---
Not a header.
"""

# Text


@given(st.builds("".join, st.lists(st.sampled_from(["---\n", "a: b\n", "- c\n", *ODD_TEXT]) | st.text(max_size=6))))
@example("---")
@example("---\n---")
@example("\ufeff---\r\na: b\r\n---\r\n\ufeff---\n")
def test_whatever_is_read_is_kept_to_the_last_character(text: str) -> None:
    try:
        page = parse(text)
    except BadPage:
        assert text.removeprefix("\ufeff").startswith("---")
        return
    assert page.text == text
    assert page.text[: page.head] + page.body == text
    assert page.head == 0 or re.search(r"^---\r?\n?\Z", page.text[: page.head], re.MULTILINE)


@given(bodies)
def test_a_page_without_front_matter_is_all_body(text: str) -> None:
    assume(not re.match(r"\ufeff?---\r?(\n|\Z)", text))
    page = parse(text)
    assert (page.fields, page.body, page.head) == ({}, text, 0)


@given(field_maps, bodies)
def test_a_composed_page_reads_back_as_the_same_fields_and_the_same_body(fields, body: str) -> None:
    page = compose(fields, body)
    assert page.fields == {key: as_read(value) for key, value in fields.items()}
    assert page.body == body
    assert parse(page.text) == page
    assert json.loads(json.dumps(page.fields)) == page.fields


strings = st.recursive(texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


def is_undated(value: object) -> bool:
    """Dates stand without quotes, so a reader with types makes dates of them."""
    if isinstance(value, dict):
        return not {"date", "written", "at"} & value.keys() and all(map(is_undated, value.values()))
    return all(map(is_undated, value)) if isinstance(value, list) else True


@given(st.dictionaries(keys, strings, max_size=4).filter(is_undated))
@example({"a": "NO"})
@example({"a": "2026-11-21", "b": ["1_000", "0x1F", "1e3", "017", "190:20:30", "+.5", "=", "<<"]})
def test_readers_that_know_types_find_the_same_words_in_a_composed_page(fields) -> None:
    page = compose(fields, "")
    header = page.text.removeprefix("---\n").removesuffix("---\n")
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert (yaml.load(header, Loader=loader) or {}) == page.fields


def test_another_program_with_front_matter_reads_a_composed_page() -> None:
    page = compose({"kind": "wish", "title": "no", "tags": ["on", "1:20", "a, b"], "rating": 6}, "Text.")
    post = frontmatter.loads(page.text)
    assert post.metadata == {"kind": "wish", "title": "no", "tags": ["on", "1:20", "a, b"], "rating": 6}
    assert post.content == "Text."


def test_a_new_page_has_its_fields_in_their_order_and_quotes_only_where_they_are_needed() -> None:
    page = compose(
        {
            "mine": "a: b",
            "review": [{"cadence": "week", "at": "2026-11-29T20:10+01:00", "now": 5, "note": "a, b", "blind": True}],
            "map": {"likes": ["talking", "no"], "dislikes": []},
            "rating": 6,
            "tags": ["slow", "sunday morning"],
            "title": "The lake, again 😀",
            "written": "2026-11-22T09:14+01:00",
            "date": "2026-11-21",
            "wanted": "no",
            "quiet": True,
            "id": "12345678",
            "jot": "first\nsecond",
        },
        "Text\n",
    )  # fmt: skip
    assert page.text == (
        '---\nid: "12345678"\ndate: 2026-11-21\nwritten: 2026-11-22T09:14+01:00\ntitle: The lake, again 😀\n'
        'tags: [slow, sunday morning]\nrating: 6\nwanted: "no"\nmap: {likes: [talking, "no"], dislikes: []}\n'
        'jot: "first\\nsecond"\nquiet: true\nreview:\n'
        '  - {cadence: week, at: 2026-11-29T20:10+01:00, now: 5, note: "a, b", blind: true}\n'
        'mine: "a: b"\n---\nText\n'
    )


@pytest.mark.parametrize(
    "date", ["2009", "200X", "2009-07", "2009-07-14", "2009-22", "2009~", "2009?", "2009/2013", "2021/.."]
)
def test_a_date_stands_without_quotes(date: str) -> None:
    assert compose({"date": date}, "").text == f"---\ndate: {date}\n---\n"


# Reading


def test_every_word_comes_back_as_it_was_written() -> None:
    page = parse("---\na: no\nb: 1:20\nc: 2026-02-30\nd: 017\ne: 3.10\non: [yes, 0x1F, 'null', \"~\"]\n1: Null\n---\n")
    assert page.fields == {
        **{"a": "no", "b": "1:20", "c": "2026-02-30", "d": "017", "e": "3.10"},
        **{"on": ["yes", "0x1F", "null", "~"], "1": "Null"},
    }


def test_nothing_null_and_a_tilde_are_no_answer() -> None:
    assert parse("---\na:\nb: ~\nc: null\nd: ''\ne: [~, x]\n---\n").fields == {
        **{"a": None, "b": None, "c": None},
        **{"d": "", "e": [None, "x"]},
    }


def test_every_part_of_a_page_is_read() -> None:
    page = parse(PAGE)
    assert (page.id, page.kind, page.title, page.rating) == ("k7q2m9xa", "experience", "The lake", 6)
    assert (page.people, page.tags) == (("Wren",), ("slow", "weekend"))
    assert page.written == datetime(2026, 11, 22, 9, 14, tzinfo=timezone(timedelta(hours=1)))
    assert page.reviews == ({"cadence": "day", "at": "2026-11-22T09:20+01:00", "now": "6", "blind": "true"},)
    assert page.date is not None
    assert page.date.text == "2026-11-21"
    assert page.body == "The text.\n---\nNot a header.\n"
    check(page)


def test_what_is_absent_or_odd_reads_as_absent() -> None:
    empty = parse("Only text.")
    odd = parse(
        "---\nid: [a]\nkind: {a: b}\ndate: soon\nwritten: then\ntitle: []\nwith: {a: b}\ntags:\nrating: 8\nreview: x\n"
        "quiet: [yes]\nearly: perhaps\njot: {}\n---\n"
    )
    for page in (empty, odd):
        assert (page.id, page.kind, page.date, page.written, page.title) == ("", "experience", None, None, "")
        assert (page.people, page.tags, page.rating, page.reviews) == ((), (), None, ())
        assert (page.quiet, page.early, page.jot) == (False, False, "")


def test_one_word_where_a_list_may_stand_is_a_list_of_one() -> None:
    page = parse("---\nwith: Wren\ntags: slow\nreview: {now: 3}\nquiet: yes\nearly: True\n---\n")
    assert (page.people, page.tags, page.reviews) == (("Wren",), ("slow",), ({"now": "3"},))
    assert page.quiet
    assert page.early
    check(page)


def test_a_page_does_not_show_its_text_where_python_shows_values() -> None:
    assert "lake" not in repr(parse(PAGE)) + str(parse(PAGE))


def test_equal_pages_are_one_in_a_set() -> None:
    assert len({parse(PAGE), parse(PAGE), parse("")}) == 2


def test_a_byte_order_mark_and_windows_line_ends_hide_no_front_matter() -> None:
    page = parse("\ufeff---\r\ntitle: x\r\n---\r\nText\r\n")
    assert (page.title, page.body) == ("x", "Text\r\n")
    assert page.amended({"title": "z", "rating": 2}).text == "\ufeff---\r\ntitle: z\r\nrating: 2\r\n---\r\nText\r\n"


REFUSED = [
    ("id: a\nkind: wish\nid: b", 4, "the key 'id' stands there twice"),
    ("map:\n  likes: [a]\n  likes: [b]", 4, "a key stands there twice"),
    ("a: {x: 1, x: 2}", 2, "a key stands there twice"),
    ("id: a\nkind: &x wish", 3, "an anchor or an alias"),
    ("id: a\nkind: *x", 3, "an anchor or an alias"),
    ("a: &a [x, x]\nb: &b [*a, *a]", 2, "an anchor or an alias"),
    ("a: !!python/object/apply:os.system [x]", 2, "a YAML tag"),
    ("a: ! b", 2, "a YAML tag"),
    ("!!map\na: b", 2, "a YAML tag"),
    ("a: b\n--- \nc: d", 3, "another document mark"),
    ("a: b\n...", 3, "another document mark"),
    ("%YAML 1.1\n--- \na: b", 2, "another document mark"),
    ("- a\n- b", 2, "does not hold fields"),
    ("just words", 2, "does not hold fields"),
    ("id: a\n[b]: c", 3, "a key is a word"),
    ("? {a: b}\n: c", 2, "a key is a word"),
    ("id: a\ntitle: a: b", 3, "cannot be read as YAML"),
    ('id: a\ntitle: "never closed\nkind: wish', 3, "cannot be read as YAML"),
    ("id: a\n\tkind: wish", 3, "cannot be read as YAML"),
    ("id: a\n\ntitle: @home", 4, "cannot be read as YAML"),
    ("id: a\ntitle: \0", 3, "an invisible control character"),
    ("id: a\ntitle: \x1b[31m", 3, "an invisible control character"),
    ("id: a\n\ufefftitle: x", 3, "an invisible control character"),
    ("id: a\ntitle: \udc80", 3, "an invisible control character"),
    ("tags: [*x, @home]", 2, "an anchor or an alias"),
    ("id: a\nmine: {x: 1, x: 2}\ntitle: @home", 3, "a key stands there twice"),
    ("x: " + "[" * 500 + "@", 2, "more than 20 deep"),
    ("x: " + "[" * 60_000, 2, "more than 20 deep"),
    ("x: " + "{a: " * 15_000, 2, "more than 20 deep"),
    ("x:\n  " + "- " * 30_000, 3, "more than 20 deep"),
    ("x: " + "y" * LARGEST_HEADER, 1, "larger than 64 KiB"),
    ("x: " + "é" * (LARGEST_HEADER // 2), 1, "larger than 64 KiB"),
]


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of PyYAML's parsers: the second where libyaml could not be built."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CBaseLoader")
    return request.param


@pytest.mark.parametrize(("header", "line", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_what_has_no_place_in_a_page_is_refused_with_its_line(
    parser: str, header: str, line: int, sentence: str
) -> None:
    with pytest.raises(BadPage) as refusal:
        parse(f"---\n{header}\n---\nText\n")
    assert refusal.value.line == line
    assert refusal.value.sentence.startswith(f"line {line}: ")
    assert sentence in refusal.value.sentence


def test_an_opened_header_is_closed() -> None:
    for text in ("---", "---\n", "---\nid: a\n", "---\nid: a\n ---\n----\n"):
        with pytest.raises(BadPage, match="line 1: the front matter is never closed"):
            parse(text)


def test_what_is_just_small_enough_is_read(parser: str) -> None:
    assert len(str(parse("---\nx: " + "y" * (LARGEST_HEADER - 4) + "\n---\n").fields["x"])) == LARGEST_HEADER - 4
    assert parse("---\nx: " + "[" * 19 + "a" + "]" * 19 + "\n---\n").fields["x"]


def test_both_parsers_read_the_same(parser: str) -> None:
    page = parse(PAGE)
    assert page.fields["our song"] == "one two"
    changed = page.amended({"our song": "x", "tags": None, "mood": ["z"]}).reviewed({"now": 2})
    assert changed.text == PAGE.replace(">-\n  one\n  two", "x").replace('tags:   [slow, "weekend" ]\n', "").replace(
        "mood: 1:20", "mood: [z]"
    ).replace("# the end", "  - {now: 2}\n# the end")


@given(headers)
def test_a_damaged_header_is_refused_and_the_refusal_does_not_tell_what_it_holds(header: str) -> None:
    try:
        check(parse(f"---\n{header}\n---\nText\n"))
    except BadPage as refusal:
        said = "".join([*traceback.format_exception(refusal), refusal.sentence, refusal.hint])
        assert "kanarie" not in said
        assert 1 <= refusal.line <= header.count("\n") + 3


@given(headers, st.sampled_from(["tags", "a", "review"]), values)
@example("? ", "tags", [])
def test_an_odd_header_is_changed_rightly_or_not_at_all(header: str, key: str, value) -> None:
    try:
        page = parse(f"---\n{header}\n---\nText\n")
        changed = page.amended({key: value})
    except BadPage as refusal:
        assert "kanarie" not in refusal.sentence + refusal.hint
        return
    wanted = {**page.fields, key: as_read(value)}
    assert changed.fields == {name: held for name, held in wanted.items() if name != key or value is not None}
    assert changed.body == page.body


# Changing


def comments(block: str) -> list[str]:
    found = re.findall(r"#[^\r\n]*", block)
    return [comment for comment in found if comment not in ('# y"', "# not a comment")]


@given(blocks(), st.data(), values.filter(lambda value: value is not None))
def test_a_changed_field_changes_its_own_lines_and_keeps_their_comments(written, data: st.DataObject, value) -> None:
    parts, newline = written
    page = page_of(parts, newline)
    key = data.draw(st.sampled_from(sorted(page.fields)))
    changed = page.amended({key: value})
    before, _, after = text_of({**parts, key: "\0"}, newline).partition("\0")
    assert changed.text.startswith(before)
    assert changed.text.endswith(after)
    new = changed.text[len(before) : len(changed.text) - len(after)]
    if page.fields[key] == as_read(value):
        assert changed.text == page.text
        return
    rows = [row for row in new.split(newline) if not row.lstrip().startswith("#")]
    in_rows = isinstance(value, list) and any(isinstance(item, dict) for item in value)
    assert len(rows) == (2 + len(value) if in_rows else 2)
    assert all(comment in new for comment in comments(parts[key]))
    assert changed.fields == {**page.fields, key: as_read(value)}
    assert list(changed.fields) == list(page.fields)


@given(blocks())
def test_every_comment_is_told_and_new_ones_go_below_all_fields(written) -> None:
    parts, newline = written
    page = page_of(parts, newline)
    found = [comment.strip() for part in parts.values() for comment in comments(part)]
    assert list(page.comments) == found
    remarked = page.remarked(["# one", "#two"])
    assert remarked.text == text_of({**parts, "#new": f"# one{newline}#two{newline}"}, newline)
    assert (remarked.fields, list(remarked.comments)) == (page.fields, [*found, "# one", "#two"])
    assert page.remarked([]) == page


@given(bodies, bodies)
def test_a_page_with_another_text_keeps_its_front_matter(before: str, after: str) -> None:
    for top in ("---\nid: a  # mine\n---\n", "---\r\nid: a\r\n---\r\n", "---\n---\n"):
        assert parse(top + before).rewritten(after).text == top + after
    assert parse("---\nid: a\n---").rewritten(after).body == after
    assume(not re.match(r"\ufeff?---\r?(\n|\Z)", before))
    assert parse(before).rewritten(after).body == after
    assert parse(before).rewritten(after).fields == {}


@given(blocks(), st.data())
def test_a_removed_field_takes_its_own_lines_and_no_more(written, data: st.DataObject) -> None:
    parts, newline = written
    page = page_of(parts, newline)
    key = data.draw(st.sampled_from(sorted(page.fields)))
    assert page.amended({key: None}).text == text_of({**parts, key: ""}, newline)


@given(blocks(), keys, values.filter(lambda value: value is not None))
def test_a_new_field_only_adds_lines(written, key: str, value) -> None:
    parts, newline = written
    page = page_of(parts, newline)
    assume(key not in page.fields)
    changed = page.amended({key: value})
    assert changed.fields == {**page.fields, key: as_read(value)}
    assert without_added(changed.text, page.text) == page.text


@given(blocks(), st.dictionaries(keys, values, max_size=4), st.booleans())
def test_a_review_only_adds_a_line(written, review, again: bool) -> None:
    parts, newline = written
    review_forms = [
        "review:\n- {a: b}\n",
        "review:\n  - a: b\n    c: |\n      d\n  # under\n",
        "review:\n   -  {a:\n      b} # c\n",
    ]
    parts["review"] = review_forms[len(parts) % 3].replace("\n", newline)
    page = page_of(parts, newline)
    changed = page.reviewed(review).reviewed(review) if again else page.reviewed(review)
    assert changed.reviews == (*page.reviews, *([as_read(review)] * (2 if again else 1)))
    assert without_added(changed.text, page.text) == page.text
    assert len(changed.text.split("\n")) == len(page.text.split("\n")) + (2 if again else 1)


def without_added(new: str, old: str) -> str:
    """`new` without the one run of lines that it has more than `old`."""
    start = next((at for at, (a, b) in enumerate(zip(new, old, strict=False)) if a != b), len(old))
    return new[:start] + new[start + len(new) - len(old) :]


def test_the_first_review_stands_at_the_end() -> None:
    page = parse("---\nid: a\nmine: x\n# end\n---\nText")
    assert page.reviewed({"cadence": "week", "now": 5}).text == (
        "---\nid: a\nmine: x\n# end\nreview:\n  - {cadence: week, now: 5}\n---\nText"
    )


@pytest.mark.parametrize(
    ("held", "rewritten"),
    [
        ("review: [{a: b}, {c: d}]  # mine", "review:  # mine\n  - {a: b}\n  - {c: d}"),
        ("review: {a: b}", "review:\n  - {a: b}"),
        ("review: some words", "review:\n  - some words"),
        ("review: []", "review:"),
        ("review:", "review:"),
    ],
)
def test_reviews_in_another_form_are_written_in_lines_and_none_is_lost(held: str, rewritten: str) -> None:
    page = parse(f"---\n{held}\nmine: x\n---\nText").reviewed({"now": 5})
    assert page.text == f"---\n{rewritten}\n  - {{now: 5}}\nmine: x\n---\nText"


@pytest.mark.parametrize(
    ("field", "where"),
    [("title", 3), ("id", 1), ("rating", 4), ("early", 4), ("mine", 6)],
)
def test_a_new_field_goes_where_it_belongs(field: str, where: int) -> None:
    rows = ["---", "kind: wish", "date: 2009", "tags: [a]", "with: [b]", "other: c", "---", ""]
    changed = parse("\n".join(rows)).amended({field: "x"})
    assert changed.text.split("\n") == [*rows[:where], f"{field}: x", *rows[where:]]


def test_a_change_to_what_is_there_already_is_no_change() -> None:
    page = parse(PAGE)
    changes = {"rating": 6, "tags": ["slow", "weekend"], "title": "The lake", "health": None, "mood": "1:20"}
    assert page.amended(changes).text == PAGE
    assert page.amended({}) == page


def test_a_page_without_front_matter_gets_one_and_keeps_its_text() -> None:
    for text in ("Text", "", "\ufeff---x\r\n", " ---\n---\n"):
        changed = parse(text).amended({"rating": 3, "id": "a"})
        assert changed.text == f"---\nid: a\nrating: 3\n---\n{text}"
        assert changed.body == text
    assert parse("Text").amended({"rating": None}).text == "Text"


@pytest.mark.parametrize("header", ["{rating: 5, title: x}", "? rating\n: 5", "rating: 5\rtitle: x"])
def test_a_form_that_has_no_lines_of_its_own_is_refused_and_not_damaged(header: str) -> None:
    with pytest.raises(BadPage, match=r"line 2: 'rating' cannot be changed in the form the front matter has"):
        parse(f"---\n{header}\n---\n").amended({"rating": 6})


def test_a_change_never_makes_a_page_that_cannot_be_read_again() -> None:
    with pytest.raises(BadPage, match="larger than 64 KiB"):
        parse(PAGE).reviewed({"note": "x" * LARGEST_HEADER})
    with pytest.raises(BadPage, match="invisible control character"):
        parse(PAGE).amended({"title": "\udc80"})


def test_a_nested_map_is_changed_as_a_whole() -> None:
    page = parse("---\nmap: {likes: [a]}  # more\n---\n")
    assert page.amended({"map": {"likes": ["a", "b"]}}).text == "---\nmap: {likes: [a, b]}  # more\n---\n"


# What fields may hold


def test_a_page_with_every_field_is_accepted() -> None:
    held: dict[str, Value] = {
        "a date": "2026-11-21",
        "a moment": "2026-11-22T09:14+01:00",
        "the name of a kind": "wish",
        "one line of text": "some words, and more",
        "one word": "mostly",
        "a list of words": ["a", "b c"],
        "a whole number from 1 to 7": 7,
        "a whole number": 28,
        "true or false": "false",
        "a map": {"likes": ["x"]},
        "what two devices wrote at once": {"title": "x", "text": "both versions are below"},
        "a list of maps": [{"now": 3}],
    }
    page = compose({name: held[shape.takes] for name, shape in FIELDS.items()}, "")
    check(page)
    assert list(page.fields) == list(FIELDS)


WRONG = [
    ("rating: good", "a whole number from 1 to 7"), ("rating: 0", "1 to 7"), ("rating: 8", "1 to 7"),
    ("rating: 6.5", "1 to 7"), ("rating: [6]", "1 to 7"), ("rating: ''", "1 to 7"), ("kind: dream", "a kind"),
    ("kind: [wish]", "a kind"), ("date: soon", "a date"), ("date: 2026-02-30", "a date"), ("date: {a: b}", "a date"),
    ("written: yesterday", "a moment"), ("title: [a]", "one line"), ("title: |\n  a\n  b", "one line"),
    ("with: {a: b}", "a list of words"), ("tags: [[a]]", "a list of words"), ("people_count: few", "a whole number"),
    ("people_count: -1", "a whole number"), ("quiet: perhaps", "true or false"), ("map: [a]", "a map"),
    ("health: much", "a map"), ("review: x", "a list of maps"), ("review: [a]", "a list of maps"),
    ("conflict: we argued", "what two devices wrote at once"),
    ("jot: [a]", "one line"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "takes"), WRONG)
def test_a_field_that_holds_what_it_cannot_is_refused_with_its_line(field: str, takes: str) -> None:
    page = parse(f"---\nid: a\n# mine\n{field}\n---\n")
    with pytest.raises(BadPage, match=f"line 4: '{field.partition(':')[0]}' takes .*{takes}") as refusal:
        check(page)
    assert refusal.value.line == 4


@pytest.mark.parametrize("name", FIELDS)
def test_no_answer_is_always_an_answer(name: str) -> None:
    check(parse(f"---\n{name}:\n---\n"))


def test_a_kind_that_does_not_exist_brings_the_nearest_one() -> None:
    for typed, near in (("fantazy", "did you mean 'fantasy'? "), ("Wish", "did you mean 'wish'? "), ("q", "")):
        with pytest.raises(BadPage) as refusal:
            check(parse(f"---\nkind: {typed}\n---\n"))
        assert refusal.value.hint == f"{near}the kinds are {', '.join(KINDS)}"


def test_fields_of_the_person_s_own_are_never_looked_at() -> None:
    check(parse("---\nmood: {a: [b]}\nratings: lots\nKind: x\n---\n"))


def stored(language: str) -> Iterator[str]:
    """Every place that a prompt's answer goes to."""
    yield from re.findall(
        r'^store = "(.+)"', files("sexjournal").joinpath(f"prompts/{language}.toml").read_text("utf-8"), re.M
    )


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_answer_has_its_field(language: str) -> None:
    places = {store.removeprefix("fm.").partition(".")[0] for store in stored(language)} - {"body", "none"}
    assert places
    assert places <= FIELDS.keys()


@given(values)
def test_a_value_that_was_read_is_given_back_as_the_same_value(value) -> None:
    assert as_read(as_writable(as_read(value))) == as_read(value)


def test_numbers_and_flags_are_given_back_plain() -> None:
    page = parse("---\na: 5\nb: {c: true, d: [e, 6]}\nf: [{g: 0}]\nh: 05\n---\n")
    assert compose({name: as_writable(value) for name, value in page.fields.items()}, "").text == (
        '---\na: 5\nb: {c: true, d: [e, "6"]}\nf:\n  - {g: 0}\nh: "05"\n---\n'
    )


def test_a_field_s_line_is_told() -> None:
    page = parse(PAGE)
    assert (line_of(page, "id"), line_of(page, "rating"), line_of(page, "review"), line_of(page, "health")) == (
        2,
        9,
        15,
        1,
    )


# Size and time


@pytest.mark.parametrize("line", ["---x\n", "\n", "word " * 40 + "\n", "---\r"])
def test_a_long_page_takes_no_longer_than_its_length(line: str) -> None:
    """A time that grew with the square of the length would be hours here."""
    text = PAGE + line * (20_000_000 // len(line))
    changed = parse(text).amended({"rating": 2}).reviewed({"now": 2})
    assert changed.body == text[PAGE.index("The text.") :]


@pytest.mark.parametrize(
    "header", ["x: " + "a:" * 32_000, "x: [" + "a," * 32_000 + "]", "? " * 32_000, "x: '" + "''" * 32_000 + "'"]
)
def test_a_header_made_to_be_slow_is_not(header: str) -> None:
    """It is read, or refused with a hint. A time that grew with the square of the length would be minutes here."""
    try:
        changed = parse(f"---\n{header}\n---\n").amended({"rating": 2})
    except BadPage as refused:
        assert refused.hint
    else:
        assert changed.fields["rating"] == "2"


def test_the_libraries_are_loaded_when_a_page_is_read_and_not_before() -> None:
    told = "import sys, sexjournal.entry.entry; print({'yaml', 'frontmatter', 'pendulum'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "set()\n"
