"""One turn of one kind: drive it, wait until its orders are written, and say what it cost."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.load.http_client import Client
from benchmarks.load.load_generator import Load, drive, drive_at, keyed, post
from benchmarks.load.sale_setup import offer, wait_for
from benchmarks.load.scenarios import CONNECTIONS, PURCHASE, Goods, Kind
from benchmarks.load.shop_context import Stand
from benchmarks.targets.deployment import Site
from benchmarks.targets.script_ceiling import Ceiling
from shop.constants.order import QUANTITY_MAX
from shop.constants.stock import PARTITIONS

BODY = b'{"quantity": 1}'
# More than any run sells.
PIECES = 1_000_000_000
MANY = 100
# About a hundredth of what a turn of a second and a half asks for.
FEW = 30
# So much waits at most, whoever reserves faster than anybody writes.
MOST = 15_000
DRAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Turn:
    """What one turn showed. CPU seconds by part until the last order was written; `drained`: how long that took.

    `waits`: seconds from the reservation of each order to its writing, in the open loop.
    """

    load: Load
    cpu: Mapping[str, float]
    drained: float
    waits: Sequence[float] = ()


@dataclass
class Bench:
    """Takes turns on a site, and remembers how many purchases each shop accepted, and how many it may have."""

    site: Site
    stands: Mapping[str, Stand]
    ceiling: Ceiling | None = None
    accepted: "Counter[str]" = field(default_factory=Counter)
    unknown: "Counter[str]" = field(default_factory=Counter)

    def turn(self, kind: Kind, seconds: float) -> Turn:
        """Drive one kind; returns when its orders are written, so that they do not trouble the next kind."""
        shop = self.site.shop_of(kind.server)
        buyers, before, moment = self._buyers(kind), self.site.cpu(kind.server), time.time()
        with self._worker_stands(shop) if kind.worker_stands else nullcontext():
            load = self._drive(kind, buyers, seconds)
        drained = self.wait_until_drained(shop)
        after = self.site.cpu(kind.server)
        if kind.name not in ("bare", "same"):
            self._count(shop, load)
        if kind.name == "jobs":
            self.stands[shop].forget_jobs()
        waits = self.stands[shop].waits(moment) if kind.goods is Goods.QUIET else ()
        return Turn(load, {part: after[part] - before[part] for part in after}, drained, waits)

    def introduce(self, shop: str) -> None:
        """Let every buyer buy once what is hot: the gate knows them from then on."""
        path = PURCHASE.format(self.stands[shop].items[Goods.HOT][0])
        buyers = [cycle([post(path, token, BODY)]) for token in self.stands[shop].tokens]
        self._count(shop, drive(self.site.servers[shop].port, buyers, 0))

    def buy_all_at_once(self, server: str, pieces: int) -> Load:
        """As many buyers as there are pieces, each once, all at the same moment."""
        shop = self.site.shop_of(server)
        stand = self.stands[shop]
        path = PURCHASE.format(*self.put_on_sale(shop, pieces))
        buyers = [cycle([post(path, stand.tokens[number % CONNECTIONS], BODY)]) for number in range(pieces)]
        load = drive(self.site.servers[server].port, buyers, 0)
        self._count(shop, load)
        self.wait_until_drained(shop)
        return load

    def put_on_sale(self, shop: str, pieces: int, number: int = 1) -> list[int]:
        """The ids of as many new items, which can be bought."""
        stand = self.stands[shop]
        items = [offer(self.site.shops[shop], pieces, stand.admin) for _ in range(number)]
        with Client(self.site.shops[shop].bind, stand.tokens[0]) as buyer:
            for item_id in items:
                self._open(shop, buyer, item_id, pieces)
        return items

    def _open(self, shop: str, buyer: Client, item_id: int, pieces: int) -> None:
        if pieces <= QUANTITY_MAX:
            # More than there is: nothing is sold by asking, and the answer is 409 from the moment the sale is open.
            wait_for("STOCK_INSUFFICIENT", buyer, item_id, pieces + 1)
        else:
            wait_for("accepted", buyer, item_id, 1)
            self.accepted[shop] += 1

    def wait_until_drained(self, shop: str) -> float:
        """Return when no order waits to be written: the seconds that took."""
        begun, stock = time.perf_counter(), self.stands[shop].stock
        while any(stock.oldest(partition) is not None for partition in range(PARTITIONS)):
            if time.perf_counter() > begun + DRAIN_SECONDS:
                sys.exit("The orders were not written in time.")
            time.sleep(0.02)
        return time.perf_counter() - begun

    def miscounted(self) -> list[str]:
        """What is wrong with the number of orders in each shop; nothing, when each accepted purchase is one."""
        found = {name: stand.count_orders() for name, stand in self.stands.items()}
        return [
            f"{name}: {self.accepted[name]} purchases were accepted, {number} orders are written"
            for name, number in found.items()
            if not 0 <= number - self.accepted[name] <= self.unknown[name]
        ]

    def _count(self, shop: str, load: Load) -> None:
        self.accepted[shop] += load.accepted
        self.unknown[shop] += load.unknown

    def _drive(self, kind: Kind, buyers: Sequence[Iterator[bytes]], seconds: float) -> Load:
        if not kind.server:
            assert self.ceiling
            return self.ceiling.drive(seconds, MOST)
        port = self.site.servers[kind.server].port
        return drive_at(port, buyers, kind.rate, seconds) if kind.rate else drive(port, buyers, seconds, MOST)

    def _buyers(self, kind: Kind) -> list[Iterator[bytes]]:
        shop = self.site.shop_of(kind.server)
        stand = self.stands[shop]
        items = self.put_on_sale(shop, FEW) if kind.goods is Goods.FEW else stand.items[kind.goods]
        # Each begins at another item.
        starts = [items[number % len(items) :] + items[: number % len(items)] for number in range(CONNECTIONS)]
        wishes = [
            [post(kind.path.format(item_id), token, BODY) for item_id in wanted]
            for token, wanted in zip(stand.tokens, starts, strict=True)
        ]
        return [keyed(wish[0]) if kind.keyed else cycle(wish) for wish in wishes]

    @contextmanager
    def _worker_stands(self, shop: str) -> Iterator[None]:
        pid = self.site.worker(shop)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


def stock_up(bench: Bench, kinds: Iterable[Kind]) -> None:
    """Put on sale what the kinds want."""
    for kind in kinds:
        shop = bench.site.shop_of(kind.server)
        items = bench.stands[shop].items
        if kind.goods is not Goods.FEW and kind.goods not in items:
            number = MANY if kind.goods is Goods.MANY else 1
            items[kind.goods] = bench.put_on_sale(shop, PIECES, number)
            if kind.goods is Goods.HOT:
                bench.introduce(shop)
