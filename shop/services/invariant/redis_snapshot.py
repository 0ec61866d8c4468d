"""Reads of the Redis part of snapshots."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.supports.invariant import OrderTerms, OutboxOrder, RedisItem
from shop.supports.reservation import Reservation, parse_reservation

if TYPE_CHECKING:
    from shop.models.item import Item

# Only an entry that was written before the item was locked can still leave an outbox, which ends within a moment.
READ_TRIES = 20


class RedisSnapshot(NamedTuple):
    """Redis data of all items by item id; `clocks` is by partition.

    Receipts stay text, since there may be a million.
    """

    clocks: Mapping[int, int]
    waiting: dict[int, list[OutboxOrder]]
    dead: dict[int, list[OutboxOrder]]
    receipts: dict[int, list[str]]


@dataclass(frozen=True)
class RedisSnapshotReader:
    """Steps that read gates, entries, dead letters and receipts."""

    stock: StockCacheManager

    def _read_redis(self) -> RedisSnapshot:
        clocks = {number: self.stock.server_time(number) for number in range(PARTITIONS)}
        snapshot = RedisSnapshot(clocks, defaultdict(list), defaultdict(list), defaultdict(list))
        for number in range(PARTITIONS):
            for entry in self.stock.iterate_entries(number):
                waiting = _to_outbox_order(entry.entry_id, entry.reservation)
                snapshot.waiting[entry.reservation.item_id].append(waiting)
            for letter in self.stock.dead_letters(number):
                if letter.reservation:
                    dead = _to_outbox_order(letter.letter_id, letter.reservation)
                    snapshot.dead[letter.reservation.item_id].append(dead)
        for text in self.stock.scan_receipts():
            # An unreadable receipt is skipped; its order is reported for having none.
            with suppress(ValueError):
                snapshot.receipts[parse_reservation(text).item_id].append(text)
        return snapshot

    def _select_item(
        self, item: "Item | None", item_id: int, snapshot: RedisSnapshot, receipts: Mapping[UUID, str]
    ) -> RedisItem:
        """Take one item out of the snapshot, and read its gate."""
        return RedisItem(
            gate=self.stock.state(item.tenant_id, item_id) if item else {},
            waiting=snapshot.waiting.pop(item_id, ()),
            dead=snapshot.dead.pop(item_id, ()),
            receipts=RedisItem.group_by_state(receipts),
            now=snapshot.clocks[self.stock.partition(item.tenant_id, item_id)] if item else 0,
        )

    def _read_consistent_state(self, item: "Item") -> RedisItem:
        """Read gate and entries of a selling item as of one moment."""
        number = self.stock.partition(item.tenant_id, item.id)
        for _ in range(READ_TRIES):
            before = self._find_entries(number, item.id)
            sale = RedisItem(gate=self.stock.state(item.tenant_id, item.id))
            entries = sale.select_entries(before, self._find_entries(number, item.id))
            if entries is not None:
                break
        return replace(sale, waiting=entries or (), now=self.stock.server_time(number))

    def _find_entries(self, number: int, item_id: int) -> list[OutboxOrder]:
        """Return waiting entries and dead letters of an item."""
        # The outbox is read first: an entry that becomes a dead letter meanwhile is in both, and here once.
        named = [(entry.entry_id, entry.reservation) for entry in self.stock.iterate_entries(number)]
        named += [(dead.letter_id, dead.reservation) for dead in self.stock.dead_letters(number) if dead.reservation]
        return list({r.text: _to_outbox_order(name, r) for name, r in named if r.item_id == item_id}.values())


def _to_outbox_order(entry_id: str, reservation: Reservation) -> OutboxOrder:
    return OutboxOrder(
        order_id=reservation.order_id,
        epoch=reservation.epoch,
        seq=reservation.seq,
        terms=OrderTerms.of(reservation),
        since=int(entry_id.partition("-")[0]),
    )
