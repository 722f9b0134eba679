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
    assert "nothing was taken in" in answered(pair.there, "y", "n")
    assert page not in pair.bodies(pair.there)
    assert "everything" in answered(pair.there, "y", "y")
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


def in_another_coat(sealed: bytes) -> bytes:
    """The same message, in lines of another length."""
    lines = sealed.splitlines()
    begin = lines.index(b"")
    body = b"".join(line for line in lines[begin + 1 : -1] if not line.startswith(b"="))
    return b"\n".join([*lines[: begin + 1], *(body[at : at + 60] for at in range(0, len(body), 60)), lines[-1], b""])


def replayed_in_another_coat(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    name = str(page.relative_to(attacker.clone))
    oldest = attacker.git("log", "--format=%H", "--", name).text.split()[-1]
    page.write_bytes(in_another_coat(attacker.git("cat-file", "blob", f"{oldest}:{name}").out))
    attacker.push()


def brought_back(attacker: Attacker) -> None:
    gone = attacker.git("log", "--diff-filter=D", "--format=%H", "--name-only").text.split()
    name, commit = gone[1], gone[0]
    path = attacker.clone / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(attacker.git("cat-file", "blob", f"{commit}^:{name}").out)
    attacker.push()


def brought_back_on_another_day(attacker: Attacker) -> None:
    gone = attacker.git("log", "--diff-filter=D", "--format=%H", "--name-only").text.split()
    name, commit = gone[1], gone[0]
    other = attacker.clone / name.replace("2026-11-03", "2026-11-04")
    assert name not in str(other)
    other.write_bytes(attacker.git("cat-file", "blob", f"{commit}^:{name}").out)
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
    *(forged, swapped, replayed, replayed_in_another_coat, brought_back, brought_back_on_another_day, truncated),
    *(
        emptied,
        old_own_page,
        no_own_page,
        all_removed,
        attributes,
        link,
        linked_page,
        program,
        submodule,
        odd_name,
        plain_text,
        huge,
    ),
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


@pytest.fixture
def attacker(pair: Pair, tmp_path: Path) -> Attacker:
    """Who can push to a remote that two devices share."""
    pair.here.git("clone", "--quiet", str(pair.remote), str(tmp_path / "clone"), cwd=pair.here.home)
    return Attacker(pair, tmp_path / "clone")


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
    plain_text(attacker)
    refused = pair.here.journal("sync", check=4)
    way_out = refused.error.partition("to put what is here in its place: ")[2].strip()
    assert way_out == f"git -C {pair.here.journal_dir} push --force origin HEAD"
    pair.here.run(*way_out.split(), check=0)
    pair.sync()
    assert set(pair.bodies(pair.there)) == {one}


def test_where_nothing_is_yet_the_hint_shows_what_is_refused(
    pair: Pair, attacker: Attacker, make_room: Callable[..., Room]
) -> None:
    plain_text(attacker)
    fresh = make_room(keys=("plain",))
    refused = fresh.journal("init", "--from", str(pair.remote), "--yes", check=4)
    assert "README.md: it has no name of a page" in refused.error
    assert "--force" not in refused.error
    look = refused.error.partition("see it: ")[2].split()
    assert "README.md" in fresh.run(*look, check=0).text
    assert fresh.files() == []


# What only the person can tell: a page that was here before, or that is signed by who no longer reads the journal


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
