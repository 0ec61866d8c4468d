"""The checker turns red on the uncorrected classic recipe, and stays green while nobody is in its way."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError

from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.invariant_checks import find_violated
from tests.purchase.support.uncorrected_lock import UncorrectedLock, finish
from tests.support.servers.valkey import Valkey

Open = Callable[[int], UncorrectedLock]


def classic(shop: InProcessShop, valkey: Valkey, stock: int) -> UncorrectedLock:
    """An item of so many pieces that the recipe sells."""
    item, _ = shop.offer(stock=stock), shop.buyer()
    with shop.database.engine.connect() as connection:
        user = connection.exec_driver_sql("SELECT max(id) FROM users").scalar_one()
    return UncorrectedLock(shop, valkey.client(), item, user)


@pytest.fixture
def open_classic(in_process_shop: InProcessShop, valkey: Valkey) -> Open:
    return lambda stock: classic(in_process_shop, valkey, stock)


def test_it_looks_right_while_nobody_is_in_its_way(open_classic: Open) -> None:
    recipe = open_classic(10)
    promised = [finish(recipe.buy()), finish(recipe.buy(2))]
    assert find_violated(recipe.shop, promised) == set()

    recipe.work()
    recipe.work()
    recipe.copy()

    assert find_violated(recipe.shop, promised) == set()


@pytest.mark.parametrize(("stock", "broken"), [(10, {3}), (1, {3, 15})])
def test_it_loses_the_pieces_of_a_buyer_who_dies_before_the_job_is_queued(
    open_classic: Open, stock: int, broken: set[int]
) -> None:
    recipe = open_classic(stock)
    dies = recipe.buy()

    assert [next(dies), next(dies)] == ["read what is left", "took the pieces"]

    assert find_violated(recipe.shop) == broken


def test_it_sells_one_piece_twice_when_a_lock_expires_under_its_holder(open_classic: Open) -> None:
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


def test_it_sells_too_much_when_a_lock_is_freed_by_another_than_its_holder(open_classic: Open) -> None:
    recipe = open_classic(10)
    slow, second, third = recipe.buy(), recipe.buy(), recipe.buy()
    next(slow)
    recipe.redis.pexpire(recipe.lock, 0)
    next(second)
    finish(slow)  # and frees the lock of the second
    next(third)

    finish(second)
    finish(third)

    assert find_violated(recipe.shop) == {3}


def test_it_loses_an_order_when_the_schedule_copies_over_a_reservation(open_classic: Open) -> None:
    recipe = open_classic(10)
    promised = [finish(recipe.buy(7))]
    recipe.copy()
    assert find_violated(recipe.shop, promised) == {3}
    promised.append(finish(recipe.buy(7)))

    recipe.work()
    with pytest.raises(DBAPIError):
        recipe.work()

    assert find_violated(recipe.shop, promised) == {4, 6}


def test_it_oversells_when_the_schedule_copies_over_a_reservation_and_the_table_has_no_floor(
    shop_without_stock_constraint: InProcessShop, valkey: Valkey
) -> None:
    recipe = classic(shop_without_stock_constraint, valkey, 10)
    promised = [finish(recipe.buy(7))]
    recipe.copy()
    promised.append(finish(recipe.buy(7)))

    recipe.work()
    recipe.work()

    assert find_violated(recipe.shop, promised) == {3, 5}


def test_it_takes_the_pieces_twice_when_a_job_is_done_twice(open_classic: Open) -> None:
    recipe = open_classic(10)
    promised = [finish(recipe.buy())]
    ((_, fields),) = recipe.redis.xrange(recipe.key("outbox"))
    recipe.work()

    with pytest.raises(DBAPIError):
        recipe.write(fields[b"r"].decode())

    assert find_violated(recipe.shop, promised) == {1, 3}
