"""Money of orders: the price of the purchase, whenever they are written."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from shop.constants.order import Strategy
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import LoadStockJob
from shop.services.stock.rows import order_row
from shop.supports.reservation import Reservation
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.dead_letters import Letters, buy_impossibly, names
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.support.invariant_checks import find_violated
from tests.purchase.test_drains import begin_epoch_without_draining

PRICE, CURRENCY, QUANTITY = 1237, "CHF", 3
LATER = {"price_minor": 8731, "currency": "JPY"}
BOUGHT = (QUANTITY, PRICE, PRICE * QUANTITY, CURRENCY)
Row = dict[str, Any]


def offer(shop: InProcessShop) -> int:
    return shop.offer(stock=10, price_minor=PRICE, currency=CURRENCY)


def change_price(shop: InProcessShop, item: int) -> None:
    """Change price and currency of an item, as an administrator does."""
    data_of(shop.send("PATCH", f"/items/{item}", shop.admin_token, LATER), 200)


def read_money(shop: InProcessShop, order: str) -> tuple[Any, ...]:
    """Return quantity, unit price, total and currency of a written order."""
    columns = "quantity, unit_price_minor, total_minor, currency"
    (row,) = shop.rows(f"SELECT {columns} FROM orders WHERE id = %s", UUID(order).bytes)
    return row


@pytest.mark.parametrize("strategy", [strategy.value for strategy in Strategy])
def test_an_order_has_the_price_of_its_purchase(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token = offer(shop), shop.buyer()
    promised = shop.send_purchase(item, token, QUANTITY).get_json()["data"]

    change_price(shop, item)
    shop.drain(item)

    assert read_money(shop, promised["id"]) == BOUGHT
    written = data_of(shop.send("GET", f"/orders/{promised['id']}", token), 200)
    (listed,) = data_of(shop.send("GET", "/orders", token), 200)["data"]
    for card in (promised, written, listed):
        money = tuple(card[name] for name in ("quantity", "unit_price_minor", "total_minor", "currency"))
        assert money == BOUGHT
    assert find_violated(shop, [UUID(promised["id"])]) == set()


@pytest.mark.parametrize("strategy", ["script", "lock", "watch"])
def test_a_purchase_after_a_change_has_the_new_price(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token = offer(shop), shop.buyer()
    before = shop.buy(item, token, QUANTITY)

    change_price(shop, item)
    shop.load(item)
    after = shop.buy_and_write(item, token, 2)

    assert [read_money(shop, order) for order in (before, after)] == [BOUGHT, (2, 8731, 17462, "JPY")]


def test_a_readmitted_order_keeps_its_price(in_process_shop: InProcessShop) -> None:
    item, token = offer(in_process_shop), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, QUANTITY)
    change_price(in_process_shop, item)
    begin_epoch_without_draining(in_process_shop, item)

    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert read_money(in_process_shop, order) == BOUGHT
    assert find_violated(in_process_shop) == set()


def test_an_order_renumbered_by_the_database_keeps_its_price(make_in_process_shop: MakeInProcessShop) -> None:
    before = make_in_process_shop()
    item, token = offer(before), before.buyer()
    order = before.buy(item, token, QUANTITY)
    shop = make_in_process_shop(purchase_strategy="db")
    change_price(shop, item)
    before.run_in_tenant(lambda: shop.gates.begin_epoch(item))

    shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    shop.drain(item)

    assert read_money(shop, order) == BOUGHT


def test_a_replayed_dead_letter_keeps_its_price(
    in_process_shop: InProcessShop, repaired_shop: Callable[[], None], run_dead_letters: Letters
) -> None:
    item, token = offer(in_process_shop), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, QUANTITY)
    in_process_shop.drain(item)
    change_price(in_process_shop, item)
    in_process_shop.load(item)
    repaired_shop()

    run_dead_letters("--replay", *names(run_dead_letters()))
    for _ in range(2):
        in_process_shop.drain(item)

    assert read_money(in_process_shop, order) == (*BOUGHT[:3], "EUROS")


WRONG_ROWS: dict[str, tuple[Callable[[Row], Row], set[int]]] = {
    "total at the price of the moment": (lambda row: {"total_minor": 8731 * row["quantity"]}, {17}),
    "total of one piece": (lambda row: {"total_minor": row["unit_price_minor"]}, {17}),
    "quantity as total": (lambda row: {"total_minor": row["quantity"]}, {17}),
    "unit price of the moment": (lambda _: {"unit_price_minor": 8731}, {8, 17}),
    "both prices of the moment": (
        lambda row: {"unit_price_minor": 8731, "total_minor": 8731 * row["quantity"]},
        {8},
    ),
    "currency of the moment": (lambda _: {"currency": "JPY"}, {8}),
}


@pytest.mark.parametrize(("change", "violated"), WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_verify_reports_a_drain_that_writes_another_price(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, change: Callable[[Row], Row], violated: set[int]
) -> None:
    item = offer(in_process_shop)
    in_process_shop.buy(item, in_process_shop.buyer(), QUANTITY)
    change_price(in_process_shop, item)

    def write_wrongly(reservation: Reservation, now: datetime) -> Row:
        row = order_row(reservation, now)
        return {**row, **change(row)}

    monkeypatch.setattr("shop.services.stock.writing.order_row", write_wrongly)
    in_process_shop.drain(item)

    assert find_violated(in_process_shop) == violated
