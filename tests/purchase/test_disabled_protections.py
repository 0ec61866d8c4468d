"""Production code with one protection disabled.

The invariant check fails without the protection and passes with it.
"""

from collections.abc import Collection
from contextlib import nullcontext
from pathlib import Path

import pytest

from shop.cache_managers.stock import gate, reservations
from shop.core.database.model import DEFAULT_TENANT
from shop.repositories.item import ItemRepository
from shop.services.sale_gate import SaleGateService
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.invariant_checks import alter_script, find_violated, strip_condition
from tests.purchase.test_drains import begin_epoch_without_draining
from tests.support.servers.valkey import Valkey

ON_AND_OFF = pytest.mark.parametrize("protected", [True, False], ids=["on", "off"])


@ON_AND_OFF
def test_the_epoch_check_keeps_orders_of_an_older_epoch_out(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, *, protected: bool
) -> None:
    lock = ItemRepository.lock_epochs

    def take_any_epoch_for_todays(items: ItemRepository, item_ids: Collection[int]) -> dict[int, int]:
        return {item_id: epoch - 1 for item_id, epoch in lock(items, item_ids).items()}

    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    in_process_shop.buy(item, token, 2)
    begin_epoch_without_draining(in_process_shop, item)
    if not protected:
        monkeypatch.setattr(ItemRepository, "lock_epochs", take_any_epoch_for_todays)

    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert find_violated(in_process_shop) == (set() if protected else {3})


@ON_AND_OFF
def test_the_receipt_prevents_a_second_order_of_one_purchase(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, protected: bool
) -> None:
    silence = {
        "if receipt then return say('DUPLICATE', receipt, 0) end": "",
        "redis.call('SET', KEYS[3], 'P|' .. body)": "",
    }
    if not protected:
        monkeypatch.setattr(reservations, "_reserve", alter_script("reserve.lua", silence, tmp_path))
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one-purchase"}

    for _ in range(2):
        answer = in_process_shop.http.post(f"{API}/items/{item}/purchase", json={"quantity": 1}, headers=headers)
        assert answer.status_code == 202

    assert find_violated(in_process_shop) == (set() if protected else {4})
    in_process_shop.drain(item)
    in_process_shop.drain(item)
    assert find_violated(in_process_shop) == (set() if protected else {7})


@ON_AND_OFF
def test_the_database_condition_prevents_a_negative_stock(
    shop_without_stock_constraint: InProcessShop, valkey: Valkey, *, protected: bool
) -> None:
    item, token = shop_without_stock_constraint.offer(stock=3), shop_without_stock_constraint.buyer()
    shop_without_stock_constraint.buy(item, token, 3)
    shop_without_stock_constraint.drain(item)
    number = shop_without_stock_constraint.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", "avail", "1")
    shop_without_stock_constraint.buy(item, token)

    with (
        nullcontext()
        if protected
        else strip_condition(shop_without_stock_constraint, r" AND items\.stock >= %\(\w+\)s")
    ):
        shop_without_stock_constraint.drain(item)

    # Protected: the gate is closed, and the order waits until an operator finds the cause.
    assert find_violated(shop_without_stock_constraint) == (set() if protected else {3, 5, 15})


@ON_AND_OFF
def test_the_token_of_a_load_keeps_an_older_load_from_opening_the_gate(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, protected: bool
) -> None:
    trust = {"if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end": ""}
    if not protected:
        monkeypatch.setattr(gate, "_open", alter_script("open_gate.lua", trust, tmp_path))
    item, token, gates = (
        in_process_shop.offer(stock=10),
        in_process_shop.buyer(),
        in_process_shop.container.get(SaleGateService),
    )
    stale_token = gates.claim(DEFAULT_TENANT, item)
    stale = in_process_shop.run_in_tenant(lambda: gates.begin_epoch(item))
    assert stale
    begin_epoch_without_draining(in_process_shop, item)
    in_process_shop.buy(item, token, 2)
    in_process_shop.drain(item)

    assert gates.open(DEFAULT_TENANT, item, stale_token, stale) is not protected

    assert find_violated(in_process_shop) == (set() if protected else {3})
