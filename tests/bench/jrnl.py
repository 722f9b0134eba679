"""jrnl on the same pages: installed from PyPI in an environment of its own, encrypted, its password in a keyring."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from ground import Ground
from pages import Page
from timing import Case, Failed

NAME = "jrnl"
RING = '''\
"""A keyring that knows one password, so that nothing waits for a person."""

from keyring.backend import KeyringBackend


class Ring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return "correct horse"

    def set_password(self, service, username, password):
        pass
'''
CONFIG = """\
colors: {{body: none, date: none, tags: none, title: none}}
default_hour: 9
default_minute: 0
editor: ''
encrypt: true
highlight: true
indent_character: '|'
journals: {{default: {{journal: {path}}}}}
linewrap: 79
tagsymbols: '@'
template: false
timeformat: '%Y-%m-%d %H:%M'
version: {version}
"""


class Jrnl:
    """An encrypted journal of jrnl's below the ground of the benchmark."""

    def __init__(self, ground: Ground) -> None:
        self._root = ground.root / NAME
        self._python = self._root / "v" / "bin" / "python"
        self._config = self._root / "jrnl.yaml"
        self._page = ground.new_page
        self.env = {**ground.env(), "PYTHON_KEYRING_BACKEND": "ring.Ring", "PYTHONPATH": str(self._root)}

    def install(self) -> str:
        """Install it, unless it is there; return why it could not be, or nothing."""
        if not self._python.exists():
            try:
                self._run(sys.executable, "-m", "venv", str(self._root / "v"))
                self._run(str(self._python), "-m", "pip", "install", "--quiet", "jrnl", "setuptools")
            except Failed as trouble:
                return str(trouble).strip().splitlines()[-1]
        return ""

    @property
    def version(self) -> str:
        told = self._run(str(self._python), "-c", "from importlib.metadata import version; print(version('jrnl'))")
        return told.decode().strip()

    def fill(self, pages: Iterable[Page]) -> None:
        """Let it import the pages into a new encrypted journal."""
        journal, text = self._root / "journal.jrnl", self._root / "pages.txt"
        journal.unlink(missing_ok=True)
        self._config.write_text(CONFIG.format(path=journal, version=self.version))
        (self._root / "ring.py").write_text(RING)
        with text.open("w") as file:
            file.writelines(map(_written, pages))
        self._run(*self._command("--import", "--file", str(text)))

    def check(self, size: int) -> None:
        """Failed unless it has the pages, and none of them in clear."""
        listed = self._run(*self._command("--short")).count(b"\n")
        with (self._root / "journal.jrnl").open("rb") as file:
            clear = file.read(1) == b"["  # as a page begins that is not sealed
        if listed != size or clear:
            raise Failed(f"jrnl does not have the {size} pages, encrypted: {listed}")

    def cases(self, word: str, one_in: int) -> list[Case]:
        """What it is asked for, beside the same of `journal`."""

        def case(name: str, *words: str) -> Case:
            return Case(f"jrnl {name}", self._command(*words), self.env, one_in=one_in)

        asked = [case("-n 10", "-n", "10"), case("-contains WORD", "-contains", word), case("--tags", "--tags")]
        return [*asked, Case("jrnl < page", self._command(), self.env, stdin=self._page, one_in=one_in)]

    def _command(self, *words: str) -> tuple[str, ...]:
        return (str(self._python), "-m", "jrnl", "--config-file", str(self._config), *words)

    def _run(self, *argv: str) -> bytes:
        self._root.mkdir(exist_ok=True)
        done = subprocess.run(argv, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise Failed(f"{argv[0]}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")
        return done.stdout


def _written(one: Page) -> str:
    """The page as jrnl writes it: a title that ends in a full stop, the text, and the tags as words with an @."""
    tags = " ".join(f"@{tag}" for tag in one.tags)
    return f"[{one.day.isoformat()} 09:14] {one.title}.\n{one.body}{tags}\n\n"
