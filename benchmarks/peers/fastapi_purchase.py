"""Peer: the same RESERVE script behind FastAPI with uvicorn.

It checks the token, reads and writes JSON, and wakes the worker. It has no idempotency, no rate limits, no envelope, no
languages, no log of requests, no limit of concurrent requests, and does not notice a revoked session or a lost Redis.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from redis.asyncio import Redis
from uuid_utils.compat import uuid7

from benchmarks.peers.order_schemas import Order, PurchaseBody, read_order
from benchmarks.peers.reserve_template import read_template
from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.container import Container
from shop.core.clock import Clock
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.jobs.queue import JobQueue
from shop.core.settings.addresses import split_bind
from shop.core.settings.settings import Settings

RESERVED = b"RESERVED"
bearer = HTTPBearer()


def create_app() -> FastAPI:
    """Create the app of one process."""
    settings = Settings.load()
    get = Container(settings).get
    stock, queue, clock, ring = get(StockCacheManager), get(JobQueue), get(Clock), get(Tokens).key_ring
    template = read_template(stock, settings.redis_address, settings.backlog_max)
    redis, signing = Redis.from_url(settings.redis_address), ring.keys[ring.active]
    app = FastAPI(openapi_url=None)

    def read_claims(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> dict[str, Any]:
        options: Any = {"audience": settings.jwt_audience, "issuer": settings.jwt_issuer}
        try:
            return dict(jwt.decode(credentials.credentials, signing.key, [signing.algorithm], **options))
        except jwt.InvalidTokenError:
            raise HTTPException(401) from None

    @app.post("/fastapi/{item_id}", status_code=202)
    async def buy(item_id: int, body: PurchaseBody, claims: Annotated[dict[str, Any], Depends(read_claims)]) -> Order:
        partition = stock.partition(DEFAULT_TENANT, item_id)
        values = {
            "order": uuid7(),
            "item": item_id,
            "user": claims["sub"],
            "quantity": body.quantity,
            "moment": clock.microseconds(),
            "session": claims["sid"],
            "partition": f"{{p{partition:02d}}}",
        }
        answer = await redis.execute_command(*template.fill(values))  # type: ignore[no-untyped-call]  # untyped in redis-py
        outcome, receipt, woke = answer[:3]
        if outcome != RESERVED:
            raise HTTPException(409, outcome.decode())
        if woke:
            await run_in_threadpool(queue.enqueue, JobName.DRAIN_STOCK, partition=partition)
        return read_order(receipt.decode())

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"at": datetime.now(UTC).isoformat()}

    return app


if __name__ == "__main__":
    settings = Settings.load()
    host, port = split_bind(settings.bind)
    options: dict[str, Any] = {"workers": settings.web_workers, "log_level": "warning", "access_log": False}
    uvicorn.run("benchmarks.peers.fastapi_purchase:create_app", factory=True, host=host, port=port, **options)
