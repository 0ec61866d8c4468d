"""Both databases, with two tenants in them."""

from collections.abc import Iterator

import pytest

from tests.core.database.two_tenants import TenantDatabases
from tests.core.database.two_tenants import open_databases as worlds_at
from tests.support.servers.databases import create_database, drop_database


@pytest.fixture(scope="session", params=["mariadb", "sqlite"])
def tenant_databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[TenantDatabases]:
    """Two tenants, and one of them alone; no test keeps what it does to them."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("worlds")
        with worlds_at(f"sqlite:///{folder}/shared", f"sqlite:///{folder}/lonely") as made:
            yield made
        return
    server_url, names = request.getfixturevalue("database_url"), [f"shop_{worker_id}_{n}" for n in ("shared", "lonely")]
    with worlds_at(*(create_database(server_url, name) for name in names)) as made:
        yield made
    for name in names:
        drop_database(server_url, name)
