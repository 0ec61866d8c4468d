"""Discovery and installation of the MariaDB programs."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("mariadb-server-core", "mariadb-client-core")
ABSENT = f"shop's tests need MariaDB: install {' and '.join(PACKAGES)} or set SHOP_TEST_DATABASE_URL."
_FOLDERS = (
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/mariadb/bin",
    "/usr/local/opt/mariadb/bin",
    "/usr/local/mysql/bin",
)


class MariaDBAbsent(Exception):  # noqa: N818 - describes the state.
    """MariaDB is not installed, and cannot be installed."""


@dataclass(frozen=True)
class Tools:
    """Programs of MariaDB: the server, and the installer of its data folder."""

    server: Path
    installer: Path


def search_path() -> list[str]:
    """Return the folders to search: the PATH, then usual server folders."""
    return [*os.environ.get("PATH", os.defpath).split(os.pathsep), *_FOLDERS]


def find(folders: Iterable[str]) -> Tools | None:
    """Find a complete MariaDB in the folders, or None."""
    path = os.pathsep.join(folders)
    server = shutil.which("mariadbd", path=path) or shutil.which("mysqld", path=path)
    installer = shutil.which("mariadb-install-db", path=path) or shutil.which("mysql_install_db", path=path)
    # The installer is a script that calls my_print_defaults, which Debian ships in the client package.
    if not (server and installer and shutil.which("my_print_defaults", path=path)):
        return None
    return Tools(Path(server), Path(installer))


def require() -> Tools:
    """Find MariaDB, or install it where that is allowed.

    Raises MariaDBAbsent when it is missing.
    """
    tools = find(search_path())
    if tools is None and may_install():
        _install()
        tools = find(search_path())
    if tools is None:
        raise MariaDBAbsent(ABSENT)
    return tools


def may_install() -> bool:
    """Return True for root on a system with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> None:
    # The core packages contain only programs: they create no user and start no service.
    _apt("update", "--quiet")
    _apt("install", "--quiet", "--yes", "--no-install-recommends", *PACKAGES)


def _apt(*arguments: str) -> None:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=120", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise MariaDBAbsent(f"{ABSENT} ({' '.join(command)} failed: {result.stderr.strip()[-500:]})")
