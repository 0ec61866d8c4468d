"""What is odd in Redis or in the tables does not keep the others."""

import time
from typing import Any

import pytest

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import SweepStockJob, SyncStockJob
from tests.purchase.conftest import MakeIndoors
from tests.purchase.support.in_process_shop import Indoors
from tests.purchase.test_drains import status


def test_what_was_deleted_is_not_sold_by_a_redis_that_forgot_it(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    before = indoors.gate(item)
    assert indoors.send("DELETE", f"/items/{item}", indoors.admin_token).status_code == 200
    # the last second is lost: the claim, and with the default single Redis the job that would load it
    indoors.redis.delete(indoors.key(item, f"item:{DEFAULT_TENANT}:{item}"))
    indoors.edit(item, **before)

    indoors.sync()

    assert indoors.ask(item, token).status_code == 404


def test_a_moment_that_is_none_does_not_keep_the_others(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    _, order = indoors.buy(item, token), indoors.buy(item, token)
    entries = indoors.key(item, "outbox")
    (entry_id, fields), *_ = indoors.redis.xrange(entries)
    words = fields["r"].split("|")
    words[7] = "9" * 20
    indoors.redis.xadd(entries, {"r": "|".join(words)})
    indoors.redis.xdel(entries, entry_id)

    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"


def test_one_server_that_is_away_does_not_keep_the_others_from_being_swept(
    make_indoors: MakeIndoors, make_valkey: Any, valkey: Any
) -> None:
    other = make_valkey()
    shop = make_indoors(stock_redis_urls=(other.url, valkey.url))
    items = [shop.offer(stock=10) for _ in range(8)]
    item = next(i for i in items if shop.stock.partition(DEFAULT_TENANT, i) % 2)
    shop.buy(item, shop.buyer())
    other.kill()
    time.sleep(1.2)  # what is younger is not stale

    shop.container.get(SweepStockJob).run()

    assert {"partition": shop.stock.partition(DEFAULT_TENANT, item)} in shop.asked("drain_stock")


def test_a_sale_that_stands_in_the_ledger_already_does_not_keep_the_others(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    indoors.buy(item, token)
    ((_, fields),) = indoors.redis.xrange(indoors.key(item, "outbox"))
    indoors.drain(item)
    indoors.change("DELETE FROM orders WHERE item_id = %s", item)  # by hand, or a table restored
    indoors.redis.xadd(indoors.key(item, "outbox"), fields)
    order = indoors.buy(item, token)

    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"


def test_many_wrong_items_are_repaired_by_several_jobs(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.jobs.stock.SECOND_LOOK_SECONDS", 0.05)
    monkeypatch.setattr("shop.services.reconcile_run.SUSPECTS", 2)
    items = [indoors.offer(stock=10) for _ in range(5)]
    for item in items:
        indoors.edit(item, avail=11)
    job = indoors.container.get(SyncStockJob)

    first, (following,) = job.run(), indoors.asked("sync_stock")
    second = job.run(**following)

    assert (len(first), len(second)) == (2, 2)
    assert len(job.run_all()) == 1
