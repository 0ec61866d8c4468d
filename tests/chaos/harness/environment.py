"""Processes and stores of a chaos run, with a proxy."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.harness.fault_schedule import PROCESSES
from tests.chaos.harness.proxy import Proxy
from tests.http.support.shop import Shop
from tests.support.processes.managed_process import ManagedProcess
from tests.support.processes.processes import Service
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

# One process for each web server, since several servers share a small machine.
ENV = {"SHOP_WEB_WORKERS": "1", "SHOP_REDIS_TIMEOUT": "1.0"}
WEBS = ("web", "web.2")


@dataclass(frozen=True)
class ChaosEnvironment:
    """A shop, its stores and the proxy."""

    shop: Shop
    valkey: Valkey
    mariadb: MariaDB
    proxy: Proxy

    def server(self, target: str) -> ManagedProcess:
        """Return the process that a fault names."""
        stores: dict[str, ManagedProcess] = {"valkey": self.valkey, "mariadb": self.mariadb}
        return stores.get(target) or self.shop.service.process(target)

    def start(self, target: str) -> None:
        """Start a process again."""
        if target in PROCESSES:
            self.shop.service.start(target)
        else:
            self.server(target).start()

    def find_dead(self) -> list[str]:
        """Find processes that ended without a kill by the campaign."""
        return [name for name in (*PROCESSES, "valkey", "mariadb") if not self.server(name).running]


@contextmanager
def start_environment(folder: Path) -> Iterator[ChaosEnvironment]:
    """Start all processes and stores; they end with the context.

    Valkey syncs every write, so acknowledged writes survive a kill.
    """
    with ExitStack() as stack:
        valkey = Valkey.create(fsync="always")
        stack.callback(valkey.destroy)
        mariadb = MariaDB.create()
        stack.callback(mariadb.destroy)
        proxy = stack.enter_context(Proxy(valkey.socket, valkey.folder / "proxy.sock"))
        database_url = create_database(mariadb.url(), "chaos")
        shop = Shop(Service(folder, database_url, proxy.url, ENV)).prepare()
        stack.callback(shop.close)
        shop.service.start(*(name for name in PROCESSES if name not in WEBS), *WEBS)
        yield ChaosEnvironment(shop, valkey, mariadb, proxy)
