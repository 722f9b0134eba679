"""Two devices that write, change, remove and sync in any order end with the same pages, and lose no word.

What nobody asked to take away stands in the pages; everything else that was ever saved is still in git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pexpect
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from room import Keys, Room

from sexjournal.entry.entry import parse

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough" or os.environ.get("JOURNAL_PROOF") == "full"
EXAMPLES, STEPS = (24, 30) if THOROUGH else (3, 8)
# To find the shortest way to a failure takes minutes, as every step is a command.
PHASES = tuple(Phase) if THOROUGH else (Phase.generate,)
REMOVED = r"(\w+)\.md\.asc: removed on another device"
ROUNDS = 4  # in which two devices have to be of one mind

DEVICE = st.integers(0, 1)
PICK = st.integers(0, 11)  # one of the pages there are, whatever their ids


class TwoDevices(RuleBasedStateMachine):
    """Two homes with a key each, and a remote. Each word is written once, so that it can be told where it went.

    `kept` holds the words that nobody asked to take away, by page. A page that is removed takes the words with it
    that stood in it on that device; those that the device did not know of stay wanted. A device that does not agree
    to a removal keeps the page, and what stands in it there.
    """

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self.rooms = ExitStack()
        self.here = self.rooms.enter_context(Room(keys, keys=("plain", "second")))
        self.there = self.rooms.enter_context(Room(keys, keys=()))
        self.devices = (self.here, self.there)
        self.kept: dict[str, set[str]] = {}
        self.written: dict[str, str] = {}  # every word -> its page
        self.taken_out: set[str] = set()  # by a change of the page, and not with it
        self.known: tuple[set[str], set[str]] = (set(), set())  # ids that were ever on each device

    @initialize()
    def share_a_page(self) -> None:
        here, there = self.devices
        remote = here.root / "remote.git"
        here.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=here.home)
        here.journal("init", "--yes", "--key", here.fingerprint, check=0)
        here.journal("keys", "add", here.fingerprints["second"], "--yes", check=0)
        self.write(0)
        here.journal("sync", "--remote", str(remote), check=0)
        there.gpg("--import", stdin=here.gpg("--armor", "--export-secret-keys", here.fingerprints["second"]).out)
        there.journal("init", "--from", str(remote), "--yes", check=0)
        self.look_around()

    # What is done on a device

    @rule(device=DEVICE)
    def write(self, device: int) -> None:
        word = self.word(device)
        text = f"First.\n\n{word}\n\nLast.\n"
        page = self.devices[device].journal("new", stdin=text.encode(), check=0).text.strip()
        self.kept[page] = set()
        self.want(page, word)
        self.look_around()

    @precondition(lambda self: self.pages)
    @rule(pick=PICK)
    def append(self, pick: int) -> None:
        device, page = self.picked(pick)
        word = self.word(device)
        self.edit(device, page, f"{self.read(device, page)}\n{word}\n")
        self.want(page, word)

    @precondition(lambda self: self.pages)
    @rule(pick=PICK)
    def replace(self, pick: int) -> None:
        device, page = self.picked(pick)
        text = self.read(device, page)
        head = parse(text).head
        if old := [word for word in self.words_in(page, text) if f"\n{word}\n" in text[head:]]:
            word = self.word(device)
            self.edit(device, page, text.replace(f"\n{old[0]}\n", f"\n{word}\n"))
            self.take_out(page, old[0])
            self.want(page, word)

    @precondition(lambda self: self.pages)
    @rule(pick=PICK)
    def tag(self, pick: int) -> None:
        device, page = self.picked(pick)
        word = self.word(device)
        self.devices[device].journal("tag", "add", word, "--to", page, check=0)
        self.want(page, word)

    @precondition(lambda self: self.pages)
    @rule(pick=PICK)
    def untag(self, pick: int) -> None:
        device, page = self.picked(pick)
        for word in parse(self.read(device, page)).tags[:1]:
            self.devices[device].journal("tag", "remove", word, "--from", page, check=0)
            self.take_out(page, word)

    @precondition(lambda self: self.pages)
    @rule(pick=PICK)
    def review(self, pick: int) -> None:
        device, page = self.picked(pick)
        word = self.word(device)
        review = {"at": self.devices[device].now, "note": word}
        self.edit(device, page, parse(self.read(device, page)).reviewed(review).text)
        self.want(page, word)

    @precondition(lambda self: self.pages)
    @rule(pick=PICK)
    def remove(self, pick: int) -> None:
        device, page = self.picked(pick)
        self.kept[page] -= self.words_in(page, self.read(device, page))
        self.devices[device].journal("remove", page, "--yes", check=0)

    @precondition(lambda self: self.gone)
    @rule(pick=PICK)
    def restore(self, pick: int) -> None:
        device, page = self.gone[pick % len(self.gone)]
        self.devices[device].journal("restore", page, check=0)
        self.kept[page] |= self.words_in(page, self.read(device, page)) - self.taken_out

    @rule(device=DEVICE)
    def sync(self, device: int) -> None:
        self.devices[device].journal("sync", "--yes", check=0)
        self.look_around()

    @rule(device=DEVICE)
    def sync_and_keep(self, device: int) -> None:
        """Sync in a terminal, and agree to no removal."""
        terminal = self.devices[device].terminal("sync")
        said = ""
        while terminal.expect_exact(["> ", pexpect.EOF]) == 0:
            said += terminal.before
            terminal.sendline("n")
        terminal.wait()
        said += terminal.before
        assert terminal.exitstatus == 0, said
        for page in re.findall(REMOVED, said):
            self.kept[page] |= self.words_in(page, self.read(device, page)) - self.taken_out
        self.look_around()

    # In the end

    def teardown(self) -> None:
        with self.rooms:
            if self.kept:
                self.agree()
                pages = self.all_pages(self.here)
                assert pages == self.all_pages(self.there)
                lost = {page: words - self.words_in(page, pages.get(page, "")) for page, words in self.kept.items()}
                assert not any(lost.values()), lost
                for device in self.devices:
                    past = self.past(device)
                    assert all(word in past for word in self.written)

    def agree(self) -> None:
        before = self.heads()
        for _ in range(ROUNDS):
            self.sync(0)
            self.sync(1)
            if (after := self.heads()) == before and len(set(after)) == 1:
                return
            before = after
        raise AssertionError("the two devices have no end of news for each other")

    def heads(self) -> tuple[str, ...]:
        return tuple(device.git("rev-parse", "HEAD").text for device in self.devices)

    def all_pages(self, device: Room) -> dict[str, str]:
        assert device.git("status", "--porcelain").out == b""
        return {page: device.journal("show", "--raw", page, check=0).text for page in ids(device)}

    def past(self, device: Room) -> str:
        """All that any page ever held, as plain gpg opens it from what git remembers."""
        listed = device.git("rev-list", "--objects", "HEAD").text.splitlines()
        sealed = device.tools / "sealed"
        opened = []
        for oid in {line.split(" ")[0] for line in listed if line.endswith(".md.asc")}:
            sealed.write_bytes(device.git("cat-file", "blob", oid).out)
            opened.append(device.open(sealed).decode())
        return "".join(opened)

    # Pages and words

    @property
    def pages(self) -> list[tuple[int, str]]:
        """Each page on each device that has it, the oldest page first."""
        there = [set(ids(device)) for device in self.devices]
        return [(device, page) for page in self.kept for device in (0, 1) if page in there[device]]

    @property
    def gone(self) -> list[tuple[int, str]]:
        """Each page that was once on a device, and no longer is."""
        there = set(self.pages)
        return [(device, page) for page in self.kept for device in (0, 1) if self.was_there(device, page, there)]

    def was_there(self, device: int, page: str, there: set[tuple[int, str]]) -> bool:
        return page in self.known[device] and (device, page) not in there

    def picked(self, pick: int) -> tuple[int, str]:
        return self.pages[pick % len(self.pages)]

    def look_around(self) -> None:
        for device, page in self.pages:
            self.known[device].add(page)

    def read(self, device: int, page: str) -> str:
        return self.devices[device].journal("show", "--raw", page, check=0).text

    def edit(self, device: int, page: str, text: str) -> None:
        self.devices[device].journal("edit", page, stdin=text.encode(), check=0)

    def word(self, device: int) -> str:
        """A word that nobody wrote before; it holds the canary, so that none may lie about in clear."""
        return f"{self.devices[device].canary}x{len(self.written)}x"

    def want(self, page: str, word: str) -> None:
        self.written[word] = page
        self.kept[page].add(word)

    def take_out(self, page: str, word: str) -> None:
        self.taken_out.add(word)
        self.kept[page].discard(word)

    def words_in(self, page: str, text: str) -> set[str]:
        return {word for word, of in self.written.items() if of == page and word in text}


def ids(device: Room) -> Iterator[str]:
    return (path.name.split(".")[-3] for path in device.files())


def test_a_removal_goes_only_where_it_is_agreed_to_and_git_keeps_the_words(keys_of_run: Keys) -> None:
    devices = TwoDevices(keys_of_run)
    try:
        devices.share_a_page()
        devices.write(0)
        devices.agree()
        kept, gone = devices.kept
        words = set(devices.kept[kept])
        devices.remove(devices.pages.index((0, kept)))
        devices.sync(0)
        devices.sync_and_keep(1)
        assert devices.kept[kept] == words
        devices.sync(0)
        devices.remove(devices.pages.index((0, gone)))
        devices.sync(0)
        devices.sync(1)
        assert devices.pages == [(0, kept), (1, kept)]
    finally:
        devices.teardown()


def test_in_any_order_both_devices_end_with_the_same_pages_and_no_word_is_lost(keys_of_run: Keys) -> None:
    run_state_machine_as_test(
        lambda: TwoDevices(keys_of_run),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=PHASES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
