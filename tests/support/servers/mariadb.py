"""A real MariaDB of our own: empty, on a socket only, gone after the tests."""

import os
import subprocess
from pathlib import Path
from typing import Self

import pymysql

from tests.support.folders import remove_folder, short_folder
from tests.support.processes.managed_process import ManagedProcess, ProcessFailed
from tests.support.servers.mariadb_tools import Tools, require

# Small and quick. A commit reaches the kernel at once and the disk within a second: it survives `kill -9` of
# the server, and only a power cut could lose it.
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
    """A MariaDB server with its own data folder; `start()` after `stop()` or `kill()` finds the same data."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.tools, self.folder, self.socket = tools, folder, folder / "db.sock"
        command = [str(tools.server), *self._places(), f"--socket={self.socket}", *_SETTINGS]
        super().__init__(command, folder / "mariadb.log", patience=30.0)

    @classmethod
    def create(cls) -> Self:
        """Start an empty server in a temporary folder; raises MariaDBAbsent. The caller calls `destroy()`."""
        server = cls(require(), short_folder())
        try:
            server.initialise()
            server.start()
        except BaseException:
            server.destroy()
            raise
        return server

    def initialise(self) -> None:
        """Make the data folder; root may log in without a password, through the socket only."""
        self.folder.joinpath("tmp").mkdir()
        command = [
            str(self.tools.installer),
            *self._places(),
            "--force",  # A machine that cannot resolve its own name is no reason to stop.
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--innodb-log-file-size=32M",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ProcessFailed(f"{self.tools.installer} ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def url(self, database: str = "") -> str:
        """The SQLAlchemy address of a database in this server, or of the server."""
        # PyMySQL would read the system's certificates for every connection: 20 ms, and nothing on a socket.
        options = f"unix_socket={self.socket}&charset=utf8mb4&ssl_disabled=true"
        return f"mysql+pymysql://root@localhost/{database}?{options}"

    def is_ready(self) -> bool:
        """Whether it lets us in."""
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

    def _places(self) -> list[str]:
        # First of all no defaults: what /etc/my.cnf says about the machine's own server must not reach ours.
        places = ["--no-defaults", f"--datadir={self.folder / 'data'}", f"--tmpdir={self.folder / 'tmp'}"]
        # MariaDB refuses to run as root unless told so.
        return [*places, "--user=root"] if os.geteuid() == 0 else places
