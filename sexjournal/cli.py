"""The table of commands: under which name each is typed, where it stands, and how help groups it."""

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

# By the name that is typed: the module and its function of the same name, the panel in the help, the settings.
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
    """Every command, each imported and laid out when it is named, so that none pays for the others.

    Contexts and commands are of types that Typer keeps to itself.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as Typer calls it
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:  # a name that is none is compared with all
            if name not in self.commands:
                self.commands[name] = _laid_out(name)
        return super().get_command(ctx, cmd_name)


def _laid_out(name: str) -> Any:
    place, panel, settings = COMMANDS[name]
    found = getattr(import_module(f"sexjournal.commands.{place}"), place.rpartition(".")[2])
    alone = typer.Typer(add_completion=False)
    alone.callback()(lambda: None)  # with it, Typer makes a group of one command too
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, rich_help_panel=panel)
    else:
        alone.command(name, rich_help_panel=panel, context_settings=settings, hidden=panel is None)(found)
    return get_group(alone).commands[name]


cli = typer.Typer(
    name="journal",
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
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
