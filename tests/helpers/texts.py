"""Odd words: what may stand in a page, front matter in every hand, damaged front matter, and text that would act."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from sexjournal.entry.entry import Entry, parse
from sexjournal.entry.fields import FIELDS

# What stands in a page

ODD_TEXT = ["---\n", "---\r\n", "\n---", "\r", "\r\n", "\ufeff", "\0", "\u2028", "\x85", "א\u202e", "😀", "{", "..."]
bodies = st.lists(st.sampled_from(ODD_TEXT) | st.text(max_size=8), max_size=8).map("".join)
SIGNS = [": ", " #", "#", "-", "'", '"', "\\", ",", "[", "}", "no", "1:20", "~", "&", "*", "!", "%", "@", "?", "0"]
texts = st.text(max_size=12) | st.lists(st.sampled_from(ODD_TEXT + SIGNS), max_size=4).map("".join)
awkward_keys = st.sampled_from(
    ["content", "handler", "self", "on", "no", "1", "", "~", "<<", "---", "?", "{", "a: b", "é"]
)
keys = st.sampled_from(sorted(FIELDS)) | awkward_keys | texts
scalars = texts | st.integers() | st.booleans() | st.none()
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
field_maps = st.dictionaries(keys, values, max_size=6)


# Front matter that is damaged; the word to look for in a refusal is kanarie

FRAGMENTS = [
    "kanarie vogel",
    "id",
    "tags",
    "review",
    "a",
    ":",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\n- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
]
FRAGMENTS += [
    "#",
    " # c",
    "'",
    '"',
    "|",
    ">-",
    "|+",
    "&x ",
    "*x",
    "!t ",
    "? ",
    "---",
    "...",
    "%",
    "\t",
    "\r",
    "\u2028",
    "~",
]
headers = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=25).map("".join)


# Front matter that is well


@st.composite
def blocks(draw: st.DrawFn) -> tuple[dict[str, str], str]:
    """A header in the hand of a person: each key with its own lines, and what stands between (under '')."""
    forms = [
        "{k}: plain words", "{k}: 'it''s'   # why", '"{k}": "x # y"', "{k}:", "{k}: # later", "{k}:    far",
        "{k}: [a, b]", "{k}: [a, # first\n  b]  # last", "{k}: {{x: 1, y: [2]}}", "'{k}': two\n  lines # here",
        "{k}:\n  - a   # one\n  # none\n  - b", "{k}:\n- a\n-\n- c # c", "{k}:\n  x: 1\n  y:\n    - z # deep",
        "{k}: |  # as is\n  text # not a comment\n   more", "{k}: >-\n  folded", "{k}: |+\n  kept", "{k}: [\n]",
        "{k}:\n  -\n  - {{a: b}}", "{k}: \"a\n\n  b\"",
    ]  # fmt: skip
    names = draw(st.lists(st.sampled_from([*sorted(FIELDS), "mine", "on", "1"]), unique=True, min_size=1, max_size=5))
    written: dict[str, str] = {}
    for number, name in enumerate(names):
        written[f"#{number}"] = draw(st.sampled_from(["", "# between\n", "#\n# x: y\n"]))
        written[name] = draw(st.sampled_from(forms)).format(k=name) + "\n"
    written["#end"] = draw(st.sampled_from(["", "# end\n"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return {name: block.replace("\n", newline) for name, block in written.items()}, newline


def text_of(parts: dict[str, str], newline: str) -> str:
    return f"---{newline}{''.join(parts.values())}---{newline}Text\r\n---\nmore"


def page_of(parts: dict[str, str], newline: str) -> Entry:
    return parse(text_of(parts, newline))


# Text that would act on a terminal

PAYLOADS = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear the screen": "a\x1b[2J\x1b[H\x1b[3Jb",
    "cursor up": "a\x1b[10A\x1b[2Kb",
    "title": "\x1b]0;pwned\x07",
    "hyperlink": "\x1b]8;;http://example.org\x1b\\here\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cHduZWQ=\x07",
    "device control": "\x1bP+q544e\x1b\\",
    "one-byte CSI": "\x9b31mred\x9b2J",
    "markup": "[bold]b[/bold] [/] [a-z] [link=http://example.org]here[/link]",
    "emoji code": ":smiley: :warning:",
    "override": "abc\u202edcba\u2066x\u2069\u200f",
    "nothing": "a\x00b\x7fc",
    "backspaces": "secret\b\b\b\b\b\bpublic\roverwritten",
    "end of paste": "\x1b[201~rm -rf\x05",
    "very long": "word" * 2500,
    "zero width": "a\u200bb\u200dc\ufeffd\U000e0041\U000e007fe" + "e\u0301" * 50,
    "lines": "one\ntwo\tthree\u2028four\x85five\x0bsix\x1cseven",
    "half a character": "a\udc80b\ud83d",
}


def acts_on_a_terminal(character: str) -> bool:
    """Worked out from the Unicode database, apart from the table under test."""
    turns = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    code = ord(character)
    return (
        (unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and character not in "\n\t")
        or unicodedata.bidirectional(character) in turns
        or character in "\u200e\u200f\u061c\ufeff"
        or 0x206A <= code <= 0x206F  # deprecated format characters, some of which turn digits and brackets
        or 0xE0000 <= code <= 0xE007F
    )
