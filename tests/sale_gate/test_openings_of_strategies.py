"""Buyers at the very answer that opens a sale, in every strategy, on SQLite.

`make bench-openings` is the long form, with processes and on MariaDB as well.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from shop.constants.order import Strategy
from tests.purchase.support.in_process_shop import InProcessShop
from tests.sale_gate.support.in_process_worker import running_worker
from tests.support.distinct_values import price_fields
from tests.support.samples import sample
from tests.support.servers.valkey import Valkey

BUYERS = 30
# So many buyers of one item would spend the budget of tries of `lock` and `watch`.
PATIENT = {"lock_tries": 1000, "lock_budget": 10.0, "gate_wait_seconds": 10.0, "web_threads": 4}


@pytest.fixture
def shop(strategy: Strategy, valkey: Valkey, tmp_path: Path) -> Iterator[InProcessShop]:
    """Shop of this strategy on a SQLite file, with a worker."""
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    shop = InProcessShop(url, valkey.url, tmp_path, purchase_strategy=str(strategy), **PATIENT)
    with running_worker(shop):
        yield shop
    assert shop.cli("verify").exit_code == 0
    shop.close()


def send(shop: InProcessShop, method: str, path: str, **body: Any) -> dict[str, Any]:
    """Send a request of an administrator, and return the data of its success."""
    answer = shop.send(method, path, shop.admin_token, body or None)
    assert answer.status_code < 300, answer.get_data()
    return dict((answer.get_json() or {}).get("data") or {})


def create(shop: InProcessShop, status: str = "on_sale") -> int:
    return int(send(shop, "POST", "/items", name="Ticket", stock=BUYERS, status=status, **price_fields())["id"])


def put_on_sale(shop: InProcessShop) -> int:
    item = create(shop, "draft")
    send(shop, "PATCH", f"/items/{item}", status="on_sale")
    return item


def restore(shop: InProcessShop) -> int:
    item = create(shop)
    send(shop, "DELETE", f"/items/{item}")
    send(shop, "POST", f"/items/{item}/restore")
    return item


def change_price(shop: InProcessShop) -> int:
    item = create(shop)
    send(shop, "PATCH", f"/items/{item}", price_minor=4_321)
    return item


def withdraw(shop: InProcessShop) -> int:
    item = create(shop)
    send(shop, "POST", f"/items/{item}/stock-adjustments", delta=3, reason="found")
    shop.flush_redis()
    send(shop, "POST", f"/items/{item}/stock-adjustments", delta=-3, reason="broken")
    return item


OPENINGS = create, put_on_sale, restore, change_price, withdraw
# Each strategy; all openings of all of them with SHOP_TEST_ALL=1.
CASES = sample(list(product(Strategy, OPENINGS)), 8, key=lambda case: case[0])


@pytest.mark.parametrize(("strategy", "begin"), CASES)
def test_every_buyer_at_the_answer_is_served(shop: InProcessShop, begin: Any) -> None:
    buyers = [shop.buyer() for _ in range(BUYERS)]

    item = begin(shop)
    with ThreadPoolExecutor(BUYERS) as pool:
        answers = list(pool.map(lambda token: shop.send_purchase(item, token), buyers))

    assert Counter(answer.status_code // 100 for answer in answers) == {2: BUYERS}
    assert shop.send_purchase(item, buyers[0]).status_code == 409
