"""Corrupted data in Redis or MySQL does not block other orders."""

import time
from typing import Any

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import SweepStockJob, SyncStockJob
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import status


def test_a_deleted_item_is_not_sold_by_a_redis_that_lost_the_deletion(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    before = in_process_shop.gate(item)
    assert in_process_shop.send("DELETE", f"/items/{item}", in_process_shop.admin_token).status_code == 200
    # the last second is lost: the claim, and with the default single Redis the job that would load it
    in_process_shop.redis.delete(in_process_shop.partition_key(item, f"item:{DEFAULT_TENANT}:{item}"))
    in_process_shop.set_gate_fields(item, **before)

    in_process_shop.reconcile()

    assert in_process_shop.send_purchase(item, token).status_code == 404


def test_an_entry_with_an_invalid_time_does_not_block_other_orders(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    _, order = in_process_shop.buy(item, token), in_process_shop.buy(item, token)
    entries = in_process_shop.partition_key(item, "outbox")
    (entry_id, fields), *_ = in_process_shop.redis.xrange(entries)
    parts = fields["r"].split("|")
    parts[7] = "9" * 20
    in_process_shop.redis.xadd(entries, {"r": "|".join(parts)})
    in_process_shop.redis.xdel(entries, entry_id)

    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"


def test_an_unreachable_server_does_not_block_the_sweep_of_other_servers(
    make_in_process_shop: MakeInProcessShop, make_valkey: Any, valkey: Any
) -> None:
    other = make_valkey()
    shop = make_in_process_shop(stock_redis_urls=(other.url, valkey.url))
    items = [shop.offer(stock=10) for _ in range(8)]
    item = next(i for i in items if shop.stock.partition(DEFAULT_TENANT, i) % 2)
    shop.buy(item, shop.buyer())
    other.kill()
    time.sleep(1.2)  # younger entries are not stale

    shop.container.get(SweepStockJob).run()

    assert {"partition": shop.stock.partition(DEFAULT_TENANT, item)} in shop.queued_arguments("drain_stock")


def test_a_sale_already_in_the_ledger_does_not_block_other_orders(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    in_process_shop.buy(item, token)
    ((_, fields),) = in_process_shop.redis.xrange(in_process_shop.partition_key(item, "outbox"))
    in_process_shop.drain(item)
    in_process_shop.change_row("DELETE FROM orders WHERE item_id = %s", item)  # by hand, or a table restored
    in_process_shop.redis.xadd(in_process_shop.partition_key(item, "outbox"), fields)
    order = in_process_shop.buy(item, token)

    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"


def test_many_wrong_items_are_repaired_by_several_jobs(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.jobs.stock.RECHECK_SECONDS", 0.05)
    monkeypatch.setattr("shop.services.reconcile_run.SUSPECTS_MAX", 2)
    items = [in_process_shop.offer(stock=10) for _ in range(5)]
    for item in items:
        in_process_shop.set_gate_fields(item, avail=11)
    job = in_process_shop.container.get(SyncStockJob)

    first, (following,) = job.run(), in_process_shop.queued_arguments("sync_stock")
    second = job.run(**following)

    assert (len(first), len(second)) == (2, 2)
    assert len(job.reconcile_all()) == 1
