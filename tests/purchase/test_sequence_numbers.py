"""The highest number of an item's epoch, which every batch of a drain asks for, and every sale by the database."""

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
# Looking something up in an index takes a step or two; reading what is there takes one for each order.
STEPS = 20
T = TypeVar("T")


def write(indoors: InProcessShop, item_id: int, epoch: int) -> None:
    """Orders numbered from 1."""
    orders, now = indoors.container.get(OrderRepository), Clock().now()
    row: dict[str, object] = {"item_id": item_id, "user_id": 1, "quantity": 1}
    row |= {"unit_price_minor": 1, "total_minor": 1, "currency": "EUR", "status": "confirmed"}
    row |= {"created_at": now, "updated_at": now}
    rows = [row | {"id": uuid4(), "epoch": epoch, "seq": number} for number in range(1, ORDERS + 1)]
    indoors.run_in_tenant(lambda: orders.create_many(rows))


def steps_to_find(
    indoors: InProcessShop, find: Callable[[OrderRepository], T], scope: AbstractContextManager[None]
) -> tuple[T, int]:
    """What is found, and how many rows the server went over for it."""
    orders = indoors.container.get(OrderRepository)

    def steps(connection: Any) -> int:
        # Words of SQL, which ask for nobody's rows.
        with all_tenants():
            rows = connection.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'"))
            return sum(int(value) for _, value in rows)

    def ask() -> tuple[T, int]:
        connection = orders.session.connection()
        before = steps(connection)
        told = steps(connection) - before
        found = find(orders)
        return found, steps(connection) - before - 2 * told

    with scope:
        return in_transaction(indoors.database, ask)


def test_the_highest_number_is_of_the_asked_epoch_and_an_item_without_orders_has_none(
    in_process_shop: InProcessShop,
) -> None:
    write(in_process_shop, 1, epoch=2)
    write(in_process_shop, 2, epoch=1)

    numbers, _ = steps_to_find(
        in_process_shop, lambda orders: orders.find_highest_numbers({1: 2, 2: 2, 3: 1}), all_tenants()
    )

    assert numbers == {1: ORDERS}


@pytest.mark.parametrize("scope", [all_tenants, lambda: in_tenant(1)], ids=["a drain", "a request"])
def test_finding_it_does_not_read_the_orders_of_the_epoch(in_process_shop: InProcessShop, scope: Any) -> None:
    for item_id in (1, 2):
        write(in_process_shop, item_id, epoch=1)

    last, steps = steps_to_find(in_process_shop, lambda orders: orders.find_last_number(1, 1), scope())
    assert (last, steps < STEPS) == (ORDERS, True)

    epoch, steps = steps_to_find(in_process_shop, lambda orders: orders.find_last_epoch(2), scope())
    assert (epoch, steps < STEPS) == (1, True)


def test_finding_those_of_a_batch_does_not_read_them_either(in_process_shop: InProcessShop) -> None:
    for item_id in (1, 2):
        write(in_process_shop, item_id, epoch=1)

    numbers, steps = steps_to_find(
        in_process_shop, lambda orders: orders.find_highest_numbers({1: 1, 2: 1}), all_tenants()
    )

    assert numbers == {1: ORDERS, 2: ORDERS}
    assert steps < STEPS
