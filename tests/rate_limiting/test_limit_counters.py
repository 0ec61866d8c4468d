"""Counts of limits: refusals, and requests that are counted without Redis."""

import pytest

from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.rate_limiting.windows import LocalWindows
from shop.core.settings.rate import Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.rate_limiting.test_limit_headers import send_request
from tests.support.counted_metrics import CountedMetrics


def test_refused_and_uncoordinated_requests_are_counted_by_bucket(
    make_in_process_shop: MakeInProcessShop,
    counted: CountedMetrics,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = make_in_process_shop(limit_default=Rate(20, 60), limit_login=Rate(1, 60), web_workers=1)
    for _ in range(4):
        shop.http.post(f"{API}/auth/login", json={"email": "ann@example.com", "password": "Wrong-horse-1"})
    for _ in range(25):
        send_request(shop, "GET", "/nowhere")
    limiter = shop.container.get(RateLimiter)
    monkeypatch.setattr(limiter, "_count_in_redis", lambda _: [])
    limiter.local_windows = LocalWindows(1)
    for _ in range(2):
        send_request(shop, "GET", "/nowhere")

    assert counted.counts["shop_limits", "login", "refused"] == 3
    assert counted.counts["shop_limits", "default", "refused"] == 5
    assert counted.counts["shop_limits", "default", "alone"] == 2
    assert counted.outcomes("shop_limits").keys() == {"refused", "alone"}
