"""Windows of idempotency records, receipts and waits: just inside and just outside."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import CreditOutcome
from shop.core.resilience.bounded_wait import BoundedWait
from shop.jobs.idempotency_record import PurgeIdempotencyRecordsJob
from shop.services.idempotency_record import IdempotencyRecordService
from shop.services.outbox import OutboxService
from shop.services.reconcile_run import ReconcileRunService
from tests.durations.conftest import TimedShop
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.invariant_checks import find_violated

TTL, DAY, HOUR = 86_400, 86_400, 3600
Recorded = list[float]


def rename(shop: InProcessShop, item: int, key: str) -> TestResponse:
    headers = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": key}
    return shop.http.patch(f"{API}/items/{item}", json={"name": "Renamed"}, headers=headers)


@pytest.mark.parametrize(("seconds", "replayed"), [(1, True), (TTL - 1, True), (TTL, False)])
def test_a_response_is_replayed_for_a_day(timed_shop: TimedShop, seconds: int, *, replayed: bool) -> None:
    shop, clock = timed_shop
    item = shop.offer(stock=3)
    assert rename(shop, item, "day").status_code == 200

    clock.advance(seconds)

    assert ("Idempotent-Replayed" in rename(shop, item, "day").headers) is replayed


@pytest.mark.parametrize(("seconds", "purged"), [(TTL - 1, 0), (TTL, 1)])
def test_a_record_is_purged_when_it_has_expired(timed_shop: TimedShop, seconds: int, purged: int) -> None:
    shop, clock = timed_shop
    rename(shop, shop.offer(stock=3), "purged")

    clock.advance(seconds)

    assert shop.container.get(PurgeIdempotencyRecordsJob).run() == purged


@pytest.mark.parametrize(("seconds", "found"), [(DAY - 1, True), (DAY, False)])
def test_an_order_without_a_receipt_is_searched_for_a_day_after_the_loss(
    timed_shop: TimedShop, seconds: int, *, found: bool
) -> None:
    shop, clock = timed_shop
    item, token = shop.offer(stock=2), shop.buyer()
    order = shop.buy(item, token, 2, key="lost")
    shop.drain(item)
    shop.redis.delete(shop.partition_key(item, f"receipt:{order}"))
    shop.set_gate_fields(item, forgot=clock.microseconds())

    clock.advance(seconds)

    answer = shop.send_purchase(item, token, 2, key="lost")
    assert answer.get_json()["data"].get("id") == (order if found else None)
    assert answer.status_code < 300 if found else answer.get_json()["data"]["error_code"] == "STOCK_INSUFFICIENT"


@pytest.mark.parametrize(("seconds", "violated"), [(23 * HOUR - 1, {7}), (23 * HOUR, {7}), (23 * HOUR + 1, set())])
def test_verify_misses_the_receipts_of_the_last_23_hours(
    timed_shop: TimedShop, seconds: int, violated: set[int]
) -> None:
    shop, clock = timed_shop
    item = shop.offer(stock=3)
    order = shop.buy_and_write(item, shop.buyer())
    shop.redis.delete(shop.partition_key(item, f"receipt:{order}"))

    clock.advance(seconds)

    assert find_violated(shop) == violated


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Record the time limits of bounded waits, which end at once."""
    recorded: Recorded = []

    def poll(_: BoundedWait, _probe: Callable[[], Any], timeout: float) -> None:
        recorded.append(timeout)

    monkeypatch.setattr(BoundedWait, "poll", poll)
    return recorded


def test_a_cancellation_waits_a_second_for_the_order(in_process_shop: InProcessShop, waits: Recorded) -> None:
    token = in_process_shop.buyer()
    order = in_process_shop.buy(in_process_shop.offer(stock=3), token)
    waits.clear()

    in_process_shop.cancel(order, token)

    assert waits == [1.0]


@pytest.mark.parametrize(("preference", "seconds"), [("wait=3", 3), ("wait=10", 10), ("wait=11", 10), ("wait=0", 0)])
def test_a_purchase_waits_for_the_preferred_seconds(
    in_process_shop: InProcessShop, waits: Recorded, preference: str, seconds: int
) -> None:
    headers = {"Authorization": f"Bearer {in_process_shop.buyer()}", "Prefer": preference}
    path = f"{API}/items/{in_process_shop.offer(stock=3)}/purchase"

    assert in_process_shop.http.post(path, json={"quantity": 1}, headers=headers).status_code == 202

    assert waits == [seconds]


def test_a_credit_waits_a_tenth_of_a_second_for_the_one_before(
    in_process_shop: InProcessShop, waits: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token)
    monkeypatch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.OUT_OF_ORDER)
    waits.clear()

    in_process_shop.cancel(order, token)

    assert waits == [0.1]


def test_a_comparison_waits_three_tenths_of_a_second_for_a_drain(
    in_process_shop: InProcessShop, waits: Recorded
) -> None:
    item, runs = in_process_shop.offer(stock=3), in_process_shop.container.get(ReconcileRunService)
    in_process_shop.set_gate_fields(item, avail=2)

    assert in_process_shop.run_in_tenant(lambda: runs.find_difference(item))

    assert waits == [0.3]


def test_a_request_waits_two_seconds_for_another_one_with_its_key(
    in_process_shop: InProcessShop, waits: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The lease is held by the same request.
    monkeypatch.setattr(IdempotencyRecordService, "lease", lambda _, key, _token: key.fingerprint.text)

    answer = rename(in_process_shop, in_process_shop.offer(stock=3), "held")

    assert (answer.get_json()["data"]["error_code"], waits) == ("KEY_IN_PROGRESS", [2.0])


@pytest.mark.parametrize(("age", "stale"), [(0.99, False), (1.0, False), (1.01, True), (60.0, True)])
def test_an_outbox_is_stale_after_a_second(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, age: float, *, stale: bool
) -> None:
    ages = {3: age, 5: None}
    monkeypatch.setattr(StockCacheManager, "find_oldest_age", lambda _, number: ages.get(number, 0.5))

    assert in_process_shop.container.get(OutboxService).request_stale_drains() == ([3] if stale else [])
    assert in_process_shop.queued_arguments("drain_stock") == ([{"partition": 3}] if stale else [])
