"""journal sync: two devices with keys of their own and one remote, and a remote that cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from room import Keys, Result, Room

PAGE = "The lake.\n\nIt rained, and we stayed in.\n\nWe said little.\n"


@dataclass
class Pair:
    """Two devices, here and there, that share a journal by a bare repository."""

    here: Room
    there: Room
    remote: Path

    def sync(self, *rooms: Room) -> None:
        for room in rooms or (self.here, self.there, self.here):
            room.journal("sync", check=0)

    def write(self, room: Room, text: str, *options: str) -> str:
        return room.journal("new", *options, stdin=text.encode(), check=0).text.strip()

    def bodies(self, room: Room) -> dict[str, str]:
        """Every page by its id, as `journal show --raw` gives it."""
        listed = room.journal("list", check=None).text.splitlines()
        ids = [line.split("\t")[0] for line in listed]
        return {one: room.journal("show", "--raw", one, check=None).text for one in ids}


def bare(room: Room) -> Path:
    remote = room.root / "remote.git"
    room.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=room.home)
    return remote


@pytest.fixture
def pair(make_room: Callable[..., Room]) -> Pair:
    here = make_room(keys=("plain", "second", "locked"))
    remote = bare(here)
    here.journal("init", "--yes", "--key", here.fingerprint, check=0)
    here.journal("keys", "add", here.fingerprints["second"], "--yes", check=0)
    here.journal("sync", "--remote", str(remote), check=0)
    there = make_room(keys=())
    there.gpg("--import", stdin=here.gpg("--armor", "--export-secret-keys", here.fingerprints["second"]).out)
    there.journal("init", "--from", str(remote), "--yes", check=0)
    return Pair(here, there, remote)


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


def test_a_journal_without_its_own_page_is_not_synced(pair: Pair) -> None:
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
    there = make_room(keys=())
    there.gpg("--import", stdin=here.gpg("--armor", "--export-secret-keys", here.fingerprints["second"]).out)
    there.journal("init", "--from", str(remote), "--yes", check=0)
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


@pytest.fixture
def third(pair: Pair, make_room: Callable[..., Room]) -> Room:
    """A device that was added by the first one, which the second has not heard of."""
    key = pair.here.fingerprints["locked"]
    pair.here.journal("keys", "add", key, "--yes", check=0)
    pair.here.journal("sync", check=0)
    room = make_room(keys=())
    room.gpg("--import", stdin=pair.here.gpg("--armor", "--export-secret-keys", key).out)
    room.journal("init", "--from", str(pair.remote), "--yes", check=0)
    return room


def answered(room: Room, *answers: str) -> str:
    terminal = room.terminal("sync")
    for answer in answers:
        terminal.expect_exact("> ")
        terminal.sendline(answer)
    told: str = terminal.read()
    terminal.wait()
    return told


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
    pair.here.git("clone", "--quiet", str(pair.remote), str(tmp_path / "clone"), cwd=pair.here.home)
    attacker = Attacker(pair, tmp_path / "clone")
    (first,) = (path for path in attacker.pages() if old in path.name)
    (second,) = (path for path in attacker.pages() if new in path.name)
    first.write_bytes(second.read_bytes())
    attacker.push()
    refused = pair.here.journal("sync", check=4)
    assert "its name is another page's" in refused.error
    assert old in pair.bodies(pair.here)


# A remote that cannot be trusted. Each attack is a commit, or a history, that somebody pushes who holds no key.


@dataclass
class Attacker:
    """Who can push: a clone of the remote, and whatever can be done in it without a key."""

    pair: Pair
    clone: Path

    def git(self, *words: str, stdin: bytes | None = None) -> Result:
        return self.pair.here.git(*words, cwd=self.clone, stdin=stdin)

    def push(self, *words: str) -> None:
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "journal: update")
        self.git("push", "--quiet", *words, "origin", "HEAD:main")

    def pages(self) -> list[Path]:
        return sorted(self.clone.rglob("*.md.asc"))


def forged(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    text = b"---\nid: aaaaaaaa\nkind: experience\ndate: 2026-11-21\n---\nForged.\n"
    readers = ("--recipient", attacker.pair.here.fingerprint)
    words = ("--armor", "--trust-model=always", "--encrypt", *readers)
    (page.parent / "2026-11-21.aaaaaaaa.md.asc").write_bytes(attacker.pair.here.gpg(*words, stdin=text).out)
    attacker.push()


def swapped(attacker: Attacker) -> None:
    one, two = attacker.pages()[:2]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    attacker.push()


def replayed(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    name = str(page.relative_to(attacker.clone))
    oldest = attacker.git("log", "--format=%H", "--", name).text.split()[-1]
    page.write_bytes(attacker.git("cat-file", "blob", f"{oldest}:{name}").out)
    attacker.push()


def replayed_in_another_coat(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    name = str(page.relative_to(attacker.clone))
    oldest = attacker.git("log", "--format=%H", "--", name).text.split()[-1]
    lines = attacker.git("cat-file", "blob", f"{oldest}:{name}").out.splitlines()
    begin = lines.index(b"")
    body = b"".join(line for line in lines[begin + 1 : -1] if not line.startswith(b"="))
    page.write_bytes(
        b"\n".join([*lines[: begin + 1], *(body[at : at + 60] for at in range(0, len(body), 60)), lines[-1], b""])
    )
    attacker.push()


def brought_back(attacker: Attacker) -> None:
    gone = attacker.git("log", "--diff-filter=D", "--format=%H", "--name-only").text.split()
    name, commit = gone[1], gone[0]
    path = attacker.clone / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(attacker.git("cat-file", "blob", f"{commit}^:{name}").out)
    attacker.push()


def truncated(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    page.write_bytes(page.read_bytes()[:200])
    attacker.push()


def emptied(attacker: Attacker) -> None:
    attacker.pages()[0].write_bytes(b"")
    attacker.push()


def old_own_page(attacker: Attacker) -> None:
    oldest = attacker.git("log", "--format=%H", "--", "journal.asc").text.split()[-1]
    (attacker.clone / "journal.asc").write_bytes(attacker.git("cat-file", "blob", f"{oldest}:journal.asc").out)
    attacker.push()


def no_own_page(attacker: Attacker) -> None:
    (attacker.clone / "journal.asc").unlink()
    attacker.push()


def all_removed(attacker: Attacker) -> None:
    for page in attacker.pages():
        page.unlink()
    attacker.push()


def attributes(attacker: Attacker) -> None:
    (attacker.clone / ".gitattributes").write_text("*.asc merge=union eol=crlf\n")
    attacker.push()


def link(attacker: Attacker) -> None:
    (attacker.clone / "2027").symlink_to("/tmp")
    attacker.push()


def linked_page(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    page.unlink()
    page.symlink_to("/etc/passwd")
    attacker.push()


def program(attacker: Attacker) -> None:
    attacker.pages()[0].chmod(0o755)
    attacker.git("config", "core.fileMode", "true")
    attacker.push()


def submodule(attacker: Attacker) -> None:
    head = attacker.git("rev-parse", "HEAD").text.strip()
    attacker.git("update-index", "--add", "--cacheinfo", f"160000,{head},2027")
    attacker.git("commit", "--quiet", "--message", "journal: update")
    attacker.git("push", "--quiet", "origin", "HEAD:main")


def odd_name(attacker: Attacker) -> None:
    (attacker.clone / "2026" / "\x1b]0;owned\x07.md.asc").write_bytes(b"x")
    attacker.push()


def plain_text(attacker: Attacker) -> None:
    (attacker.clone / "README.md").write_text("Read me.\n")
    attacker.push()


def huge(attacker: Attacker) -> None:
    with (attacker.clone / "2026" / "2026-11-21.hhhhhhhh.md.asc").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    attacker.push()


def rewritten(attacker: Attacker) -> None:
    attacker.git("checkout", "--quiet", "--orphan", "new")
    attacker.push("--force")


def rolled_back(attacker: Attacker) -> None:
    attacker.git("push", "--quiet", "--force", "origin", "HEAD~1:main")


ATTACKS = (
    *(forged, swapped, replayed, replayed_in_another_coat, brought_back, truncated, emptied, old_own_page),
    *(no_own_page, all_removed, attributes, link, linked_page, program, submodule, odd_name, plain_text, huge),
    *(rewritten, rolled_back),
)


@pytest.fixture(scope="module")
def victims(keys_of_run: Keys) -> Iterator[Callable[[], Pair]]:
    """A journal with three pages, one of them changed and one removed, and its remote; made anew for each attack."""
    with Room(keys_of_run, keys=("plain",)) as room:
        remote = bare(room)
        pair = Pair(room, room, remote)
        room.journal("init", "--yes", check=0)
        first = pair.write(room, PAGE, "--on", "2026-11-01")
        pair.write(room, "Two.\n", "--on", "2026-11-02")
        gone = pair.write(room, "Three.\n", "--on", "2026-11-03")
        room.journal("sync", "--remote", str(remote), check=0)
        room.journal("tag", "add", "slow", "--to", first, check=0)
        room.journal("remove", gone, "--yes", check=0)
        room.journal("keys", "backup", check=0)
        room.journal("sync", check=0)
        start = room.git("rev-parse", "HEAD").text.strip()

        def again() -> Pair:
            room.git("--git-dir", str(remote), "update-ref", "refs/heads/main", start, cwd=room.home)
            assert room.git("rev-parse", "HEAD").text.strip() == start
            return pair

        yield again


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_noticed_and_nothing_is_lost(
    victims: Callable[[], Pair], tmp_path: Path, attack: Callable[[Attacker], None]
) -> None:
    pair = victims()
    room = pair.here
    before = {path: path.read_bytes() for path in room.journal_dir.rglob("*.asc")}
    outside = sorted(path.name for path in room.root.iterdir())
    room.git("clone", "--quiet", str(pair.remote), str(tmp_path / "clone"), cwd=room.home)
    attack(Attacker(pair, tmp_path / "clone"))
    refused = room.journal("sync", check=4)
    assert "hint: " in refused.error
    assert "\x1b" not in refused.error
    assert {path: path.read_bytes() for path in room.journal_dir.rglob("*.asc")} == before
    assert sorted(path.name for path in room.root.iterdir()) == outside
    assert room.git("status", "--porcelain").out == b""
    assert len(room.journal("list", check=0).text.splitlines()) == 2
