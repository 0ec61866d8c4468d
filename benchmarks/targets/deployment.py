"""Deployment of all measured shops, databases and web servers."""

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.peers.classic_orders import ClassicStores
from benchmarks.peers.go_server import build
from benchmarks.peers.packages import install_packages
from benchmarks.targets.databases import Databases, build_database_settings, create_databases
from benchmarks.targets.processes import find_process, read_cpu_seconds, stop_process
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop
from benchmarks.targets.web_server import SHOP_WEB, WebServer, run_web_server

# The peer with a worker of its own, the one that needs a compiler, and the one that needs more packages.
CLASSIC, GO, FASTAPI = "classic", "go", "fastapi"
# Name -> command and strategy of the servers beside those that the shops start themselves.
EXTRA_SERVERS = {
    "raw": (("benchmarks.targets.raw_purchase",), "script"),
    "plain": (("benchmarks.targets.plain_flask",), "script"),
    "bare": (("benchmarks.targets.bare_purchase",), "script"),
    FASTAPI: (("benchmarks.peers.fastapi_purchase",), "script"),
    GO: (("benchmarks.peers.go_server",), "script"),
    CLASSIC: (("benchmarks.peers.classic_recipe",), "script"),
    "jobs": (("benchmarks.targets.job_per_purchase",), "script"),
    "watch": (SHOP_WEB, "watch"),
    "lock": (SHOP_WEB, "lock"),
}


@dataclass(frozen=True)
class Deployment:
    """Running databases, shops and web servers by name.

    `shops` always has `script`; `db` only when a scenario needs it. `classic_worker` is the process id of a worker.
    """

    databases: Databases
    shops: Mapping[str, TemporaryShop]
    servers: Mapping[str, WebServer]
    classic: ClassicStores
    classic_worker: int = 0

    def find_shop(self, server: str) -> str:
        """Return the name of the shop that a server belongs to."""
        return "db" if server == "db" else "script"

    def find_worker(self, shop: str) -> int:
        """Return the process id of the worker that writes a shop's orders."""
        return find_process(self.shops[shop].pid, "shop worker")

    def read_cpu(self, server: str) -> dict[str, float]:
        """Return the CPU seconds so far of each part of a purchase."""
        shop = self.find_shop(server)
        web = read_cpu_seconds(self.servers[server].pid) if server in self.servers else 0.0
        redis = read_cpu_seconds(find_process(self.shops[shop].pid, "valkey-server"))
        worker = self.classic_worker if server == CLASSIC else self.find_worker(shop)
        parts = {"web": web, "redis": redis, "worker": read_cpu_seconds(worker)}
        return parts | ({"database": read_cpu_seconds(self.databases.pid)} if self.databases.pid else {})


@contextmanager
def run_deployment(names: Collection[str]) -> Iterator[Deployment]:
    """Run the named servers while the context lasts."""
    with ExitStack() as stack:
        databases = stack.enter_context(create_databases())
        shop = stack.enter_context(run_shop(**build_database_settings(databases.script_url)))
        shops = {"script": shop}
        if "db" in names:
            settings = build_database_settings(databases.db_url)
            shops["db"] = stack.enter_context(run_shop(purchase_strategy="db", **settings))
        servers = {name: WebServer(one, one.bind, find_process(one.pid, "shop web")) for name, one in shops.items()}
        for name in sorted(set(names) & set(EXTRA_SERVERS)):
            command, strategy = EXTRA_SERVERS[name]
            environment = {"SHOP_PURCHASE_STRATEGY": strategy}
            if name == GO:
                command = (*command, str(build(shop.folder)))
            elif name == FASTAPI:
                environment["PYTHONPATH"] = os.pathsep.join((str(install_packages()), shop.environment["PYTHONPATH"]))
            servers[name] = stack.enter_context(run_web_server(shop, *command, **environment))
        worker = stack.enter_context(_run_classic_worker(shop)) if CLASSIC in servers else 0
        print(f"{len(servers)} web servers run; the orders go to {databases.description}.", file=sys.stderr, flush=True)
        yield Deployment(databases, shops, servers, ClassicStores.load(shop.settings_environment), worker)


@contextmanager
def _run_classic_worker(shop: TemporaryShop) -> Iterator[int]:
    process = shop.start("benchmarks.peers.classic_orders")
    try:
        yield process.pid
    finally:
        stop_process(process)
