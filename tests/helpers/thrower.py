"""Runs `journal` and throws an exception in one of its functions; the words of the exception hold a canary.

Run as `thrower.py SPEC WORDS...`, where SPEC is a JSON file: `canary`, and either `seen`, a file that gets the name of
every function that was called, or `function` with `moment` (call or return) and `kind` (a name of KINDS). Whatever
anybody logs goes to stderr.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from sexjournal import main as process

PACKAGE = Path(process.__file__).parent
KINDS: dict[str, Callable[[str], BaseException]] = {
    "RuntimeError": RuntimeError,
    "KeyError": KeyError,
    "ValueError": lambda canary: ValueError(f"invalid literal: {canary!r}"),
    "UnicodeDecodeError": lambda canary: UnicodeDecodeError("utf-8", canary.encode(), 0, 1, canary),
    "OSError": lambda canary: OSError(5, "Input/output error", canary),
    "AssertionError": AssertionError,
    "MemoryError": MemoryError,
    "RecursionError": RecursionError,
}


class Tracer:
    """Sees the functions of the package, from the moment on when the command line is obeyed."""

    def __init__(self, spec: dict[str, str]) -> None:
        self.spec = spec
        self.seen: dict[str, None] = {}
        self.at_work = False
        self._names: dict[CodeType, str] = {}

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> Tracer | None:
        name = self._names.get(frame.f_code)
        if name is None:
            name = self._names[frame.f_code] = self._name(frame.f_code)
        if not name:
            return None
        self.at_work = self.at_work or name == "main.py obey"
        if self.at_work and event == "call":
            self.seen[name] = None
        if self.at_work and name == self.spec.get("function") and event == self.spec["moment"]:
            self.at_work = False
            self.spec["function"] = ""
            raise KINDS[self.spec["kind"]](self.spec["canary"])
        return self if name == self.spec.get("function") else None

    @staticmethod
    def _name(code: CodeType) -> str:
        path = Path(code.co_filename)
        return f"{path.relative_to(PACKAGE)} {code.co_qualname}" if path.is_relative_to(PACKAGE) else ""


def main(spec: dict[str, str], words: list[str]) -> None:
    logging.basicConfig(level=logging.DEBUG)
    sys.argv = ["journal", *words]
    tracer = Tracer(spec)
    threading.settrace(tracer)
    sys.settrace(tracer)
    try:
        process.main()
    finally:
        sys.settrace(None)
        if "seen" in spec:
            Path(spec["seen"]).write_text("\n".join(tracer.seen))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2:])
