"""Change of the purchase strategy, and the strategy `db` without Redis."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import PreloadStockJob
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.dead_letters import buy_impossibly, names, widen
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_direct_sale import problems
from tests.purchase.test_drains import status
from tests.support.servers.valkey import Valkey


def take_over(make_indoors: MakeInProcessShop) -> InProcessShop:
    """Return a shop of strategy `db` that takes over all items."""
    shop = make_indoors(purchase_strategy="db")
    for _, item in shop.container.get(PreloadStockJob).find_unloaded():
        shop.load(item)
    return shop


def replay(shop: InProcessShop) -> None:
    for name in names(shop.cli("dead-letters")):
        assert shop.cli("dead-letters", "--replay", name).exit_code == 0


@pytest.fixture
def shop_with_wide_limits(make_in_process_shop: MakeInProcessShop) -> Iterator[Callable[[], None]]:
    """Let the table accept refused orders for the duration of the test."""
    shop = make_in_process_shop()
    yield lambda: widen(shop, 5)
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM orders WHERE LENGTH(currency) > 3")
    widen(shop, 3)


def test_replayed_letters_are_written_where_the_database_sells(
    make_in_process_shop: MakeInProcessShop, shop_with_wide_limits: Callable[[], None]
) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    letters = [buy_impossibly(before, item, token, quantity) for quantity in (2, 3)]
    before.drain(item)
    shop = take_over(make_in_process_shop)
    shop_with_wide_limits()
    shop.buy(item, token)

    replay(shop)
    shop.drain(item)
    shop.buy(item, token)

    assert [status(shop, order, token) for order in letters] == ["confirmed"] * 2
    assert (shop.read_item(item)["stock"], problems(shop)) == (3, [])


def test_a_replayed_letter_without_stock_becomes_a_dead_letter_again(
    make_in_process_shop: MakeInProcessShop, shop_with_wide_limits: Callable[[], None]
) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    order = buy_impossibly(before, item, token, 2)
    before.drain(item)
    shop = take_over(make_in_process_shop)
    shop_with_wide_limits()
    shop.buy(item, token, 9)

    replay(shop)
    shop.drain(item)

    assert status(shop, order, token) == "pending"
    assert "pieces" in shop.cli("dead-letters").output
    assert (shop.read_item(item)["stock"], problems(shop)) == (1, [])


def test_a_replayed_letter_waits_for_the_load_while_redis_counts_its_epoch(
    make_in_process_shop: MakeInProcessShop, shop_with_wide_limits: Callable[[], None]
) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    order = buy_impossibly(before, item, token, 2)
    before.drain(item)
    before.gates.claim(DEFAULT_TENANT, item)
    before.load(item)
    before.buy(item, token)
    shop_with_wide_limits()
    shop = make_in_process_shop(purchase_strategy="db")

    replay(shop)
    shop.drain(item)
    early = status(shop, order, token)
    shop.load(item)

    assert (early, status(shop, order, token)) == ("pending", "confirmed")
    assert (shop.read_item(item)["stock"], problems(shop)) == (7, [])


def test_a_crashed_load_is_repeated_where_the_database_sells(make_in_process_shop: MakeInProcessShop) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    order = before.buy(item, token)
    shop = make_in_process_shop(purchase_strategy="db")
    shop.gates.claim(DEFAULT_TENANT, item)
    shop.buy(item, token)

    unloaded = shop.container.get(PreloadStockJob).find_unloaded()
    shop.load(item)

    assert unloaded == [(DEFAULT_TENANT, item)]
    assert (status(shop, order, token), shop.read_item(item)["stock"], problems(shop)) == ("confirmed", 8, [])


def test_a_repeated_key_returns_its_order_after_a_change_from_db(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(purchase_strategy="db")
    item, token = shop.offer(stock=1), shop.buyer()
    order = shop.buy(item, token, key="k")
    after = make_in_process_shop()
    assert after.load(item)

    assert after.buy(item, token, key="k") == order


def test_a_repeated_key_returns_its_order_after_two_changes(make_in_process_shop: MakeInProcessShop) -> None:
    before = make_in_process_shop()
    item = before.offer(stock=1)
    shop = take_over(make_in_process_shop)
    token = shop.buyer()
    order = shop.buy(item, token, key="k")
    after = make_in_process_shop()
    assert after.load(item)

    assert after.buy(item, token, key="k") == order


def test_a_lowered_limit_breaks_no_invariant_where_the_database_sells(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(purchase_strategy="db")
    item, token = shop.offer(stock=10, max_per_user=3), shop.buyer()
    shop.buy(item, token, 3)

    assert shop.send("PATCH", f"/items/{item}", shop.admin_token, {"max_per_user": 2}).status_code == 200

    assert problems(shop) == []


def test_a_retired_gate_breaks_no_invariant_where_the_database_sells(make_in_process_shop: MakeInProcessShop) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    before.send("DELETE", f"/items/{item}", before.admin_token)
    before.load(item)
    shop = take_over(make_in_process_shop)
    assert shop.send("POST", f"/items/{item}/restore", shop.admin_token).status_code == 200

    shop.load(item)
    shop.buy(item, token)

    assert problems(shop) == []


def test_orders_and_items_work_without_redis(
    make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> None:
    server = make_valkey()
    shop = make_in_process_shop(purchase_strategy="db", redis_url=server.url)
    item, token, admin = shop.offer(stock=10), shop.buyer(), shop.admin_token
    order = shop.buy(item, token)
    server.kill()

    codes = {
        "unknown order": shop.send("GET", f"/orders/{UUID(int=1)}", token).status_code,
        "cancel": shop.send("POST", f"/orders/{order}/cancel", token).status_code,
        "edit": shop.send("PATCH", f"/items/{item}", admin, {"name": "New"}).status_code,
        "delete": shop.send("DELETE", f"/items/{item}", admin).status_code,
        "restore": shop.send("POST", f"/items/{item}/restore", admin).status_code,
    }

    assert codes == {"unknown order": 404, "cancel": 200, "edit": 200, "delete": 200, "restore": 200}
