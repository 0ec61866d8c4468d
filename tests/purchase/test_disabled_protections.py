"""Our own code with one protection switched off: the checker turns red where it stays green with the protection on."""

from collections.abc import Collection
from contextlib import nullcontext
from pathlib import Path

import pytest

from shop.cache_managers import stock
from shop.core.database.model import DEFAULT_TENANT
from shop.repositories.item import ItemRepository
from shop.services.sale_gate import GateService
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import Indoors
from tests.purchase.support.invariant_checks import altered, red, without_condition
from tests.purchase.test_drains import begin_epoch_without_draining
from tests.support.servers.valkey import Valkey

ON_AND_OFF = pytest.mark.parametrize("protected", [True, False], ids=["on", "off"])


@ON_AND_OFF
def test_the_epoch_fence(indoors: Indoors, monkeypatch: pytest.MonkeyPatch, *, protected: bool) -> None:
    lock = ItemRepository.lock_epochs

    def take_any_epoch_for_todays(items: ItemRepository, item_ids: Collection[int]) -> dict[int, int]:
        return {item_id: epoch - 1 for item_id, epoch in lock(items, item_ids).items()}

    item, token = indoors.offer(stock=10), indoors.buyer()
    indoors.buy(item, token, 2)
    begin_epoch_without_draining(indoors, item)
    if not protected:
        monkeypatch.setattr(ItemRepository, "lock_epochs", take_any_epoch_for_todays)

    indoors.drain(item)
    indoors.drain(item)

    assert red(indoors) == (set() if protected else {3})


@ON_AND_OFF
def test_the_receipt(indoors: Indoors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, protected: bool) -> None:
    silence = {
        "if receipt then return say('DUPLICATE', receipt, 0) end": "",
        "redis.call('SET', KEYS[3], 'P|' .. body)": "",
    }
    if not protected:
        monkeypatch.setattr(stock, "_reserve", altered("reserve.lua", silence, tmp_path))
    item, token = indoors.offer(stock=10), indoors.buyer()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one-wish"}

    for _ in range(2):
        answer = indoors.http.post(f"{API}/items/{item}/purchase", json={"quantity": 1}, headers=headers)
        assert answer.status_code == 202

    assert red(indoors) == (set() if protected else {4})
    indoors.drain(item)
    indoors.drain(item)
    assert red(indoors) == (set() if protected else {7})


@ON_AND_OFF
def test_the_floor_of_the_database(floorless: Indoors, valkey: Valkey, *, protected: bool) -> None:
    item, token = floorless.offer(stock=3), floorless.buyer()
    floorless.buy(item, token, 3)
    floorless.drain(item)
    number = floorless.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", "avail", "1")
    floorless.buy(item, token)

    with nullcontext() if protected else without_condition(floorless, r" AND items\.stock >= %\(\w+\)s"):
        floorless.drain(item)

    # Protected: the gate is closed, and the order waits until somebody finds out what went wrong.
    assert red(floorless) == (set() if protected else {3, 5, 15})


@ON_AND_OFF
def test_the_token_of_a_load(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, protected: bool
) -> None:
    trust = {"if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end": ""}
    if not protected:
        monkeypatch.setattr(stock, "_open", altered("open_gate.lua", trust, tmp_path))
    item, token, gates = indoors.offer(stock=10), indoors.buyer(), indoors.container.get(GateService)
    stale_token = gates.close(DEFAULT_TENANT, item)
    stale = indoors.within(lambda: gates.begin_epoch(item))
    assert stale
    begin_epoch_without_draining(indoors, item)
    indoors.buy(item, token, 2)
    indoors.drain(item)

    assert gates.open(DEFAULT_TENANT, item, stale_token, stale) is not protected

    assert red(indoors) == (set() if protected else {3})
