"""journal doctor, with real gpg and git: each finding provoked once, what is mended, and all that may be broken."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ground import inside, recipient
from room import Keys, Result, Room
from shelf import Shelf
from sitting import DUTCH, ended, window
from stores import store_in
from troubles import on_a_small_disk

from sexjournal.drafts.draft import About, Draft
from sexjournal.keys import manifest_update
from sexjournal.openpgp.gpg import Gpg
from sexjournal.system import swap

# The command, on a machine that swaps to what the first word names.
ON_THIS_SWAP = (
    "import sys; from pathlib import Path; from sexjournal.main import main; from sexjournal.system import swap; "
    "swap.SWAPS = Path(sys.argv.pop(1)); main()"
)
NO_SWAP = "Filename\tType\tSize\tUsed\tPriority\n"
HEADER = b"---\nkind: memory\n---\n"
PAGES = {
    "lake": "---\nkind: memory\ndate: 2009\ntitle: The lake CANARY\n---\nWe swam. CANARY\n",
    "rain": "---\nkind: memory\ndate: 2010\n---\nA walk home. CANARY\n",
}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")

Findings = list[dict[str, Any]]


@pytest.fixture(scope="module")
def stocked(keys_of_run: Keys) -> Iterator[Shelf]:
    """A sound journal that shows the kind of its pages, sealed for a second key too, where nothing is swapped."""
    with Room(keys_of_run, ("plain", "second", "signer")) as room:
        shelf = Shelf(room)
        begin(room, "--clear", "kind")
        shelf.ids = {name: shelf.write(page) for name, page in PAGES.items()}
        shelf.start = room.git("rev-parse", "HEAD").text.strip()
        shutil.copytree(room.journal_dir, room.tools / "sound")
        yield shelf


@pytest.fixture
def shelf(stocked: Shelf) -> Iterator[Shelf]:
    """The same, put back as it was after each test, git and permissions included, once nothing is found in clear."""
    room = stocked.room
    yield stocked
    room.hang_up()
    assert room.sweep() == []
    shutil.rmtree(room.journal_dir)
    shutil.copytree(room.tools / "sound", room.journal_dir)
    (room.root / "state" / "journal").chmod(0o700)
    (room.tools / "swaps").write_text(NO_SWAP)
    for left in room.runtime.glob("journal-*"):
        shutil.rmtree(left)


def begin(room: Room, *options: str) -> None:
    """Make a journal of the room's first key, sealed for the second one too."""
    room.journal("init", "--yes", "--key", room.fingerprint, *options, check=0)
    (room.tools / "swaps").write_text(NO_SWAP)
    with inside(room):
        gpg = Gpg()
        keyring = store_in(room.journal_dir, room.root / "state" / "journal", gpg).keyring
        page = keyring.unlock()
        other = recipient(gpg, list(room.fingerprints.values())[1])
        manifest_update.write(keyring, page.changed(recipients=(*page.recipients, other)))
    room.git("commit", "--quiet", "--all", "--message", "journal: update")


@contextmanager
def sound(store: Keys, *options: str, keys: tuple[str, ...] = ("plain", "second")) -> Iterator[Room]:
    """A room with a sound journal and one page, for a test that breaks more than can be put back."""
    with Room(store, keys) as room:
        begin(room, *options)
        room.journal("new", stdin=f"We swam. {room.canary}\n".encode(), check=0)
        yield room


def doctor(room: Room, *args: str, env: dict[str, str | None] | None = None, check: int | None = None) -> Result:
    """The command without a terminal; nothing of a page may be in what it says."""
    words = (sys.executable, "-c", ON_THIS_SWAP, str(room.tools / "swaps"), "doctor", *args)
    result = room.run(*words, env=env, check=check)
    assert room.canary not in result.text + result.error
    assert "Traceback" not in result.error
    return result


def found(room: Room, *args: str, env: dict[str, str | None] | None = None) -> tuple[int, Findings]:
    """The exit code, and what is told to another program without the notes."""
    result = doctor(room, "--json", *args, env=env)
    return result.code, [one for one in json.loads(result.text) if one["weight"] == "finding"]


def notes(room: Room, env: dict[str, str | None] | None = None) -> list[str]:
    """What is worth knowing where all is well."""
    told = json.loads(doctor(room, "--json", env=env, check=0).text)
    assert {one["weight"] for one in told} <= {"note"}
    return [one["what"] for one in told]


def the_finding(room: Room, env: dict[str, str | None] | None = None) -> tuple[int, dict[str, Any]]:
    code, findings = found(room, env=env)
    assert len(findings) == 1, findings
    return code, findings[0]


# All is well


def test_a_sound_journal_is_well(shelf: Shelf) -> None:
    result = doctor(shelf.room, check=0)
    assert result.error == "journal: all is well\n"
    assert all(line.startswith(("note: ", "    ")) for line in result.text.splitlines())
    assert found(shelf.room) == (0, [])


def test_looking_changes_nothing_and_neither_does_mending_what_is_well(shelf: Shelf) -> None:
    def all_of_it() -> dict[Path, tuple[int, bytes]]:
        files = [path for path in shelf.room.journal_dir.rglob("*") if path.is_file() and path.parent.name != ".git"]
        return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = all_of_it()
    doctor(shelf.room, check=0)
    doctor(shelf.room, "--fix", check=0)
    assert all_of_it() == before
    assert shelf.commits() == 0


def test_the_command_itself_finds_the_same_here_but_for_this_machine_s_swap(shelf: Shelf) -> None:
    told = json.loads(shelf.room.journal("doctor", "--json").text)
    assert [one for one in told if one["weight"] == "finding" and not one["what"].startswith("memory may")] == []


# What is wrong with files, memory and git: provoked, told, and mended where that is safe


@dataclass(frozen=True)
class Case:
    """What a finding is provoked by, what is told, and the exit code; `mended` when --fix makes all well again."""

    provoke: Callable[[Shelf], object]
    what: str
    hint: str
    code: int
    mended: bool = False


def new_name(shelf: Shelf, name: str, path: str) -> None:
    target = shelf.room.journal_dir / path
    target.parent.mkdir(exist_ok=True, mode=0o700)
    shutil.copy(shelf.path(name), target)


def put(shelf: Shelf, name: str, data: bytes) -> Path:
    (shelf.room.journal_dir / name).parent.mkdir(exist_ok=True, mode=0o700)
    path = shelf.put(name, data)
    path.chmod(0o600)
    return path


def commit(shelf: Shelf) -> None:
    shelf.room.git("add", "--all")
    shelf.room.git("commit", "--quiet", "--message", "journal: update")


def page(shelf: Shelf, name: str, sealed: bytes) -> None:
    """Lay a page into the journal, committed."""
    put(shelf, name, sealed)
    commit(shelf)


def committed(provoke: Callable[[Shelf], object]) -> Callable[[Shelf], object]:
    def both(shelf: Shelf) -> None:
        provoke(shelf)
        commit(shelf)

    return both


def cut_short(shelf: Shelf) -> None:
    path = shelf.path("lake")
    path.write_bytes(path.read_bytes()[:-80])


def another_header(shelf: Shelf) -> None:
    path = shelf.path("lake")
    path.write_bytes(path.read_bytes().replace(b"kind: memory", b"kind: letter"))


def by_hand(shelf: Shelf, id_: str, text: str, signer: str = "plain", *to: str) -> None:
    sealed = shelf.seal(text, shelf.room.fingerprints.get(signer, ""), *to)
    page(shelf, f"2009/2009.{id_}.md.asc", HEADER + sealed)


def killed_save(shelf: Shelf, age: float = 3600) -> Path:
    path = put(shelf, "2009/.ab12_xyz.tmp", shelf.path("lake").read_bytes()[:200])
    os.utime(path, (time.time() - age,) * 2)
    return path


def waiting_page(shelf: Shelf) -> Draft:
    draft = Draft.create(shelf.room.runtime, About("new", "", str(shelf.room.journal_dir), "2026-11-22T09:14"), b"")
    draft.write(b"We dived.\n")
    draft.keep()
    return draft


def linked(shelf: Shelf) -> None:
    (shelf.room.journal_dir / "2009" / "lake.md").symlink_to("/etc/passwd")


def linked_folder(shelf: Shelf) -> None:
    (shelf.room.journal_dir / "2011").symlink_to("/etc")


def add_by_force(shelf: Shelf, name: str) -> None:
    put(shelf, name, b"text\n")
    shelf.room.git("add", "--force", "--", name)
    shelf.room.git("commit", "--quiet", "--message", "journal: update")
    (shelf.room.journal_dir / name).unlink()
    shelf.room.git("update-index", "--skip-worktree", name)


def git(*words: str) -> Callable[[Shelf], object]:
    return lambda shelf: shelf.room.git(*words)


def write(name: str, data: bytes = b"text\n") -> Callable[[Shelf], object]:
    return lambda shelf: put(shelf, name, data)


def mode(name: str, bits: int) -> Callable[[Shelf], object]:
    return lambda shelf: (shelf.room.journal_dir / name).chmod(bits)


PAGE = "---\nid: {id}\nkind: memory\ndate: 2009\n---\nCANARY\n"
IN_TWO_VERSIONS = """\
---
kind: memory
date: 2009
conflict: {text: both versions are below}
---
<<<<<<< this device
We swam. CANARY
=======
We walked.
>>>>>>> the other device
"""
CASES = {
    "in two versions": Case(
        lambda shelf: shelf.write(IN_TWO_VERSIONS), "2009/.*: changed on two devices at once", "keep what you like", 1
    ),
    "cut short": Case(committed(cut_short), r"2009/.*: not a whole OpenPGP message", "git -C .* checkout COMMIT", 5),
    "not signed": Case(
        lambda shelf: by_hand(shelf, "aaaaaaaa", PAGE.format(id="aaaaaaaa"), ""),
        "not signed by a recipient",
        "gpg -d",
        5,
    ),
    "signed by a stranger": Case(
        lambda shelf: by_hand(shelf, "aaaaaaaa", PAGE.format(id="aaaaaaaa"), "signer"),
        "not signed by a recipient",
        "whoever can write to the files may have put it there",
        5,
    ),
    "sealed for others": Case(
        lambda shelf: by_hand(
            shelf, "aaaaaaaa", PAGE.format(id="aaaaaaaa"), "plain", f"--recipient={shelf.room.fingerprints['second']}"
        ),
        "not sealed for this journal",
        "gpg -d",
        5,
    ),
    "front matter": Case(
        lambda shelf: by_hand(shelf, "aaaaaaaa", "---\nid: [CANARY\n---\n"),
        "front matter cannot be read",
        "journal new",
        5,
    ),
    "misnamed": Case(
        committed(lambda shelf: new_name(shelf, "lake", "2009/2009.aaaaaaaa.md.asc")),
        "2009/2009.aaaaaaaa.md.asc: its name is another page's",
        "its own name back",
        5,
    ),
    "doubled": Case(
        committed(lambda shelf: new_name(shelf, "lake", f"2011/2011.{shelf.ids['lake']}.md.asc")),
        "another file has the same id",
        "keep one of the two",
        5,
    ),
    "header": Case(committed(another_header), "its clear header is not what the page says", "--fix", 5, mended=True),
    "a plain page beside the others": Case(
        write("2009/notes.md"), "2009/notes.md: not a page", "in clear.*'journal new', and remove it", 1
    ),
    "a plain page at the top": Case(write("notes.md"), "^notes.md: not a page", "in clear", 1),
    "a file deep below": Case(write("2009/old/page.md"), "2009/old/page.md: not a page", "in clear", 1),
    "a page in no folder": Case(
        write("2009.aaaaaaaa.md.asc", b"-----BEGIN PGP MESSAGE-----\n"), "not a page", "move it into one", 1
    ),
    "attributes": Case(write(".gitattributes"), "^.gitattributes: not a page", "steers git", 1),
    "modules": Case(write(".gitmodules"), "^.gitmodules: not a page", "steers git", 1),
    "a killed save": Case(killed_save, r"2009/\.ab12_xyz\.tmp: left by a save", "--fix", 1, mended=True),
    "a plain file named like a killed save": Case(
        write("2009/.ab12_xyz.tmp"), r"2009/\.ab12_xyz\.tmp: not a page", "in clear", 1
    ),
    "a link": Case(linked, "2009/lake.md: a symbolic link", "the file itself", 1),
    "a link to a folder": Case(linked_folder, "^2011: a symbolic link", "the file itself", 1),
    "a pipe": Case(
        lambda shelf: os.mkfifo(shelf.room.journal_dir / "2009" / "pipe"), "2009/pipe: not a file", "take it away", 1
    ),
    "an open file": Case(mode("journal.asc", 0o644), "journal.asc: others can get at it", "--fix", 1, mended=True),
    "an open folder": Case(mode("2009", 0o755), "2009: others can get at it", "--fix", 1, mended=True),
    "an open journal": Case(mode(".", 0o701), "others can get at it", "--fix", 1, mended=True),
    "an open place of state": Case(
        lambda shelf: (shelf.room.root / "state" / "journal").chmod(0o750),
        "state/journal: others can get at it",
        "--fix",
        1,
        mended=True,
    ),
    "a page that waits": Case(
        waiting_page,
        "a page from 2026-11-22 09:14 is not saved yet, it waits in /.*/journal-",
        "'journal' in a term",
        1,
    ),
    "a lock": Case(
        write(".git/index.lock", b""), ".git/index.lock: left by a git that was killed", "--fix", 4, mended=True
    ),
    "a lock of a ref": Case(
        write(".git/refs/heads/main.lock", b""), "main.lock: left by a git", "--fix", 4, mended=True
    ),
    "no attributes": Case(
        lambda shelf: (shelf.room.journal_dir / ".git/info/attributes").unlink(),
        "git's attributes",
        "--fix",
        4,
        mended=True,
    ),
    "other exclusions": Case(write(".git/info/exclude", b"\xff"), "git's attributes", "--fix", 4, mended=True),
    "pages kept in clear": Case(
        git("config", "diff.journal.cachetextconv", "true"), "git's attributes, .* settings", "--fix", 4, mended=True
    ),
    "a moved journal": Case(
        git("config", "diff.journal.textconv", "journal --dir /elsewhere textconv"), "settings", "--fix", 4, mended=True
    ),
    "a plain file in git": Case(
        lambda shelf: add_by_force(shelf, "notes.md"), "^notes.md: git carries it", "rm --cached -- notes.md", 4
    ),
    "plain pages in git": Case(
        git("update-ref", "refs/notes/textconv/journal", "HEAD"),
        "refs/notes/textconv/journal: git keeps pages here in clear",
        "update-ref -d refs/notes/textconv/journal git -C .* gc --prune=now",
        4,
    ),
    "not committed": Case(lambda shelf: shelf.path("rain").unlink(), "2010/.*: not committed", "--fix", 4, mended=True),
    "swap": Case(
        lambda shelf: (shelf.room.tools / "swaps").write_text(f"{NO_SWAP}/swap\\040file file 1 0 -2\n"),
        "memory may be written to /swap file, which is not known to be encrypted",
        "sudo swapoff -a",
        1,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told_with_what_to_do(shelf: Shelf, name: str) -> None:
    case = CASES[name]
    case.provoke(shelf)
    code, finding = the_finding(shelf.room)
    assert re.search(case.what, finding["what"])
    assert re.search(case.hint, finding["hint"])
    assert (code, finding["fixable"], finding["fixed"]) == (case.code, case.mended, False)
    mended = doctor(shelf.room, "--fix")
    assert mended.code == (0 if case.mended else case.code)
    assert (f"journal: mended: {finding['what']}" in mended.error) == case.mended
    assert found(shelf.room)[0] == mended.code


def test_what_is_no_ill_is_not_told(shelf: Shelf) -> None:
    """An empty folder, a save at work, and what the Finder leaves."""
    (shelf.room.journal_dir / "2012").mkdir(mode=0o700)
    killed_save(shelf, age=10)
    put(shelf, ".DS_Store", b"\0")
    assert found(shelf.room) == (0, [])


@needs_root
def test_a_file_of_somebody_else_is_told(shelf: Shelf) -> None:
    os.chown(shelf.path("lake"), 12345, -1)
    code, finding = the_finding(shelf.room)
    assert (code, finding["fixable"]) == (1, False)
    assert "owned by somebody else" in finding["what"]
    assert "sudo chown -R" in finding["hint"]
    os.chown(shelf.path("lake"), os.geteuid(), -1)


def test_a_header_is_written_from_the_sealed_copy(shelf: Shelf) -> None:
    before = shelf.opened("lake")
    another_header(shelf)
    doctor(shelf.room, "--fix", check=0)
    assert shelf.path("lake").read_bytes().startswith(HEADER)
    assert shelf.opened("lake") == before
    assert shelf.commits() == 1


def test_every_file_is_opened_anew(shelf: Shelf) -> None:
    """What the index remembers of a file is not asked: it is sealed anew even where nothing changed."""
    shelf.room.journal("list", check=0)
    (index,) = (shelf.room.root / "state" / "journal").rglob("index")
    before = index.read_bytes()
    shelf.room.journal("list", check=0)
    assert index.read_bytes() == before
    doctor(shelf.room, check=0)
    assert index.read_bytes() != before


def test_a_name_that_looks_like_a_command_is_never_offered_to_be_copied(shelf: Shelf) -> None:
    page(shelf, "2009/x\n  rm -rf ~\n.md.asc", b"text\n")
    page(shelf, "2009/$(id) \x1b[2J.md.asc", b"text\n")
    result = doctor(shelf.room, check=5)
    assert "\x1b" not in result.text
    assert not re.search(r"^\s+rm -rf", result.text, re.MULTILINE)
    assert "-- FILE" in result.text


def test_several_of_a_kind_are_told_at_once(shelf: Shelf) -> None:
    for name in ("lake", "rain"):
        shelf.path(name).chmod(0o644)
    code, finding = the_finding(shelf.room)
    assert (code, finding["what"].split(",")[0]) == (1, "2 files")


# The gravest finding decides


def test_the_gravest_finding_decides_and_the_rest_is_told_all_the_same(shelf: Shelf) -> None:
    put(shelf, "notes.md", b"text\n")
    assert found(shelf.room)[0] == 1
    (shelf.room.journal_dir / ".git/info/attributes").unlink()
    assert found(shelf.room)[0] == 4
    cut_short(shelf)
    code, findings = found(shelf.room)
    assert (code, len(findings)) == (5, 3)
    code, findings = found(shelf.room, "--fix")
    assert (code, sum(one["fixed"] for one in findings)) == (5, 1)


# What is worth knowing


def test_a_page_that_not_every_key_opens_by_itself_is_a_note(shelf: Shelf) -> None:
    by_hand(shelf, "aaaaaaaa", PAGE.format(id="aaaaaaaa"))
    told = "2009/2009.aaaaaaaa.md.asc: not sealed for each key of today"
    assert told in notes(shelf.room)
    doctor(shelf.room, "--fix", check=0)
    assert told not in notes(shelf.room)


def test_an_opaque_page_that_hides_the_journal_key_too_is_a_note_until_it_is_mended(keys_of_run: Keys) -> None:
    """Earlier versions sealed like that, and `gpg -d` of GnuPG 2.4 ends with an error for them."""
    with sound(keys_of_run, "--names", "opaque") as room:
        (path,) = room.files()
        certificates = (room.root / "state" / "journal").rglob("*.asc")
        (journal_key,) = [one for one in certificates if one.stem not in room.fingerprints.values()]
        plain, second = room.fingerprints.values()
        words = ("--armor", "--trust-model=always", "--compress-algo=none", "--sign", "--local-user", plain)
        to = ("-R", plain, "-R", second, "-F", str(journal_key))
        path.write_bytes(room.gpg(*words, "--encrypt", *to, stdin=room.open(path)).out)
        room.git("commit", "--quiet", "--all", "--message", "journal: update")
        told = f"{path.relative_to(room.journal_dir)}: an earlier version hid the journal key too"
        assert told in notes(room)
        doctor(room, "--fix", check=0)
        assert told not in notes(room)
        assert room.canary in room.journal("show", "--raw", "last", check=0).text


def test_an_opaque_page_from_before_a_device_was_added_is_a_note(make_room: Callable[..., Room]) -> None:
    room = make_room(keys=("plain", "second"))
    room.journal("init", "--yes", "--names", "opaque", "--key", room.fingerprint, check=0)
    (room.tools / "swaps").write_text(NO_SWAP)
    room.journal("new", stdin=f"We swam to {room.canary}.\n".encode(), check=0)
    room.journal("keys", "add", room.fingerprints["second"], "--yes", check=0)
    (path,) = room.files()
    assert f"{path.relative_to(room.journal_dir)}: not sealed for each key of today" in notes(room)


@pytest.mark.parametrize("options", [(), ("--names", "opaque")], ids=["dated", "opaque"])
def test_a_page_that_a_removed_key_opens_is_a_finding(keys_of_run: Keys, options: tuple[str, ...]) -> None:
    with sound(keys_of_run, *options) as room:
        (path,) = room.files()
        before = path.read_bytes()
        room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
        path.write_bytes(before)
        room.git("commit", "--quiet", "--all", "--message", "journal: update")
        told = f"{path.relative_to(room.journal_dir)}: sealed for other keys than those of today"
        assert told in [one["what"] for one in found(room)[1]]
        doctor(room, "--fix")
        assert told not in [one["what"] for one in found(room)[1]]
        assert path.read_bytes() != before


def test_a_remote_that_lacks_something_is_a_note(shelf: Shelf) -> None:
    room = shelf.room
    assert not [note for note in notes(room) if "remote" in note]
    room.git("remote", "add", "origin", "https://example.org/secret-place")
    (note,) = [note for note in notes(room) if "remote" in note]
    assert re.fullmatch(r"the remote origin does not have \d+ of the commits here; nothing went there yet", note)
    room.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    (note,) = [note for note in notes(room) if "remote" in note]
    assert re.fullmatch(r"the remote origin does not have 1 of .*; the newest that it has is of 2026-11-22", note)
    room.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert not [note for note in notes(room) if "remote" in note]


def test_an_editor_that_is_not_known_is_a_note(shelf: Shelf) -> None:
    known = shelf.room.tools / "nano"
    known.write_text("#!/bin/sh\n")
    known.chmod(0o700)
    assert any("the editor" in note for note in notes(shelf.room))
    assert not any("the editor" in note for note in notes(shelf.room, {"VISUAL": str(known)}))


def test_an_editor_that_is_not_there_is_a_finding(shelf: Shelf) -> None:
    another = shelf.room.tools / "nano"
    another.write_text("#!/bin/sh\n")
    another.chmod(0o700)
    path = f"{shelf.room.tools}:{os.environ['PATH']}"
    code, finding = the_finding(shelf.room, {"VISUAL": "nonesuch", "PATH": path})
    assert (code, finding["what"]) == (1, "the editor 'nonesuch' was not found (so not looked at: editor)")


def test_a_setting_in_the_environment_that_there_is_not_is_a_note(shelf: Shelf) -> None:
    assert any("JOURNAL_EDITR is set" in note for note in notes(shelf.room, {"JOURNAL_EDITR": "vim"}))
    assert not any("is set" in note for note in notes(shelf.room, {"JOURNAL_STREAM": "8:1", "JOURNAL_EDITOR": ""}))


def test_a_key_without_a_passphrase_is_a_note(shelf: Shelf) -> None:
    assert any("has no passphrase" in note for note in notes(shelf.room))


def test_a_system_that_does_not_tell_where_it_swaps_is_a_note(shelf: Shelf) -> None:
    (shelf.room.tools / "swaps").unlink()
    assert any("does not tell where it swaps" in note for note in notes(shelf.room))


def test_a_missing_pysequoia_is_a_note(shelf: Shelf) -> None:
    absent = shelf.room.tools / "absent"
    absent.mkdir()
    (absent / "pysequoia.py").write_text("raise ImportError\n")
    assert any("pysequoia is not installed" in note for note in notes(shelf.room, {"PYTHONPATH": str(absent)}))


# Keys


def test_a_key_that_expires_soon_is_told_ahead_and_the_hint_mends_it(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        room.now = datetime.now().astimezone().isoformat()
        room.gpg("--quick-set-expire", room.fingerprint, "40d")
        assert found(room) == (0, [])
        room.gpg("--quick-set-expire", room.fingerprint, "20d")
        code, finding = the_finding(room)
        assert code == 3
        assert re.fullmatch(r"this device's key expires on \d{4}-\d\d-\d\d: " + room.fingerprint, finding["what"])
        obey(room, finding["hint"])
        assert found(room) == (0, [])


def test_a_subkey_that_expires_soon_is_told_by_itself(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        room.now = datetime.now().astimezone().isoformat()
        room.gpg("--quick-set-expire", room.fingerprint, "20d", "*")
        code, finding = the_finding(room)
        assert (code, finding["what"].split(":")[1].strip() == room.fingerprint) == (3, False)
        obey(room, finding["hint"])
        assert found(room) == (0, [])


def obey(room: Room, hint: str) -> None:
    """Do what the hint says, as a person would copy it."""
    words = shlex.split(re.search("gpg (.*) then", hint)[1])  # type: ignore[index]
    room.gpg(*words)


def test_a_key_that_has_expired_is_told(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        room.gpg("--quick-set-expire", room.fingerprint, "seconds=1")
        room.now = (datetime.now().astimezone() + timedelta(minutes=2)).isoformat()
        time.sleep(2)
        code, findings = found(room)
        assert code == 3
        assert findings[0]["what"].startswith("this device's key has expired on ")
        assert f"gpg --quick-set-expire {room.fingerprint} 2y" in findings[0]["hint"]


def test_a_recipient_that_expires_soon_is_told(keys_of_run: Keys) -> None:
    with Room(keys_of_run, ("plain", "second")) as room:
        room.now = datetime.now().astimezone().isoformat()
        room.gpg("--quick-set-expire", room.fingerprints["second"], "20d")
        begin(room)
        code, finding = the_finding(room)
        assert code == 3
        assert re.match(r"the key of Test expires on \d{4}-\d\d-\d\d, and then nothing can be sealed", finding["what"])
        assert room.fingerprints["second"] in finding["hint"]


def test_a_journal_that_one_key_alone_opens_is_told(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    (room.tools / "swaps").write_text(NO_SWAP)
    code, finding = the_finding(room)
    assert (code, finding["what"]) == (
        1,
        "only this device's key opens the journal: if it is lost, the pages are lost",
    )
    assert "'journal keys backup'" in finding["hint"]


def test_a_key_that_is_gone_is_told_and_the_rest_is_looked_at(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        room.gpg("--yes", "--delete-secret-keys", room.fingerprint)
        (room.journal_dir / "notes.md").write_text("text\n")
        code, findings = found(room)
        assert code == 3
        assert [one["what"] for one in findings if "is not on this machine" in one["what"]] != []
        assert [one["what"] for one in findings if one["what"].startswith("notes.md: ")] != []


def test_a_pinentry_that_is_missing_is_told(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        room.pinentry = "missing"
        code, finding = the_finding(room)
        assert (code, finding["what"]) == (
            3,
            f"the pinentry that asks for passphrases is not there: {room.tools / 'pinentry'}",
        )


def test_a_cancelled_passphrase_leaves_the_pages_shut_and_the_rest_is_looked_at(keys_of_run: Keys) -> None:
    with sound(keys_of_run, keys=("locked", "second")) as room:
        room.gpg("--yes", "--delete-secret-keys", room.fingerprints["second"])
        room.forget()
        room.pinentry = "cancel"
        asked = room.asked
        (room.journal_dir / "notes.md").write_text("text\n")
        (room.journal_dir / "notes.md").chmod(0o600)
        code, findings = found(room)
        assert (code, room.asked) == (3, asked + 1)
        assert [one["what"] for one in findings] == [
            "notes.md: not a page of this journal",
            "the passphrase was not given (so not looked at: pages)",
        ]
        room.pinentry = "right"
        (room.journal_dir / "notes.md").unlink()
        assert found(room) == (0, [])


# Everything may be broken


def programs(room: Room, *names: str) -> dict[str, str | None]:
    """A PATH with these programs and no others."""
    place = room.tools / "-".join(names)
    place.mkdir()
    for name in names:
        (place / name).symlink_to(shutil.which(name) or "/nonexistent")
    return {"PATH": str(place)}


def test_without_gpg_the_rest_is_looked_at(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        code, findings = found(room, env=programs(room, "git", "false"))
        (finding,) = findings
        assert code == 3
        assert finding["what"].startswith("gpg is not on this machine (so not looked at: gpg, pinentry, key, ")
        assert finding["hint"].startswith("install it: ")


def test_without_git_the_rest_is_looked_at(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        code, findings = found(room, env=programs(room, "gpg", "gpgconf", "gpg-connect-agent", "gpg-agent", "false"))
        (finding,) = findings
        assert code == 4
        assert finding["what"].startswith("git is not on this machine (so not looked at: ")


def test_a_journal_without_a_repository_gets_one(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        shutil.rmtree(room.journal_dir / ".git")
        code, finding = the_finding(room)
        assert (code, finding["what"]) == (4, "there is no git repository: nothing keeps the past")
        doctor(room, "--fix", check=0)
        assert room.git("status", "--porcelain").out == b""
        assert found(room) == (0, [])


def test_where_there_is_no_journal_there_is_nothing_to_look_at(room: Room) -> None:
    for args in ((), ("--json",), ("--fix",)):
        result = doctor(room, *args, check=2)
        assert (result.text, "there is no journal in" in result.error) == ("", True)
    assert not room.journal_dir.exists()


def test_pages_without_their_manifest_are_told_and_the_hint_brings_it_back(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        (room.journal_dir / "journal.asc").unlink()
        code, findings = found(room)
        (finding,) = findings
        assert code == 5
        assert finding["what"].startswith("there are pages here, and journal.asc is gone (so not looked at: ")
        room.run(*shlex.split(finding["hint"].removeprefix("bring it back: ")), check=0)
        assert found(room, "--fix")[0] == 0  # git may have given it to others to read


def test_a_manifest_that_is_damaged_or_another_is_told(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        own = room.journal_dir / "journal.asc"
        genuine = own.read_bytes()
        own.write_bytes(genuine[: len(genuine) // 2])
        code, findings = found(room)
        assert code == 5
        assert any("journal.asc: " in one["what"] and "pages" in one["what"] for one in findings)
        own.write_bytes(room.git("show", "HEAD~2:journal.asc").out)
        code, findings = found(room)
        assert code == 5
        assert any("journal.asc is older than the one this device knows" in one["what"] for one in findings)


def test_a_journal_that_was_never_accepted_here_is_told(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        shutil.rmtree(room.root / "state" / "journal")
        code, findings = found(room)
        assert code == 1
        assert findings[-1]["what"].startswith("this device has not accepted this journal yet (so not looked at: ")


def test_what_this_device_keeps_may_be_damaged(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        (accepted,) = (room.root / "state" / "journal").rglob("accepted.json")
        accepted.write_text("{")
        code, findings = found(room)
        assert code == 5
        assert len(findings) == 1
        assert "cannot be read (so not looked at: " in findings[0]["what"]


@pytest.mark.parametrize("broken", ["garbage", "a folder"])
def test_a_broken_index_is_no_trouble(keys_of_run: Keys, broken: str) -> None:
    with sound(keys_of_run) as room:
        doctor(room, check=0)
        (index,) = (room.root / "state" / "journal").rglob("index")
        if broken == "a folder":
            index.unlink()
            index.mkdir(mode=0o700)
        else:
            index.write_bytes(b"garbage")
        assert found(room) == (0, [])


def test_settings_and_questions_that_cannot_be_read_are_told(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        config = room.root / "config" / "journal"
        config.mkdir(mode=0o700)
        (config / "prompts.toml").write_text("[")
        code, finding = the_finding(room)
        assert (code, "(so not looked at: questions)" in finding["what"]) == (1, True)
        (config / "config.toml").write_text("[")
        code, findings = found(room)
        assert code == 1
        assert [one for one in findings if "config.toml cannot be read" in one["what"] and "settings" in one["what"]]


def test_no_place_in_memory_is_told(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        no_place = "from sexjournal.drafts import places; places.MOUNTINFO = Path('/dev/null'); "
        script = ON_THIS_SWAP.replace("swap.SWAPS", no_place + "swap.SWAPS")
        result = room.run(sys.executable, "-c", script, str(room.tools / "swaps"), "doctor", "--json", check=1)
        (finding,) = [one for one in json.loads(result.text) if one["weight"] == "finding"]
        assert finding["what"].startswith("no directory here is kept in memory only")


def test_a_full_disk_is_looked_at_all_the_same(keys_of_run: Keys) -> None:
    with sound(keys_of_run) as room:
        command, env = on_a_small_disk(room, "doctor", "--json", "--fix")
        another = put(Shelf(room), "2009/notes.md", b"text\n")
        another.chmod(0o644)
        result = room.run(*command, env=env)
        told = {one["what"]: one["fixed"] for one in json.loads(result.text)}
        assert result.code == 1
        assert [fixed for what, fixed in told.items() if what.startswith("ballast: not a page")] == [False]
        assert [fixed for what, fixed in told.items() if "others can get at it" in what] == [True]


# Where memory may be written


def test_swap_is_safe_in_memory_or_encrypted_all_the_way_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, made_of in {
        "dm-0": "CRYPT-LUKS2-x",
        "dm-1": "LVM-x",
        "dm-2": "LVM-x",
        "sda2": "",
        "dm-3": "LVM-x",
    }.items():
        (tmp_path / name / "slaves").mkdir(parents=True)
        if made_of:
            (tmp_path / name / "dm").mkdir()
            (tmp_path / name / "dm" / "uuid").write_text(f"{made_of}\n")
    for above, below in (("dm-1", "dm-0"), ("dm-2", "dm-0"), ("dm-2", "sda2"), ("dm-3", "dm-1")):
        (tmp_path / above / "slaves" / below).symlink_to(tmp_path / below)
    swaps = tmp_path / "swaps"
    names = ("dm-0", "dm-1", "dm-2", "dm-3", "sda2", "zram0")
    swaps.write_text(NO_SWAP + "".join(f"/nodes/{name} partition 1 0 -2\n" for name in names))
    monkeypatch.setattr(swap, "SWAPS", swaps)
    monkeypatch.setattr(swap, "CLASS", tmp_path)
    assert swap.in_clear() == ["/nodes/dm-2", "/nodes/sda2"]


# How it is told


@pytest.mark.parametrize("env", [{}, DUTCH], ids=["en", "nl"])
@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal_and_what_is_to_be_copied_stays_whole(
    shelf: Shelf, columns: int, env: dict[str, str]
) -> None:
    cut_short(shelf)
    terminal = shelf.room.terminal("doctor", columns=columns, env={**env, "NO_COLOR": "1"})
    lines = terminal.read().splitlines()
    terminal.close()
    assert terminal.exitstatus == 5
    assert shelf.room.canary not in "".join(lines)
    commands = [line for line in lines if line.startswith("      ")]
    assert any(line.strip().startswith("git -C ") and line.endswith(".md.asc") for line in commands)
    assert max(len(line) for line in lines if line not in commands) <= columns
    assert lines[-1].startswith("journal: ")


def test_a_terminal_is_told_the_same_as_a_pipe(shelf: Shelf) -> None:
    put(shelf, "notes.md", b"text\n")
    code, said = ended(window(shelf.room, "doctor"))
    piped = shelf.room.journal("doctor", check=code)
    assert set(" ".join(piped.text.split()).split()) <= set(said.split())


def test_permissions_after_mending_are_those_of_one_person(shelf: Shelf) -> None:
    for path in (shelf.room.journal_dir, shelf.path("lake").parent):
        path.chmod(0o777)
    shelf.path("lake").chmod(0o666)
    doctor(shelf.room, "--fix", check=0)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (shelf.room.journal_dir, shelf.path("lake"))]
    assert modes == [0o700, 0o600]
