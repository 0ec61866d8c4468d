"""Changes of the catalogue: the next read in any process sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from shop.core.http.etag import Precondition
from shop.services.item import ItemService
from tests.catalogue.catalogue_client import list_names, read_item, rename_item, run_in_thread
from tests.purchase.support.in_process_shop import InProcessShop, data_of

NOT_FOUND = 404301


def test_each_of_two_hundred_changes_is_seen_by_the_next_read(
    first_app: InProcessShop, second_app: InProcessShop
) -> None:
    item = first_app.offer(stock=5)
    for number in range(200):
        name = f"Name {number}"
        data_of(rename_item(first_app, item, name), 200)
        assert (read_item(second_app, item)["name"], list_names(second_app)) == (name, [name]), number


CHANGES: dict[str, Callable[[InProcessShop, int], object]] = {
    "revise": lambda shop, item: shop.send("PATCH", f"/items/{item}", shop.admin_token, {"status": "draft"}),
    "delete": lambda shop, item: shop.send("DELETE", f"/items/{item}", shop.admin_token),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_removed_item_disappears_everywhere_and_can_be_restored(
    first_app: InProcessShop, second_app: InProcessShop, change: str
) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(second_app, item)["stock"], list_names(second_app)) == (5, ["Thing"])

    CHANGES[change](first_app, item)
    assert (read_item(second_app, item), list_names(second_app)) == (NOT_FOUND, [])

    first_app.send("POST", f"/items/{item}/restore", first_app.admin_token)
    first_app.send("PATCH", f"/items/{item}", first_app.admin_token, {"status": "on_sale"})
    first_app.load(item)
    assert (read_item(second_app, item)["stock"], list_names(second_app)) == (5, ["Thing"])


def test_stock_changes_are_seen_by_the_next_read(first_app: InProcessShop, second_app: InProcessShop) -> None:
    item, token = first_app.offer(stock=5), first_app.buyer()
    order = first_app.buy_and_write(item, token, 2)
    assert read_item(second_app, item)["stock"] == 3
    first_app.cancel(order, token)
    assert read_item(second_app, item)["stock"] == 5
    data_of(first_app.adjust(item, first_app.admin_token, delta=4), 200)
    assert read_item(second_app, item)["stock"] == 9


def test_a_rolled_back_change_is_not_cached(first_app: InProcessShop, second_app: InProcessShop) -> None:
    item = first_app.offer(stock=5)
    service = first_app.container.get(ItemService)

    def fail() -> None:
        service.revise(item, {"name": "Never"}, Precondition())
        assert run_in_thread(lambda: read_item(second_app, item))["name"] == "Thing"
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            first_app.run_in_tenant(fail)
        first_app.load(item)
        assert [(read_item(shop, item)["name"], list_names(shop)) for shop in (first_app, second_app)] == [
            ("Thing", ["Thing"])
        ] * 2


def test_a_process_that_dies_after_its_commit_leaves_no_stale_value(
    first_app: InProcessShop, second_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("Thing", ["Thing"])
    with monkeypatch.context() as patch:
        patch.setattr("shop.core.database.transaction._run_hook", id)
        data_of(rename_item(first_app, item, "New"), 200)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("New", ["New"])


def test_a_redis_failure_after_the_commit_leaves_no_stale_value(
    first_app: InProcessShop, second_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("Thing", ["Thing"])

    def fail(*_: object) -> None:
        raise RedisConnectionError("down")

    with monkeypatch.context() as patch:
        patch.setattr("shop.core.cache.cache_manager.delete_key", fail)
        data_of(rename_item(first_app, item, "New"), 200)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("New", ["New"])


@pytest.mark.parametrize("method", ["_find_info", "_find_page"])
def test_a_read_that_began_before_a_change_is_not_cached(
    first_app: InProcessShop, second_app: InProcessShop, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    item, build = first_app.offer(stock=5), getattr(ItemService, method)

    def build_slowly(*args: Any, **kwargs: Any) -> Any:
        value = build(*args, **kwargs)
        monkeypatch.undo()
        data_of(run_in_thread(lambda: rename_item(first_app, item, "New")), 200)
        return value

    monkeypatch.setattr(ItemService, method, build_slowly)
    seen = [
        read_item(second_app, item)["name"] if method == "_find_info" else list_names(second_app)[0] for _ in range(3)
    ]

    assert seen == ["Thing", "New", "New"]


def test_a_restored_item_is_seen_by_the_next_read(first_app: InProcessShop, second_app: InProcessShop) -> None:
    item = first_app.offer(stock=5)
    first_app.send("DELETE", f"/items/{item}", first_app.admin_token)
    assert (read_item(second_app, item), list_names(second_app)) == (NOT_FOUND, [])

    # The item is not loaded, since loading would invalidate the cache, too.
    first_app.send("POST", f"/items/{item}/restore", first_app.admin_token)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("Thing", ["Thing"])


def test_an_item_may_be_free_of_charge(first_app: InProcessShop) -> None:
    body = {"name": "Gift", "price_minor": 0, "currency": "EUR", "stock": 5, "status": "on_sale"}
    item = data_of(first_app.send("POST", "/items", first_app.admin_token, body), 201)["id"]
    assert first_app.load(item)

    order = data_of(first_app.send_purchase(item, first_app.buyer(), 2), 202)
    assert (order["unit_price_minor"], order["total_minor"]) == (0, 0)
