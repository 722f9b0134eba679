"""The programs that tests hold as text: which names of the package each uses. Runs none of them.

No tool renames a name inside a string, and a patch of a name that is gone patches nothing. So the house looks at each.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

PACKAGE = "sexjournal"
IMPORT = re.compile(rf"\b(?:from|import)\s+{PACKAGE}\b")
PLACEHOLDER = re.compile(r"\{\w*(?:![rs])?\}")  # of str.format


def snippets(file: Path) -> Iterator[tuple[int, str]]:
    """Return the line and the text of each string in a Python file that imports the package."""
    tree = ast.parse(file.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) not in inside and (text := _text(node)) and IMPORT.search(text):
            yield node.lineno, text


def _text(node: ast.AST) -> str:
    """Return the text of a string, with `_` for each value that is only known when the test runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "_" for part in node.values)
    return ""


def wrong_names(snippet: str) -> set[str]:
    """Return the modules that a snippet imports, and the names that it uses of them, which are not in the package."""
    tree = _parsed(snippet)
    imported = dict(_imported(tree))
    used = {f"{imported[module]}.{name}" for module, name in _attributes(tree) if module in imported}
    return {name for name in {*imported.values(), *used} if not exists(name)}


def exists(name: str) -> bool:
    """Return whether a dotted name is a module of the package, or something in one."""
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def _parsed(snippet: str) -> ast.Module:
    """Parse a snippet; of one that is no whole program, only its lines that import."""
    whole = PLACEHOLDER.sub("_", snippet).replace("{{", "{").replace("}}", "}")
    try:
        return ast.parse(whole)
    except SyntaxError:
        statements = (part.strip() for part in re.split(r"[\n;]", whole))
        return ast.parse("\n".join(part for part in statements if IMPORT.match(part)))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Return what each import binds: the name in the snippet, and the dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            ours = (alias for alias in node.names if alias.name.partition(".")[0] == PACKAGE)
            yield from ((alias.asname or alias.name, alias.name) for alias in ours)


def _attributes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
