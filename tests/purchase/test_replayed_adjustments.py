"""An adjustment whose transaction is replayed, or dies: the pieces are moved once, or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from shop.cache_managers.stock import StockCacheManager, Withdrawal
from shop.constants.stock import Credit, Taking
from shop.core.database.model import DEFAULT_TENANT
from shop.repositories.stock_ledger import StockLedgerRepository
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.purchase.test_drains import Killed, assert_right, begin_epoch_without_draining


def elsewhere(work: Callable[..., None], *words: object) -> None:
    """Do it in another thread, whose transaction is its own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work, *words).result()


def lose_once(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None) -> None:
    """The next line of the ledger makes its transaction the victim of a deadlock."""
    create = StockLedgerRepository.create

    def lose(self: StockLedgerRepository, **_: object) -> None:
        monkeypatch.setattr(StockLedgerRepository, "create", create)
        self.session.rollback()
        meanwhile()
        raise OperationalError("", {}, Exception(1213, "Deadlock found"))

    monkeypatch.setattr(StockLedgerRepository, "create", lose)


@pytest.mark.parametrize("delta", [4, -4])
def test_a_transaction_that_is_replayed_adjusts_once(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch, delta: int
) -> None:
    item = indoors.offer(stock=10)
    lose_once(monkeypatch)

    data_of(indoors.adjust(item, indoors.admin(), delta=delta), 200)

    assert_right(indoors, item, left=10 + delta)


def test_a_replay_after_a_load_takes_from_what_the_load_began_with(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, admin = indoors.offer(stock=10), indoors.admin()
    lose_once(monkeypatch, lambda: elsewhere(begin_epoch_without_draining, indoors, item))

    data_of(indoors.adjust(item, admin, delta=-4), 200)

    assert_right(indoors, item, left=6)


def test_what_was_taken_for_a_transaction_that_died_is_put_back_by_the_next_sync(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    item, admin = indoors.offer(stock=10), indoors.admin()
    with monkeypatch.context() as patch:
        patch.setattr(StockLedgerRepository, "create", die)
        with pytest.raises(Killed):
            indoors.adjust(item, admin, delta=-4)
    assert indoors.gate(item)["avail"] == "6"

    (done,) = indoors.sync()

    assert done.startswith(f"item {item} (different): MySQL said units=10, Redis said units=6. Epoch 2 begins")
    assert_right(indoors, item, left=10)


def test_what_was_added_and_not_told_is_told_by_the_next_sync(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, admin = indoors.offer(stock=10), indoors.admin()
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: Credit.APPLIED)
        data_of(indoors.adjust(item, admin, delta=4), 200)

    assert indoors.sync() == []

    assert_right(indoors, item, left=14)


def test_taking_is_remembered_by_its_name_for_the_epoch(indoors: Indoors) -> None:
    item = indoors.offer(stock=10)
    wish = Withdrawal("one", 3, None, 1)

    assert [indoors.stock.take(DEFAULT_TENANT, item, wish)[0] for _ in range(2)] == [Taking.TAKEN] * 2

    assert indoors.gate(item)["avail"] == "7"
    assert indoors.stock.take(DEFAULT_TENANT, item, wish._replace(ref="other", epoch=2))[0] == Taking.CLOSED
