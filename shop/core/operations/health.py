"""Health endpoints /livez and /readyz."""

import time
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response

from shop.core.database.engine import CountingPool, Database
from shop.core.http.envelope import respond
from shop.core.metrics.metrics import Counter, GaugeSample, Metrics
from shop.core.operations.draining import is_draining
from shop.core.operations.schema_version import is_usable
from shop.core.redis.stores import RedisStores
from shop.core.redis.write_probe import REFUSED
from shop.core.resilience.store_monitor import DOWN, StoreMonitor

DEADLINE_SECONDS = 0.2
AWAY_DESCRIPTION = "Web processes for which the store is down, so that they do not call it."
POOL_TIMEOUTS = Counter("shop_database_pool_timeouts", "Times that no connection was returned to the pool in time.", ())


@dataclass(frozen=True)
class Health:
    """Health checks of the stores of this process."""

    database: Database
    stores: RedisStores
    metrics: Metrics

    def follow(self) -> None:
        """Monitor the stores until the process ends.

        Calls to a store that is down are then refused at once.
        """
        for monitor in self._store_monitors():
            monitor.on_check = partial(self._set_gauges, monitor)
            monitor.follow()

    def serve(self, app: Flask, schema_version: str) -> None:
        """Add /livez, which checks nothing, and /readyz, which answers within 200 ms."""

        @app.get("/livez")
        def livez() -> Response:
            return respond(200)

        @app.get("/readyz")
        def readyz() -> Response:
            database, *redis = self._check_stores()
            if is_usable(database, schema_version):
                database = "ok"
            elif database not in ("down", "late"):
                database = f"schema {database}, not {schema_version}"
            statuses = {
                "database": database,
                "redis": _worst_status(redis),
                "draining": is_draining(),
            }
            return respond(503 if statuses["draining"] or statuses["database"] != "ok" else 200, statuses)

    def _check_stores(self) -> list[str]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        checks = [(monitor, monitor.request_check()) for monitor in self._store_monitors()]
        return [monitor.wait_for_check(number, deadline) for monitor, number in checks]

    def _set_gauges(self, monitor: StoreMonitor) -> None:
        self.metrics.set_gauge(
            GaugeSample("shop_store_away", AWAY_DESCRIPTION, float(bool(monitor.down)), ("store", monitor.name))
        )
        pool = self.database.engine.pool
        if monitor is self.database.store_monitor and isinstance(pool, CountingPool):
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
    return "degraded" if {DOWN, REFUSED} & set(statuses) else "late" if "late" in statuses else "ok"
