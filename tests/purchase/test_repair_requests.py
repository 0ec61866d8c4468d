"""Loads, repairs and drains: requested twice, for unknown items, or without Redis."""

from typing import Any, NoReturn

import pytest

from shop.constants.job import JobName
from shop.constants.stock import Cause
from shop.core.database.model import DEFAULT_TENANT
from shop.core.database.transaction import in_transaction
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisConnectionError
from shop.core.tenant import all_tenants
from shop.jobs.stock import DrainStockJob, LoadStockJob, SyncStockJob
from shop.services import outbox
from shop.services.invariant import InvariantService, redis_snapshot
from shop.services.outbox import OutboxService
from shop.services.reconcile_run import ReconcileRunService
from shop.services.sale_gate import SaleGateService
from tests.purchase.conftest import Sale
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import assert_right, killed_at, status

UNKNOWN_ITEM = 987_654
BUSY = 503401


def test_nothing_is_loaded_or_repaired_for_an_unknown_item(in_process_shop: InProcessShop) -> None:
    sync = in_process_shop.container.get(SyncStockJob)

    assert in_process_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, UNKNOWN_ITEM) is False
    assert sync.run(DEFAULT_TENANT, UNKNOWN_ITEM) == []
    assert sync.run(DEFAULT_TENANT, UNKNOWN_ITEM, Cause.REQUESTED) == []
    runs = in_process_shop.container.get(ReconcileRunService)
    assert in_process_shop.run_in_tenant(lambda: runs.request_repair(UNKNOWN_ITEM, Cause.REQUESTED)) is False

    assert in_process_shop.rows("SELECT * FROM reconcile_runs") == []
    assert "epoch" not in in_process_shop.gate(UNKNOWN_ITEM)


def test_a_repair_that_is_requested_twice_is_done_once(in_process_shop: InProcessShop) -> None:
    item, runs = in_process_shop.offer(stock=3), in_process_shop.container.get(ReconcileRunService)
    for _ in range(2):
        assert in_process_shop.run_in_tenant(lambda: runs.request_repair(item, Cause.REQUESTED))

    assert len(in_process_shop.reconcile()) == 1

    columns = "item_id, cause, expected, found"
    assert in_process_shop.rows(f"SELECT {columns} FROM reconcile_runs") == [(item, Cause.REQUESTED, "", "")]
    assert_right(in_process_shop, item, left=3)


def test_items_that_wait_or_differ_are_suspects(in_process_shop: InProcessShop) -> None:
    healthy, busy, different = (in_process_shop.offer(stock=stock) for stock in (3, 5, 7))
    in_process_shop.buy_and_write(healthy, in_process_shop.buyer())
    in_process_shop.buy(busy, in_process_shop.buyer(), 2)
    in_process_shop.set_gate_fields(different, avail=6)

    service = in_process_shop.container.get(ReconcileRunService)
    with all_tenants():
        suspects = in_transaction(in_process_shop.database, lambda: service.find_suspects(0))

    assert suspects == ([(DEFAULT_TENANT, busy), (DEFAULT_TENANT, different)], None)


def test_a_load_begins_an_epoch_above_that_of_redis(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=3)
    in_process_shop.set_gate_fields(item, epoch=7)
    in_process_shop.container.get(SaleGateService).claim(DEFAULT_TENANT, item)

    assert in_process_shop.load(item)

    assert in_process_shop.gate(item)["epoch"] == "8"
    assert in_process_shop.rows("SELECT epoch FROM items WHERE id = %s", item) == [(8,)]


def test_an_overtaken_claim_is_not_held(in_process_shop: InProcessShop) -> None:
    item, gates = in_process_shop.offer(stock=3), in_process_shop.container.get(SaleGateService)
    first, second = (gates.claim(DEFAULT_TENANT, item) for _ in range(2))

    def holds(token: str) -> bool:
        return in_process_shop.run_in_tenant(lambda: gates.holds_claim(item, token))

    assert [holds(first), holds(second)] == [False, True]


def test_entries_of_a_drain_that_died_after_its_commit_are_finalized(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order, partition = in_process_shop.buy(item, token, 2), in_process_shop.stock.partition(DEFAULT_TENANT, item)
    with killed_at("after_commit", in_process_shop):
        in_process_shop.container.get(DrainStockJob).write(partition, None)
    assert in_process_shop.gate(item)["pend"] == "2"

    service = in_process_shop.container.get(OutboxService)
    with all_tenants():
        in_transaction(in_process_shop.database, lambda: service.finalize_written(partition))

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=1)


def test_older_entries_are_found_behind_a_full_page(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 1)
    item = in_process_shop.offer(stock=3)
    partition, epoch = in_process_shop.stock.partition(DEFAULT_TENANT, item), int(in_process_shop.gate(item)["epoch"])
    service = in_process_shop.container.get(OutboxService)
    for _ in range(2):
        in_process_shop.buy(item, in_process_shop.buyer())

    def has_older_than(number: int) -> bool:
        return in_process_shop.run_in_tenant(lambda: service.has_older(item, partition, number))

    assert has_older_than(epoch + 1)
    assert not has_older_than(epoch)


def test_a_purchase_is_valid_when_its_drain_cannot_be_requested(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()

    def fail(*_: Any, **__: Any) -> NoReturn:
        raise RedisConnectionError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(JobQueue, "enqueue", fail)
        order = in_process_shop.buy(item, token, 2)
    assert "was not enqueued" in caplog.text

    in_process_shop.drain(item)
    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=1)


def test_adjustments_at_a_closed_gate_request_one_load(in_process_shop: InProcessShop) -> None:
    item, admin = in_process_shop.offer(stock=3), in_process_shop.admin()
    in_process_shop.container.get(SaleGateService).claim(DEFAULT_TENANT, item)
    # The creation of the item has requested one already.
    before = in_process_shop.queued_arguments(JobName.LOAD_STOCK)

    for _ in range(2):
        data_of(in_process_shop.adjust(item, admin, delta=-1), BUSY)

    requested = in_process_shop.queued_arguments(JobName.LOAD_STOCK)
    assert requested == [*before, {"tenant_id": DEFAULT_TENANT, "item_id": item}]


def test_a_check_of_an_item_whose_outbox_never_rests_ends(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = in_process_shop.offer(stock=3)
    in_process_shop.buy(item, in_process_shop.buyer())
    service, reads = in_process_shop.container.get(InvariantService), []
    find_entries = InvariantService._find_entries

    def find_and_lose(reader: InvariantService, number: int, item_id: int) -> list[Any]:
        reads.append(number)
        return find_entries(reader, number, item_id) if len(reads) % 2 else []

    monkeypatch.setattr(InvariantService, "_find_entries", find_and_lose)
    in_process_shop.run_in_tenant(lambda: service.check_locked(item))

    assert len(reads) == 2 * redis_snapshot.READ_TRIES


@pytest.mark.parametrize("status_after", ["draft", "retired"])
def test_the_sync_command_opens_no_item_that_is_not_on_sale(sale: Sale, status_after: str) -> None:
    sale.shop.send("PATCH", f"/items/{sale.item}", sale.shop.admin(), {"status": status_after})

    result = sale.shop.cli("sync", str(sale.item))

    told = "The gate stays closed, because it is not on sale; the stock is 7 pieces."
    assert (result.stdout, result.exit_code) == (f"item {sale.item} (asked): {told}\n", 0)
