"""Discovery and installation of a browser."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.servers.mariadb_tools import may_install

VARIABLE = "SHOP_TEST_BROWSER"
PACKAGE = "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ABSENT = f"Clicking through the report needs a browser: install {PACKAGE} or name a Chromium in {VARIABLE}."


class BrowserAbsent(Exception):  # noqa: N818 - describes the state.
    """No browser is installed, and none can be installed."""


def find() -> Path | None:
    """Find the configured browser, or an installed one, or None."""
    programs = [
        os.environ.get(VARIABLE),
        *map(shutil.which, NAMES),
        *(place for place in PLACES if Path(place).exists()),
    ]
    return next((Path(program) for program in programs if program), None)


def require() -> Path:
    """Find a browser, or install one where that is allowed.

    Raises BrowserAbsent when there is none.
    """
    program = find()
    if program is None and may_install():
        _apt("update", "--quiet")
        _apt("install", "--quiet", "--yes", "--no-install-recommends", PACKAGE)
        program = find()
    if program is None:
        raise BrowserAbsent(ABSENT)
    return program


def _apt(*arguments: str) -> None:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=120", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise BrowserAbsent(f"{ABSENT} ({' '.join(command)} failed: {result.stderr.strip()[-500:]})")
