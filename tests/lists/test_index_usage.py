"""Index usage of cursors, so that late pages cost no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.lists.support.list_shop import ANONYMOUS, ListShop


@contextmanager
def record_statements(list_shop: ListShop) -> Iterator[list[tuple[str, Any]]]:
    """Record the statements that are statements within the context, with their values."""
    statements: list[tuple[str, Any]] = []
    engine = list_shop.shop.database.engine

    def record(_connection: object, _cursor: object, sql: str, values: object, *_: object) -> None:
        statements.append((sql, values))

    event.listen(engine, "before_cursor_execute", record)
    yield statements
    event.remove(engine, "before_cursor_execute", record)


def plan_of(list_shop: ListShop, sql: str, values: Any) -> Any:
    with list_shop.shop.database.engine.connect() as connection:
        return connection.exec_driver_sql(f"EXPLAIN {sql}", values).mappings().one()


@pytest.mark.parametrize(
    ("path", "user", "index"),
    [
        ("/orders", "ada", "ix_orders_tenant_id_user_id_created_at_id"),
        ("/items", ANONYMOUS, "ix_items_tenant_id_status_id"),
    ],
)
def test_a_cursor_is_looked_up_in_an_index(list_shop: ListShop, path: str, user: str, index: str) -> None:
    _, data = list_shop.answer(path, user, pagination="cursor", per_page=5)
    cursor = data["meta"]["pagination"]["next_cursor"]

    with record_statements(list_shop) as statements:
        assert list_shop.answer(path, user, per_page=5, cursor=cursor)[0] == 200

    plan = plan_of(list_shop, *statements[-1])
    assert (plan["key"], plan["type"]) == (index, "range")
    assert "filesort" not in plan["Extra"]


def test_a_search_or_custom_order_has_no_index_hint(list_shop: ListShop) -> None:
    for parameters in (
        {"search": "item_id:1"},
        {"orderBy": "quantity"},
        {"search": "quantity:1", "pagination": "page"},
    ):
        with record_statements(list_shop) as statements:
            list_shop.rows("/orders", "ada", **parameters)
        assert not [sql for sql, _ in statements if "FORCE INDEX" in sql]
