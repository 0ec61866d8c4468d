"""Steps of an edit in an open gate, and the shops that have one."""

from typing import Any

import pytest

from shop.constants.order import Strategy
from shop.core.database.model import DEFAULT_TENANT
from shop.supports.sale_gate import GateEdit, GateValues
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop, data_of

OLD, NEW, LATER = (GateValues(price, "EUR", 3) for price in (1_000, 1_300, 1_700))
PAST, BUSY = "1", 503401


@pytest.fixture(params=[Strategy.SCRIPT, Strategy.LOCK, Strategy.WATCH])
def reserving_shop(request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Shop of each strategy that reserves in Redis."""
    return make_in_process_shop(purchase_strategy=str(request.param))


def offer(shop: InProcessShop, **fields: Any) -> tuple[int, str]:
    """Offer ten pieces, and return the item with a buyer that Redis knows."""
    item = shop.offer(stock=10, **{**OLD._asdict(), **fields})
    token = shop.buyer()
    shop.buy_and_write(item, token)
    return item, token


def begin(shop: InProcessShop, item: int, before: GateValues = OLD, after: GateValues = NEW) -> GateEdit:
    """Begin an edit as its transaction does, and return it."""
    edit = GateEdit(f"edit to {after.price_minor}", int(shop.gate(item)["epoch"]), before, after)
    assert shop.stock.begin_edit(DEFAULT_TENANT, item, edit)
    return edit


def finish(shop: InProcessShop, item: int, edit: GateEdit) -> None:
    shop.stock.finish_edit(DEFAULT_TENANT, item, edit)


def price_paid(shop: InProcessShop, item: int, token: str) -> int:
    return int(data_of(shop.send_purchase(item, token), 202)["unit_price_minor"])


def revise(shop: InProcessShop, item: int, **changes: Any) -> None:
    data_of(shop.send("PATCH", f"/items/{item}", shop.admin_token, changes), 200)
