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
from shop.core.database.transaction import in_transaction, sealing
from shop.core.errors import CoreExceptionCode, DuplicateRow, ShopError
from shop.core.idempotency.fingerprint import fingerprint
from shop.core.idempotency.metrics import measured
from shop.core.idempotency.policy import Policy, is_required, policy_of
from shop.core.idempotency.record import Keeper, Kept, Ticket, Who, compare, mark, plain_scope
from shop.core.idempotency.recorder import Seal, is_kept
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.bounded_wait import Patience
from shop.core.settings.settings import Settings

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_log = logging.getLogger(__name__)


class HasKeeper(Protocol):
    """A Controller."""

    keeper: Keeper


@dataclass
class Idempotency:
    """Sees to it that a keyed request runs once."""

    settings: Settings
    database: Database
    patience: Patience
    clock: Clock
    metrics: Metrics
    # Given by the app: who says whose a key is.
    resolve: Callable[[Request, Who], str | None] | None = field(init=False, default=None)

    def guard(self, controller: HasKeeper, who: Who, call: Callable[[], Any]) -> Any:
        """What `call` answers to the request that is being served; with a key, only once.

        Raises ShopError: KEY_MISSING, KEY_FORMAT, and what a KeyedRun raises.
        """
        policy = policy_of(controller, request.method, self.settings)
        ticket = self._ticket(policy, who) if policy else None
        if policy is None or ticket is None:
            return call()
        if policy.recorded:
            return measured(self.metrics, partial(KeyedRun(self, controller.keeper, ticket, g.render).answer, call))
        g.ticket = ticket
        return call()

    def _ticket(self, policy: Policy, who: Who) -> Ticket | None:
        name = self.settings.idempotency_header
        key = request.headers.get(name)
        if key is None:
            if is_required(policy, self.settings):
                raise ShopError(CoreExceptionCode.KEY_MISSING, header=name)
            return None
        if not _KEY.fullmatch(key):
            raise ShopError(CoreExceptionCode.KEY_FORMAT, header=name)
        scope = (self.resolve and self.resolve(request, who)) or f"user:{who.user_id}"
        asks = fingerprint(request, policy.excluded, body=policy.compare)
        return Ticket(who.tenant_id, plain_scope(scope), key, asks, policy.ttl or self.settings.idempotency_ttl)


@dataclass
class KeyedRun:
    """One keyed request."""

    idempotency: Idempotency
    keeper: Keeper
    ticket: Ticket
    render: Callable[[Any], Response]

    def answer(self, call: Callable[[], Any]) -> Any:
        """A kept answer, or what `call` makes, kept by the commit of what it did.

        Raises ShopError: MISMATCH, DUPLICATE, IN_PROGRESS; and whatever `call` raises.
        """
        token = secrets.token_hex(16)
        try:
            if kept := self._enter(token):
                return self._replay(kept)
            return self._run(call)
        finally:
            with suppress(RedisError):
                self.keeper.release(self.ticket, token)

    def _enter(self, token: str) -> Kept | None:
        """What is kept; None when it is ours to do."""
        # The lease before the record: whoever finished before we asked for the lease has left a record by now.
        holder = self._lease(token)
        kept = self._find()
        if kept or holder is None:
            return kept
        compare(self.ticket, holder)
        seconds = self.idempotency.settings.idempotency_wait_seconds
        if not self.idempotency.patience.wait(lambda: self._lease(token) is None or None, seconds):
            return self._find() or self._refuse()
        return self._find()

    def _refuse(self) -> NoReturn:
        _count("in_progress", self.ticket)
        raise ShopError(CoreExceptionCode.KEY_IN_PROGRESS, retry_after=retry_after())

    def _lease(self, token: str) -> str | None:
        try:
            return self.keeper.lease(self.ticket, token)
        except RedisError as error:
            # Two may work at once then; one of them commits, and the other replays it.
            _log.warning("No lease for %s: %s", self.ticket.name, error)
            return None

    def _find(self) -> Kept | None:
        kept = in_transaction(self.idempotency.database, partial(self.keeper.find, self.ticket))
        if kept and kept.expires_at <= self.idempotency.clock.now():
            # In a transaction of its own: the gap it locks would stop others for as long as the request takes.
            in_transaction(self.idempotency.database, partial(self.keeper.drop, self.ticket, kept))
            return None
        return kept

    def _run(self, call: Callable[[], Any]) -> Any:
        seal = Seal(self.keeper, self.idempotency.clock, self.ticket, self.render)
        try:
            with sealing(seal):
                answer = call()
        except (ShopError, HTTPException) as error:
            return self._keep_refusal(seal, error)
        except (DuplicateRow, DBAPIError):
            # Perhaps another attempt won, and its answer is the answer.
            if kept := self._find():
                return self._replay(kept)
            raise
        _count("executed", self.ticket)
        return answer

    def _keep_refusal(self, seal: Seal, error: Exception) -> Any:
        """Keep what the handler itself refused; what was refused before it, or only for now, may be tried again."""
        answer: Response = current_app.make_response(current_app.handle_user_exception(error))
        # Perhaps it was refused because another attempt has done it: then that one's answer is the answer.
        if seal.begun and (kept := self._find()):
            return self._replay(kept)
        if not (seal.begun and is_kept(answer.status_code)):
            _count("refused", self.ticket)
            return answer
        try:
            in_transaction(self.idempotency.database, partial(seal.write, answer))
        except DuplicateRow:
            kept = self._find()
            return self._replay(kept) if kept else answer
        _count("executed", self.ticket)
        return answer

    def _replay(self, kept: Kept) -> Response:
        compare(self.ticket, kept.asks)
        if self.idempotency.settings.idempotency_on_duplicate == "error":
            _count("duplicate", self.ticket)
            raise ShopError(CoreExceptionCode.KEY_DUPLICATE)
        try:
            headers = [(str(name), str(value)) for name, value in orjson.loads(kept.headers)]
        except (ValueError, TypeError) as error:
            in_transaction(self.idempotency.database, partial(self.keeper.drop, self.ticket, kept))
            _count("corrupt", self.ticket)
            raise ShopError(CoreExceptionCode.RECORD_CORRUPT) from error
        _count("replayed", self.ticket)
        answer = current_app.response_class(kept.body or b"", kept.status, headers)
        mark(self.ticket, answer)
        if kept.body is None:
            answer.headers["Idempotency-Replay"] = "omitted"
        return answer


def _count(outcome: str, ticket: Ticket) -> None:
    g.keyed = outcome
    _log.info("Idempotency key %s: %s", ticket.name, outcome)
