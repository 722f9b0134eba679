"""Where this system may write memory to the disk. Knows /proc and /sys of Linux, and nothing of other systems.

Sources: proc(5) for /proc/swaps; Linux, Documentation/ABI/testing/sysfs-block-dm: the uuid of what dm-crypt made begins
with CRYPT-; sysfs-block for `slaves`, the devices that another one is made of.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

SWAPS = Path("/proc/swaps")
DEVICES = Path("/sys/dev/block")  # by "major:minor"
CLASS = Path("/sys/class/block")  # by name

ESCAPED = re.compile(r"\\([0-7]{3})")  # blanks in a file name, in octal
IN_MEMORY = "zram"


def is_told() -> bool:
    """Whether this system tells what it swaps to."""
    return SWAPS.exists()


def in_clear() -> list[str]:
    """Return the files and devices that memory is swapped to without encryption that we know of."""
    lines = SWAPS.read_text("utf-8", "surrogateescape").splitlines()[1:]
    paths = [ESCAPED.sub(lambda found: chr(int(found[1], 8)), line.split()[0]) for line in lines if line.strip()]
    return [path for path in paths if not _is_safe(_device(Path(path)))]


def _device(path: Path) -> Path:
    """Return what /sys tells of a device, or of the one that a swap file lies on."""
    if path.is_block_device():
        return CLASS / path.resolve().name
    try:
        found = path.stat().st_dev
    except OSError:
        return CLASS / path.resolve().name  # a device whose node is missing here, as in a container
    return DEVICES / f"{os.major(found)}:{os.minor(found)}"


def _is_safe(device: Path) -> bool:
    """Whether it is in memory or made by dm-crypt, or all that it is made of is."""
    if device.resolve().name.startswith(IN_MEMORY):
        return True
    try:
        if (device / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        pass  # not made by the device mapper
    below = list((device / "slaves").glob("*"))
    return bool(below) and all(map(_is_safe, below))
