"""Stock in Redis: available pieces, and reservations not yet written to MySQL."""

from dataclasses import dataclass

from shop.cache_managers.stock.dead_letters import DeadLetters
from shop.cache_managers.stock.gate import Gate
from shop.cache_managers.stock.load_requests import LoadRequests
from shop.cache_managers.stock.outbox import Outbox
from shop.cache_managers.stock.reconciliation_time import ReconciliationTime
from shop.cache_managers.stock.reservations import Reservations


@dataclass(frozen=True)
class StockCacheManager(Reservations, Outbox, DeadLetters, Gate, LoadRequests, ReconciliationTime):
    """Owner of all stock keys, with one base class per concern."""
