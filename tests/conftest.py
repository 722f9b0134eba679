"""The fixtures of all tests. The room itself is in room.py, and its pinentry in pinentry.py."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import shelf as shelves
from ground import WAYS, Ground, inside, made
from hypothesis import HealthCheck, settings
from pairs import Pair, joined, paired
from room import GITCONFIG, Keys, Room, heed_signals
from shelf import Shelf

# Here, as the table of figures is printed by the controller, which reads no other conftest.
pytest_plugins = ["figures", "marks"]

settings.register_profile(
    "default", deadline=None, max_examples=100, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=25)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reaches the person's own home, keys, git or editor, not even one that calls a module without a room."""
    nowhere = tmp_path_factory.mktemp("nowhere")
    heed_signals()
    with pytest.MonkeyPatch.context() as patch:
        for name in [
            name
            for name in os.environ
            if name.startswith(("JOURNAL_", "XDG_", "GIT_")) or name in ("NO_COLOR", "EMAIL")  # git takes EMAIL
        ]:
            patch.delenv(name)
        patch.setenv("HOME", str(nowhere))
        patch.setenv("GNUPGHOME", str(nowhere / "no-keys"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(GITCONFIG))
        patch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        for name in ("EDITOR", "VISUAL"):
            patch.setenv(name, "false")
        yield


@pytest.fixture(scope="session")
def keys_of_run(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The test keys of this run."""
    base = tmp_path_factory.getbasetemp()
    return Keys((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "keys")


@pytest.fixture
def make_room(keys_of_run: Keys) -> Iterator[Callable[..., Room]]:
    """Makes rooms: `make_room(keys=("expired",), pinentry="cancel")`; each is swept for its canary after the test."""
    with ExitStack() as rooms:
        yield lambda **choices: rooms.enter_context(Room(keys_of_run, **choices))


@pytest.fixture
def room(make_room: Callable[..., Room]) -> Room:
    """A room with one key, "Test", that needs no passphrase."""
    return make_room()


@pytest.fixture
def locked_room(make_room: Callable[..., Room]) -> Room:
    """A room with one passphrase-protected key, and a pinentry that knows the passphrase."""
    return make_room(keys=("locked",))


@pytest.fixture(scope="module")
def ground(keys_of_run: Keys) -> Iterator[Ground]:
    with Room(keys_of_run, ("plain", "second", "locked", "expired")) as room, inside(room):
        yield made(room, readers=("locked",), former=("expired",))


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared(keys_of_run: Keys) -> Iterator[Room]:
    """A room with a journal, for the tests that leave pages behind and nothing else."""
    with Room(keys_of_run) as room:
        room.journal("init", "--yes", check=0)
        yield room


@pytest.fixture
def kept(shared: Room) -> Iterator[Room]:
    """The same room with an empty journal; when a test is over, nothing of it may lie in clear."""
    shared.git("reset", "--hard", "--quiet", shared.git("rev-list", "--max-parents=0", "HEAD").text.strip())
    yield shared
    shared.hang_up()
    found = shared.sweep()
    for place in (*shared.runtime.glob("journal-*"), *shared.tools.glob("*")):
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    shared.pinentry = "right"
    assert not found, f"the canary lies in clear in {', '.join(map(str, found))}"


@pytest.fixture
def alone(room: Room) -> Room:
    """A room with a journal of its own, for a test that leaves a page waiting in memory."""
    room.journal("init", "--yes", check=0)
    return room


@pytest.fixture(scope="module")
def stocked(request: pytest.FixtureRequest, keys_of_run: Keys) -> Iterator[Shelf]:
    """A journal with the PAGES of the module on it, made by its SHELF where it has one."""
    shelf_of = getattr(request.module, "SHELF", shelves.stocked)
    with shelf_of(keys_of_run, request.module.PAGES) as shelf:
        yield shelf


@pytest.fixture
def shelf(stocked: Shelf) -> Iterator[Shelf]:
    """That journal as it was, swept and put back after each test."""
    yield stocked
    stocked.put_back()


@pytest.fixture
def pair(make_room: Callable[..., Room]) -> Pair:
    """Two devices that share a journal by a remote."""
    return paired(make_room)


@pytest.fixture
def third(pair: Pair, make_room: Callable[..., Room]) -> Room:
    """A device that was added by the first one, which the second has not heard of."""
    key = pair.here.fingerprints["locked"]
    pair.here.journal("keys", "add", key, "--yes", check=0)
    pair.here.journal("sync", check=0)
    return joined(pair.here, pair.remote, "locked", make_room)
