"""The process: streams, signals, and the boundary where errors become sentences and exit codes."""

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
TRACE_LENGTH = 6  # innermost places of a bug that are printed
BUG = 70  # EX_SOFTWARE of sysexits.h
# Errors of a path, such as --dir.
PATH_ERRORS = (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOTDIR, errno.EISDIR)
# Errors of an output stream. Other errors of the system get a sentence where they happen.
WRITE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EROFS, errno.ENXIO, errno.EINVAL)
PACKAGE = Path(__file__).parent


def main() -> None:
    """Run a command, and exit with an exit code of the README."""
    gc.set_threshold(100_000, 20)  # a command is over before cycles add up, and each look at all pages costs time
    _prepare_process()
    if COMPLETING in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # public, if not in its __all__

        completion_init()  # Typer registers its shells only in this call
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
        _print_error(trouble.sentence, trouble.hint)
        return trouble.exit_code
    except typer.TyperException as wrong:
        sentence = wrong.format_message().strip().rstrip(".")
        _print_error(sentence[:1].lower() + sentence[1:], "journal --help shows what there is")
        return 2
    except BrokenPipeError:
        return _discard_output()
    except OSError as trouble:
        if trouble.errno in PATH_ERRORS:
            _print_error(f"a file or directory cannot be reached: {str(trouble.strerror).lower()}", "look at --dir")
            return BadInput.exit_code
        if trouble.errno not in WRITE_ERRORS:
            raise
        return _report_output_error(trouble)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return ctx_code if isinstance(ctx_code, int) else 0


def _print_error(sentence: str, hint: str) -> None:
    from sexjournal.terminal.text import error_lines

    sys.stderr.write(error_lines(sentence, hint))


def _open_streams() -> None:
    """Open each closed standard stream as an empty stream, so that no other file gets the number of the stream."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _discard_output() -> int:
    """Discard further output, so that the interpreter does not complain about a closed pipe; return exit code 0."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _report_output_error(trouble: OSError) -> int:
    """Report that the output is full or closed; return the exit code."""
    _discard_output()
    sys.stderr.write(f"journal: cannot write the output: {str(trouble.strerror).lower()}\n")
    return 2


def _exit_on_signal(number: int, _frame: object) -> None:
    for each in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal often sends the signal twice
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _exit_on_bug(kind: type[BaseException], _error: BaseException | None, trace: TracebackType | None) -> None:
    _print_bug(kind, trace)
    os._exit(BUG)


def _exit_on_thread_bug(bug: threading.ExceptHookArgs) -> None:
    """Report a bug in a thread of python-gnupg and end the command: the answer of gpg is not complete."""
    _exit_on_bug(bug.exc_type, bug.exc_value, bug.exc_traceback)


def _report_ignored_bug(bug: sys.UnraisableHookArgs) -> None:
    """Report a bug where Python itself goes on, as in a destructor."""
    _print_bug(bug.exc_type, bug.exc_traceback)


def _print_bug(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Print the class and places of a bug. Message and local variables are left out, because they may hold a page."""
    places = []
    while trace:
        places.append(f"{_source_path(Path(trace.tb_frame.f_code.co_filename))}:{trace.tb_lineno}")
        trace = trace.tb_next
    trace_text = " ".join(reversed(places[-TRACE_LENGTH:])) or "nowhere"
    sys.stderr.write(f"journal: a mistake of this program: {kind.__name__} at {trace_text}\n")
    sys.stderr.write("hint: nothing that was said to be saved is lost; please report the line above\n")
    sys.stderr.flush()


def _source_path(file: Path) -> str:
    """Return the path of a source file within the package; only the name of another file: the path may be private."""
    return str(file.relative_to(PACKAGE)) if file.is_relative_to(PACKAGE) else file.name


def _prepare_process() -> None:
    """Make new files private, forbid core files, open the streams, and install the handlers of signals and bugs."""
    import resource

    os.umask(0o077)
    _open_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):  # as an exception, so that drafts in memory are removed
        signal.signal(number, _exit_on_signal)
    sys.excepthook = _exit_on_bug
    threading.excepthook = _exit_on_thread_bug
    sys.unraisablehook = _report_ignored_bug
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # escapes in a locale without all letters
            stream.reconfigure(errors="backslashreplace")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: a piped core_pattern ignores the limit
