"""Benchmark of the processor time of a request, before and after (`make bench-requests BASE=main`).

Each of two commits has a process with the app of a web process, a SQLite file and a Valkey on a socket. Their rounds
alternate, so that other load on the machine slows both: trust the ratios. The time is that of all threads: admission,
the request itself, its log record and the thread that writes it. There is no HTTP server in it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.load.interleaved_rounds import order_round
from benchmarks.report.table_format import Rows, format_text
from benchmarks.targets.temporary_shop import RATE_LIMITS
from tests.rolling.harness.releases import REMOVED_PACKAGES, ROOT, HistoryMissing, Release, checkout, extract_commit
from tests.support.servers.valkey import Valkey

WORKER = ROOT / "benchmarks" / "targets" / "request_worker.py"
WARM_UP_REQUESTS = 300
# Kind -> the kind whose time is the measure of it.
YARDSTICKS = {"purchase": "plain", "same": "bare", "item": "plain", "list": "plain"}
Microseconds = dict[str, list[float]]


@dataclass(frozen=True)
class Worker:
    """Process that measures the requests of one commit."""

    process: "subprocess.Popen[str]"
    kinds: tuple[str, ...]

    def measure(self, kind: str, number: int) -> float:
        """Send requests, and return the processor microseconds of one. Ends the benchmark when a request fails."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps([kind, number]) + "\n")
        self.process.stdin.flush()
        return float(read_line(self.process)) / number * 1e6


def main() -> None:
    """Print the processor time of each kind of request at both commits, and the ratio."""
    options = _parse_options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-requests-")))
        try:
            base = extract_commit(options.base, folder / "base", packages=("shop", "benchmarks"))
        except HistoryMissing as missing:
            sys.exit(str(missing))
        workers = {
            name: stack.enter_context(_run_worker(release, folder / name))
            for name, release in {"before": base, "after": checkout()}.items()
        }
        kinds = [kind for kind in workers["after"].kinds if not options.only or kind in options.only]
        times = _run_rounds(workers, kinds, options)
    print(
        f"before: {options.base}, after: this checkout; processor microseconds of a request, {options.rounds} rounds\n"
    )
    print(format_text(build_table(times["before"], times["after"])))
    print()
    print(format_text(build_yardsticks(times["before"], times["after"])))


def build_table(before: Microseconds, after: Microseconds) -> Rows:
    """Return a row for each kind: medians, the median of the rounds' ratios, and their range."""
    rows: list[tuple[str, ...]] = [("", "before", "after", "after / before", "rounds")]
    for kind in after:
        ratios = [new / old for old, new in zip(before[kind], after[kind], strict=True)]
        times = (f"{median(values):,.0f}" for values in (before[kind], after[kind]))
        rows.append((kind, *times, f"{median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"))
    return rows


def build_yardsticks(before: Microseconds, after: Microseconds) -> Rows:
    """Return a row for each measured yardstick: the median of the rounds' ratios at both commits."""
    rows: list[tuple[str, ...]] = [("", "before", "after")]
    for kind, yardstick in YARDSTICKS.items():
        if kind in after and yardstick in after:
            ratios = (
                median(one / other for one, other in zip(times[kind], times[yardstick], strict=True))
                for times in (before, after)
            )
            rows.append((f"{kind} / {yardstick}", *(f"{ratio:.2f}" for ratio in ratios)))
    return rows


def read_line(process: "subprocess.Popen[str]") -> str:
    """Read a line of a worker's output. Ends the benchmark when the worker has ended."""
    assert process.stdout
    if line := process.stdout.readline():
        return line
    sys.exit("A worker ended; its last words are above.")


def _run_rounds(
    workers: Mapping[str, Worker], kinds: list[str], options: argparse.Namespace
) -> Mapping[str, Microseconds]:
    times: dict[str, Microseconds] = {name: {kind: [] for kind in kinds} for name in workers}
    for number in range(-1, options.rounds):
        for kind in kinds:
            # Both commits one after the other, every other time in another order.
            for name, worker in order_round(workers.items(), number):
                # The first round warms up.
                microseconds = worker.measure(kind, options.requests if number >= 0 else WARM_UP_REQUESTS)
                if number >= 0:
                    times[name][kind].append(microseconds)
    return times


@contextmanager
def _run_worker(release: Release, folder: Path) -> Iterator[Worker]:
    valkey = Valkey.create(fsync="everysec")
    folder.mkdir(exist_ok=True)
    environment = {
        **dict.fromkeys(RATE_LIMITS, "off"),
        "SHOP_BACKLOG_MAX": "1000000000",
        "SHOP_ARGON2_MEMORY_KIB": "64",
        "SHOP_ARGON2_TIME": "1",
        # The worker loads each item itself, after the answer to its creation.
        "SHOP_GATE_WAIT_SECONDS": "0",
        **os.environ,
        "SHOP_VAR": str(folder),
        "SHOP_REDIS_URL": valkey.url,
        "PYTHONPATH": os.pathsep.join(map(str, (release.folder, ROOT, REMOVED_PACKAGES))),
    }
    # -P: the folder of the script is no package. Its log is written like that of a web process, and shown on a failure.
    command, log = [sys.executable, "-P", str(WORKER)], folder / "log"
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True
        ) as process,
    ):
        try:
            yield Worker(process, tuple(json.loads(read_line(process))))
        except SystemExit:
            print("\n".join(log.read_text().splitlines()[-20:]), file=sys.stderr)
            raise
        finally:
            process.terminate()
            valkey.destroy()


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="HEAD", help="commit to compare with")
    parser.add_argument("--rounds", type=int, default=15, help="number of rounds")
    parser.add_argument("--requests", type=int, default=100, help="requests of each kind in a round")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=[], metavar="A,B", help="kinds of requests"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
