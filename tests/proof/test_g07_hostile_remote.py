"""G7: a remote that cannot be trusted loses, replaces and plants nothing: whatever it sends, `journal sync` says so.

Each attack is a commit, or a history, that somebody pushes who holds no key, or who owns the remote. Afterwards the
pages have to be what they were, to the byte, and there may be no file anywhere that was not there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attacker import Attacker
from figures import Figures
from room import Keys, Room

from sexjournal.git.trees import LARGEST_FILE

PAGE = "The lake.\n\nIt rained, and we stayed in.\n\nWe said little.\n"


def forged(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    text = b"---\nid: aaaaaaaa\nkind: experience\ndate: 2026-11-21\n---\nForged.\n"
    readers = ("--recipient", attacker.room.fingerprint)
    words = ("--armor", "--trust-model=always", "--encrypt", *readers)
    (page.parent / "2026-11-21.aaaaaaaa.md.asc").write_bytes(attacker.room.gpg(*words, stdin=text).out)
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


def old_manifest(attacker: Attacker) -> None:
    oldest = attacker.git("log", "--format=%H", "--", "journal.asc").text.split()[-1]
    (attacker.clone / "journal.asc").write_bytes(attacker.git("cat-file", "blob", f"{oldest}:journal.asc").out)
    attacker.push()


def no_manifest(attacker: Attacker) -> None:
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
        file.truncate(LARGEST_FILE + 1)
    attacker.push()


def rewritten(attacker: Attacker) -> None:
    attacker.git("checkout", "--quiet", "--orphan", "new")
    attacker.push("--force")


def rolled_back(attacker: Attacker) -> None:
    attacker.git("push", "--quiet", "--force", "origin", "HEAD~1:main")


def signed_by_a_stranger(attacker: Attacker) -> None:
    text = b"---\nid: aaaaaaaa\nkind: experience\ndate: 2026-11-21\n---\nForged.\n"
    words = ("--armor", "--trust-model=always", "--sign", "--local-user", attacker.room.fingerprints["second"])
    sealed = attacker.room.gpg(*words, "--encrypt", "--recipient", attacker.room.fingerprint, stdin=text).out
    (attacker.pages()[0].parent / "2026-11-21.aaaaaaaa.md.asc").write_bytes(sealed)
    attacker.push()


def copied(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    (page.parent / "2026-11-21.aaaaaaaa.md.asc").write_bytes(page.read_bytes())
    attacker.push()


def added_to(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    page.write_bytes(b"Something that was never sealed.\n" + page.read_bytes())
    attacker.push()


def names_that_differ_in_case(attacker: Attacker) -> None:
    page = attacker.pages()[0]
    page.with_name(page.name.upper()).write_bytes(page.read_bytes())
    attacker.push()


def another_encoding(attacker: Attacker) -> None:
    words = ("hash-object", "-w", "--stdin")
    blob = attacker.git(*words, stdin=b"*.asc working-tree-encoding=UTF-16 filter=lfs\n").text.strip()
    attacker.git("update-index", "--add", "--cacheinfo", f"100644,{blob},2026/.gitattributes")
    attacker.git("commit", "--quiet", "--message", "journal: update")
    attacker.git("push", "--quiet", "origin", "HEAD:main")


def modules(attacker: Attacker) -> None:
    (attacker.clone / ".gitmodules").write_text('[submodule "a"]\n\tpath = a\n\turl = -u./payload\n')
    attacker.push()


def out_of_the_tree(attacker: Attacker) -> None:
    inner = bytes.fromhex(attacker.git("rev-parse", "HEAD^{tree}").text)
    attacker.plant(b"40000 ..\0" + inner)


def into_git(attacker: Attacker) -> None:
    inner = bytes.fromhex(attacker.git("rev-parse", "HEAD^{tree}").text)
    attacker.plant(b"40000 .git\0" + inner)


def another_journal(attacker: Attacker) -> None:
    attacker.git("checkout", "--quiet", "--orphan", "new")
    for page in attacker.pages():
        page.unlink()
    (attacker.clone / "journal.asc").write_bytes(b"another")
    attacker.push("--force")


def branch_gone(attacker: Attacker) -> None:
    attacker.room.git("update-ref", "-d", "refs/heads/main", cwd=attacker.remote)


def branch_of_no_history(attacker: Attacker) -> None:
    blob = attacker.git("rev-parse", "HEAD:journal.asc").text
    (attacker.remote / "refs" / "heads" / "main").write_text(blob)


ATTACKS = (
    *(forged, signed_by_a_stranger, swapped, copied, added_to, replayed, replayed_in_another_coat, brought_back),
    *(truncated, emptied, old_manifest, no_manifest, all_removed, attributes, another_encoding, modules, link),
    *(linked_page, program, submodule, odd_name, names_that_differ_in_case, plain_text, huge, out_of_the_tree),
    *(
        into_git,
        brought_back_on_another_day,
        rewritten,
        rolled_back,
        another_journal,
        branch_gone,
        branch_of_no_history,
    ),
)


@pytest.fixture(scope="module")
def victims(keys_of_run: Keys) -> Iterator[Callable[[Path], Attacker]]:
    """A journal with three pages, one of them changed and one removed, and its remote; made anew for each attack."""
    with Room(keys_of_run, keys=("plain", "second")) as room:
        remote = room.root / "remote.git"
        room.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=room.home)
        room.journal("init", "--yes", "--key", room.fingerprint, check=0)

        def write(text: str, day: int) -> str:
            return room.journal("new", "--on", f"2026-11-{day:02}", stdin=text.encode(), check=0).text.strip()

        first, _, gone = (write(text, day) for day, text in enumerate((PAGE, "Two.\n", "Three.\n"), 1))
        room.journal("sync", "--remote", str(remote), check=0)
        room.journal("tag", "add", "slow", "--to", first, check=0)
        room.journal("remove", gone, "--yes", check=0)
        room.journal("keys", "backup", check=0)
        room.journal("sync", check=0)
        start = room.git("rev-parse", "HEAD").text.strip()

        def again(clone: Path) -> Attacker:
            room.git("update-ref", "refs/heads/main", start, cwd=remote)
            assert room.git("rev-parse", "HEAD").text.strip() == start
            room.git("clone", "--quiet", str(remote), str(clone), cwd=room.home)
            return Attacker(room, remote, clone)

        yield again


def outside(room: Room, remote: Path) -> set[Path]:
    """Every file that there is, but for what git keeps for itself."""
    gits = (room.journal_dir / ".git", remote)
    return {path for path in room.root.rglob("*") if not any(path.is_relative_to(git) for git in gits)}


def test_the_same_remote_is_believed_when_nobody_attacks(victims: Callable[[Path], Attacker], tmp_path: Path) -> None:
    assert "the same pages" in victims(tmp_path / "clone").room.journal("sync", check=0).error


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_noticed_and_nothing_is_lost(
    victims: Callable[[Path], Attacker], figures: Figures, tmp_path: Path, attack: Callable[[Attacker], None]
) -> None:
    attacker = victims(tmp_path / "clone")
    room = attacker.room
    pages = {path: path.read_bytes() for path in room.journal_dir.rglob("*.asc")}
    files = outside(room, attacker.remote)
    attack(attacker)
    refused = room.journal("sync")
    planted = outside(room, attacker.remote) - files
    changed = [path for path, sealed in pages.items() if not path.exists() or path.read_bytes() != sealed]
    noticed = refused.code == 4 and "\nhint: " in f"\n{refused.error}"
    figures.record("G7", "attacks by whoever can write to the remote", 1, least=15)
    figures.record("G7", "of them, noticed by 'journal sync'", int(noticed), of=1)
    figures.record("G7", "pages lost or replaced by them", len(changed), most=0)
    figures.record("G7", "files planted by them", len(planted), most=0)
    assert noticed, refused.error
    assert "\x1b" not in refused.error
    assert (changed, planted) == ([], set())
    assert room.git("status", "--porcelain").out == b""
    assert len(room.journal("list", check=0).text.splitlines()) == 2
