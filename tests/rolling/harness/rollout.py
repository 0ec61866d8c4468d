"""Processes of two releases on the same stores."""

import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext

from tests.http.support.shop import API, Shop
from tests.rolling.harness.releases import NEW, OLD, Release
from tests.support.http import HttpClient, Response
from tests.support.processes.processes import Service

CLIENT_SECONDS = 5.0
_ERROR = re.compile(r" (ERROR|CRITICAL) |Traceback")
# The name of the logger in the previous release and in this one.
_ACCESS_LOG = re.compile(r" ERROR +shop\.core\.(middleware\.)?access_log ")
# One process for each web server, since several servers share a small machine.
ENV = {"SHOP_WEB_WORKERS": "1", "SHOP_REDIS_TIMEOUT": "1.0"}


class Mix(NamedTuple):
    """Names of the releases that serve, of those that run jobs, and of those that schedule jobs."""

    webs: tuple[str, ...]
    workers: tuple[str, ...]
    schedulers: tuple[str, ...] = ()

    @property
    def processes(self) -> set[tuple[str, str]]:
        """Release and command of each process."""
        commands = ("web", self.webs), ("worker", self.workers), ("scheduler", self.schedulers)
        return {(release, command) for command, releases in commands for release in releases}

    def __str__(self) -> str:
        return f"web {' and '.join(self.webs)}, worker {' and '.join(self.workers)}"


class Rollout:
    """Two releases of one shop with the same stores, keys and settings.

    `webs`: names of the releases that get requests. A web server that ends is taken out before, as by a proxy.
    """

    def __init__(
        self,
        folder: Path,
        stores: tuple[str, str],
        releases: Collection[Release],
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.releases = {release.name: release for release in releases}
        # Signing keys and files of metrics are shared, as on one machine.
        settings = {**ENV, **(env or {}), "SHOP_VAR": str(folder / NEW / "var")}
        self.services = {
            name: _make_service(folder / name, stores, self.releases[name], settings) for name in (OLD, NEW)
        }
        # Reads the stores with the code of the checkout.
        self.shop = Shop(self.services[NEW])
        self.webs: list[str] = []
        self._running: set[tuple[str, str]] = set()

    def migrate(self, release: str) -> str:
        """Migrate the schema with the migrations of a release; return the version of the schema."""
        config = Config()
        config.set_main_option("script_location", str(self.releases[release].folder / "shop" / "migrations"))
        # In this process: a command would import the whole release once more.
        with self.shop.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return str(MigrationContext.configure(connection).get_current_revision())

    def move_to(self, mix: Mix) -> None:
        """Start the missing processes, then end the surplus ones."""
        self._do_at_once(self._start, mix.processes - self._running)
        self.webs = list(mix.webs)
        self._do_at_once(self._stop, self._running - mix.processes)
        self._running = mix.processes

    def close(self) -> None:
        """End all processes at once."""
        for service in self.services.values():
            service.kill_all()

    def client(self, release: str, timeout: float = CLIENT_SECONDS) -> HttpClient:
        """Create a client of the web server of a release."""
        return self.services[release].client(timeout=timeout)

    def send(self, release: str, method: str, path: str, body: object = None, **options: str) -> Response:
        """Send one request to a release; `options` are `token` and `key`."""
        headers = {"Idempotency-Key": options["key"]} if "key" in options else {}
        with self.client(release) as client:
            return client.request(method, API + path, body, token=options.get("token"), headers=headers)

    def find_dead(self) -> list[str]:
        """Return the processes that ended by themselves."""
        return [
            f"{command} of the {release} release"
            for release, command in sorted(self._running)
            if not self.services[release].process(command).running
        ]

    def find_logged_errors(self) -> list[str]:
        """Return the lines of all logs that report an error, but those of answered requests."""
        lines = [
            f"{file.parent.name} {file.stem}: {line}"
            for service in self.services.values()
            for file in sorted(service.folder.glob("*.log"))
            for line in file.read_text(errors="replace").splitlines()
        ]
        return [line for line in lines if _ERROR.search(line) and not _ACCESS_LOG.search(line)]

    def _start(self, process: tuple[str, str]) -> None:
        release, command = process
        self.services[release].start(command)

    def _stop(self, process: tuple[str, str]) -> None:
        release, command = process
        self.services[release].terminate(command)

    @staticmethod
    def _do_at_once(action: Callable[[tuple[str, str]], None], processes: Collection[tuple[str, str]]) -> None:
        with ThreadPoolExecutor(max(1, len(processes))) as pool:
            list(pool.map(action, sorted(processes)))


def _make_service(folder: Path, stores: tuple[str, str], release: Release, env: Mapping[str, str]) -> Service:
    folder.mkdir()
    return Service(folder, *stores, {**env, "PYTHONPATH": release.python_path})
