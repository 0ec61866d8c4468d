"""Constants and settings with a unit: each value, and that the table is complete."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import shop
from shop.container import Container
from shop.core.settings.rate import Rate
from shop.core.settings.settings import Settings
from shop.worker import find_jobs

ROOT = Path(shop.__file__).parent
UNIT = re.compile(r"SECONDS|MINUTES|HOURS|DAYS|_MS\b|TTL|_LIFE|_AGE\b|OVERLAP|GRACE|PROBE$")
MINUTE, HOUR, DAY = 60, 3600, 86_400
# Module below shop -> constants; numbers are seconds unless the name has another unit.
CONSTANTS: dict[str, dict[str, Any]] = {
    "cache_managers.item": {"TTL": timedelta(seconds=MINUTE), "NEGATIVE_TTL": timedelta(seconds=10)},
    "cache_managers.stock.gate": {"ADJUSTMENT_TTL_SECONDS": HOUR},
    "cache_managers.stock.keys": {"BUYER_TTL": timedelta(seconds=HOUR), "EXPIRED_RECEIPT_MORE_SECONDS": HOUR},
    "cache_managers.stock.load_requests": {"LOAD_REQUEST_TTL_SECONDS": 2},
    "cache_managers.stock.reservations": {"WAKE_FLAG_TTL_SECONDS": 30},
    "constants.order": {"WAIT_MAX_SECONDS": 10, "CANCEL_WAIT_SECONDS": 1.0, "SOLD_OUT_SECONDS": 0.25},
    "constants.session": {"RETENTION_SECONDS": DAY, "STALE_SECONDS": 10},
    "constants.stock": {
        "EDIT_SECONDS": 1.0, "GATHER_SECONDS": 0.005, "GATHER_SECONDS_MAX": 0.1, "RECEIPT_LIFE_SECONDS": DAY,
    },
    "core.auth.session_watch": {"REFRESH_SECONDS": 1.0, "OVERLAP": timedelta(seconds=MINUTE)},
    "core.auth.tenant_resolver": {"INDEX_TTL_SECONDS": 3.0, "REFRESH_WAIT_SECONDS": 0.2, "RETRY_SECONDS": 1.0},
    "core.cache.cache_manager": {"TAG_TTL_MS": DAY * 1000},
    "core.cache.single_flight": {
        "LEASE_SECONDS": 3.0, "WAIT_SECONDS": 0.4, "PAUSE_SECONDS": 0.004, "PAUSE_MAX_SECONDS": 0.03,
        "BLOCK_SECONDS": 10.0,
    },
    "core.crypto.tokens": {"_KEY_CHECK_SECONDS": 1.0},
    "core.database.engine": {"POOL_WAIT_SECONDS": 0.5, "_STATEMENT_SECONDS": 3},
    "core.database.mysql": {"CONNECT_SECONDS": 1.0, "ANSWER_SECONDS": 2.0},
    "core.database.sqlite": {"LOCK_SECONDS": 1.2},
    "core.jobs.job": {"PAUSES_SECONDS": (0.5, 2.0)},
    "core.jobs.queue": {"JOB_TIMEOUT_SECONDS": MINUTE, "FAILURE_TTL_SECONDS": 7 * DAY},
    "core.logging.mongo": {"GATHER_SECONDS": 0.2, "RETRY_SECONDS": 1.0},
    "core.logging.pipeline": {"TICK_SECONDS": 1.0, "GATHER_SECONDS": 0.05, "REPORT_SECONDS": 60.0},
    "core.logging.setup": {"FINISH_SECONDS": 2.0},
    "core.middleware.cors": {"_MAX_AGE_SECONDS": 10 * MINUTE},
    "core.operations.embedded_redis": {"START_SECONDS": 10.0, "PING_SECONDS": 1.0},
    "core.operations.health": {"DEADLINE_SECONDS": 0.2},
    "core.operations.parent_watch": {"CHECK_SECONDS": 0.3},
    "core.operations.running_shop": {"_POLL_SECONDS": 0.1},
    "core.operations.store_check": {"WRITE_MAX_MS": 200},
    "core.operations.supervisor": {"RESTART_PAUSE_SECONDS": 1.0, "STOP_SECONDS": 15.0, "TICK_SECONDS": 0.1},
    "core.operations.valkey_guard": {"CHECK_SECONDS": 0.3, "STOP_SECONDS": 10.0},
    "core.operations.web_server": {"HEAD_MILLISECONDS": 10_000},
    "core.rate_limiting.windows": {"EXHAUSTED_CACHE_SECONDS": 1.0, "_SLACK_SECONDS": 0.5},
    "core.redis.direct_client": {"IDLE_SECONDS": 0.01},
    "core.redis.stores": {"PROBE_SECONDS": 1.0},
    "core.redis.write_probe": {"PROBE_LIFE_MS": 1000},
    "core.resilience.backoff": {"RETRY_AFTER_MIN_SECONDS": 1, "RETRY_AFTER_MAX_SECONDS": 3},
    "core.resilience.bounded_wait": {"POLL_SECONDS": 0.01},
    "core.resilience.circuit_breaker": {"PROBE_INTERVAL_SECONDS": 1.0},
    "core.resilience.deadline": {"REQUEST_BUDGET_SECONDS": 2.0, "GRACE_SECONDS": 0.1},
    "core.resilience.store_monitor": {"PAUSE_SECONDS": 0.5, "PAUSE_SECONDS_DOWN": 0.1, "REFUSAL_SECONDS": 0.2},
    "jobs.invariant": {"PAUSE_SECONDS": 1.0},
    "jobs.stock": {"PARTITION_SECONDS": 1.0, "RECHECK_SECONDS": 1.0},
    "services.invariant.table_snapshot": {"RECEIPT_CHECK_AGE": timedelta(seconds=23 * HOUR)},
    "maintenance": {"STORE_PAUSE_SECONDS": 1.0},
    "services.outbox": {"STALE_SECONDS": 1.0},
    "services.reconcile_run": {"FINALIZING_SECONDS": 0.3},
    "services.stock_ledger": {"CREDIT_WAIT_SECONDS": 0.1},
    "supports.invariant.stock_invariants": {"OUTBOX_AGE_MAX_SECONDS": 5},
    "worker": {"TICK_SECONDS": 0.2, "MAINTENANCE_SECONDS": MINUTE, "PAUSE_SECONDS": 1.0},
}  # fmt: skip
# Names that have the form of a unit and are none: histograms of seconds, and a set of connection arguments.
OTHER_NAMES = {"DRAIN_SECONDS", "CONFIRM_SECONDS", "IDEMPOTENT_SECONDS", "_MYSQL_PROBE"}
# Setting -> default: seconds, unless the name says another unit.
SETTINGS: dict[str, Any] = {
    "access_lifetime": HOUR, "drain_seconds": 1.0, "hsts_seconds": 0, "idempotency_lease_seconds": 15.0,
    "idempotency_ttl": DAY, "idempotency_wait_seconds": 2.0, "lock_base": 0.002, "lock_budget": 1.0, "lock_cap": 0.05,
    "lock_life": 1.0, "log_keep_days": 14, "log_sql_slower_ms": "off", "redis_timeout": 0.4, "gate_wait_seconds": 1.0,
    "refresh_lifetime": 14 * DAY, "refresh_retry_seconds": 10, "token_leeway": 0, "web_stop_seconds": 10,
    "limit_default": Rate(1000, 60), "limit_default_guest": None, "limit_login": Rate(20, 60),
    "limit_purchase": Rate(60, 60),
    "limit_refresh": Rate(60, 60), "limit_register": Rate(20, 60),
}  # fmt: skip
PERIODS = {"sync_stock": MINUTE, "sweep_stock": 2, "preload_stock": MINUTE, "purge_sessions": HOUR, "purge": HOUR}


def constants_with_a_unit() -> Iterator[tuple[str, str]]:
    """Yield (module below shop, name) of each constant with a unit in its name."""
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text()).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = [name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)]
            yield from ((module, name) for name in names if name.isupper() and UNIT.search(name))


def test_the_table_has_every_constant_with_a_unit() -> None:
    found = {(module, name) for module, name in constants_with_a_unit() if name not in OTHER_NAMES}

    assert found == {(module, name) for module, values in CONSTANTS.items() for name in values}


@pytest.mark.parametrize("module", CONSTANTS)
def test_a_constant_has_its_value_in_its_unit(module: str) -> None:
    values = vars(import_module(f"shop.{module}"))

    assert {name: values[name] for name in CONSTANTS[module]} == CONSTANTS[module]


def test_a_setting_has_its_default_in_its_unit() -> None:
    settings = Settings()
    timed = {
        f.name for f in fields(Settings) if re.search(r"\b(milli)?seconds?\b|\bdays?\b", f.metadata["description"])
    }

    assert {name: getattr(settings, name) for name in SETTINGS} == SETTINGS
    assert timed - {"log_file", "log_mongo_split"} <= SETTINGS.keys()


def test_a_job_has_its_period(tmp_path: Path) -> None:
    jobs = find_jobs(Container(Settings(var=str(tmp_path))))

    assert {name: job.every.total_seconds() for name, job in jobs.items() if job.every} == PERIODS
