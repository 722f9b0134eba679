"""Runs a command of the person, which gets Ctrl-C instead of this process. Knows no pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sexjournal.errors import BadInput


def run(command: Sequence[str], place: Path, environ: Mapping[str, str]) -> int:
    """Run a command in a directory and return its exit code, 128 + N when signal N ended it.

    BadInput when the command cannot be started.
    """
    import signal
    import subprocess

    # Ctrl-C is for the child, from its first moment on. Not SIG_IGN, as the child would inherit that.
    handler = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(command, cwd=place, env=dict(environ)) as child:
            try:
                code = child.wait()
            except SystemExit:  # this process has to end: the pages in clear must not outlive it
                child.terminate()
                raise
    except OSError as error:
        raise BadInput(f"'{command[0]}' cannot be run: {str(error.strerror).lower()}") from None
    finally:
        signal.signal(signal.SIGINT, handler)
    return code if code >= 0 else 128 - code
