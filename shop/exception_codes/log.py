"""Error codes of the log; block 8."""

from shop.core.errors import ExceptionCode


class LogExceptionCode(ExceptionCode):
    """Error codes and messages of the log."""

    NOT_KEPT = 404_801, "No records are kept here that could be searched."
    REQUEST_FORMAT = 422_801, "The id of a request is 1 to 128 letters, digits and signs of ._:/+=~-, no blanks."
    AWAY = 503_801, "The store of the log does not answer; try again shortly."
