"""What only the person can tell is asked about: older pages, and the last ones of a device that was taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from attacker import Attacker, in_another_coat
from pairs import PAGE, Pair, answered
from room import Room


@pytest.fixture
def attacker(pair: Pair, tmp_path: Path) -> Attacker:
    """Who can push to a remote that two devices share."""
    pair.here.git("clone", "--quiet", str(pair.remote), str(tmp_path / "clone"), cwd=pair.here.home)
    return Attacker(pair.here, pair.remote, tmp_path / "clone")


def name_of(room: Room, page: str) -> str:
    """The path of a page's file."""
    (path,) = (path for path in room.files() if page in path.name)
    return str(path.relative_to(room.journal_dir))


def test_a_page_that_git_was_made_to_know_by_another_name_is_still_known(pair: Pair, attacker: Attacker) -> None:
    gone = pair.write(pair.here, PAGE, "--on", "2026-11-03")
    other = pair.write(pair.here, "Another.\n", "--on", "2026-11-04")
    pair.sync()
    name, beside = name_of(pair.here, gone), name_of(pair.here, other)
    pair.here.journal("remove", gone, "--yes", check=0)
    pair.here.journal("sync", check=0)
    attacker.git("pull", "--quiet", "origin", "main")
    old = attacker.git("show", f"HEAD~1:{name}").out
    now = (attacker.clone / beside).read_bytes()
    for content in (old, now):  # git names a content once: by the first name that it comes to, from the newest commit
        (attacker.clone / beside).write_bytes(content)
        attacker.push()
    pair.here.journal("sync", check=0)
    for content in (old, in_another_coat(old)):
        (attacker.clone / name).parent.mkdir(exist_ok=True)
        (attacker.clone / name).write_bytes(content)
        attacker.push()
        assert "which was here before" in pair.here.journal("sync", check=4).error
    assert set(pair.bodies(pair.here)) == {other}


def test_the_hint_for_what_is_refused_for_good_is_a_way_out(pair: Pair, attacker: Attacker) -> None:
    one = pair.write(pair.here, PAGE)
    pair.sync()
    attacker.git("pull", "--quiet", "origin", "main")
    (attacker.clone / "README.md").write_text("Read me.\n")
    attacker.push()
    refused = pair.here.journal("sync", check=4)
    way_out = refused.error.partition("to put what is here in its place: ")[2].strip()
    assert way_out == f"git -C {pair.here.journal_dir} push --force origin HEAD"
    pair.here.run(*way_out.split(), check=0)
    pair.sync()
    assert set(pair.bodies(pair.there)) == {one}


def test_where_nothing_is_yet_the_hint_shows_what_is_refused(
    pair: Pair, attacker: Attacker, make_room: Callable[..., Room]
) -> None:
    (attacker.clone / "README.md").write_text("Read me.\n")
    attacker.push()
    fresh = make_room(keys=("plain",))
    refused = fresh.journal("init", "--from", str(pair.remote), "--yes", check=4)
    assert "README.md: it has no name of a page" in refused.error
    assert "--force" not in refused.error
    look = refused.error.partition("see it: ")[2].split()
    assert "README.md" in fresh.run(*look, check=0).text
    assert fresh.files() == []


def test_an_older_version_is_taken_in_when_the_person_knows_why(pair: Pair, attacker: Attacker) -> None:
    one = pair.write(pair.here, PAGE)
    pair.sync()
    attacker.git("pull", "--quiet", "origin", "main")
    name = name_of(pair.here, one)
    now = (attacker.clone / name).read_bytes()
    pair.there.journal("tag", "add", "slow", "--to", one, check=0)
    for content in ((pair.there.journal_dir / name).read_bytes(), now):  # before the device that wrote it pushes it
        (attacker.clone / name).write_bytes(content)
        attacker.push()
    pair.here.journal("sync", check=0)
    pair.there.journal("sync", check=0)
    for words in ((), ("--yes",)):
        refused = pair.here.journal("sync", *words, check=4)
        assert f"{name}: it is an older version, which was here before" in refused.error
        assert "journal sync in a terminal asks" in refused.error
        assert "--force" not in refused.error
    assert "nothing was taken in" in answered(pair.here, "n")
    assert "tags" not in pair.bodies(pair.here)[one]
    assert "the remote has everything" in answered(pair.here, "y")
    assert "tags: [slow]" in pair.bodies(pair.here)[one]
    pair.sync(pair.there, pair.here)
    assert pair.bodies(pair.there) == pair.bodies(pair.here)


@pytest.fixture
def lost(pair: Pair, third: Room) -> Room:
    """A device that wrote a page of its own and changed another, and was removed before the first one heard of it."""
    answered(pair.there, "y")
    one = pair.write(pair.here, PAGE)
    pair.sync(pair.here, third)
    text = third.journal("show", "--raw", one, check=0).text
    third.journal("edit", one, stdin=text.replace("We said little.", "We laughed.").encode(), check=0)
    pair.write(third, "Its last page.\n")
    third.journal("sync", check=0)
    pair.here.journal("tag", "add", "slow", "--to", one, check=0)
    pair.here.journal("keys", "remove", pair.here.fingerprints["locked"], "--yes", check=0)
    return third


def test_the_last_pages_of_a_lost_device_come_in_when_the_person_knows_them(pair: Pair, lost: Room) -> None:
    before = pair.bodies(pair.here)
    for words in ((), ("--yes",)):
        refused = pair.here.journal("sync", *words, check=4)
        assert refused.error.count("it is signed by a key that was removed from this journal (Locked)") == 2
        assert "2 pages of the remote are in doubt" in refused.error
        assert "--force" not in refused.error
    told = answered(pair.here, "n")
    assert "nothing was taken in" in told
    assert pair.bodies(pair.here) == before
    assert "the remote has everything" in answered(pair.here, "y")
    pages = pair.bodies(pair.here)
    assert len(pages) == len(before) + 1
    (joined,) = (pages[one] for one in before)
    assert "tags: [slow]" in joined
    assert "We laughed." in joined
    answered(pair.there, "y")  # who reads the journal has changed, and nothing else is asked
    assert pair.bodies(pair.there) == pages
    pair.sync()


def test_what_a_lost_device_left_in_the_past_of_git_is_asked_about(pair: Pair, third: Room, attacker: Attacker) -> None:
    gone = pair.write(pair.here, "True.\n")
    pair.sync(pair.here, third)
    name = name_of(third, gone)
    pair.here.journal("remove", gone, "--yes", check=0)
    pair.here.journal("keys", "remove", pair.here.fingerprints["locked"], "--yes", check=0)
    pair.here.journal("sync", check=0)
    text = third.journal("show", "--raw", gone, check=0).text
    third.journal("edit", gone, stdin=text.replace("True.", "Forged.").encode(), check=0)
    forged = (third.journal_dir / name).read_bytes()
    attacker.git("pull", "--quiet", "origin", "main")
    (attacker.clone / name).parent.mkdir(exist_ok=True)
    (attacker.clone / name).write_bytes(forged)
    attacker.push()
    (attacker.clone / name).unlink()
    attacker.push()
    pair.here.journal("sync", check=0)
    refused = pair.here.journal("restore", gone, check=5)
    assert f"{name}: it is signed by a key that was removed from this journal (Locked)" in refused.error
    assert "journal restore in a terminal asks" in refused.error
    assert restored(pair.here, gone, "n") == 130
    assert gone not in pair.bodies(pair.here)
    assert restored(pair.here, gone, "y") == 0
    assert "Forged." in pair.bodies(pair.here)[gone]


def restored(room: Room, page: str, answer: str) -> int:
    terminal = room.terminal("restore", page)
    terminal.expect_exact("> ")
    terminal.sendline(answer)
    terminal.read()
    terminal.wait()
    code: int = terminal.exitstatus
    return code
