"""Configuration check of both stores.

Reports settings that could lose or duplicate orders.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text

from shop.core.database.characters import find_other_collations
from shop.core.database.engine import Database
from shop.core.database.errors import DatabaseError, describe_database_error
from shop.core.database.mysql import COLLATION
from shop.core.operations.schema_version import is_usable
from shop.core.redis.stores import RedisConnectionError, RedisError, RedisStores
from shop.core.redis.write_probe import ResponseError, describe_refusal, probe_writes
from shop.core.settings.loader import SettingsError

# As long as /readyz waits.
WRITE_MAX_MS = 200
COLLATIONS_SHOWN = 10


class CheckResult(NamedTuple):
    """Result of one check; `ok` is False when the setting must change."""

    ok: bool
    sentence: str


@dataclass(frozen=True)
class StoreCheck:
    """Checks of the database and all Redis servers."""

    database: Database
    stores: RedisStores

    def run(self, schema_version: str) -> Iterator[CheckResult]:
        """Run all checks, and yield their results."""
        try:
            yield from self._check_database(schema_version)
        except DatabaseError as error:
            yield CheckResult(ok=False, sentence=f"The database does not answer: {describe_database_error(error)}")
        for partition, server in self.stores.partition_servers:
            try:
                yield from _check_redis(server)
            except ResponseError as error:
                yield CheckResult(ok=False, sentence=f"Redis refuses to tell its configuration: {error}")
            except RedisError as error:
                yield CheckResult(ok=False, sentence=f"Redis does not answer: {error}")
            yield _check_writes(server, partition)

    def require_safe_redis(self) -> None:
        """Raise SettingsError in production when a stock Redis could lose orders.

        A Redis that cannot be reached is not an error: the service waits for it.
        """
        if not self.stores.settings.production or self.stores.settings.sells_from_database:
            return
        for server in self.stores.stock_servers:
            with suppress(RedisError):
                if failures := [result.sentence for result in _check_redis(server) if not result.ok]:
                    raise SettingsError(f"The Redis of the stock is not safe to sell with: {' '.join(failures)}")

    def _check_database(self, schema_version: str) -> Iterator[CheckResult]:
        with self.database.engine.connect() as connection:
            version = connection.dialect.server_version_info
            yield CheckResult(ok=True, sentence=f"The database is {connection.dialect.name} {version}.")
            current = connection.scalar(text("SELECT version_num FROM alembic_version"))
            yield CheckResult(
                is_usable(current, schema_version), f"The schema is at {current}; this code wants {schema_version}."
            )
            if connection.dialect.name != "sqlite":
                durable = connection.scalar(text("SELECT @@innodb_flush_log_at_trx_commit"))
                yield CheckResult(
                    durable == 1, f"innodb_flush_log_at_trx_commit is {durable}; 1 survives a power loss."
                )
                yield _check_characters(find_other_collations(connection))


def _check_characters(others: list[str]) -> CheckResult:
    if not others:
        return CheckResult(ok=True, sentence=f"All texts have the character set and collation {COLLATION}.")
    shown = ", ".join(others[:COLLATIONS_SHOWN]) + (", ..." if len(others) > COLLATIONS_SHOWN else "")
    return CheckResult(ok=False, sentence=f"Texts need the collation {COLLATION}; these have another one: {shown}.")


def _check_writes(server: Any, partition: int) -> CheckResult:
    """Check the writes of a purchase, and name why they are refused."""
    began = time.monotonic()
    try:
        probe_writes(server, partition)
    except RedisConnectionError as error:
        return CheckResult(ok=False, sentence=f"Redis takes no writes: {describe_refusal(error)}")
    except RedisError as error:
        return CheckResult(
            ok=False, sentence=f"Redis refuses writes, so nothing can be sold: {describe_refusal(error)}"
        )
    milliseconds = round((time.monotonic() - began) * 1000)
    return CheckResult(milliseconds <= WRITE_MAX_MS, f"Redis takes writes; one took {milliseconds} ms.")


def _check_redis(client: Any) -> Iterator[CheckResult]:
    info = client.info()
    version, role = info.get("valkey_version") or info["redis_version"], info["role"]
    yield CheckResult(role == "master", f"Redis {version} is a {role}; only a master takes reservations.")
    yield CheckResult(info["aof_enabled"] == 1, f"The append-only file is {'on' if info['aof_enabled'] else 'off'}.")
    policy = info["maxmemory_policy"]
    yield CheckResult(policy == "noeviction", f"The eviction policy is {policy}; only noeviction keeps every receipt.")
