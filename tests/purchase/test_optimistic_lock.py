"""Concurrent changes between read and EXEC of the optimistic strategies."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shop.cache_managers import optimistic_lock as recipe
from shop.core.database.model import DEFAULT_TENANT
from shop.core.redis.lock import try_lock
from shop.jobs.stock import LoadStockJob
from shop.supports.sale_gate import Claim
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import assert_right
from tests.support.call_recording import record_commands
from tests.support.servers.valkey import Valkey

BOTH = pytest.mark.parametrize("strategy", ["lock", "watch"])
QUICK = {"lock_base": 0.0001, "lock_cap": 0.0001}


def lock_of(shop: InProcessShop, item: int) -> str:
    """Return the key of an item's lock."""
    return f"{{p{shop.stock.partition(DEFAULT_TENANT, item):02}}}:lock:{DEFAULT_TENANT}:{item}"


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], *, times: int = 1) -> None:
    """Call `act` between read and write of a purchase, `times` times."""
    take, left = recipe._write_reservation, [None] * times

    def late(*arguments: Any) -> Any:
        if left:
            left.pop()
            # In another thread, since it stands for another request with its own transaction.
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(act).result()
        return take(*arguments)

    monkeypatch.setattr(recipe, "_write_reservation", late)


def test_a_lock_lost_before_exec_sells_nothing_twice(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = make_in_process_shop(purchase_strategy="lock", **QUICK), make_in_process_shop()
    item, slow, quick = shop.offer(stock=1), shop.buyer(), shop.buyer()

    def lose() -> None:
        valkey.client().delete(lock_of(shop, item))
        other.buy(item, quick)

    between(monkeypatch, lose)

    assert shop.refusal(item, slow)["error_code"] == "STOCK_INSUFFICIENT"
    shop.drain(item)
    assert_right(shop, item, left=0)


@BOTH
def test_a_purchase_reads_again_after_a_concurrent_change(
    make_in_process_shop: MakeInProcessShop, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    shop, other = make_in_process_shop(purchase_strategy=strategy, **QUICK), make_in_process_shop()
    item, token = shop.offer(stock=10), shop.buyer()
    between(monkeypatch, lambda: other.buy(item, token), times=3)

    shop.buy(item, token)

    shop.drain(item)
    assert_right(shop, item, left=6)


@BOTH
def test_a_gate_closed_between_read_and_exec_sells_nothing(
    make_in_process_shop: MakeInProcessShop, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy, **QUICK)
    item, token = shop.offer(stock=10), shop.buyer()
    between(monkeypatch, lambda: shop.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0)))

    assert shop.refusal(item, token)["error_code"] == "SYSTEM_BUSY"
    assert shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    assert_right(shop, item, left=10)


def test_a_purchase_gives_up_after_its_attempts_under_constant_changes(
    make_in_process_shop: MakeInProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = make_in_process_shop(purchase_strategy="watch", lock_tries=4, **QUICK), make_in_process_shop()
    item, token = shop.offer(stock=100), shop.buyer()
    between(monkeypatch, lambda: other.buy(item, token), times=50)

    assert shop.refusal(item, token)["error_code"] == "SYSTEM_BUSY"

    shop.drain(item)
    assert_right(shop, item, left=96)


def test_a_purchase_gives_up_after_its_attempts_while_the_lock_is_taken(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shop = make_in_process_shop(purchase_strategy="lock", lock_tries=3, **QUICK)
    item, token = shop.offer(stock=10), shop.buyer()

    with try_lock(valkey.client(), lock_of(shop, item), 60), record_commands(valkey) as commands:
        assert shop.refusal(item, token)["error_code"] == "SYSTEM_BUSY"

    assert sum(command.startswith("SET ") for command in commands) == 3
    assert_right(shop, item, left=10)


def test_the_lock_of_a_dead_owner_blocks_no_longer_than_its_expiry(
    make_in_process_shop: MakeInProcessShop,
) -> None:
    settings = {"lock_life": 0.2, "lock_tries": 10_000, "lock_budget": 20.0}
    shop = make_in_process_shop(purchase_strategy="lock", **settings)
    item, token = shop.offer(stock=10), shop.buyer()
    dead = try_lock(shop.stock.stores.stock(0), lock_of(shop, item), shop.settings.lock_life)
    assert dead.__enter__()

    shop.buy(item, token)

    shop.drain(item)
    assert_right(shop, item, left=9)


def test_a_lock_expires_and_is_released(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, lives = make_in_process_shop(purchase_strategy="lock", lock_life=9.0), []
    item, token = shop.offer(stock=10), shop.buyer()
    between(monkeypatch, lambda: lives.append(valkey.client().pttl(lock_of(shop, item))))

    shop.buy(item, token)

    assert 0 < lives[0] <= 9000
    assert not valkey.client().exists(lock_of(shop, item))


@BOTH
def test_a_lost_connection_is_not_reported_as_busy(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()

    def break_off() -> None:
        valkey.client().client_kill_filter(_type="normal", skipme=True)

    between(monkeypatch, break_off, times=50)

    # BUSY means that nothing was bought; here the outcome is unknown.
    assert shop.refusal(item, token)["error_code"] == "REDIS_UNAVAILABLE"
