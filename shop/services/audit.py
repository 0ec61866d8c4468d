"""Rules that must hold whatever happened: the invariants of a purchase, checked against both stores."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shop.cache_managers.stock import Entry, Reservation, StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.core.clock import Clock
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderCount, OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository

if TYPE_CHECKING:
    from shop.models.item import Item

# Receipts live a day; an order a little younger than that must still have its own.
RECEIPTS_SURELY_LIVE = timedelta(hours=23)


class Verdict(NamedTuple):
    """One invariant: its number in the design, its sentence, and where it does not hold."""

    number: int
    sentence: str
    problems: list[str]


@dataclass(frozen=True)
class Books:
    """What both stores say, read once."""

    items: Sequence["Item"]
    ledger: Mapping[int, int]
    sales: Mapping[int, tuple[int, int]]
    counts: Sequence[OrderCount]
    states: Mapping[int, Mapping[str, str]]
    entries: Sequence[Reservation]
    receipts: Mapping[UUID, Reservation]
    written: set[UUID]
