"""One request with an idempotency key: acquire, execute and record, or replay.

A key is finished if and only if its record exists, and the record is written in the transaction that it
describes. The lease in Redis is an optimization: it lets a second request wait instead of executing in vain.
"""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

from flask import Response, current_app, g
from werkzeug.exceptions import HTTPException

from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.core.database.errors import DBAPIError
from shop.core.database.transaction import in_transaction, recording
from shop.core.errors import CoreExceptionCode, DuplicateRow, ShopError
from shop.core.idempotency.integrity import read_stored
from shop.core.idempotency.lookup import RecordLookup
from shop.core.idempotency.record import (
    NOTE,
    IdempotencyKey,
    IdempotencyStore,
    StoredResponse,
    UnreadableRecord,
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
    lookup: RecordLookup = field(init=False)
    # Expiry of the record of this request, once there is one.
    _expires_at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.lookup = RecordLookup(self.database, self.clock, self.store, self.key)

    def run(self, view: Callable[[], Any]) -> Any:
        """Replay the stored response, or run the view and store its response.

        Raises ShopError when the key was used for another request (KEY_OTHER_...), is in use (KEY_IN_PROGRESS), was
        used and the settings refuse duplicates (KEY_DUPLICATE), or has a damaged record (RECORD_CORRUPT); also the
        errors of the view.
        """
        token = secrets.token_hex(16)
        try:
            if stored := self._acquire(token):
                return self._replay(stored)
            return self._execute(view)
        finally:
            with suppress(RedisError):
                self.store.release(self.key, token, self._note_seconds())

    def _acquire(self, token: str) -> StoredResponse | None:
        """Return the stored response, or None when this request has to execute."""
        # First the lease, then the record: a request that finished before this lease was taken has left its record.
        holder = self._lease(token)
        stored = self._find_stored()
        if stored or holder is None:
            return stored
        if holder.startswith(NOTE):
            return self._take_over(token, holder)
        require_same_request(self.key, holder)
        if not self.bounded_wait.poll(partial(self._is_over, token), self.settings.idempotency_wait_seconds):
            return self._find_stored() or self._raise_in_progress()
        return self._find_stored()

    def _take_over(self, token: str, note: str) -> StoredResponse | None:
        """Use a key whose note has no record.

        The note is that of a purchase, or its record has expired.
        """
        fingerprint = note.removeprefix(NOTE)
        if fingerprint != self.lookup.expired_fingerprint:
            require_same_request(self.key, fingerprint)
        if self._lease(token, note):
            self._raise_in_progress()
        return self._find_stored()

    def _is_over(self, token: str) -> bool | None:
        holder = self._lease(token)
        return holder is None or holder.startswith(NOTE) or None

    def _raise_in_progress(self) -> NoReturn:
        _set_outcome("in_progress", self.key)
        raise ShopError(CoreExceptionCode.KEY_IN_PROGRESS, retry_after=retry_after())

    def _lease(self, token: str, over: str = "") -> str | None:
        try:
            return self.store.lease(self.key, token, *([over] if over else []))
        except RedisError as error:
            # Without a lease two requests may execute at once; one of them commits, and the other one replays it.
            _log.warning("No lease for %s: %s", self.key.digest, error)
            return None
        except UnreadableRecord as error:
            # It is deleted by now. A damaged note does not matter when the key has a record.
            _log.warning("The note of %s was damaged: %s", self.key.digest, error)
            return self._lease(token) if self._find_stored() else self._raise_corrupt(error)

    def _find_stored(self) -> StoredResponse | None:
        try:
            return self.lookup.find()
        except UnreadableRecord as error:
            self._raise_corrupt(error)

    def _raise_corrupt(self, error: UnreadableRecord) -> NoReturn:
        _log.error("The record of %s was damaged: %s", self.key.digest, error)
        _set_outcome("corrupt", self.key)
        raise ShopError(CoreExceptionCode.RECORD_CORRUPT) from error

    def _note_seconds(self) -> float:
        """Return the remaining life of the record, 0 without one."""
        return max(0.0, (self._expires_at - self.clock.now()).total_seconds()) if self._expires_at else 0.0

    def _execute(self, view: Callable[[], Any]) -> Any:
        recorder = ResponseRecorder(self.store, self.clock, self.key, self.render)
        try:
            with recording(recorder):
                response = view()
                self._expires_at = recorder.expires_at
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
            self._expires_at = recorder.expires_at
        except DuplicateRow:
            stored = self._find_stored()
            return self._replay(stored) if stored else response
        _set_outcome("executed", self.key)
        return response

    def _replay(self, stored: StoredResponse) -> Response:
        require_same_request(self.key, stored.fingerprint)
        self._expires_at = stored.expires_at
        if self.settings.idempotency_on_duplicate == "error":
            _set_outcome("duplicate", self.key)
            raise ShopError(CoreExceptionCode.KEY_DUPLICATE)
        _set_outcome("replayed", self.key)
        response = current_app.response_class(stored.body or b"", stored.status, read_stored(stored))
        add_replay_headers(self.key, response)
        if stored.body is None:
            response.headers["Idempotency-Replay"] = "omitted"
        return response


def _set_outcome(outcome: str, key: IdempotencyKey) -> None:
    # `timed` reads it and counts it.
    g.idempotency_outcome = outcome
    _log.info("Idempotency key %s: %s", key.digest, outcome)
