"""Benchmark of start-up time and memory of each process, before and after (`make bench-processes BASE=main`).

The processes of two commits start in turn, each on stores of its own, so that other load on the machine slows both. The
processor time of a start depends least on other load.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

from benchmarks.load.interleaved_rounds import order_round
from benchmarks.report.table_format import Rows, format_text
from benchmarks.targets.processes import find_free_port, read_cpu_seconds, stop_process
from shop.core.operations.supervisor import is_ready
from tests.rolling.harness.releases import REMOVED_PACKAGES, HistoryMissing, Release, checkout, extract_commit
from tests.support.servers.valkey import Valkey

# The web server has a parent and, here, one web process.
COMMANDS = ("web", "worker", "scheduler")
MEMORY_WANTED, SECONDS_WANTED = 120.0, 1.5
MIB = 1024 * 1024
# A process without /readyz has started when it is idle for so long.
IDLE_SECONDS, PAUSE_SECONDS, READY_SECONDS = 0.5, 0.01, 120.0
# Requests after which the memory is read, since the first ones load what the start did not need.
REQUESTS = 200


class Start(NamedTuple):
    """Start of one process: seconds until ready, processor seconds until then, and MiB in memory."""

    seconds: float
    cpu: float
    memory: float


Starts = Mapping[str, list[Start]]


@dataclass(frozen=True)
class Installation:
    """Release with stores of its own."""

    release: Release
    folder: Path
    redis_url: str
    bind: str

    def run(self, command: str) -> "subprocess.Popen[bytes]":
        """Start a command of `flask shop`."""
        paths = os.pathsep.join(map(str, (self.release.folder, REMOVED_PACKAGES)))
        settings = {"VAR": str(self.folder), "REDIS_URL": self.redis_url, "BIND": self.bind, "WEB_WORKERS": "1"}
        environment = {**os.environ, "PYTHONPATH": paths, **{f"SHOP_{name}": text for name, text in settings.items()}}
        arguments = [sys.executable, "-m", "flask", "shop", command]
        with (self.folder / f"{command}.log").open("ab") as log:
            return subprocess.Popen(arguments, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def measure(self, command: str) -> Start:
        """Start a process, and stop it when it was measured."""
        started, process = time.perf_counter(), self.run(command)
        try:
            seconds = self._wait_until_ready(command, process, started)
            cpu = read_cpu_seconds(process.pid)
            if command == "web":
                self._send_requests()
            return Start(seconds, cpu, read_memory(process.pid))
        finally:
            stop_process(process)

    def _wait_until_ready(self, command: str, process: "subprocess.Popen[bytes]", started: float) -> float:
        cpu, changed_at = 0.0, time.perf_counter()
        while time.perf_counter() < started + READY_SECONDS and process.poll() is None:
            if command == "web":
                if is_ready(self.bind):
                    return time.perf_counter() - started
            elif (now := read_cpu_seconds(process.pid)) > cpu:
                cpu, changed_at = now, time.perf_counter()
            elif cpu and time.perf_counter() > changed_at + IDLE_SECONDS:
                return changed_at - started
            time.sleep(PAUSE_SECONDS)
        sys.exit(f"{command} of the {self.release.name} release did not start:\n" + self._read_log(command))

    def _send_requests(self) -> None:
        for _ in range(REQUESTS):
            with urllib.request.urlopen(f"http://{self.bind}/api/v1/items", timeout=10) as response:
                response.read()

    def _read_log(self, command: str) -> str:
        return "\n".join((self.folder / f"{command}.log").read_text(errors="replace").splitlines()[-20:])


def main() -> None:
    """Print the table of all processes at both commits."""
    options = _parse_options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-processes-")))
        try:
            base = extract_commit(options.base, folder / "base")
        except HistoryMissing as missing:
            sys.exit(str(missing))
        releases = {"before": base, "after": checkout()}
        installations = {
            name: stack.enter_context(_install(release, folder / name)) for name, release in releases.items()
        }
        starts: dict[str, dict[str, list[Start]]] = {name: {command: [] for command in COMMANDS} for name in releases}
        for number in range(options.rounds):
            for command in COMMANDS:
                for name, installation in order_round(installations.items(), number):
                    starts[name][command].append(installation.measure(command))
    print(f"before: {options.base}, after: this checkout; medians of {options.rounds} starts\n")
    print(format_text(build_table(starts["before"], starts["after"])))


def build_table(before: Starts, after: Starts) -> Rows:
    """Return a row for each process and quantity: both medians, the wanted value, and whether it is reached."""
    quantities = {
        "seconds to ready": (0, SECONDS_WANTED, ".2f"),
        "processor seconds to ready": (1, 0.0, ".2f"),
        "MiB resident": (2, MEMORY_WANTED, ".0f"),
    }
    rows: list[tuple[str, ...]] = [("", "before", "after", "at most", "reached")]
    for command in after:
        for quantity, (place, wanted, form) in quantities.items():
            old, new = (median(start[place] for start in starts[command]) for starts in (before, after))
            reached = ("yes" if new <= wanted else "no") if wanted else ""
            limit = f"{wanted:g}" if wanted else ""
            rows.append((f"{command}: {quantity}", f"{old:{form}}", f"{new:{form}}", limit, reached))
    return rows


def read_memory(pid: int) -> float:
    """Return the resident MiB of the largest process among a process and its descendants."""
    root = psutil.Process(pid)
    return float(max(process.memory_info().rss for process in (root, *root.children(recursive=True)))) / MIB


@contextmanager
def _install(release: Release, folder: Path) -> Iterator[Installation]:
    folder.mkdir(exist_ok=True)
    valkey = Valkey.create(fsync="everysec")
    try:
        installation = Installation(release, folder, valkey.url, f"127.0.0.1:{find_free_port()}")
        for command in ("migrate", "seed"):
            if installation.run(command).wait(READY_SECONDS):
                sys.exit(f"`flask shop {command}` of {release.folder} failed.")
        yield installation
    finally:
        valkey.destroy()


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="HEAD", help="commit to compare with")
    parser.add_argument("--rounds", type=int, default=5, help="number of starts of each process")
    return parser.parse_args()


if __name__ == "__main__":
    main()
