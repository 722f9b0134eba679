"""Looking back over ten thousand pages, and the libraries that it does without. The benchmark has the times."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

from review_pages import FIVE, local

from sexjournal.entry.entry import Entry
from sexjournal.reflect.due import REVIEW_CADENCES, due_pages
from sexjournal.reflect.then_now import then_and_now


def archive() -> list[Entry]:
    last = date(2027, 5, 5)
    return [
        Entry(
            f"{number} {'By the water. ' * 150}",
            {
                "id": f"p{number:07}",
                "kind": "experience",
                "date": str(last - timedelta(days=number // 3 + 1)),
                "written": f"{last - timedelta(days=number // 3)}T09:14+02:00",
                "with": ["Wren"],
                "rating": str(1 + number % 7),
                "review": [{"cadence": "week", "at": f"{last}T10:00+02:00", "now": "4", "blind": "true"}]
                * (number % 2),
            },
            0,
        )
        for number in range(10_000)
    ]


def test_ten_thousand_pages_are_looked_at() -> None:
    entries, now = archive(), local("2027-05-05T12:00")
    assert len(due_pages(entries, now, REVIEW_CADENCES, FIVE)) > 100
    assert then_and_now(entries).n == 5000


def test_no_heavy_library_is_needed() -> None:
    heavy = ("pendulum", "dateparser", "rich", "yaml", "frontmatter", "gnupg", "hashlib")
    modules = "sexjournal.reflect.due, sexjournal.reflect.then_now, sexjournal.reflect.review"
    program = f"import sys, {modules}; print(sorted(set({heavy}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
