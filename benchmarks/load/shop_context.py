"""A shop as its buyers see it, and what is asked of its stores beside the load."""

from dataclasses import dataclass, replace

from rq import Queue as RqQueue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from benchmarks.load.accounts import Accounts
from benchmarks.load.sale_setup import PATIENCE_SECONDS, sign_in
from benchmarks.load.scenarios import CONNECTIONS, Goods
from benchmarks.targets.deployment import Site
from benchmarks.targets.temporary_shop import Shop
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.container import Container
from shop.core.database import Database
from shop.core.job import QUEUE_HIGH
from shop.core.redis import RedisStores
from shop.core.settings import Settings
from shop.models.order import Order


@dataclass
class Stand:
    """One shop as its buyers see it: its collaborators, its buyers' tokens, its items."""

    container: Container
    admin: str
    tokens: list[str]
    items: dict[Goods, list[int]]

    @property
    def stock(self) -> StockCacheManager:
        """What waits to be written."""
        return self.container.get(StockCacheManager)

    def count_orders(self) -> int:
        """How many orders are written."""
        with self.container.get(Database).engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(Order)) or 0)

    def waits(self, since: float) -> list[float]:
        """Seconds from reservation to writing of the orders in the open loop, of those reserved since that moment."""
        query = select(Order.created_at, Order.updated_at).where(Order.item_id == self.items[Goods.QUIET][0])
        with self.container.get(Database).engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(written - made).total_seconds() for made, written in rows if made.timestamp() >= since]

    def forget_jobs(self) -> None:
        """Drop the jobs that wait, once everything is written: they would find nothing, and keep the worker busy."""
        connection = self.container.get(RedisStores).queue
        RqQueue(QUEUE_HIGH, connection=connection, serializer=JSONSerializer).empty()  # type: ignore[no-untyped-call]  # RQ types few of its methods
        for partition in range(PARTITIONS):
            self.stock.sleep(partition)


def patient(shop: Shop) -> Settings:
    """A shop's settings for a process that may have to wait for Redis: under load it answers late, but it does."""
    return replace(shop.settings(), redis_timeout=PATIENCE_SECONDS)


def open_stands(site: Site) -> dict[str, Stand]:
    """A stand for each shop, its buyers signed up, nothing on sale yet."""
    return {name: _stand(site, name) for name in site.shops}


def _stand(site: Site, name: str) -> Stand:
    shop = site.shops[name]
    container = Container(patient(shop))
    return Stand(container, sign_in(shop), Accounts.of(container).sign_up(CONNECTIONS), {})
