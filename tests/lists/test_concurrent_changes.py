"""Cursors during concurrent inserts and deletions."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert

from shop.models.order import Order
from tests.lists.support.list_rows import order_row
from tests.lists.support.list_shop import ListShop

COUNT = 600
STABLE, COMING, GOING = 0, 10_000, 20_000


@pytest.fixture
def buyer(list_shop: ListShop) -> Iterator[tuple[str, int]]:
    """User with many orders, and with gaps between them for new ones."""
    token = list_shop.shop.buyer()
    list_shop.tokens["carol"] = token
    user_id = list_shop.answer("/auth/me", "carol")[1]["id"]
    write(list_shop, user_id, [STABLE + n for n in range(COUNT)])
    write(list_shop, user_id, [GOING + n for n in range(COUNT)])
    yield token, user_id
    with list_shop.shop.database.engine.begin() as connection:
        connection.execute(delete(Order).where(Order.user_id == user_id))


def write(list_shop: ListShop, user_id: int, numbers: list[int]) -> None:
    """Insert orders, whose sort values depend on their numbers' last digits."""
    rows = []
    for number in numbers:
        row = order_row(number % COMING, user_id, list_shop.items["Teapot"])
        rows.append({**row, "id": uuid4(), "seq": number, "quantity": 1 + number % 7})
    with list_shop.shop.database.engine.begin() as connection:
        connection.execute(insert(Order), rows)


@contextmanager
def concurrent_changes(list_shop: ListShop, user_id: int) -> Iterator[None]:
    """Insert and delete orders in the background, at all list positions."""
    stop = Event()

    def work() -> None:
        number = 0
        while not stop.is_set() and number < COUNT:
            write(list_shop, user_id, [COMING + (number * 37) % COUNT + COUNT * (number // COUNT)])
            with list_shop.shop.database.engine.begin() as connection:
                is_deleted = Order.seq == GOING + (number * 41) % COUNT
                connection.execute(delete(Order).where(Order.user_id == user_id, is_deleted))
            number += 1

    worker = Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"orderBy": "quantity;created_at", "sortedBy": "desc;asc"},
        {"orderBy": "item.name;quantity", "sortedBy": "asc;desc"},
    ],
)
def test_every_unchanged_row_is_seen_once(
    list_shop: ListShop, buyer: tuple[str, int], parameters: dict[str, str]
) -> None:
    stable = stable_ids(list_shop, buyer[1])
    before = all_ids(list_shop, buyer[1])
    with concurrent_changes(list_shop, buyer[1]):
        seen: list[Any] = [order["id"] for order in list_shop.walk("/orders", "carol", per_page=20, **parameters)]
    assert len(seen) == len(set(seen))
    assert stable <= set(seen)
    # Proves that rows were inserted and deleted during the walk.
    assert before - all_ids(list_shop, buyer[1])
    assert all_ids(list_shop, buyer[1]) - before


def stable_ids(list_shop: ListShop, user_id: int) -> set[str]:
    return all_ids(list_shop, user_id, " AND seq < 10000")


def all_ids(list_shop: ListShop, user_id: int, condition: str = "") -> set[str]:
    return {
        str(UUID(bytes=row[0]))
        for row in list_shop.shop.rows(f"SELECT id FROM orders WHERE user_id = %s{condition}", user_id)
    }
