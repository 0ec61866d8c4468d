"""One request with an idempotency key: acquire, execute and record, or replay.

A key is finished if and only if its record exists, and the record is written in the transaction that it
describes. The lease in Redis is an optimization: it lets a second request wait instead of executing in vain.
"""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import orjson
from flask import Response, current_app, g
from werkzeug.exceptions import HTTPException

from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.core.database.errors import DBAPIError
from shop.core.database.transaction import in_transaction, recording
from shop.core.errors import CoreExceptionCode, DuplicateRow, ShopError
from shop.core.idempotency.record import (
    IdempotencyKey,
    IdempotencyStore,
    StoredResponse,
    add_replay_headers,
    require_same_request,
)
from shop.core.idempotency.recorder import ResponseRecorder, is_storable
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.bounded_wait import BoundedWait
from shop.core.settings.settings import Settings

_log = logging.getLogger(__name__)


@dataclass
class IdempotentCall:
    """One request with an idempotency key."""

    settings: Settings
    database: Database
    bounded_wait: BoundedWait
    clock: Clock
    store: IdempotencyStore
    key: IdempotencyKey
    render: Callable[[Any], Response]

    def run(self, view: Callable[[], Any]) -> Any:
        """Replay the stored response, or run the view and store its response.

        Raises ShopError when the key was used for another request (KEY_OTHER_...), is in use (KEY_IN_PROGRESS), or was
        used and the settings refuse duplicates (KEY_DUPLICATE); also the errors of the view.
        """
        token = secrets.token_hex(16)
        try:
            if stored := self._acquire(token):
                return self._replay(stored)
            return self._execute(view)
        finally:
            with suppress(RedisError):
                self.store.release(self.key, token)

    def _acquire(self, token: str) -> StoredResponse | None:
        """Return the stored response, or None when this request has to execute."""
        # First the lease, then the record: a request that finished before this lease was taken has left its record.
        holder = self._lease(token)
        stored = self._find_stored()
        if stored or holder is None:
            return stored
        require_same_request(self.key, holder)
        seconds = self.settings.idempotency_wait_seconds
        if not self.bounded_wait.poll(lambda: self._lease(token) is None or None, seconds):
            return self._find_stored() or self._raise_in_progress()
        return self._find_stored()

    def _raise_in_progress(self) -> NoReturn:
        _set_outcome("in_progress", self.key)
        raise ShopError(CoreExceptionCode.KEY_IN_PROGRESS, retry_after=retry_after())

    def _lease(self, token: str) -> str | None:
        try:
            return self.store.lease(self.key, token)
        except RedisError as error:
            # Without a lease two requests may execute at once; one of them commits, and the other one replays it.
            _log.warning("No lease for %s: %s", self.key.digest, error)
            return None

    def _find_stored(self) -> StoredResponse | None:
        stored = in_transaction(self.database, partial(self.store.find, self.key))
        if stored and stored.expires_at <= self.clock.now():
            self._delete(stored)
            return None
        return stored

    def _delete(self, stored: StoredResponse) -> None:
        # A separate transaction: its gap lock would otherwise block other requests until this one ends.
        in_transaction(self.database, partial(self.store.delete, self.key, stored))

    def _execute(self, view: Callable[[], Any]) -> Any:
        recorder = ResponseRecorder(self.store, self.clock, self.key, self.render)
        try:
            with recording(recorder):
                response = view()
        except (ShopError, HTTPException) as error:
            return self._store_error(recorder, error)
        except (DuplicateRow, DBAPIError):
            # Another attempt may have committed first; then its response is the result.
            if stored := self._find_stored():
                return self._replay(stored)
            raise
        _set_outcome("executed", self.key)
        return response

    def _store_error(self, recorder: ResponseRecorder, error: Exception) -> Any:
        """Store the error response of the view.

        An error before the view's transaction, or a temporary one, is not stored: the request may be repeated.
        """
        response: Response = current_app.make_response(current_app.handle_user_exception(error))
        # The view may have failed because another attempt has succeeded; then that response is the result.
        if recorder.started and (stored := self._find_stored()):
            return self._replay(stored)
        if not (recorder.started and is_storable(response.status_code)):
            _set_outcome("refused", self.key)
            return response
        try:
            in_transaction(self.database, partial(recorder.write, response))
        except DuplicateRow:
            stored = self._find_stored()
            return self._replay(stored) if stored else response
        _set_outcome("executed", self.key)
        return response

    def _replay(self, stored: StoredResponse) -> Response:
        require_same_request(self.key, stored.fingerprint)
        if self.settings.idempotency_on_duplicate == "error":
            _set_outcome("duplicate", self.key)
            raise ShopError(CoreExceptionCode.KEY_DUPLICATE)
        try:
            headers = [(str(name), str(value)) for name, value in orjson.loads(stored.headers)]
        except (ValueError, TypeError) as error:
            self._delete(stored)
            _set_outcome("corrupt", self.key)
            raise ShopError(CoreExceptionCode.RECORD_CORRUPT) from error
        _set_outcome("replayed", self.key)
        response = current_app.response_class(stored.body or b"", stored.status, headers)
        add_replay_headers(self.key, response)
        if stored.body is None:
            response.headers["Idempotency-Replay"] = "omitted"
        return response


def _set_outcome(outcome: str, key: IdempotencyKey) -> None:
    # `timed` reads it and counts it.
    g.idempotency_outcome = outcome
    _log.info("Idempotency key %s: %s", key.digest, outcome)
