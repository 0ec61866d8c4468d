"""Helpers and fixtures of dead letter tests."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.purchase.support.in_process_shop import InProcessShop

Letters = Callable[..., Result]


@pytest.fixture
def run_dead_letters(in_process_shop: InProcessShop) -> Letters:
    """Return a function that runs `flask shop dead-letters`."""
    return lambda *arguments: in_process_shop.cli("dead-letters", *arguments)


def buy_impossibly(app_shop: InProcessShop, item: int, token: str, quantity: int = 1) -> str:
    """Place an order whose currency does not fit its column."""
    currency = app_shop.gate(item)["currency"]
    app_shop.set_gate_fields(item, currency="EUROS")
    order = app_shop.buy(item, token, quantity)
    app_shop.set_gate_fields(item, currency=currency)
    return order


def names(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")]


def voids(app_shop: InProcessShop) -> list[Any]:
    return [ref for (ref,) in app_shop.rows("SELECT ref FROM stock_ledger WHERE reason = 'void' ORDER BY id")]


def widen(app_shop: InProcessShop, width: int) -> None:
    """Change the width of the currency column."""
    with app_shop.database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE orders MODIFY currency VARCHAR({width}) NOT NULL")


@pytest.fixture
def repaired_shop(in_process_shop: InProcessShop) -> Any:
    """Return a function that widens the column during the test."""
    yield lambda: widen(in_process_shop, 5)
    with in_process_shop.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM orders WHERE LENGTH(currency) > 3")
    widen(in_process_shop, 3)
