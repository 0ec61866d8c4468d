"""Does to a city what the schedule says, and undoes it."""

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

# Scripts are what must not be half done; other replies are lost by the cuts.
SCRIPT = b"EVALSHA"
AT_ONCE = 8


@dataclass
class FaultInjector:
    """Carries out a schedule; faults of different targets overlap, those of one target wait for each other."""

    city: ChaosEnvironment
    report: Callable[[str], object]
    injected: Counter[str] = field(default_factory=Counter)
    # Orders that waited unwritten when Redis was flushed.
    forgotten: set[str] = field(default_factory=set)
    _turns: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def run_schedule(self, schedule: Sequence[Fault]) -> None:
        """Everything in its time; returns when the last fault is undone. Raises what a restart raised."""
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            works = []
            for fault in schedule:
                time.sleep(max(0.0, began + fault.at - time.monotonic()))
                works.append(pool.submit(self._inject, fault))
        for work in works:
            work.result()

    def _inject(self, fault: Fault) -> None:
        with self._turns[fault.target]:
            self.report(f"now {fault}")
            getattr(self, "_" + fault.kind.replace(" ", "_"))(fault)
            self.injected[fault.kind] += 1

    def _kill(self, fault: Fault) -> None:
        self.city.server(fault.target).kill()
        time.sleep(fault.seconds)
        self.city.start(fault.target)

    def _freeze(self, fault: Fault) -> None:
        server = self.city.server(fault.target)
        server.freeze()
        time.sleep(fault.seconds)
        server.thaw()

    def _lose_a_reply(self, _: Fault) -> None:
        self.city.proxy.lose_reply(SCRIPT)

    def _cut(self, _: Fault) -> None:
        self.city.proxy.cut()

    def _delay(self, fault: Fault) -> None:
        # A little for each request, so that answers come late and not only never.
        self.city.proxy.delay(0.05)
        time.sleep(fault.seconds)
        self.city.proxy.delay(0)

    def _refuse(self, fault: Fault) -> None:
        self.city.proxy.refuse(refusing=True)
        time.sleep(fault.seconds)
        self.city.proxy.refuse(refusing=False)

    def _flush(self, _: Fault) -> None:
        # One transaction: nothing is reserved between the look into the outboxes and their end.
        with self.city.valkey.client(timeout=10.0) as client, client.pipeline(transaction=True) as pipe:
            for number in range(PARTITIONS):
                pipe.xrange(StockCacheManager.outbox(partition=f"{number:02}"))
            pipe.flushall()
            *outboxes, _done = pipe.execute()
        entries = (fields[b"r"] for outbox in outboxes for _, fields in outbox)
        self.forgotten |= {entry.decode().split("|")[0] for entry in entries}
