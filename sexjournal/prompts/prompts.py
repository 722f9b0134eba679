"""The prompt files: which questions apply, what one typed answer means and where the answers go on a page.

Knows the wording that ships with the package (`prompts/en.toml`, `prompts/nl.toml`), and no other file, terminal or
clock: a person's own prompt file is handed in as text, today as a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from datetime import date

    from sexjournal.entry.entry import Given, Value

LOWEST, HIGHEST = 1, 7  # of every scale
LETTER_PARTS = ("begin", "do", "receive", "scene", "veil", "why", "end")
TYPES = ("text", "line", "list", "number", "date", "interval", "people", "scale", "choice", "multi")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question; `when`, `scale`, `options` and `hint` are empty where it has none."""

    id: str
    section: str
    type: str
    store: str
    ask: str
    when: str
    scale: str
    options: str
    text: str
    hint: str

    @property
    def gathers(self) -> bool:
        """Whether its store is a list, even when the question takes one line."""
        return self.store.startswith(("map.", "talk.")) or self.store == "try.curious"


@dataclass(frozen=True, slots=True)
class Scale:
    """From 1 to 7; `anchors` are the words for some of the numbers, lowest first."""

    label: str
    anchors: Mapping[int, str]

    @property
    def legend(self) -> str:
        """The anchors on one line: `1 low · 7 bright`."""
        return " · ".join(f"{number} {word}" for number, word in self.anchors.items())


@dataclass(frozen=True, slots=True)
class Option:
    """`value` is stored, `label` is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Section:
    """What is said before a group of questions."""

    title: str
    intro: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry, as the chooser names it."""

    label: str
    about: str


@dataclass(frozen=True, slots=True)
class Help:
    """Someone to turn to; `region` is a country code, or EU."""

    id: str
    region: str
    name: str
    contact: str
    about: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that one language file says, by id or name and in the order of the file."""

    language: str
    help: tuple[Help, ...]
    prompts: Mapping[str, Prompt]
    sections: Mapping[str, Section]
    kinds: Mapping[str, Kind]
    scales: Mapping[str, Scale]
    options: Mapping[str, tuple[Option, ...]]
    ui: Mapping[str, str]
    init: Mapping[str, str]
    keys: Mapping[str, str]
    sync: Mapping[str, str]
    words: Mapping[str, str]
    adult: Mapping[str, str]
    safety: Mapping[str, str]
    headings: Mapping[str, str]
    talk_rules: Mapping[str, str]
    talk_reader: Mapping[str, str]
    before_sending: Mapping[str, str]
    match: Mapping[str, str]
    messages: Mapping[str, str]


def vocabulary(wording: Wording) -> dict[str, str]:
    """What to call fields, kinds, scales and answers when a page is shown: `kind.memory`, `rating`, `agree.mostly`."""
    scales = {name: scale.label for name, scale in wording.scales.items()}
    kinds = {f"kind.{name}": kind.label for name, kind in wording.kinds.items()}
    labels = {f"{name}.{one.value}": one.label for name, options in wording.options.items() for one in options}
    anchors = {f"{name}.{n}": text for name, scale in wording.scales.items() for n, text in scale.anchors.items()}
    return {**scales, **wording.words, **kinds, **labels, **anchors}


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The value to store, and the prompt as it was asked, its placeholders filled. Never shows in a repr."""

    prompt: Prompt
    value: Value


Answers = tuple[Answer, ...]

# --- which questions apply


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a page when a question is chosen; `early` is None while nobody can tell."""

    rating: int | None = None
    people: tuple[str, ...] = ()
    wanted: str = ""
    free: str = ""
    has_jot: bool = False
    has_try: bool = False
    health: bool = False
    early: bool | None = None

    @property
    def unwanted(self) -> bool:
        """Whether it was not plainly wanted, or there was no room to say no."""
        return self.wanted in ("unsure", "no") or self.free in ("mixed", "no")

    def after(self, answer: Answer) -> Facts:
        """Return the facts as they are once this answer was given."""
        match answer.prompt.store, answer.value:
            case "fm.rating", int(number):
                return replace(self, rating=number)
            case "fm.with", list(names):
                return replace(self, people=tuple(str(name) for name in names))
            case "fm.wanted", str(word):
                return replace(self, wanted=word)
            case "review.free", str(word):
                return replace(self, free=word)
        return self


CONDITIONS: Mapping[str, Callable[[Facts], bool]] = {
    "glowing": lambda facts: facts.rating in (6, 7),
    "middling": lambda facts: facts.rating in (3, 4, 5),
    "hard": lambda facts: facts.rating in (1, 2) or facts.unwanted,
    "not_glowing": lambda facts: facts.rating not in (6, 7),
    "shared": lambda facts: bool(facts.people),
    "solo": lambda facts: not facts.people,
    "has_jot": lambda facts: facts.has_jot,
    "has_try": lambda facts: facts.has_try,
    "health_on": lambda facts: facts.health,
    "early": lambda facts: facts.early is True,
    "not_early": lambda facts: facts.early is not True,
}


def applies(prompt: Prompt, facts: Facts) -> bool:
    """Whether to ask it; what was not wanted, or lies before adulthood, is never put on a scale."""
    if prompt.type == "scale" and (facts.early or facts.unwanted):
        return False
    return not prompt.when or CONDITIONS[prompt.when](facts)


def questions(
    wording: Wording, section: str, facts: Facts, ask: Literal["first", "more"] = "first"
) -> tuple[Prompt, ...]:
    """The prompts of a section that apply now. The facts change with every answer, and so does this."""
    asked = (prompt for prompt in wording.prompts.values() if prompt.section == section and prompt.ask == ask)
    return tuple(prompt for prompt in asked if applies(prompt, facts))


def section_for(kind: str) -> str:
    """The section that asks about a new page of this kind."""
    return "letter" if kind == "letter" else f"new.{kind}"


def already_answered(
    wording: Wording, section: str, facts: Facts, fields: Mapping[str, Value], body: str
) -> frozenset[str]:
    """Return the ids of the questions that a page answers already, by its fields and by its text.

    Text that stands below no question answers the first question about the text that applies.
    """
    here = [prompt for prompt in wording.prompts.values() if prompt.section == section]
    told = [prompt for prompt in here if _stands(prompt, fields, body, wording.headings)]
    opening = [prompt for prompt in here if prompt.store in _OPENING and applies(prompt, facts)] if body.strip() else []
    return frozenset(prompt.id for prompt in (*told, *opening[:1]))


_OPENING = ("body", "letter.begin")


def _stands(prompt: Prompt, fields: Mapping[str, Value], body: str, headings: Mapping[str, str]) -> bool:
    """Return whether a page has something where the answer to this question goes."""
    root, *path = prompt.store.split(".")
    if root == "body":
        return f"*{prompt.text}*" in body
    if root == "letter":
        return prompt.store in headings and f"## {headings[prompt.store]}" in body
    return not _blank(_at(fields, path if root == "fm" else [root, *path]))


def _at(fields: Mapping[str, Value], path: Iterable[str]) -> Value:
    value: Value = dict(fields)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def filled(text: str, names: Mapping[str, str]) -> str:
    """`text` with `{name}` replaced where the name is known, in one pass: what is put in is not looked at again."""
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), text)


# --- what was typed

_BOUNDS = {"scale": (LOWEST, HIGHEST), "fm.health.cycle_day": (1, 60)}
_ANY_NUMBER = (0, 999)
FREE_WORDS = "feelings"  # the options that people add words of their own to


def read(prompt: Prompt, typed: str, wording: Wording, today: date) -> Value:
    """What to store for what was typed, None for a blank; several lines are parted by newlines.

    Raises BadInput, whose hint names what is allowed in the person's language.
    """
    word = typed.strip()
    if not word:
        return None
    match prompt.type:
        case "text":
            return typed
        case "line":
            return word
        case "list":
            return _parts(typed, ";\n")
        case "people":
            return _parts(typed, ",\n")
        case "multi":
            return _unique(_chosen(prompt, str(part), wording) for part in _parts(typed, ",\n"))
        case "choice":
            return _chosen(prompt, word, wording)
        case "date" | "interval":
            return _date(prompt, word, wording, today)
    return _number(prompt, word, wording)


def pick(typed: str, options: Sequence[Option]) -> str | None:
    """The value of the one option meant by its number, its value, its label or how the label begins; else None."""
    word = typed.strip().casefold()
    near = [option.value for option in options if option.label.casefold().startswith(word)]
    return _exactly(word, options) or (near[0] if word and len(near) == 1 else None)


def _exactly(word: str, options: Sequence[Option]) -> str | None:
    if re.fullmatch("[0-9]{1,3}", word):
        return options[int(word) - 1].value if 1 <= int(word) <= len(options) else None
    meant = (option.value for option in options if word in (option.value.casefold(), option.label.casefold()))
    return next(meant, None)


def _parts(typed: str, marks: str) -> list[Value]:
    words = (part.strip() for part in re.split(f"[{marks}]", typed))
    return _unique(word for word in words if word)


def _unique(values: Iterable[Value]) -> list[Value]:
    return list(dict.fromkeys(values))


def _chosen(prompt: Prompt, word: str, wording: Wording) -> str:
    options = wording.options[prompt.options]
    if prompt.type == "multi" and prompt.options == FREE_WORDS and not word.isdigit():
        return _exactly(word.casefold(), options) or word  # a word of one's own may begin as a label does
    value = pick(word, options)
    if value is None:
        raise BadInput(f"no such answer: '{word}'", filled(wording.ui["wrong_choice"], {"n": str(len(options))}))
    return value


def _number(prompt: Prompt, word: str, wording: Wording) -> int:
    low, high = _BOUNDS.get(prompt.type) or _BOUNDS.get(prompt.store, _ANY_NUMBER)
    if not re.fullmatch("[0-9]{1,3}", word) or not low <= int(word) <= high:
        hint = filled(wording.ui["wrong_number"], {"low": str(low), "high": str(high)})
        raise BadInput(f"not a whole number from {low} to {high}: '{word}'", hint)
    return int(word)


def _date(prompt: Prompt, word: str, wording: Wording, today: date) -> str:
    from sexjournal.entry.dates import not_future
    from sexjournal.entry.typed_dates import understand

    hint = wording.ui[f"wrong_{prompt.type}"]
    try:
        when = not_future(understand(word, today), today)
    except BadInput as error:
        raise BadInput(error.sentence, hint) from None
    if prompt.type == "date" and "/" in when.text:
        raise BadInput(f"one date was expected, not '{word}'", hint)
    return when.text


# --- where answers go


class Placed(NamedTuple):
    """Fields of the front matter (`map`, `try`, `talk` and `health` nested), the text, and fields of one review."""

    fields: dict[str, Value]
    body: str
    review: dict[str, Value]


def place(answers: Iterable[Answer], headings: Mapping[str, str], behind: str = "") -> Placed:
    """Put each answer where its prompt's `store` says, and nothing blank anywhere; `headings` are those of a letter.

    `behind` is the text of the page that the answers are added to: the first answer stands bare only where it is blank.
    """
    page: dict[str, Value] = {}
    review: dict[str, Value] = {}
    letter: dict[str, Value] = {}
    told: list[Answer] = []
    homes = {"fm": page, "review": review, "letter": letter}
    for answer in answers:
        root, *path = answer.prompt.store.split(".")
        if _blank(answer.value):
            continue
        if root == "body":
            told.append(answer)
        elif path:
            _put(homes.get(root, page), path if root in homes else [root, *path], answer)
    blocks = [*_letter(letter, headings), *_told(told, bare=not behind.strip())]
    return Placed(page, "\n\n".join(blocks) + "\n" if blocks else "", review)


def _blank(value: Value) -> bool:
    return not value.strip() if isinstance(value, str) else value in (None, [], {})


def _put(home: dict[str, Value], path: Sequence[str], answer: Answer) -> None:
    *tables, name = path
    for table in tables:
        home = cast("dict[str, Value]", home.setdefault(table, {}))
    home[name] = _joined(home.get(name), answer)


def _joined(old: Value, answer: Answer) -> Value:
    """Lists grow and say nothing twice, texts stand below each other, of all else the last answer counts."""
    new = answer.value
    if answer.prompt.gathers or isinstance(old, list) or isinstance(new, list):
        return _unique([*_listed(old), *_listed(new)])
    if isinstance(old, str) and isinstance(new, str) and answer.prompt.type in ("text", "line"):
        return f"{old}\n\n{new}"
    return new


def _listed(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _told(answers: Iterable[Answer], *, bare: bool) -> list[str]:
    """The first answer stands `bare`, every further one below its question."""
    blocks: list[str] = []
    for answer in answers:
        blocks += [f"*{answer.prompt.text}*"] if blocks or not bare else []
        blocks.append(_prose(answer.value))
    return blocks


def _letter(parts: Mapping[str, Value], headings: Mapping[str, str]) -> list[str]:
    blocks: list[str] = []
    for part in LETTER_PARTS:
        if part in parts:
            heading = headings.get(f"letter.{part}")
            blocks += [f"## {heading}"] if heading else []
            blocks.append(_prose(parts[part]))
    return blocks


def _prose(value: Value) -> str:
    return "\n".join(f"- {item}" for item in value) if isinstance(value, list) else str(value).strip("\n")


# --- the page that the editor opens


@dataclass(frozen=True, slots=True)
class Template:
    """A page with questions in it: `blanks` are its lines of front matter without a value, `comments` its questions."""

    text: str
    blanks: tuple[str, ...]
    comments: tuple[str, ...]

    def without_prompts(self, edited: str) -> str:
        """`edited` without the blanks and comments that were left exactly alone, and the blank line on either side.

        All else stays byte for byte, and where a comment stood between two answers, so does one blank line. Raises
        BadPage when the front matter is never closed.
        """
        from sexjournal.entry.front_matter import bounds

        start = bounds(edited)[2]
        head, body = edited[:start], edited[start:]
        for line in self.blanks:
            head = head.replace(f"\n{line}\n", "\n")
        for comment in self.comments:
            body = _lifted(body, comment)
        return head + body

    def untouched(self, edited: str) -> bool:
        """Whether nothing was written."""
        return self.without_prompts(edited) == self.without_prompts(self.text)


def template(
    wording: Wording, section: str, given: Mapping[str, Given], facts: Facts | None = None, jot: str = ""
) -> Template:
    """A page for the editor: the fields `given`, the first questions that they leave open, and room to write."""
    from sexjournal.entry.entry import compose

    first = questions(wording, section, facts or Facts())
    asked = {prompt.store[3:]: prompt for prompt in first if re.fullmatch("fm[.][a-z_]+", prompt.store)}
    lines = {field: _blank_line(wording, field, prompt) for field, prompt in asked.items()} | {"tags": "tags: []"}
    blanks = tuple(line for field, line in lines.items() if field not in given)
    told = [prompt for prompt in first if prompt.store.startswith(("body", "letter."))]
    comments = tuple(filled(_comment(prompt), {"jot": jot}) for prompt in told)
    head = compose(given, "").text.removesuffix("---\n") + "".join(f"{line}\n" for line in blanks) + "---\n"
    return Template(head + "\n\n\n".join(comments) + "\n\n" * bool(comments), blanks, comments)


def _blank_line(wording: Wording, field: str, prompt: Prompt) -> str:
    value = " []" if prompt.type in ("list", "people", "multi") else ""
    remark = prompt.hint or prompt.text
    if prompt.scale:
        remark = wording.scales[prompt.scale].legend
    elif prompt.options:
        remark = " · ".join(f"{option.value} = {option.label}" for option in wording.options[prompt.options])
    return f"{field}:{value}  # {remark}"


def _comment(prompt: Prompt) -> str:
    return f"<!-- {prompt.text}\n     {prompt.hint} -->" if prompt.hint else f"<!-- {prompt.text} -->"


def _lifted(text: str, comment: str) -> str:
    before, found, after = text.partition(comment)
    if not found or (before and not before.endswith("\n")) or (after and not after.startswith("\n")):
        return before + after  # something was typed on its very line
    above = before[:-1] if before.endswith("\n\n") or before == "\n" else before
    below = after[1:].removeprefix("\n")
    had_blank = len(above) + len(below) < len(before) + len(after[1:])
    parted = above.endswith("\n\n") or below.startswith("\n")
    return f"{above}\n{below}" if above and below and had_blank and not parted else above + below


# --- reading the files

_FILES = Path(__file__).parent
_PLAIN = (
    "ui",
    "init",
    "keys",
    "sync",
    "words",
    "adult",
    "safety",
    "headings",
    "talk_rules",
    "talk_reader",
    "before_sending",
    "match",
    "messages",
)
_LISTS = ("prompts", "help")
_OWN_TABLES = (*_LISTS, "scales", "options")
_STORE = re.compile(  # the fields that the program writes itself stay its own
    rf"""body | none | letter\.(?:{"|".join(LETTER_PARTS)}) | (?:map|try|talk|fm\.health)\.[a-z_]+
    | fm\.(?!(?:id|kind|written|jot|review|quiet|early|map|try|talk|health)$)[a-z_]+
    | review\.(?!(?:cadence|at|days_since|blind)$)[a-z_]+""",
    re.VERBOSE,
)


def load(language: Literal["en", "nl"], own: str | None = None, own_name: str = "") -> Wording:
    """The wording of a language; `own`, the text of a person's file, adds or replaces prompts, help, scales, options.

    Raises BadInput with the file's name, the id and the reason when `own` is broken.
    """
    name = f"{language}.toml"
    tables = _tables((_FILES / name).read_text(encoding="utf-8"), name)
    if own is not None:
        name, extra = own_name, _tables(own, own_name)
        if unknown := sorted(extra.keys() - set(_OWN_TABLES)):
            raise BadInput(f"{name}: unknown table '{unknown[0]}'", hint=f"one of {', '.join(_OWN_TABLES)}")
        tables |= {key: tables[key] | rows for key, rows in extra.items()}
    return _wording(language, tables, name)


def _tables(text: str, name: str) -> dict[str, dict[str, Any]]:
    """The tables of one file; those in a list by their id."""
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{name}: {str(error)[:1].lower()}{str(error)[1:]}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in brackets in brackets
        raise BadInput(f"{name}: it cannot be read", "it holds something far too long or too deep") from None
    return {key: _named(rows, key, name) for key, rows in tables.items()}


def _named(rows: Any, key: str, name: str) -> dict[str, Any]:
    if isinstance(rows, dict) and key not in _LISTS:
        return rows
    if not isinstance(rows, list):
        raise BadInput(f"{name}: '{key}' is not written as tables", f"each begins with [[{key}]] or [{key}.NAME]")
    named: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        (word,) = _words(row, ("id",), f"{name}: {key} number {number}")
        if word in named:
            raise BadInput(f"{name}: {word}: duplicate id")
        named[word] = row
    return named


def _words(row: Any, keys: Iterable[str], where: str) -> list[str]:
    """The texts of a table under these keys, each on one line."""
    texts = [row.get(key) if isinstance(row, dict) else None for key in keys]
    for key, text in zip(keys, texts, strict=True):
        if not isinstance(text, str) or not text.strip():
            raise BadInput(f"{where}: missing {key}")
    return [" ".join(str(text).split()) for text in texts]


def _wording(language: str, tables: Mapping[str, dict[str, Any]], name: str) -> Wording:
    def each(table: str, make: Callable[[Any, str], Any]) -> Mapping[str, Any]:
        return MappingProxyType({key: make(row, f"{name}: {key}") for key, row in tables[table].items()})

    known = {
        "sections": each("sections", lambda row, where: Section(*_words(row, ("title", "intro"), where))),
        "scales": each("scales", _scale),
        "options": each("options", _options),
    }
    return Wording(
        language,
        help=tuple(each("help", lambda row, where: Help(*_words(row, Help.__match_args__, where))).values()),
        prompts=each("prompts", lambda row, where: _prompt(row, known, where)),
        kinds=each("kinds", lambda row, where: Kind(*_words(row, ("label", "about"), where))),
        **known,
        **{key: MappingProxyType(tables[key]) for key in _PLAIN},
    )


def _scale(row: Any, where: str) -> Scale:
    (label,), anchors = _words(row, ("label",), where), row.get("anchors")
    numbers = [str(number) for number in range(LOWEST, HIGHEST + 1)]
    if not isinstance(anchors, dict) or not anchors or anchors.keys() - set(numbers):
        raise BadInput(
            f"{where}: a scale needs anchors from {LOWEST} to {HIGHEST}", 'such as anchors = { "1" = "low" }'
        )
    there = [number for number in numbers if number in anchors]
    return Scale(label, MappingProxyType(dict(zip(map(int, there), _words(anchors, there, where), strict=True))))


def _options(row: Any, where: str) -> tuple[Option, ...]:
    choices = row.get("choices") if isinstance(row, dict) else None
    if not isinstance(choices, list) or not choices:
        raise BadInput(f"{where}: missing choices")
    return tuple(Option(*_words(choice, ("value", "label"), where)) for choice in choices)


def _prompt(row: dict[str, Any], known: Mapping[str, Mapping[str, Any]], where: str) -> Prompt:
    keys = Prompt.__match_args__
    _words(row, ("text",), where)
    if unknown := sorted(row.keys() - set(keys)):
        raise _unknown(where, "key", unknown[0], f"one of {', '.join(keys)}")
    prompt = Prompt(*(" ".join(str(row.get(key, "")).split()) for key in keys))
    for what, value, allowed in (
        ("section", prompt.section, known["sections"]),
        ("type", prompt.type, TYPES),
        ("ask", prompt.ask, ("first", "more")),
        ("condition", prompt.when, ("", *CONDITIONS)),
        ("scale", prompt.scale, known["scales"] if prompt.type == "scale" else ("",)),
        ("options", prompt.options, known["options"] if prompt.type in ("choice", "multi") else ("",)),
    ):
        if value not in allowed:
            raise _unknown(where, what, value, f"one of {', '.join(filter(None, allowed))}")
    if not _STORE.fullmatch(prompt.store):
        raise _unknown(where, "store", prompt.store, "body, none, or a free name: fm.NAME, review.NAME, map.NAME")
    return prompt


def _unknown(where: str, what: str, value: str, hint: str) -> BadInput:
    return BadInput(f"{where}: unknown {what} '{value}'" if value else f"{where}: missing {what}", hint)
