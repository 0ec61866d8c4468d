"""The transaction: opened at the entrance, lazily; committed, rolled back or replayed here and nowhere else."""

import logging
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cached_property, partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from shop.core.context import set_temporarily
from shop.core.database.engine import Database
from shop.core.database.tenant_filter import SCOPE_KEY
from shop.core.resilience.deadline import remaining
from shop.core.tenant import TenantError, current_scope

REPLAYS = 3
REPLAY_PAUSE_SECONDS = 0.05
# MySQL: deadlock victim, lock wait time-out; both rolled back by the server, so a replay is safe at any point.
_ROLLED_BACK_CODES = {1213, 1205}
# MySQL: server gone, connection lost. Safe to replay only before the COMMIT was sent.
_CONNECTION_LOST_CODES = {2006, 2013}
# Lost after that long it was a time-out: the database is frozen, and a replay would only wait as long again.
_LOST_QUICKLY_SECONDS = 1.0
_AT_COMMIT = "during commit"

P = ParamSpec("P")
R = TypeVar("R")
_log = logging.getLogger(__name__)


class HasDatabase(Protocol):
    """An entrance: a Controller or a Job."""

    database: Database


class Transaction:
    """One unit of work: its session (made at the first SQL) and what is held back until the commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What is done just before the commit, and what after it.
        self.before_commit_hooks: list[Callable[[], object]] = []
        self.after_commit_hooks: list[Callable[[], object]] = []

    @cached_property
    def session(self) -> Session:
        """The session of the current tenant, opened at first use. Raises DatabaseUnavailable."""
        self._database.require_available()
        return self._database.session_maker(info={SCOPE_KEY: current_scope()})

    @property
    def started(self) -> bool:
        """Whether anything asked for the session."""
        return "session" in self.__dict__


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_recorder: ContextVar[Callable[[Callable[[], Any]], Any] | None] = ContextVar("recorder", default=None)


class TransactionError(RuntimeError):
    """The code uses transactions against the rules; never the caller's fault."""


def current_session() -> Session:
    """The session of the running transaction; raises TransactionError outside of one, TenantError in another tenant."""
    session = _require_transaction().session
    if session.info[SCOPE_KEY] != current_scope():
        raise TenantError("A transaction is one tenant's: enter the tenant first, then begin.")
    return session


def is_unused() -> bool:
    """Whether nothing was asked of the database yet in the running transaction, or none is running."""
    transaction = _current.get()
    return transaction is None or not transaction.started


def before_commit(call: Callable[..., object], *args: object, **kwargs: object) -> None:
    """Make a call when everything is written, as the last thing before the commit; if it fails nothing is committed."""
    _require_transaction().before_commit_hooks.append(partial(call, *args, **kwargs))


def after_commit(call: Callable[..., object], *args: object, **kwargs: object) -> None:
    """Hold a call back until the transaction has committed; a rolled-back transaction never makes it."""
    _require_transaction().after_commit_hooks.append(partial(call, *args, **kwargs))


def recording(recorder: Callable[[Callable[[], Any]], Any]) -> AbstractContextManager[object]:
    """While the context lasts, what a @transactional method does is done by `seal`, within its transaction."""
    return set_temporarily(_recorder, recorder)


def release_connection() -> None:
    """End what was only read so far: what follows holds no connection, and no commit can fail after it.

    Raises TransactionError when something was written or held back: that ends with the method, in one piece.
    """
    transaction = _require_transaction()
    if not transaction.started:
        return
    session = transaction.session
    if session.new or session.dirty or session.deleted or transaction.after_commit_hooks:
        raise TransactionError("Something was written: it is committed with the rest, or not at all.")
    session.commit()


def transactional(
    method: Callable[Concatenate[Any, P], R],
) -> Callable[Concatenate[Any, P], R]:
    """All or nothing: run a Controller's or Job's method in one transaction of its database.

    Replays the method, at most three times and with jitter, when the database made it the victim of a deadlock or
    a lost connection. Refuses to nest.
    """

    @wraps(method)
    def run(self: HasDatabase, /, *args: P.args, **kwargs: P.kwargs) -> R:
        work, seal = partial(method, self, *args, **kwargs), _recorder.get()
        # A seal answers what the work does, in another form.
        return in_transaction(self.database, partial(seal, work) if seal else work)  # type: ignore[no-any-return]

    run.__transactional__ = True  # type: ignore[attr-defined]  # a mark for the audit
    return run


def in_transaction(database: Database, work: Callable[[], R]) -> R:
    """Run the work in one transaction and return what it returns; for core only, others say @transactional."""
    if _current.get() is not None:
        raise TransactionError("A transaction is running already: only the entrance opens one.")
    for replay in range(REPLAYS + 1):
        began = time.monotonic()
        try:
            return _attempt(database, work)
        except OperationalError as error:
            if replay == REPLAYS or not _is_replayable(error, time.monotonic() - began):
                raise
            time.sleep(random.uniform(0, REPLAY_PAUSE_SECONDS * 2**replay))
    raise AssertionError("unreachable")


def _attempt(database: Database, work: Callable[[], R]) -> R:
    transaction = Transaction(database)
    token = _current.set(transaction)
    try:
        result = work()
        if transaction.started:
            transaction.session.flush()
        for step in transaction.before_commit_hooks:
            step()
        if transaction.started:
            _commit(transaction.session)
    finally:
        _current.reset(token)
        if transaction.started:
            transaction.session.close()  # rolls back what was not committed
    for call in transaction.after_commit_hooks:
        _run_hook(call)
    return result


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        # Whether a commit whose connection broke took place is unknown: doing it again might do it twice.
        error.add_note(_AT_COMMIT)
        raise


def _run_hook(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - the data is committed; a late wake-up must not become the client's error
        _log.exception("A call held back until the commit failed")


def _is_replayable(error: OperationalError, seconds: float) -> bool:
    number = error.orig.args[0] if error.orig and error.orig.args else None
    if number in _ROLLED_BACK_CODES or "database is locked" in str(number):
        return True
    at_commit = _AT_COMMIT in getattr(error, "__notes__", ())
    return number in _CONNECTION_LOST_CODES and seconds < _LOST_QUICKLY_SECONDS and not at_commit and bool(remaining(1))


def _require_transaction() -> Transaction:
    transaction = _current.get()
    if transaction is None:
        raise TransactionError("No transaction is running: SQL is sent below a @transactional entrance only.")
    return transaction
