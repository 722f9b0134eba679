"""The process: streams, signals, and the one place where errors become sentences and exit codes."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType

import typer
from typer.main import get_command

from sexjournal.cli import cli
from sexjournal.errors import BadInput, JournalError

INTERRUPTED = 130
COMPLETING = "_JOURNAL_COMPLETE"
WAY = 6  # places that a mistake came by, the last one first
BUG = 70  # EX_SOFTWARE of sysexits.h
# What goes wrong with the name of a place, such as that of --dir.
PLACE = (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOTDIR, errno.EISDIR)
# What goes wrong with an output; all else that the system refuses has its own sentence where it happens.
OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EROFS, errno.ENXIO, errno.EINVAL)
PACKAGE = Path(__file__).parent


def main() -> None:
    """Run one command; the exit codes are those of the README."""
    gc.set_threshold(100_000, 20)  # a command is over before cycles add up, and each look at all pages costs time
    _settle_environment()
    if COMPLETING in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # public, if not in its __all__

        completion_init()  # Typer knows its shells only once it is told
    code = obey(sys.argv[1:])
    gc.freeze()  # or the interpreter looks through all pages once more for cycles, before it ends
    sys.exit(code)


def obey(words: list[str]) -> int:
    """Run the command line `words` and return its exit code."""
    try:
        command = get_command(cli)  # called as `cli(...)`, Typer would put an excepthook of its own in place of ours
        ctx_code = command(words, prog_name="journal", standalone_mode=False)
        sys.stdout.flush()
    except JournalError as trouble:
        _complain(trouble.sentence, trouble.hint)
        return trouble.exit_code
    except typer.TyperException as wrong:
        sentence = wrong.format_message().strip().rstrip(".")
        _complain(sentence[:1].lower() + sentence[1:], "journal --help shows what there is")
        return 2
    except BrokenPipeError:
        return _reader_gone()
    except OSError as trouble:
        if trouble.errno in PLACE:
            _complain(f"a file or directory cannot be reached: {str(trouble.strerror).lower()}", "look at --dir")
            return BadInput.exit_code
        if trouble.errno not in OUTPUT:
            raise
        return _nowhere_to_write(trouble)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return ctx_code if isinstance(ctx_code, int) else 0


def _complain(sentence: str, hint: str) -> None:
    from sexjournal.terminal.text import error_lines

    sys.stderr.write(error_lines(sentence, hint))


def _open_streams() -> None:
    """Give whoever closed one of the three streams an empty one, so that no file of ours takes its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _reader_gone() -> int:
    """Whoever read our output has enough; keep the interpreter from complaining about it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _nowhere_to_write(trouble: OSError) -> int:
    """The output is full or closed."""
    _reader_gone()
    sys.stderr.write(f"journal: cannot write the output: {str(trouble.strerror).lower()}\n")
    return 2


def _asked_to_end(number: int, _frame: object) -> None:
    for again in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal is often told of twice
        signal.signal(again, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _trouble_of_ours(kind: type[BaseException], _error: BaseException | None, trace: TracebackType | None) -> None:
    _tell_mistake(kind, trace)
    os._exit(BUG)


def _trouble_in_a_thread(what: threading.ExceptHookArgs) -> None:
    """The same where python-gnupg reads what gpg says: half of an answer is none, and the command ends."""
    _trouble_of_ours(what.exc_type, what.exc_value, what.exc_traceback)


def _trouble_while_tidying(what: sys.UnraisableHookArgs) -> None:
    """The same where Python itself goes on, as when it lets go of something."""
    _tell_mistake(what.exc_type, what.exc_traceback)


def _tell_mistake(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Tell of a bug by its kind and way alone: what an exception says, and its locals, may hold a page."""
    places = []
    while trace:
        places.append(f"{_place(Path(trace.tb_frame.f_code.co_filename))}:{trace.tb_lineno}")
        trace = trace.tb_next
    way = " ".join(reversed(places[-WAY:])) or "nowhere"
    sys.stderr.write(f"journal: a mistake of this program: {kind.__name__} at {way}\n")
    sys.stderr.write("hint: nothing that was said to be saved is lost; please report the line above\n")
    sys.stderr.flush()


def _place(file: Path) -> str:
    """Return where a source file stands in the package; the bare name of any other file, whose path may be private."""
    return str(file.relative_to(PACKAGE)) if file.is_relative_to(PACKAGE) else file.name


def _settle_environment() -> None:
    """Nothing we make is for others to read, and no core file ever holds a page."""
    import resource

    os.umask(0o077)
    _open_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):  # as an exception, so that what lies in memory is tidied up
        signal.signal(number, _asked_to_end)
    sys.excepthook = _trouble_of_ours
    threading.excepthook = _trouble_in_a_thread
    sys.unraisablehook = _trouble_while_tidying
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale without all letters gets escapes, not an end
            stream.reconfigure(errors="backslashreplace")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: a piped core_pattern ignores the limit
