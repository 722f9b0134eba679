"""The Markdown template of a page: a new page with questions, for the editor. Knows no editor and no file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.prompts.questions import Facts, questions_of
from sexjournal.prompts.wording import filled

if TYPE_CHECKING:
    from sexjournal.entry.front_matter import Writable
    from sexjournal.prompts.wording import Prompt, Wording


@dataclass(frozen=True, slots=True)
class Template:
    """A page with questions: `blanks` are the lines of front matter without a value, `comments` the questions."""

    text: str
    blanks: tuple[str, ...]
    comments: tuple[str, ...]

    def without_prompts(self, edited: str) -> str:
        """Return `edited` without each unchanged blank and comment, and without the blank lines around a comment.

        All other text stays byte for byte. A comment between two answers leaves one blank line. Raises BadPage when
        the front matter is never closed.
        """
        from sexjournal.entry.front_matter import bounds

        start = bounds(edited)[2]
        head, body = edited[:start], edited[start:]
        for line in self.blanks:
            head = head.replace(f"\n{line}\n", "\n")
        for comment in self.comments:
            body = _without_comment(body, comment)
        return head + body

    def untouched(self, edited: str) -> bool:
        """Return whether the person added no text and no value."""
        return self.without_prompts(edited) == self.without_prompts(self.text)


def page_template(
    wording: Wording, section: str, fields: Mapping[str, Writable], facts: Facts | None = None, jot: str = ""
) -> Template:
    """Return a page for the editor: the `fields`, the first questions still open, and room to write."""
    from sexjournal.entry.entry import compose

    prompts = questions_of(wording, section, facts or Facts())
    about_fields = {prompt.store[3:]: prompt for prompt in prompts if re.fullmatch("fm[.][a-z_]+", prompt.store)}
    lines = {field: _blank_line(wording, field, prompt) for field, prompt in about_fields.items()}
    lines["tags"] = "tags: []"
    blanks = tuple(line for field, line in lines.items() if field not in fields)
    about_text = [prompt for prompt in prompts if prompt.store.startswith(("body", "letter."))]
    comments = tuple(filled(_question_comment(prompt), {"jot": jot}) for prompt in about_text)
    head = compose(fields, "").text.removesuffix("---\n") + "".join(f"{line}\n" for line in blanks) + "---\n"
    return Template(head + "\n\n\n".join(comments) + "\n\n" * bool(comments), blanks, comments)


def _blank_line(wording: Wording, field: str, prompt: Prompt) -> str:
    value = " []" if prompt.type in ("list", "people", "multi") else ""
    remark = prompt.hint or prompt.text
    if prompt.scale:
        remark = wording.scales[prompt.scale].legend
    elif prompt.options:
        remark = " · ".join(f"{option.value} = {option.label}" for option in wording.options[prompt.options])
    return f"{field}:{value}  # {remark}"


def _question_comment(prompt: Prompt) -> str:
    return f"<!-- {prompt.text}\n     {prompt.hint} -->" if prompt.hint else f"<!-- {prompt.text} -->"


def _without_comment(text: str, comment: str) -> str:
    before, match, after = text.partition(comment)
    if not match or (before and not before.endswith("\n")) or (after and not after.startswith("\n")):
        return before + after  # the person typed on the line of the comment
    above = before[:-1] if before.endswith("\n\n") or before == "\n" else before
    below = after[1:].removeprefix("\n")
    had_blank = len(above) + len(below) < len(before) + len(after[1:])
    parted = above.endswith("\n\n") or below.startswith("\n")
    return f"{above}\n{below}" if above and below and had_blank and not parted else above + below
