"""Real editors in a pseudo-terminal: what was typed arrives, signals included. Their traces are in the proof, G1."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from editors import EDITORS, child_of, draft_page, furnish, present, until, write
from room import Room

from sexjournal.drafts import draft as drafts
from sexjournal.drafts import editor
from sexjournal.errors import BadInput

PAGE = "the page begins here\n"
BEGINS = "begins here"
# What a command does with a draft; it says how that went, and shows what arrived outside the swept places.
DRIVER = """
import os, signal, sys
from pathlib import Path
from sexjournal.drafts import draft as drafts
from sexjournal.drafts import editor, places
from sexjournal.errors import JournalError

tools, text = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
try:
    command = editor.command("", os.environ)
    draft = drafts.Draft.create(places.find_place(os.environ), drafts.About("new"), text)
    editor.open_editor(draft, command, os.environ)
except JournalError as trouble:
    print(f"[{trouble.sentence}] [{trouble.hint}]")
    if "draft" in globals():
        draft.keep()
    sys.exit(trouble.exit_code)
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
(tools / "arrived").write_bytes(draft.read())
draft.wipe()
print("id-of-the-page")
"""


def driver(room: Room, text: str = PAGE) -> tuple[str, ...]:
    page = room.tools / "text"
    page.write_text(text)
    return sys.executable, "-c", DRIVER, str(room.tools), str(page)


def opened(room: Room, command: str, text: str = PAGE) -> pexpect.spawn[str]:
    """A terminal with the editor open on a draft, ready for the keys."""
    # a plain terminal: Emacs waits two seconds for what a richer one would answer
    window = room.spawn(*driver(room, text), env={"EDITOR": command, "VISUAL": "", "TERM": "screen"})
    window.delaybeforesend = None
    window.expect(BEGINS)
    return window


def written(room: Room) -> str:
    """A page with the canary in it from the start: a first backup, or a swap file, holds only what was there before."""
    return f"{PAGE}and it speaks of {room.canary}\n"


def ended(window: pexpect.spawn[str]) -> tuple[int | None, str]:
    """The exit code of the command, and what the terminal showed last."""
    window.expect(pexpect.EOF)
    window.close()
    return window.exitstatus, window.before


def arrived(room: Room) -> bytes:
    return (room.tools / "arrived").read_bytes()


def program(room: Room, name: str, source: str) -> str:
    """An executable of the test's own."""
    path = room.tools / name
    path.write_text(source)
    path.chmod(0o700)
    return str(path)


def renamed(room: Room, name: str) -> str:
    """An editor under a name that says nothing, so that it is run without arguments of ours."""
    return program(room, "quill", f'#!/bin/sh\nexec {present(name)} "$@"\n')


# Traces


def test_the_state_of_an_unknown_editor_goes_to_the_draft_and_with_it(room):
    window = opened(room, renamed(room, "nvim"))
    write(room, window, "nvim")
    until(lambda: list(room.runtime.glob("journal-*/nvim/swap/*")))
    window.send(EDITORS["nvim"].leave)
    assert ended(window)[0] == 0
    assert list(room.runtime.iterdir()) == []


HOSTILE = {
    "vim": f"vim: set fillchars= textwidth=13:\n{PAGE}",
    "nvim": f"vim: set textwidth=13:\n{PAGE}",
    "emacs": f"<!-- -*- fill-column: 13 -*- -->\n{PAGE}",
}
ASK = {
    "vim": ":call writefile([&textwidth], '{answer}')\r",
    "nvim": ":call writefile([&textwidth], '{answer}')\r",
    "emacs": '\x1b:(write-region (number-to-string fill-column) nil "{answer}")\r',
}


@pytest.mark.parametrize("obeys", [False, True], ids=["ours", "without our arguments"])
@pytest.mark.parametrize("name", HOSTILE)
def test_commands_in_a_page_are_not_obeyed(room, name, obeys):
    furnish(room, name)
    window = opened(room, renamed(room, name) if obeys else present(name), HOSTILE[name])
    answer = room.tools / "answer"
    window.send(ASK[name].format(answer=answer))
    until(lambda: answer.exists() and answer.read_text().strip())
    assert (answer.read_text().strip() == "13") is obeys
    window.send(EDITORS[name].leave)
    assert ended(window)[0] == 0


# Signals


@pytest.mark.parametrize("name, begin, save", [("vim", "O", "\x1b:w\r"), ("nano", "", "\x0f\r")])
def test_ctrl_c_for_the_whole_group_loses_nothing(room, name, begin, save):
    window = opened(room, present(name))
    window.send(begin + room.canary)
    window.expect(room.canary)
    for _ in range(3):
        os.killpg(window.pid, signal.SIGINT)
        os.kill(window.pid, signal.SIGQUIT)

    def saved() -> bool:
        window.send(save)  # again and again: an interrupted vim drops the keys that it had not read yet
        time.sleep(0.1)
        return room.canary in draft_page(room).read_text()

    until(saved)
    window.send(EDITORS[name].leave)
    assert ended(window)[0] == 0
    assert room.canary.encode() in arrived(room)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_what_nano_never_saved_outlives_a_closed_window(room, number):
    window = opened(room, present("nano"))
    window.send(room.canary)
    window.expect(room.canary)
    os.kill(child_of(window.pid), number)
    code, said = ended(window)
    assert (code, "'journal' offers it again" in said) == (2, True)
    room.expect_draft()
    assert room.canary in draft_page(room).read_text()


def test_a_killed_editor_gives_the_terminal_back(room):
    window = opened(room, present("vim"))
    assert not window.getecho()
    os.kill(child_of(window.pid), signal.SIGKILL)
    window.expect("was ended by signal 9")
    assert window.getecho()
    assert ended(window)[0] == 2


SLEEPER = f"""#!{sys.executable}
import os, signal, sys, time
from pathlib import Path

signal.signal(signal.SIGHUP, signal.SIG_IGN)
Path(sys.argv[-1]).write_text("typed so far")
Path(sys.argv[0] + ".pid").write_text(str(os.getpid()) + "\\n")
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_draft_stays_locked_while_an_orphaned_editor_lives(room, number):
    sleeper = program(room, "sleeper", SLEEPER)
    pid = Path(sleeper + ".pid")
    window = room.spawn(*driver(room), env={"EDITOR": sleeper, "VISUAL": ""})
    until(lambda: pid.exists() and pid.read_text().endswith("\n"))
    os.kill(window.pid, number)
    until(lambda: not window.isalive())
    assert drafts.sweep(room.runtime) == []
    assert draft_page(room).read_text() == "typed so far"
    os.kill(int(pid.read_text()), signal.SIGKILL)
    found: list[drafts.Draft] = []
    until(lambda: found.extend(drafts.sweep(room.runtime)) or bool(found))
    assert [draft.read() for draft in found] == [b"typed so far"]
    found[0].wipe()


# Editors of the test


def edited(room: Room, source: str) -> tuple[int | None, str]:
    """Run the command with an editor of these lines of Python."""
    room.script_editor(source)
    return ended(room.spawn(*driver(room)))


def test_an_editor_that_fails_keeps_what_it_saved(room):
    code, said = edited(room, "page.write_text('saved before'); sys.exit(1)")
    assert code == 2
    assert "[the editor 'editor' ended with exit status 1] [the page is kept" in said
    room.expect_draft()
    assert draft_page(room).read_text() == "saved before"


def test_an_editor_that_fails_before_it_saved_says_so(room):
    code, said = edited(room, "sys.exit(1)")
    assert (code, "[nothing had been saved" in said) == (2, True)
    assert drafts.sweep(room.runtime) == []
    assert list(room.runtime.iterdir()) == []


@pytest.mark.parametrize(
    "source, text",
    [
        ("page.write_bytes(b'')", b""),
        ("page.unlink()", b""),
        ("new = page.with_name('new'); new.write_bytes(b'new'); new.replace(page)", b"new"),
        ("page.rename(page.with_name('page.md~')); page.write_bytes(b'new')", b"new"),
        ("pass", PAGE.encode()),
    ],
    ids=["cut short", "removed", "replaced", "moved aside", "unchanged"],
)
def test_a_page_is_read_by_name_and_success_is_not_taken_for_saved(room, source, text):
    code, said = edited(room, source)
    assert (code, "id-of-the-page" in said) == (0, True)
    assert arrived(room) == text
    assert list(room.runtime.iterdir()) == []


SHOW = r"""
import json, os, stat, sys
from pathlib import Path

status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
ignored = [number for number in range(1, 65) if int(status["SigIgn"], 16) >> number - 1 & 1]
made = Path(sys.argv[-1]).with_name("made")
made.touch(mode=0o666)
shown = {
    "env": dict(os.environ),
    "argv": sys.argv,
    "ignored": ignored,
    "mode": stat.S_IMODE(made.stat().st_mode),
    "tty": [os.isatty(number) for number in range(3)],
}
Path(TOOLS, "shown").write_text(json.dumps(shown))
"""


def shown(room: Room, name: str, own: str = "") -> dict[str, object]:
    """What an editor of this name, with the person's own arguments, finds when it is started."""
    path = program(room, name, f"#!{sys.executable} -S\nTOOLS = {str(room.tools)!r}\n{SHOW}")
    window = room.spawn(*driver(room), env={"EDITOR": f"{path} {own}", "VISUAL": ""})
    code, said = ended(window)
    assert code == 0, said
    return json.loads((room.tools / "shown").read_text())


@pytest.mark.parametrize("name, known", [("nvim", True), ("quill", False)])
def test_the_editor_is_told_to_keep_its_state_in_the_draft(room, name, known):
    found = shown(room, name)
    env, draft = found["env"], str(Path(found["argv"][-1]).parent)
    assert Path(draft).parent == room.runtime
    assert [env[name] for name in ("TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME")] == [draft] * 3
    assert env["XDG_DATA_HOME"] == (room.env["XDG_DATA_HOME"] if known else draft)
    assert env["HOME"] == room.env["HOME"]


def test_the_editor_starts_with_the_signals_as_they_were_and_makes_private_files(room):
    found = shown(room, "quill")
    heeded = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP}
    heeded = {number for number in heeded if signal.getsignal(number) != signal.SIG_IGN}  # nohup hands SIGHUP on
    assert not heeded & set(found["ignored"])
    assert (found["mode"], found["tty"]) == (0o600, [True] * 3)


@pytest.mark.parametrize(
    "name, words",
    [("gvim", ["-f", "-n"]), ("code", ["--wait", "--user-data-dir"]), ("nano-tiny", ["-I"]), ("hx", []), ("quill", [])],
)
def test_each_editor_gets_its_arguments_before_the_page(room, name, words):
    argv = shown(room, name)["argv"]
    assert Path(argv[-1]).name == "page.md"
    assert [word for word in words if word in argv[:-1]] == words
    assert bool(words) is (len(argv) > 2)
    if name == "code":
        assert argv[argv.index("--user-data-dir") + 1] == str(Path(argv[-1]).parent / "code")


@pytest.mark.parametrize("name, ours_first", [("vim", False), ("nano", False), ("micro", True)])
def test_the_persons_own_arguments_do_not_switch_ours_off(room, name, ours_first):
    argv = shown(room, name, "+9")["argv"][1:-1]
    assert argv.index("+9") == (len(argv) - 1 if ours_first else 0)
    assert len(argv) > 1


# The terminal


def test_without_a_terminal_no_editor_is_started(room):
    room.script_editor("page.write_text('never')")
    result = room.run(*driver(room))
    assert result.code == 2
    assert result.text == "[no terminal for the editor] [pipe the page on standard input]\n"
    assert room.edits == 0


def test_an_editor_that_cannot_be_started_says_why(room):
    path = program(room, "quill", "#!/no/such/interpreter\n")
    code, said = ended(room.spawn(*driver(room), env={"EDITOR": path, "VISUAL": ""}))
    reason = os.strerror(errno.ENOENT)
    assert (code, f"[the editor 'quill' could not be started: {reason}]" in said) == (2, True)


@pytest.mark.parametrize("name", ["vim", "nano"])
def test_the_editor_has_the_terminal_though_the_id_is_caught_by_the_shell(room, name):
    keys, (python, *words) = EDITORS[name], driver(room)
    script = 'id=$("$@" </dev/null 2>/dev/null); echo "caught <$id>"'
    env = {"EDITOR": present(name), "VISUAL": "", "TERM": "screen"}
    window = room.spawn("sh", "-c", script, "sh", python, *words, env=env)
    window.expect(BEGINS)
    write(room, window, name)
    window.send(keys.leave)
    code, said = ended(window)
    assert (code, "caught <id-of-the-page>" in said) == (0, True)
    assert room.canary.encode() in arrived(room)


# Which editor


@pytest.fixture
def path_with(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """An environment where these programs are on PATH, and no others."""

    def environ(*names: str, **settings: str) -> dict[str, str]:
        for name in names:
            (tmp_path / name).touch(mode=0o700)
        return {"PATH": str(tmp_path), **settings}

    return environ


def test_the_setting_comes_first_then_visual_then_editor_then_what_is_there(path_with, tmp_path):
    names = ("one", "two", "three", "nano", "vim", "vi")
    chosen = [
        editor.command(setting, path_with(*names, **env))
        for setting, env in [
            ("one", {"VISUAL": "two", "EDITOR": "three"}),
            ("", {"VISUAL": "two", "EDITOR": "three"}),
            ("", {"VISUAL": " ", "EDITOR": "three"}),
            ("", {}),
        ]
    ]
    assert chosen == [[str(tmp_path / name)] for name in ("one", "two", "three", "nano")]


def test_the_first_choices_are_taken_in_their_order(path_with, tmp_path):
    assert editor.command("", path_with("vi")) == [str(tmp_path / "vi")]
    assert editor.command("", path_with("vi", "vim")) == [str(tmp_path / "vim")]


def test_the_persons_own_arguments_stay(path_with, tmp_path):
    found = editor.command("vim -u 'my rc' \"+set ai\"", path_with("vim"))
    assert found == [str(tmp_path / "vim"), "-u", "my rc", "+set ai"]


@pytest.mark.parametrize(
    "setting, env, sentence, hint",
    [
        ("foo --wait", {}, "the editor 'foo' was not found", "journal config editor vi"),
        ("foo", {"JOURNAL_EDITOR": "foo"}, "the editor 'foo' was not found", "set JOURNAL_EDITOR to one"),
        ("", {"VISUAL": "foo"}, "the editor 'foo' was not found", "set VISUAL to one that is there, such as vi"),
        ("", {"EDITOR": "''"}, "the editor '' was not found", "set VISUAL to one that is there, such as vi"),
        ("vim 'x", {}, "the editor setting has a quote that is not closed", "for example"),
    ],
)
def test_an_editor_that_is_not_there_is_named_with_what_to_do(path_with, setting, env, sentence, hint):
    with pytest.raises(BadInput) as caught:
        editor.command(setting, path_with("vi", **env))
    assert not isinstance(caught.value, editor.NoEditor)
    assert (caught.value.sentence, hint in caught.value.hint) == (sentence, True)


@pytest.mark.parametrize(
    "setting, sentence",
    [("", "no editor was found"), ("foo --wait", "neither 'foo' nor another editor was found")],
)
def test_where_no_editor_is_it_is_told_what_installs_one(path_with, setting, sentence):
    with pytest.raises(editor.NoEditor) as caught:
        editor.command(setting, path_with())
    assert (caught.value.sentence, caught.value.hint) == (sentence, editor.INSTALL_EDITOR)
    assert "apt install nano" in editor.INSTALL_EDITOR
    assert len(f"hint: {editor.INSTALL_EDITOR}") <= 80


@pytest.mark.parametrize(
    "name",
    ["vim", "vim.basic", "vim.tiny", "vim9", "nvim", "nvim.appimage", "gvim", "emacs-28.2", "emacs-nox", "hx", "code"],
)
def test_editors_are_known_by_name_with_or_without_their_version(name):
    assert not editor.unknown([f"/nowhere/{name}"])


@pytest.mark.parametrize("name", ["vi", "emacsclient", "nvim-qt", "subl", "gedit", "ed", "", ".", "quill"])
def test_editors_that_nothing_is_known_of_are_unknown(name):
    assert editor.unknown([f"/nowhere/{name}"])


@pytest.mark.parametrize("name, target", [("vi", "vim.basic"), ("editor", "nano"), ("view", "nvim"), ("pico", "nano")])
def test_a_name_that_is_a_link_is_known_by_what_it_links_to(tmp_path, name, target):
    (tmp_path / target).touch()
    (tmp_path / "alternative").symlink_to(target)
    (tmp_path / name).symlink_to("alternative")
    assert not editor.unknown([str(tmp_path / name)])


def test_vim_behind_the_name_vi_gets_the_arguments_of_vim(room):
    program(room, "vim.basic", f"#!{sys.executable} -S\nTOOLS = {str(room.tools)!r}\n{SHOW}")
    (room.tools / "vi").symlink_to("vim.basic")
    window = room.spawn(*driver(room), env={"EDITOR": str(room.tools / "vi"), "VISUAL": ""})
    assert ended(window)[0] == 0
    argv = json.loads((room.tools / "shown").read_text())["argv"]
    assert argv[1:-1] == list(editor.VIM)
