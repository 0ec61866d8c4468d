"""Databases for the shops: on the server of SHOP_DATABASE_URL, on a MariaDB of our own, or SQLite files."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from tests.support.databases import create_database, drop_database
from tests.support.folders import short_folder
from tests.support.mariadb import MariaDB
from tests.support.mariadb_tools import find, search_path


@dataclass(frozen=True)
class Databases:
    """Two empty databases: of the shop whose stock Redis sells, and of the one whose database sells.

    `pid`: the process of the server, 0 when it is not ours; an empty address is a SQLite file.
    """

    what: str
    ours: str = ""
    direct: str = ""
    pid: int = 0


@contextmanager
def open_databases() -> Iterator[Databases]:
    """Such databases while the context lasts; nothing else on a given server is touched."""
    address = os.environ.get("SHOP_DATABASE_URL", "")
    with ExitStack() as stack:
        if address:
            yield _create(stack, "the server of SHOP_DATABASE_URL", address)
        elif tools := find(search_path()):
            server = MariaDB(tools, short_folder())
            stack.callback(server.destroy)
            server.initialise()
            server.start()
            yield _create(stack, "a MariaDB of its own, on a socket", server.url(), server.pid)
        else:
            yield Databases("SQLite, since no MariaDB is installed: `db` says little here")


def _create(stack: ExitStack, what: str, address: str, pid: int = 0) -> Databases:
    server = make_url(address).set(database="").render_as_string(hide_password=False)
    names = [f"shop_bench_{secrets.token_hex(4)}" for _ in range(2)]
    ours, direct = (create_database(server, name) for name in names)
    for name in names:
        stack.callback(drop_database, server, name)
    return Databases(what, ours, direct, pid)
