"""The tools of this environment, run on the project: linters, types, import rules. Knows where the project is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sexjournal"


def run_tool(*argv: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment, for at most 120 seconds."""
    words = (str(Path(sys.executable).parent / argv[0]), *argv[1:])
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
