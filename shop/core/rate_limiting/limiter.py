"""Limits: how many requests a client may send in how long, counted in Redis for all processes together.

While Redis is away each process counts for itself, so the gates neither open nor close.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

from flask import g, has_request_context

from shop.core.cache.key import Key
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.rate_limiting.quota import Bucket, Quota, QuotaState, get_rate
from shop.core.rate_limiting.windows import LocalWindows, WindowArgs
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisConnectionError, RedisError, RedisStores, RedisTimeoutError
from shop.core.resilience.circuit_breaker import CircuitBreaker
from shop.core.settings.settings import Settings
from shop.core.tenant import current_tenant

LIMITS = Counter(
    "shop_limits", "Requests that a limit refused, or that were counted without Redis.", ("budget", "outcome")
)
# The Lua functions that count requests; scripts that enforce limits begin with them.
COUNT_LUA = Path(__file__).parent / "lua" / "count.lua"
_limit_script = Script(COUNT_LUA.with_name("limit.lua"), COUNT_LUA)


class CountedResult(Protocol):
    """The answer of a script that was asked to count a request; `spent` is empty when it had no reason to."""

    @property
    def counts(self) -> tuple[int, ...]:
        """What count.lua answers."""


C = TypeVar("C", bound=CountedResult)


@dataclass
class RateLimiter:
    """Counts requests, and refuses those that are too many."""

    window = Key("{tenant}:quota:{budget}:{who}")

    settings: Settings
    stores: RedisStores
    metrics: Metrics
    breaker: CircuitBreaker = field(init=False)
    local_windows: LocalWindows = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker("Limits are counted", self._probe, RedisError)
        self.local_windows = LocalWindows(self.settings.web_workers)

    def get_quota(self, bucket: Bucket, subject: str, tenant_id: int | None = None) -> Quota | None:
        """What somebody of a tenant, by default the current one, may ask for; None when the settings limit nothing."""
        tenant_id = tenant_id or current_tenant()
        rate = get_rate(self.settings, bucket)
        return Quota(bucket, rate, _window_key(tenant_id, bucket, subject)) if rate else None

    def consume(self, *quotas: Quota | None) -> None:
        """Count the request that is served in these and in what is pending, all or none: one round trip.

        Raises ShopError TOO_MANY_REQUESTS.
        """
        # A transaction that is replayed is one request still.
        done = {standing.quota for standing in quota_states()}
        counted = [quota for quota in (*quotas, deferred_quota()) if quota and quota not in done]
        if counted:
            self._record_result(
                self.local_windows.find_exhausted(counted)
                or self._count_in_redis(counted)
                or self._count_locally(counted)
            )

    def run_with_deferred(self, run: Callable[[WindowArgs | None], C]) -> C:
        """What `run` answers, whose script counts what is pending in the round trip that it makes anyway.

        Raises ShopError TOO_MANY_REQUESTS, and what `run` raises.
        """
        quota = deferred_quota()
        if quota is None:
            return run(None)
        self._refuse_exhausted(quota)
        told = self.local_windows.request_args(quota)
        try:
            answer = run(told)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self.breaker.record_failure(error)
            raise
        if answer.counts:
            self._record_result(self._update_windows([quota], [told], answer.counts))
        return answer

    def _probe(self) -> None:
        self.stores.cache.ping()

    def _refuse_exhausted(self, quota: Quota) -> None:
        known = self.local_windows.find_exhausted([quota])
        if not known and self.breaker.opened_at is not None:
            known = self.local_windows.count_locally([quota], self.breaker.opened_at, dry_run=True)
        if known and known[0].refused:
            self._record_result(known)

    def _count_in_redis(self, quotas: Sequence[Quota]) -> list[QuotaState]:
        if not self.breaker.allow():
            return []
        told = [self.local_windows.request_args(quota) for quota in quotas]
        words = [word for each in told for word in each.arguments]
        try:
            answer = _limit_script(self.stores.cache, [each.key for each in told], words)
        except RedisError as error:
            self.breaker.record_failure(error)
            return []
        return self._update_windows(quotas, told, answer)

    def _update_windows(
        self, quotas: Sequence[Quota], args: Sequence[WindowArgs], answer: Sequence[int]
    ) -> list[QuotaState]:
        self.breaker.record_success()
        fits, *numbers = answer
        return [
            self.local_windows.update(quota, each, (fits, count, left))
            for quota, each, count, left in zip(quotas, args, numbers[::2], numbers[1::2], strict=True)
        ]

    def _count_locally(self, quotas: Sequence[Quota]) -> list[QuotaState]:
        for quota in quotas:
            self.metrics.count(LIMITS, quota.bucket, "alone")
        return self.local_windows.count_locally(quotas, self.breaker.opened_at)

    def _record_result(self, found: Sequence[QuotaState]) -> None:
        if has_request_context():
            g.quota_states, g.deferred_quota = [*quota_states(), *found], None
        refused = [standing for standing in found if standing.refused]
        for standing in refused:
            self.metrics.count(LIMITS, standing.quota.bucket, "refused")
        if refused:
            seconds = max(standing.reset_seconds for standing in refused)
            raise ShopError(CoreExceptionCode.TOO_MANY_REQUESTS, seconds=seconds, retry_after=seconds)


def defer(quota: Quota | None) -> None:
    """Let the route count the request that is served, in a round trip that it makes anyway."""
    g.deferred_quota = quota


def scope_to_address(subject: str) -> str:
    """The name of somebody who comes from the address that the request does, whose route counts by address."""
    return f"{subject}@{g.client}"


def deferred_quota() -> Quota | None:
    """What the request that is served is still to be counted in."""
    quota: Quota | None = g.get("deferred_quota") if has_request_context() else None
    return quota


def quota_states() -> list[QuotaState]:
    """How the client stands with what the request that is served was counted in."""
    found: list[QuotaState] = g.get("quota_states", []) if has_request_context() else []
    return found


@lru_cache(maxsize=10_000)
def _window_key(tenant_id: int, bucket: Bucket, subject: str) -> str:
    return RateLimiter.window(tenant=tenant_id, budget=bucket, who=subject)
