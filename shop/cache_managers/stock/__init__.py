"""Stock in Redis: what can be bought now, and what was bought but is not written yet."""

from dataclasses import dataclass

from shop.cache_managers.stock.comparison import Comparison
from shop.cache_managers.stock.dead_letters import DeadLetters
from shop.cache_managers.stock.gate import Gate
from shop.cache_managers.stock.outbox import Outbox
from shop.cache_managers.stock.reservations import Reservations


@dataclass(frozen=True)
class StockCacheManager(Reservations, Outbox, DeadLetters, Gate, Comparison):
    """Owner of all keys of stock; each part has the commands of one concern."""
