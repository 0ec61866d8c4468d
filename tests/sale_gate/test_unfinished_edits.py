"""Edits in an open gate that die, or finish late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from sqlalchemy import event

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import PreloadStockJob
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.sale_gate.edit_steps import BUSY, LATER, NEW, OLD, PAST, begin, finish, offer, price_paid, revise


def test_a_gate_closes_at_the_deadline_of_a_dead_edit(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    begin(reserving_shop, item)
    reserving_shop.change_row("UPDATE items SET price_minor = %s WHERE id = %s", NEW.price_minor, item)
    reserving_shop.set_gate_fields(item, deadline=PAST)

    assert reserving_shop.send_purchase(item, token).get_json()["code"] == BUSY
    assert reserving_shop.load(item)
    assert price_paid(reserving_shop, item, token) == NEW.price_minor


def test_the_deadline_is_less_than_two_seconds_of_the_server_away(reserving_shop: InProcessShop) -> None:
    item, _ = offer(reserving_shop)
    seconds, micros = reserving_shop.redis.time()

    begin(reserving_shop, item)

    assert 0 < int(reserving_shop.gate(item)["deadline"]) - seconds * 10**6 - micros < 2 * 10**6


def test_the_preload_finds_the_gate_of_a_dead_edit(reserving_shop: InProcessShop) -> None:
    item, _ = offer(reserving_shop)
    begin(reserving_shop, item)
    preload = reserving_shop.container.get(PreloadStockJob)
    assert (DEFAULT_TENANT, item) not in preload.find_unloaded()

    reserving_shop.set_gate_fields(item, deadline=PAST)

    assert (DEFAULT_TENANT, item) in preload.find_unloaded()


def test_a_damaged_deadline_closes_the_gate(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    begin(reserving_shop, item)
    reserving_shop.set_gate_fields(item, deadline="soon")

    assert reserving_shop.send_purchase(item, token).get_json()["code"] == BUSY


def test_the_next_edit_sells_by_the_terms_that_a_dead_one_committed(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    begin(reserving_shop, item, OLD, NEW)

    begin(reserving_shop, item, NEW, LATER)

    assert price_paid(reserving_shop, item, token) == NEW.price_minor


def test_a_late_end_does_not_undo_a_later_edit(reserving_shop: InProcessShop) -> None:
    item, token = offer(reserving_shop)
    first = begin(reserving_shop, item, OLD, NEW)
    second = begin(reserving_shop, item, NEW, LATER)

    finish(reserving_shop, item, first)
    during = price_paid(reserving_shop, item, token)
    finish(reserving_shop, item, second)
    finish(reserving_shop, item, first)

    assert (during, price_paid(reserving_shop, item, token)) == (NEW.price_minor, LATER.price_minor)


def load_again(shop: InProcessShop, item: int) -> None:
    shop.set_gate_fields(item, deadline=PAST)
    assert shop.load(item)


@pytest.mark.parametrize("restart", [load_again, lambda shop, item: (shop.flush_redis(), shop.load(item))])
def test_a_late_end_does_not_undo_a_load(
    reserving_shop: InProcessShop, restart: Callable[[InProcessShop, int], Any]
) -> None:
    item, _ = offer(reserving_shop)
    edit = begin(reserving_shop, item)
    reserving_shop.change_row("UPDATE items SET price_minor = %s WHERE id = %s", LATER.price_minor, item)
    restart(reserving_shop, item)

    finish(reserving_shop, item, edit)

    gate = reserving_shop.gate(item)
    assert (gate["price"], gate["state"], "deadline" in gate) == (str(LATER.price_minor), "open", False)


def test_a_late_end_leaves_a_gate_closed_that_the_previous_release_has_claimed(reserving_shop: InProcessShop) -> None:
    item, _ = offer(reserving_shop)
    edit = begin(reserving_shop, item)
    # That release keeps fields that it does not know.
    reserving_shop.set_gate_fields(item, state="closed", token="a load")
    gate = reserving_shop.gate(item)

    finish(reserving_shop, item, edit)

    assert reserving_shop.gate(item) == gate


def test_no_answer_of_redis_after_the_commit_delays_the_answer_until_the_deadline(
    make_in_process_shop: MakeInProcessShop,
) -> None:
    shop = make_in_process_shop(redis_timeout=0.1)
    item, _ = offer(shop)
    key = shop.partition_key(item, f"item:{DEFAULT_TENANT}:{item}")
    server: Any = redis.Redis.from_url(shop.settings.redis_url)

    def pause_writes() -> None:
        if server.hget(key, "state") == b"revising":
            server.execute_command("CLIENT", "PAUSE", 1_400, "WRITE")

    # In another thread, since the commands do not belong to the Controller.
    with ThreadPoolExecutor(1) as pool:
        event.listen(shop.database.engine, "commit", lambda _connection: pool.submit(pause_writes).result())
        revise(shop, item, price_minor=NEW.price_minor)
    gate = shop.gate(item)
    server.execute_command("CLIENT", "UNPAUSE")
    server.close()

    assert (gate["state"], gate["price"]) != ("open", str(OLD.price_minor))
