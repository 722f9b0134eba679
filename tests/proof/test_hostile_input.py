"""YAML and prompts as input: bombs, fuzz and wrong types end in a clear error with the line, without the text."""

from __future__ import annotations

import random
import re
import tomllib
import traceback
from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
import shelf as shelves
from figures import Figures
from hypothesis import given, settings
from room import Keys
from shelf import Shelf
from slices import FULL, sliced
from texts import headers

from sexjournal import config
from sexjournal.entry.checks import check
from sexjournal.entry.entry import parse
from sexjournal.entry.front_matter import BadPage
from sexjournal.errors import BadInput
from sexjournal.prompts.load import load_wording

EXAMPLES = 10_000 if FULL else 300
NEST = 100_000


def test_fuzzed_front_matter_is_read_or_refused_with_its_line(figures: Figures) -> None:
    read, refused, wrong = [0], [0], list[str]()

    @settings(max_examples=EXAMPLES)
    @given(headers)
    def check_one(header: str) -> None:
        try:
            check(parse(f"---\n{header}\n---\nText\n"))
            read[0] += 1
        except BadPage as refusal:
            refused[0] += 1
            said = "".join([*traceback.format_exception(refusal), refusal.sentence, refusal.hint])
            if "kanarie" in said or not 1 <= refusal.line <= header.count("\n") + 3:
                wrong.append(said)

    check_one()
    figures.record("YAML", "front matters fuzzed", read[0] + refused[0], least=10_000)
    figures.record("YAML", "of them, refused, each with its line", refused[0])
    figures.record("YAML", "of them, refused with a word of the text or another error", len(wrong), most=0)
    assert wrong == []
    assert read[0]
    assert refused[0]


BOMBS: dict[str, str] = {
    "aliases": "a: &a [CANARY]\n" + "".join(f"{b}: &{b} [{f'*{a}, ' * 9}]\n" for a, b in pairwise("abcdefghi")),
    "an alias to itself": "a: &a [*a, CANARY]",
    "deep lists": f"a: {'[' * NEST}CANARY{']' * NEST}",
    "deep lists, left open": f"a: {'[' * NEST}CANARY",
    "deep maps": f"a: {'{b: ' * NEST}CANARY{'}' * NEST}",
    "deep blocks": "".join(f"{' ' * depth}CANARY:\n" for depth in range(400)),
    "a huge key": f"{'CANARY' * 20_000}: b",
    "a huge word": f"a: {'CANARY' * 200_000}",
    "many keys": "".join(f"CANARY{number}: b\n" for number in range(20_000)),
    "a key twice": "lake: CANARY\nlake: c",
    "tags twice": "tags: [CANARY]\ntags: [b]",
    "a key twice, deep": "map: {likes: [CANARY], likes: [c]}",
    "an object": "a: !!python/object/apply:os.system [CANARY]",
    "a tag": "a: !CANARY b",
    "a list": "- CANARY",
    "a word": "CANARY",
    "two documents": "a: CANARY\n--- b",
    "a directive": "%YAML 9.9\nCANARY",
    "a quote left open": "title: 'CANARY",
    "a bracket left open": "tags: [CANARY",
    "a tab": "\tCANARY: b",
    "a nothing": "title: CANARY\0",
    "a control": "title: CANARY\x1b[2J",
    "rating is a word": "rating: CANARY",
    "rating is a list": "rating: [CANARY]",
    "kind is a map": "kind: {CANARY: b}",
    "tags is a map": "tags: {CANARY: b}",
    "with is deep": "with: [[CANARY]]",
    "date is a word": "date: CANARY",
    "date is a list": "date: [CANARY]",
    "written is a word": "written: CANARY",
    "review is a word": "review: CANARY",
    "map is a word": "map: CANARY",
    "quiet is a word": "quiet: CANARY",
}


@pytest.fixture(scope="module")
def stocked(keys_of_run: Keys) -> Iterator[Shelf]:
    with shelves.stocked(keys_of_run, {"lake": "We swam to the CANARY.\n"}) as shelf:
        shelf.room.expect_draft()
        yield shelf


@pytest.mark.parametrize("name", sliced([*BOMBS], 12))
def test_a_bomb_is_refused_in_a_sentence_that_does_not_tell_the_text(
    stocked: Shelf, figures: Figures, name: str
) -> None:
    room, entry = stocked.room, stocked.ids["lake"]
    page = stocked.filled(f"---\n{BOMBS[name]}\n---\nText\n")
    inputs: dict[str, Callable[[], object]] = {
        "new": lambda: room.journal("new", stdin=page),
        "edit": lambda: room.journal("edit", entry, stdin=page.replace(b"---\n", f"---\nid: {entry}\n".encode(), 1)),
    }
    for command in sliced([*inputs], 1):
        result = inputs[command]()
        told = re.search(r"^journal: .*\nhint: .*\n\Z", result.error, re.MULTILINE)
        known = bool(told and re.search(r"line \d+", result.error))
        right = result.code == 2 and known and not room.told_by(result.err)
        figures.record("YAML", "bombs, wrong types and broken YAML, as input", 1)
        figures.record("YAML", "of them, refused with their line and without their text", int(right), of=1)
        assert right, (command, result)
    assert entry in room.journal("list", check=0).text


@pytest.mark.parametrize("name", sliced([*BOMBS], 4))
def test_a_page_that_holds_a_bomb_stops_no_other_page(stocked: Shelf, figures: Figures, name: str) -> None:
    page = f"---\nid: zz000000\n{BOMBS[name]}\n---\nText\n"
    path = stocked.put("2026/2026-11-21.zz000000.md.asc", stocked.seal(page, stocked.room.fingerprint))
    result = stocked.room.journal("list")
    path.unlink()
    right = result.code in (0, 5) and stocked.ids["lake"] in result.text and not stocked.room.told_by(result.err)
    figures.record("YAML", "pages in the journal that hold such a thing, and stop no other", int(right), of=1)
    assert right, result


# Prompts

ENGLISH = files("sexjournal").joinpath("prompts", "en.toml").read_text("utf-8")
BROKEN = {
    "no TOML": "kanarie = [",
    "a word": "kanarie",
    "a wrong type": "[prompt]\nid = 3",
    "a huge number": "a = " + "9" * 5000,
    "deep": "a = " + "[" * 5000 + "]" * 5000,
    "a key twice": "kanarie = 1\nkanarie = 2",
    "a nothing": "a = 'kanarie\0'",
}


def mutants(count: int) -> Iterator[str]:
    """The English prompts with lines cut, doubled, swapped and bent, always the same way."""
    chance = random.Random(6)
    lines = ENGLISH.splitlines()
    for _ in range(count):
        at = chance.randrange(len(lines))
        few = lines[max(0, at - 30) : at + 30]
        for _ in range(chance.randrange(1, 4)):
            where = chance.randrange(len(few))
            line = few[where]
            bends = ["", line + line, line[: len(line) // 2], line.replace('"', "'"), line.replace("=", ""), "kanarie"]
            bends += [re.sub('".*"', "{kanarie = [1]}", line), re.sub('".*"', "true", line), line.replace("[", "[[")]
            few[where] = chance.choice(bends)
        yield "\n".join(few)


def test_prompts_and_settings_are_read_or_refused_with_the_file(figures: Figures, tmp_path: Path) -> None:
    bent = tmp_path / "config.toml"
    every = [*BROKEN.values(), *mutants(2000 if FULL else 60)]
    refused, wrong = 0, []
    for text in every:
        try:
            load_wording("en", text, "/home/wren/prompts.toml")
        except BadInput as refusal:
            refused += 1
            if "/home/wren/prompts.toml" not in refusal.sentence + refusal.hint:
                wrong.append(refusal.sentence)
        try:
            tomllib.loads(text)
        except (ValueError, RecursionError):
            bent.write_text(text, "utf-8")
            with pytest.raises(BadInput, match=re.escape(str(bent))):
                config.load_config(bent, {})
    figures.record("YAML", "prompt files bent and broken", len(every))
    figures.record("YAML", "of them, refused without the name of the file", len(wrong), most=0)
    assert wrong == []
    assert refused
