"""journal grep: find matching lines in all pages at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sexjournal.commands.options import FilterOptions, app_of, filtered
from sexjournal.errors import BadInput, NothingFound

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.search.grep import Options

SEARCH_SECONDS = 20.0  # seconds at work for one search, a slow reader not counted; 24 MB of pages take well under one

Words = Annotated[list[str] | None, typer.Argument(metavar="[PATTERN] [REF]...", help="What to look for, and where.")]


def _flag(letter: str, text: str) -> Any:
    return typer.Option(f"-{letter}", help=text)


def _either(letter: str, other: str, text: str) -> Any:
    """Return a pair of flags; the last on the command line counts."""
    return typer.Option(f"-{letter}/-{other}", help=text, show_default=False)


@filtered
def grep(
    ctx: typer.Context,
    filter_options: FilterOptions,
    words: Words = None,
    extended: Annotated[bool, _flag("E", "PATTERN is an extended regular expression.")] = False,
    fixed: Annotated[bool, _flag("F", "PATTERN is text, taken as it is.")] = False,
    ignore_case: Annotated[bool, _flag("i", "Upper and lower case alike.")] = False,
    word: Annotated[bool, _flag("w", "Whole words only.")] = False,
    whole_line: Annotated[bool, _flag("x", "Whole lines only.")] = False,
    invert: Annotated[bool, _flag("v", "The lines that do not match.")] = False,
    count: Annotated[bool, _flag("c", "Only how many lines, for each page.")] = False,
    listed: Annotated[bool | None, _either("l", "L", "Only the pages that match, or that do not.")] = None,
    numbers: Annotated[bool, _flag("n", "With line numbers.")] = False,
    names: Annotated[bool, _either("H", "h", "With the pages' ids, as it is anyway, or without.")] = True,
    only: Annotated[bool, _flag("o", "Only what matches.")] = False,
    after: Annotated[int | None, typer.Option("-A", metavar="N", min=0, help="N lines after each.")] = None,
    before: Annotated[int | None, typer.Option("-B", metavar="N", min=0, help="N lines before each.")] = None,
    around: Annotated[int | None, typer.Option("-C", metavar="N", min=0, help="N lines on both sides.")] = None,
    limit: Annotated[int | None, typer.Option("-m", metavar="N", min=0, help="At most N lines of a page.")] = None,
    patterns: Annotated[list[str] | None, typer.Option("-e", metavar="PATTERN", help="May be repeated.")] = None,
    quiet: Annotated[bool, _flag("q", "Print nothing; the exit code tells.")] = False,
    color: Annotated[str, typer.Option(metavar="WHEN", help="always, never or auto.")] = "auto",
    everything: Annotated[bool, typer.Option("--all", help="Look in the front matter too.")] = False,
) -> None:
    """Find lines in the text of all pages, with grep's own flags and exit codes.

    Without PATTERN it asks, so that the word stays out of the shell's history.
    """
    from sexjournal.search.grep import Options

    app = app_of(ctx)
    arguments = words or []
    sought, refs = (patterns, arguments) if patterns else (arguments[:1], arguments[1:])
    options = Options(
        syntax=_syntax(extended, fixed),
        ignore_case=ignore_case,
        word=word,
        whole_line=whole_line,
        invert=invert,
        count=count,
        listing=None if listed is None else "with" if listed else "without",
        only=only,
        quiet=quiet,
        limit=limit,
        before=around if before is None else before,
        after=around if after is None else after,
        numbers=numbers,
        names=names,
        color=_coloured(app, color),
    )
    _search(app, filter_options, refs, sought or [_ask_for_pattern(app)], options, everything)


def _syntax(extended: bool, fixed: bool) -> Literal["basic", "extended", "fixed"]:
    if extended and fixed:
        raise BadInput("-E and -F contradict each other", "-F takes PATTERN as it is, -E is for expressions")
    return "extended" if extended else "fixed" if fixed else "basic"


def _search(
    app: App, filter_options: FilterOptions, refs: list[str], patterns: list[str], options: Options, everything: bool
) -> None:
    from sexjournal.search import grep
    from sexjournal.terminal.matches import match_lines

    with _in_bounds():
        matcher = grep.compile_patterns(patterns, options)
    try:
        pages = [page.entry for page in app.archive.select(filter_options.to_filters(app, refs))]
    except NothingFound as trouble:  # as grep says of a file that is not there
        raise BadInput(trouble.sentence, trouble.hint) from None
    any_selected = False
    with _in_bounds():
        for result in grep.search(((page.id, _text(page, everything)) for page in pages), matcher, options):
            if isinstance(result, grep.Outcome):
                any_selected = result.any_selected
            else:
                app.terminal.show(match_lines(result, options))
    if app.code() and not (any_selected and options.quiet):
        raise typer.Exit(2)
    raise typer.Exit(grep.grep_exit_code(any_selected))


def _text(page: Entry, everything: bool) -> str:
    return page.text if everything else page.body


def _ask_for_pattern(app: App) -> str:
    if not app.terminal.interactive:
        raise BadInput("there is no pattern to look for", "journal grep PATTERN")
    return app.asker.line(app.wording.ui["grep_for"])


def _coloured(app: App, when: str) -> bool:
    style = app.terminal.style
    choices = {"always": True, "never": False, "auto": style.colour}
    if when not in choices:
        raise BadInput(f"--color takes always, never or auto, not '{when}'")
    return choices[when]


@contextmanager
def _in_bounds() -> Iterator[None]:
    """Raise TooSlow after SEARCH_SECONDS at work, for patterns that would never end."""
    from sexjournal.search.grep import TooSlow

    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SEARCH_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
