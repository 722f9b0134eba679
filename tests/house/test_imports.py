"""Imports: who imports whom, and what start-up costs."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools import PACKAGE, ROOT, run_tool

# Each costs 20 to 60 ms: they are imported in the functions that need them.
HEAVY = {
    *("dateparser", "frontmatter", "gnupg", "markdown_it", "pendulum"),
    *("platformdirs", "pysequoia", "regex", "rich", "tomlkit", "yaml"),
}
PURE = ("entry", "prompts", "reflect", "search")
CLOCK = {"now", "today", "utcnow"}


def at_import_time(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when a module is imported: not those of functions, nor those for a type checker only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from at_import_time(ast.Module(child.orelse, []))
        elif not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from at_import_time(child)


def libraries(found: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in found.names] if isinstance(found, ast.Import) else [found.module or ""]
    return {name.partition(".")[0] for name in names}


# Who knows whom


def test_the_import_rules_hold() -> None:
    done = run_tool("lint-imports", "--no-cache", "--no-logo")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("entry/entry", "import sexjournal.system.disk"),  # up a floor
        ("entry/merging", "import subprocess"),
        ("search/grep", "import subprocess"),
        ("search/filters", "from sexjournal.prompts.wording import Prompt"),  # beside it on its floor
        ("reflect/due", "import time"),
        ("prompts/questions", "from sexjournal.reflect import due"),
        ("openpgp/opening", "from sexjournal.entry.entry import parse"),
        ("openpgp/agent", "import sexjournal.keys.manifest"),
        ("system/disk", "import sexjournal.config"),
        ("system/swap", "import sexjournal.search.filters"),
        ("drafts/draft", "from sexjournal.entry.entry import Entry"),
        ("git/remote", "from sexjournal.entry.entry import parse"),
        ("git/repository", "from sexjournal.drafts import places"),
        ("keys/keyring", "from sexjournal.journal import index"),
        ("config", "import gnupg"),
        ("terminal/page", "import yaml"),
        ("terminal/chart", "from sexjournal.journal.store import Store"),
        ("journal/store", "import sexjournal.app"),
        ("workflows/new_page", "from sexjournal.commands.write import edit"),
        ("workflows/doctor/pages", "import gnupg"),
        ("commands/read/listing", "from sexjournal.journal.store import Store"),
        ("commands/read/show", "import sexjournal.openpgp.gpg"),
        ("commands/write/edit", "def later() -> None:\n    import rich"),
        ("commands/keep/lock", "from sexjournal.drafts.draft import Draft"),
        ("commands/keep/lock", "from sexjournal.commands.keep import sync"),
        ("commands/read/show", "from sexjournal.commands.write import edit"),
        ("fresh", "'''A module that has no place in the house.'''"),
    ],
)
def test_a_wrong_import_would_be_told(tmp_path: Path, module: str, line: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "sexjournal", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    with (tmp_path / "sexjournal" / f"{module}.py").open("a") as file:
        file.write(f"\n{line}\n")
    done = run_tool("lint-imports", "--no-cache", "--no-logo", folder=tmp_path)
    assert done.returncode == 1, done.stdout
    assert f"sexjournal.{module.replace('/', '.')}" in done.stdout.replace("- fresh", "sexjournal.fresh")


@pytest.mark.parametrize("floor", PURE)
def test_a_pure_floor_never_asks_the_clock(floor: str) -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in (PACKAGE / floor).glob("*.py")]
    calls = [node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert calls
    assert [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCK] == []


# What start-up costs


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_heavy_library_is_imported_by_the_functions_that_need_it(path: Path) -> None:
    imported = at_import_time(ast.parse(path.read_text("utf-8")))
    assert set().union(*map(libraries, imported)) & HEAVY == set()


def test_laying_out_every_command_imports_no_heavy_library() -> None:
    imported = imported_by("from sexjournal.main import cli, get_command; get_command(cli).get_command(None, 'none')")
    files = {path for path in (PACKAGE / "commands").rglob("[a-z]*.py") if path.stem != "desk"}  # it has no name
    assert {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files} <= imported
    assert {name.partition(".")[0] for name in imported} & HEAVY == set()


def test_a_command_does_not_import_the_others() -> None:
    imported = imported_by("from sexjournal.main import obey; obey(['config', 'language'])")
    commands = {name for name in imported if name.startswith("sexjournal.commands.")}
    assert commands == {f"sexjournal.commands.{name}" for name in ("options", "keep", "keep.config")}


def imported_by(code: str) -> set[str]:
    done = run_tool(Path(sys.executable).name, "-c", f"import sys; {code}; print(); print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())
