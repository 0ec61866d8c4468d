"""Error codes of sessions; block 2."""

from shop.core.errors import ExceptionCode, Retry


class SessionExceptionCode(ExceptionCode):
    """Error codes and messages of sessions."""

    REFRESH_INVALID = 401_201, "The refresh token is not valid, or no longer: sign in again.", Retry.NEW_REQUEST
    NOT_FOUND = 404_201, "Session {session_id} does not exist."
    REFRESH_FORMAT = 422_201, "The refresh token is missing or is none."
