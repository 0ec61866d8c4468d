"""Edits that wait for the lock of a row: other requests go on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.polling import eventually

SECONDS = 30.0
# InnoDB keeps its table of transactions as it was until nothing has read it for 0.1 s.
PAUSE_SECONDS = 0.15
Edit = Callable[[InProcessShop, int], Any]


def revise(shop: InProcessShop, item: int) -> Any:
    return shop.send("PATCH", f"/items/{item}", shop.admin_token, {"introduction": "Edited"})


def delete(shop: InProcessShop, item: int) -> Any:
    return shop.send("DELETE", f"/items/{item}", shop.admin_token)


def restore(shop: InProcessShop, item: int) -> Any:
    return shop.send("POST", f"/items/{item}/restore", shop.admin_token)


def adjust(shop: InProcessShop, item: int) -> Any:
    return shop.adjust(item, shop.admin_token, delta=3)


@pytest.mark.parametrize("edit", [revise, delete, restore, adjust])
def test_a_purchase_needs_no_turn_of_an_edit_that_waits_for_a_lock(
    make_in_process_shop: MakeInProcessShop, edit: Edit
) -> None:
    shop = make_in_process_shop(web_threads=1, database_pool=4)
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)
    assert shop.admin_token

    with shop.database.engine.begin() as connection, ThreadPoolExecutor(2) as pool:
        connection.exec_driver_sql("SELECT id FROM items WHERE id = %s FOR UPDATE", (item,))
        waiting = pool.submit(edit, shop, item)
        eventually(lambda: count_lock_waits(shop) == 1, pause=PAUSE_SECONDS)
        purchase = pool.submit(shop.send_purchase, item, token)
        assert purchase.result(SECONDS).status_code == 202
        assert not waiting.done()
        connection.rollback()
        assert waiting.result(SECONDS).status_code < 300

    assert shop.http.get(f"{API}/items/{item}").status_code in (200, 404)


def count_lock_waits(shop: InProcessShop) -> int:
    rows = shop.rows("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
    return int(rows[0][0])
