"""G11: hostile text acts on no terminal and crashes nothing, whatever command prints it.

Each payload stands in the title, people, tags, kind, own fields, reviews and body of a page; in names of files, and in
what is typed on the command line. The pages are sealed and signed by hand, so that nothing is refused on the way in.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence

import pexpect
import pytest
import shelf as shelves
from figures import Figures
from room import Keys, Result
from shelf import Shelf
from slices import sliced
from texts import PAYLOADS, acts_on_a_terminal

OURS = re.compile(r"\x1b\[[0-9;]*m")
# A terminal ends its lines with both; the desk and a review use a screen that is gone afterwards.
SCREEN = re.compile(r"\x1b\[\?1049[hl]|\x1b\[H|\x1b\[[23]J|\x1b\[K|\r\n")
EVERY = {
    **PAYLOADS,
    "all bytes": "".join(map(chr, range(256))),
    "all controls": "".join(chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Cf")),
    "percent": "%s %n {0} {canary} $HOME `id` $(id)",
}
PAGE = """\
---
id: {id}
kind: {kind}
date: 2026-11-14
written: 2026-11-15T09:14+01:00
title: {quoted}
with: [{quoted}, Wren]
tags: [slow, {quoted}]
rating: 6
mine: {quoted}
review:
  - {{cadence: week, at: 2026-11-22T09:00+01:00, now: 5, note: {quoted}, agree: {quoted}, blind: true}}
---
{text}

- {text}

    {text}

> {text}

# {text}
"""
READ: Sequence[tuple[str, ...]] = (
    (),
    ("list",),
    ("list", "--json"),
    ("show", "--since", "2000"),
    ("tag", "list"),
    ("tag", "list", "--json"),
    ("grep", "-n", ""),
    ("grep", "--all", "--color=always", "-i", "-o", "e"),
    ("grep", "-c", "-v", "nowhere"),
    ("review", "--list"),
    ("review", "--list", "--json"),
    ("review", "--then-now"),
    ("review", "--then-now", "--json"),
    ("config",),
)
TYPED: Sequence[tuple[str, ...]] = (
    ("show", "{}"),
    ("list", "--tag", "{}"),
    ("list", "--with", "{}"),
    ("list", "--on", "{}"),
    ("list", "--kind", "{}"),
    ("list", "--rating", "{}"),
    ("grep", "{}"),
    ("grep", "-E", "{}"),
    ("tag", "add", "{}", "--to", "nowhere"),
    ("tag", "rename", "{}", "slow"),
    ("new", "--kind", "{}"),
    ("new", "--on", "{}"),
    ("restore", "{}"),
    ("remove", "--yes", "{}"),
    ("config", "{}"),
    ("config", "language", "{}"),
    ("run", "--", "{}"),
    ("--dir", "{}", "list"),
    ("{}",),
)


def page(number: int, payload: str) -> bytes:
    """A page full of the payload, as bytes: half a character is written as what it would be."""
    quoted = json.dumps(payload).replace("\\ud80", "\\\\ud80")
    kind = ("experience", "fantasy", "memory", "letter")[number % 4]
    text = PAGE.format(id=f"zz{number:06}", kind=kind, quoted=quoted, text=payload)
    return text.encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def shelf(keys_of_run: Keys) -> Iterator[Shelf]:
    with shelves.stocked(keys_of_run, {"calm": "---\ndate: 2026-11-20\n---\nCANARY\n"}) as shelf:
        for number, payload in enumerate(EVERY.values()):
            to = (f"--recipient={shelf.room.fingerprint}", f"--recipient-file={shelf._journal_key()}")
            words = ("--armor", "--trust-model=always", "--compress-algo=none", "--sign", "--encrypt", *to)
            shelf.put(f"2026/2026-11-14.zz{number:06}.md.asc", shelf.room.gpg(*words, stdin=page(number, payload)).out)
        for number, payload in enumerate((PAYLOADS["title"], PAYLOADS["one-byte CSI"], PAYLOADS["override"])):
            shelf.put(f"2026/2026-11-14.{payload}{number}.md.asc", b"no message")
        shelf.room.journal("list")
        yield shelf


def strays(shown: str, *, colour: bool) -> list[str]:
    """The characters that would act on a terminal, besides our own colours."""
    rest = OURS.sub("", SCREEN.sub("\n", shown)) if colour else shown
    return sorted({hex(ord(character)) for character in rest if acts_on_a_terminal(character)})


def measured(figures: Figures, sinks: int, found: Sequence[str], crashed: bool, what: object) -> None:
    figures.record("G11", "hostile texts x commands that print them", sinks, least=16)
    figures.record("G11", "characters that would act on a terminal", len(found), most=0)
    figures.record("G11", "exceptions", int(crashed), most=0)
    assert (found, crashed) == ([], False), what


def crashed(result: Result) -> bool:
    return (result.code in (70, 1) and b"mistake" in result.err) or result.code < 0 or b"Traceback" in result.err


@pytest.mark.parametrize("words", READ, ids=" ".join)
def test_in_a_pipe_only_text_goes_out(shelf: Shelf, figures: Figures, words: tuple[str, ...]) -> None:
    result = shelf.room.journal(*words)
    out = result.out.decode() + result.err.decode()
    found = strays(out, colour="--color=always" in words)
    measured(figures, len(EVERY), found, crashed(result), result.error)
    assert result.code in (0, 5, 2)


@pytest.mark.parametrize("language", sliced(["C.UTF-8", "nl_NL.UTF-8"], 1))
@pytest.mark.parametrize("words", sliced(READ, 5), ids=" ".join)
def test_in_a_terminal_only_text_and_our_colours_go_out(
    shelf: Shelf, figures: Figures, words: tuple[str, ...], language: str
) -> None:
    bare = shelf.room.tools / "bin"
    bare.mkdir(exist_ok=True)
    for name in ("gpg", "gpgconf", "gpg-agent", "git"):  # no less: what goes to it goes to the terminal
        if not (bare / name).exists():
            (bare / name).symlink_to(pexpect.which(name))
    window = shelf.room.terminal(*words, columns=100, env={"PATH": str(bare), "LANG": language})
    shown = ""
    while window.expect_exact(["> ", pexpect.EOF]) == 0:
        shown += window.before
        window.sendline("")
    shown += window.before
    window.close()
    result = Result(window.exitstatus if window.exitstatus is not None else -1, b"", shown.encode("utf-8", "replace"))
    measured(figures, len(EVERY), strays(shown, colour=True), crashed(result), shown[-500:])


@pytest.mark.parametrize("name", sliced([*EVERY], 2))
def test_what_is_typed_comes_back_harmless(shelf: Shelf, figures: Figures, name: str) -> None:
    payload = EVERY[name].replace("\0", "").encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    for words in TYPED:
        typed = [word.replace("{}", payload) for word in words]
        result = shelf.room.journal(*typed, stdin=b"We swam.\n")
        shelf.room.git("reset", "--quiet", "--hard", shelf.start)
        out = (result.out + result.err).decode("utf-8", "replace")
        measured(figures, 1, strays(out, colour=False), crashed(result), (words, result.error))


def test_the_check_does_see_what_would_act(figures: Figures) -> None:
    harmless = {"markup", "emoji code", "very long", "percent"}
    seen = {name for name, payload in EVERY.items() if strays(payload, colour=False)}
    figures.record("G11", "control: hostile texts that the check sees when nothing is done", len(seen))
    assert seen == {*EVERY} - harmless
