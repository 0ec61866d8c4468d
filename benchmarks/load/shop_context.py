"""Container, tokens and items of one shop in the purchase benchmark."""

from dataclasses import dataclass, field, replace

from rq import Queue as RqQueue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.sale_setup import WAIT_SECONDS, sign_in_admin
from benchmarks.load.scenarios import CONNECTIONS, ItemSet
from benchmarks.targets.deployment import Deployment
from benchmarks.targets.temporary_shop import TemporaryShop
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.container import Container
from shop.core.database.engine import Database
from shop.core.jobs.queue import QUEUE_HIGH
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.models.order import Order


@dataclass
class ShopContext:
    """One shop: its container, its access tokens, its items by item set."""

    container: Container
    admin_token: str
    buyer_tokens: list[str]
    items: dict[ItemSet, list[int]] = field(default_factory=dict)

    @property
    def stock(self) -> StockCacheManager:
        """StockCacheManager of the shop."""
        return self.container.get(StockCacheManager)

    def count_orders(self) -> int:
        """Count the written orders."""
        with self.container.get(Database).engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(Order)) or 0)

    def read_write_delays(self, since: float) -> list[float]:
        """Return the seconds from reservation to writing of the open loop's orders.

        Only orders that were reserved after `since`, a Unix time.
        """
        query = select(Order.created_at, Order.updated_at).where(Order.item_id == self.items[ItemSet.QUIET][0])
        with self.container.get(Database).engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(written - made).total_seconds() for made, written in rows if made.timestamp() >= since]

    def drop_jobs(self) -> None:
        """Drop the waiting jobs once every order is written."""
        # They would find nothing to write, and keep the worker busy.
        connection = self.container.get(RedisStores).queue
        RqQueue(QUEUE_HIGH, connection=connection, serializer=JSONSerializer).empty()  # type: ignore[no-untyped-call]  # RQ types few of its methods
        for partition in range(PARTITIONS):
            self.stock.reset_wake_flag(partition)


def load_patient_settings(shop: TemporaryShop) -> Settings:
    """Load a shop's settings with a long Redis timeout.

    Redis is slow under load.
    """
    return replace(shop.load_settings(), redis_timeout=WAIT_SECONDS)


def create_contexts(deployment: Deployment) -> dict[str, ShopContext]:
    """Create a context with buyers and without items for each shop."""
    return {name: _create_context(shop) for name, shop in deployment.shops.items()}


def _create_context(shop: TemporaryShop) -> ShopContext:
    container = Container(load_patient_settings(shop))
    buyer_tokens = AccountFactory.from_container(container).create_buyers(CONNECTIONS)
    return ShopContext(container, sign_in_admin(shop), buyer_tokens)
