"""`make bench-keys`: what a key adds to a write and to a purchase, on the shop's own server.

The kinds take turns within each round, so that whatever else the machine does troubles all of them: trust the ratios.
"""

import http.client
import os
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from uuid import uuid4

from benchmarks.load.accounts import Accounts
from benchmarks.load.http_client import Client
from benchmarks.load.interleaved_rounds import options, take_turns
from benchmarks.load.sale_setup import offer, wait_for
from benchmarks.targets.temporary_shop import Shop, open_shop
from shop.jobs.seed import DEMO_ADMIN

PIECES = 1_000_000_000
AGAINST = {"keyed write": "write", "replayed write": "write", "keyed purchase": "purchase"}


class Asker:
    """One connection that sends one request after the other, with a new key each time or without one.

    `status` is the answer it takes for a good one; 0 is any success.
    """

    def __init__(
        self, bind: str, path: str, token: str, body: bytes | None, verb: str = "POST", status: int = 0
    ) -> None:
        self.connection = http.client.HTTPConnection(bind, timeout=30)
        self.path, self.body, self.verb, self.status = path, body, verb, status
        self.headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": "application/json"} if body else {})

    def ask_keyed(self) -> float:
        """The same with a new key."""
        return self.ask(uuid4().hex)

    def ask(self, key: str | None = None) -> float:
        """The seconds that one request took; ends the benchmark when it failed."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        began = time.perf_counter()
        self.connection.request(self.verb, self.path, self.body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - began
        if answer.status >= 300 and answer.status != self.status:
            sys.exit(f"{self.path} answered {answer.status}: {content.decode()}")
        return seconds


def main() -> None:
    """Print the medians of each kind, and their ratios."""
    said = options(__doc__, rounds=5)
    database = os.environ.get("SHOP_DATABASE_URL", "")
    words = {"database_url": database} if database else {}
    with open_shop(idempotency_required="false", **words) as shop:
        kinds = _kinds(shop)
        turns = take_turns(kinds, AGAINST, said)
    turns.print_times(width=16)
    for name, other in AGAINST.items():
        print(f"{f'{name} / {other}':<27}{median(turns.ratios[name]):.2f}")


def _kinds(shop: Shop) -> Mapping[str, Callable[[], float]]:
    item_id = offer(shop, PIECES)
    buyer = Accounts.of(shop.container()).sign_up(1)[0]
    wait_for("accepted", Client(shop.bind, buyer), item_id, 1)
    _, email, password, _ = DEMO_ADMIN
    admin = Client(shop.bind).post("/api/v1/auth/login", {"email": email, "password": password}).data["access_token"]
    write = Asker(shop.bind, f"/api/v1/items/{item_id}/restore", admin, None)
    purchase = Asker(shop.bind, f"/api/v1/items/{item_id}/purchase", buyer, b'{"quantity": 1}')
    used = uuid4().hex
    write.ask(used)
    return {
        "write": write.ask,
        "keyed write": write.ask_keyed,
        "replayed write": lambda: write.ask(used),
        "purchase": purchase.ask,
        "keyed purchase": purchase.ask_keyed,
    }


if __name__ == "__main__":
    main()
