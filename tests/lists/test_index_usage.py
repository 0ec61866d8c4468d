"""Walks in the usual order are looked up in an index: the thousandth page costs what the first one does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.lists.list_shop import ANONYMOUS, ListShop


@contextmanager
def statements(stage: ListShop) -> Iterator[list[tuple[str, Any]]]:
    """What is sent while the context lasts, with its values."""
    sent: list[tuple[str, Any]] = []
    engine = stage.shop.database.engine

    def note(_connection: object, _cursor: object, sql: str, values: object, *_: object) -> None:
        sent.append((sql, values))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def plan_of(stage: ListShop, sql: str, values: Any) -> Any:
    with stage.shop.database.engine.connect() as connection:
        return connection.exec_driver_sql(f"EXPLAIN {sql}", values).mappings().one()


@pytest.mark.parametrize(
    ("path", "who", "index"),
    [
        ("/orders", "ada", "ix_orders_tenant_id_user_id_created_at_id"),
        ("/items", ANONYMOUS, "ix_items_tenant_id_status_id"),
    ],
)
def test_what_comes_behind_a_cursor_is_looked_up(list_shop: ListShop, path: str, who: str, index: str) -> None:
    _, data = list_shop.answer(path, who, pagination="cursor", per_page=5)
    cursor = data["meta"]["pagination"]["next_cursor"]

    with statements(list_shop) as sent:
        assert list_shop.answer(path, who, per_page=5, cursor=cursor)[0] == 200

    plan = plan_of(list_shop, *sent[-1])
    assert (plan["key"], plan["type"]) == (index, "range")
    assert "filesort" not in plan["Extra"]


def test_whoever_searches_or_sorts_leaves_the_choice_to_the_database(list_shop: ListShop) -> None:
    for words in ({"search": "item_id:1"}, {"orderBy": "quantity"}, {"search": "quantity:1", "pagination": "page"}):
        with statements(list_shop) as sent:
            list_shop.rows("/orders", "ada", **words)
        assert not [sql for sql, _ in sent if "FORCE INDEX" in sql]
