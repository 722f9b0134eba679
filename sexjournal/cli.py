"""The table of commands: the name, the module, and the group in the help."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from sexjournal import __version__
from sexjournal.app import App
from sexjournal.commands.options import PANELS, TAKES_REFS

write, read, reflect, keep = PANELS.values()

# Name of the command: module (with a function of the same name), panel in the help, settings for Typer.
COMMANDS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "init": ("write.init", write, {}),
    "new": ("write.new", write, {}),
    "jot": ("write.jot", write, {"allow_extra_args": True}),
    "edit": ("write.edit", write, TAKES_REFS),
    "tag": ("write.tag", write, {}),
    "remove": ("write.remove", write, TAKES_REFS),
    "restore": ("write.restore", write, {}),
    "list": ("read.listing", read, TAKES_REFS),
    "show": ("read.show", read, TAKES_REFS),
    "grep": ("read.grep", read, {"help_option_names": ["--help"]}),
    "run": ("read.run", read, {"allow_interspersed_args": False}),
    "review": ("reflect.review", reflect, TAKES_REFS),
    "sync": ("keep.sync", keep, {}),
    "keys": ("keep.keys", keep, {}),
    "doctor": ("keep.doctor", keep, {}),
    "lock": ("keep.lock", keep, {}),
    "config": ("keep.config", keep, {}),
    "textconv": ("for_git.textconv", None, {}),  # these two are for git
    "merge-driver": ("for_git.merge_driver", None, {}),
}


class Commands(TyperGroup):
    """The commands. Each command is imported at the first use, so that start-up does not pay for the others.

    The types of contexts and commands are private to Typer.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as Typer calls it
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:  # for a wrong name, all names are compared
            if name not in self.commands:
                self.commands[name] = _command(name)
        return super().get_command(ctx, cmd_name)


def _command(name: str) -> Any:
    """Import a command, and return the command as Typer runs it."""
    module, panel, settings = COMMANDS[name]
    function = getattr(import_module(f"sexjournal.commands.{module}"), module.rpartition(".")[2])
    group = typer.Typer(add_completion=False)
    group.callback()(lambda: None)  # with it, Typer makes a group of one command too
    if isinstance(function, typer.Typer):
        group.add_typer(function, name=name, rich_help_panel=panel)
    else:
        group.command(name, rich_help_panel=panel, context_settings=settings, hidden=panel is None)(function)
    return get_group(group).commands[name]


cli = typer.Typer(
    name="journal",
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        sys.stdout.write(f"journal {__version__}\n")
        raise typer.Exit


@cli.callback(invoke_without_command=True)
def journal(
    ctx: typer.Context,
    directory: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="The journal's directory.")] = None,
    _version: Annotated[  # handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A private intimacy journal: sealed pages that are yours, in a directory that is yours.

    Alone, it shows what waits for you and the last few pages.
    """
    ctx.obj = App(directory=directory)
    if ctx.invoked_subcommand is None:
        from sexjournal.commands.read.desk import desk

        desk(ctx.obj)
