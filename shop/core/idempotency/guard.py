"""Idempotency keys: a write may be sent again as often as its sender likes, and has one effect and one answer.

A key is finished if and only if its record exists, and the record is written by the commit of what it describes. The
lease in Redis is only politeness: it lets a second request wait instead of working in vain.
"""

import logging
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn, Protocol

import orjson
from flask import Request, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction, recording
from shop.core.errors import CoreExceptionCode, DuplicateRow, ShopError
from shop.core.idempotency.fingerprint import compute_fingerprint
from shop.core.idempotency.metrics import timed
from shop.core.idempotency.policy import IdempotencyPolicy, get_policy, is_required
from shop.core.idempotency.record import (
    IdempotencyKey,
    IdempotencyStore,
    Principal,
    StoredResponse,
    add_replay_headers,
    require_same_request,
    storable_scope,
)
from shop.core.idempotency.recorder import ResponseRecorder, is_storable
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_log = logging.getLogger(__name__)


class HasIdempotencyStore(Protocol):
    """A Controller."""

    idempotency_store: IdempotencyStore


@dataclass
class IdempotencyGuard:
    """Sees to it that a keyed request runs once."""

    settings: Settings
    database: Database
    bounded_wait: BoundedWait
    clock: Clock
    metrics: Metrics
    # Given by the app: who says whose a key is.
    scope_resolver: Callable[[Request, Principal], str | None] | None = field(init=False, default=None)

    def guard(self, controller: HasIdempotencyStore, principal: Principal, call: Callable[[], Any]) -> Any:
        """What `call` answers to the request that is being served; with a key, only once.

        Raises ShopError: KEY_MISSING, KEY_FORMAT, and what a IdempotentCall raises.
        """
        policy = get_policy(controller, request.method, self.settings)
        ticket = self._read_key(policy, principal) if policy else None
        if policy is None or ticket is None:
            return call()
        if policy.store_response:
            return timed(
                self.metrics, partial(IdempotentCall(self, controller.idempotency_store, ticket, g.render).run, call)
            )
        g.idempotency_key = ticket
        return call()

    def _read_key(self, policy: IdempotencyPolicy, principal: Principal) -> IdempotencyKey | None:
        name = self.settings.idempotency_header
        key = request.headers.get(name)
        if key is None:
            if is_required(policy, self.settings):
                raise ShopError(CoreExceptionCode.KEY_MISSING, header=name)
            return None
        if not _KEY.fullmatch(key):
            raise ShopError(CoreExceptionCode.KEY_FORMAT, header=name)
        scope = (self.scope_resolver and self.scope_resolver(request, principal)) or f"user:{principal.user_id}"
        asks = compute_fingerprint(request, policy.excluded_fields, body=policy.compare_body)
        return IdempotencyKey(
            principal.tenant_id, storable_scope(scope), key, asks, policy.ttl or self.settings.idempotency_ttl
        )


@dataclass
class IdempotentCall:
    """One keyed request."""

    guard: IdempotencyGuard
    store: IdempotencyStore
    key: IdempotencyKey
    render: Callable[[Any], Response]

    def run(self, call: Callable[[], Any]) -> Any:
        """A kept answer, or what `call` makes, kept by the commit of what it did.

        Raises ShopError: MISMATCH, DUPLICATE, IN_PROGRESS; and whatever `call` raises.
        """
        token = secrets.token_hex(16)
        try:
            if kept := self._acquire(token):
                return self._replay(kept)
            return self._execute(call)
        finally:
            with suppress(RedisError):
                self.store.release(self.key, token)

    def _acquire(self, token: str) -> StoredResponse | None:
        """What is kept; None when it is ours to do."""
        # The lease before the record: whoever finished before we asked for the lease has left a record by now.
        holder = self._lease(token)
        kept = self._find_stored()
        if kept or holder is None:
            return kept
        require_same_request(self.key, holder)
        seconds = self.guard.settings.idempotency_wait_seconds
        if not self.guard.bounded_wait.poll(lambda: self._lease(token) is None or None, seconds):
            return self._find_stored() or self._raise_in_progress()
        return self._find_stored()

    def _raise_in_progress(self) -> NoReturn:
        _count_outcome("in_progress", self.key)
        raise ShopError(CoreExceptionCode.KEY_IN_PROGRESS, retry_after=retry_after())

    def _lease(self, token: str) -> str | None:
        try:
            return self.store.lease(self.key, token)
        except RedisError as error:
            # Two may work at once then; one of them commits, and the other replays it.
            _log.warning("No lease for %s: %s", self.key.digest, error)
            return None

    def _find_stored(self) -> StoredResponse | None:
        kept = in_transaction(self.guard.database, partial(self.store.find, self.key))
        if kept and kept.expires_at <= self.guard.clock.now():
            # In a transaction of its own: the gap it locks would stop others for as long as the request takes.
            in_transaction(self.guard.database, partial(self.store.delete, self.key, kept))
            return None
        return kept

    def _execute(self, call: Callable[[], Any]) -> Any:
        seal = ResponseRecorder(self.store, self.guard.clock, self.key, self.render)
        try:
            with recording(seal):
                answer = call()
        except (ShopError, HTTPException) as error:
            return self._store_error(seal, error)
        except (DuplicateRow, DBAPIError):
            # Perhaps another attempt won, and its answer is the answer.
            if kept := self._find_stored():
                return self._replay(kept)
            raise
        _count_outcome("executed", self.key)
        return answer

    def _store_error(self, recorder: ResponseRecorder, error: Exception) -> Any:
        """Keep what the handler itself refused; what was refused before it, or only for now, may be tried again."""
        answer: Response = current_app.make_response(current_app.handle_user_exception(error))
        # Perhaps it was refused because another attempt has done it: then that one's answer is the answer.
        if recorder.started and (kept := self._find_stored()):
            return self._replay(kept)
        if not (recorder.started and is_storable(answer.status_code)):
            _count_outcome("refused", self.key)
            return answer
        try:
            in_transaction(self.guard.database, partial(recorder.write, answer))
        except DuplicateRow:
            kept = self._find_stored()
            return self._replay(kept) if kept else answer
        _count_outcome("executed", self.key)
        return answer

    def _replay(self, stored: StoredResponse) -> Response:
        require_same_request(self.key, stored.fingerprint)
        if self.guard.settings.idempotency_on_duplicate == "error":
            _count_outcome("duplicate", self.key)
            raise ShopError(CoreExceptionCode.KEY_DUPLICATE)
        try:
            headers = [(str(name), str(value)) for name, value in orjson.loads(stored.headers)]
        except (ValueError, TypeError) as error:
            in_transaction(self.guard.database, partial(self.store.delete, self.key, stored))
            _count_outcome("corrupt", self.key)
            raise ShopError(CoreExceptionCode.RECORD_CORRUPT) from error
        _count_outcome("replayed", self.key)
        answer = current_app.response_class(stored.body or b"", stored.status, headers)
        add_replay_headers(self.key, answer)
        if stored.body is None:
            answer.headers["Idempotency-Replay"] = "omitted"
        return answer


def _count_outcome(outcome: str, key: IdempotencyKey) -> None:
    g.idempotency_outcome = outcome
    _log.info("Idempotency key %s: %s", key.digest, outcome)
