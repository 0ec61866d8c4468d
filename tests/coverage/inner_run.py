"""Program that test_processes.py measures: it starts and ends processes of the shop, as tests do."""

import sys
from pathlib import Path

from tests.support.processes.processes import Service


def main(folder: str, database_url: str, redis_url: str) -> None:
    """Serve one request, and end all processes but one by `close`."""
    service = Service(Path(folder), database_url, redis_url, {"SHOP_WEB_WORKERS": "1", "SHOP_DRAIN_SECONDS": "0"})
    service.run_cli("wiring")
    service.start("web", "scheduler", "worker")
    with service.client() as client:
        assert client.get("/livez").status == 200
    service.kill("worker")
    service.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
