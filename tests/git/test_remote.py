"""Two devices and a remote with real git: what is fetched, what is refused, and what a remote may try."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from devices import ATTIC, LAKE, NOW, OWN, TRAIN, Device, bare, device, two
from room import Room

from sexjournal.errors import BadInput, SyncTrouble
from sexjournal.git.refs import ACCEPTED_REF
from sexjournal.git.remote import Offline, Standing, _failure
from sexjournal.git.trees import plan, refusals

START = {OWN: "own", LAKE: "lake"}


@pytest.fixture
def pair(room: Room) -> tuple[Device, Device]:
    return two(room, START)


def seen(one: Device) -> str:
    return one.git("for-each-ref", "--format=%(objectname)", ACCEPTED_REF)


def standing(one: Device) -> Standing:
    return one.remote.standing(one.remote.fetch())


def refs(one: Device) -> set[str]:
    return set(one.git("for-each-ref", "--format=%(refname)").splitlines())


# Where it is


def test_there_is_no_remote_until_one_is_set(room: Room) -> None:
    here = device(room, "here")
    assert here.remote.url == ""
    here.remote.set_url("git@example.org:me/journal.git")
    assert here.remote.url == "git@example.org:me/journal.git"
    assert here.git("remote", "-v").startswith("origin\tgit@example.org:me/journal.git (fetch)")


@pytest.mark.parametrize(
    "url", ["https://example.org/j.git", "ssh://me@example.org:22/j", "me@example.org:j", "host:j"]
)
def test_an_address_is_kept_as_it_was_given(room: Room, url: str) -> None:
    here = device(room, "here", url)
    assert here.remote.url == url


def test_a_path_is_made_absolute(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    here = device(room, "here")
    monkeypatch.chdir(room.home)
    for url in ("../data/remote.git", "./a:b", "/mnt/stick/journal.git"):
        here.remote.set_url(url)
        assert here.remote.url == str(room.home / url)


@pytest.mark.parametrize(
    "url", ["", "-o", "--upload-pack=touch x", "a\nb", "a\x1b[2Jb", "ext::sh -c true", "fd::3", "x-y::z", "::x"]
)
def test_what_is_no_address_is_refused(room: Room, url: str) -> None:
    here = device(room, "here")
    with pytest.raises(BadInput) as told:
        here.remote.set_url(url)
    assert told.value.hint
    assert here.remote.url == ""


def test_another_remote_is_met_without_the_memory_of_the_first(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    assert seen(here) == here.remote.head
    here.remote.set_url(here.remote.url)
    assert seen(here) == here.remote.head
    elsewhere = here.room.root / "data" / "elsewhere.git"
    here.room.git("init", "--quiet", "--bare", str(elsewhere), cwd=here.room.root)
    here.remote.set_url(str(elsewhere))
    assert seen(here) == ""
    assert standing(here) == Standing.BEHIND
    here.give()
    assert standing(here) == Standing.SAME


# What it has


def test_an_empty_remote_has_nothing_and_takes_everything(room: Room) -> None:
    here = device(room, "here", bare(room))
    assert here.remote.fetch() == ""
    assert here.remote.standing("") == Standing.SAME
    head = here.write(START)
    assert here.remote.fetch() == ""
    assert here.remote.standing("") == Standing.BEHIND
    assert here.remote.push(head)
    assert (here.remote.fetch(), standing(here), seen(here)) == (head, Standing.SAME, head)


def test_a_first_device_and_a_second_one_come_to_the_same(pair: tuple[Device, Device]) -> None:
    here, there = pair
    assert there.files() == START
    assert there.whole()
    assert there.remote.head == here.remote.head == seen(there)
    assert there.git("status", "--porcelain", "--branch") == "## main...origin/main"


def test_how_the_two_stand_is_told(pair: tuple[Device, Device]) -> None:
    here, there = pair
    assert (standing(here), standing(there)) == (Standing.SAME, Standing.SAME)
    here.write({TRAIN: "train"})
    assert standing(here) == Standing.BEHIND
    here.give()
    assert standing(there) == Standing.NEW
    there.write({ATTIC: "attic"})
    assert standing(there) == Standing.NEW
    there.git("reset", "--quiet", "--hard", "HEAD~1")
    assert standing(there) == Standing.NEW


def test_what_comes_after_all_that_is_here_only_adds(pair: tuple[Device, Device]) -> None:
    here, there = pair
    assert not there.remote.only_adds(there.remote.fetch())
    here.write({TRAIN: "train"})
    here.give()
    assert there.remote.only_adds(there.remote.fetch())
    there.write({ATTIC: "attic"})
    assert not there.remote.only_adds(there.remote.fetch())


def test_fetching_moves_nothing_but_our_own_ref(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.write({TRAIN: "train"})
    here.give()
    before = refs(there), there.git("rev-parse", "origin/main"), there.files()
    assert there.remote.fetch() == here.remote.head
    assert (refs(there), there.git("rev-parse", "origin/main"), there.files()) == before
    assert not (there.directory / ".git" / "FETCH_HEAD").exists()


def test_a_fetch_by_hand_does_not_change_what_we_remember(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.write({TRAIN: "train"})
    here.give()
    there.git("fetch", "--quiet")
    assert there.git("rev-parse", "origin/main") == here.remote.head
    assert seen(there) == there.remote.head
    assert standing(there) == Standing.NEW


def test_a_person_who_prunes_loses_nothing_of_ours(pair: tuple[Device, Device]) -> None:
    _, there = pair
    there.git("config", "remote.origin.prune", "true")
    there.git("config", "fetch.pruneTags", "true")
    there.git("tag", "mine")
    before = refs(there)
    there.remote.fetch()
    assert refs(there) == before


def test_a_lock_of_a_killed_fetch_stops_no_other(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.write({TRAIN: "train"})
    here.give()
    for lock in ("refs/journal/incoming.lock", "packed-refs.lock", "shallow.lock"):
        (there.directory / ".git" / lock).touch()
    assert there.get() == here.remote.head


# What changed on both sides


def test_two_sides_are_merged_by_a_plan_and_checked_out(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.write({TRAIN: "train", LAKE: "lake, later"})
    here.give()
    there.write({ATTIC: "attic"})
    incoming = there.remote.fetch()
    ours, theirs = there.remote.tree(there.remote.head), there.remote.tree(incoming)
    assert refusals(ours, theirs) == []
    chosen = plan(there.remote.base_tree(incoming), ours, theirs)
    assert (set(chosen.take), chosen.merge, chosen.removed) == ({TRAIN, LAKE}, {}, ())
    joined = there.remote.merge_commit({**chosen.take}, there.remote.head, incoming, NOW)
    there.checkout.check_out(joined)
    there.remote.accept(incoming)
    assert there.files() == {OWN: "own", LAKE: "lake, later", TRAIN: "train", ATTIC: "attic"}
    assert there.whole()
    there.give()
    here.get()
    assert here.files() == there.files()
    assert here.whole()


def met_twice(here: Device) -> tuple[str, str]:
    """Two commits with the same two before them, in which each side joined what the other has of the manifest."""
    start = here.remote.head

    def commit(text: bytes, first: str, second: str) -> str:
        return here.remote.merge_commit({OWN: here.remote.write(text)}, first, second, NOW)

    left, right = commit(b"left", start, start), commit(b"right", start, start)
    return commit(b"ours", left, right), commit(b"theirs", left, right)


def test_where_ways_met_twice_one_of_the_manifests_there_came_before(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    start = here.remote.head
    ours, theirs = met_twice(here)
    here.checkout.check_out(ours)
    assert OWN not in here.remote.base_tree(theirs)
    ((_, before),) = here.remote.contents([here.remote.base_oid(theirs, OWN)])
    assert before in (b"left", b"right")
    assert here.remote.base_oid(theirs, TRAIN) == ""
    ((_, before),) = here.remote.contents([here.remote.base_oid(start, OWN)])
    assert before == b"own"


def test_git_lets_us_join_what_two_devices_wrote_and_nothing_that_it_made_up(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    ours, theirs = met_twice(here)
    here.checkout.check_out(ours)
    driver = here.room.tools / "driver"
    driver.write_text(f'#!/bin/sh\ncat "$@" >> {here.room.tools}/asked\n')
    driver.chmod(0o700)
    here.git("-c", f"merge.journal.driver={driver} %O %A %B", "merge", "--quiet", "--no-edit", theirs)
    assert (here.room.tools / "asked").read_text() == "ownourstheirs"


def test_where_ways_met_twice_what_the_trees_do_not_agree_on_has_no_base(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    start = here.remote.head
    left = here.remote.merge_commit({TRAIN: here.remote.write(b"left")}, start, start, NOW)
    right = here.remote.merge_commit({LAKE: None}, start, start, NOW)
    ours = here.remote.merge_commit({LAKE: None}, left, right, NOW)
    theirs = here.remote.merge_commit({TRAIN: here.remote.write(b"left")}, right, left, NOW)
    here.checkout.check_out(ours)
    assert set(here.remote.base_tree(theirs)) == {OWN}
    assert set(here.remote.base_tree(start)) == {OWN, LAKE}


# Giving


def test_the_lock_of_a_git_that_was_killed_there_is_named(pair: tuple[Device, Device]) -> None:
    here, there = pair
    lock = Path(here.remote.url) / "refs" / "heads" / "main.lock"
    lock.touch()
    here.write({TRAIN: "train"})
    with pytest.raises(SyncTrouble, match="another git holds the remote") as told:
        here.give()
    assert "remove refs/heads/main.lock" in told.value.hint
    lock.unlink()
    here.give()
    assert there.remote.fetch() == here.remote.head


def test_nothing_but_the_branch_is_given(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.git("config", "push.followTags", "true")
    here.git("tag", "--annotate", "--message", "mine", "mine")
    here.git("branch", "draft")
    here.write({TRAIN: "train"})
    here.give()
    assert there.git("ls-remote", "origin").split() == [
        *(here.remote.head, "HEAD"),
        *(here.remote.head, "refs/heads/main"),
    ]


def test_who_comes_second_is_told_and_overwrites_nothing(pair: tuple[Device, Device]) -> None:
    here, there = pair
    first = here.write({TRAIN: "train"})
    here.give()
    second = there.write({ATTIC: "attic"})
    before = seen(there)
    assert there.remote.push(second) is False  # nothing of the first is known here
    there.remote.fetch()
    assert there.remote.push(second) is False  # it is, and still no force
    assert (there.git("ls-remote", "origin", "main").split()[0], seen(there)) == (first, before)


def hook(here: Device, name: str, script: str) -> None:
    path = Path(here.remote.url) / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)


def test_somebody_who_comes_in_between_is_noticed(pair: tuple[Device, Device]) -> None:
    here, there = pair
    first = here.write({TRAIN: "train"})
    here.git("push", "--quiet", "origin", "HEAD:refs/heads/other")
    hook(here, "update", f'[ "$1" = refs/heads/main ] && git update-ref refs/heads/main {first}; exit 0')
    assert there.remote.push(there.write({ATTIC: "attic"})) is False
    assert standing(there) == Standing.NEW


def gits_reason(trouble: SyncTrouble) -> str:
    """Return what git is said to have said, which is worded by its own release."""
    before, git_says, reason = trouble.sentence.partition("git says: ")
    assert (before, bool(git_says), len(reason) > 10) == ("", True, True)
    return reason


def test_a_remote_that_refuses_is_told_with_its_reason(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    hook(here, "pre-receive", "echo 'fatal: \033[2J never' >&2; exit 1")
    before = seen(here)
    commit = here.write({TRAIN: "train"})
    with pytest.raises(SyncTrouble) as told:
        here.remote.push(commit)
    assert told.value.sentence.isprintable()
    said = here.room.git("push", "--porcelain", "origin", f"{commit}:refs/heads/main", cwd=here.directory, check=1)
    assert gits_reason(told.value) in said.text
    assert seen(here) == before


def test_no_hook_of_the_persons_runs(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    for name in ("pre-push", "pre-commit", "reference-transaction", "post-index-change"):
        path = here.directory / ".git" / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {here.room.root}/ran\nexit 1\n")
        path.chmod(0o700)
    here.write({TRAIN: "train"})
    here.give()
    here.get()
    assert not (here.room.root / "ran").exists()


# Trouble


def test_a_remote_that_is_not_there_is_told(room: Room) -> None:
    here = device(room, "here", bare(room))
    head = here.write(START)
    assert here.remote.fetch() == ""
    Path(here.remote.url).rename(room.root / "data" / "elsewhere.git")
    for ask in (here.remote.fetch, lambda: here.remote.push(head)):
        with pytest.raises(SyncTrouble) as told:
            ask()
        assert not isinstance(told.value, Offline)
        assert gits_reason(told.value) in room.git("fetch", "origin", cwd=here.directory, check=128).error
        assert "remote -v" in told.value.hint


def test_a_new_address_that_is_refused_is_not_kept(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    before = here.remote.url, seen(here), here.git("rev-parse", "origin/main")
    here.remote.set_url(str(here.room.root / "data" / "nowhere.git"))
    with pytest.raises(SyncTrouble, match="the address was not kept") as told:
        here.remote.fetch()
    assert "journal sync --remote URL" in told.value.hint
    assert (here.remote.url, seen(here), here.git("rev-parse", "origin/main")) == before
    assert standing(here) == Standing.SAME


def test_a_first_address_that_is_refused_leaves_none(room: Room) -> None:
    here = device(room, "here", room.root / "data" / "nowhere.git")
    with pytest.raises(SyncTrouble, match="the address was not kept"):
        here.remote.fetch()
    assert here.remote.url == ""
    assert here.git("config", "--local", "--get-regexp", "^(remote|branch)[.]", check=1) == ""


def test_a_sync_with_a_wrong_address_leaves_the_right_one(make_room: Callable[..., Room]) -> None:
    here = make_room()
    right = bare(here)
    here.journal("init", "--yes", check=0)
    here.journal("sync", "--remote", str(right), check=0)
    told = here.journal("sync", "--remote", str(right.with_name("nowhere.git")), check=4)
    assert "the address was not kept" in told.error
    assert "journal sync --remote URL" in told.error
    assert here.git("remote", "get-url", "origin").text == f"{right}\n"
    assert "the same pages" in here.journal("sync", check=0).error
    untried = here.journal("sync", "--remote", "git://127.0.0.1:1/journal.git", check=0)
    assert "its address is kept, and could not be tried" in untried.error
    assert "could not be tried" not in here.journal("sync", check=0).error


def test_an_address_that_was_fetched_from_once_is_kept_when_it_refuses_later(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    assert here.remote.fetch()
    address = Path(here.remote.url)
    address.rename(address.with_name("gone.git"))
    with pytest.raises(SyncTrouble) as told:
        here.remote.fetch()
    assert "not kept" not in told.value.sentence
    assert here.remote.url == str(address)


def test_a_new_address_that_does_not_answer_is_kept_and_said_to_be_untried(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    here.remote.set_url("git://127.0.0.1:1/journal.git")
    with pytest.raises(Offline, match="could not be tried"):
        here.remote.fetch()
    assert here.remote.url == "git://127.0.0.1:1/journal.git"


def test_a_machine_that_does_not_answer_is_offline(room: Room) -> None:
    here = device(room, "here", "git://127.0.0.1:1/journal.git")
    head = here.write(START)
    for ask in (here.remote.fetch, lambda: here.remote.push(head)):
        with pytest.raises(Offline) as told:
            ask()
        assert told.value.hint


@pytest.mark.parametrize(
    ("said", "offline"),
    [
        ("ssh: Could not resolve hostname example.org: Temporary failure in name resolution", True),
        ("ssh: connect to host example.org port 22: Connection refused", True),
        ("ssh: connect to host example.org port 22: Connection timed out", True),
        ("ssh: connect to host example.org port 22: Operation timed out", True),
        ("ssh: connect to host example.org port 22: Network is unreachable", True),
        ("ssh: connect to host example.org port 22: No route to host", True),
        ("ssh: connect to host example.org port 22: Host is down", True),
        ("kex_exchange_identification: read: Connection reset by peer", True),
        ("git@example.org: Permission denied (publickey).", False),
        ("Host key verification failed.", False),
        ("ERROR: Repository not found.", False),
    ],
)
def test_what_ssh_says_tells_offline_from_refused(room: Room, said: str, offline: bool) -> None:
    ssh = room.tools / "ssh"
    ssh.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 255\n")
    ssh.chmod(0o700)
    room.env["GIT_SSH"] = str(ssh)
    here = device(room, "here", "git@example.org:journal.git")
    with pytest.raises(SyncTrouble) as told:
        here.remote.fetch()
    assert isinstance(told.value, Offline) == offline


def test_no_password_of_an_address_is_told(room: Room) -> None:
    here = device(room, "here", "https://me:hunter2@127.0.0.1:1/journal.git")
    with pytest.raises(Offline) as told:
        here.remote.fetch()
    assert "hunter2" not in told.value.sentence + told.value.hint
    done = subprocess.CompletedProcess([], 128, b"", b"fatal: Authentication failed for 'https://me:hunter2@host/j'\n")
    trouble = _failure(done, room.root)
    assert trouble.sentence == "git says: Authentication failed for 'https://host/j'"


# What a remote may try


def pushed(here: Device, commit: str) -> None:
    """Let the remote have this, whatever it had."""
    here.git("push", "--quiet", "--force", "origin", f"{commit}:refs/heads/main")


def rooted(here: Device, tree: str, *parents: str) -> str:
    words = [word for parent in parents for word in ("-p", parent)]
    return here.git("commit-tree", tree, *words, "-m", "hostile")


def planted(here: Device, *lines: bytes) -> str:
    """Return a commit after HEAD whose tree holds these index lines besides."""
    here.git("update-index", "-z", "--index-info", stdin=b"".join(line + b"\0" for line in lines))
    made = rooted(here, here.git("write-tree"), "HEAD")
    here.git("reset", "--quiet", "HEAD")
    return made


def test_a_remote_that_went_back_is_noticed(pair: tuple[Device, Device]) -> None:
    here, there = pair
    old = here.remote.head
    here.write({TRAIN: "train"})
    here.give()
    there.get()
    pushed(here, old)
    assert standing(there) == Standing.ROLLED_BACK
    assert there.files() == {**START, TRAIN: "train"}
    there.give()  # without force: what is here comes after what the remote went back to
    assert standing(there) == Standing.SAME


def test_a_remote_that_lost_its_branch_is_noticed(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.git("push", "--quiet", "origin", "HEAD:refs/heads/other")
    here.room.git("update-ref", "-d", "refs/heads/main", cwd=Path(here.remote.url))
    assert (there.remote.fetch(), standing(there)) == ("", Standing.ROLLED_BACK)


def test_a_history_that_was_written_anew_is_noticed(pair: tuple[Device, Device]) -> None:
    here, there = pair
    start = here.remote.head
    here.write({TRAIN: "train"})
    here.give()
    there.get()
    pushed(here, rooted(here, "HEAD^{tree}", start))
    assert standing(there) == Standing.REWRITTEN
    pushed(here, rooted(here, "HEAD^{tree}"))
    assert standing(there) == Standing.REWRITTEN
    assert there.files() == {**START, TRAIN: "train"}


def test_another_journal_is_not_taken_for_this_one(pair: tuple[Device, Device]) -> None:
    here, _ = pair
    stranger = device(here.room, "stranger", here.remote.url)
    stranger.write({OWN: "another"})
    assert standing(stranger) == Standing.UNRELATED


@pytest.mark.parametrize("name", ["..", ".git", "."])
def test_a_name_that_leads_out_of_the_tree_is_not_even_fetched(pair: tuple[Device, Device], name: str) -> None:
    here, there = pair
    line = b"40000 %s\0" % name.encode() + bytes.fromhex(here.git("rev-parse", "HEAD^{tree}"))
    tree = here.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", stdin=line)
    here.git("config", "transfer.fsckObjects", "false")
    pushed(here, rooted(here, tree, "HEAD"))
    before = there.remote.head
    with pytest.raises(SyncTrouble):
        there.remote.fetch()
    assert there.remote.head == before


@pytest.mark.parametrize("kind", ["blob", "tag"])
def test_a_branch_that_is_no_history_is_refused(pair: tuple[Device, Device], kind: str) -> None:
    here, there = pair
    here.git("tag", "--annotate", "--message", "no commit", "tagged", "HEAD:" + LAKE)
    oid = here.git("rev-parse", "tagged" if kind == "tag" else "HEAD:" + LAKE)
    here.git("push", "--quiet", "origin", "tagged")
    (Path(here.remote.url) / "refs" / "heads" / "main").write_text(f"{oid}\n")
    with pytest.raises(SyncTrouble):
        there.remote.fetch()
    assert there.remote.head
    assert there.whole()


def planting(here: Device) -> dict[str, bytes]:
    """Index lines that no journal has, each with a path that it stands for."""
    oid = here.remote.write(b"../../somewhere").encode()
    commit = here.remote.head.encode()
    page = b"2026/2026-11-23.k7q2m9xd.md.asc"
    names = [b".gitattributes", b"2026/.gitmodules", b"a\nb", b"e\x1b[2J", "f\u202eg".encode(), b"h\xff", b"README"]
    return {
        "symlink": b"120000 %s\t%s" % (oid, page),
        "symlinked folder": b"120000 %s\t2025" % oid,
        "submodule": b"160000 %s\t%s" % (commit, page),
        "executable": b"100755 %s\t%s" % (oid, page),
        **{repr(name): b"100644 %s\t%s" % (oid, name) for name in names},
    }


def test_what_does_not_belong_in_a_journal_is_refused_and_changes_no_file(pair: tuple[Device, Device]) -> None:
    here, there = pair
    before = there.remote.head
    for what, line in planting(here).items():
        pushed(here, planted(here, line))
        incoming = there.remote.fetch()
        found = refusals(there.remote.tree(before), there.remote.tree(incoming))
        assert {finding.name.isprintable() for finding in found} == {True}, what
        assert (there.files(), there.remote.head) == (START, before), what


@pytest.mark.parametrize("what", ["symlink", "symlinked folder", "submodule", "executable", repr(b".gitattributes")])
def test_what_was_let_through_by_mistake_is_still_not_checked_out(pair: tuple[Device, Device], what: str) -> None:
    here, there = pair
    pushed(here, planted(here, planting(here)[what]))
    with pytest.raises(SyncTrouble, match="no plain file"):
        there.get()
    assert there.files() == START
    assert there.whole()
    assert not there.checkout.finish()


def test_other_branches_tags_and_notes_stay_where_they_are(pair: tuple[Device, Device]) -> None:
    here, there = pair
    here.git("tag", "planted")
    others = (
        "refs/heads/other",
        "refs/tags/planted",
        "refs/notes/textconv/journal",
        "refs/journal/seen",
        "refs/pull/1",
    )
    here.git("push", "--quiet", "origin", *(f"HEAD:{ref}" for ref in others))
    here.write({TRAIN: "train"})
    here.give()
    before = refs(there)
    there.get()
    assert refs(there) == before
    assert seen(there) == here.remote.head


def test_pages_that_git_keeps_in_clear_are_refused_with_the_way_out(here: Device) -> None:
    here.remote.refuse_clear_notes()
    here.git("update-ref", "refs/notes/textconv/journal", "HEAD")
    with pytest.raises(SyncTrouble, match="in clear") as told:
        here.remote.refuse_clear_notes()
    here.room.run("sh", "-c", told.value.hint.partition(": ")[2], check=0)
    here.remote.refuse_clear_notes()
