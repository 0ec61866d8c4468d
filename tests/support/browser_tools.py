"""Discovery and installation of a Chromium browser."""

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
ABSENT = f"The browser tests of the report need Chromium: install {PACKAGE} or set {VARIABLE} to its path."


class BrowserAbsent(Exception):  # noqa: N818 - the test output shows it as a statement.
    """Error for a machine without a browser and without permission to install one."""


def find() -> Path | None:
    """Return the configured or an installed Chromium, or None."""
    installed = [place for place in PLACES if Path(place).exists()]
    candidates = [os.environ.get(VARIABLE), *map(shutil.which, NAMES), *installed]
    return next((Path(program) for program in candidates if program), None)


def require() -> Path:
    """Return a browser, and install one where that is allowed.

    Raises BrowserAbsent when there is none and the installation is not allowed or fails.
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
