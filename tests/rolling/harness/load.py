"""Clients that buy, cancel, edit and adjust at all web servers of a rollout."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from shop.core.crypto.tokens import Tokens
from tests.chaos.harness.client_log import ClientLog, Op, Request, read_log
from tests.chaos.harness.history import History
from tests.chaos.harness.load_clients import Client, Identity, SharedState, run_clients
from tests.http.support.shop import API
from tests.rolling.harness.answers import AnswerLog
from tests.rolling.harness.goods import PRICE, Goods, read_history
from tests.rolling.harness.releases import NEW, OLD
from tests.rolling.harness.rollout import Rollout
from tests.support.http import HttpClient, Response

SEED = 5
WITH_KEY, WITHOUT_KEY = 3, 2
PAUSE_SECONDS = (0.1, 0.2)
# Buyers send this many times as many requests as the other clients.
RARER = 4
BUYER = "buyer"
# A price change closes the gate for a moment, so one in so many edits changes the price.
EDITS_PER_PRICE = 4


class RollingClient(Client):
    """Client that sends each request to one of the releases that serve."""

    def __init__(
        self, shared: SharedState, name: str, identity: Identity, rollout: Rollout, answers: AnswerLog
    ) -> None:
        super().__init__(shared, name, identity, SEED)
        self._rollout, self._answers = rollout, answers
        self._clients: dict[str, HttpClient] = {}
        self._edits = 0

    def run(self, action: Callable[[], None]) -> None:
        """Repeat an action until the clients are stopped."""
        with ExitStack() as stack:
            self._clients = {name: stack.enter_context(self._rollout.client(name)) for name in (OLD, NEW)}
            while not self.shared.stopped.is_set():
                action()
                self.pause()

    def pause(self) -> None:
        """Pause for a short random time, longer for what follows a purchase."""
        time.sleep(self.random.uniform(*PAUSE_SECONDS) * (1 if self.name.startswith(BUYER) else RARER))

    def edit(self) -> None:
        """Edit an item of little stock: the introduction, or now and then the price."""
        self._edits += 1
        is_price = self._edits % EDITS_PER_PRICE == 0
        price, item = PRICE + self._edits if is_price else None, self.random.choice(self.shared.restocked)
        body = {"price_minor": price} if price else {"introduction": f"Edition {self._edits}"}
        request = Request(self.name, Op.EDIT, item, 0, self.identity.user, price=price)
        self.send(request, "PATCH", f"{API}/items/{item}", body)

    def _exchange(self, method: str, path: str, body: Any, token: str, headers: dict[str, str] | None) -> Response:
        release, response = self._request(method, path, body, token, headers)
        if path.endswith("/purchase") and headers and response.status < 300:
            self._answers.add_purchase(release, headers["Idempotency-Key"], response)
        return response

    def _request(
        self, method: str, path: str, body: Any, token: str, headers: dict[str, str] | None
    ) -> tuple[str, Response]:
        release = self.random.choice(self._rollout.webs)
        try:
            response = self._clients[release].request(method, path, body, token=token, headers=headers)
        except (OSError, http.client.HTTPException) as error:
            self._answers.report(f"{release} release: {method} {path} -> {error!r}")
            raise
        finally:
            # The server may have ended, and another one may listen, before the next request to this release.
            self._clients[release].close()
        self._answers.add(release, method, path, response)
        return release, response


class Load:
    """Clients of a rollout, with a log of what they got."""

    def __init__(self, rollout: Rollout, goods: Goods, path: Path) -> None:
        self.rollout, self.goods, self.answers = rollout, goods, AnswerLog()
        self._log = ClientLog(path)
        self._shared = SharedState(rollout.shop, self._log, goods.wanted, goods.edited)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the clients while the context lasts; then close the log."""
        try:
            with run_clients(self._shared, self._make_tasks()):
                yield
        finally:
            self._log.close()

    def read_history(self) -> History:
        """Return the log with the rows of the database."""
        return read_history(self.rollout.shop, self.goods, read_log(self._log.path.read_text().splitlines()))

    def _make_tasks(self) -> list[tuple[Client, Callable[[], None]]]:
        shop = self.rollout.shop
        *buyers, canceller = [
            self._make_client(f"{BUYER}-{n}", t) for n, t in enumerate(shop.buyers(WITH_KEY + WITHOUT_KEY + 1))
        ]
        editor, clerk = self._make_client("editor", shop.admin()), self._make_client("clerk", shop.admin())
        tasks: list[tuple[Client, Callable[[], None]]] = [(client, client.buy_with_key) for client in buyers[:WITH_KEY]]
        tasks += [(client, client.buy_once) for client in buyers[WITH_KEY:]]
        return [*tasks, (canceller, canceller.cancel), (editor, editor.edit), (clerk, clerk.adjust)]

    def _make_client(self, name: str, token: str) -> RollingClient:
        identity = Identity(token, self.rollout.shop.container.get(Tokens).verify(token).user_id)
        return RollingClient(self._shared, name, identity, self.rollout, self.answers)
