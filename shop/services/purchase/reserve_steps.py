"""Reservations of stock in Redis, one method for each strategy."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.cache_managers.optimistic_lock import OptimisticLockCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.order import Strategy
from shop.constants.stock import ReserveOutcome
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.metrics import IDEMPOTENT_REQUESTS
from shop.core.idempotency.record import UnreadableRecord, require_same_request
from shop.core.metrics.metrics import Metrics
from shop.core.rate_limiting.limiter import RateLimiter, defer, deferred_quota
from shop.core.rate_limiting.quota import Bucket, Quota
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
    metrics: Metrics

    def count_purchase(self, purchase: Purchase) -> str | None:
        """Use up the rate limit of a purchase.

        Called where the script does not count. A replay uses up that of replays. Returns the fingerprint of another
        request that used the key. Raises ShopError TOO_MANY_REQUESTS, and RECORD_CORRUPT for a damaged note.
        """
        fingerprints = self._read_fingerprints(purchase)
        other = self._find_other(purchase, fingerprints)
        if fingerprints and other is None and deferred_quota():
            defer(self._replay_quota(purchase))
        self.rate_limiter.consume()
        return other

    def require_unused(self, purchase: Purchase, other: str | None) -> None:
        """Raise ShopError when another request used the key of a purchase."""
        if purchase.idempotency_key and other:
            require_same_request(purchase.idempotency_key, other)

    def count_replay(self) -> None:
        """Count a replay; raise ShopError KEY_DUPLICATE where the settings refuse replays."""
        refused = self.settings.idempotency_on_duplicate == "error"
        self.metrics.count(IDEMPOTENT_REQUESTS, "duplicate" if refused else "replayed")
        if refused:
            raise ShopError(CoreExceptionCode.KEY_DUPLICATE)

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
        if not self.stock.shares_cache_server(purchase):
            return self._reserve_in_steps(purchase, reserve)
        key = purchase.idempotency_key
        if key is None:
            return self.rate_limiter.run_with_deferred(partial(reserve, ()))
        reserve = partial(reserve, self.keys.key_names(key))
        reserved = self.rate_limiter.run_with_deferred(reserve, self._replay_quota(purchase), may_replay=True)
        if reserved.outcome is ReserveOutcome.KEY_REUSED and not key.fingerprint.find_difference(
            reserved.used_fingerprint
        ):
            # The same request, whose numbers are spelled in another way.
            return reserve(accepted=reserved.used_fingerprint)
        return reserved

    def _reserve_by_lock(self, purchase: Purchase) -> ReserveResult:
        call = self.stock.script_call(purchase, self.settings.backlog_max)
        return self._reserve_in_steps(purchase, lambda: parse_reserve_answer(self.optimistic_lock.lock(*call)))

    def _reserve_by_watch(self, purchase: Purchase) -> ReserveResult:
        call = self.stock.script_call(purchase, self.settings.backlog_max)
        return self._reserve_in_steps(purchase, lambda: parse_reserve_answer(self.optimistic_lock.watch(*call)))

    def _reserve_in_steps(self, purchase: Purchase, reserve: Callable[[], ReserveResult]) -> ReserveResult:
        # Two servers, or an optimistic lock: one more round trip for the limit, and two for a key.
        self.require_unused(purchase, self.count_purchase(purchase))
        reserved = reserve()
        if reserved.outcome is ReserveOutcome.RESERVED:
            self.store_key(purchase)
        return reserved

    def _read_fingerprints(self, purchase: Purchase) -> list[str]:
        # Without Redis the key is not checked.
        with suppress(RedisError):
            try:
                return self.keys.read_fingerprints(purchase.idempotency_key) if purchase.idempotency_key else []
            except UnreadableRecord as error:
                raise ShopError(CoreExceptionCode.RECORD_CORRUPT) from error
        return []

    def _find_other(self, purchase: Purchase, fingerprints: Iterable[str]) -> str | None:
        key = purchase.idempotency_key
        return next((used for used in fingerprints if key and key.fingerprint.find_difference(used)), None)

    def _replay_quota(self, purchase: Purchase) -> Quota | None:
        return self.rate_limiter.get_quota(Bucket.REPLAY, f"user-{purchase.user_id}", purchase.tenant_id)
