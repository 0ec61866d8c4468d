"""Cancels, stock adjustments, restores and the stock ledger over HTTP."""

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually

FORBIDDEN, NO_ITEM, NO_ORDER, CLOSED = 403001, 404301, 404401, 409402


def test_a_cancelled_order_can_be_bought_by_another_user(shop: Shop, client: HttpClient) -> None:
    item, token = shop.offer(stock=1), shop.buyer()
    order = data_of(shop.buy(item, token), 202)["id"]
    path = f"{API}/orders/{order}/cancel"

    # The order may still be pending: the cancel waits until it is written.
    assert data_of(client.post(path, token=token), 200)["status"] == "cancelled"

    assert_closed(client, path, token)
    assert data_of(shop.order(order, token), 200)["status"] == "cancelled"
    assert shop.item(item)["stock"] == 1
    assert data_of(shop.buy(item, shop.buyer(), Prefer="wait=5"), 201)["status"] == "confirmed"


def assert_closed(client: HttpClient, path: str, token: str) -> None:
    data = data_of(client.post(path, token=token), CLOSED)
    assert (data["error_code"], data["order_status"]) == ("ORDER_CLOSED", "cancelled")


def test_a_cancel_needs_a_token_and_an_own_order(shop: Shop, client: HttpClient) -> None:
    order = data_of(shop.buy(shop.offer(), shop.buyer(), Prefer="wait=5"), 201)["id"]

    data_of(client.post(f"{API}/orders/{order}/cancel"), 401001)
    data_of(client.post(f"{API}/orders/{order}/cancel", token=shop.buyer()), NO_ORDER)
    data_of(client.post(f"{API}/orders/00000000-0000-7000-8000-000000000000/cancel", token=shop.admin()), NO_ORDER)


def test_stock_adjustments_add_and_remove_stock(shop: Shop, client: HttpClient) -> None:
    item, admin = shop.offer(stock=2), shop.admin()
    path = f"{API}/items/{item}/stock-adjustments"

    assert data_of(client.post(path, {"delta": 5, "reason": "found"}, token=admin), 200)["stock"] == 7
    assert data_of(client.post(path, {"delta": -3, "reason": "broken"}, token=admin), 200)["stock"] == 4
    body = {"expected_stock": 4, "stock": 1, "reason": "counted"}
    assert data_of(client.post(path, body, token=admin), 200)["stock"] == 1
    assert data_of(client.post(path, body, token=admin), 409501)["current_stock"] == 1

    assert shop.item(item)["stock"] == 1
    data_of(shop.buy(item, shop.buyer(), 2), 409301)
    assert_refused(client.post(path, {"delta": 0, "reason": "none"}, token=admin), 422501, "delta")
    assert_refused(client.post(path, {"delta": 1}, token=admin), 422503, "reason")
    data_of(client.post(path, {"delta": 1, "reason": "mine"}, token=shop.buyer()), FORBIDDEN)


def test_a_restored_item_keeps_its_stock(shop: Shop, client: HttpClient) -> None:
    item, admin, path = shop.offer(stock=3), shop.admin(), f"{API}/items"
    data_of(shop.buy(item, shop.buyer(), Prefer="wait=5"), 201)
    data_of(client.request("DELETE", f"{path}/{item}", token=admin), 200)
    data_of(shop.buy(item, shop.buyer()), NO_ITEM)
    eventually(lambda: shop.gate(item)["state"] == "retired", 10)

    for _ in range(2):
        assert data_of(client.post(f"{path}/{item}/restore", token=admin), 200)["stock"] == 2

    shop.wait_until_open(item)
    data_of(shop.buy(item, shop.buyer(), Prefer="wait=5"), 201)
    assert shop.item(item)["stock"] == 1


def test_restoring_needs_an_administrator_and_an_existing_item(shop: Shop, client: HttpClient, item: int) -> None:
    data_of(client.post(f"{API}/items/{item}/restore", token=shop.buyer()), FORBIDDEN)
    data_of(client.post(f"{API}/items/999999/restore", token=shop.admin()), NO_ITEM)


def test_the_ledger_is_paged_newest_first(shop: Shop, client: HttpClient) -> None:
    item, admin, token = shop.offer(stock=3), shop.admin(), shop.buyer()
    order = data_of(shop.buy(item, token, Prefer="wait=5"), 201)["id"]
    data_of(client.post(f"{API}/orders/{order}/cancel", token=token), 200)
    body = {"delta": -1, "reason": "broken"}
    data_of(client.post(f"{API}/items/{item}/stock-adjustments", body, token=admin), 200)

    lines, path = [], f"{API}/items/{item}/stock-ledger?per_page=3"
    while path:
        page = data_of(client.get(path, token=admin), 200)
        lines += page["data"]
        path = page["meta"]["pagination"]["links"]["next"]

    columns = [(line["reason"], line["delta"], line["note"]) for line in lines]
    assert columns == [("adjustment", -1, "broken"), ("return", 1, None), ("sale", -1, None), ("initial", 3, None)]
    assert [line["ref"] for line in lines[1:3]] == [order, order]
    assert all(line["created_at"].endswith("Z") for line in lines)


def test_a_cursor_is_rejected_by_another_list(shop: Shop, client: HttpClient) -> None:
    item, admin = shop.offer(stock=3), shop.admin()
    body = {"delta": 1, "reason": "found"}
    data_of(client.post(f"{API}/items/{item}/stock-adjustments", body, token=admin), 200)
    path = f"{API}/items/{item}/stock-ledger?per_page=1"
    cursor = data_of(client.get(path, token=admin), 200)["meta"]["pagination"]["next_cursor"]

    assert_refused(client.get(f"{path}&cursor=x{cursor}", token=admin), 422001, "cursor")
    assert_refused(client.get(f"{API}/orders?cursor={cursor}", token=admin), 422001, "cursor")


@pytest.mark.parametrize("item_id", ["999999", "0"])
def test_the_ledger_needs_an_administrator_and_an_existing_item(
    shop: Shop, client: HttpClient, item: int, item_id: str
) -> None:
    data_of(client.get(f"{API}/items/{item}/stock-ledger", token=shop.buyer()), FORBIDDEN)
    data_of(client.get(f"{API}/items/{item_id}/stock-ledger", token=shop.admin()), NO_ITEM)


def test_the_ledger_of_a_deleted_item_returns_with_the_item(shop: Shop, client: HttpClient) -> None:
    item, admin = shop.offer(status="draft"), shop.admin()
    path = f"{API}/items/{item}"

    data_of(client.request("DELETE", path, token=admin), 200)
    data_of(client.get(f"{path}/stock-ledger", token=admin), NO_ITEM)

    data_of(client.post(f"{path}/restore", token=admin), 200)
    assert data_of(client.get(f"{path}/stock-ledger", token=admin), 200)["data"]


def test_the_ledger_of_another_tenant_is_not_found(shop: Shop, client: HttpClient) -> None:
    item = shop.offer(status="draft")
    shop.query_value("UPDATE items SET tenant_id = 2 WHERE id = %s", item)
    shop.query_value("UPDATE stock_ledger SET tenant_id = 2 WHERE item_id = %s", item)

    data_of(client.get(f"{API}/items/{item}/stock-ledger", token=shop.admin()), NO_ITEM)
    data_of(client.post(f"{API}/items/{item}/restore", token=shop.admin()), NO_ITEM)


def test_the_sync_command_reconciles_an_item_of_a_running_shop(shop: Shop) -> None:
    item = shop.offer(stock=3)

    result = shop.service.run_cli("sync", str(item))

    assert result.stdout == f"item {item} (asked): Epoch 2 begins with 3 pieces.\n"
    shop.wait_until_open(item)
    data_of(shop.buy(item, shop.buyer(), Prefer="wait=5"), 201)
