"""Where the benchmark happens: a key with a passphrase, journals of several sizes, the environment. Takes no times.

The pages are sealed with a copy of the key that has no passphrase yet, because unlocking it for each of them would take
an hour; then the key gets its passphrase, and the agent is asked to keep it, as on a desk where it was typed once. What
one unlocking costs stays what gpg makes it: s2k-count is left alone.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from pages import COMMON, RARE, RARITY, page
from timing import Failed

from sexjournal.app import NAME
from sexjournal.entry.filename import ENDING, EVERY_PAGE, MANIFEST
from sexjournal.keys import trust

HERE = Path(__file__).resolve().parent
PINENTRY = HERE.parent / "helpers" / "pinentry.py"
AGENT = """\
pinentry-program {pinentry}
default-cache-ttl 100000
max-cache-ttl 100000
min-passphrase-nonalpha 0
disable-scdaemon
"""
PLACES = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_RUNTIME_DIR": "run",
    "TMPDIR": "tmp",
}
SETTINGS = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "LANG": "C.UTF-8", "TERM": "dumb"}
INHERITED = ("PATH", "PYTHONPATH")
SEALERS = 2  # processes that fill a journal

# What pip would install as `journal`; without .py, so that nothing can import it.
JOURNAL = "import sys\n\nfrom sexjournal.main import main\n\nsys.exit(main())\n"
TRIVIAL = """\
import typer

app = typer.Typer()


@app.command()
def hello() -> None:
    print("hello")


@app.command()
def goodbye() -> None:
    print("goodbye")


app()
"""


class Ground:
    """A directory for everything that a run makes. Its path has to be short: gpg's sockets are in it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._open_home, self._locked_home = self.root / "o", self.root / "l"
        self.message, self.new_page = self.root / "message.gpg", self.root / "page.md"

    def prepare(self) -> None:
        """Make what is not there yet: directories, scripts and the key."""
        for name in ("j", *PLACES.values()):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)
        (self.root / "journal").write_text(JOURNAL)
        (self.root / "trivial").write_text(TRIVIAL)
        self.new_page.write_text(page(1).body)  # without the rare word
        if not self._open_home.exists():
            self._make_key()

    def env(self, *, locked: bool = True) -> dict[str, str]:
        """The environment of a command, with the key that has its passphrase or the one that has none."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        places = {name: str(self.root / place) for name, place in PLACES.items()}
        home = self._locked_home if locked else self._open_home
        return {**inherited, **SETTINGS, **places, "GNUPGHOME": str(home)}

    def run(self, *argv: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> bytes:
        """Run a command that has to succeed, and return what it printed."""
        done = subprocess.run(argv, input=stdin, capture_output=True, check=False, env=env or self.env())
        if done.returncode:
            raise Failed(f"{shlex.join(argv)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")
        return done.stdout

    def journal(self, size: int, *words: str) -> tuple[str, ...]:
        """The command line of `journal` on the journal of that size."""
        return (sys.executable, str(self.root / "journal"), "--dir", str(self.directory(size)), *words)

    def trivial(self, *words: str) -> tuple[str, ...]:
        """The command line of a Typer application that does nothing."""
        return (sys.executable, str(self.root / "trivial"), *words)

    def directory(self, size: int) -> Path:
        return self.root / "j" / str(size)

    def index(self, size: int) -> Path:
        """The sealed index of the journal of that size, in the state directory of this run."""
        return trust.state_directory(self.root / PLACES["XDG_STATE_HOME"] / NAME, self.directory(size)) / "index"

    @cached_property
    def fingerprint(self) -> str:
        listed = self.run("gpg", "--batch", "--with-colons", "--list-keys", env=self.env(locked=False)).decode()
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    # the key

    def _make_key(self) -> None:
        self._open_home.mkdir(mode=0o700)
        words = ("--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "Bench")
        self.run("gpg", "--batch", *words, "future-default", "default", "never", env=self.env(locked=False))

    def lock_key(self) -> None:
        """Give a copy of the key its passphrase, which the pinentry of the tests types, and seal a small message."""
        self.stop_agents()
        shutil.rmtree(self._locked_home, ignore_errors=True)
        shutil.copytree(self._open_home, self._locked_home, ignore=shutil.ignore_patterns("S.*", "*.lock", "*~"))
        (self.root / "scenario").write_text("right")
        pinentry = self.root / "pinentry"
        words = shlex.join((sys.executable, "-I", "-S", str(PINENTRY), str(self.root)))
        pinentry.write_text(f"#!/bin/sh\nexec {words}\n")
        pinentry.chmod(0o700)
        (self._locked_home / "gpg-agent.conf").write_text(AGENT.format(pinentry=pinentry))
        self.run("gpg", "--no-tty", "--passwd", self.fingerprint)
        self.message.unlink(missing_ok=True)
        seal = ("--encrypt", "--recipient", self.fingerprint, "--output", str(self.message))
        self.run("gpg", "--batch", "--trust-model=always", *seal, stdin=b"a small message\n")

    def stop_agents(self) -> None:
        for home in (self._open_home, self._locked_home):
            if home.exists():
                subprocess.run(("gpgconf", "--homedir", str(home), "--kill", "all"), check=False, capture_output=True)

    # the journals

    def fill(self, size: int) -> None:
        """Make the largest journal, from which the others are taken; only what is missing is sealed."""
        env, directory = self.env(locked=False), self.directory(size)
        if directory.exists():
            return
        unfinished = directory.with_name(f"{size}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.run(sys.executable, str(self.root / "journal"), "--dir", str(unfinished), "init", "--yes", env=env)
        bounds = [size * at // SEALERS for at in range(SEALERS + 1)]
        fill = (sys.executable, str(HERE / "fill.py"), str(unfinished))
        spans = pairwise(bounds)
        sealers = [subprocess.Popen((*fill, str(start), str(stop)), env=env) for start, stop in spans]
        if any([sealer.wait() for sealer in sealers]):
            raise Failed("the pages could not be sealed")
        unfinished.rename(directory)

    def take(self, size: int, of: int) -> list[Path]:
        """Make a journal of `size` pages of the largest one; return the pages of that one which are left."""
        pages = sorted(self.directory(of).glob(EVERY_PAGE), key=lambda path: path.name[::-1])  # by id, so at random
        shutil.rmtree(self.directory(size), ignore_errors=True)
        for path in (self.directory(of) / MANIFEST, *pages[:size]):
            self.lay(path, size)
        self.run(*self.journal(size, "init", "--yes"))
        return pages[size:]

    def share(self, size: int) -> None:
        """Give the journal of that size a remote that has everything."""
        remote = self.root / "remote.git"
        shutil.rmtree(remote, ignore_errors=True)
        self.run("git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        self.run(*self.journal(size, "sync", "--remote", str(remote)))

    def lay(self, path: Path, size: int) -> None:
        """Lay a sealed file into the journal of that size, as another device would through git."""
        inside = self.directory(size) / path.relative_to(path.parents[1] if path.name.endswith(ENDING) else path.parent)
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, inside)

    def check(self, size: int) -> None:
        """Read the journal for the first time and see that the commands say what they should, before they are timed."""
        listed = self.run(*self.journal(size, "list"))
        common, rare = (self.run(*self.journal(size, "grep", "-l", word)).count(b"\n") for word in (COMMON, RARE))
        if listed.count(b"\n") != size or common != size or not 0 < rare < size * 3 // RARITY:
            raise Failed(f"journal does not see its {size} pages")
