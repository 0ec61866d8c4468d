"""/livez and /readyz: may this process live, may it get requests."""

import time
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response

from shop.core.database.engine import Database, WatchedPool
from shop.core.http.envelope import respond
from shop.core.metrics.metrics import Counter, Metrics, Reading
from shop.core.operations.draining import is_draining
from shop.core.redis.stores import RedisStores
from shop.core.resilience.store_monitor import Pulse

DEADLINE_SECONDS = 0.2
AWAY = "Web processes that see the store as away, and do not ask it."
IN_VAIN = Counter("shop_database_pool_timeouts", "Times that nobody gave a connection back in time.", ())


@dataclass(frozen=True)
class Health:
    """Looks at the stores this process depends on."""

    database: Database
    stores: RedisStores
    metrics: Metrics

    def follow(self) -> None:
        """Look at them all the time while this process lives: what is away is not asked then."""
        for pulse in self._pulses():
            pulse.told = partial(self._show, pulse)
            pulse.follow()

    def serve(self, app: Flask, schema_version: str) -> None:
        """Answer at /livez without touching anything, and at /readyz within 200 ms."""

        @app.get("/livez")
        def livez() -> Response:
            return respond(200)

        @app.get("/readyz")
        def readyz() -> Response:
            database, *redis = self._look()
            if database not in (schema_version, "down", "late"):
                database = f"schema {database}, not {schema_version}"
            words = {
                "database": "ok" if database == schema_version else database,
                "redis": _worst(redis),
                "draining": is_draining(),
            }
            return respond(503 if words["draining"] or words["database"] != "ok" else 200, words)

    def _look(self) -> list[str]:
        until = time.monotonic() + DEADLINE_SECONDS
        asked = [(pulse, pulse.nudge()) for pulse in self._pulses()]
        return [pulse.look(number, until) for pulse, number in asked]

    def _show(self, pulse: Pulse) -> None:
        self.metrics.show(Reading("shop_store_away", AWAY, float(bool(pulse.away)), ("store", pulse.what)))
        pool = self.database.engine.pool
        if pulse is self.database.pulse and isinstance(pool, WatchedPool):
            self.metrics.show(
                Reading("shop_database_pool_in_use", "Connections to the database that are in use.", pool.checkedout()),
                Reading("shop_database_pool_size", "Connections to the database that may be.", pool.size()),
            )
            while pool.in_vain:
                pool.in_vain -= 1
                self.metrics.count(IN_VAIN)

    def _pulses(self) -> list[Pulse]:
        return [self.database.pulse, *self.stores.pulses.values()]


def _worst(words: list[str]) -> str:
    return "degraded" if "down" in words else "late" if "late" in words else "ok"
