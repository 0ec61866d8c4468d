"""A purchase without Flask: a WSGI callable that checks the token, runs the RESERVE script and answers in JSON.

It is what the framework and the declarations of a route are held against. No limits on bodies, no checked words, no
documentation, no refusal that says why: nothing to put on the network.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from uuid_utils.compat import uuid7

from shop.cache_managers.stock import Purchase, StockCacheManager
from shop.combinations.order import OrderCombination
from shop.constants.job import JobName
from shop.container import Container
from shop.core.clock import Clock
from shop.core.envelope import envelope
from shop.core.job import Queue
from shop.core.settings import Settings
from shop.core.tokens import Tokens
from shop.core.web import serve

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True)
class RawPurchase:
    """Answers `POST /raw/{item}`, and 200 to everything else."""

    tokens: Tokens
    stock: StockCacheManager
    combine: OrderCombination
    queue: Queue
    clock: Clock
    backlog_max: int

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        status, body = self._buy(environ) if environ["PATH_INFO"].startswith("/raw/") else ("200 OK", b"{}")
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _buy(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        claims = self.tokens.verify(environ["HTTP_AUTHORIZATION"].partition(" ")[2])
        words = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        item_id = int(environ["PATH_INFO"].rpartition("/")[2])
        wish = Purchase(
            uuid7(),
            claims.tenant_id,
            item_id,
            claims.user_id,
            words["quantity"],
            self.clock.microseconds(),
            ticket=None,
            session_id=claims.session_id,
        )
        reserved = self.stock.reserve(wish, self.backlog_max)
        if reserved.reservation is None:
            return "409 Conflict", b"{}"
        if reserved.wake:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=self.stock.partition(claims.tenant_id, item_id))
        return "202 Accepted", orjson.dumps(envelope(202, self.combine.promise(reserved.reservation)))


def create() -> RawPurchase:
    """The callable, on the shop's own collaborators."""
    settings = Settings.load()
    get = Container(settings).get
    return RawPurchase(
        get(Tokens), get(StockCacheManager), get(OrderCombination), get(Queue), get(Clock), settings.backlog_max
    )


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.raw_purchase:create")
