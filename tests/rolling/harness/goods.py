"""Items on sale during a rollout, and the history of their orders."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shop.core.database.model import DEFAULT_TENANT
from shop.supports.purchase import derive_purchase_id
from tests.chaos.harness.client_log import Operation
from tests.chaos.harness.history import History, ItemRow, OrderRow
from tests.chaos.harness.load_clients import PURCHASE
from tests.http.support.shop import Shop
from tests.rolling.harness.rollout import Rollout

POPULAR_STOCK, LIMITED_STOCK, LIMIT, SMALL_STOCK = 1_000_000, 2_000, 40, 60
PRICE = 250


class Goods(NamedTuple):
    """Ids of an item for all, one with a limit for each buyer, and two with little stock."""

    popular: int
    limited: int
    edited: tuple[int, int]

    @property
    def wanted(self) -> list[int]:
        """Ids, weighted by demand."""
        return [self.popular] * 4 + [self.limited] * 2 + [*self.edited]

    @property
    def stocks(self) -> dict[int, int]:
        """Id -> initial stock."""
        return {self.popular: POPULAR_STOCK, self.limited: LIMITED_STOCK, **dict.fromkeys(self.edited, SMALL_STOCK)}


def offer(rollout: Rollout, stock: int, **fields: int) -> int:
    """Create an item at the first web server, and wait until it can be bought."""
    body = {"name": "Ticket", "price_minor": PRICE, "currency": "EUR", "status": "on_sale", "stock": stock, **fields}
    response = rollout.send(rollout.webs[0], "POST", "/items", body, token=rollout.shop.admin())
    item = int(response.json["data"]["id"])
    rollout.shop.wait_until_open(item)
    return item


def offer_goods(rollout: Rollout) -> Goods:
    """Create all items."""
    return Goods(
        offer(rollout, POPULAR_STOCK),
        offer(rollout, LIMITED_STOCK, max_per_user=LIMIT),
        (offer(rollout, SMALL_STOCK), offer(rollout, SMALL_STOCK)),
    )


def read_history(shop: Shop, goods: Goods, operations: Sequence[Operation]) -> History:
    """Return the log of the clients with the rows of their items."""
    ids = ", ".join(map(str, goods.stocks))
    with shop.engine.connect() as connection:
        orders = connection.exec_driver_sql(
            f"SELECT id, user_id, item_id, quantity, status, unit_price_minor FROM orders WHERE item_id IN ({ids})"
        ).all()
        items = connection.exec_driver_sql(f"SELECT id, stock, max_per_user FROM items WHERE id IN ({ids})").all()
    return History(
        operations=operations,
        orders=[OrderRow(str(UUID(bytes=order)), *columns) for order, *columns in orders],
        items=[ItemRow(item, goods.stocks[item], stock, limit, PRICE) for item, stock, limit in items],
        order_of=_order_of,
    )


def _order_of(user: int, item: int, key: str) -> str:
    return str(derive_purchase_id(DEFAULT_TENANT, user, PURCHASE.format(item), key))
