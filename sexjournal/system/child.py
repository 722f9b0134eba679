"""Run a command of the person's, which gets Ctrl-C instead of this process."""

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

    # Ctrl-C is the child's, from its first moment on. A handler rather than SIG_IGN, which the child would inherit.
    handler = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(command, cwd=place, env=dict(environ)) as child:
            try:
                code = child.wait()
            except SystemExit:  # we are asked to end: the pages in clear must not outlive us
                child.terminate()
                raise
    except OSError as trouble:
        raise BadInput(f"'{command[0]}' cannot be run: {str(trouble.strerror).lower()}") from None
    finally:
        signal.signal(signal.SIGINT, handler)
    return code if code >= 0 else 128 - code
