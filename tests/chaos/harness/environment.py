"""Many processes on stores of their own, with a proxy before Valkey: all that chaos can reach, and nothing else."""

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

# One process of each web server: there are several servers, and the machine is small.
ENV = {"SHOP_WEB_WORKERS": "1", "SHOP_REDIS_TIMEOUT": "1.0"}
WEBS = ("web", "web.2")


@dataclass(frozen=True)
class ChaosEnvironment:
    """A shop, its servers, and the way to one of them."""

    shop: Shop
    valkey: Valkey
    mariadb: MariaDB
    proxy: Proxy

    def server(self, target: str) -> ManagedProcess:
        """The process that a fault names."""
        stores: dict[str, ManagedProcess] = {"valkey": self.valkey, "mariadb": self.mariadb}
        return stores.get(target) or self.shop.service.process(target)

    def start(self, target: str) -> None:
        """Start a process again."""
        if target in PROCESSES:
            self.shop.service.start(target)
        else:
            self.server(target).start()

    def find_dead(self) -> list[str]:
        """Processes that died without being killed by the campaign."""
        return [name for name in (*PROCESSES, "valkey", "mariadb") if not self.server(name).running]


@contextmanager
def start_environment(folder: Path) -> Iterator[ChaosEnvironment]:
    """A city with everything running; all of it ends with the context. Answered writes survive a kill of Valkey."""
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
