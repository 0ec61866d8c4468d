"""Load clients that log their requests and responses."""

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, NamedTuple

from tests.chaos.harness.client_log import ClientLog, Op, Request, Result
from tests.chaos.harness.environment import WEBS
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

TIMEOUT_SECONDS = 2.5
RETRY_SECONDS = 20.0
PAUSE_SECONDS = (0.01, 0.04)
OPERATIONS_MAX = 100_000
REPEAT_SHARE = 0.1  # share of acknowledged purchases that are sent once more
PURCHASE, CANCEL = f"{API}/items/{{}}/purchase", f"{API}/orders/{{}}/cancel"
ADJUST = f"{API}/items/{{}}/stock-adjustments"


class Identity(NamedTuple):
    """A user with an account."""

    token: str
    user: int


@dataclass(frozen=True)
class SharedState:
    """State shared by the clients.

    `goods`: item ids, weighted by demand; `restocked`: items with stock adjustments; `newest`: items that were opened
    last, which are wanted as well; `edits`: numbers of edits.
    """

    shop: Shop
    log: ClientLog
    goods: Sequence[int]
    restocked: Sequence[int]
    bought: "deque[tuple[Identity, str, int]]" = field(default_factory=lambda: deque(maxlen=200))
    newest: "deque[int]" = field(default_factory=lambda: deque(maxlen=4))
    edits: Iterator[int] = field(default_factory=lambda: count(1))
    stopped: threading.Event = field(default_factory=threading.Event)


class Client:
    """Client that sends one request after the other to either web server."""

    pause_seconds = PAUSE_SECONDS

    def __init__(self, shared: SharedState, name: str, identity: Identity, seed: int) -> None:
        self.shared, self.name, self.identity = shared, name, identity
        self.random = Random(f"{seed} {name}")
        self.sent = 0
        self._webs: list[HttpClient] = []

    def run(self, action: Callable[[], None]) -> None:
        """Repeat an action until the clients are stopped."""
        with ExitStack() as stack:
            clients = [self.shared.shop.service.client(web, TIMEOUT_SECONDS) for web in WEBS]
            self._webs = [stack.enter_context(client) for client in clients]
            while not self.shared.stopped.is_set() and self.sent < OPERATIONS_MAX:
                action()
                self.pause()

    def buy_with_key(self) -> None:
        """Buy with a key and retry until there is a result.

        Some successful purchases are sent once more.
        """
        request = self._make_request(key=f"{self.name}-{self.random.getrandbits(64):x}")
        deadline = time.monotonic() + RETRY_SECONDS
        while (result := self._buy(request)) is Result.UNKNOWN and time.monotonic() < deadline:
            self.pause()
        if result is Result.OK and self.random.random() < REPEAT_SHARE:
            self._buy(request)

    def buy_once(self) -> None:
        """Buy without a key, so the request is never repeated."""
        self._buy(self._make_request())

    def cancel(self) -> None:
        """Cancel a bought order."""
        if not self.shared.bought:
            return
        identity, order, item = self.random.choice(list(self.shared.bought))
        request = Request(self.name, Op.CANCEL, item, 0, identity.user, order=order)
        self.send(request, "POST", CANCEL.format(order), token=identity.token)

    def adjust(self) -> None:
        """Add a few units, or remove one."""
        delta = self.random.choice((-1, 3, 5, 8))
        request = Request(self.name, Op.ADJUST, self.random.choice(self.shared.restocked), delta, self.identity.user)
        self.send(request, "POST", ADJUST.format(request.item), {"delta": delta, "reason": "counted again"})

    def pause(self) -> None:
        """Pause for a short random time."""
        time.sleep(self.random.uniform(*self.pause_seconds))

    def _make_request(self, key: str | None = None) -> Request:
        item = self.random.choice([*self.shared.goods, *self.shared.newest])
        quantity = self.random.randint(1, 3)
        return Request(self.name, Op.BUY, item, quantity, self.identity.user, key)

    def _buy(self, request: Request) -> Result:
        headers = {"Idempotency-Key": request.key} if request.key else {}
        body = {"quantity": request.quantity}
        result, order = self.send(request, "POST", PURCHASE.format(request.item), body, headers=headers)
        if order:
            self.shared.bought.append((self.identity, order, request.item))
        return result

    def send(
        self, request: Request, method: str, path: str, body: Any = None, *, token: str = "", **options: Any
    ) -> tuple[Result, str | None]:
        """Send a request of this client, or of another token, and log it.

        Returns the result, and the id of the order or of the new item.
        """
        self.sent += 1
        number = self.shared.log.invoke(request)
        try:
            answer = self._exchange(method, path, body, token or self.identity.token, options.get("headers"))
        except (OSError, http.client.HTTPException) as error:
            self.shared.log.end(number, Result.UNKNOWN, None, repr(error))
            return Result.UNKNOWN, None
        result, data = classify(answer), answer.json.get("data") or {}
        made = str(data["id"]) if result is Result.OK and request.op in (Op.BUY, Op.CREATE) else None
        price = data.get("unit_price_minor") if request.op is Op.BUY else None
        self.shared.log.end(number, result, made, f"{answer.status} {answer.json['code']}", price)
        return result, made

    def _exchange(self, method: str, path: str, body: Any, token: str, headers: dict[str, str] | None) -> Response:
        """Send a request to either web server.

        The other one gets it when the connection is refused, since no request was sent then.
        """
        first, second = self.random.sample(self._webs, 2)
        try:
            return first.request(method, path, body, token=token, headers=headers)
        except ConnectionRefusedError:
            return second.request(method, path, body, token=token, headers=headers)


def classify(answer: Response) -> Result:
    """Return the result of a response.

    The result of a 5xx is unknown, since the request may have had an effect.
    """
    if answer.status < 300:
        return Result.OK
    return Result.FAIL if 400 <= answer.status < 500 else Result.UNKNOWN


@contextmanager
def run_clients(shared: SharedState, tasks: Sequence[tuple[Client, Callable[[], None]]]) -> Iterator[None]:
    """Run all clients while the context lasts, then wait for them."""
    threads = [threading.Thread(target=client.run, args=(action,), name=client.name) for client, action in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        shared.stopped.set()
        for thread in threads:
            thread.join()
