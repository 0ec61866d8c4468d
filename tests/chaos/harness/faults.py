"""Injection of scheduled faults into a chaos environment."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from tests.chaos.harness.environment import ChaosEnvironment
from tests.chaos.harness.fault_schedule import Fault

# Replies of scripts are lost one by one; replies of other commands are lost by cuts.
SCRIPT = b"EVALSHA"
CONCURRENT_FAULTS = 8


@dataclass
class FaultInjector:
    """Injector of a schedule of faults.

    Faults of different targets overlap; faults of one target wait for each other.
    """

    environment: ChaosEnvironment
    report: Callable[[str], object]
    injected: Counter[str] = field(default_factory=Counter)
    # Orders that were not written yet when Redis was flushed.
    flushed_orders: set[str] = field(default_factory=set)
    _locks: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def run_schedule(self, schedule: Sequence[Fault]) -> None:
        """Inject all faults at their times.

        Returns when the last fault has ended. Raises the error of a failed restart.
        """
        began = time.monotonic()
        with ThreadPoolExecutor(CONCURRENT_FAULTS) as pool:
            futures = []
            for fault in schedule:
                time.sleep(max(0.0, began + fault.at - time.monotonic()))
                futures.append(pool.submit(self._inject, fault))
        for future in futures:
            future.result()

    def _inject(self, fault: Fault) -> None:
        with self._locks[fault.target]:
            self.report(f"now {fault}")
            getattr(self, "_" + fault.kind.replace(" ", "_"))(fault)
            self.injected[fault.kind] += 1

    def _kill(self, fault: Fault) -> None:
        self.environment.server(fault.target).kill()
        time.sleep(fault.seconds)
        self.environment.start(fault.target)

    def _freeze(self, fault: Fault) -> None:
        server = self.environment.server(fault.target)
        server.freeze()
        time.sleep(fault.seconds)
        server.thaw()

    def _lose_a_reply(self, _: Fault) -> None:
        self.environment.proxy.lose_reply(SCRIPT)

    def _cut(self, _: Fault) -> None:
        self.environment.proxy.cut()

    def _delay(self, fault: Fault) -> None:
        # A short delay for each request, so that responses come late instead of never.
        self.environment.proxy.delay(0.05)
        time.sleep(fault.seconds)
        self.environment.proxy.delay(0)

    def _refuse(self, fault: Fault) -> None:
        self.environment.proxy.refuse(refusing=True)
        time.sleep(fault.seconds)
        self.environment.proxy.refuse(refusing=False)

    def _flush(self, _: Fault) -> None:
        # One transaction: no reservation happens between the read of the outboxes and the flush.
        with self.environment.valkey.client(timeout=10.0) as client, client.pipeline(transaction=True) as pipe:
            for number in range(PARTITIONS):
                pipe.xrange(StockCacheManager.outbox(partition=f"{number:02}"))
            pipe.flushall()
            *outboxes, _done = pipe.execute()
        entries = (fields[b"r"] for outbox in outboxes for _, fields in outbox)
        self.flushed_orders |= {entry.decode().split("|")[0] for entry in entries}
