"""PyMySQL's connection, whose every wait is as long as the request that waits has time for."""

from typing import Any

from pymysql import err
from pymysql.connections import Connection as PyMySQLConnection
from pymysql.constants import CR

from shop.core.resilience.deadline import seconds_left, waiting
from shop.core.resilience.store_monitor import Pulse

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
_LONG_ENOUGH = "This request has waited long enough for its stores."


def is_late(error: BaseException | None) -> bool:
    """Whether a connection was given up because its answer did not come in time; it may be the only one."""
    return isinstance(error, err.OperationalError) and any(said in str(error) for said in ("timed out", _LONG_ENOUGH))


class Connection(PyMySQLConnection):
    """Each wait is for one packet, within what is left; whoever has waited long enough is cut off."""

    # Of the database: it hears of every answer.
    pulse: Pulse | None = None

    def connect(self, sock: Any = None) -> None:
        """Connect and sign in."""
        with waiting():
            self._hurry(CONNECT_SECONDS)
            super().connect(sock)

    def query(self, sql: Any, unbuffered: bool = False) -> Any:  # noqa: FBT001, FBT002 - given shape
        """Send a statement and read the answer."""
        with waiting():
            answer = super().query(sql, unbuffered)
        if self.pulse:
            self.pulse.worked()
        return answer

    def _read_ok_packet(self) -> Any:
        # The answer to what begins and ends transactions.
        with waiting():
            return super()._read_ok_packet()  # type: ignore[misc]  # not among its types

    def _request_authentication(self) -> None:
        self._hurry(CONNECT_SECONDS)
        super()._request_authentication()  # type: ignore[misc]  # the same

    def _execute_command(self, command: Any, sql: Any) -> None:
        self._hurry(ANSWER_SECONDS)
        super()._execute_command(command, sql)  # type: ignore[misc]  # the same

    def _hurry(self, most: float) -> None:
        left = seconds_left(most)
        if not left:
            # Closed, and not only left alone: the server rolls back whatever was begun.
            self._force_close()  # type: ignore[attr-defined]  # the same
            raise err.OperationalError(CR.CR_SERVER_LOST, _LONG_ENOUGH)
        self._read_timeout = self._write_timeout = left
