"""Counts of purchases and repairs: each outcome another number of times."""

from typing import Any

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import CreditOutcome
from shop.core.clock import Clock
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import SyncStockJob
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.counted_metrics import CountedMetrics
from tests.support.ticking_clock import TickingClock

OF_REDIS = ("script", "lock", "watch")


@pytest.mark.parametrize("strategy", OF_REDIS)
def test_purchases_and_keys_are_counted_by_outcome(
    make_in_process_shop: MakeInProcessShop,
    counted: CountedMetrics,
    strategy: str,
) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, limited, token = shop.offer(stock=2), shop.offer(stock=9, max_per_user=1), shop.buyer()
    shop.buy(item, token, key="first")
    for _ in range(2):
        shop.buy(item, token, key="first")
    shop.buy(item, token, key="second")
    shop.drain(item)
    for _ in range(3):
        shop.buy(item, token, key="second")
    for key in range(4):
        shop.refusal(item, token, key=f"late-{key}")
    for _ in range(6):
        shop.refusal(limited, token, 2)
    for missing in range(7):
        shop.refusal(79_990 + missing, token)

    assert counted.outcomes("shop_purchases") == {
        "pending": 4, "confirmed": 3, "stock_insufficient": 4, "purchase_limit": 6, "not_found": 7,
    }  # fmt: skip
    assert counted.outcomes("shop_idempotency") == {"executed": 2, "replayed": 5}


def test_direct_sales_are_counted_by_outcome(
    make_in_process_shop: MakeInProcessShop,
    counted: CountedMetrics,
) -> None:
    shop = make_in_process_shop(purchase_strategy="db")
    item, token = shop.offer(stock=2), shop.buyer()
    for _ in range(3):
        shop.buy(item, token, 2, key="first")
    for _ in range(4):
        shop.refusal(item, token)

    assert counted.outcomes("shop_purchases") == {"confirmed": 3, "stock_insufficient": 4}


def test_writes_with_a_key_are_counted_and_timed_by_outcome(
    in_process_shop: InProcessShop,
    counted: CountedMetrics,
) -> None:
    item = in_process_shop.offer(stock=5)
    admin = in_process_shop.admin_token

    def rename(key: str, **body: Any) -> None:
        headers = {"Authorization": f"Bearer {admin}", "Idempotency-Key": key}
        in_process_shop.http.patch(f"/api/v1/items/{item}", json=body, headers=headers)

    for times, key, body in (
        (1, "a", {"name": "A"}),
        (1, "b", {"name": "B"}),
        (3, "a", {"name": "A"}),
        (4, "b", {"name": "Other"}),
        (5, "c", {"price_minor": "much"}),
    ):
        for _ in range(times):
            rename(key, **body)

    expected = {"executed": 2, "replayed": 3, "mismatch": 4, "refused": 5}
    assert counted.outcomes("shop_idempotency") == expected
    timed = {name.split()[1]: len(seconds) for name, seconds in counted.observations.items() if " " in name}
    assert {name: timed.get(name) for name in expected} == expected


def test_repairs_are_counted_by_cause_and_lost_credits_by_number(
    in_process_shop: InProcessShop,
    counted: CountedMetrics,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shop.jobs.stock.RECHECK_SECONDS", 0)
    item, job, token = (
        in_process_shop.offer(stock=20),
        in_process_shop.container.get(SyncStockJob),
        in_process_shop.buyer(),
    )
    for cause, times in (("asked", 1), ("refused", 3)):
        for _ in range(times):
            job.run(DEFAULT_TENANT, item, cause)
    for _ in range(2):
        in_process_shop.set_gate_fields(item, avail=7)
        in_process_shop.reconcile()
    orders = [in_process_shop.buy_and_write(item, token) for _ in range(4)]
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        for order in orders:
            in_process_shop.cancel(order, token)
    for _ in range(3):
        in_process_shop.reconcile()

    assert counted.outcomes("shop_reconcile_repairs") == {"asked": 1, "refused": 3, "different": 2}
    assert counted.counts["shop_reconcile_runs",] == 5
    assert counted.counts["shop_reconcile_credits",] == 4


def test_a_drain_is_timed_in_seconds_from_its_begin_and_from_each_promise(
    in_process_shop: InProcessShop,
    counted: CountedMetrics,
) -> None:
    item, token, clock = in_process_shop.offer(stock=5), in_process_shop.buyer(), TickingClock()
    with in_process_shop.container.override(Clock, clock):
        in_process_shop.buy(item, token)
        clock.advance(7)
        in_process_shop.buy(item, token, 3)
        clock.advance(30)
        in_process_shop.drain(item)

    assert counted.observations["shop_drain_orders"] == [2]
    assert counted.observations["shop_drain_seconds"] == [0.25]
    first, second = counted.observations["shop_confirm_seconds"]
    assert (first - second, second) == (7.25, 30.5)
