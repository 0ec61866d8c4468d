"""Query costs of the highest number of an item's epoch."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import text

from shop.core.clock import Clock
from shop.core.database.transaction import in_transaction
from shop.core.tenant import all_tenants, in_tenant
from shop.repositories.order import OrderRepository
from tests.purchase.support.in_process_shop import InProcessShop

ORDERS = 300
# An index lookup takes one or two steps; reading the orders takes one step per order.
STEPS = 20
T = TypeVar("T")


def write(app_shop: InProcessShop, item_id: int, epoch: int) -> None:
    """Write orders numbered from 1."""
    orders, now = app_shop.container.get(OrderRepository), Clock().now()
    row: dict[str, object] = {"item_id": item_id, "user_id": 1, "quantity": 1}
    row |= {"unit_price_minor": 1, "total_minor": 1, "currency": "EUR", "status": "confirmed"}
    row |= {"created_at": now, "updated_at": now}
    rows = [row | {"id": uuid4(), "epoch": epoch, "seq": number} for number in range(1, ORDERS + 1)]
    app_shop.run_in_tenant(lambda: orders.create_many(rows))


def steps_to_find(
    app_shop: InProcessShop, find: Callable[[OrderRepository], T], scope: AbstractContextManager[None]
) -> tuple[T, int]:
    """Return the result and the number of rows that the server read."""
    orders = app_shop.container.get(OrderRepository)

    def steps(connection: Any) -> int:
        # Plain SQL text, since the status has no tenant.
        with all_tenants():
            rows = connection.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'"))
            return sum(int(value) for _, value in rows)

    def measure() -> tuple[T, int]:
        connection = orders.session.connection()
        before = steps(connection)
        overhead = steps(connection) - before
        result = find(orders)
        return result, steps(connection) - before - 2 * overhead

    with scope:
        return in_transaction(app_shop.database, measure)


def test_the_highest_number_is_of_the_given_epoch_and_missing_without_orders(
    in_process_shop: InProcessShop,
) -> None:
    write(in_process_shop, 1, epoch=2)
    write(in_process_shop, 2, epoch=1)

    numbers, _ = steps_to_find(
        in_process_shop, lambda orders: orders.find_highest_numbers({1: 2, 2: 2, 3: 1}), all_tenants()
    )

    assert numbers == {1: ORDERS}


@pytest.mark.parametrize("scope", [all_tenants, lambda: in_tenant(1)], ids=["a drain", "a request"])
def test_the_highest_number_is_found_without_reading_the_orders(in_process_shop: InProcessShop, scope: Any) -> None:
    for item_id in (1, 2):
        write(in_process_shop, item_id, epoch=1)

    last, steps = steps_to_find(in_process_shop, lambda orders: orders.find_last_number(1, 1), scope())
    assert (last, steps < STEPS) == (ORDERS, True)

    epoch, steps = steps_to_find(in_process_shop, lambda orders: orders.find_last_epoch(2), scope())
    assert (epoch, steps < STEPS) == (1, True)


def test_the_highest_numbers_of_a_batch_are_found_without_reading_the_orders(in_process_shop: InProcessShop) -> None:
    for item_id in (1, 2):
        write(in_process_shop, item_id, epoch=1)

    numbers, steps = steps_to_find(
        in_process_shop, lambda orders: orders.find_highest_numbers({1: 1, 2: 1}), all_tenants()
    )

    assert numbers == {1: ORDERS, 2: ORDERS}
    assert steps < STEPS
