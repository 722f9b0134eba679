"""Renew `.constraints.txt`: every test runs with the newest releases first, and only when all pass they are kept.

    .venv/bin/python tests/renew.py

It works in a copy of this checkout, and does there what CI does: the test command of the README, word for word.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
FILE = ".constraints.txt"
HEAD = """\
# What CI tests: the release of every package of the test environment, and of those that build this one.
# Written by tests/renew.py, which runs all tests with the newest releases first.
"""
LOCKED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")
COMMAND = re.compile(r"^<!-- the tests -->\n```sh\n(.+)\n```$", re.MULTILINE)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_12", "manylinux_2_5", "manylinux1")
# Let the backend say what an editable installation needs besides.
NEEDS = "import hatchling.build as backend; print(*backend.get_requires_for_build_editable(), sep='\\n')"


class NotRenewedError(Exception):
    """Why the constraints stay as they are."""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="renew-") as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(ROOT, copy, symlinks=True, ignore=NOT_COPIED)
        try:
            lines = newest(copy, Path(scratch) / "newest")
            refuse_missing(lines, Path(scratch) / "nothing")
            try_out(copy, lines)
        except NotRenewedError as trouble:
            print(f"renew: {trouble}\nrenew: {FILE} stays as it is", file=sys.stderr)
            return 1
    for change in keep(ROOT / FILE, lines):
        print(change)
    return 0


def newest(project: Path, environment: Path) -> list[str]:
    """Return `name==version` of each package that the tests and the build need, the newest that pyproject allows."""
    python = str(environment / "bin" / "python")
    call("no environment could be made", sys.executable, "-m", "venv", str(environment))
    install = (python, "-m", "pip", "install", "-q")
    call("the build backend could not be installed", *install, *requirements(project)["build"])
    besides = call("the build backend did not say what it needs", python, "-c", NEEDS, folder=project).split("\n")
    wanted = (*requirements(project)["build"], *filter(None, besides))
    # Once more with all of it: one release of each has to fit both.
    call("the newest releases do not fit together", *install, "-U", *wanted, f"{project}[test]")
    frozen = call("pip did not list its packages", python, "-m", "pip", "freeze", "--exclude", "sexjournal")
    return sorted(frozen.split(), key=str.casefold)


def refuse_missing(lines: Sequence[str], nowhere: Path) -> None:
    """NotRenewedError unless each release has a wheel for each Python and machine that is supported."""
    words = (sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--no-deps")
    for python, machine in ((python, machine) for python in PYTHONS for machine in MACHINES):
        platforms = [word for tag in GLIBC for word in ("--platform", f"{tag}_{machine}")]
        where = ("--python-version", python, *platforms, "--only-binary", ":all:", "--target", str(nowhere))
        call(f"a release has no wheel for Python {python} on {machine}", *words, *where, *lines)


def try_out(project: Path, lines: Iterable[str]) -> None:
    """Run the test command of a project with these releases; NotRenewedError when it fails."""
    write(project / FILE, lines)
    done = subprocess.run(("bash", "-euo", "pipefail", "-c", command(project)), cwd=project, check=False)
    if done.returncode:
        raise NotRenewedError(f"the tests failed with the newest releases (exit {done.returncode})")


def keep(file: Path, lines: Sequence[str]) -> list[str]:
    """Write the constraints, and return what changed, a line each."""
    before, now = (locked(file) if file.exists() else {}), dict(parsed(lines))
    write(file, lines)
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return [f"{name}: {before.get(name, 'none')} -> {now.get(name, 'none')}" for name in changed]


def write(file: Path, lines: Iterable[str]) -> None:
    file.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")


def call(trouble: str, *argv: str, folder: Path | None = None) -> str:
    """Return what a program printed; NotRenewedError with its own reason when it failed."""
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRenewedError(f"{trouble}:\n{done.stderr.strip()}")
    return done.stdout


# What the project says


def command(project: Path) -> str:
    """Return the test command of the README."""
    (line,) = COMMAND.findall((project / "README.md").read_text("utf-8"))
    return str(line)


def locked(file: Path) -> dict[NormalizedName, Version]:
    """Return the releases that a constraints file names."""
    text = file.read_text("utf-8").splitlines()
    return dict(parsed(line for line in text if not line.startswith("#")))


def parsed(lines: Iterable[str]) -> Iterator[tuple[NormalizedName, Version]]:
    for line in lines:
        name, version = LOCKED.fullmatch(line).groups()
        yield canonicalize_name(name), Version(version)


def requirements(project: Path) -> Mapping[str, Sequence[str]]:
    """Return what pyproject asks for: to build, to run, to test."""
    told = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    return {
        "build": told["build-system"]["requires"],
        "run": told["project"]["dependencies"],
        "test": told["project"]["optional-dependencies"]["test"],
    }


if __name__ == "__main__":
    sys.exit(main())
