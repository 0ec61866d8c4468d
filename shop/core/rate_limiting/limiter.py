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
from shop.core.rate_limiting.quota import Budget, Quota, Standing, rate_of
from shop.core.rate_limiting.windows import Told, Windows
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisConnectionError, RedisError, RedisStores, RedisTimeoutError
from shop.core.resilience.circuit_breaker import Breaker
from shop.core.settings.settings import Settings
from shop.core.tenant import current_tenant

LIMITS = Counter(
    "shop_limits", "Requests that a limit refused, or that were counted without Redis.", ("budget", "outcome")
)
# The Lua functions that count requests; scripts that enforce limits begin with them.
COUNTING = Path(__file__).parent / "lua" / "count.lua"
_limit = Script(COUNTING.with_name("limit.lua"), COUNTING)


class Counted(Protocol):
    """The answer of a script that was asked to count a request; `spent` is empty when it had no reason to."""

    @property
    def spent(self) -> tuple[int, ...]:
        """What count.lua answers."""


C = TypeVar("C", bound=Counted)


@dataclass
class Limits:
    """Counts requests, and refuses those that are too many."""

    window = Key("{tenant}:quota:{budget}:{who}")

    settings: Settings
    stores: RedisStores
    metrics: Metrics
    breaker: Breaker = field(init=False)
    windows: Windows = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker("Limits are counted", self._probe, RedisError)
        self.windows = Windows(self.settings.web_workers)

    def quota(self, budget: Budget, who: str, tenant_id: int | None = None) -> Quota | None:
        """What somebody of a tenant, by default the current one, may ask for; None when the settings limit nothing."""
        tenant_id = tenant_id or current_tenant()
        rate = rate_of(self.settings, budget)
        return Quota(budget, rate, _name(tenant_id, budget, who)) if rate else None

    def spend(self, *quotas: Quota | None) -> None:
        """Count the request that is served in these and in what is pending, all or none: one round trip.

        Raises ShopError TOO_MANY_REQUESTS.
        """
        # A transaction that is replayed is one request still.
        done = {standing.quota for standing in standings()}
        counted = [quota for quota in (*quotas, pending()) if quota and quota not in done]
        if counted:
            self._settle(self.windows.find_spent(counted) or self._ask(counted) or self._count_alone(counted))

    def join(self, run: Callable[[Told | None], C]) -> C:
        """What `run` answers, whose script counts what is pending in the round trip that it makes anyway.

        Raises ShopError TOO_MANY_REQUESTS, and what `run` raises.
        """
        quota = pending()
        if quota is None:
            return run(None)
        self._refuse_known(quota)
        told = self.windows.tell(quota)
        try:
            answer = run(told)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self.breaker.failed(error)
            raise
        if answer.spent:
            self._settle(self._learn([quota], [told], answer.spent))
        return answer

    def _probe(self) -> None:
        self.stores.cache.ping()

    def _refuse_known(self, quota: Quota) -> None:
        known = self.windows.find_spent([quota])
        if not known and self.breaker.since is not None:
            known = self.windows.count_alone([quota], self.breaker.since, look=True)
        if known and known[0].refused:
            self._settle(known)

    def _ask(self, quotas: Sequence[Quota]) -> list[Standing]:
        if not self.breaker.lets_through():
            return []
        told = [self.windows.tell(quota) for quota in quotas]
        words = [word for each in told for word in each.words]
        try:
            answer = _limit(self.stores.cache, [each.key for each in told], words)
        except RedisError as error:
            self.breaker.failed(error)
            return []
        return self._learn(quotas, told, answer)

    def _learn(self, quotas: Sequence[Quota], told: Sequence[Told], answer: Sequence[int]) -> list[Standing]:
        self.breaker.worked()
        fits, *numbers = answer
        return [
            self.windows.learn(quota, each, (fits, count, left))
            for quota, each, count, left in zip(quotas, told, numbers[::2], numbers[1::2], strict=True)
        ]

    def _count_alone(self, quotas: Sequence[Quota]) -> list[Standing]:
        for quota in quotas:
            self.metrics.count(LIMITS, quota.budget, "alone")
        return self.windows.count_alone(quotas, self.breaker.since)

    def _settle(self, found: Sequence[Standing]) -> None:
        if has_request_context():
            g.standings, g.pending_quota = [*standings(), *found], None
        refused = [standing for standing in found if standing.refused]
        for standing in refused:
            self.metrics.count(LIMITS, standing.quota.budget, "refused")
        if refused:
            seconds = max(standing.seconds for standing in refused)
            raise ShopError(CoreExceptionCode.TOO_MANY_REQUESTS, seconds=seconds, retry_after=seconds)


def leave_pending(quota: Quota | None) -> None:
    """Let the route count the request that is served, in a round trip that it makes anyway."""
    g.pending_quota = quota


def at_this_address(who: str) -> str:
    """The name of somebody who comes from the address that the request does, whose route counts by address."""
    return f"{who}@{g.client}"


def pending() -> Quota | None:
    """What the request that is served is still to be counted in."""
    quota: Quota | None = g.get("pending_quota") if has_request_context() else None
    return quota


def standings() -> list[Standing]:
    """How the client stands with what the request that is served was counted in."""
    found: list[Standing] = g.get("standings", []) if has_request_context() else []
    return found


@lru_cache(maxsize=10_000)
def _name(tenant_id: int, budget: Budget, who: str) -> str:
    return Limits.window(tenant=tenant_id, budget=budget, who=who)
