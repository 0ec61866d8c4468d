"""Names of jobs: whoever asks for a job stands below the Jobs and knows only the name."""

from enum import StrEnum


class JobName(StrEnum):
    """Every job there is."""

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
    TENANTS = "manage_tenants"
    LOGS = "search_logs"
