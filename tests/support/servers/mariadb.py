"""Temporary MariaDB server on a socket, for tests."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

import pymysql

from tests.support.folders import remove_folder, short_folder
from tests.support.processes.managed_process import ManagedProcess, ProcessFailed
from tests.support.selection import require_mark
from tests.support.servers.mariadb_tools import Tools, require

# Path of a data folder to copy; the test workers inherit it from the first process of the run.
_INSTALLED_DATA = "SHOP_TEST_MARIADB_DATA"
# A small and fast configuration. A commit reaches the kernel at once and the disk within a second, so it survives
# `kill -9` of the server, but not a power failure.
_SETTINGS = (
    "--skip-networking",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--sync-binlog=0",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=32M",
    "--max-connections=500",
)


class MariaDB(ManagedProcess):
    """MariaDB server with its own data folder, which survives restarts."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.tools, self.folder, self.socket = tools, folder, folder / "db.sock"
        command = [str(tools.server), *self._folder_options(), f"--socket={self.socket}", *_SETTINGS]
        super().__init__(command, folder / "mariadb.log")

    @classmethod
    def create(cls) -> Self:
        """Start an empty server in a temporary folder.

        The caller calls `destroy()`. Raises MariaDBAbsent.
        """
        require_mark()
        server = cls(require(), short_folder())
        try:
            server.initialise()
            server.start()
        except BaseException:
            server.destroy()
            raise
        return server

    def initialise(self) -> None:
        """Create the data folder, as a copy of an installed one."""
        self.folder.joinpath("tmp").mkdir()
        shutil.copytree(_installed_data(self.tools), self.folder / "data")

    def url(self, database: str = "") -> str:
        """Return the SQLAlchemy URL of a database, or of the server."""
        # Without TLS: PyMySQL would load the system's certificates for every connection, which takes 20 ms.
        options = f"unix_socket={self.socket}&charset=utf8mb4&ssl_disabled=true"
        return f"mysql+pymysql://root@localhost/{database}?{options}"

    def is_ready(self) -> bool:
        """Return True when the server accepts connections."""
        try:
            address = str(self.socket)
            pymysql.connect(unix_socket=address, user="root", connect_timeout=1, ssl_disabled=True).close()
        except pymysql.MySQLError:
            return False
        return True

    def destroy(self) -> None:
        """End the server at once and remove its data."""
        self.kill()
        remove_folder(self.folder)

    def _folder_options(self) -> list[str]:
        return _folder_options(self.folder / "data", self.folder / "tmp")


def _installed_data(tools: Tools) -> Path:
    """Return the data folder of a new installation, made once for all processes of a test run.

    The installer waits for the disk many times; a copy does not.
    """
    if path := os.environ.get(_INSTALLED_DATA):
        return Path(path)
    folder = short_folder()
    _install(tools, folder)
    os.environ[_INSTALLED_DATA] = str(folder / "data")
    return folder / "data"


def _install(tools: Tools, folder: Path) -> None:
    """Install the system tables; root may log in without a password, through the socket only."""
    folder.joinpath("tmp").mkdir()
    command = [
        str(tools.installer),
        *_folder_options(folder / "data", folder / "tmp"),
        "--force",  # Do not fail on a machine that cannot resolve its own name.
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--innodb-log-file-size=32M",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise ProcessFailed(f"{tools.installer} ended with {result.returncode}:\n{result.stdout}{result.stderr}")


def _folder_options(data: Path, temporary: Path) -> list[str]:
    # --no-defaults must be first: /etc/my.cnf configures another server of the machine.
    options = ["--no-defaults", f"--datadir={data}", f"--tmpdir={temporary}"]
    # MariaDB runs as root only with this option.
    return [*options, "--user=root"] if os.geteuid() == 0 else options
