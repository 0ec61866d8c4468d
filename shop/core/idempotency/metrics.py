"""Metrics of requests with an idempotency key."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from flask import g

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.metrics.metrics import Counter, Histogram, Metrics
from shop.core.validation.errors import RequestValidationError

IDEMPOTENT_REQUESTS = Counter("shop_idempotency", "Requests with an idempotency key, by outcome.", ("outcome",))
IDEMPOTENT_SECONDS = Histogram(
    "shop_idempotency_seconds", "Seconds spent on a request with an idempotency key.", ("outcome",)
)
_MISMATCHES = {
    CoreExceptionCode.KEY_OTHER_METHOD,
    CoreExceptionCode.KEY_OTHER_PATH,
    CoreExceptionCode.KEY_OTHER_REQUEST,
}


def timed(metrics: Metrics, run: Callable[[], Any]) -> Any:
    """Run a function, then count and time its outcome.

    The function sets `g.idempotency_outcome`; otherwise the outcome is "failed". Returns what the function returns.
    """
    began, g.idempotency_outcome = perf_counter(), "failed"
    try:
        return run()
    except ShopError as error:
        if error.code in _MISMATCHES:
            g.idempotency_outcome = "mismatch"
        raise
    except RequestValidationError:
        g.idempotency_outcome = "refused"
        raise
    finally:
        metrics.count(IDEMPOTENT_REQUESTS, g.idempotency_outcome)
        metrics.observe(IDEMPOTENT_SECONDS, perf_counter() - began, g.idempotency_outcome)
