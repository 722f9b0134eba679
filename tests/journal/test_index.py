"""Reading through the index gives what a fresh read of every file would give, whatever happened in between.

Real gpg and real pysequoia, in this process; and whole commands where pysequoia cannot be imported or pages are huge.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from ground import inside
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from room import Keys, Result, Room
from stores import store_in

from sexjournal.digest import digest_of
from sexjournal.entry.entry import Entry, compose, parse
from sexjournal.entry.filename import id_at_end
from sexjournal.journal import index
from sexjournal.journal.index import IndexedFile
from sexjournal.journal.reading import Reading, Stored
from sexjournal.journal.store import Store
from sexjournal.keys import manifest_update
from sexjournal.keys.manifest import Recipient
from sexjournal.openpgp import opening, sealing
from sexjournal.openpgp.gpg import Gpg

BY_HAND = ("--armor", "--trust-model=always", "--compress-algo=none")
LONG_AGO, TO_COME = 1_000_000_000, 2_000_000_000  # 2001 and 2033
SLOWER = b"journal: pysequoia is not installed: gpg opens each page by itself, which is slower\n"


@dataclass
class Bench:
    """A journal in a room, read by this process, and a second device's state that never keeps an index."""

    room: Room
    gpg: Gpg
    foreign: dict[str, bytes]

    @property
    def directory(self) -> Path:
        return self.room.journal_dir

    @property
    def state(self) -> Path:
        return self.room.root / "state" / "journal"

    @property
    def index(self) -> Path:
        (found,) = (self.state / "journals").iterdir()
        return found / "index"

    def journal(self) -> Store:
        """The journal as the next command finds it."""
        return store_in(self.directory, self.state, self.gpg)

    def fresh(self) -> Reading:
        """What is read without any index."""
        elsewhere = self.room.root / "fresh"
        shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.copytree(self.state, elsewhere, ignore=shutil.ignore_patterns("index"))
        return store_in(self.directory, elsewhere, self.gpg).read()

    def clear(self) -> None:
        """Take every page and the index away."""
        for folder in self.directory.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)
        self.index.unlink(missing_ok=True)


def made(room: Room) -> Bench:
    bench = Bench(room, Gpg(), {})
    certificate = bench.gpg.certificate(room.fingerprint)
    device = Recipient(room.fingerprint, "Test", "2026-11-22", certificate)
    page = manifest_update.create_manifest(bench.journal().keyring, device, "dated", ())
    key = room.tools / "key.asc"
    key.write_text(page.certificate)
    text = f"---\nid: f0000000\n---\n{room.canary}\n".encode()
    for name, signed in {"unsigned": (), "foreign": ("--sign", "--local-user", room.fingerprints["second"])}.items():
        readers = ("--recipient", room.fingerprint, "--recipient-file", str(key))
        bench.foreign[name] = room.gpg(*BY_HAND, *signed, "--encrypt", *readers, stdin=text).out
    bench.foreign |= {
        "in clear": text,
        "empty": b"",
        "odd front matter": bench.journal().keyring.seal(b"---\na: [\n---\n"),
    }
    return bench


@pytest.fixture(scope="module")
def bench(keys_of_run: Keys) -> Iterator[Bench]:
    with Room(keys_of_run, ("plain", "second")) as room, inside(room):
        yield made(room)


def page(number: int, body: str, date: str = "2026-11-21") -> Entry:
    fields = {"id": f"{number:08}", "kind": "memory", "date": date, "written": "2026-11-22T09:14+01:00"}
    return compose(fields, body)


# Any sequence

BODIES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
DATES = st.sampled_from(["2026-11-21", "2009", "2009~", "2001/2005", "2026-11-20"])
WHO = st.integers(0, 1)
PICK = st.integers(0, 2**16)
SHARE = st.floats(0, 1, exclude_max=True)


class AnySequence(RuleBasedStateMachine):
    """Two commands at once and the world outside, on one journal; after each step a read is held against a fresh one.

    `expected` is what is known to stand in a file that nobody spoiled; `past` every version that a file ever had.
    """

    bench: Bench

    @initialize()
    def begin(self) -> None:
        self.bench.clear()
        self.journals = [self.bench.journal(), self.bench.journal()]
        self.expected: dict[str, str] = {}
        self.past: dict[str, list[tuple[bytes, str]]] = {}
        self.indexes: list[bytes] = []
        self.count = 0

    # What the person does

    @rule(who=WHO, body=BODIES, date=DATES)
    def save(self, who: int, body: str, date: str) -> None:
        self.count += 1
        entry = page(self.count, body, date)
        self._written(self.journals[who].write(entry).name, entry.text)

    @precondition(lambda self: self.expected)
    @rule(who=WHO, pick=PICK, title=BODIES)
    def edit(self, who: int, pick: int, title: str) -> None:
        if stored := self._stored(who, pick):
            entry = stored.entry.amended({"title": title})
            self.journals[who].rewrite(stored, entry)
            self._written(stored.name, entry.text)

    @precondition(lambda self: self.expected)
    @rule(who=WHO, pick=PICK)
    def remove(self, who: int, pick: int) -> None:
        if stored := self._stored(who, pick):
            self.journals[who].remove(stored)
            self.expected.pop(stored.name, None)

    @precondition(lambda self: set(self.past) - set(self._files()))
    @rule(who=WHO, pick=PICK, version=PICK)
    def restore(self, who: int, pick: int, version: int) -> None:
        gone = sorted(set(self.past) - set(self._files()))
        name = gone[pick % len(gone)]
        _, text = self.past[name][version % len(self.past[name])]
        self.journals[who].put_back(name, parse(text))
        self._written(name, text)

    @rule(who=WHO)
    def another_command(self, who: int) -> None:
        self.journals[who] = self.bench.journal()

    # What happens to the files

    @precondition(lambda self: set(self.past) & set(self._files()))
    @rule(pick=PICK, version=PICK)
    def an_older_version_in_its_place(self, pick: int, version: int) -> None:
        there = sorted(set(self.past) & set(self._files()))
        name = there[pick % len(there)]
        sealed, text = self.past[name][version % len(self.past[name])]
        self._path(name).write_bytes(sealed)
        self.expected[name] = text

    @precondition(lambda self: self._files())
    @rule(pick=PICK, share=SHARE)
    def truncated(self, pick: int, share: float) -> None:
        path = self._spoiled(pick)
        os.truncate(path, int(path.stat().st_size * share))

    @precondition(lambda self: self._files())
    @rule(pick=PICK, share=SHARE)
    def one_letter_changed_and_the_time_set_back(self, pick: int, share: float) -> None:
        path = self._spoiled(pick)
        before, data = path.stat(), bytearray(path.read_bytes())
        if data:
            at = int(len(data) * share)
            data[at] = ord("B") if data[at] == ord("A") else ord("A")
            path.write_bytes(data)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @precondition(lambda self: self._files())
    @rule(pick=PICK)
    def deleted(self, pick: int) -> None:
        self._spoiled(pick).unlink()

    @precondition(lambda self: self._files())
    @rule(pick=PICK, folder=st.sampled_from(["1999", "2026"]), stem=st.sampled_from(["1999", "2026-11-01"]))
    def copied_under_another_date(self, pick: int, folder: str, stem: str) -> None:
        path = self._path(self._files()[pick % len(self._files())])
        self._lay(f"{folder}/{stem}.{id_at_end(path.name)}.md.asc", path.read_bytes())

    @precondition(lambda self: self._files())
    @rule(pick=PICK)
    def copied_under_another_id(self, pick: int) -> None:
        path = self._path(self._files()[pick % len(self._files())])
        self._lay("2026/2026-11-21.c0000000.md.asc", path.read_bytes())

    @precondition(lambda self: len(self._files()) > 1)
    @rule(pick=PICK)
    def two_exchanged(self, pick: int) -> None:
        one, other = self._spoiled(pick), self._spoiled(pick + 1)
        data = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(data)

    @rule(name=st.sampled_from(["unsigned", "foreign", "in clear", "empty", "odd front matter"]))
    def a_foreign_file(self, name: str) -> None:
        self._lay("2026/2026-11-21.f0000000.md.asc", self.bench.foreign[name])

    @rule()
    def what_is_no_page(self) -> None:
        self._lay("2026/notes.md", b"in clear")
        self._lay("2026/.half.tmp", b"in clear")
        self._lay("2026/deeper/2026-11-21.d0000000.md.asc", b"in clear")
        link = self.bench.directory / "2026" / "2026-11-21.e0000000.md.asc"
        link.unlink(missing_ok=True)
        link.symlink_to("/etc/passwd")

    @precondition(lambda self: self._files())
    @rule(pick=PICK, seconds=st.sampled_from([LONG_AGO, TO_COME]))
    def touched(self, pick: int, seconds: int) -> None:
        os.utime(self._path(self._files()[pick % len(self._files())]), (seconds, seconds))

    @rule()
    def every_time_rewritten(self) -> None:
        for number, name in enumerate(reversed(self._files())):
            os.utime(self._path(name), (LONG_AGO + number, LONG_AGO + number))

    @precondition(lambda self: self._files())
    @rule()
    def every_file_written_anew(self) -> None:
        for name in self._files():
            data = self._path(name).read_bytes()
            self._path(name).unlink()
            self._path(name).write_bytes(data)

    # What happens to the index

    @rule()
    def the_index_deleted(self) -> None:
        self.bench.index.unlink(missing_ok=True)

    @rule(share=SHARE)
    def the_index_truncated(self, share: float) -> None:
        data = self._index()
        self.bench.index.write_bytes(data[: int(len(data) * share)])

    @rule(share=SHARE)
    def the_index_damaged(self, share: float) -> None:
        data = bytearray(self._index() or b"x")
        data[int(len(data) * share)] ^= 1
        self.bench.index.write_bytes(data)

    @precondition(lambda self: self.indexes)
    @rule(pick=PICK)
    def an_older_index_in_its_place(self, pick: int) -> None:
        self.bench.index.write_bytes(self.indexes[pick % len(self.indexes)])

    @rule(version=st.sampled_from([0, index.VERSION + 1]), stamp=st.sampled_from(["", "another journal's"]))
    def an_index_of_another_time_or_journal(self, version: int, stamp: str) -> None:
        journal = self.bench.journal()
        own = journal.keyring.unlock()
        lie = IndexedFile((0, 0, 0, 0), "", page(9, "a lie"))
        known = {
            name: IndexedFile(signature, "", lie.entry) for name, signature in index.scan(self.bench.directory).items()
        }
        key = journal.keyring.state / f"{own.key}.asc"

        def sealed(part: bytes) -> bytes:
            changed = part.replace(b'"version":%d' % index.VERSION, b'"version":%d' % version, 1)
            return sealing.seal_unsigned(self.bench.gpg, changed, key)

        self.bench.index.write_bytes(index.pack(known, stamp or digest_of(b""), sealed))

    # What must be true after each step

    @invariant()
    def a_read_is_what_a_fresh_read_is(self) -> None:
        who = len(self.indexes) % 2
        reading = self.journals[who].read()
        assert reading == self.bench.fresh()
        texts = {stored.name: stored.entry.text for stored in reading.stored}
        ids = [id_at_end(name) for name in self._files()]
        # Of two files with one id one is shown, and which is nobody's promise.
        sure = {name: text for name, text in self.expected.items() if ids.count(id_at_end(name)) == 1}
        assert {name: texts.get(name) for name in sure} == sure
        assert {*texts, *(trouble.name for trouble in reading.troubles)} == set(self._files())
        self.indexes.append(self._index())

    # How it is done

    def _files(self) -> list[str]:
        found = self.bench.directory.glob("*/*.md.asc")
        return sorted(str(path.relative_to(self.bench.directory)) for path in found if not path.is_symlink())

    def _path(self, name: str) -> Path:
        return self.bench.directory / name

    def _index(self) -> bytes:
        return self.bench.index.read_bytes() if self.bench.index.exists() else b""

    def _stored(self, who: int, pick: int) -> Stored | None:
        stored = self.journals[who].read().stored
        return stored[pick % len(stored)] if stored else None

    def _written(self, name: str, text: str) -> None:
        self.past.setdefault(name, []).append((self._path(name).read_bytes(), text))
        self.expected[name] = text

    def _spoiled(self, pick: int) -> Path:
        name = self._files()[pick % len(self._files())]
        self.expected.pop(name, None)
        return self._path(name)

    def _lay(self, name: str, data: bytes) -> None:
        self.expected.pop(name, None)
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_whatever_happens_a_read_is_what_a_fresh_read_would_be(bench: Bench) -> None:
    AnySequence.bench = bench
    few = settings(max_examples=max(5, settings.default.max_examples // 12), stateful_step_count=15)
    run_state_machine_as_test(AnySequence, settings=few)
    bench.clear()


# What is opened


@dataclass
class Counting:
    """An opener that counts."""

    within: opening.Opener
    count: int = 0

    @property
    def slow(self) -> bool:
        return self.within.slow

    def open(self, sealed: bytes) -> bytes:
        self.count += 1
        return self.within.open(sealed)

    def open_unsigned(self, message: bytes) -> bytes:
        return self.within.open_unsigned(message)


@pytest.fixture(params=["pysequoia", "gpg"])
def opened(bench: Bench, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Reads the journal as the next command would, and tells how many files it opened; on both ways."""
    if request.param == "gpg":
        monkeypatch.setitem(sys.modules, "pysequoia", None)
    made, genuine = [], opening.opener

    def counted(*words: object) -> opening.Opener:
        made.append(Counting(genuine(*words)))
        return made[-1]

    def read() -> int:
        made.clear()
        bench.journal().read()
        return sum(opener.count for opener in made)

    monkeypatch.setattr(opening, "opener", counted)
    bench.clear()
    return read


def test_only_files_that_are_new_or_changed_are_opened(bench: Bench, opened: Callable[[], int]) -> None:
    journal = bench.journal()
    stored = [journal.write(page(number, f"{bench.room.canary} {number}\n")) for number in range(5)]
    paths = [bench.directory / one.name for one in stored]
    assert (opened(), opened()) == (5, 0)
    for number, path in enumerate(paths):
        os.utime(path, (LONG_AGO + number, LONG_AGO + number))
    assert (opened(), opened()) == (0, 0)
    for path in paths:  # as git does it when branches change
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)
    assert (opened(), opened()) == (0, 0)
    old = paths[0].read_bytes()
    journal.rewrite(stored[0], stored[0].entry.amended({"title": "The lake"}))
    assert (opened(), opened()) == (1, 0)
    journal.write(page(5, "one more\n"))
    assert (opened(), opened()) == (1, 0)
    journal.remove(stored[1])
    assert (opened(), opened()) == (0, 0)
    paths[0].write_bytes(old)
    assert (opened(), opened()) == (1, 0)
    bench.index.unlink()
    assert (opened(), opened()) == (5, 0)
    bench.clear()


def test_a_changed_file_of_the_same_size_and_time_is_opened(bench: Bench, opened: Callable[[], int]) -> None:
    journal = bench.journal()
    paths = [bench.directory / journal.write(page(number, "swam\n")).name for number in range(2)]
    opened()
    before = paths[0].stat()
    data = paths[0].read_bytes()
    paths[0].write_bytes(data[:100] + data[100:101].swapcase() + data[101:])
    paths[0].write_bytes(data.replace(b"A", b"B", 1))
    os.utime(paths[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert paths[0].stat().st_size == before.st_size
    assert opened() >= 1
    assert len(journal.read().stored) == 1
    bench.clear()


def test_the_index_is_sealed_anew_once_a_hundredth_of_it_is(bench: Bench) -> None:
    bench.clear()
    journal = bench.journal()
    stored = [journal.write(page(number, "swam\n")) for number in range(200)]
    journal.read()
    before = bench.index.read_bytes()
    journal.write(page(200, "one more\n"))
    journal.write(page(201, "and one more\n"))
    assert bench.journal().read() == bench.fresh()
    assert bench.index.read_bytes() == before
    journal.write(page(202, "enough\n"))
    assert bench.journal().read() == bench.fresh()
    now = bench.index.read_bytes()
    assert now != before
    journal.remove(stored[0])
    assert bench.journal().read() == bench.fresh()
    assert bench.index.read_bytes() != now
    bench.clear()


def test_a_damaged_file_is_not_opened_again_and_again(bench: Bench, opened: Callable[[], int]) -> None:
    (bench.directory / "2026").mkdir()
    (bench.directory / "2026" / "2026-11-21.f0000000.md.asc").write_bytes(bench.foreign["unsigned"])
    assert opened() >= 1
    assert opened() == 0
    bench.clear()


def test_what_could_not_be_read_once_is_tried_again(bench: Bench) -> None:
    bench.clear()
    name = bench.journal().write(page(1, "swam\n")).name
    signature = index.scan(bench.directory)[name]
    unread = {name: IndexedFile(signature, "", None, "it cannot be read: input/output error")}
    tried: list[str] = []

    def read(batch: Sequence[tuple[str, bytes]]) -> list[IndexedFile]:
        tried.extend(name for name, _ in batch)
        return [IndexedFile(signature, "digest", page(1, "swam\n")) for _ in batch]

    now = index.refreshed(unread, bench.directory, index.scan(bench.directory), read)
    assert tried == [name]
    assert now[name].entry is not None
    bench.clear()


COME_AND_GO = """
import shutil, sys
from pathlib import Path
folder = Path(sys.argv[1])
while True:
    folder.mkdir()
    for number in range(9):
        (folder / f"1999.{number:08}.md.asc").touch()
    shutil.rmtree(folder)
"""


def unreadable(batch: Sequence[tuple[str, bytes]]) -> list[IndexedFile]:
    return [IndexedFile((0, 0, 0, 0), "", None)] * len(batch)


def test_files_that_come_and_go_while_they_are_listed_stop_nobody(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", COME_AND_GO, str(tmp_path / "1999")]) as other:
        seen = set()
        begun = time.monotonic()
        try:
            while (passed := time.monotonic() - begun) < 0.5 or (len(seen) < 2 and passed < 30):  # it may start late
                found = index.refreshed({}, tmp_path, index.scan(tmp_path), unreadable)
                seen.add(len(found))
        finally:
            other.kill()
    assert len(seen) > 1  # it did come and go


# Packing


def coated(part: bytes) -> bytes:
    """A seal that is none, but has to be undone."""
    return part[::-1]


def unpacked(data: bytes, stamp: str, opened: Callable[[bytes], bytes]) -> dict[str, IndexedFile]:
    return index.unpack(io.BytesIO(data), stamp, opened)


@pytest.mark.parametrize("text", ["", "---\n---\n", "---\nid: a\n---\né\r\n\u2028 \ud800", "a\udcff", "x" * 100_000])
def test_what_is_packed_comes_back_as_it_was(text: str) -> None:
    entry = Entry(text, {"id": "a", "map": {"likes": ["no", None]}, "tags": []}, min(3, len(text)))
    known = {
        "2026/a.md.asc": IndexedFile((1, 2, 3, 4), "d1", entry, remark="its clear header"),
        "1999/\udcff.md.asc": IndexedFile((5, 6, 7, 8), "d2", None, "the message is damaged"),
        "2026/b.md.asc": IndexedFile((9, 9, 9, 9), "d3", entry),
    }
    if "\ud800" in text:
        with pytest.raises(UnicodeEncodeError):
            index.pack(known, "stamp", coated)
        return
    packed = index.pack(known, "stamp", coated)
    again = unpacked(packed, "stamp", coated)
    assert again == known
    assert index.pack(again, "stamp", coated) == packed
    assert unpacked(packed, "another", coated) == {}
    cuts = range(0, len(packed), len(packed) // 97 + 1)
    assert all(unpacked(packed[:cut], "stamp", coated) == {} for cut in cuts)


def test_the_parts_of_two_indexes_make_none() -> None:
    one, other = (
        index.pack({"2026/a.md.asc": IndexedFile((1, 2, 3, 4), "d", Entry(text, {}, 0))}, "stamp", coated)
        for text in ("one", "two")
    )
    assert unpacked(one[:-3] + other[-3:], "stamp", coated) == {}


def test_an_entry_is_the_same_from_the_index_and_from_its_page() -> None:
    entry = page(1, "swam\n")
    packed = index.pack({"a": IndexedFile((1, 2, 3, 4), "d", entry)}, "stamp", coated)
    again = unpacked(packed, "stamp", coated)["a"].entry
    assert (again, hash(again)) == (entry, hash(entry))
    assert entry == again
    assert again != page(1, "swam far\n")
    assert again != entry.text
    assert again.amended({"title": "The lake"}) == entry.amended({"title": "The lake"})
    assert "swam" not in repr(again)


def test_texts_stay_sealed_until_one_is_asked_for() -> None:
    opened: list[bytes] = []

    def open_(part: bytes) -> bytes:
        opened.append(coated(part))
        return opened[-1]

    pages = [page(number, f"swam {number}\n") for number in range(3)]
    known = {one.id: IndexedFile((1, 2, 3, 4), "d", one) for one in pages}
    again = unpacked(index.pack(known, "stamp", coated), "stamp", open_)
    assert [one.entry.date for one in again.values()] == [one.date for one in pages]
    assert len(opened) == 1
    assert b"swam" not in opened[0]
    assert [one.entry.body for one in again.values()] == [one.body for one in pages]
    assert len(opened) == 2


@pytest.mark.parametrize(
    "told",
    [
        *("", "[]", "{}", "null", "7", '"version"', "[" * 50),
        *({}, {"files": {"a": []}}, {"files": {"a": [7, "d", None, "", ""]}}, {"files": []}),
        *({"files": {"a": [[1, 2, 3, 4], "d", [0, 9, 0], "", ""]}}, {"files": {}, "texts": "d"}),
    ],
)
def test_an_index_that_holds_something_else_is_as_good_as_none(told: object) -> None:
    right = {"version": index.VERSION, "stamp": "s", "texts": digest_of(b"")}
    head = (told if isinstance(told, str) else json.dumps({**right, **told})).encode()
    for length in (b"", b"x", b"-1", b"%d" % len(head), b"999"):
        assert unpacked(b"%s\n%s" % (length, head), "s", bytes) == {}
    assert unpacked(head, "s", bytes) == {}


# Where pysequoia cannot be imported


@pytest.fixture
def elsewhere(bench: Bench) -> Callable[..., Result]:
    """Runs a command as on a machine without pysequoia."""
    without = bench.room.tools / "without"
    without.mkdir(exist_ok=True)
    (without / "pysequoia.py").write_text("raise ImportError('there is no wheel for this machine')\n")
    path = ":".join(filter(None, (str(without), os.environ.get("PYTHONPATH"))))

    def run(*words: str, **variables: str) -> Result:
        return bench.room.journal(*words, env={"PYTHONPATH": path, **variables})

    return run


@pytest.fixture
def stocked(bench: Bench) -> Iterator[Bench]:
    """A few pages, and beside them what is no page."""
    bench.clear()
    journal = bench.journal()
    stored = [journal.write(page(number, f"{bench.room.canary} {number}\n")) for number in range(9)]
    data = (bench.directory / stored[0].name).read_bytes()
    for number, file in enumerate([*bench.foreign.values(), data[:300], data]):
        (bench.directory / "2026" / f"2026-11-21.f{number:07}.md.asc").write_bytes(file)
    yield bench
    bench.clear()


def told(result: Result) -> list[str]:
    """The ids of the files that something was said about."""
    return re.findall(r"^journal: 2026/2026-11-21\.(\w+)\.md\.asc: ", result.error, re.MULTILINE)


@pytest.mark.parametrize("words", [("list", "--json"), ("grep", "-n", ""), ("show", "last", "--raw")])
def test_without_pysequoia_the_same_is_read_and_it_is_said_to_be_slower(
    stocked: Bench, elsewhere: Callable[..., Result], words: tuple[str, ...]
) -> None:
    usual = stocked.room.journal(*words)
    slower = elsewhere(*words)
    assert (slower.code, slower.out) == (usual.code, usual.out)
    assert slower.err.startswith(SLOWER)
    # Each way has its own words for what is wrong; of which files something is told is the same.
    assert told(slower) == told(usual) == [f"f{number:07}" for number in range(len(stocked.foreign) + 2)]
    assert elsewhere(*words) == slower
    assert stocked.room.journal(*words) == usual


def test_without_pysequoia_at_most_four_gpg_run_at_once(stocked: Bench, elsewhere: Callable[..., Result]) -> None:
    stocked.index.unlink(missing_ok=True)
    room = stocked.room
    log, wrapper = room.tools / "gpgs", room.tools / "path" / "gpg"
    wrapper.parent.mkdir()
    real = shutil.which("gpg")
    wrapper.write_text(f'#!/bin/sh\necho + >>{log}\n{real} "$@"\ncode=$?\nsleep 0.1\necho - >>{log}\nexit $code\n')
    wrapper.chmod(0o700)
    result = elsewhere("list", PATH=f"{wrapper.parent}:{os.environ['PATH']}")
    assert len(result.text.splitlines()) == 9
    running = [0]
    for line in log.read_text().split():
        running.append(running[-1] + (1 if line == "+" else -1))
    assert running[-1] == 0
    assert 1 < max(running) <= 4 or (os.cpu_count() == 1 and max(running) == 1)


def test_without_pysequoia_one_passphrase_opens_all(keys_of_run: Keys) -> None:
    with Room(keys_of_run, ("locked", "second")) as room, inside(room):
        bench = made(room)
        for number in range(4):
            bench.journal().write(page(number, "swam\n"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "pysequoia", None)
            room.forget()
            before = room.asked
            assert len(bench.journal().read().stored) == 4
            assert room.asked - before == 1


# Huge pages


@pytest.mark.parametrize("lines", [100_000, 400_000], ids=["100,000 lines", "20 MB"])
def test_a_huge_page_is_saved_read_and_searched(bench: Bench, elsewhere: Callable[..., Result], lines: int) -> None:
    bench.clear()
    room = bench.room
    words = "of a long summer by the water, slowly" if lines == 400_000 else "x"
    body = "".join(f"{room.canary} {number} {words}\n" for number in range(lines)).encode()
    assert len(body) > (20_000_000 if lines == 400_000 else 2_000_000)
    made = room.journal("new", stdin=body)
    assert made.code == 0, made.error
    for run in (room.journal, elsewhere):
        shown = run("show", "last", "--raw")
        assert (shown.code, shown.out.partition(b"\n---\n")[2] == body) == (0, True)
        assert run("grep", "-c", "99999").text.splitlines() == [f"{made.text.strip()}:{lines // 100_000}"]
    bench.clear()
