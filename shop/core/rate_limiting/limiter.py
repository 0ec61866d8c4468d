"""Rate limiter with counters in Redis, shared by all processes.

While Redis is down each process counts its own share of the limits, so requests are neither all admitted nor all
refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from flask import has_request_context

from shop.core.cache.key import Key
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import current_state
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.rate_limiting.quota import Bucket, CountedResult, Quota, QuotaState, get_rate
from shop.core.rate_limiting.windows import LocalWindows, WindowArgs
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisConnectionError, RedisError, RedisStores, RedisTimeoutError
from shop.core.redis.write_probe import probe_writes
from shop.core.resilience.circuit_breaker import CircuitBreaker
from shop.core.settings.settings import Settings
from shop.core.tenant import current_tenant

LIMITS = Counter("shop_limits", "Requests refused by a limit, or counted without Redis.", ("budget", "outcome"))
# Lua functions that count requests; every script that enforces limits begins with them.
COUNT_LUA = Path(__file__).parent / "lua" / "count.lua"
_limit_script = Script(COUNT_LUA.with_name("limit.lua"), COUNT_LUA)


C = TypeVar("C", bound=CountedResult)


@dataclass
class RateLimiter:
    """Counter of requests that refuses those above a limit."""

    window = Key("{tenant}:quota:{bucket}:{subject}")

    settings: Settings
    stores: RedisStores
    metrics: Metrics
    breaker: CircuitBreaker = field(init=False)
    local_windows: LocalWindows = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker("Limits are counted", self._probe, RedisError)
        self.local_windows = LocalWindows(self.settings.web_workers)

    def get_quota(
        self, bucket: Bucket, subject: str, tenant_id: int | None = None, *, guest: bool = False
    ) -> Quota | None:
        """Return the quota of a subject, or None without a limit.

        The subject belongs to the given tenant, by default to the current one. `guest`: it is not signed in.
        """
        tenant_id = tenant_id or current_tenant()
        rate = get_rate(self.settings, bucket, guest=guest)
        return Quota(bucket, rate, _window_key(tenant_id, bucket, subject)) if rate else None

    def consume(self, *quotas: Quota | None) -> None:
        """Count the current request in all quotas or in none.

        The deferred quota is counted too, in the same round trip. Raises ShopError TOO_MANY_REQUESTS.
        """
        # A transaction that is replayed belongs to the same request, which is counted once.
        counted = {state.quota for state in quota_states()}
        pending = [quota for quota in (*quotas, deferred_quota()) if quota and quota not in counted]
        if pending:
            self._record_result(
                self.local_windows.find_exhausted(pending)
                or self._count_in_redis(pending)
                or self._count_locally(pending)
            )

    def refuse_exhausted(self) -> None:
        """Refuse the current request when its deferred quota is exhausted.

        Counts nothing and asks no store: only what this process knows. Raises ShopError TOO_MANY_REQUESTS.
        """
        if quota := deferred_quota():
            self._refuse_exhausted(quota, in_memory=True)

    def run_with_deferred(
        self, run: Callable[[Sequence[WindowArgs]], C], replays: Quota | None = None, *, may_replay: bool = False
    ) -> C:
        """Run a script that also counts the deferred quota.

        A request that may be a replay counts in the quota of replays in its place, or in none.
        `run` receives the arguments of count.lua for both, none when nothing is deferred. Returns the result of `run`.
        Raises ShopError TOO_MANY_REQUESTS and the errors of `run`.
        """
        quota = deferred_quota()
        if quota is None:
            return run(())
        quotas = [quota, *([replays] if replays else [])]
        # Only the script knows if the request is a replay.
        self._refuse_exhausted(quota, in_memory=not may_replay)
        args = [self.local_windows.request_args(each) for each in quotas]
        try:
            result = run(args)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self.breaker.record_failure(error)
            raise
        if result.counts:
            counted = slice(-1, None) if result.is_replay else slice(1)
            self._record_result(self._update_windows(quotas[counted], args[counted], result.counts))
        elif result.is_replay:
            defer(None)
        return result

    def _probe(self) -> None:
        # Not PING: a server that refuses writes answers it.
        probe_writes(self.stores.cache)

    def _refuse_exhausted(self, quota: Quota, *, in_memory: bool) -> None:
        states = self.local_windows.find_exhausted([quota]) if in_memory else []
        if not states and self.breaker.opened_at is not None:
            states = self.local_windows.count_locally([quota], self.breaker.opened_at, dry_run=True)
        if states and states[0].refused:
            self._record_result(states)

    def _count_in_redis(self, quotas: Sequence[Quota]) -> list[QuotaState]:
        if not self.breaker.allow():
            return []
        windows = [self.local_windows.request_args(quota) for quota in quotas]
        arguments = [argument for window in windows for argument in window.arguments]
        try:
            counts = _limit_script(self.stores.cache, [window.key for window in windows], arguments)
        except RedisError as error:
            self.breaker.record_failure(error)
            return []
        return self._update_windows(quotas, windows, counts)

    def _update_windows(
        self, quotas: Sequence[Quota], args: Sequence[WindowArgs], counts: Sequence[int]
    ) -> list[QuotaState]:
        self.breaker.record_success()
        fits, *numbers = counts
        return [
            self.local_windows.update(quota, window, (fits, count, left))
            for quota, window, count, left in zip(quotas, args, numbers[::2], numbers[1::2], strict=True)
        ]

    def _count_locally(self, quotas: Sequence[Quota]) -> list[QuotaState]:
        for quota in quotas:
            self.metrics.count(LIMITS, quota.bucket, "alone")
        return self.local_windows.count_locally(quotas, self.breaker.opened_at)

    def _record_result(self, states: Sequence[QuotaState]) -> None:
        if has_request_context():
            state = current_state()
            state.quota_states, state.deferred_quota = [*quota_states(), *states], None
        refused = [state for state in states if state.refused]
        for state in refused:
            self.metrics.count(LIMITS, state.quota.bucket, "refused")
        if refused:
            seconds = max(state.reset_seconds for state in refused)
            # The member of draft-ietf-httpapi-ratelimit-headers, whose name is no identifier.
            policies = {"violated-policies": [str(state.quota.bucket) for state in refused]}
            raise ShopError(CoreExceptionCode.TOO_MANY_REQUESTS, seconds=seconds, retry_after=seconds, **policies)


def defer(quota: Quota | None) -> None:
    """Leave the counting of the current request to its route."""
    current_state().deferred_quota = quota


def scope_to_address(subject: str) -> str:
    """Combine a subject with the client address of the current request.

    Only for routes that count by address.
    """
    return f"{subject}@{current_state().client}"


def deferred_quota() -> Quota | None:
    """Return the quota that the route still has to count, or None."""
    quota: Quota | None = current_state().get("deferred_quota") if has_request_context() else None
    return quota


def quota_states() -> list[QuotaState]:
    """Return the states of the quotas that counted the current request."""
    states: list[QuotaState] = current_state().get("quota_states", []) if has_request_context() else []
    return states


@lru_cache(maxsize=10_000)
def _window_key(tenant_id: int, bucket: Bucket, subject: str) -> str:
    return RateLimiter.window(tenant=tenant_id, bucket=bucket, subject=subject)
