"""Finds the places where this system may write memory to the disk. Knows /proc and /sys of Linux, no other system.

Sources: proc(5) for /proc/swaps; Linux, Documentation/ABI/testing/sysfs-block-dm: the uuid of a device of dm-crypt
begins with CRYPT-; sysfs-block for `slaves`, the devices below a device.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

SWAPS = Path("/proc/swaps")
DEVICES = Path("/sys/dev/block")  # by "major:minor"
CLASS = Path("/sys/class/block")  # by name

ESCAPED = re.compile(r"\\([0-7]{3})")  # blanks in a file name, in octal
COMPRESSED_MEMORY = "zram"


def is_listed() -> bool:
    """Whether this system lists its swap space."""
    return SWAPS.exists()


def in_clear() -> list[str]:
    """Return the files and devices of the swap space for which no encryption is found."""
    lines = SWAPS.read_text("utf-8", "surrogateescape").splitlines()[1:]
    paths = [ESCAPED.sub(lambda match: chr(int(match[1], 8)), line.split()[0]) for line in lines if line.strip()]
    return [path for path in paths if not _is_safe(_directory_of(Path(path)))]


def _directory_of(path: Path) -> Path:
    """Return the directory in /sys of a device, or of the device below a swap file."""
    if path.is_block_device():
        return CLASS / path.resolve().name
    try:
        number = path.stat().st_dev
    except OSError:
        return CLASS / path.resolve().name  # a device whose node is missing here, as in a container
    return DEVICES / f"{os.major(number)}:{os.minor(number)}"


def _is_safe(device: Path) -> bool:
    """Whether a device is in memory or made by dm-crypt, or every device below is safe."""
    if device.resolve().name.startswith(COMPRESSED_MEMORY):
        return True
    try:
        if (device / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        pass  # not made by the device mapper
    below = list((device / "slaves").glob("*"))
    return bool(below) and all(map(_is_safe, below))
