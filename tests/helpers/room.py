"""A sealed room: a home, keys, clock and environment for one test. It knows gpg, git and terminals, not pages.

Every command of a test runs in here, and when the room is left nothing in it may hold the test's canary in clear.
"""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import shlex
import shutil
import signal
import stat
import string
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

import pexpect
from pinentry import PASSPHRASE

SHORT = "/tmp"  # a socket's path holds 104 to 108 bytes, and pytest's own directories may be longer
MEMORY = Path("/dev/shm")
WAIT, WAITS = 0.01, 500  # seconds, and how often: for what ends by itself
PINENTRY = Path(__file__).with_name("pinentry.py")
GITCONFIG = Path(__file__).with_name("gitconfig")  # git guesses no identity, on no machine
# The fewest rounds from passphrase to key, no question about a passphrase without a digit, and never a real smart card.
AGENT = """\
pinentry-program {pinentry}
default-cache-ttl 100000
max-cache-ttl 100000
s2k-count 65536
min-passphrase-nonalpha 0
disable-scdaemon
"""
PLACES = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "TMPDIR": "tmp",
    "GNUPGHOME": "gnupg",
}
SETTINGS = {
    "GIT_CONFIG_GLOBAL": str(GITCONFIG),
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "LANG": "C.UTF-8",
    "TZ": "Europe/Brussels",
    "TERM": "xterm-256color",
    "EDITOR": "false",
    "VISUAL": "false",
}
AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@example.org")  # words after git, for whoever commits by hand
INHERITED = ("PATH", "PYTHONHASHSEED")
JOURNAL = (sys.executable, "-m", "sexjournal")
PREAMBLE = "import os, sys\nfrom pathlib import Path\n\npage = Path(sys.argv[-1])\n"
REPLACE_BODY = """\
text = Path({text!r}).read_bytes()
head, fence, _ = page.read_bytes().partition(b"\\n---\\n")
page.write_bytes(head + fence + text if fence else text)
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How gpg is to make a test key."""

    name: str
    passphrase: str = ""
    expires: str = "never"
    revoked: bool = False
    seals: bool = True


RECIPES = {
    "plain": Recipe("Test"),
    "second": Recipe("Second"),
    "third": Recipe("Third"),
    "locked": Recipe("Locked", passphrase=PASSPHRASE),
    "expired": Recipe("Expired", expires="1y"),
    "revoked": Recipe("Revoked", revoked=True),
    "signer": Recipe("Signer", seals=False),
}


class Keys:
    """Test keys, made by gpg when first asked for, once per run; the workers of a run share them through `store`."""

    def __init__(self, store: Path) -> None:
        self.store = store

    def home(self, names: Sequence[str]) -> Path:
        """A GNUPGHOME that holds these keys with their secret parts; to be copied, never to be used."""
        self.store.mkdir(exist_ok=True)
        together = self.store / ("+".join(names) or "none")
        with (self.store / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in names:
                if not (self.store / name).exists():
                    self._make(name)
            if not together.exists():
                self._gather(names, together)
        return together

    def fingerprint(self, name: str) -> str:
        """The full fingerprint of a key that a home was made with."""
        (revocation,) = (self.store / name / "openpgp-revocs.d").iterdir()
        return revocation.stem

    def _make(self, name: str) -> None:
        recipe = RECIPES[name]
        # Made long ago, so that no clock of a test is older than its key, and so that a key of one year is over.
        past = ("--faked-system-time", "20200101T120000")
        words = (*past, "--pinentry-mode", "loopback", "--passphrase", recipe.passphrase)
        with _workshop(self.store / name) as home:
            _gpg(home, *words, "--quick-generate-key", recipe.name, "ed25519", "sign", recipe.expires)
            (revocation,) = (home / "openpgp-revocs.d").iterdir()
            if recipe.seals:
                later = [word.replace("T12", "T13") for word in words]  # never before its key, however slow this was
                _gpg(home, *later, "--quick-add-key", revocation.stem, "cv25519", "encr", recipe.expires)
            if recipe.revoked:
                # gpg puts a colon before the armor, so that nobody revokes a key by accident.
                _gpg(home, "--import", stdin=revocation.read_bytes().replace(b":-----", b"-----"))

    def _gather(self, names: Sequence[str], together: Path) -> None:
        with _workshop(together) as home:
            for name in names:
                secret = self.store / name / "private-keys-v1.d"
                shutil.copytree(secret, home / secret.name, dirs_exist_ok=True)
                _gpg(home, "--import", stdin=_gpg(self.store / name, "--export"))
                _gpg(home, "--import-ownertrust", stdin=f"{self.fingerprint(name)}:6:\n".encode())


@contextmanager
def _workshop(kept: Path) -> Iterator[Path]:
    """A short-lived GNUPGHOME; what was made in it goes to `kept`, if all went well."""
    home = Path(tempfile.mkdtemp(prefix="j", dir=SHORT))
    (home / "gpg-agent.conf").write_text(AGENT.format(pinentry="/bin/false"))
    try:
        yield home
        stop_agent(home)
        shutil.copytree(home, kept)
    finally:
        stop_agent(home)
        shutil.rmtree(home)


def _gpg(home: Path, *words: str, stdin: bytes = b"") -> bytes:
    argv = ("gpg", "--homedir", str(home), "--batch", "--no-tty", *words)
    done = subprocess.run(argv, input=stdin, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def stop_agent(home: Path) -> None:
    """Stop what gpg started for this home, and wait until it has taken its sockets away."""
    for words in (("--kill", "all"), ("--remove-socketdir",)):
        subprocess.run(("gpgconf", "--homedir", str(home), *words), capture_output=True, check=False, timeout=60)
    for _ in range(WAITS):
        if not any(home.glob("S.gpg-agent*")):
            return
        time.sleep(WAIT)


@dataclass(frozen=True, slots=True)
class Result:
    """What a command came back with."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def error(self) -> str:
        return self.err.decode()


class How(TypedDict, total=False):
    """How to run a command: a variable of None is taken out of `env`; `check` is the exit code that it must have."""

    stdin: bytes | None
    env: Mapping[str, str | None] | None
    check: int | None
    timeout: float
    cwd: Path


class Room:
    """A place of its own for the commands of one test; a context manager that looks for the canary on the way out.

    `keys` are names of RECIPES, the room's main one first. What a test needs beside the program (its editors, files
    that it feeds) belongs in `tools`, the one directory that is not swept.
    """

    def __init__(self, store: Keys, keys: Sequence[str] = ("plain",), pinentry: str = "right") -> None:
        self.root = Path(tempfile.mkdtemp(prefix="j", dir=SHORT)).resolve()
        base = MEMORY if os.access(MEMORY, os.W_OK) else self.root
        self.runtime = Path(tempfile.mkdtemp(prefix="j", dir=base))
        self.home, self.gnupg, self.tools = self.root / "home", self.root / "gnupg", self.root / "tools"
        self.journal_dir = self.root / "data" / "journal"
        self.now = "2026-11-22T09:14:00+01:00"  # a Sunday
        self.canary = "k" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(15))
        self.fingerprints = self._furnish(store, keys)
        self.env = self._environment()
        self.pinentry = pinentry
        self._terminals: list[pexpect.spawn[str]] = []
        self._draft_expected = False

    @property
    def fingerprint(self) -> str:
        """The full fingerprint of the room's main key."""
        return next(iter(self.fingerprints.values()))

    def _furnish(self, store: Keys, keys: Sequence[str]) -> dict[str, str]:
        leave = shutil.ignore_patterns("openpgp-revocs.d", "*.lock", "*~")
        shutil.copytree(store.home(keys), self.gnupg, ignore=leave)
        for name in ("tools", *PLACES.values()):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)
        (self.gnupg / "gpg-agent.conf").write_text(AGENT.format(pinentry=self.tools / "pinentry"))
        return {name: store.fingerprint(name) for name in keys}

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        places = {name: str(self.root / place) for name, place in PLACES.items()}
        return {**inherited, **SETTINGS, **places, "XDG_RUNTIME_DIR": str(self.runtime)}

    # Commands

    def environment(self, changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """What a command finds in its environment; a change to None takes a variable away."""
        merged = {**self.env, "JOURNAL_NOW": self.now, **(changes or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def run(self, *argv: str, **how: Unpack[How]) -> Result:
        """Run any command without a terminal, for at most 60 seconds unless `timeout` says otherwise."""
        stdin, check = how.get("stdin"), how.get("check")
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(how.get("env")),
            cwd=how.get("cwd", self.home),
            start_new_session=True,  # no controlling terminal, and one group to end when time is up
        )
        with process:
            try:
                out, err = process.communicate(stdin, how.get("timeout", 60))
            finally:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
        result = Result(process.returncode, out, err)
        assert check in (None, result.code), f"{argv}: exit {result.code}, not {check}\n{err.decode(errors='replace')}"
        return result

    def journal(self, *args: str, **how: Unpack[How]) -> Result:
        """Run `journal` without a terminal."""
        return self.run(*JOURNAL, *args, **how)

    def gpg(self, *args: str, **how: Unpack[How]) -> Result:
        """Look with the real gpg; it has to succeed, unless told otherwise."""
        how.setdefault("check", 0)
        return self.run("gpg", "--batch", "--no-tty", *args, **how)

    def git(self, *args: str, **how: Unpack[How]) -> Result:
        """Look with the real git, in the journal unless told otherwise; a test that commits has a name to do so."""
        how.setdefault("check", 0)
        how.setdefault("cwd", self.journal_dir)
        return self.run("git", *AUTHOR, *args, **how)

    def terminal(
        self, *args: str, columns: int = 80, rows: int = 24, env: Mapping[str, str | None] | None = None
    ) -> pexpect.spawn[str]:
        """Run `journal` in a terminal of this size."""
        return self.spawn(*JOURNAL, *args, columns=columns, rows=rows, env=env)

    def spawn(
        self, *argv: str, columns: int = 80, rows: int = 24, env: Mapping[str, str | None] | None = None
    ) -> pexpect.spawn[str]:
        """Run any command in a terminal of this size; it is hung up when the room is left."""
        terminal = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            env=self.environment(env),
            cwd=str(self.home),
            dimensions=(rows, columns),
            encoding="utf-8",
            timeout=20,
        )
        terminal.delayafterclose = 0.02
        self._terminals.append(terminal)
        return terminal

    def files(self) -> list[Path]:
        """The sealed entries, in the order of their names."""
        return sorted(self.journal_dir.rglob("*.md.asc"))

    def open(self, path: Path) -> bytes:
        """The page in a sealed file, as plain gpg gives it."""
        return self.gpg("--quiet", "--decrypt", str(path)).out

    # The pinentry and the editor

    @property
    def pinentry(self) -> str:
        """What the pinentry does when it is asked: right, wrong, cancel, missing or dies; may be set at any time."""
        return (self.tools / "scenario").read_text()

    @pinentry.setter
    def pinentry(self, scenario: str) -> None:
        (self.tools / "scenario").write_text(scenario)
        if scenario == "missing":
            (self.tools / "pinentry").unlink(missing_ok=True)
        else:
            words = shlex.join((sys.executable, "-I", "-S", str(PINENTRY), str(self.tools)))
            self._executable("pinentry", f"#!/bin/sh\nexec {words}\n")

    @property
    def asked(self) -> int:
        """How many questions the pinentry was asked: each try of a passphrase is one."""
        return self._lines("asked")

    def forget(self) -> None:
        """Let the agent forget the passphrases that it was told."""
        self.run("gpgconf", "--reload", "gpg-agent", check=0)

    def script_editor(self, source: str) -> None:
        """Make this program the editor: a whole script with its `#!`, or lines of Python about the path `page`."""
        script = source if source.startswith("#!") else f"#!{sys.executable}\n{PREAMBLE}{source}\n"
        self._executable("script", script)
        log, path = shlex.quote(str(self.tools / "edits")), shlex.quote(str(self.tools / "script"))
        editor = self._executable("editor", f'#!/bin/sh\necho >>{log}\nexec {path} "$@"\n')
        self.env |= {"EDITOR": str(editor), "VISUAL": str(editor)}

    def editor_text(self, text: bytes) -> None:
        """Make an editor that puts this text in place of the page's body and leaves its front matter alone."""
        new = self.tools / "text"
        new.write_bytes(text)
        self.script_editor(REPLACE_BODY.format(text=str(new)))

    @property
    def edits(self) -> int:
        """How often an editor of the test was opened."""
        return self._lines("edits")

    def _lines(self, log: str) -> int:
        with suppress(FileNotFoundError):
            return len((self.tools / log).read_text().splitlines())
        return 0

    def _executable(self, name: str, source: str) -> Path:
        path = self.tools / name
        path.write_text(source)
        path.chmod(0o700)
        return path

    # The canary

    def expect_draft(self) -> None:
        """From now on a page that waits in memory-backed storage is as it should be."""
        self._draft_expected = True

    def sweep(self) -> list[Path]:
        """Every file, name, link or repository that holds the canary in clear, or in a coat that is none.

        Memory-backed places count too, unless a draft is expected there or a terminal of the room is still at work.
        """
        in_use = self._draft_expected or any(terminal.isalive() for terminal in self._terminals)
        places = [self.root] if in_use else [self.root, self.runtime, *_places_in_memory()]
        besides = {self.tools, self.runtime} if in_use else {self.tools}
        forms = _forms(self.canary)
        return sorted({path for place in places for path in _walk(place, besides) if _marked(path, forms)})

    def told_by(self, data: bytes) -> bool:
        """Whether the canary stands in these bytes, in any of its shapes."""
        return _tells(data, _forms(self.canary))

    # Leaving

    def residents(self) -> list[int]:
        """The processes that belong to this room, its agent included; found where there is a /proc."""
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if self._lives_in(path)]

    def _lives_in(self, process: Path) -> bool:
        for name in ("cmdline", "environ"):
            with suppress(OSError):  # it may end meanwhile, or be another person's
                if os.fsencode(self.root) in (process / name).read_bytes():
                    return True
        return False

    def hang_up(self) -> None:
        """Close the room's terminals, as when the window is shut."""
        for terminal in self._terminals:
            terminal.close(force=True)

    def close(self) -> None:
        """End what lives here and take the room away, whatever the test left behind."""
        self.hang_up()
        stop_agent(self.gnupg)
        self._evict()
        forms = _forms(self.canary)
        strays = [place for place in _places_in_memory() if any(_marked(path, forms) for path in _walk(place, set()))]
        for place in (*strays, self.runtime, self.root):
            _remove(place)

    def _evict(self) -> None:
        for _ in range(WAITS):
            if not (pids := self.residents()):
                return
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(WAIT)

    def __enter__(self) -> Room:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.hang_up()
            found = self.sweep()
            assert not found, f"the canary lies in clear in {', '.join(map(str, found))}"
        finally:
            self.close()


def heed_signals() -> None:
    """Let no command inherit that a signal is ignored, as it is in what a script starts with `&` or `nohup`.

    The tests themselves go on ignoring it: a handler is not handed on to the programs that a process starts.
    """
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def _forms(word: str) -> tuple[bytes, ...]:
    """The shapes in which a word may lie about: as it is, in UTF-16, in base64 at each alignment, and in hex."""
    plain = word.encode()
    coded = [base64.b64encode(b"\0" * shift + plain) for shift in range(3)]
    # The first and last characters also hold bits of the neighbours, and are cut off.
    cut = [text[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6] for shift, text in enumerate(coded)]
    digits = plain.hex()
    return (plain, word.encode("utf-16-le"), word.encode("utf-16-be"), *cut, digits.encode(), digits.upper().encode())


def _marked(path: Path, forms: Sequence[bytes]) -> bool:
    return any(_tells(held, forms) for held in _held(path))


def _tells(data: bytes, forms: Sequence[bytes]) -> bool:
    texts = (data, data.translate(None, b"\r\n"))  # base64 comes in lines
    return any(form in text for text in texts for form in forms)


def _held(path: Path) -> Iterator[bytes]:
    """All that a path holds: its name, and its bytes, unpacked where git packed them."""
    yield os.fsencode(path.name)
    with suppress(FileNotFoundError):  # others come and go in shared memory
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            yield os.fsencode(path.readlink())
        elif stat.S_ISREG(mode):
            data = path.read_bytes()
            yield data
            yield _inflated(data)
        elif (path / "objects").is_dir() and (path / "HEAD").is_file():
            yield _objects(path)


def _inflated(data: bytes) -> bytes:
    """What a zlib or gzip stream holds, as far as it goes: git's loose objects, half-written ones too, are streams."""
    try:
        return zlib.decompressobj(wbits=47).decompress(data)
    except zlib.error:
        return b""


def _objects(repository: Path) -> bytes:
    """Every object, the packed and the unreachable ones too; of a broken repository, what git can still read."""
    argv = ("git", "--git-dir", str(repository), "cat-file", "--batch-all-objects", "--batch", "--buffer")
    env = {"PATH": os.environ["PATH"], **SETTINGS}
    return subprocess.run(argv, env=env, capture_output=True, check=False, timeout=60).stdout


def _walk(place: Path, besides: set[Path]) -> Iterator[Path]:
    def trouble(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error  # what could not be read was not swept

    yield place
    for folder, folders, files in os.walk(place, onerror=trouble):
        here = Path(folder)
        folders[:] = [name for name in folders if here / name not in besides]
        yield from (here / name for name in (*folders, *files))


def _places_in_memory() -> list[Path]:
    """What commands made directly in shared memory, those of other rooms too: each looks for its own canary."""
    return [path for path in MEMORY.glob("journal-*") if path.is_dir() and os.access(path, os.R_OK | os.X_OK)]


def _remove(place: Path) -> None:
    """Remove a directory, and the parts of it that a test made read-only."""
    for folder, folders, _ in os.walk(place):
        for inner in (Path(folder, name) for name in folders):
            if not inner.is_symlink():
                inner.chmod(0o700)
    shutil.rmtree(place, ignore_errors=not place.is_dir())
