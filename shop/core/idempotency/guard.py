"""Idempotency guard: a repeated request with its key takes effect once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Request

from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import current_request, current_state, header_key
from shop.core.idempotency.call import IdempotentCall
from shop.core.idempotency.fingerprint import compute_fingerprint
from shop.core.idempotency.key_spelling import is_repeated, is_valid
from shop.core.idempotency.metrics import timed
from shop.core.idempotency.policy import IdempotencyPolicy, get_policy, is_required
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, Principal, storable_scope
from shop.core.metrics.metrics import Metrics
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings


class HasIdempotencyStore(Protocol):
    """A Controller with a store for leases and records."""

    idempotency_store: IdempotencyStore


@dataclass
class IdempotencyGuard:
    """Entry point for writes that accept an idempotency key."""

    settings: Settings
    database: Database
    bounded_wait: BoundedWait
    clock: Clock
    metrics: Metrics
    # Set by the app. Returns the scope in which a key is unique, or None for the scope of the user.
    scope_resolver: Callable[[Request, Principal], str | None] | None = field(init=False, default=None)

    def guard(self, controller: HasIdempotencyStore, principal: Principal, view: Callable[[], Any]) -> Any:
        """Run the view of the request, at most once per key.

        Returns the response of the view or the stored one. Raises ShopError KEY_MISSING, KEY_REPEATED or
        KEY_FORMAT, and what IdempotentCall.run raises.
        """
        request = current_request()
        policy = get_policy(type(controller), request.method, self.settings)
        key = self._read_key(request, policy, principal) if policy else None
        if policy is None or key is None:
            return view()
        if not policy.store_response:
            current_state().idempotency_key = key
            return view()
        store, render = controller.idempotency_store, current_state().render
        call = IdempotentCall(self.settings, self.database, self.bounded_wait, self.clock, store, key, render)
        return timed(self.metrics, lambda: call.run(view))

    def _read_key(self, request: Request, policy: IdempotencyPolicy, principal: Principal) -> IdempotencyKey | None:
        name = self.settings.idempotency_header
        value = request.environ.get(header_key(name))
        if value is None:
            if is_required(policy, self.settings):
                raise ShopError(CoreExceptionCode.KEY_MISSING, header=name)
            return None
        if is_repeated(value):
            raise ShopError(CoreExceptionCode.KEY_REPEATED, header=name)
        if not is_valid(value):
            raise ShopError(CoreExceptionCode.KEY_FORMAT, header=name)
        scope = (self.scope_resolver and self.scope_resolver(request, principal)) or f"user:{principal.user_id}"
        fingerprint = compute_fingerprint(request, policy.excluded_fields, body=policy.compare_body)
        ttl = policy.ttl or self.settings.idempotency_ttl
        return IdempotencyKey(principal.tenant_id, storable_scope(scope), value, fingerprint, ttl)
