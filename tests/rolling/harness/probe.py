"""Single requests that one release answers and each serving release has to understand."""

import time
from functools import partial
from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

from tests.http.support.idempotent_writes import is_replay
from tests.rolling.harness.answers import AnswerLog, find_changes
from tests.rolling.harness.goods import offer
from tests.rolling.harness.rollout import Rollout
from tests.support.http import Response
from tests.support.polling import PAUSE_SECONDS, wait_for

STOCK, ADDED = 10_000, 3
WRITTEN_SECONDS = 10.0
# The last writes of earlier mixes are repeated, at releases that did not answer them.
REMEMBERED_WRITES = 8
_numbers = count(1)


class Write(NamedTuple):
    """A write with its idempotency key, and the response of the release that did it."""

    release: str
    method: str
    path: str
    body: Any
    token: str
    key: str
    response: Response

    @property
    def data(self) -> dict[str, Any]:
        """Data of the response."""
        return dict(self.response.json["data"])


class Probe:
    """Checks of one mix after the other, on an item of their own."""

    def __init__(self, rollout: Rollout, answers: AnswerLog) -> None:
        self.rollout, self.answers = rollout, answers
        self.item, self._stock = offer(rollout, STOCK), STOCK
        self.admin, self.buyer = rollout.shop.admin(), rollout.shop.buyer()
        self.acknowledged: list[str] = []
        self._writes: list[Write] = []

    def run(self) -> None:
        """Check the current mix; problems go to the answers."""
        for write in self._writes[-REMEMBERED_WRITES:]:
            self._repeat(write)
        for release in self.rollout.webs:
            self._check_edit(release)
            self._check_stock(release)
            self._check_order(release)
            self._check_withdrawal(release)

    def _check_edit(self, release: str) -> None:
        text = f"Introduction {next(_numbers)}"
        for reader in self.rollout.webs:
            # Caches the item, so that the edit has something to invalidate.
            self._read(reader, f"/items/{self.item}")
        self._repeat(self._write(release, "PATCH", f"/items/{self.item}", {"introduction": text}, self.admin))
        for reader in self.rollout.webs:
            shown = self._read(reader, f"/items/{self.item}")
            self._require(shown.get("introduction") == text, f"{reader} shows no edit of {release}: {shown}")

    def _check_stock(self, release: str) -> None:
        path, body = f"/items/{self.item}/stock-adjustments", {"delta": ADDED, "reason": "counted"}
        self._repeat(self._write(release, "POST", path, body, self.admin))
        self._stock += ADDED
        for reader in self.rollout.webs:
            # While the item is loaded, the stock is that of the database, without orders that are not written yet.
            shown = wait_for(partial(self._shows_stock, reader), WRITTEN_SECONDS)
            self._require(shown, f"{reader} shows {self._read_stock(reader)} pieces, not {self._stock}")

    def _check_order(self, release: str) -> None:
        purchase = self._write(release, "POST", f"/items/{self.item}/purchase", {"quantity": 2}, self.buyer)
        self._repeat(purchase)
        # The pieces of this order are back at the end of this check.
        order = purchase.data.get("id")
        self.acknowledged.append(str(order))
        for reader in self.rollout.webs:
            written = wait_for(partial(self._has_status, reader, order, "confirmed"), WRITTEN_SECONDS)
            self._require(written, f"order {order} of {release} is not written, says {reader}")
        self._repeat(purchase)
        self._repeat(self._write(release, "POST", f"/orders/{order}/cancel", None, self.buyer))
        for reader in self.rollout.webs:
            is_cancelled = self._has_status(reader, order, "cancelled")
            self._require(is_cancelled, f"order {order} was cancelled at {release}, and is not at {reader}")

    def _check_withdrawal(self, release: str) -> None:
        """Withdraw the item and offer it again; each web server has to obey."""
        self._write(release, "PATCH", f"/items/{self.item}", {"status": "retired"}, self.admin)
        # Until the load has ended, the gate is closed in every release.
        wait_for(lambda: "token" not in self.rollout.shop.gate(self.item), WRITTEN_SECONDS)
        for seller in self.rollout.webs:
            response = self._buy_once(seller)
            self._require(response.status == 404, f"{seller} answers {response.status} for an item {release} withdrew")
        self._write(release, "PATCH", f"/items/{self.item}", {"status": "on_sale"}, self.admin)
        for seller in self.rollout.webs:
            bought = wait_for(partial(self._sells, seller), WRITTEN_SECONDS)
            self._require(bought, f"{seller} does not sell an item that {release} offered again")

    def _buy_once(self, release: str) -> Response:
        response = self.rollout.send(release, "POST", f"/items/{self.item}/purchase", {"quantity": 1}, token=self.buyer)
        self.answers.add(release, "POST", "/purchase", response)
        if response.status < 300:
            self.acknowledged.append(str(response.json["data"]["id"]))
            self._stock -= 1
        return response

    def _write(self, release: str, method: str, path: str, body: Any, token: str) -> Write:
        """Send a write, and again after a documented 503."""
        key, deadline = uuid4().hex, time.monotonic() + WRITTEN_SECONDS
        while True:
            response = self.rollout.send(release, method, path, body, token=token, key=key)
            self.answers.add(release, method, path, response)
            if response.status != 503 or time.monotonic() > deadline:
                break
            time.sleep(PAUSE_SECONDS)
        self._require(response.status < 300, f"{release}: {method} {path} -> {response.status}")
        write = Write(release, method, path, body, token, key, response)
        self._writes.append(write)
        return write

    def _repeat(self, write: Write) -> None:
        """Repeat a write at each serving release, which has to give the first response."""
        for release in self.rollout.webs:
            response = self.rollout.send(
                release, write.method, write.path, write.body, token=write.token, key=write.key
            )
            self.answers.add(release, write.method, write.path, response)
            where = f"{write.method} {write.path} of {write.release}, repeated at {release}:"
            self._require(is_replay(response), f"{where} no replay but {response.status} {response.body[:200]!r}")
            if write.path.endswith("/purchase"):
                changes = find_changes(write.data, response.json.get("data") or {})
                self._require(not changes, f"{where} other {', '.join(changes)}")
            else:
                self._require(response.body == write.response.body, f"{where} {response.body[:300]!r}")

    def _read(self, release: str, path: str) -> dict[str, Any]:
        response = self.rollout.send(release, "GET", path, token=self.buyer)
        self.answers.add(release, "GET", path, response)
        return dict(response.json.get("data") or {})

    def _read_stock(self, release: str) -> object:
        return self._read(release, f"/items/{self.item}").get("stock")

    def _shows_stock(self, release: str) -> bool:
        return self._read_stock(release) == self._stock

    def _sells(self, release: str) -> bool:
        return self._buy_once(release).status in (201, 202)

    def _has_status(self, release: str, order: object, status: str) -> bool:
        return self._read(release, f"/orders/{order}").get("status") == status

    def _require(self, condition: object, problem: str) -> None:
        if not condition:
            self.answers.report(problem)
