"""Database engine and sessions, for MySQL, MariaDB or SQLite."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection as Connected
from sqlalchemy import Engine, ExceptionContext, NullPool, PoolProxiedConnection, QueuePool, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from shop.core.database.mysql import CONNECT_SECONDS, Connection, is_timeout, set_characters
from shop.core.database.refusals import convert_refusal
from shop.core.database.sqlite import create_sqlite_engine
from shop.core.database.statement_log import watch_sql
from shop.core.database.tenant_filter import install_engine_filter, install_session_filters
from shop.core.resilience.store_monitor import StoreMonitor
from shop.core.settings.settings import Settings

POOL_WAIT_SECONDS = 0.5
# Errors are logged, and the values of statements include email addresses and password hashes.
_HIDE_VALUES = {"hide_parameters": True}
# A server continues a statement after its client has gone, unless it has a limit. The limit is longer than the client's
# read time-out, so that clients always see the same error. MariaDB reads the first comment, MySQL the second.
_STATEMENT_SECONDS = 3
_MYSQL_CONNECT: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    # Shorter than the read time-out, or else a wait for a lock would look like a lost connection.
    "init_command": "SET SESSION innodb_lock_wait_timeout=1, time_zone='+00:00'"
    f" /*M!100101 , max_statement_time={_STATEMENT_SECONDS} */"
    f" /*!80000 , max_execution_time={_STATEMENT_SECONDS}000 */",
}


_MYSQL_PROBE = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), CONNECT_SECONDS)


class DatabaseUnavailable(OperationalError):  # noqa: N818 - named after the state it reports
    """Error of a statement not sent, since the database is down."""

    def __init__(self, cause: Exception) -> None:
        super().__init__("", None, ConnectionError(f"The database is down: {cause}"))


class CountingPool(QueuePool):
    """SQLAlchemy's connection pool with a counter of time-outs."""

    timeouts = 0

    def connect(self) -> PoolProxiedConnection:
        """Return a connection; raises TimeoutError."""
        try:
            return super().connect()
        except PoolTimeoutError:
            self.timeouts += 1
            raise


@dataclass(frozen=True)
class Database:
    """Database of one app: its engine, sessions and store monitor."""

    settings: Settings

    @cached_property
    def engine(self) -> Engine:
        """Engine, which connects at the first statement."""
        engine = self._engine()
        install_engine_filter(engine)
        event.listen(engine, "handle_error", convert_refusal)
        watch_sql(engine, self.settings.log_sql_slower)
        return engine

    def _engine(self) -> Engine:
        address = self.settings.database_address
        if make_url(address).get_backend_name() == "sqlite":
            return create_sqlite_engine(address, **_HIDE_VALUES)
        # No pre-ping: the transaction is replayed when its connection is dead, and a frozen one would cost two waits.
        engine = create_engine(
            address,
            connect_args=_MYSQL_CONNECT,
            isolation_level="READ COMMITTED",
            poolclass=CountingPool,
            pool_size=self.settings.database_pool,
            max_overflow=0,
            pool_timeout=POOL_WAIT_SECONDS,
            pool_recycle=1800,
            **_HIDE_VALUES,
        )
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", set_characters)
        event.listen(engine, "handle_error", _keep_other_connections)
        return engine

    def _connect(self, _dialect: object, _record: object, arguments: Any, options: Any) -> Connection:
        connection = Connection(*arguments, **options)
        connection.store_monitor = self.store_monitor
        return connection

    def migration_engine(self) -> Engine:
        """Create an engine without read time-outs, since migrations may take long."""
        address = self.settings.database_address
        if make_url(address).get_backend_name() == "sqlite":
            return create_sqlite_engine(address, **_HIDE_VALUES)
        engine = create_engine(
            address, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}, **_HIDE_VALUES
        )
        event.listen(engine, "connect", set_characters)
        return engine

    @cached_property
    def session_maker(self) -> sessionmaker[Session]:
        """Session factory, whose rows stay readable after the commit."""
        maker = sessionmaker(self.engine, expire_on_commit=False)
        install_session_filters(maker)
        return maker

    @cached_property
    def store_monitor(self) -> StoreMonitor:
        """Monitor of the database, whose check returns the schema version."""
        return StoreMonitor("database", _Probe(self.settings.database_address).check)

    def require_available(self) -> None:
        """Raise DatabaseUnavailable while the database is down."""
        if self.store_monitor.down:
            raise DatabaseUnavailable(self.store_monitor.down)


def _keep_other_connections(context: ExceptionContext) -> None:
    # A read time-out invalidates this connection only; a lost connection invalidates the pool.
    if is_timeout(context.original_exception):
        context.invalidate_pool_on_disconnect = False


class _Probe:
    """Separate connection of the store monitor's thread, with short time-outs."""

    def __init__(self, address: str) -> None:
        limits = {} if make_url(address).get_backend_name() == "sqlite" else _MYSQL_PROBE
        # No transaction is begun, so none has to be ended.
        self._engine = create_engine(
            address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=limits, **_HIDE_VALUES
        )
        self._connection: Connected | None = None

    def check(self) -> str:
        """Return the schema version; raises SQLAlchemyError."""
        connection, self._connection = self._connection or self._engine.connect(), None
        try:
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError:
            # The server responds, but has no tables yet.
            version = None
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return str(version)
