"""Invariant check of the uncorrected lock: fails under concurrency only."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError

from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.invariant_checks import find_violated
from tests.purchase.support.uncorrected_lock import UncorrectedLock, finish
from tests.support.servers.valkey import Valkey

Open = Callable[[int], UncorrectedLock]


def classic(shop: InProcessShop, valkey: Valkey, stock: int) -> UncorrectedLock:
    """Create an item with that stock, sold with the uncorrected lock."""
    item, _ = shop.offer(stock=stock), shop.buyer()
    with shop.database.engine.connect() as connection:
        user = connection.exec_driver_sql("SELECT max(id) FROM users").scalar_one()
    return UncorrectedLock(shop, valkey.client(), item, user)


@pytest.fixture
def open_classic(in_process_shop: InProcessShop, valkey: Valkey) -> Open:
    return lambda stock: classic(in_process_shop, valkey, stock)


def test_a_single_buyer_breaks_no_invariant(open_classic: Open) -> None:
    recipe = open_classic(10)
    promised = [finish(recipe.buy()), finish(recipe.buy(2))]
    assert find_violated(recipe.shop, promised) == set()

    recipe.work()
    recipe.work()
    recipe.copy()

    assert find_violated(recipe.shop, promised) == set()


@pytest.mark.parametrize(("stock", "broken"), [(10, {3}), (1, {3, 15})])
def test_a_crash_before_the_job_is_queued_loses_pieces(open_classic: Open, stock: int, broken: set[int]) -> None:
    recipe = open_classic(stock)
    dies = recipe.buy()

    assert [next(dies), next(dies)] == ["read what is left", "took the pieces"]

    assert find_violated(recipe.shop) == broken


def test_a_lock_that_expires_early_sells_one_piece_twice(open_classic: Open) -> None:
    recipe = open_classic(1)
    slow = recipe.buy()
    next(slow)
    recipe.redis.pexpire(recipe.lock, 0)

    promised = [finish(recipe.buy()), finish(slow)]

    assert find_violated(recipe.shop, promised) == {3}
    recipe.work()
    with pytest.raises(DBAPIError):
        recipe.work()
    assert find_violated(recipe.shop, promised) == {4, 6}


def test_a_lock_released_by_another_buyer_oversells(open_classic: Open) -> None:
    recipe = open_classic(10)
    slow, second, third = recipe.buy(), recipe.buy(), recipe.buy()
    next(slow)
    recipe.redis.pexpire(recipe.lock, 0)
    next(second)
    finish(slow)  # also releases the lock of the second buyer
    next(third)

    finish(second)
    finish(third)

    assert find_violated(recipe.shop) == {3}


def test_a_scheduled_copy_over_a_reservation_loses_an_order(open_classic: Open) -> None:
    recipe = open_classic(10)
    promised = [finish(recipe.buy(7))]
    recipe.copy()
    assert find_violated(recipe.shop, promised) == {3}
    promised.append(finish(recipe.buy(7)))

    recipe.work()
    with pytest.raises(DBAPIError):
        recipe.work()

    assert find_violated(recipe.shop, promised) == {4, 6}


def test_a_scheduled_copy_over_a_reservation_oversells_without_a_stock_constraint(
    shop_without_stock_constraint: InProcessShop, valkey: Valkey
) -> None:
    recipe = classic(shop_without_stock_constraint, valkey, 10)
    promised = [finish(recipe.buy(7))]
    recipe.copy()
    promised.append(finish(recipe.buy(7)))

    recipe.work()
    recipe.work()

    assert find_violated(recipe.shop, promised) == {3, 5}


def test_a_job_that_runs_twice_takes_the_pieces_twice(open_classic: Open) -> None:
    recipe = open_classic(10)
    promised = [finish(recipe.buy())]
    ((_, fields),) = recipe.redis.xrange(recipe.key("outbox"))
    recipe.work()

    with pytest.raises(DBAPIError):
        recipe.write(fields[b"r"].decode())

    assert find_violated(recipe.shop, promised) == {1, 3}
