"""Clients of every kind, who write down what they ask and what they are told."""

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from tests.chaos.harness.client_log import ClientLog, Op, Request, Result
from tests.chaos.harness.environment import WEBS
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

TIMEOUT_SECONDS = 2.5
PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = (0.01, 0.04)
OPERATIONS_MAX = 100_000
AGAIN = 0.1  # the share of acknowledged purchases that are sent once more
PURCHASE, CANCEL = f"{API}/items/{{}}/purchase", f"{API}/orders/{{}}/cancel"
ADJUST = f"{API}/items/{{}}/stock-adjustments"


class Identity(NamedTuple):
    """A user with an account."""

    token: str
    user: int


@dataclass(frozen=True)
class SharedState:
    """What the clients share. `goods`: the items, as often as they are liked; `restocked`: those an admin corrects."""

    shop: Shop
    log: ClientLog
    goods: Sequence[int]
    restocked: Sequence[int]
    bought: "deque[tuple[Identity, str, int]]" = field(default_factory=lambda: deque(maxlen=200))
    stopped: threading.Event = field(default_factory=threading.Event)


class Client:
    """One process in the sense of the log: asks one thing after the other, of either web server."""

    def __init__(self, market: SharedState, name: str, person: Identity, seed: int) -> None:
        self.shared, self.name, self.identity = market, name, person
        self.random = Random(f"{seed} {name}")
        self.sent = 0
        self._webs: list[HttpClient] = []

    def run(self, act: Callable[[], None]) -> None:
        """Do it again and again until the market closes."""
        with ExitStack() as stack:
            clients = [self.shared.shop.service.client(web, TIMEOUT_SECONDS) for web in WEBS]
            self._webs = [stack.enter_context(client) for client in clients]
            while not self.shared.stopped.is_set() and self.sent < OPERATIONS_MAX:
                act()
                self.pause()

    def buy_with_key(self) -> None:
        """Buy, and ask again under the same key until it is answered; sometimes once more for no reason."""
        wish = self._make_request(key=f"{self.name}-{self.random.getrandbits(64):x}")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (result := self._buy(wish)) is Result.UNKNOWN and time.monotonic() < deadline:
            self.pause()
        if result is Result.OK and self.random.random() < AGAIN:
            self._buy(wish)

    def buy_once(self) -> None:
        """Buy without a key, so the request is never repeated."""
        self._buy(self._make_request())

    def cancel(self) -> None:
        """Cancel a bought order."""
        if not self.shared.bought:
            return
        person, order, item = self.random.choice(list(self.shared.bought))
        wish = Request(self.name, Op.CANCEL, item, 0, person.user, order=order)
        self._send(wish, CANCEL.format(order), None, person.token)

    def adjust(self) -> None:
        """Find a few pieces, or miss one."""
        delta = self.random.choice((-1, 3, 5, 8))
        wish = Request(self.name, Op.ADJUST, self.random.choice(self.shared.restocked), delta, self.identity.user)
        words = {"delta": delta, "reason": "counted again"}
        self._send(wish, ADJUST.format(wish.item), words, self.identity.token)

    def pause(self) -> None:
        """Breathe."""
        time.sleep(self.random.uniform(*PAUSE_SECONDS))

    def _make_request(self, key: str | None = None) -> Request:
        item, quantity = self.random.choice(self.shared.goods), self.random.randint(1, 3)
        return Request(self.name, Op.BUY, item, quantity, self.identity.user, key)

    def _buy(self, wish: Request) -> Result:
        headers = {"Idempotency-Key": wish.key} if wish.key else {}
        words = {"quantity": wish.quantity}
        result, order = self._send(wish, PURCHASE.format(wish.item), words, self.identity.token, headers)
        if order:
            self.shared.bought.append((self.identity, order, wish.item))
        return result

    def _send(
        self, wish: Request, path: str, words: Any, token: str, headers: dict[str, str] | None = None
    ) -> tuple[Result, str | None]:
        self.sent += 1
        number = self.shared.log.invoke(wish)
        try:
            answer = self._post(path, words, token, headers)
        except (OSError, http.client.HTTPException) as error:
            self.shared.log.end(number, Result.UNKNOWN, None, repr(error))
            return Result.UNKNOWN, None
        result = classify(answer)
        order = str(answer.json["data"]["id"]) if result is Result.OK and wish.op is Op.BUY else None
        self.shared.log.end(number, result, order, f"{answer.status} {answer.json['code']}")
        return result, order

    def _post(self, path: str, words: Any, token: str, headers: dict[str, str] | None) -> Response:
        """The answer of either web server; one that does not run was asked nothing, so the other is asked instead."""
        first, second = self.random.sample(self._webs, 2)
        try:
            return first.post(path, words, token=token, headers=headers)
        except ConnectionRefusedError:
            return second.post(path, words, token=token, headers=headers)


def classify(answer: Response) -> Result:
    """What a status says about what happened: a server that says it failed may have done it all the same."""
    if answer.status < 300:
        return Result.OK
    return Result.FAIL if 400 <= answer.status < 500 else Result.UNKNOWN


@contextmanager
def run_clients(market: SharedState, work: Sequence[tuple[Client, Callable[[], None]]]) -> Iterator[None]:
    """While the context lasts, every client does its work; afterwards each has finished what it had begun."""
    threads = [threading.Thread(target=client.run, args=(act,), name=client.name) for client, act in work]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        market.stopped.set()
        for thread in threads:
            thread.join()
