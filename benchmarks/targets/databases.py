"""Databases of the measured shops."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from tests.support.folders import short_folder
from tests.support.servers.databases import create_database, drop_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.mariadb_tools import find, search_path


@dataclass(frozen=True)
class Databases:
    """Two empty databases, for strategies `script` and `db`.

    An empty URL means a SQLite file. `pid` is the process of the server, 0 when the benchmark did not start it.
    """

    description: str
    script_url: str = ""
    db_url: str = ""
    pid: int = 0


@contextmanager
def create_databases() -> Iterator[Databases]:
    """Create both databases, and drop them at the end of the context.

    Uses the server of SHOP_DATABASE_URL, else a temporary MariaDB where one is installed, else SQLite.
    """
    url = os.environ.get("SHOP_DATABASE_URL", "")
    with ExitStack() as stack:
        if url:
            yield _create_on_server(stack, "the server of SHOP_DATABASE_URL", url)
        elif tools := find(search_path()):
            server = MariaDB(tools, short_folder())
            stack.callback(server.destroy)
            server.initialise()
            server.start()
            yield _create_on_server(stack, "a MariaDB of its own, on a socket", server.url(), server.pid)
        else:
            yield Databases("SQLite, since no MariaDB is installed: `db` says little here")


def build_database_settings(url: str) -> dict[str, str]:
    """Return the setting of a database URL, or no setting if empty."""
    return {"database_url": url} if url else {}


def _create_on_server(stack: ExitStack, description: str, url: str, pid: int = 0) -> Databases:
    server = make_url(url).set(database="").render_as_string(hide_password=False)
    names = [f"shop_bench_{secrets.token_hex(4)}" for _ in range(2)]
    script_url, db_url = (create_database(server, name) for name in names)
    for name in names:
        stack.callback(drop_database, server, name)
    return Databases(description, script_url, db_url, pid)
