"""G5: only authentic text is shown, and nothing hostile keeps the other pages from being read.

Every byte flipped in four kinds of message, every cut, insertions, deletions and lengths put right; what strangers
could send; forgeries inside the seal by somebody who knows the journal key; on the gpg way and on the pysequoia way.
In the normal run the slow way, gpg's, gets a spread of the changes; JOURNAL_PROOF=full gives it every one.
"""

from __future__ import annotations

import shutil
import sys

import pytest
from figures import Figures
from forgeries import DISGUISES, FORGERIES, GCRYPT, signed_parts
from ground import Ground, inside, made, opened
from hostile import HOSTILE
from messages import HEADER, KINDS, armored, bare, shown
from mutations import MUTATIONS, cuts, deletions, flips, insertions
from room import Keys, Room

from sexjournal.entry.filename import id_at_end
from sexjournal.openpgp import packets

OLD = "by whoever can write to the files on this device; genuine, and shown. 'journal sync' refuses them"
BESIDE = "hostile files in which the one genuine page is read"


def measured(figures: Figures, way: str, count: int, wrong: int) -> None:
    figures.record("G5", f"hostile inputs, the {way} way", count, least=2700)
    figures.record("G5", "of them, shown as genuine", wrong, most=0)


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_text_comes_of_a_changed_message(
    ground: Ground, figures: Figures, way: str, kind: str, mutation: str
) -> None:
    message = bare(KINDS[kind](ground))
    sealed_from = len(message) - len(list(packets._packets(message))[-1][1])
    wrong, count = [], 0
    for at, mutant in MUTATIONS[mutation](message, way):
        found = opened(ground, way, armored(mutant))
        # What only names another reader's key is not part of what is sealed: without it the page is the same page.
        same = at < sealed_from and found == shown(ground, kind)
        count += 1
        if found is not None and not same:
            wrong.append(f"{mutation} at {at}")
    measured(figures, way, count, len(wrong))
    assert wrong == []


@pytest.mark.parametrize("kind", ["dated", "opaque"])
def test_no_other_text_comes_of_a_changed_file(ground: Ground, figures: Figures, way: str, kind: str) -> None:
    sealed = HEADER + KINDS[kind](ground)
    mutants = [mutant for mutation in (flips, cuts, insertions, deletions) for _, mutant in mutation(sealed, "gpg")]
    wrong = [mutant for mutant in mutants if opened(ground, way, mutant) not in (None, ground.text)]
    measured(figures, way, len(mutants), len(wrong))
    assert wrong == []


@pytest.mark.skipif(GCRYPT is None, reason="libgcrypt, which makes these forgeries, is not found")
@pytest.mark.parametrize("name", [*FORGERIES, *DISGUISES])
def test_a_forgery_inside_the_seal_is_never_shown(ground: Ground, figures: Figures, way: str, name: str) -> None:
    parts = signed_parts(ground, ground.text)
    forged = (FORGERIES | DISGUISES)[name](ground, parts)
    found = opened(ground, way, forged)
    if name in FORGERIES:
        measured(figures, way, 1, int(found is not None))
    assert found is None or (name in DISGUISES and found == ground.text)
    assert found == ground.text or name != "as it was"
    assert opened(ground, way, ground.seal(ground.text)) == ground.text  # and afterwards all goes on


@pytest.fixture(scope="module")
def hostile(ground: Ground) -> dict[str, bytes]:
    return {name: make(ground) for name, make in HOSTILE.items()}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_ours_is_never_shown(
    ground: Ground, figures: Figures, way: str, name: str, hostile: dict[str, bytes]
) -> None:
    asked = ground.room.asked
    found = [opened(ground, way, file) for file in (hostile[name], HEADER + hostile[name])]
    measured(figures, way, 2, 2 - found.count(None))
    assert found == [None, None]
    if "passphrase" in name:
        assert ground.room.asked == asked  # nobody is asked for one that a stranger chose


@pytest.mark.parametrize("hidden", [False, True])
def test_none_of_it_keeps_the_other_pages_from_being_read(
    keys_of_run: Keys,
    monkeypatch: pytest.MonkeyPatch,
    figures: Figures,
    way: str,
    hidden: bool,
    hostile: dict[str, bytes],
) -> None:
    with Room(keys_of_run, ("plain", "second")) as room, inside(room):
        ground = made(room)
        if way == "gpg":
            monkeypatch.setitem(sys.modules, "pysequoia", None)
        year = room.journal_dir / "2026"
        year.mkdir()
        genuine = {"k7q2m9xa": ground.seal(ground.text, hidden=hidden)}
        files = {f"f{number:07}": file for number, file in enumerate(hostile.values())}
        broken = bytearray(bare(genuine["k7q2m9xa"]))
        broken[60] ^= 1  # in the key of the first reader, which is this device's
        files["broken00"] = armored(bytes(broken))
        for name, file in (files | genuine).items():
            (year / f"2026-11-21.{name}.md.asc").write_bytes(file)
        reading = ground.store.read()
    texts = [entry.text.encode() for entry in reading.entries]
    figures.record("G5", f"journals full of {BESIDE}", texts.count(ground.text), of=1)
    assert texts == [ground.text]
    troubles = {id_at_end(trouble.name) for trouble in reading.troubles if trouble.unreadable}
    # The message with one key broken opens with the other one, and then has another page's name.
    assert troubles == set(files)
    assert not any(ground.room.canary in trouble.sentence for trouble in reading.troubles)


def test_a_page_under_the_name_of_another_is_told(ground: Ground, figures: Figures, way: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if way == "gpg":
            patch.setitem(sys.modules, "pysequoia", None)
        year = ground.room.journal_dir / "2026"
        year.mkdir(exist_ok=True)
        other = ground.text.replace(b"k7q2m9xa", b"abcdefgh")
        (year / "2026-11-21.k7q2m9xa.md.asc").write_bytes(ground.seal(other))
        (year / "2026-11-21.abcdefgh.md.asc").write_bytes(ground.seal(ground.text))
        reading = ground.store.read()
    shutil.rmtree(year)
    measured(figures, way, 2, len(reading.entries))
    assert reading.entries == ()
    assert [trouble.sentence for trouble in reading.troubles] == ["its name is another page's"] * 2


def test_an_older_version_of_a_page_that_is_put_back_is_the_persons_own(room: Room, figures: Figures) -> None:
    """It is genuine and shown, and only `journal sync` would tell that it is old: published as it is."""
    room.journal("init", "--yes", check=0)
    entry = room.journal("new", stdin=b"We swam.\n", check=0).text.strip()
    (path,) = room.files()
    old = path.read_bytes()
    room.journal("edit", entry, stdin=room.open(path).replace(b"swam", b"dived"), check=0)
    path.write_bytes(old)
    listed = room.journal("show", "--raw", entry)
    figures.record(
        "G5", "older versions of a page put back that are told to be old", int(listed.code == 5), of=1, note=OLD
    )
    assert listed.code == 5 or listed.text.endswith("We swam.\n")
