"""Purchase without Flask: a WSGI app that runs the RESERVE script.

It shows the cost of the framework and of a route's declarations. It has no body limits, no validation, no
documentation and no refusal reasons, so it must not be served on a network.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from uuid_utils.compat import uuid7

from shop.cache_managers.stock import StockCacheManager
from shop.combinations.order import OrderCombination
from shop.constants.job import JobName
from shop.container import Container
from shop.core.clock import Clock
from shop.core.crypto.tokens import Tokens
from shop.core.http.envelope import envelope
from shop.core.jobs.queue import JobQueue
from shop.core.operations.web_server import serve
from shop.core.settings.settings import Settings
from shop.supports.reservation import Purchase

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True)
class RawPurchaseApp:
    """WSGI app that answers `POST /raw/{item}`, and 200 to all other requests."""

    tokens: Tokens
    stock: StockCacheManager
    orders: OrderCombination
    queue: JobQueue
    clock: Clock
    backlog_max: int

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        status, body = self._buy(environ) if environ["PATH_INFO"].startswith("/raw/") else ("200 OK", b"{}")
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _buy(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        claims = self.tokens.verify(environ["HTTP_AUTHORIZATION"].partition(" ")[2])
        body = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        item_id = int(environ["PATH_INFO"].rpartition("/")[2])
        purchase = Purchase(
            uuid7(),
            claims.tenant_id,
            item_id,
            claims.user_id,
            body["quantity"],
            self.clock.microseconds(),
            idempotency_key=None,
            session_id=claims.session_id,
        )
        reserved = self.stock.reserve(purchase, self.backlog_max)
        if reserved.reservation is None:
            return "409 Conflict", b"{}"
        if reserved.woke_drain:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=self.stock.partition(claims.tenant_id, item_id))
        return "202 Accepted", orjson.dumps(envelope(202, self.orders.pending_card(reserved.reservation)))


def create_target() -> RawPurchaseApp:
    """Create the WSGI app from the shop's own collaborators."""
    settings = Settings.load()
    get = Container(settings).get
    return RawPurchaseApp(
        get(Tokens), get(StockCacheManager), get(OrderCombination), get(JobQueue), get(Clock), settings.backlog_max
    )


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.raw_purchase:create_target")
