"""Edits of price, currency and limit in an open gate."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from sqlalchemy import event

from shop.constants.order import Strategy
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import PreloadStockJob
from shop.supports.sale_gate import GateEdit, GateValues
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop, data_of

OLD, NEW, LATER = (GateValues(price, "EUR", 3) for price in (1_000, 1_300, 1_700))
PAST, BUSY = "1", 503401
REVISED = {"price_minor": 2_100, "currency": "JPY", "max_per_user": 5}


@pytest.fixture(params=[Strategy.SCRIPT, Strategy.LOCK, Strategy.WATCH])
def shop(request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop) -> InProcessShop:
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


def test_an_edit_changes_the_terms_without_a_load(shop: InProcessShop) -> None:
    item, token = offer(shop)
    gate, loads = shop.gate(item), shop.queued_arguments("load_stock")

    revise(shop, item, **REVISED)

    assert shop.gate(item) == gate | {"price": "2100", "currency": "JPY", "limit": "5"}
    assert data_of(shop.send_purchase(item, token), 202)["currency"] == "JPY"
    assert shop.queued_arguments("load_stock") == loads


def test_buyers_pay_the_older_price_during_an_edit(shop: InProcessShop) -> None:
    item, token = offer(shop)
    edit = begin(shop, item)

    during = price_paid(shop, item, token)
    finish(shop, item, edit)

    assert (during, price_paid(shop, item, token)) == (OLD.price_minor, NEW.price_minor)


def test_a_gate_closes_at_the_deadline_of_a_dead_edit(shop: InProcessShop) -> None:
    item, token = offer(shop)
    begin(shop, item)
    shop.change_row("UPDATE items SET price_minor = %s WHERE id = %s", NEW.price_minor, item)
    shop.set_gate_fields(item, deadline=PAST)

    assert shop.send_purchase(item, token).get_json()["code"] == BUSY
    assert shop.load(item)
    assert price_paid(shop, item, token) == NEW.price_minor


def test_the_deadline_is_less_than_two_seconds_of_the_server_away(shop: InProcessShop) -> None:
    item, _ = offer(shop)
    seconds, micros = shop.redis.time()

    begin(shop, item)

    assert 0 < int(shop.gate(item)["deadline"]) - seconds * 10**6 - micros < 2 * 10**6


def test_the_preload_finds_the_gate_of_a_dead_edit(shop: InProcessShop) -> None:
    item, _ = offer(shop)
    begin(shop, item)
    preload = shop.container.get(PreloadStockJob)
    assert (DEFAULT_TENANT, item) not in preload.find_unloaded()

    shop.set_gate_fields(item, deadline=PAST)

    assert (DEFAULT_TENANT, item) in preload.find_unloaded()


def test_a_damaged_deadline_closes_the_gate(shop: InProcessShop) -> None:
    item, token = offer(shop)
    begin(shop, item)
    shop.set_gate_fields(item, deadline="soon")

    assert shop.send_purchase(item, token).get_json()["code"] == BUSY


def test_the_next_edit_sells_by_the_terms_that_a_dead_one_committed(shop: InProcessShop) -> None:
    item, token = offer(shop)
    begin(shop, item, OLD, NEW)

    begin(shop, item, NEW, LATER)

    assert price_paid(shop, item, token) == NEW.price_minor


def test_a_late_end_does_not_undo_a_later_edit(shop: InProcessShop) -> None:
    item, token = offer(shop)
    first = begin(shop, item, OLD, NEW)
    second = begin(shop, item, NEW, LATER)

    finish(shop, item, first)
    during = price_paid(shop, item, token)
    finish(shop, item, second)
    finish(shop, item, first)

    assert (during, price_paid(shop, item, token)) == (NEW.price_minor, LATER.price_minor)


def load_again(shop: InProcessShop, item: int) -> None:
    shop.set_gate_fields(item, deadline=PAST)
    assert shop.load(item)


@pytest.mark.parametrize("restart", [load_again, lambda shop, item: (shop.flush_redis(), shop.load(item))])
def test_a_late_end_does_not_undo_a_load(shop: InProcessShop, restart: Callable[[InProcessShop, int], Any]) -> None:
    item, _ = offer(shop)
    edit = begin(shop, item)
    shop.change_row("UPDATE items SET price_minor = %s WHERE id = %s", LATER.price_minor, item)
    restart(shop, item)

    finish(shop, item, edit)

    gate = shop.gate(item)
    assert (gate["price"], gate["state"], "deadline" in gate) == (str(LATER.price_minor), "open", False)


def test_a_late_end_leaves_a_gate_closed_that_the_previous_release_has_claimed(shop: InProcessShop) -> None:
    item, _ = offer(shop)
    edit = begin(shop, item)
    # That release keeps fields that it does not know.
    shop.set_gate_fields(item, state="closed", token="a load")
    gate = shop.gate(item)

    finish(shop, item, edit)

    assert shop.gate(item) == gate


@pytest.mark.parametrize("fields", [{"state": "closed"}, {"state": "retired"}, {"token": "a load"}, {"epoch": "7"}])
def test_an_edit_leaves_a_gate_that_does_not_sell_to_the_load(shop: InProcessShop, fields: dict[str, str]) -> None:
    item, _ = offer(shop)
    edit = GateEdit("edit", int(shop.gate(item)["epoch"]), OLD, NEW)
    shop.set_gate_fields(item, **fields)
    gate = shop.gate(item)

    assert not shop.stock.begin_edit(DEFAULT_TENANT, item, edit)
    assert shop.gate(item) == gate


def test_a_first_limit_is_counted_by_a_load(shop: InProcessShop) -> None:
    item, token = offer(shop, max_per_user=None)
    shop.buy_and_write(item, token, 2)

    revise(shop, item, max_per_user=4)

    assert shop.gate(item)["state"] == "closed"
    shop.load(item)
    assert shop.refusal(item, token, 2)["limit"] == 4


def test_an_end_of_the_sale_closes_the_gate_at_once(shop: InProcessShop) -> None:
    item, _ = offer(shop)

    revise(shop, item, status="retired", price_minor=2_100)

    assert shop.gate(item)["state"] == "closed"


def test_stock_is_counted_during_an_edit_and_after_its_deadline(shop: InProcessShop) -> None:
    item, token = offer(shop)
    order = shop.buy_and_write(item, token)
    begin(shop, item)
    shop.set_gate_fields(item, deadline=PAST)

    assert shop.cancel(order, token).status_code == 200
    data_of(shop.adjust(item, shop.admin_token, delta=-2), 200)

    assert (shop.gate(item)["avail"], shop.read_item(item)["stock"]) == ("7", 7)
    assert shop.cli("verify").exit_code == 0


def test_reconciliation_leaves_an_edited_gate_alone(shop: InProcessShop) -> None:
    item, _ = offer(shop)
    begin(shop, item)
    shop.change_row("UPDATE items SET price_minor = %s WHERE id = %s", NEW.price_minor, item)

    assert shop.reconcile() == []


def test_no_answer_of_redis_after_the_commit_delays_the_answer_until_the_deadline(
    make_in_process_shop: MakeInProcessShop,
) -> None:
    shop = make_in_process_shop(redis_timeout=0.1)
    item, _ = offer(shop)
    key = shop.partition_key(item, f"item:{DEFAULT_TENANT}:{item}")
    server: Any = redis.Redis.from_url(shop.settings.redis_url)

    def pause_writes() -> None:
        if server.hget(key, "state") == b"revising":
            server.execute_command("CLIENT", "PAUSE", 1_400, "WRITE")

    # In another thread, since the commands do not belong to the Controller.
    with ThreadPoolExecutor(1) as pool:
        event.listen(shop.database.engine, "commit", lambda _connection: pool.submit(pause_writes).result())
        revise(shop, item, price_minor=NEW.price_minor)
    gate = shop.gate(item)
    server.execute_command("CLIENT", "UNPAUSE")
    server.close()

    assert (gate["state"], gate["price"]) != ("open", str(OLD.price_minor))
