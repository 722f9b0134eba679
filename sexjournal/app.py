"""App: the parts of a command, each made at the first use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.config import Config, load_config
from sexjournal.errors import BadInput, Damaged

if TYPE_CHECKING:
    from sexjournal.drafts.drafts import Drafts
    from sexjournal.git.checkout import Checkout
    from sexjournal.git.remote import Remote
    from sexjournal.git.repository import Repository
    from sexjournal.journal.archive import Archive
    from sexjournal.journal.commits import Commits
    from sexjournal.journal.store import Store
    from sexjournal.keys.keyring import Keyring
    from sexjournal.openpgp.agent import Agent
    from sexjournal.openpgp.gpg import Gpg
    from sexjournal.prompts.wording import Wording
    from sexjournal.terminal.asker import Asker
    from sexjournal.terminal.terminal import Terminal

NAME = "journal"
OWN_PROMPTS = "prompts.toml"


class App:
    """Config, clock, terminal, keyring, archive, git and drafts of a command."""

    def __init__(self, environ: Mapping[str, str] = os.environ, directory: Path | None = None) -> None:
        self.environ = environ
        self._asked_directory = directory

    # settings and clock

    @cached_property
    def config_path(self) -> Path:
        """Return the path of the settings, beside the person's own prompts."""
        import platformdirs

        return platformdirs.user_config_path(NAME) / "config.toml"

    @cached_property
    def config(self) -> Config:
        """Return the settings."""
        return load_config(self.config_path, self.environ)

    @cached_property
    def directory(self) -> Path:
        """Return the directory of the journal: --dir, the setting `dir`, or the usual place for data."""
        import platformdirs

        chosen = self.config.text("dir")
        usual = Path(chosen) if chosen else platformdirs.user_data_path(NAME)
        return (self._asked_directory or usual).expanduser().resolve()

    @cached_property
    def wording(self) -> Wording:
        """Return all words of the program in the person's language, with the person's own prompts."""
        from sexjournal.prompts.load import load_wording

        own = self.config_path.with_name(OWN_PROMPTS)
        try:
            text = own.read_text("utf-8") if own.is_file() else None
        except UnicodeDecodeError:
            raise BadInput(f"{own} is not UTF-8 text", "turn it: iconv -f latin1 -t utf-8") from None
        return load_wording("nl" if self.terminal.language == "nl" else "en", text, str(own))

    def now(self) -> datetime:
        """Return the time, to the minute, in the person's zone. JOURNAL_NOW stands in for the clock in tests."""
        fixed = self.environ.get("JOURNAL_NOW")
        moment = datetime.fromisoformat(fixed) if fixed else datetime.now().astimezone()
        return moment.replace(second=0, microsecond=0)

    def today(self) -> date:
        """Return the day by the person's clock; a day may start later than midnight."""
        from sexjournal.entry.dates import journal_day

        return journal_day(self.now(), self.config.day_starts)

    # the terminal

    @cached_property
    def terminal(self) -> Terminal:
        """Return the terminal, for messages and pages."""
        from sexjournal.terminal.terminal import Terminal

        return Terminal(
            self.environ,
            language=lambda: self.config.language(self.environ),
            discreet=lambda: self.config.flag("discreet"),
            wording=lambda: self.wording,
            today=self.today,
        )

    @property
    def asker(self) -> Asker:
        """Return the asker, for questions in the terminal."""
        return self.terminal.asker

    # the journal

    @cached_property
    def gpg(self) -> Gpg:
        """Return gpg, with the person's own keyring."""
        from sexjournal.openpgp.gpg import Gpg

        return Gpg()

    @cached_property
    def agent(self) -> Agent:
        """Return gpg-agent, the memory for passphrases."""
        from sexjournal.openpgp.agent import Agent

        return Agent()

    @cached_property
    def keyring(self) -> Keyring:
        """Return the keys of the journal."""
        import platformdirs

        from sexjournal.keys.keyring import Keyring
        from sexjournal.keys.trust import state_directory

        state = state_directory(platformdirs.user_state_path(NAME), self.directory)
        return Keyring(self.directory, state, self.gpg)

    @cached_property
    def store(self) -> Store:
        """Return the files of the journal's pages."""
        from sexjournal.journal.store import Store

        return Store(self.keyring)

    @cached_property
    def archive(self) -> Archive:
        """Return the archive: the pages, with a commit for each change."""
        from sexjournal.journal.archive import Archive

        def make_commits() -> Commits:
            from sexjournal.journal.commits import Commits

            return Commits(self.keyring, self.repository, self.checkout, self.terminal, self.now)

        return Archive(self.store, self.drafts, self.terminal, self.today, make_commits)

    @cached_property
    def drafts(self) -> Drafts:
        """Return the drafts, in memory-backed storage."""
        from sexjournal.drafts.drafts import Drafts

        return Drafts(self.directory, self.environ, self.now)

    # git

    @cached_property
    def repository(self) -> Repository:
        """Return the git repository in the journal's directory."""
        from sexjournal.git.repository import Repository

        return Repository(self.directory, self.environ, hide_hour=self.keyring.hides_times)

    @cached_property
    def remote(self) -> Remote:
        """Return the remote of the repository."""
        from sexjournal.git.remote import Remote

        return Remote(self.directory, self.environ, hide_hour=self.keyring.hides_times)

    @cached_property
    def checkout(self) -> Checkout:
        """Return the checkout, to bring commits into the journal's directory."""
        from sexjournal.git.checkout import Checkout

        return Checkout(self.directory, self.environ)

    # the end

    def leave(self, code: int = 0) -> None:
        """End the command with `code`, or else with the exit code of a damaged file; go on when both are 0."""
        import typer

        if code := code or self.code():
            raise typer.Exit(code)

    def code(self) -> int:
        """Return the exit code of a damaged file when the journal met one, else 0."""
        damage = "archive" in self.__dict__ and self.archive.has_damage
        return Damaged.exit_code if damage else 0
