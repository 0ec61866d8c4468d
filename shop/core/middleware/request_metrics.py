"""Metrics of HTTP requests."""

from functools import partial
from time import perf_counter

from flask import Request, Response

from shop.core.http.web_app import WebApp
from shop.core.metrics.metrics import Histogram, Metrics
from shop.core.trace import current_trace

_VERBS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Its count is the number of requests, so there is no counter beside it.
REQUESTS = Histogram("shop_http_request_seconds", "Seconds to answer a request.", ("method", "route", "status"))


def measure_requests(app: WebApp, metrics: Metrics) -> None:
    """Measure every request of an app."""
    app.response_hooks.append(partial(_observe_request, metrics))


def _observe_request(metrics: Metrics, request: Request, response: Response) -> Response:
    trace, rule = current_trace(), request.url_rule
    # The route template and a known method only: each new label value is a new time series for ever.
    route = rule.rule if rule else "none"
    method = request.method if request.method in _VERBS else "other"
    if trace:
        metrics.observe(REQUESTS, perf_counter() - trace.started_at, method, route, str(response.status_code))
    return response
