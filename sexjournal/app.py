"""App: every side effect of a command, through one door. Parts are made when first used."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.config import Config
from sexjournal.config import load as load_config
from sexjournal.errors import BadInput, Damaged, Interrupted, NothingFound, SyncTrouble

if TYPE_CHECKING:
    from sexjournal.drafts.drafts import Drafts
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.merging import MergeText
    from sexjournal.git.checkout import Checkout
    from sexjournal.git.remote import Remote
    from sexjournal.git.repository import Repository
    from sexjournal.journal.store import Journal, Reading, Stored, Trouble
    from sexjournal.keys.keyring import Keyring
    from sexjournal.openpgp.agent import Agent
    from sexjournal.openpgp.gpg import Gpg
    from sexjournal.prompts.wording import Wording
    from sexjournal.search.query import Filters
    from sexjournal.terminal.asker import Asker
    from sexjournal.terminal.render import Face

NAME = "journal"
OWN_PROMPTS = "prompts.toml"
LANDING = ".git/journal-arriving"  # the record of landing.py, known here to be looked for without a process
SLOW_START = 1.0  # seconds of reading before a progress bar is worth showing


def _refuse_shut(reading: Reading, refs: Iterable[str]) -> None:
    """Damaged when a REF names a file that is there but does not count as a page."""
    from sexjournal.entry.filename import id_at_end

    for trouble in reading.troubles:
        if trouble.unreadable and id_at_end(trouble.name).startswith(tuple(refs)):
            raise Damaged(f"{trouble.name}: {trouble.sentence}", "git can show its past: git log -- FILE")


class App:
    """Config, journal, git, editor, terminal and clock of one command."""

    def __init__(self, environ: Mapping[str, str] = os.environ, directory: Path | None = None) -> None:
        self.environ = environ
        self._asked_directory = directory
        self.exit_code = 0
        self._reading: Reading | None = None
        self._plain = False
        self.quiet = False
        self._said: set[str] = set()

    # the parts

    @cached_property
    def config_path(self) -> Path:
        import platformdirs

        return platformdirs.user_config_path(NAME) / "config.toml"

    @cached_property
    def config(self) -> Config:
        return load_config(self.config_path, self.environ)

    @cached_property
    def directory(self) -> Path:
        import platformdirs

        chosen = self.config.text("dir")
        usual = Path(chosen) if chosen else platformdirs.user_data_path(NAME)
        return (self._asked_directory or usual).expanduser().resolve()

    @cached_property
    def gpg(self) -> Gpg:
        from sexjournal.openpgp.gpg import Gpg

        return Gpg()

    @cached_property
    def agent(self) -> Agent:
        from sexjournal.openpgp.agent import Agent

        return Agent()

    @cached_property
    def journal(self) -> Journal:
        import platformdirs

        from sexjournal.journal.store import Journal

        return Journal(self.directory, platformdirs.user_state_path(NAME), self.gpg)

    @cached_property
    def repository(self) -> Repository:
        from sexjournal.git.repository import Repository

        return Repository(self.directory, self.environ, hide_hour=self.journal.keyring.hides_times)

    @cached_property
    def remote(self) -> Remote:
        from sexjournal.git.remote import Remote

        return Remote(self.directory, self.environ, hide_hour=self.journal.keyring.hides_times)

    @cached_property
    def checkout(self) -> Checkout:
        from sexjournal.git.checkout import Checkout

        return Checkout(self.directory, self.environ)

    @cached_property
    def drafts(self) -> Drafts:
        from sexjournal.drafts.drafts import Drafts

        return Drafts(self.directory, self.environ, self.now)

    @cached_property
    def language(self) -> str:
        return self.config.language(self.environ)

    @cached_property
    def wording(self) -> Wording:
        from sexjournal.prompts.load import load_wording

        own = self.config_path.with_name(OWN_PROMPTS)
        try:
            text = own.read_text("utf-8") if own.is_file() else None
        except UnicodeDecodeError:
            raise BadInput(f"{own} is not UTF-8 text", "turn it: iconv -f latin1 -t utf-8") from None
        return load_wording("nl" if self.language == "nl" else "en", text, str(own))

    @cached_property
    def face(self) -> Face:
        from sexjournal.terminal.render import Face

        return Face.of(sys.stdout, self.environ, self.language, self.config.flag("discreet"))

    @cached_property
    def asker(self) -> Asker:
        from sexjournal.terminal.asker import Asker
        from sexjournal.terminal.render import Face

        face = Face.of(sys.stderr, self.environ)
        return Asker(sys.stdin, sys.stderr, self.wording, self.today(), colour=face.colour, width=face.width)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What fields, kinds and answers are called, for showing pages."""
        from sexjournal.prompts.wording import vocabulary

        return vocabulary(self.wording)

    @property
    def piped(self) -> bool:
        """Whether a page comes on standard input."""
        return not sys.stdin.isatty()

    def standard_input(self) -> str:
        """Return the page on standard input; BadInput when there is none or it is not UTF-8."""
        data = sys.stdin.buffer.read()
        if not data.strip():
            raise BadInput("there is no page on standard input", "pipe one in, or run it in a terminal")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise BadInput("the page is not UTF-8 text", "turn it: iconv -f latin1 -t utf-8") from None

    @property
    def interactive(self) -> bool:
        """Whether somebody is there to answer: questions go to stderr, so that stdout stays what was asked for."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    # the clock

    def now(self) -> datetime:
        """The time, to the minute, in the person's zone. JOURNAL_NOW stands in for the clock in tests."""
        given = self.environ.get("JOURNAL_NOW")
        moment = datetime.fromisoformat(given) if given else datetime.now().astimezone()
        return moment.replace(second=0, microsecond=0)

    def today(self) -> date:
        from sexjournal.entry.dates import journal_day

        return journal_day(self.now(), self.config.day_starts)

    # what is said and shown

    def say(self, sentence: str) -> None:
        """Say something about the work, on stderr."""
        self.complain(sentence, "")

    def mention(self, sentence: str) -> None:
        """Say something that a timer need not hear."""
        if not self.quiet:
            self.say(sentence)

    def say_once(self, sentence: str) -> None:
        """Say something that the command may have said already."""
        if sentence not in self._said:
            self._said.add(sentence)
            self.say(sentence)

    def complain(self, sentence: str, hint: str) -> None:
        """Say what is wrong and what would have helped, on stderr."""
        from sexjournal.terminal.render import error_lines

        sys.stderr.write(error_lines(sentence, hint))

    def tell(self, text: str) -> None:
        """Say something to the person in their language, on stderr."""
        from sexjournal.terminal.render import safe_text

        sys.stderr.write("".join(f"{line}\n" for line in self._wrapped(safe_text(text))))

    def _wrapped(self, text: str) -> list[str]:
        """Wrap sentences for a terminal; what is indented, such as a command to copy, stays on its line."""
        import textwrap

        def fitted(line: str) -> list[str]:
            whole = line.startswith("  ") or not sys.stderr.isatty()
            return [line] if whole else textwrap.wrap(line, self.asker.width - 1) or [""]

        return [part for line in text.split("\n") for part in fitted(line)]

    def show(self, text: str, *, paged: bool = False) -> None:
        """Print what was asked for, on stdout; paged, on a screen that is gone afterwards."""
        from sexjournal.terminal.pager import page

        if paged and self.face.tty:
            page(text, self.environ, sys.stdout)
        else:
            sys.stdout.write(text)

    @contextmanager
    def sitting(self, *, plain: bool) -> Iterator[None]:
        """Ask and show on a screen that is gone afterwards; `plain` stays on the one there is, without colour."""
        from sexjournal.terminal.pager import gone_afterwards

        self._plain = plain
        self.asker.colour = self.asker.colour and not plain
        with gone_afterwards(sys.stderr, self.environ, plain=plain):
            yield

    def show_within(self, entry: Entry) -> None:
        """Show a page in the middle of a sitting, on the terminal that the questions are on."""
        import dataclasses

        from sexjournal.terminal.pager import is_long, page_through
        from sexjournal.terminal.render import Face, page

        face = dataclasses.replace(Face.of(sys.stderr, self.environ, plain=self._plain), language=self.language)
        text = page(entry, face, self.words)
        if self._plain or not is_long(text, sys.stderr):
            sys.stderr.write(text)
        else:
            page_through(text, self.environ, sys.stderr)

    def leave(self) -> None:
        """End the command with the exit code that what was read calls for."""
        import typer

        if self.exit_code:
            raise typer.Exit(self.exit_code)

    # reading

    def read(self) -> Reading:
        """Read the journal, once until it changes; what is damaged or foreign is told and the rest goes on."""
        if self._reading is None:
            self.drafts.sweep()
            self._finish_landing()
            self._reading = self.journal.read(self._progress())
            self._tell_troubles(self._reading)
        return self._reading

    def read_anew(self) -> Reading:
        """Open every file again, whatever is known of it; its troubles are the caller's to tell."""
        return self.journal.read(self._progress(), fresh=True)

    def _tell_troubles(self, reading: Reading) -> None:
        if reading.slow:
            self.say("pysequoia is not installed: gpg opens each page by itself, which is slower")
        for trouble in reading.troubles:
            self._tell_trouble(trouble)

    def _tell_trouble(self, trouble: Trouble) -> None:
        self.say(f"{trouble.name}: {trouble.sentence}")
        if trouble.unreadable:
            self.exit_code = 5

    def select(self, filters: Filters) -> list[Stored]:
        """Return the pages that the filters let through, newest first."""
        from sexjournal.search import query

        reading = self.read()
        by_id = {one.entry.id: one for one in reading.stored}
        try:
            found = query.select(reading.entries, filters, self.today())
        except NothingFound:
            _refuse_shut(reading, filters.refs)
            raise
        return [by_id[entry.id] for entry in found]

    def find(self, ref: str) -> Stored:
        """Return the one page that REF names."""
        from sexjournal.search.query import Filters, only_one

        found = self.select(Filters(refs=(ref,)))
        only_one([one.entry for one in found], ref)
        return found[0]

    def again(self, stored: Stored) -> Stored:
        """Return a page as it is by now; another command may have changed it while the person answered."""
        self._reading = None
        return self.find(stored.entry.id)

    def _progress(self, doing: str = "reading") -> Callable[[int, int], None]:
        """Return what draws a progress bar on a terminal, once it takes longer than a moment."""
        import time

        start: float | None = None

        def told(done: int, total: int) -> None:
            nonlocal start
            start = start or time.monotonic()  # the passphrase may have taken a while before
            if sys.stderr.isatty() and time.monotonic() - start > SLOW_START:
                end = "\n" if done >= total else ""
                sys.stderr.write(f"\r\x1b[Kjournal: {doing} {done} of {total}{end}")

        return told

    # writing

    def save(self, entry: Entry) -> Stored:
        """Write a new entry and commit it."""
        stored = self.journal.save(entry)
        self.commit()
        return stored

    def change(self, changes: Iterable[tuple[Stored, Entry]]) -> int:
        """Write changed entries, those that really changed, and commit them together; return how many.

        The journal is held from the first to the commit, so that what two commands write at once is in git both times.
        """
        really = [(stored, entry) for stored, entry in changes if entry.text != stored.entry.text]
        count = 0
        if really:
            with self.journal.locked():
                try:
                    for stored, entry in really:
                        self.journal.rewrite(stored, entry)
                        count += 1
                finally:
                    self._commit()
        return count

    def remove(self, stored: Iterable[Stored]) -> None:
        with self.journal.locked():
            try:
                for one in stored:
                    self.journal.remove(one)
            finally:
                self._commit()

    def restore(self, ref: str) -> Entry:
        """Bring a removed page back from git's past, once it is found genuine."""
        from sexjournal.git.repository import find_removed

        _ = self.journal.keyring.trust  # or say that there is no journal here
        gone = self.repository.removed()
        name = find_removed(gone, ref)
        entry = self._genuine(name, self.repository.past(name, gone[name]))
        self.journal.put_back(name, entry)
        self.commit()
        return entry

    def _genuine(self, name: str, sealed: bytes) -> Entry:
        """Open a page of git's past, where anybody who can push may have put one; Damaged unless it is the person's.

        One that is signed by who no longer reads the journal is theirs when they say so.
        """
        page = self.journal.keyring.unlock()
        ((_, known),) = self.journal.verify(page, [(name, sealed)])
        for _, genuine, whose in () if known.entry else self.journal.signed_by_removed(page, [(name, sealed)]):
            self._ask_about(f"{name}: {whose}")
            known = genuine
        if known.entry is None:
            raise Damaged(f"{name}: {known.trouble}", "git log shows what happened to it")
        return known.entry

    def _ask_about(self, doubt: str) -> None:
        """Go on when the person knows a page as theirs."""
        if not self.interactive:
            raise Damaged(doubt, "journal restore in a terminal asks whether it is yours")
        self.say(doubt)
        if not self.asker.confirm(self.wording.ui["restore"]):
            raise Interrupted("nothing was changed")

    def change_keys(self, change: Callable[[Keyring], None]) -> None:
        """Change who can open the journal, and commit it."""
        with self.journal.locked():
            change(self.journal.keyring)
            self._commit()

    def reseal(self) -> None:
        """Seal every page for today's keys that is not yet, and commit them; what does not open is told and left."""
        with self.journal.locked():
            self.reseal_all()

    def reseal_all(self) -> None:
        """The same, for who holds the journal already."""
        try:
            troubles = self.journal.reseal(self.journal.outdated(), self._progress("sealing"))
            for trouble in troubles:
                self._tell_trouble(trouble)
            if not any(trouble.transient for trouble in troubles):  # what is damaged for good would be tried for ever
                self.journal.keyring.end_resealing()
        finally:
            self._commit()

    def commit(self) -> None:
        """Commit what is on the disk, while no other command does."""
        with self.journal.locked():
            self._commit()

    def _commit(self) -> None:
        """Commit. Trouble with git is only said: the page is saved, and the next commit takes it in."""
        self._reading = None
        try:
            self.settle()
        except SyncTrouble as trouble:
            self.say(f"saved, not committed: {trouble.sentence}")

    def read_again(self) -> None:
        """Forget what was read: files were changed."""
        self._reading = None

    def _finish_landing(self) -> None:
        """Finish what a killed `journal sync` began, before anything is read."""
        if (self.directory / LANDING).exists():
            self.commit()

    def settle(self) -> None:
        """Bring what was landing to its end, and commit what is on the disk; the caller holds the journal.

        BadInput where journal.asc is gone and Damaged where it is not what it was, so that neither is ever committed.
        """
        _ = self.journal.keyring.trust
        self.repository.prepare()
        if self.checkout.finish():
            self.journal.keyring.settle()
        self.journal.keyring.confirm()
        self.repository.commit(self.now(), self._not_whole)

    def _not_whole(self, names: list[str]) -> list[str]:
        """Return which changed files are damaged, and say so: no other device is to get them."""
        damaged = self.journal.not_whole(names)
        for name in damaged:
            self.say_once(f"{name}: damaged, and not committed; git keeps the one before: git checkout HEAD -- FILE")
            self.exit_code = Damaged.exit_code
        return damaged

    # what lies in memory

    @contextmanager
    def merging(self, size: int) -> Iterator[MergeText]:
        """Yield what merges texts line by line, in memory-backed storage with room for `size` bytes."""
        from sexjournal.git.merge_file import merger

        with self.drafts.temporary_directory(size) as place:
            yield merger(place)

    def child(self, command: list[str], place: Path) -> int:
        """Run a command of the person's in `place` and return its exit code, 128 + N when signal N ended it."""
        import signal
        import subprocess

        # Ctrl-C is the child's, from its first moment on. A handler rather than SIG_IGN, which the child would inherit.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            with subprocess.Popen(command, cwd=place, env={**self.environ, "TMPDIR": str(place.parent)}) as child:
                try:
                    code = child.wait()
                except SystemExit:  # we are asked to end: the pages in clear must not outlive us
                    child.terminate()
                    raise
        except OSError as trouble:
            raise BadInput(f"'{command[0]}' cannot be run: {str(trouble.strerror).lower()}") from None
        finally:
            signal.signal(signal.SIGINT, before)
        return code if code >= 0 else 128 - code
