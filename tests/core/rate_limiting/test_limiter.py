"""Refusals of the rate limiter."""

from pathlib import Path

import pytest

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.metrics.metrics import Metrics
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.rate_limiting.quota import Bucket
from shop.core.redis.stores import RedisStores
from shop.core.settings.rate import Rate
from shop.core.settings.settings import Settings


def test_a_request_above_several_limits_waits_for_the_longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(var=str(tmp_path), limit_default=Rate(1, 60), limit_refresh=Rate(1, 60))
    limiter = RateLimiter(settings, RedisStores(settings), Metrics(settings))
    quotas = [limiter.get_quota(bucket, "one", 1) for bucket in (Bucket.DEFAULT, Bucket.REFRESH)]
    # Both windows are full: one ends in 30.001 seconds, the other in 5.
    monkeypatch.setattr("shop.core.rate_limiting.limiter._limit_script", lambda *_: [0, 1, 30_001, 1, 5000])

    with pytest.raises(ShopError) as refused:
        limiter.consume(*quotas)

    assert refused.value.code is CoreExceptionCode.TOO_MANY_REQUESTS
    assert refused.value.facts["retry_after"] == refused.value.facts["seconds"] == 31
