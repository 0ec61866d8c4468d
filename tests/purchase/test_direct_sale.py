"""Strategy `db`, with which the database itself sells."""

from collections.abc import Callable

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import LoadStockJob, PreloadStockJob
from shop.supports.sale_gate import Claim
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.valkey import Valkey


@pytest.fixture
def direct_shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Return a shop of strategy `db`."""
    return make_in_process_shop(purchase_strategy="db")


def problems(shop: InProcessShop) -> list[object]:
    return [result for result in shop.container.get(VerifyInvariantsJob).check(()) if result.problems]


def test_a_direct_purchase_returns_a_confirmed_order(direct_shop: InProcessShop) -> None:
    item, token = direct_shop.offer(stock=10), direct_shop.buyer()

    answer = direct_shop.send_purchase(item, token, 3)

    order = answer.get_json()["data"]
    assert (answer.status_code, order["status"]) == (201, "confirmed")
    assert answer.headers["Location"].endswith(order["id"])
    assert (direct_shop.read_item(item)["stock"], problems(direct_shop)) == (7, [])


def test_a_direct_purchase_works_without_redis(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    server = make_valkey()
    shop = make_in_process_shop(purchase_strategy="db", redis_url=server.url)
    item, token = shop.offer(stock=10), shop.buyer()
    server.kill()

    assert [shop.send_purchase(item, token, 4).status_code for _ in range(3)] == [201, 201, 409]
    assert shop.read_item(item)["stock"] == 2


def test_a_refused_purchase_changes_nothing(direct_shop: InProcessShop) -> None:
    item, token = direct_shop.offer(stock=10, max_per_user=3), direct_shop.buyer()

    direct_shop.refusal(item, token, 4)

    assert (direct_shop.read_item(item)["stock"], problems(direct_shop)) == (10, [])


def test_the_gate_stays_closed(direct_shop: InProcessShop) -> None:
    item = direct_shop.offer(stock=10)

    assert not direct_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    assert direct_shop.stock.state(DEFAULT_TENANT, item).get("state") != "open"


def test_open_gates_are_closed_and_their_reservations_written(make_in_process_shop: MakeInProcessShop) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    before.buy(item, token, 2)
    shop = make_in_process_shop(purchase_strategy="db")
    unloaded = shop.container.get(PreloadStockJob).find_unloaded()

    for tenant_id, item_id in unloaded:
        shop.container.get(LoadStockJob).run(tenant_id, item_id)

    assert unloaded == [(DEFAULT_TENANT, item)]
    assert shop.container.get(PreloadStockJob).find_unloaded() == []
    shop.buy(item, token, 3)
    assert (shop.read_item(item)["stock"], problems(shop)) == (5, [])


def test_a_script_sells_the_stock_that_direct_sales_left(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(purchase_strategy="db")
    item, token = shop.offer(stock=10, max_per_user=5), shop.buyer()
    shop.buy(item, token, 2)
    after = make_in_process_shop()

    assert after.container.get(LoadStockJob).run(DEFAULT_TENANT, item)

    assert after.refusal(item, token, 4)["error_code"] == "PURCHASE_LIMIT"
    after.buy(item, token, 3)
    after.drain(item)
    assert (after.read_item(item)["stock"], problems(after)) == (5, [])


def test_a_repeated_key_returns_its_order_after_a_change_of_strategy(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(purchase_strategy="db")
    item, token = shop.offer(stock=10), shop.buyer()
    order = shop.buy(item, token, key="k")
    after = make_in_process_shop()
    assert after.container.get(LoadStockJob).run(DEFAULT_TENANT, item)

    assert after.buy(item, token, key="k") == order

    after.drain(item)
    assert (after.read_item(item)["stock"], problems(after)) == (9, [])


def test_the_stock_of_a_closed_gate_is_that_of_the_database(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop()
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token, 4)
    assert shop.read_item(item)["stock"] == 6
    shop.drain(item)
    shop.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0))
    shop.change_row("UPDATE items SET stock = 5 WHERE id = %s", item)

    assert shop.read_item(item)["stock"] == 5
