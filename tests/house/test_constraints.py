"""The constraints: they name a release of all that the tests need, and only releases that passed them are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest
import renew
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = renew.locked(renew.ROOT / renew.FILE)
ASKED = renew.requirements(renew.ROOT)


@pytest.mark.parametrize("text", [text for group in ASKED.values() for text in group])
def test_the_constraints_name_a_release_that_pyproject_allows(text: str) -> None:
    wanted = Requirement(text)
    assert LOCKED[canonicalize_name(wanted.name)] in wanted.specifier


@pytest.mark.parametrize(("python", "machine"), [*product(renew.PYTHONS, renew.MACHINES)])
def test_the_constraints_name_what_those_need_in_turn(python: str, machine: str) -> None:
    place = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine}
    place |= {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "extra": ""}
    needed = {*needs((*ASKED["run"], *ASKED["test"]), place)}
    assert len(needed) > len(ASKED["run"]) + len(ASKED["test"])
    assert needed <= LOCKED.keys()


def needs(asked: Iterable[str], place: Mapping[str, str]) -> Iterable[str]:
    """Return the packages that must be installed for these requirements in such a place, with all that they need."""
    reached: set[str] = set()
    ahead = list(asked)
    while ahead:
        wanted = Requirement(ahead.pop())
        name = canonicalize_name(wanted.name)
        if name not in reached and (wanted.marker is None or wanted.marker.evaluate(dict(place))):
            reached.add(name)
            ahead += metadata.requires(name) or ()
    return reached


def test_every_python_that_is_tried_for_wheels_is_one_that_pyproject_allows() -> None:
    lowest = renew.tomllib.loads((renew.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert lowest == f">={renew.PYTHONS[0]}"


@pytest.mark.parametrize("variable", ["PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"])  # the second from pip 25.3 on
def test_the_test_command_of_the_readme_installs_those_releases(variable: str) -> None:
    assert f" {variable}={renew.FILE} " in renew.command(renew.ROOT)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with constraints, to which a test gives a test command."""
    renew.write(tmp_path / renew.FILE, ["reed==1.0", "wren==2.0"])
    return tmp_path


def give_command(project: Path, line: str) -> None:
    (project / "README.md").write_text(f"Tests:\n\n<!-- the tests -->\n```sh\n{line}\n```\n")


def test_releases_that_fail_a_test_are_not_kept(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("copy")
    give_command(copy, f"grep -q reed==1.1 {renew.FILE} && false | true")
    before = (project / renew.FILE).read_bytes()
    with pytest.raises(renew.NotRenewedError, match=r"the tests failed .* \(exit 1\)"):
        renew.try_out(copy, ["reed==1.1"])
    assert (project / renew.FILE).read_bytes() == before


def test_releases_that_pass_every_test_are_kept_and_told(project: Path) -> None:
    give_command(project, f"grep -q reed==1.1 {renew.FILE}")
    before = (project / renew.FILE).read_bytes()
    renew.try_out(project, ["reed==1.1", "alder==3"])
    (project / renew.FILE).write_bytes(before)
    assert renew.keep(project / renew.FILE, ["reed==1.1", "alder==3"]) == [
        "alder: none -> 3",
        "reed: 1.0 -> 1.1",
        "wren: 2.0 -> none",
    ]
    assert renew.locked(project / renew.FILE) == dict(renew.parsed(["reed==1.1", "alder==3"]))


def test_a_program_that_fails_is_named_with_its_own_reason() -> None:
    with pytest.raises(renew.NotRenewedError, match=r"it was away:\nno such wren$"):
        renew.call("it was away", "sh", "-c", "echo no such wren >&2; exit 3")
