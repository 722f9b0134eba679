"""Drafts in memory: what outlives a kill, and what a sweep leaves alone."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sexjournal.drafts import draft as drafts
from sexjournal.drafts.draft import About, Draft
from sexjournal.drafts.places import NoPrivatePlace

NOBODY = 65534
ABOUT = About("edit", "k7q2m9xa", "/home/someone/journal", "2026-11-22T09:14:00+01:00")
TEXT = b"---\nkind: wish\n---\n  the caf\xc3\xa9 by the lake\r\n"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture(params=[0o000, 0o077, 0o777], ids=oct)
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def contents(place: Path) -> list[str]:
    return sorted(path.name for path in place.rglob("*"))


def left(place: Path, text: bytes = b"changed", about: About = ABOUT) -> Path:
    """A draft whose command is over, with this page."""
    draft = Draft.create(place, about, TEXT)
    draft.page.write_bytes(text)
    draft.keep()
    return draft.path


def swept(place: Path) -> list[Path]:
    """What a sweep would offer again; the claims on it are given back."""
    found = drafts.sweep(place)
    for draft in found:
        draft.keep()
    return [draft.path for draft in found]


# Drafts


def test_a_draft_is_the_persons_alone_whatever_the_umask(place, any_umask):
    draft = Draft.create(place, ABOUT, TEXT)
    assert (mode(draft.path), mode(draft.page), mode(draft.path / "about.json")) == (0o700, 0o600, 0o600)
    assert draft.read() == TEXT
    assert not draft.changed()
    draft.wipe()


def test_the_names_and_the_note_beside_the_page_tell_nothing_of_it(place):
    with Draft.create(place, ABOUT, TEXT) as draft:
        assert contents(draft.path) == ["about.json", "page.md"]
        told = json.loads((draft.path / "about.json").read_bytes())
        assert sorted(told) == ["at", "digest", "id", "journal", "purpose", "ref"]
        assert "lake" not in str(told)


def test_a_changed_page_is_noticed_and_so_is_one_changed_back(place):
    with Draft.create(place, ABOUT, TEXT) as draft:
        draft.page.write_bytes(TEXT + b"\n")
        assert draft.changed()
        draft.page.write_bytes(TEXT)
        assert not draft.changed()


def test_a_page_that_was_replaced_is_read_and_one_that_was_removed_is_empty(place):
    with Draft.create(place, ABOUT, TEXT) as draft:
        (draft.path / "4913").write_bytes(b"by renaming")
        (draft.path / "4913").replace(draft.page)
        assert draft.read() == b"by renaming"
        draft.page.unlink()
        assert draft.read() == b""


def test_a_wiped_draft_leaves_nothing_of_what_the_editor_left(place):
    draft = Draft.create(place, ABOUT, TEXT)
    (draft.path / "nvim" / "swap").mkdir(parents=True)
    (draft.path / "nvim" / "swap" / "page").write_bytes(b"words")
    draft.wipe()
    assert contents(place) == []


def test_a_draft_that_goes_away_by_itself_is_no_trouble(place):
    with Draft.create(place, ABOUT, TEXT) as draft:
        shutil.rmtree(draft.path)
    assert contents(place) == []


@pytest.mark.parametrize("text, stays", [(b"changed", True), (TEXT, False), (b"", False), (b" \n", False)])
def test_leaving_the_block_keeps_words_and_nothing_else(place, text, stays):
    with Draft.create(place, ABOUT, TEXT) as draft:
        draft.page.write_bytes(text)
    assert draft.path.exists() is stays


def test_an_error_in_the_block_keeps_the_words_and_goes_on(place):
    with pytest.raises(KeyError), Draft.create(place, ABOUT, TEXT) as draft:
        draft.page.write_bytes(b"changed")
        raise KeyError
    assert swept(place) == [draft.path]


def test_a_draft_that_does_not_fit_leaves_nothing_behind(place):
    with at_most(1000), pytest.raises(NoPrivatePlace, match="could not be laid out") as caught:
        Draft.create(place, ABOUT, b"lake" * 1000)
    assert "lake" not in str(caught.value) + caught.value.hint
    assert contents(place) == []


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """No file of this process may become longer; Python ignores the signal that would come with it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_place_that_is_gone_is_an_error_and_not_a_traceback(place):
    with pytest.raises(NoPrivatePlace, match="no draft can be made"):
        Draft.create(place / "missing", ABOUT, TEXT)


# Leftovers


def test_a_draft_in_use_is_no_leftover_and_one_that_was_kept_is(place):
    draft = Draft.create(place, ABOUT, TEXT)
    draft.page.write_bytes(b"changed")
    assert drafts.leftovers(place) == []
    draft.keep()
    (found,) = drafts.leftovers(place)
    assert (found.path, found.read(), found.changed()) == (draft.path, b"changed", True)
    assert found.about == draft.about
    found.keep()


def test_a_leftover_is_offered_to_one_command_at_a_time(place):
    left(place)
    (first,) = drafts.sweep(place)
    assert drafts.sweep(place) == []
    first.keep()
    assert swept(place) == [first.path]


def test_a_sweep_wipes_what_holds_no_words_and_returns_the_rest_oldest_first(place):
    paths = [left(place, text) for text in (b"young", TEXT, b"old", b"", b"middle")]
    for age, path in zip((1, 2, 5, 4, 3), paths, strict=True):
        os.utime(path / "about.json", (1_000_000 - age, 1_000_000 - age))
    found = drafts.sweep(place)
    assert [draft.read() for draft in found] == [b"old", b"middle", b"young"]
    assert len(list(place.iterdir())) == 3
    for draft in found:
        draft.wipe()
    assert contents(place) == []


@pytest.mark.parametrize("name", [".page.md.swp", "#page.md#", "page.md~"])
def test_an_unchanged_page_stays_when_its_editor_left_words_beside_it(place, name):
    path = left(place, TEXT)
    (path / name).write_bytes(b"words")
    assert swept(place) == [path]


def test_what_nano_saved_while_dying_becomes_the_page(place):
    path = left(place, TEXT)
    (path / "page.md.save").write_bytes(b"typed until the window closed")
    (found,) = drafts.sweep(place)
    assert found.read() == b"typed until the window closed"
    assert contents(path) == ["about.json", "page.md"]
    found.wipe()


def test_a_draft_killed_while_it_was_made_goes_without_a_word(place):
    for number, content in enumerate([None, b"", b'{"purpose": "ne']):
        half = place / f"journal-{number:016x}"
        half.mkdir(mode=0o700)
        if content is not None:
            (half / "about.json").write_bytes(content)
    assert swept(place) == []
    assert contents(place) == []


@pytest.mark.parametrize("about", [b"", b"[]", b'{"other": 1}', b"\xff", b"null", None])
def test_a_directory_of_another_program_with_such_a_name_is_left_alone(place, about):
    other = place / "journal-0123456789abcdef"
    other.mkdir(mode=0o700)
    (other / "page.md").write_bytes(b"not ours")
    if about is not None:
        (other / "about.json").write_bytes(about)
    before = contents(place)
    assert swept(place) == []
    assert contents(place) == before


def test_hostile_names_and_kinds_of_files_are_left_alone(place):
    for name in (b"journal-", b"journal-x\n", b"journal-\xff\xfe", b"journal-0123456789abcdef\n", b"other"):
        (place / os.fsdecode(name)).mkdir(mode=0o700)
    (place / "journal-000000000000000f").write_bytes(b"a file")
    os.mkfifo(place / "journal-00000000000000f1")
    before = contents(place)
    assert swept(place) == []
    assert contents(place) == before


def test_a_link_is_never_followed(place, tmp_path):
    target = left(tmp_path, TEXT)
    (place / "journal-0123456789abcdef").symlink_to(target)
    assert swept(place) == []
    assert contents(target) == ["about.json", "page.md"]


def test_a_draft_that_others_may_enter_is_not_believed(place):
    path = left(place)
    path.chmod(0o755)
    assert swept(place) == []
    assert path.exists()


@needs_root
def test_a_draft_of_somebody_else_is_not_touched(place):
    path = left(place, TEXT)
    os.chown(path, NOBODY, NOBODY)
    assert swept(place) == []
    assert contents(path) == ["about.json", "page.md"]


# Processes

MAKE = """
import os, signal, sys
from pathlib import Path
from sexjournal.drafts import draft as drafts
from sexjournal.drafts.draft import About, Draft

draft = Draft.create(Path(sys.argv[1]), About("new"), b"")
draft.page.write_bytes(b"changed")
{then}
"""
DIE = "os.kill(os.getpid(), signal.SIGKILL)"
LEND = "import subprocess; subprocess.Popen(['sleep', '60'], pass_fds=(draft.lock,)); print(flush=True); " + DIE
KEEP = "import subprocess; print(subprocess.Popen(['sleep', '60'], pass_fds=(draft.lock,)).pid); draft.keep()"


def run(place: Path, then: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", MAKE.format(then=then), str(place)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_a_killed_command_leaves_its_draft_to_be_offered_again(place):
    with run(place, DIE) as process:
        process.wait(10)
    (found,) = drafts.sweep(place)
    assert found.read() == b"changed"
    found.keep()


def test_a_draft_stays_locked_while_a_child_lives_on(place):
    with run(place, LEND) as process:
        process.wait(10)
        assert drafts.sweep(place) == []
        os.killpg(process.pid, signal.SIGKILL)
        process.stdout.read()  # ends when the child is gone
    assert len(swept(place)) == 1


def test_a_kept_draft_is_free_though_a_helper_of_the_editor_lives_on(place):
    with run(place, KEEP) as process:
        helper = int(process.stdout.readline())
        process.wait(10)
        os.kill(helper, 0)
        assert len(swept(place)) == 1
        os.kill(helper, signal.SIGKILL)


MANY = """
draft.wipe()
for _ in range(300):
    with Draft.create(Path(sys.argv[1]), About("new"), b"") as draft:
        draft.page.write_bytes(b"mine")
        draft.wipe()
print("fine")
"""
SWEEP = """
draft.wipe()
print("ready", flush=True)
while True:
    assert drafts.sweep(Path(sys.argv[1])) == [], "a draft in use was offered"
"""


def test_drafts_made_while_others_sweep_are_never_taken_away(place):
    sweepers = [run(place, SWEEP) for _ in range(2)]
    assert [sweeper.stdout.readline() for sweeper in sweepers] == ["ready\n"] * 2
    writers = [run(place, MANY) for _ in range(2)]
    assert [writer.communicate(timeout=30)[0] for writer in writers] == ["fine\n"] * 2
    assert [sweeper.poll() for sweeper in sweepers] == [None] * 2
    for sweeper in sweepers:
        sweeper.kill()
        sweeper.communicate()
    assert swept(place) == []
    assert contents(place) == []


def test_a_draft_that_is_swept_before_it_could_be_locked_is_made_again(place, monkeypatch):
    make = Path.chmod

    def swept_first(path: Path, mode: int) -> None:
        monkeypatch.undo()
        drafts.sweep(place)
        assert not path.exists()
        make(path, mode)

    monkeypatch.setattr(Path, "chmod", swept_first)
    with Draft.create(place, About("new"), b"") as draft:
        assert draft.page.exists()
