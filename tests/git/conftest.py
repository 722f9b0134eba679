"""A room and a device for the tests of git."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from devices import LAKE, OWN, Device, device
from room import Room


@pytest.fixture
def room(make_room: Callable[..., Room]) -> Room:
    """A room without keys: nothing is sealed here."""
    return make_room(keys=())


@pytest.fixture
def here(room: Room) -> Device:
    """A device with two files."""
    made = device(room, "here")
    made.write({OWN: "own", LAKE: "lake"})
    return made
