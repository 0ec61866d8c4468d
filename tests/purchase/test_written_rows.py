"""Rows, receipts and ledger lines that purchases and changes of stock write."""

import logging
from uuid import UUID

import pytest

from shop.constants.job import JobName
from shop.constants.stock import RECEIPT_LIFE_SECONDS
from shop.jobs.stock import DrainStockJob
from tests.purchase.support.in_process_shop import InProcessShop, data_of


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


def test_the_orders_that_a_drain_writes_are_logged_by_id(
    in_process_shop: InProcessShop, caplog: pytest.LogCaptureFixture
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    orders = [in_process_shop.buy(item, token, quantity) for quantity in (1, 3)]

    with caplog.at_level(logging.INFO, "shop.services.stock.writing"):
        in_process_shop.drain(item)

    logged = [record for record in caplog.records if record.name == "shop.services.stock.writing"]
    assert [(record.getMessage(), vars(record)["about"]) for record in logged] == [("2 orders are written", orders)]


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
