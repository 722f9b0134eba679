"""Run a command, and kill one process that it starts right after the Nth call of those processes that changes a file.

    killer.py LOG WHOM NUMBER COMMAND...

strace stops each process after each such call, so that it is known which of them did what, in which order; the first
process, which is the command itself, goes on. Of WHOM, `it` is the process alone, and `all` is everybody: the command,
what it started, and whoever started it in the same session. LOG then holds that call.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# The program asks the kernel that nobody looks into its memory, so that there is no core of it. strace looks there for
# the names of files, which only root may do then: the call that asks for it does nothing under strace.
DUMPABLE = "prctl"
CHANGES = "?write,?pwrite64,?writev,?fsync,?fdatasync,?link,?linkat,?rename,?renameat,?renameat2,?unlink,?unlinkat"
LINE = re.compile(r"(\d+) +(<\.\.\. )?(.*)")
NO_FILE = re.compile(r"p?write(64|v)?\(\d+<(?!/)|.*</dev/(?!shm/)|.*= -1 E")  # pipes, devices, and what failed anyway


def main(log: str, whom: str, number: str, *command: str) -> int:
    reader, writer = os.pipe()
    to_here = ("-o", f"/dev/fd/{writer}")
    seen = ("-e", f"trace=execve,{DUMPABLE},{CHANGES}", "-e", "signal=none")
    chosen = (*seen, "-e", f"inject={DUMPABLE}:retval=0", "-e", f"inject={CHANGES}:signal=STOP")
    with subprocess.Popen(("strace", "-f", "-qqq", "-y", *to_here, *chosen, *command), pass_fds=(writer,)) as traced:
        os.close(writer)
        left = int(number)
        for process, call, is_change in stops(reader):
            left -= is_change
            if left or not is_change:
                with suppress(ProcessLookupError):  # somebody else ended it
                    os.kill(process, signal.SIGCONT)
                continue
            Path(log).write_text(f"killed by SIGKILL: {call}\n")
            if whom == "all":
                os.killpg(0, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    return traced.returncode


def stops(reader: int) -> Iterator[tuple[int, str, bool]]:
    """Each process that stopped, after which call, and whether that changed a file and is not the command's own."""
    begun: dict[int, str] = {}
    first = 0
    with os.fdopen(reader, errors="replace") as lines:
        for line in lines:
            words = LINE.match(line)
            process, resumed, call = int(words[1]), words[2], words[3]
            first = first or process
            if call.endswith("<unfinished ...>"):
                begun[process] = call
                continue
            call = begun.pop(process, "") + call if resumed else call
            if not call.startswith(("execve", DUMPABLE)):
                yield process, call, process != first and not NO_FILE.match(call)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
