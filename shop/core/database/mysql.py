"""PyMySQL's connection, whose every wait is as long as the request that waits has time for."""

from typing import Any

from pymysql import err
from pymysql.connections import Connection as PyMySQLConnection
from pymysql.constants import CR

from shop.core.resilience.deadline import charge_deadline, remaining
from shop.core.resilience.store_monitor import StoreMonitor

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
_BUDGET_SPENT = "This request has waited long enough for its stores."


def is_timeout(error: BaseException | None) -> bool:
    """Whether a connection was given up because its answer did not come in time; it may be the only one."""
    return isinstance(error, err.OperationalError) and any(said in str(error) for said in ("timed out", _BUDGET_SPENT))


class Connection(PyMySQLConnection):
    """Each wait is for one packet, within what is left; whoever has waited long enough is cut off."""

    # Of the database: it hears of every answer.
    store_monitor: StoreMonitor | None = None

    def connect(self, sock: Any = None) -> None:
        """Connect and sign in."""
        with charge_deadline():
            self._limit_timeouts(CONNECT_SECONDS)
            super().connect(sock)

    def query(self, sql: Any, unbuffered: bool = False) -> Any:  # noqa: FBT001, FBT002 - given shape
        """Send a statement and read the answer."""
        with charge_deadline():
            answer = super().query(sql, unbuffered)
        if self.store_monitor:
            self.store_monitor.mark_alive()
        return answer

    def _read_ok_packet(self) -> Any:
        # The answer to what begins and ends transactions.
        with charge_deadline():
            return super()._read_ok_packet()  # type: ignore[misc]  # not among its types

    def _request_authentication(self) -> None:
        self._limit_timeouts(CONNECT_SECONDS)
        super()._request_authentication()  # type: ignore[misc]  # the same

    def _execute_command(self, command: Any, sql: Any) -> None:
        self._limit_timeouts(ANSWER_SECONDS)
        super()._execute_command(command, sql)  # type: ignore[misc]  # the same

    def _limit_timeouts(self, timeout: float) -> None:
        left = remaining(timeout)
        if not left:
            # Closed, and not only left alone: the server rolls back whatever was begun.
            self._force_close()  # type: ignore[attr-defined]  # the same
            raise err.OperationalError(CR.CR_SERVER_LOST, _BUDGET_SPENT)
        self._read_timeout = self._write_timeout = left
