"""Files that are mutated, and tests that may notice."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
# Areas of the page, and the patterns of their files.
AREAS = {
    "validators": ("shop/validators/*.py",),
    "supports": ("shop/supports/**/*.py",),
    "transaction": ("shop/core/database/transaction.py",),
    "tenant": (
        "shop/core/tenant.py",
        "shop/core/auth/tenant_resolver.py",
        "shop/core/database/tenant_filter.py",
        "shop/services/tenant.py",
    ),
    "idempotency": ("shop/core/idempotency/*.py",),
    "services": ("shop/services/**/*.py",),
}
# Tests of the program's behaviour that run in one process. Others read the text of the program, or start processes.
TESTS = (
    "tests/units",
    "tests/core/database",
    "tests/core/auth",
    "tests/core/jobs",
    "tests/core/logging/test_search.py",
    "tests/core/metrics",
    "tests/core/middleware",
    "tests/core/pagination",
    "tests/core/query",
    "tests/core/validation",
    "tests/idempotency",
    "tests/accounts",
    "tests/catalogue",
    "tests/durations",
    "tests/lists",
    "tests/openapi",
    "tests/purchase",
    "tests/rate_limiting",
    "tests/http",
    "tests/wiring/test_access.py",
    "tests/wiring/test_rules.py",
)
# Modules that read the text of the program, or whose tests take minutes.
NOT_USED = (
    "tests/units/test_words.py",
    "tests/units/test_sizes.py",
    "tests/units/test_docs.py",
    "tests/purchase/test_model.py",
    "tests/purchase/test_verify_while_selling.py",
    "tests/purchase/test_concurrent_buyers.py",
    "tests/purchase/test_embedded.py",
    "tests/catalogue/test_processes.py",
    "tests/idempotency/test_crash_table.py",
    "tests/lists/test_fuzz.py",
    "tests/lists/test_embedded.py",
    "tests/rate_limiting/test_defaults.py",
    "tests/rate_limiting/test_redis_data_loss.py",
    "tests/rate_limiting/test_shared_limits.py",
    "tests/http/observability/test_log_sinks.py",
    "tests/http/observability/test_logs.py",
    "tests/http/observability/test_metrics.py",
    "tests/http/observability/test_metrics_port.py",
    "tests/http/test_cors.py",
    "tests/http/test_idempotency_settings.py",
    "tests/http/test_all_routes_failing.py",
    "tests/http/test_access_matrix_detection.py",
)


def files_of(area: str) -> list[str]:
    """Return the files of an area; a file belongs to the first area that names it."""
    earlier = {file for name in list(AREAS)[: list(AREAS).index(area)] for file in _matches(name)}
    return [file for file in _matches(area) if file not in earlier]


def all_files() -> list[str]:
    """Return the files of all areas."""
    return [file for area in AREAS for file in files_of(area)]


def area_of(file: str) -> str:
    """Return the area of a file."""
    return next(area for area in AREAS if file in files_of(area))


def _matches(area: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for pattern in AREAS[area] for path in ROOT.glob(pattern))
