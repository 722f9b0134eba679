"""G10: every byte that was written comes back, and a change to one field changes its own lines only."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from figures import Figures
from ground import WAYS, Ground, opened
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from slices import FULL
from texts import ODD_TEXT, blocks, bodies, field_maps, text_of, values

from sexjournal.entry.entry import compose, parse
from sexjournal.entry.front_matter import BadPage, as_read

EACH = 4000 if FULL else 100
SEALED = 1000 if FULL else 20
Test = TypeVar("Test", bound=Callable[..., object])


def many(test: Test) -> Test:
    return settings(max_examples=EACH)(test)


class Count:
    """How many examples came back as they were, and how many did not."""

    def __init__(self) -> None:
        self.all = self.wrong = 0

    def hold(self, right: bool) -> None:
        self.all += 1
        self.wrong += not right
        assert right

    def into(self, figures: Figures) -> None:
        figures.record("G10", "round trips: written, read, changed and read again", self.all, least=10_000)
        figures.record("G10", "of them, with a byte that differs", self.wrong, most=0)


def test_whatever_is_written_is_read_to_the_last_byte(figures: Figures) -> None:
    count = Count()

    @many
    @given(st.lists(st.sampled_from(["---\n", "a: b\n", "- c\n", *ODD_TEXT]) | st.text(max_size=6)).map("".join))
    def check(text: str) -> None:
        try:
            page = parse(text)
        except BadPage:
            return
        count.hold(page.text == text and page.text[: page.head] + page.body == text)

    check()
    count.into(figures)


def test_a_page_that_was_composed_is_read_as_the_same_page(figures: Figures) -> None:
    count = Count()

    @many
    @given(field_maps, bodies)
    def check(fields, body: str) -> None:
        page = compose(fields, body)
        same = {key: as_read(value) for key, value in fields.items()}
        count.hold(page.body == body and page.fields == same and parse(page.text) == page)

    check()
    count.into(figures)


def test_a_changed_field_changes_its_own_lines_and_nothing_else(figures: Figures) -> None:
    count = Count()

    @many
    @given(blocks(), st.data(), values.filter(lambda value: value is not None))
    def check(written, data: st.DataObject, value) -> None:
        parts, newline = written
        key = data.draw(st.sampled_from([name for name in parts if not name.startswith("#")]))
        page = parse(text_of(parts, newline))
        assume(page.fields.get(key) != as_read(value))
        changed = page.amended({key: value})
        before, _, after = page.text.partition(parts[key])
        held = changed.text.startswith(before) and changed.text.endswith(after) and changed.body == page.body
        count.hold(held and parse(changed.text).fields == {**page.fields, key: as_read(value)})

    check()
    count.into(figures)


def test_every_byte_comes_back_through_the_seal(ground: Ground, figures: Figures) -> None:
    """gpg seals; both ways open. The bytes are random, odd, or both."""
    chance, wrong = random.Random(10), 0
    for number in range(SEALED):
        odd = "".join(chance.choices(ODD_TEXT, k=chance.randrange(20))).encode()
        data = odd + chance.randbytes(chance.choice([0, 1, 100, 255, 256, 5000, 100_000]))
        sealed = ground.seal(data, hidden=bool(number % 2))
        wrong += {opened(ground, way, sealed) for way in WAYS} != {data}
    figures.record("G10", "round trips through the seal, opened both ways", SEALED)
    figures.record("G10", "of them, with a byte that differs", wrong, most=0)
    assert wrong == 0
