"""Places in memory: which directories are accepted, and what is said where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sexjournal.drafts import places
from sexjournal.drafts.places import NoPrivatePlace

NOBODY = 65534
MEMORY = Path("/dev/shm")

needs_memory = pytest.mark.skipif(
    not places._is_usable(MEMORY, places._memory_devices()), reason="/dev/shm is not a tmpfs"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")


@needs_memory
def test_the_runtime_directory_comes_first_when_it_is_in_memory_and_ours(place):
    assert places.find_place({"XDG_RUNTIME_DIR": str(place)}) == place
    assert list(places.all_places({"XDG_RUNTIME_DIR": str(place)}))[:2] == [place, MEMORY]


@needs_memory
def test_shared_memory_is_taken_without_a_runtime_directory():
    assert places.find_place({}) == MEMORY


@needs_memory
@pytest.mark.parametrize("permissions", [0o755, 0o770, 0o701])
def test_a_runtime_directory_that_others_may_enter_is_passed_over(place, permissions):
    place.chmod(permissions)
    assert places.find_place({"XDG_RUNTIME_DIR": str(place)}) == MEMORY


@needs_memory
@needs_root
def test_a_runtime_directory_of_somebody_else_is_passed_over(place):
    os.chown(place, NOBODY, NOBODY)
    assert places.find_place({"XDG_RUNTIME_DIR": str(place)}) == MEMORY


@needs_memory
@pytest.mark.parametrize("value", ["", ".", "relative", "/nowhere/at/all", "/proc/self/mountinfo"])
def test_a_runtime_directory_that_is_none_is_passed_over(value):
    assert places.find_place({"XDG_RUNTIME_DIR": value}) == MEMORY


@needs_memory
def test_a_runtime_directory_on_disk_is_passed_over(tmp_path):
    if tmp_path.stat().st_dev in places._memory_devices():
        pytest.skip("the temporary files of this machine are in memory")
    tmp_path.chmod(0o700)
    assert places.find_place({"XDG_RUNTIME_DIR": str(tmp_path)}) == MEMORY


@needs_memory
def test_a_shared_place_without_the_sticky_bit_is_passed_over(place, monkeypatch):
    monkeypatch.setattr(places, "SHARED_PLACES", (place,))
    place.chmod(0o777)
    assert list(places.all_places({})) == []
    place.chmod(0o1777)
    assert list(places.all_places({})) == [place]


def test_where_all_is_disk_the_reason_and_what_to_set_are_said(tmp_path, monkeypatch):
    table = tmp_path / "mountinfo"
    table.write_text("27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw\n")
    monkeypatch.setattr(places, "MOUNTINFO", table)
    with pytest.raises(NoPrivatePlace, match="must not touch the disk") as caught:
        places.find_place({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert "XDG_RUNTIME_DIR" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_system_that_cannot_tell_memory_from_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "MOUNTINFO", tmp_path / "missing")
    with pytest.raises(NoPrivatePlace, match="does not tell") as caught:
        places.find_place({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert "standard input" in caught.value.hint


def test_mounts_are_told_by_their_device_however_many_fields_they_have(tmp_path, monkeypatch):
    table = tmp_path / "mountinfo"
    table.write_bytes(
        b"1 1 254:0 / / rw - ext4 /dev/vda rw\n"
        b"2 1 0:25 / /dev/shm rw,nosuid shared:4 master:1 - tmpfs tmpfs rw\n"
        b"3 1 0:300 /a\\040-\\040b /mnt/\xff rw - ramfs none rw\n"
        b"4 1 0:26 / /mnt/tmpfs rw - fuse.tmpfs tmpfs rw\n"
    )
    monkeypatch.setattr(places, "MOUNTINFO", table)
    assert places._memory_devices() == {os.makedev(0, 25), os.makedev(0, 300)}


def test_a_place_without_room_is_refused_before_anything_is_written(place):
    places.require_space(place, 1)
    with pytest.raises(NoPrivatePlace, match="KiB are needed") as caught:
        places.require_space(place, 1 << 60)
    assert caught.value.hint


def test_a_place_without_a_limit_has_room(place, monkeypatch):
    unlimited = os.statvfs_result((4096, 4096, 0, 0, 0, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda path: unlimited)
    places.require_space(place, 1 << 60)
