"""Rows, receipts and ledger lines that purchases and changes of stock write."""

import time
from uuid import UUID

import pytest

from shop.constants.job import JobName
from shop.constants.stock import RECEIPT_LIFE_SECONDS
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import DrainStockJob
from tests.purchase.support.in_process_shop import InProcessShop, data_of


def user_id(shop: InProcessShop, token: str) -> int:
    return int(data_of(shop.send("GET", "/auth/me", token), 200)["id"])


def actors(shop: InProcessShop, item: int) -> list[tuple[str, int | None]]:
    """Return reason and actor of an item's ledger lines."""
    sql = "SELECT reason, actor FROM stock_ledger WHERE item_id = %s ORDER BY id"
    return [(str(reason), actor) for reason, actor in shop.rows(sql, item)]


def test_a_ledger_line_names_the_user_that_caused_it(in_process_shop: InProcessShop) -> None:
    creator, adjuster, clerk, buyer = *(in_process_shop.admin() for _ in range(3)), in_process_shop.buyer()
    body = {"name": "Thing", "price_minor": 1, "currency": "EUR", "stock": 10, "status": "on_sale"}
    item = data_of(in_process_shop.send("POST", "/items", creator, body), 201)["id"]
    in_process_shop.load(item)

    data_of(in_process_shop.adjust(item, adjuster, delta=2), 200)
    data_of(in_process_shop.cancel(in_process_shop.buy_and_write(item, buyer), clerk), 200)

    users = [user_id(in_process_shop, token) for token in (creator, adjuster, clerk)]
    assert len({*users, user_id(in_process_shop, buyer)}) == 4
    by = dict(actors(in_process_shop, item))
    assert [by[reason] for reason in ("initial", "adjustment", "return", "sale")] == [*users, None]


def test_the_ledger_of_an_item_has_its_own_lines_only(in_process_shop: InProcessShop) -> None:
    items = [in_process_shop.offer(stock=stock) for stock in (3, 5, 8)]
    token = in_process_shop.admin_token

    ledgers = [data_of(in_process_shop.send("GET", f"/items/{item}/stock-ledger", token), 200) for item in items]

    assert [[line["delta"] for line in ledger["data"]] for ledger in ledgers] == [[3], [5], [8]]


def test_a_written_order_has_the_time_of_its_purchase(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token)
    reserved = data_of(in_process_shop.send("GET", f"/orders/{order}", token), 200)

    in_process_shop.drain(item)

    written = data_of(in_process_shop.send("GET", f"/orders/{order}", token), 200)
    assert (written["status"], written["created_at"]) == ("confirmed", reserved["created_at"])
    assert written["updated_at"] > written["created_at"]


def test_the_receipt_expires_after_its_order_is_written(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    receipt = in_process_shop.partition_key(item, f"receipt:{UUID(in_process_shop.buy(item, token))}")
    assert in_process_shop.redis.ttl(receipt) == -1

    in_process_shop.drain(item)

    assert RECEIPT_LIFE_SECONDS - 60 < in_process_shop.redis.ttl(receipt) <= RECEIPT_LIFE_SECONDS


def test_an_order_that_comes_after_the_last_read_of_a_drain_requests_another(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    in_process_shop.buy(item, token)
    drain, reads, requested = DrainStockJob._drain_until, [], []

    def drain_and_buy(job: DrainStockJob, *place: object) -> object:
        result = drain(job, *place)  # type: ignore[arg-type]  # passed on as they are
        reads.append(place)
        if len(reads) == 2:
            in_process_shop.buy(item, token)
            requested.extend(in_process_shop.queued_arguments(JobName.DRAIN_STOCK))
        return result

    monkeypatch.setattr(DrainStockJob, "_drain_until", drain_and_buy)
    in_process_shop.drain(item)

    # One by the first purchase and one by the purchase after the last read.
    assert (len(reads), len(requested)) == (2, 2)


def test_the_age_of_the_oldest_order_is_in_seconds(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    entry_id = f"{int((time.time() - 5) * 1000)}-0"
    in_process_shop.redis.xadd(in_process_shop.partition_key(item, "outbox"), {"r": "unreadable"}, id=entry_id)

    assert 4.9 < in_process_shop.stock.backlog(number).oldest_seconds < 7
    assert in_process_shop.stock.backlog((number + 1) % 16).oldest_seconds == 0
