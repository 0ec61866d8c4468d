"""Names of jobs, for layers that enqueue jobs without importing them."""

from enum import StrEnum


class JobName(StrEnum):
    """Name of a job in the queue."""

    DRAIN_STOCK = "drain_stock"
    SWEEP_STOCK = "sweep_stock"
    LOAD_STOCK = "load_stock"
    PRELOAD_STOCK = "preload_stock"
    SYNC_STOCK = "sync_stock"
    DEAD_LETTERS = "dead_letters"
    PURGE = "purge"
    PURGE_SESSIONS = "purge_sessions"
    VERIFY = "verify"
    SEED = "seed"
    ACCOUNTS = "accounts"
    TENANTS = "manage_tenants"
    LOGS = "search_logs"
