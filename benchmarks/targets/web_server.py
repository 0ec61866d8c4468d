"""Extra web server that shares the stores of a temporary shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.targets.processes import find_free_port, stop_process
from benchmarks.targets.temporary_shop import TemporaryShop, wait_until_ready

SHOP_WEB = ("flask", "shop", "web")


@dataclass(frozen=True)
class WebServer:
    """Web server: its shop, its address and its process."""

    shop: TemporaryShop
    bind: str
    pid: int

    @property
    def port(self) -> int:
        """Port of the address."""
        return int(self.bind.rpartition(":")[2])


@contextmanager
def run_web_server(shop: TemporaryShop, *command: str, **environment: str) -> Iterator[WebServer]:
    """Run `python -m COMMAND` as a web server while the context lasts.

    Raises NotReadyError when the server does not start.
    """
    bind = f"127.0.0.1:{find_free_port()}"
    process = shop.start(*command, SHOP_BIND=bind, **environment)
    try:
        wait_until_ready(shop, bind, process)
        yield WebServer(shop, bind, process.pid)
    finally:
        stop_process(process)
