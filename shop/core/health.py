"""/livez and /readyz: may this process live, may it get requests."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass

from flask import Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shop.core.database import Database
from shop.core.envelope import respond
from shop.core.redis import RedisError, RedisStores

DEADLINE_SECONDS = 0.2


@dataclass(frozen=True)
class Health:
    """Looks at the stores this process depends on."""

    database: Database
    stores: RedisStores

    def serve(self, app: Flask, schema_version: str) -> None:
        """Answer at /livez without touching anything, and at /readyz within 200 ms."""
        # Threads of its own: a frozen store keeps a thread busy past the deadline.
        pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readyz")

        @app.get("/livez")
        def livez() -> Response:
            return respond(200)

        @app.get("/readyz")
        def readyz() -> Response:
            checks = [pool.submit(self._database, schema_version), pool.submit(self._redis)]
            database, redis = (_in_time(check) for check in checks)
            return respond(200 if database == "ok" else 503, {"database": database, "redis": redis})

    def _database(self, schema_version: str) -> str:
        try:
            with self.database.engine.connect() as connection:
                found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError:
            return "down"
        return "ok" if found == schema_version else f"schema {found}, not {schema_version}"

    def _redis(self) -> str:
        try:
            self.stores.cache.ping()
        except RedisError:
            return "degraded"
        return "ok"


def _in_time(check: Future[str]) -> str:
    try:
        return check.result(DEADLINE_SECONDS)
    except LateError:
        return "late"
