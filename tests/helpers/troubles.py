"""What can go wrong around a page: terminals, programs, keys, passphrases and disks, each brought about for real."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from room import JOURNAL, Keys, Room, stop_agent
from sitting import drafts, ended, window


def offered_again(room: Room, *exchanges: Sequence[str]) -> str:
    """Open the page that waits once more, as `journal` offers it; what was said until it is saved."""
    terminal = window(room)
    for question, line in (("is not saved yet. Open it again?", "y"), *exchanges):
        terminal.expect_exact(question)
        terminal.expect_exact("> ")
        terminal.sendline(line)
    code, said = ended(terminal)
    assert code == 0, said
    assert drafts(room) == []
    return said


def writes(room: Room, *then: str) -> None:
    """An editor that writes a line with the canary, and then does something else in Python; later it does nothing."""
    words = f"We dived to {room.canary}.\n"
    room.script_editor(
        f"import subprocess, time\ntools = Path({str(room.tools)!r})\n"
        f"if {words!r} not in page.read_text():\n"
        f"    page.write_text(page.read_text() + {words!r})\n" + "".join(f"    {line}\n" for line in then)
    )


def says(room: Room) -> list[str]:
    """The last line of every page."""
    return [room.open(path).decode().splitlines()[-1] for path in room.files()]


def with_programs(room: Room, *names: str) -> dict[str, str | None]:
    """An environment in which only these programs are found."""
    place = room.tools / "bin"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in names:
        (place / name).symlink_to(shutil.which(name) or "/nowhere")
    return {"PATH": str(place)}


def with_nano(room: Room, *names: str) -> dict[str, str | None]:
    """An environment in which only these programs are found, and an editor called nano that does nothing."""
    env = with_programs(room, *names)
    nano = room.tools / "bin" / "nano"
    nano.write_text("#!/bin/sh\n")
    nano.chmod(0o700)
    return env


# The key


def goes(room: Room) -> None:
    """Take the secret key off this machine."""
    (room.gnupg / "private-keys-v1.d").rename(room.tools / "keys")


def comes_back(room: Room) -> None:
    (room.tools / "keys").rename(room.gnupg / "private-keys-v1.d")


def expires(room: Room) -> None:
    """Let the key expire, after what was written so far."""
    room.gpg("--quick-set-expire", room.fingerprint, "seconds=1")
    time.sleep(2.2)  # gpg counts whole seconds, and the last one still counts


def revoke(room: Room, keys: Keys) -> None:
    certificate = keys.store / "plain" / "openpgp-revocs.d" / f"{room.fingerprint}.rev"
    room.gpg("--import", stdin=certificate.read_bytes().replace(b":-----", b"-----"))


# gpg and its agent


NO_TERMINAL = """\
#!/bin/sh
echo OK
while read -r word _; do
    case $word in
        GETPIN) echo "ERR 83918950 Inappropriate ioctl for device <Pinentry>" ;;
        BYE) echo OK; exit ;;
        *) echo OK ;;
    esac
done
"""


def pinentry(scenario: str) -> Callable[[Room], None]:
    def arrange(room: Room) -> None:
        room.pinentry = scenario
        room.forget()

    return arrange


def no_terminal(room: Room) -> None:
    room.pinentry = "right"
    (room.tools / "pinentry").write_text(NO_TERMINAL)
    room.forget()


def no_key(room: Room) -> None:
    (room.gnupg / "private-keys-v1.d").rename(room.gnupg / "away")


def no_agent(room: Room) -> None:
    """Put a directory where the agent would listen."""
    stop_agent(room.gnupg)
    socket = Path(room.run("gpgconf", "--list-dirs", "agent-socket", check=0).text.strip())
    (socket / "in the way").mkdir(parents=True)


def mended(room: Room) -> None:
    away = room.gnupg / "away"
    if away.exists():
        shutil.rmtree(room.gnupg / "private-keys-v1.d", ignore_errors=True)
        away.rename(room.gnupg / "private-keys-v1.d")
    socket = Path(room.run("gpgconf", "--list-dirs", "agent-socket", check=0).text.strip())
    if socket.is_dir():
        shutil.rmtree(socket)
    room.pinentry = "right"
    stop_agent(room.gnupg)


# The disk

# A small disk of its own in place of the journal, for the time of one command; what it holds then goes to `after`.
ON_A_SMALL_DISK = """\
cp -a "$JOURNAL_PLACE" "$TOOLS/before"
mount -t tmpfs -o size=4m,mode=700 tmpfs "$JOURNAL_PLACE"
cp -a "$TOOLS/before/." "$JOURNAL_PLACE"
cat /dev/zero >"$JOURNAL_PLACE/ballast" 2>/dev/null || true
truncate -s "-$ROOM_LEFT" "$JOURNAL_PLACE/ballast"
code=0
"$@" || code=$?
rm "$JOURNAL_PLACE/ballast"
cp -a "$JOURNAL_PLACE" "$TOOLS/after"
exit "$code"
"""


def on_a_small_disk(room: Room, *args: str, left: int = 0) -> tuple[tuple[str, ...], dict[str, str]]:
    """The command line and the environment to run the journal where there are only `left` bytes left."""
    own = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
    if not shutil.which("unshare") or room.run(*own, "mount", "-t", "tmpfs", "tmpfs", str(room.home)).code:
        pytest.skip("no file system can be mounted here")
    env = {"JOURNAL_PLACE": str(room.journal_dir), "TOOLS": str(room.tools), "ROOM_LEFT": str(left)}
    return (*own, "sh", "-ec", ON_A_SMALL_DISK, "sh", *JOURNAL, *args), env


def taken_over(room: Room) -> None:
    """Let what was on the small disk be the journal from now on."""
    room.journal_dir.rename(room.tools / "first")
    (room.tools / "after").rename(room.journal_dir)
