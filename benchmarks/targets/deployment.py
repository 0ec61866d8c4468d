"""Everything that a benchmark asks: two shops, their databases, and a web server for each way to sell."""

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.targets.databases import Databases, open_databases
from benchmarks.targets.resource_usage import cpu_seconds, find_process
from benchmarks.targets.temporary_shop import Shop, free_port, open_shop, stop, wait_until_ready

# Server -> module that serves it, and the strategy. Those of the shops themselves stand apart.
EXTRA = {
    "raw": (("benchmarks.targets.raw_purchase",), "script"),
    "bare": (("benchmarks.targets.bare_purchase",), "script"),
    "jobs": (("benchmarks.targets.job_per_purchase",), "script"),
    "watch": (("flask", "shop", "web"), "watch"),
    "lock": (("flask", "shop", "web"), "lock"),
}


@dataclass(frozen=True)
class Web:
    """A web server: the shop it belongs to, where it listens, its process."""

    shop: Shop
    bind: str
    pid: int

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.bind.rpartition(":")[2])


@dataclass(frozen=True)
class Site:
    """What runs. `shops` by name: `script` always, `db` when it is wanted."""

    databases: Databases
    shops: Mapping[str, Shop]
    servers: Mapping[str, Web]

    def shop_of(self, server: str) -> str:
        """The name of the shop a server belongs to."""
        return "db" if server == "db" else "script"

    def worker(self, shop: str) -> int:
        """The process that writes the orders of a shop."""
        return find_process(self.shops[shop].pid, "shop worker")

    def cpu(self, server: str) -> dict[str, float]:
        """CPU seconds so far of all who have to do with a purchase there."""
        shop = self.shop_of(server)
        web = cpu_seconds(self.servers[server].pid) if server in self.servers else 0.0
        redis = cpu_seconds(find_process(self.shops[shop].pid, "valkey-server"))
        parts = {"web": web, "redis": redis, "worker": cpu_seconds(self.worker(shop))}
        return parts | ({"database": cpu_seconds(self.databases.pid)} if self.databases.pid else {})


@contextmanager
def open_site(wanted: Collection[str]) -> Iterator[Site]:
    """Run the wanted servers while the context lasts."""
    with ExitStack() as stack:
        databases = stack.enter_context(open_databases())
        shop = stack.enter_context(open_shop(**_addressed(databases.ours)))
        shops = {"script": shop}
        if "db" in wanted:
            shops["db"] = stack.enter_context(open_shop(purchase_strategy="db", **_addressed(databases.direct)))
        servers = {name: Web(one, one.bind, find_process(one.pid, "shop web")) for name, one in shops.items()}
        for name in sorted(set(wanted) & set(EXTRA)):
            servers[name] = stack.enter_context(_serve(shop, *EXTRA[name]))
        print(f"{len(servers)} web servers run; the orders go to {databases.what}.", file=sys.stderr, flush=True)
        yield Site(databases, shops, servers)


@contextmanager
def _serve(shop: Shop, command: tuple[str, ...], strategy: str) -> Iterator[Web]:
    bind = f"127.0.0.1:{free_port()}"
    process = shop.start(*command, SHOP_BIND=bind, SHOP_PURCHASE_STRATEGY=strategy)
    try:
        wait_until_ready(shop, bind, process)
        yield Web(shop, bind, process.pid)
    finally:
        stop(process)


def _addressed(address: str) -> dict[str, str]:
    return {"database_url": address} if address else {}
