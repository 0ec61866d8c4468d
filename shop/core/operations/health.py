"""/livez and /readyz: may this process live, may it get requests."""

import time
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response

from shop.core.database.engine import CountingPool, Database
from shop.core.http.envelope import respond
from shop.core.metrics.metrics import Counter, GaugeSample, Metrics
from shop.core.operations.draining import is_draining
from shop.core.redis.stores import RedisStores
from shop.core.resilience.store_monitor import StoreMonitor

DEADLINE_SECONDS = 0.2
AWAY_DESCRIPTION = "Web processes that see the store as away, and do not ask it."
POOL_TIMEOUTS = Counter("shop_database_pool_timeouts", "Times that nobody gave a connection back in time.", ())


@dataclass(frozen=True)
class Health:
    """Looks at the stores this process depends on."""

    database: Database
    stores: RedisStores
    metrics: Metrics

    def follow(self) -> None:
        """Look at them all the time while this process lives: what is away is not asked then."""
        for pulse in self._store_monitors():
            pulse.on_check = partial(self._set_gauges, pulse)
            pulse.follow()

    def serve(self, app: Flask, schema_version: str) -> None:
        """Answer at /livez without touching anything, and at /readyz within 200 ms."""

        @app.get("/livez")
        def livez() -> Response:
            return respond(200)

        @app.get("/readyz")
        def readyz() -> Response:
            database, *redis = self._check_stores()
            if database not in (schema_version, "down", "late"):
                database = f"schema {database}, not {schema_version}"
            words = {
                "database": "ok" if database == schema_version else database,
                "redis": _worst_status(redis),
                "draining": is_draining(),
            }
            return respond(503 if words["draining"] or words["database"] != "ok" else 200, words)

    def _check_stores(self) -> list[str]:
        until = time.monotonic() + DEADLINE_SECONDS
        asked = [(pulse, pulse.request_check()) for pulse in self._store_monitors()]
        return [pulse.wait_for_check(number, until) for pulse, number in asked]

    def _set_gauges(self, pulse: StoreMonitor) -> None:
        self.metrics.set_gauge(
            GaugeSample("shop_store_away", AWAY_DESCRIPTION, float(bool(pulse.down)), ("store", pulse.name))
        )
        pool = self.database.engine.pool
        if pulse is self.database.store_monitor and isinstance(pool, CountingPool):
            self.metrics.set_gauge(
                GaugeSample(
                    "shop_database_pool_in_use", "Connections to the database that are in use.", pool.checkedout()
                ),
                GaugeSample("shop_database_pool_size", "Connections to the database that may be.", pool.size()),
            )
            while pool.timeouts:
                pool.timeouts -= 1
                self.metrics.count(POOL_TIMEOUTS)

    def _store_monitors(self) -> list[StoreMonitor]:
        return [self.database.store_monitor, *self.stores.store_monitors.values()]


def _worst_status(statuses: list[str]) -> str:
    return "degraded" if "down" in statuses else "late" if "late" in statuses else "ok"
