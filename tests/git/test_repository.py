"""The repository of a journal: apart from a repository around it, and with a merge driver for the person."""

from __future__ import annotations

import sys

import pytest
from devices import LAKE, NOW, OWN, Device, device
from room import Room

from sexjournal.errors import SyncTrouble
from sexjournal.git.repository import Repository


def test_a_repository_that_holds_the_journal_is_left_alone(room: Room) -> None:
    around = room.root / "data"
    room.git("init", "--quiet", cwd=around)
    inside = around / "inside"
    inside.mkdir()
    (inside / OWN).write_text("own")
    with pytest.raises(SyncTrouble):
        Repository(inside, room.environment()).commit(NOW)
    assert room.git("status", "--porcelain", cwd=around).text == "?? inside/\n"


def merged(here: Device, driver: str) -> int:
    """Merge a branch that changed the lake into one that changed it too, by hand; return git's exit code."""
    path = here.room.tools / "journal"
    path.write_text(f"#!{sys.executable}\n{driver}\n")
    path.chmod(0o700)
    here.git("branch", "other")
    here.write({LAKE: "ours"})
    here.git("switch", "--quiet", "other")
    here.write({LAKE: "theirs"})
    here.git("switch", "--quiet", "main")
    by_hand = {"PATH": f"{here.room.tools}:{here.environ['PATH']}"}
    return here.room.git("merge", "--no-edit", "other", cwd=here.directory, env=by_hand, check=None).code


def test_a_merge_by_hand_asks_our_driver_whatever_the_tree_says(room: Room) -> None:
    here = device(room, "50 %A's")  # git itself puts something in the place of %A, and a shell reads the rest
    here.write({OWN: "own", LAKE: "lake"})
    (here.directory / ".gitattributes").write_text("*.asc merge=union\n")
    here.git("add", "--force", ".gitattributes")
    here.git("commit", "--quiet", "--message", "pushed")
    log = room.tools / "asked"
    joined = f"import sys; open({str(log)!r}, 'w').write(repr(sys.argv[1:])); open(sys.argv[6], 'w').write('joined')"
    assert merged(here, joined) == 0
    assert here.files()[LAKE] == "joined"
    words = eval(log.read_text())
    assert words[:4] == ["--dir", str(here.directory), "merge-driver", "--"]
    assert (len(words), words[-1]) == (8, LAKE)


def test_a_driver_that_failed_does_not_drop_the_other_side(here: Device) -> None:
    assert merged(here, "raise SystemExit(1)") == 1
    assert here.files()[LAKE] == "ours"
    with pytest.raises(SyncTrouble, match="in the middle of a merge"):
        here.repository.commit(NOW)
    here.git("merge", "--abort")
    assert not here.repository.commit(NOW)
    assert here.committed("other")[LAKE] == "theirs"
