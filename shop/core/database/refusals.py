"""Statements that the database refuses at each repetition."""

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError


class StatementRefused(DBAPIError):  # noqa: N818 - describes the statement
    """Error of a statement that the database refuses at each repetition.

    Its drivers report most of these as OperationalError, like a lost connection.
    """


# MySQL and MariaDB: states of the server that pass by themselves or that an operator ends.
_PASSING_CODES = frozenset(
    {
        *(1020, 1021, 1030, 1037, 1038, 1040, 1041, 1044, 1045, 1047, 1049, 1053, 1105, 1114, 1129, 1130, 1142, 1143),
        *(1152, 1158, 1159, 1160, 1161, 1180, 1184, 1203, 1205, 1206, 1213, 1223, 1226, 1227, 1290, 1297, 1317, 1412),
        *(1613, 1614, 1615, 1637, 1792, 1836, 1927, 1969, 3024, 3032, 3058, 3168, 3169, 3572, 4031),
    }
)
_CLIENT_CODES = range(2000, 3000)
# Results of SQLite: an error in the statement, a value that is too large, of the wrong type or out of range.
_SQLITE_REFUSALS = frozenset({1, 18, 20, 21, 25})


def convert_refusal(context: ExceptionContext) -> StatementRefused | None:
    """Return StatementRefused for an OperationalError that no repetition mends.

    Returns None for all other errors, which stay as they are.
    """
    error = context.sqlalchemy_exception
    if type(error) is not OperationalError or _is_passing(context.original_exception):
        return None
    return StatementRefused(
        error.statement, error.params, context.original_exception, hide_parameters=error.hide_parameters
    )


def _is_passing(error: BaseException) -> bool:
    if (result := getattr(error, "sqlite_errorcode", None)) is not None:
        return result & 0xFF not in _SQLITE_REFUSALS
    code = error.args[0] if error.args else None
    return not isinstance(code, int) or code in _CLIENT_CODES or code in _PASSING_CODES
