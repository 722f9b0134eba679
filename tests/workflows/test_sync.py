"""journal sync: two devices with keys of their own and one remote. What a hostile one may try: proof/test_g07."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pairs import PAGE, Pair, answered, bare, joined
from room import Room


def test_without_a_remote_everything_is_committed_and_it_says_so(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    told = room.journal("sync", check=0)
    assert "there is no remote" in told.error
    assert room.journal("sync", "--quiet", check=0).error == ""


def test_an_unreachable_remote_is_no_trouble(room: Room) -> None:
    room.journal("init", "--yes", check=0)
    told = room.journal("sync", "--remote", "http://127.0.0.1:9/none.git", check=0)
    assert "cannot be reached" in told.error
    assert room.git("status", "--porcelain").out == b""


def test_a_journal_without_its_manifest_is_not_synced(pair: Pair) -> None:
    (pair.here.journal_dir / "journal.asc").unlink()
    pair.here.journal("sync", "--yes", check=2)
    assert pair.here.git("ls-files", "journal.asc").text == "journal.asc\n"
    pair.here.git("checkout", "--quiet", "--", "journal.asc")
    pair.sync()


def test_what_is_written_on_one_device_is_read_on_the_other(pair: Pair) -> None:
    one = pair.write(pair.here, PAGE)
    two = pair.write(pair.there, "On the train.\n")
    pair.sync()
    assert pair.bodies(pair.here) == pair.bodies(pair.there)
    assert set(pair.bodies(pair.here)) == {one, two}


def test_a_sync_with_nothing_new_changes_nothing(pair: Pair) -> None:
    pair.sync()
    before = pair.here.git("rev-parse", "HEAD").text
    assert "the same pages" in pair.here.journal("sync", check=0).error
    assert pair.here.git("rev-parse", "HEAD").text == before


def test_tags_and_lines_changed_on_both_are_joined(pair: Pair) -> None:
    one = pair.write(pair.here, PAGE, "--tag", "rain")
    pair.sync()
    pair.here.journal("tag", "add", "slow", "--to", one, check=0)
    pair.there.journal("tag", "add", "weekend", "--to", one, check=0)
    text = pair.there.journal("show", "--raw", one, check=0).text
    pair.there.journal(
        "edit", one, stdin=text.replace("We said little.", "We said little, and laughed.").encode(), check=0
    )
    pair.sync()
    pages = pair.bodies(pair.here)
    assert pages == pair.bodies(pair.there)
    assert "tags: [rain, slow, weekend]" in pages[one] or "tags: [rain, weekend, slow]" in pages[one]
    assert "and laughed" in pages[one]
    assert "<<<<<<<" not in pages[one]


def test_the_same_line_changed_on_both_is_kept_twice_and_said(pair: Pair) -> None:
    one = pair.write(pair.here, PAGE)
    pair.sync()
    for room, words in ((pair.here, "It snowed."), (pair.there, "It hailed.")):
        text = room.journal("show", "--raw", one, check=0).text
        room.journal("edit", one, stdin=text.replace("It rained, and we stayed in.", words).encode(), check=0)
    pair.here.journal("sync", check=0)
    told = pair.there.journal("sync", check=0)
    assert "changed on two devices" in told.error
    pair.here.journal("sync", check=0)
    pages = pair.bodies(pair.here)
    assert "It snowed." in pages[one]
    assert "It hailed." in pages[one]
    assert pages == pair.bodies(pair.there)
    assert f"journal edit {one}" in pair.here.journal("list", check=0).error


def test_a_removal_asks_and_no_keeps_the_page_on_every_device(pair: Pair) -> None:
    one = pair.write(pair.here, PAGE)
    pair.sync()
    pair.there.journal("remove", one, "--yes", check=0)
    pair.there.journal("sync", check=0)
    refused = pair.here.journal("sync", check=4)
    assert "removed on another device" in refused.error
    assert one in pair.bodies(pair.here)
    terminal = pair.here.terminal("sync")
    terminal.expect_exact("> ")
    terminal.sendline("n")
    terminal.expect("the remote has everything")
    terminal.wait()
    pair.there.journal("sync", check=0)
    assert one in pair.bodies(pair.there)


def test_a_removal_that_is_agreed_to_goes_everywhere(pair: Pair) -> None:
    one = pair.write(pair.here, PAGE)
    pair.sync()
    pair.there.journal("remove", one, "--yes", check=0)
    pair.there.journal("sync", check=0)
    pair.here.journal("sync", "--yes", check=0)
    assert one not in pair.bodies(pair.here)
    pair.here.journal("restore", one, check=0)
    pair.sync()
    assert one in pair.bodies(pair.there)


def test_a_removed_key_is_noticed_on_the_other_device_and_confirmed(make_room: Callable[..., Room]) -> None:
    here = make_room(keys=("plain", "second", "locked"))
    remote = bare(here)
    here.journal("init", "--yes", "--key", here.fingerprint, check=0)
    here.journal("keys", "add", here.fingerprints["second"], "--yes", check=0)
    here.journal("keys", "add", here.fingerprints["locked"], "--yes", check=0)
    here.journal("sync", "--remote", str(remote), check=0)
    there = joined(here, remote, "second", make_room)
    pair = Pair(here, there, remote)
    late = pair.write(there, "Written before it knew.\n")
    here.journal("keys", "remove", here.fingerprints["locked"], "--yes", check=0)
    here.journal("sync", check=0)
    refused = there.journal("sync", check=4)
    assert "was removed" in refused.error
    terminal = there.terminal("sync")
    terminal.expect_exact("> ")
    terminal.sendline("y")
    terminal.expect("the remote has everything")
    terminal.wait()
    here.journal("sync", check=0)
    assert late in pair.bodies(here)
    assert pair.bodies(here) == pair.bodies(there)


def test_who_was_added_in_between_may_add_others(pair: Pair, third: Room) -> None:
    third.journal("keys", "backup", check=0)
    page = pair.write(third, PAGE)
    third.journal("sync", check=0)
    refused = pair.there.journal("sync", check=4)
    assert "was added" in refused.error
    assert page not in pair.bodies(pair.there)
    assert "nothing was taken in" in answered(pair.there, "n")
    assert page not in pair.bodies(pair.there)
    assert "everything" in answered(pair.there, "y")
    assert pair.bodies(pair.there) == pair.bodies(third)
    assert pair.there.journal("keys", check=0).out == third.journal("keys", check=0).out


def test_a_step_that_nobody_vouches_for_ends_the_way(pair: Pair, third: Room) -> None:
    pair.there.git("fetch", "--quiet", "origin")
    third.journal("keys", "backup", check=0)
    tip = (third.journal_dir / "journal.asc").read_bytes()
    third.git("reset", "--quiet", "--hard", pair.there.git("rev-parse", "HEAD").text.strip())
    (third.journal_dir / "journal.asc").write_bytes(tip)
    third.git("commit", "--quiet", "--all", "--message", "without the step in between")
    third.git("push", "--quiet", "--force", "origin", "HEAD:main")
    before = (pair.there.journal_dir / "journal.asc").read_bytes()
    refused = pair.there.journal("sync", check=4)
    assert "the other side's journal.asc: the message is damaged" in refused.error
    assert (pair.there.journal_dir / "journal.asc").read_bytes() == before


def test_a_new_device_is_told_the_one_step_that_is_missing(make_room: Callable[..., Room]) -> None:
    here = make_room(keys=("plain",))
    remote = bare(here)
    here.journal("init", "--yes", check=0)
    one = Pair(here, here, remote).write(here, PAGE)
    here.journal("sync", "--remote", str(remote), check=0)
    there = make_room(keys=("second",))
    told = there.journal("init", "--from", str(remote), "--yes", check=3)
    assert f"journal keys add {there.fingerprint}" in told.error
    here.gpg("--import", stdin=there.gpg("--armor", "--export").out)
    here.journal("keys", "add", there.fingerprint, "--yes", check=0)
    here.journal("sync", check=0)
    there.journal("init", "--from", str(remote), "--yes", check=0)
    assert one in Pair(here, there, remote).bodies(there)


def test_a_page_that_arrives_does_not_carry_another_under_its_content(pair: Pair, tmp_path: Path) -> None:
    old = pair.write(pair.here, PAGE, "--on", "2026-11-01")
    pair.sync()
    new = pair.write(pair.there, "On the train.\n", "--on", "2026-11-20")
    pair.sync(pair.there)
    clone = tmp_path / "clone"
    pair.here.git("clone", "--quiet", str(pair.remote), str(clone), cwd=pair.here.home)
    (first,) = clone.glob(f"*/*{old}*")
    (second,) = clone.glob(f"*/*{new}*")
    first.write_bytes(second.read_bytes())
    pair.here.git("commit", "--quiet", "--all", "--message", "journal: update", cwd=clone)
    pair.here.git("push", "--quiet", "origin", "HEAD:main", cwd=clone)
    refused = pair.here.journal("sync", check=4)
    assert "its name is another page's" in refused.error
    assert old in pair.bodies(pair.here)


# What is damaged here stays here


@pytest.mark.parametrize("left", [b"", b"-----BEGIN PGP MESSAGE-----\n\nhQ"])
def test_a_damaged_page_is_not_sent_and_the_others_are(pair: Pair, left: bytes) -> None:
    page = pair.write(pair.here, PAGE)
    pair.sync()
    (path,) = (path for path in pair.here.files() if page in path.name)
    whole = path.read_bytes()
    path.write_bytes(left)
    other = pair.write(pair.here, "Another one.\n")
    told = pair.here.journal("sync", check=5)
    assert f"{path.relative_to(pair.here.journal_dir)}: damaged, and not committed" in told.error
    pair.sync(pair.there)
    assert {page, other} <= set(pair.bodies(pair.there))
    pair.here.git("checkout", "--quiet", "HEAD", "--", str(path))
    assert path.read_bytes() == whole
    pair.here.journal("sync", check=0)


def test_a_damaged_manifest_is_neither_committed_nor_sent(pair: Pair) -> None:
    path = pair.here.journal_dir / "journal.asc"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(whole[400:405], b"AAAAA"))
    pair.here.journal("sync", check=5)
    assert pair.here.git("show", "HEAD:journal.asc").out == whole
    pair.sync(pair.there)
    pair.here.journal("doctor", "--fix", check=5)
    assert pair.here.git("show", "HEAD:journal.asc").out == whole


def test_a_removed_device_is_told_what_may_be_the_reason(pair: Pair) -> None:
    pair.here.journal("keys", "remove", pair.here.fingerprints["second"], "--yes", check=0)
    pair.here.journal("sync", check=0)
    assert "may have been removed on another device" in pair.there.journal("sync", check=4).error


@pytest.mark.parametrize("first", ["here", "there"])
def test_a_page_that_was_removed_and_changed_stays_and_it_is_said(pair: Pair, first: str) -> None:
    page = pair.write(pair.here, PAGE)
    pair.sync()
    pair.here.journal("remove", page, "--yes", check=0)
    pair.there.journal("tag", "add", "slow", "--to", page, check=0)
    last = pair.there if first == "here" else pair.here
    pair.sync(getattr(pair, first))
    assert (
        f"{page}.md.asc: removed on one device and changed on another; it stays" in last.journal("sync", check=0).error
    )
    pair.sync()
    assert page in pair.bodies(pair.here)
    assert page in pair.bodies(pair.there)
