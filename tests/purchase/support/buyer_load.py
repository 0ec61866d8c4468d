"""Load of buyers that repeat each purchase until a final response."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually

BUYERS = 8
PAUSE_SECONDS = 0.004
# A purchase is abandoned after that, which a test does not expect: longer than any restart.
PATIENCE_SECONDS = 120.0


class BuyerLoad:
    """Concurrent buyers of single pieces over several connections."""

    def __init__(self, shop: Shop, items: list[int], pause: float = PAUSE_SECONDS) -> None:
        self.shop, self.items, self.pause = shop, items, pause
        self.order_ids: dict[str, str] = {}  # key -> order id
        self.abandoned: list[str] = []
        self._stopped = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the load during the context; finish begun purchases afterwards."""
        threads = [
            threading.Thread(target=self._buy_until_stopped, args=(token,)) for token in self.shop.buyers(BUYERS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()

    def wait_for_orders(self, count: int) -> None:
        """Wait until that many more orders are acknowledged."""
        aim = len(self.order_ids) + count
        eventually(lambda: len(self.order_ids) >= aim, PATIENCE_SECONDS)

    def _buy_until_stopped(self, token: str) -> None:
        with self.shop.client(timeout=5.0) as client:
            number = 0
            while not self._stopped.is_set():
                self._buy(client, token, self.items[number % len(self.items)])
                number += 1
                time.sleep(self.pause)

    def _buy(self, client: HttpClient, token: str, item: int) -> None:
        key, deadline = uuid4().hex, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            order_id = self._try(client, token, item, key)
            if order_id:
                self.order_ids[key] = order_id
                return
            time.sleep(0.05)
        self.abandoned.append(key)

    def _try(self, client: HttpClient, token: str, item: int, key: str) -> str | None:
        path, headers = f"{API}/items/{item}/purchase", {"Idempotency-Key": key}
        try:
            answer = client.post(path, {"quantity": 1}, token=token, headers=headers)
        except (OSError, http.client.HTTPException):
            return None  # The outcome is unknown; the key makes a repetition safe.
        if answer.status in (201, 202):
            return str(answer.json["data"]["id"])
        assert answer.status == 503, answer.body
        return None
