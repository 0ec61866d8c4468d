"""The checker turns red on the uncorrected classic recipe, and stays green while nobody is in its way."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError

from tests.purchase.support.in_process_shop import Indoors
from tests.purchase.support.invariant_checks import red
from tests.purchase.support.uncorrected_lock import Classic, finish
from tests.support.servers.valkey import Valkey

Open = Callable[[int], Classic]


def classic(shop: Indoors, valkey: Valkey, stock: int) -> Classic:
    """An item of so many pieces that the recipe sells."""
    item, _ = shop.offer(stock=stock), shop.buyer()
    with shop.database.engine.connect() as connection:
        user = connection.exec_driver_sql("SELECT max(id) FROM users").scalar_one()
    return Classic(shop, valkey.client(), item, user)


@pytest.fixture
def opened(indoors: Indoors, valkey: Valkey) -> Open:
    return lambda stock: classic(indoors, valkey, stock)


def test_it_looks_right_while_nobody_is_in_its_way(opened: Open) -> None:
    recipe = opened(10)
    promised = [finish(recipe.buy()), finish(recipe.buy(2))]
    assert red(recipe.shop, promised) == set()

    recipe.work()
    recipe.work()
    recipe.copy()

    assert red(recipe.shop, promised) == set()


@pytest.mark.parametrize(("stock", "broken"), [(10, {3}), (1, {3, 15})])
def test_it_loses_the_pieces_of_a_buyer_who_dies_before_the_job_is_queued(
    opened: Open, stock: int, broken: set[int]
) -> None:
    recipe = opened(stock)
    dies = recipe.buy()

    assert [next(dies), next(dies)] == ["read what is left", "took the pieces"]

    assert red(recipe.shop) == broken


def test_it_sells_one_piece_twice_when_a_lock_expires_under_its_holder(opened: Open) -> None:
    recipe = opened(1)
    slow = recipe.buy()
    next(slow)
    recipe.redis.pexpire(recipe.lock, 0)

    promised = [finish(recipe.buy()), finish(slow)]

    assert red(recipe.shop, promised) == {3}
    recipe.work()
    with pytest.raises(DBAPIError):
        recipe.work()
    assert red(recipe.shop, promised) == {4, 6}


def test_it_sells_too_much_when_a_lock_is_freed_by_another_than_its_holder(opened: Open) -> None:
    recipe = opened(10)
    slow, second, third = recipe.buy(), recipe.buy(), recipe.buy()
    next(slow)
    recipe.redis.pexpire(recipe.lock, 0)
    next(second)
    finish(slow)  # and frees the lock of the second
    next(third)

    finish(second)
    finish(third)

    assert red(recipe.shop) == {3}


def test_it_loses_an_order_when_the_schedule_copies_over_a_reservation(opened: Open) -> None:
    recipe = opened(10)
    promised = [finish(recipe.buy(7))]
    recipe.copy()
    assert red(recipe.shop, promised) == {3}
    promised.append(finish(recipe.buy(7)))

    recipe.work()
    with pytest.raises(DBAPIError):
        recipe.work()

    assert red(recipe.shop, promised) == {4, 6}


def test_it_oversells_when_the_schedule_copies_over_a_reservation_and_the_table_has_no_floor(
    floorless: Indoors, valkey: Valkey
) -> None:
    recipe = classic(floorless, valkey, 10)
    promised = [finish(recipe.buy(7))]
    recipe.copy()
    promised.append(finish(recipe.buy(7)))

    recipe.work()
    recipe.work()

    assert red(recipe.shop, promised) == {3, 5}


def test_it_takes_the_pieces_twice_when_a_job_is_done_twice(opened: Open) -> None:
    recipe = opened(10)
    promised = [finish(recipe.buy())]
    ((_, fields),) = recipe.redis.xrange(recipe.key("outbox"))
    recipe.work()

    with pytest.raises(DBAPIError):
        recipe.write(fields[b"r"].decode())

    assert red(recipe.shop, promised) == {1, 3}
