"""The pages that the benchmark is made of: 250 words each, the same in every run. Knows no file, gpg or clock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

WORDS = 250
LINE, PARAGRAPH = 12, 5  # words in a line, lines in a paragraph
COMMON, RARE, RARITY = "lake", "heron", 100  # a word of every page, a word of one page in a hundred
LAST_DAY = date(2026, 11, 20)
TAGS = ("slow", "weekend", "holiday", "morning", "laughing", "new", "quiet", "letters")
PEOPLE = ("Wren", "Ash", "Juniper", "Robin")
FEELINGS = ("tender", "playful", "calm", "nervous", "close")
_VOCABULARY = (
    "a after again all and around as at autumn away because before began better between both breakfast bread but by "
    "came candle chair closer coat coffee could curtain dark day door down early enough evening every face felt first "
    "floor for forgot found friend from garden gentle glad gone good half hall hand happy have heard her here him his "
    "home hour house how I if in into it jacket kettle kitchen knew know last laughed leaf letter light like little "
    "long look made maybe me moment more morning much music my near never next night no not now of often old on once "
    "one only open or other our out over page past patient perhaps picture piece place plan quiet rain read rest river "
    "road room said same sat say see she short shoulder shy silence slow small smile snow so soft some song soon spoke "
    "stairs stay still stone stood story summer sun table talk tea that the their then there they thing think though "
    "thought through time to together told tomorrow too touch train tree trust under until us voice wait walk wall "
    "want warm was water way we week well went were what when where which while who why wind window winter with word "
    "world would write year yes yesterday you"
)
VOCABULARY = _VOCABULARY.split()


@dataclass(frozen=True, slots=True)
class Page:
    """A page before anyone keeps it: `fields` as journal has them, the body as both programs have it."""

    day: date
    title: str
    tags: tuple[str, ...]
    people: tuple[str, ...]
    rating: int
    feelings: tuple[str, ...]
    body: str


def page(number: int) -> Page:
    """Return the page of that number; the days go back from a fixed one, two pages a day."""
    chance = random.Random(number)
    words = chance.choices(VOCABULARY, k=WORDS)
    words[chance.randrange(WORDS)] = COMMON
    if number % RARITY == 0:
        words[words[0] == COMMON] = RARE
    return Page(
        day=LAST_DAY - timedelta(days=number // 2),
        title=" ".join(chance.choices(VOCABULARY, k=3)).capitalize(),
        tags=tuple(chance.sample(TAGS, 2)),
        people=tuple(chance.sample(PEOPLE, chance.randrange(2))),
        rating=chance.randint(1, 7),
        feelings=tuple(chance.sample(FEELINGS, 2)),
        body=_laid_out(words),
    )


def _laid_out(words: list[str]) -> str:
    lines = [" ".join(words[at : at + LINE]) for at in range(0, len(words), LINE)]
    paragraphs = ["\n".join(lines[at : at + PARAGRAPH]) for at in range(0, len(lines), PARAGRAPH)]
    return ".\n\n".join(paragraphs) + ".\n"
