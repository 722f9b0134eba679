"""Text made safe to print. Knows strings, no pages.

All text from a page or from another device goes through `safe_text` before printing. So the only escape sequences on
the terminal are the colours of the program.
"""

from __future__ import annotations

import json
import re

# Control characters except newline and tab, characters that change the direction of writing, line separators, the
# byte-order mark, lone surrogates, and tags, which spell invisible text.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def safe_text(text: str) -> str:
    """Return `text` with every character made visible that could move the cursor or turn the writing around.

    Escape becomes `␛`, a right-to-left override `<U+202E>`. Only newlines and tabs stay; CR LF is shown as a newline.
    """
    return _UNSAFE.sub(_visible, text.replace("\r\n", "\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def one_line(text: str) -> str:
    """Return `text` safe to print, with a space for each newline and tab."""
    return safe_text(text).translate({9: " ", 10: " "})


def tabbed(*cells: object) -> str:
    """Return cells as a line for another program, with a tab between two cells."""
    return "\t".join(one_line(str(cell)) for cell in cells) + "\n"


def error_lines(sentence: str, hint: str = "") -> str:
    """Return the lines for stderr: `journal: no entry matches '1999'`, then `hint: ...` where there is a hint."""
    return f"journal: {one_line(sentence)}\n" + (f"hint: {one_line(hint)}\n" if hint else "")


def json_text(value: object) -> str:
    """Return JSON for another program: pure ASCII, so that no character can move the cursor."""
    return json.dumps(value, indent=1) + "\n"
