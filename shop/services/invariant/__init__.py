"""Rules of invariants: takes snapshots of both stores and checks them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shop.core.jobs.job import OnSteps, ignore_steps
from shop.repositories.item import ItemRepository
from shop.services.invariant.redis_snapshot import RedisSnapshotReader
from shop.services.invariant.table_snapshot import TableSnapshotReader
from shop.supports.invariant import INVARIANTS, ItemSnapshot, Problem, RedisItem
from shop.supports.sale_strategy import SaleStrategy

if TYPE_CHECKING:
    from shop.models.item import Item


class InvariantResult(NamedTuple):
    """Number, description and violations of one invariant."""

    number: int
    sentence: str
    found: list[Problem]

    @property
    def problems(self) -> list[str]:
        """Texts of the violations."""
        return [problem.text for problem in self.found]


@dataclass(frozen=True)
class InvariantService(RedisSnapshotReader, TableSnapshotReader):
    """Checks that nothing was oversold, lost or doubled."""

    items: ItemRepository
    strategy: SaleStrategy

    def check(self, acknowledged_ids: Collection[UUID], on_steps: OnSteps = ignore_steps) -> list[InvariantResult]:
        """Check all items; return a result for each invariant.

        `acknowledged_ids`: orders that clients were promised, where they are known. Calls `on_steps` after each item.
        """
        problems: dict[int, list[Problem]] = defaultdict(list)
        lost = set(acknowledged_ids)
        for snapshot in self._take_snapshots():
            for number, check in INVARIANTS.items():
                problems[number] += check(snapshot)
            lost.difference_update(snapshot.orders.units, (entry.order_id for entry in snapshot.redis_item.entries))
            on_steps(1)
        problems[6] += [
            Problem(0, order_id, f"order {order_id} was promised to a client and is lost") for order_id in lost
        ]
        return _to_results(problems)

    def check_locked(self, item_id: int) -> list[InvariantResult]:
        """Check one item, without receipts, while its row is locked."""
        item = self.items.lock(item_id)
        snapshot = self._take_snapshot(item_id, item, self._read_consistent_state(item) if item else RedisItem(), {})
        return _to_results({number: list(check(snapshot)) for number, check in INVARIANTS.items()})

    def _take_snapshots(self) -> Iterator[ItemSnapshot]:
        """Yield a snapshot of every item that any row or key names."""
        # Redis is read first: an entry that is written between the two reads is in both, which the checks expect.
        redis = self._read_redis()
        items = {item.id: item for item in self.items.find_all()}
        named = {*redis.waiting, *redis.dead, *redis.receipts, *self.orders.find_items(), *self.ledger.find_items()}
        for item_id in sorted({*items, *named}):
            item, texts = items.get(item_id), {UUID(t.split("|", 2)[1]): t for t in redis.receipts.pop(item_id, ())}
            yield self._take_snapshot(item_id, item, self._select_item(item, item_id, redis, texts), texts)

    def _take_snapshot(
        self, item_id: int, item: "Item | None", redis_item: RedisItem, texts: Mapping[UUID, str]
    ) -> ItemSnapshot:
        ledger = self._summarize_ledger(item_id, redis_item.count("hwm"))
        return ItemSnapshot(
            item_id=item_id,
            tenant_id=item.tenant_id if item else None,
            stock=item.stock if item else 0,
            epoch=item.epoch if item else 0,
            limit=item.max_per_user if item else None,
            redis_item=redis_item,
            orders=self._summarize_orders(item_id, item.epoch if item else 0, redis_item, texts, ledger.voids),
            ledger=ledger,
            sellable=bool(item and item.sellable),
            database_sells=self.strategy.database_sells,
        )


def _to_results(problems: Mapping[int, list[Problem]]) -> list[InvariantResult]:
    return [InvariantResult(n, _title_of(check), problems[n]) for n, check in INVARIANTS.items()]


def _title_of(check: Callable[..., object]) -> str:
    first_line = (check.__doc__ or "").partition("\n")[0]
    return first_line.partition(": ")[2]
