"""PyMySQL connection that waits no longer than the request's deadline."""

from typing import Any

from pymysql import err
from pymysql.connections import Connection as PyMySQLConnection
from pymysql.constants import CR, ER

from shop.core.resilience.deadline import charge_deadline, remaining
from shop.core.resilience.store_monitor import StoreMonitor

# Of every table that has texts.
CHARACTER_SET, COLLATION = "utf8mb4", "utf8mb4_bin"
CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
_BUDGET_SPENT = "The time budget of this request for its stores is spent."


def is_timeout(error: BaseException | None) -> bool:
    """Return True when a connection was closed because of a late response."""
    return isinstance(error, err.OperationalError) and any(text in str(error) for text in ("timed out", _BUDGET_SPENT))


def set_characters(connection: Any, _record: object) -> None:
    """Set the character set and collation of a new connection.

    They replace those of the address, after SQLAlchemy has sent its own SET NAMES without a collation.
    """
    connection.set_character_set(CHARACTER_SET, COLLATION)


class Connection(PyMySQLConnection):
    """Connection that limits the wait for each packet to the time left."""

    # Every response of the server is reported to it.
    store_monitor: StoreMonitor | None = None
    # Longest statement of the server in bytes; 0 until it is known.
    _statement_max = 0

    def connect(self, sock: Any = None) -> None:
        """Connect and authenticate."""
        with charge_deadline():
            self._limit_timeouts(CONNECT_SECONDS)
            super().connect(sock)
            self._statement_max = self._read_statement_max()

    def query(self, sql: Any, unbuffered: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyMySQL's signature
        """Send a statement and read the response."""
        with charge_deadline():
            affected_rows = super().query(sql, unbuffered)
        if self.store_monitor:
            self.store_monitor.mark_alive()
        return affected_rows

    def _read_ok_packet(self) -> Any:
        # The response to BEGIN, COMMIT and ROLLBACK.
        with charge_deadline():
            return super()._read_ok_packet()  # type: ignore[misc]  # not among its types

    def _request_authentication(self) -> None:
        self._limit_timeouts(CONNECT_SECONDS)
        super()._request_authentication()  # type: ignore[misc]  # the same

    def _read_statement_max(self) -> int:
        with self.cursor() as cursor:
            cursor.execute("SELECT @@max_allowed_packet")
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _execute_command(self, command: Any, sql: Any) -> None:
        if self._statement_max and len(sql) >= self._statement_max:
            # Not sent: the server would close the connection, as if it were down.
            raise err.OperationalError(ER.NET_PACKET_TOO_LARGE, f"The statement has {len(sql)} bytes.")
        self._limit_timeouts(ANSWER_SECONDS)
        super()._execute_command(command, sql)  # type: ignore[misc]  # the same

    def _limit_timeouts(self, timeout: float) -> None:
        seconds = remaining(timeout)
        if not seconds:
            # Closed, so that the server rolls back the open transaction.
            self._force_close()  # type: ignore[attr-defined]  # the same
            raise err.OperationalError(CR.CR_SERVER_LOST, _BUDGET_SPENT)
        self._read_timeout = self._write_timeout = seconds
