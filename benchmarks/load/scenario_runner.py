"""Runner of scenarios: generates load, waits for the orders, measures CPU time."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.load.connection import build_post
from benchmarks.load.http_client import JsonClient
from benchmarks.load.load_generator import run_closed_loop, run_open_loop
from benchmarks.load.load_result import LoadResult
from benchmarks.load.sale_setup import ENDLESS_STOCK, create_item, wait_until_open, wait_until_open_unsold
from benchmarks.load.scenarios import CONNECTIONS, PURCHASE_BODY, PURCHASE_PATH, ItemSet, Scenario
from benchmarks.load.shop_context import ShopContext
from benchmarks.load.streams import build_streams
from benchmarks.targets.deployment import CLASSIC, Deployment
from benchmarks.targets.script_ceiling import ScriptCeiling
from shop.constants.order import QUANTITY_MAX
from shop.constants.stock import PARTITIONS

MANY_ITEMS = 100
# About a hundredth of the requests of a run of a second and a half.
FEW_PIECES = 30
# Limit of the backlog where reservations are faster than the worker.
ANSWERS_MAX = 15_000
DRAIN_SECONDS = 60.0


@dataclass(frozen=True)
class ScenarioRun:
    """Result of one run of a scenario.

    `cpu`: CPU seconds by part until the last order was written. `drain_seconds`: time to write the orders after the
    load. `write_delays`: seconds from the reservation of each order to its writing, in the open loop.
    """

    load: LoadResult
    cpu: Mapping[str, float]
    drain_seconds: float
    write_delays: Sequence[float] = ()

    @property
    def accepted_rate(self) -> float:
        """Accepted purchases per second."""
        return self.load.accepted / self.load.seconds

    @property
    def refusal_rate(self) -> float:
        """Refusals per second."""
        return self.load.refused / self.load.seconds

    @property
    def drain_rate(self) -> float:
        """Orders written per second after the load."""
        return self.load.accepted / max(self.drain_seconds, 0.001)


@dataclass
class ScenarioRunner:
    """Runner of scenarios on a deployment, with counts of purchases by shop.

    `accepted` counts accepted purchases, `unknown` failures that may have bought something.
    """

    deployment: Deployment
    contexts: Mapping[str, ShopContext]
    ceiling: ScriptCeiling | None = None
    accepted: "Counter[str]" = field(default_factory=Counter)
    unknown: "Counter[str]" = field(default_factory=Counter)

    def run(self, scenario: Scenario, seconds: float) -> ScenarioRun:
        """Run a scenario, and wait until its orders are written.

        So the orders of one scenario do not burden the next one.
        """
        shop, is_classic = self.deployment.find_shop(scenario.server), scenario.server == CLASSIC
        context, streams = self.contexts[shop], self._build_streams(scenario)
        before, started_at = self.deployment.read_cpu(scenario.server), time.time()
        with self._pause_worker(shop) if scenario.worker_paused else nullcontext():
            load = self._generate_load(scenario, streams, seconds)
        drain_seconds = self.deployment.classic.wait_until_written() if is_classic else self.wait_until_drained(shop)
        after = self.deployment.read_cpu(scenario.server)
        if scenario.sells:
            self._count(CLASSIC if is_classic else shop, load)
        if scenario.name == "jobs":
            context.drop_jobs()
        write_delays = context.read_write_delays(started_at) if scenario.rate else ()
        return ScenarioRun(load, {part: after[part] - before[part] for part in after}, drain_seconds, write_delays)

    def run_burst(self, server: str, pieces: int) -> LoadResult:
        """Send one purchase for each piece, all at the same moment."""
        shop = self.deployment.find_shop(server)
        path, tokens = PURCHASE_PATH.format(*self._create_items(shop, pieces)), self.contexts[shop].buyer_tokens
        requests = [build_post(path, tokens[number % CONNECTIONS], PURCHASE_BODY) for number in range(pieces)]
        load = self._send_once(server, requests)
        self.wait_until_drained(shop)
        return load

    def create_items(self, scenarios: Iterable[Scenario]) -> None:
        """Create the items that the scenarios buy, where they are missing."""
        for scenario in scenarios:
            shop = self.deployment.find_shop(scenario.server)
            items, item_set = self.contexts[shop].items, scenario.item_set
            if item_set is ItemSet.FEW or item_set in items:
                continue
            items[item_set] = self._create_items(shop, ENDLESS_STOCK, MANY_ITEMS if item_set is ItemSet.MANY else 1)
            if item_set is ItemSet.HOT:
                self._trust_buyers(shop)
        if CLASSIC in self.deployment.servers:
            self.deployment.classic.offer(self.contexts["script"].items[ItemSet.HOT][0], ENDLESS_STOCK)

    def wait_until_drained(self, shop: str) -> float:
        """Wait until no order is left to write, and return the seconds."""
        started, stock = time.perf_counter(), self.contexts[shop].stock
        while any(stock.find_oldest_age(partition) is not None for partition in range(PARTITIONS)):
            if time.perf_counter() > started + DRAIN_SECONDS:
                sys.exit("The orders were not written in time.")
            time.sleep(0.02)
        return time.perf_counter() - started

    def find_miscounts(self) -> list[str]:
        """Describe each shop whose orders do not match its purchases."""
        written = {name: context.count_orders() for name, context in self.contexts.items()}
        oversold = []
        if CLASSIC in self.deployment.servers:
            written[CLASSIC] = self.deployment.classic.count_orders()
            oversold = self.deployment.classic.find_oversold(ENDLESS_STOCK)
        return oversold + [
            f"{name}: {self.accepted[name]} purchases were accepted, {number} orders are written"
            for name, number in written.items()
            if not 0 <= number - self.accepted[name] <= self.unknown[name]
        ]

    def _create_items(self, shop: str, pieces: int, count: int = 1) -> list[int]:
        context, running = self.contexts[shop], self.deployment.shops[shop]
        items = [create_item(running, pieces, context.admin_token) for _ in range(count)]
        with JsonClient(running.bind, context.buyer_tokens[0]) as client:
            for item_id in items:
                if pieces <= QUANTITY_MAX:
                    wait_until_open_unsold(client, item_id, pieces)
                else:
                    wait_until_open(client, item_id)
                    self.accepted[shop] += 1
        return items

    def _trust_buyers(self, shop: str) -> None:
        # The gate knows a buyer from the first purchase on.
        context = self.contexts[shop]
        path = PURCHASE_PATH.format(context.items[ItemSet.HOT][0])
        self._send_once(shop, [build_post(path, token, PURCHASE_BODY) for token in context.buyer_tokens])

    def _send_once(self, server: str, requests: Sequence[bytes]) -> LoadResult:
        load = run_closed_loop(self.deployment.servers[server].port, [cycle([request]) for request in requests], 0)
        self._count(self.deployment.find_shop(server), load)
        return load

    def _count(self, shop: str, load: LoadResult) -> None:
        self.accepted[shop] += load.accepted
        self.unknown[shop] += load.unknown

    def _generate_load(self, scenario: Scenario, streams: Sequence[Iterator[bytes]], seconds: float) -> LoadResult:
        if not scenario.server:
            assert self.ceiling
            started = time.perf_counter()
            latencies = self.ceiling.reserve(seconds, ANSWERS_MAX)
            return LoadResult(latencies, seconds=time.perf_counter() - started)
        port = self.deployment.servers[scenario.server].port
        if scenario.rate:
            return run_open_loop(port, streams, scenario.rate, seconds)
        return run_closed_loop(port, streams, seconds, ANSWERS_MAX)

    def _build_streams(self, scenario: Scenario) -> list[Iterator[bytes]]:
        shop = self.deployment.find_shop(scenario.server)
        context, few = self.contexts[shop], scenario.item_set is ItemSet.FEW
        items = self._create_items(shop, FEW_PIECES) if few else context.items[scenario.item_set]
        return build_streams(scenario, items, context.buyer_tokens)

    @contextmanager
    def _pause_worker(self, shop: str) -> Iterator[None]:
        pid = self.deployment.find_worker(shop)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)
