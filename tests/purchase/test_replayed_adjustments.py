"""Adjustments with a replayed or aborted transaction."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import CreditOutcome, WithdrawalOutcome
from shop.core.database.model import DEFAULT_TENANT
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.sale_gate import Withdrawal
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import SimulatedCrash, assert_right, begin_epoch_without_draining


def elsewhere(work: Callable[..., None], *arguments: object) -> None:
    """Run the work in another thread with its own transaction."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work, *arguments).result()


def lose_once(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Make the next ledger write fail with a deadlock."""
    create = StockLedgerRepository.create

    def lose(self: StockLedgerRepository, **_: object) -> None:
        monkeypatch.setattr(StockLedgerRepository, "create", create)
        self.session.rollback()
        meanwhile()
        raise OperationalError("", {}, Exception(1213, "Deadlock found"))

    monkeypatch.setattr(StockLedgerRepository, "create", lose)


@pytest.mark.parametrize("delta", [4, -4])
def test_a_replayed_transaction_adjusts_once(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, delta: int
) -> None:
    item = in_process_shop.offer(stock=10)
    lose_once(monkeypatch)

    data_of(in_process_shop.adjust(item, in_process_shop.admin(), delta=delta), 200)

    assert_right(in_process_shop, item, left=10 + delta)


def test_a_replay_after_a_load_takes_the_pieces_in_the_new_epoch(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, admin = in_process_shop.offer(stock=10), in_process_shop.admin()
    lose_once(monkeypatch, lambda: elsewhere(begin_epoch_without_draining, in_process_shop, item))

    data_of(in_process_shop.adjust(item, admin, delta=-4), 200)

    assert_right(in_process_shop, item, left=6)


def test_pieces_taken_by_an_aborted_transaction_are_returned_by_the_next_sync(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise SimulatedCrash

    item, admin = in_process_shop.offer(stock=10), in_process_shop.admin()
    with monkeypatch.context() as patch:
        patch.setattr(StockLedgerRepository, "create", die)
        with pytest.raises(SimulatedCrash):
            in_process_shop.adjust(item, admin, delta=-4)
    assert in_process_shop.gate(item)["avail"] == "6"

    (done,) = in_process_shop.reconcile()

    assert done.startswith(f"item {item} (different): MySQL said units=10, Redis said units=6. Epoch 2 begins")
    assert_right(in_process_shop, item, left=10)


def test_an_addition_not_applied_in_redis_is_applied_by_the_next_sync(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, admin = in_process_shop.offer(stock=10), in_process_shop.admin()
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        data_of(in_process_shop.adjust(item, admin, delta=4), 200)

    assert in_process_shop.reconcile() == []

    assert_right(in_process_shop, item, left=14)


def test_a_withdrawal_is_repeatable_by_its_reference_within_an_epoch(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)
    withdrawal = Withdrawal("one", 3, None, 1)

    assert [in_process_shop.stock.take(DEFAULT_TENANT, item, withdrawal)[0] for _ in range(2)] == [
        WithdrawalOutcome.TAKEN
    ] * 2

    assert in_process_shop.gate(item)["avail"] == "7"
    assert (
        in_process_shop.stock.take(DEFAULT_TENANT, item, withdrawal._replace(ref="other", epoch=2))[0]
        == WithdrawalOutcome.CLOSED
    )
