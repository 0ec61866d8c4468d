"""/livez and /readyz: may this process live, may it get requests."""

import time
from dataclasses import dataclass

from flask import Flask, Response

from shop.core.database import Database
from shop.core.draining import is_draining
from shop.core.envelope import respond
from shop.core.pulse import Pulse
from shop.core.redis import RedisStores

DEADLINE_SECONDS = 0.2


@dataclass(frozen=True)
class Health:
    """Looks at the stores this process depends on."""

    database: Database
    stores: RedisStores

    def follow(self) -> None:
        """Look at them all the time while this process lives: what is away is not asked then."""
        for pulse in self._pulses():
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

    def _pulses(self) -> list[Pulse]:
        return [self.database.pulse, *self.stores.pulses.values()]


def _worst(words: list[str]) -> str:
    return "degraded" if "down" in words else "late" if "late" in words else "ok"
