"""Reservations of stock in Redis, one method for each strategy."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.cache_managers.optimistic_lock import OptimisticLockCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.order import Strategy
from shop.constants.stock import ReserveOutcome
from shop.core.idempotency.record import require_same_request
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.redis.stores import RedisError
from shop.core.settings.settings import Settings
from shop.supports.reservation import Purchase, ReserveResult, parse_reserve_answer


@dataclass(frozen=True)
class ReserveSteps:
    """Steps that reserve stock and use up the rate limit."""

    stock: StockCacheManager
    optimistic_lock: OptimisticLockCacheManager
    keys: IdempotencyRecordCacheManager
    rate_limiter: RateLimiter
    settings: Settings

    def check_key(self, purchase: Purchase) -> None:
        """Raise ShopError when the key belongs to another request.

        Without Redis the key is not checked.
        """
        with suppress(RedisError):
            if (
                purchase.idempotency_key
                and (fingerprint := self.keys.find_fingerprint(purchase.idempotency_key)) is not None
            ):
                require_same_request(purchase.idempotency_key, fingerprint)

    def store_key(self, purchase: Purchase) -> None:
        """Store the fingerprint of the request that used the key."""
        with suppress(RedisError):
            if purchase.idempotency_key:
                self.keys.store_fingerprint(purchase.idempotency_key)

    @cached_property
    def _reserve_by_strategy(self) -> Callable[[Purchase], ReserveResult]:
        # `db` is missing: its purchases are direct sales, without a reservation.
        methods = {
            Strategy.SCRIPT: self._reserve_by_script,
            Strategy.LOCK: self._reserve_by_lock,
            Strategy.WATCH: self._reserve_by_watch,
        }
        return methods[Strategy(self.settings.purchase_strategy)]

    def _reserve_by_script(self, purchase: Purchase) -> ReserveResult:
        reserve = partial(self.stock.reserve, purchase, self.settings.backlog_max)
        if self.stock.shares_cache_server(purchase):
            key = self.keys.key_name(purchase.idempotency_key) if purchase.idempotency_key else None
            return self.rate_limiter.run_with_deferred(partial(reserve, key))
        return self._reserve_in_steps(purchase, reserve)

    def _reserve_by_lock(self, purchase: Purchase) -> ReserveResult:
        call = self.stock.script_call(purchase, self.settings.backlog_max)
        return self._reserve_in_steps(purchase, lambda: parse_reserve_answer(self.optimistic_lock.lock(*call)))

    def _reserve_by_watch(self, purchase: Purchase) -> ReserveResult:
        call = self.stock.script_call(purchase, self.settings.backlog_max)
        return self._reserve_in_steps(purchase, lambda: parse_reserve_answer(self.optimistic_lock.watch(*call)))

    def _reserve_in_steps(self, purchase: Purchase, reserve: Callable[[], ReserveResult]) -> ReserveResult:
        # Two servers, or an optimistic lock: one more round trip for the limit, and two for a key.
        self.rate_limiter.consume()
        self.check_key(purchase)
        reserved = reserve()
        if reserved.outcome is ReserveOutcome.RESERVED:
            self.store_key(purchase)
        return reserved
