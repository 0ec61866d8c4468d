"""Transactions: the only place that begins, commits, rolls back and replays them."""

import logging
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cached_property, partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from shop.core.context import set_temporarily
from shop.core.database.engine import Database
from shop.core.database.mysql import is_timeout
from shop.core.database.tenant_filter import SCOPE_KEY
from shop.core.resilience.backoff import Backoff
from shop.core.resilience.deadline import REQUEST_BUDGET_SECONDS, remaining
from shop.core.tenant import TenantError, current_scope

REPLAYS = 3
_ATTEMPTS = Backoff(tries=REPLAYS + 1, budget=math.inf, base=0.05, cap=math.inf)
# MySQL: deadlock victim, lock wait time-out. The server has rolled back, so a replay is safe at any point.
_ROLLED_BACK_CODES = {1213, 1205}
# MySQL: server gone, connection lost. A replay is safe only before the COMMIT was sent.
_CONNECTION_LOST_CODES = {2006, 2013}
_AT_COMMIT = "during commit"

P = ParamSpec("P")
R = TypeVar("R")
_log = logging.getLogger(__name__)


class HasDatabase(Protocol):
    """Owner of transactional methods: a Controller or a Job."""

    database: Database


class Transaction:
    """Unit of work: a session and the hooks of its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.before_commit_hooks: list[Callable[[], object]] = []
        self.after_commit_hooks: list[Callable[[], object]] = []

    @cached_property
    def session(self) -> Session:
        """Session of the current tenant, opened at first use. Raises DatabaseUnavailable."""
        self._database.require_available()
        return self._database.session_maker(info={SCOPE_KEY: current_scope()})

    @property
    def started(self) -> bool:
        """True once the session was used."""
        return "session" in self.__dict__


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_recorder: ContextVar[Callable[[Callable[[], Any]], Any] | None] = ContextVar("recorder", default=None)


class TransactionError(RuntimeError):
    """Programming error in the use of transactions."""


def current_session() -> Session:
    """Return the session of the running transaction.

    Raises TransactionError outside of a transaction, TenantError when the tenant has changed since it began.
    """
    session = _require_transaction().session
    if session.info[SCOPE_KEY] != current_scope():
        raise TenantError("A transaction is one tenant's: enter the tenant first, then begin.")
    return session


def is_unused() -> bool:
    """Return True without a transaction, or before it has used its session."""
    transaction = _current.get()
    return transaction is None or not transaction.started


def before_commit(call: Callable[..., object], *args: object, **kwargs: object) -> None:
    """Register a call just before the commit; its failure prevents the commit."""
    _require_transaction().before_commit_hooks.append(partial(call, *args, **kwargs))


def after_commit(call: Callable[..., object], *args: object, **kwargs: object) -> None:
    """Register a call that runs only after the transaction has committed."""
    _require_transaction().after_commit_hooks.append(partial(call, *args, **kwargs))


def recording(recorder: Callable[[Callable[[], Any]], Any]) -> AbstractContextManager[object]:
    """Have @transactional methods run by a recorder, inside their transaction."""
    return set_temporarily(_recorder, recorder)


def release_connection() -> None:
    """Commit a transaction that has only read, and return its connection.

    Raises TransactionError when something was written or a hook registered: that is committed with the whole method.
    """
    transaction = _require_transaction()
    if not transaction.started:
        return
    session = transaction.session
    if session.new or session.dirty or session.deleted or transaction.after_commit_hooks:
        raise TransactionError("The transaction has written something: it cannot be committed in parts.")
    session.commit()


def transactional(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Run a Controller's or Job's method in one transaction of its database.

    The method is replayed, at most three times and with jitter, after a deadlock, a lock time-out or a lost connection.
    Raises TransactionError when transactions are nested.
    """

    @wraps(method)
    def run(self: HasDatabase, /, *args: P.args, **kwargs: P.kwargs) -> R:
        work, recorder = partial(method, self, *args, **kwargs), _recorder.get()
        return in_transaction(self.database, partial(recorder, work) if recorder else work)  # type: ignore[no-any-return]

    run.__transactional__ = True  # type: ignore[attr-defined]  # read by the architecture check
    return run


def in_transaction(database: Database, work: Callable[[], R]) -> R:
    """Run the work in one transaction and return its result.

    For use in the core; other code uses @transactional.
    """
    if _current.get() is not None:
        raise TransactionError("A transaction is running already: only a Controller or a Job begins one.")
    for replay in _ATTEMPTS.attempts():
        try:
            return _attempt(database, work)
        except OperationalError as error:
            if replay == REPLAYS or not _is_replayable(error):
                raise
    raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns or raises


def _attempt(database: Database, work: Callable[[], R]) -> R:
    transaction = Transaction(database)
    token = _current.set(transaction)
    try:
        result = work()
        if transaction.started:
            transaction.session.flush()
        for hook in transaction.before_commit_hooks:
            hook()
        if transaction.started:
            _commit(transaction.session)
    finally:
        _current.reset(token)
        if transaction.started:
            transaction.session.close()  # rolls back what was not committed
    for hook in transaction.after_commit_hooks:
        _run_hook(hook)
    return result


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        # After a broken connection the outcome of the commit is unknown: a replay might commit twice.
        error.add_note(_AT_COMMIT)
        raise


def _run_hook(hook: Callable[[], object]) -> None:
    try:
        hook()
    except Exception:  # noqa: BLE001 - the data is committed; a failed hook must not become the client's error
        _log.exception("A call after the commit failed")


def _is_replayable(error: OperationalError) -> bool:
    code = error.orig.args[0] if error.orig and error.orig.args else None
    if code in _ROLLED_BACK_CODES:
        return True
    if "database is locked" in str(code):
        # A request has waited for the lock as long as it may; a job waits again.
        return remaining(REQUEST_BUDGET_SECONDS) == REQUEST_BUDGET_SECONDS
    # After a time-out the database is frozen, and a replay would wait as long again.
    if code not in _CONNECTION_LOST_CODES or is_timeout(error.orig):
        return False
    return _AT_COMMIT not in getattr(error, "__notes__", ()) and bool(remaining(1))


def _require_transaction() -> Transaction:
    transaction = _current.get()
    if transaction is None:
        raise TransactionError("No transaction is running: only a @transactional method may send SQL.")
    return transaction
