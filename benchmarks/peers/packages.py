"""Packages of the FastAPI peer, in a folder of their own."""

import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.lock")
FOLDER = Path(__file__).parents[2] / "var" / "peers"


def install_packages() -> Path:
    """Install the locked packages unless they are there; return their folder."""
    mark = FOLDER / LOCK.name
    if not mark.exists() or mark.read_text() != LOCK.read_text():
        command = ("-m", "pip", "install", "--quiet", "--upgrade", "--require-hashes", "--target", str(FOLDER))
        subprocess.run([sys.executable, *command, "-r", str(LOCK)], check=True)
        mark.write_text(LOCK.read_text())
    return FOLDER
