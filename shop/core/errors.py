"""Exceptions and exception codes: a number, an HTTP status and a message."""

from enum import Enum, StrEnum
from typing import Any

_registry: dict[int, "ExceptionCode"] = {}


class Retry(StrEnum):
    """Next step of a client after a failure."""

    # Send the request again unchanged, with its idempotency key.
    SAME_KEY = "same_key"
    # Send a changed request; the same one would fail again.
    NEW_REQUEST = "new_request"
    # Do not send it again.
    NEVER = "never"
    # Send the request again unchanged, with its idempotency key, after the seconds of Retry-After.
    AFTER = "after"


_RETRY_BY_STATUS = {
    401: Retry.SAME_KEY, 403: Retry.NEVER, 404: Retry.NEVER, 405: Retry.NEVER, 408: Retry.SAME_KEY,
    410: Retry.NEVER, 429: Retry.AFTER, 500: Retry.SAME_KEY, 503: Retry.AFTER,
}  # fmt: skip


def default_retry(status: int) -> Retry:
    """Return the next step after a failure with this HTTP status."""
    return _RETRY_BY_STATUS.get(status, Retry.NEW_REQUEST if status < 500 else Retry.NEVER)


class ExceptionCode(Enum):
    """A failure: number, message and next step of a client.

    The number has six or eight digits; the first three are the HTTP status. A malformed or duplicate number raises
    ValueError at import, so the service does not start with one. The next step is by default that of the status.
    """

    def __init__(self, number: int, sentence: str, retry: Retry | None = None) -> None:
        if len(str(number)) not in (6, 8) or not 400 <= int(str(number)[:3]) <= 599:
            raise ValueError(f"{number} is no exception code: six or eight digits, the first three an HTTP error.")
        if number in _registry:
            raise ValueError(f"{number} belongs to {_registry[number]} already.")
        _registry[number] = self
        self.number = number
        self.sentence = sentence
        self.retry = retry or default_retry(self.status)

    @property
    def status(self) -> int:
        """HTTP status of responses with this code."""
        return int(str(self.number)[:3])


def registered_codes() -> dict[int, ExceptionCode]:
    """Return all exception codes by number, in ascending order."""
    return dict(sorted(_registry.items()))


def find_code(number: int) -> ExceptionCode | None:
    """Return the exception code of a number, or None."""
    return _registry.get(number)


class ShopError(Exception):
    """An exception code with the facts that its message names.

    The fact `retry_after` (seconds) becomes the Retry-After header. The fact `field` reports the failure for that
    field of the request. All other facts are returned in `data`. `sentence` may be set to one
    that tells more than that of the code.
    """

    def __init__(self, code: ExceptionCode, **facts: Any) -> None:
        super().__init__(code.sentence.format(**facts))
        self.code = code
        self.sentence = code.sentence
        self.facts = facts


class DuplicateRow(Exception):  # noqa: N818 - describes the row; callers convert it to a ShopError of their own
    """A row violates a unique constraint of the database."""


class ImpossibleRow(Exception):  # noqa: N818 - the same
    """A row with a value that the database cannot store.

    The value is too long, out of range or missing.
    """


class TryAgain(Exception):  # noqa: N818 - the same
    """A condition is not met yet; the same call may succeed later."""


class CoreExceptionCode(ExceptionCode):
    """Failures of requests, tokens and stores, which belong to no module."""

    BODY_MALFORMED = 400_001, "The body is not valid JSON."
    KEY_MISSING = 400_002, "This request needs a header {header} with a value of your own making, such as a UUID."
    KEY_FORMAT = 400_003, "The {header} must be 1 to 255 visible ASCII characters."
    BODY_TWICE = 400_004, "The body says {name} twice."
    BODY_DEEP = 400_005, "The body is nested deeper than {most} levels."
    IF_MATCH_FORMAT = 400_006, "If-Match is not valid."
    KEY_REPEATED = 400_007, "Send the {header} once; a key with a comma needs quotes around it."
    HOST_FORMAT = 400_010, "The request needs one header Host with a valid host name."
    TOKEN_MISSING = 401_001, "Sign in: this needs an access token."
    TOKEN_INVALID = 401_002, "The access token is not valid, or no longer."
    FORBIDDEN = 403_001, "You may not do this."
    TENANT_UNKNOWN = 404_001, "There is no tenant of this name."
    CONSTANT_UNKNOWN = 404_002, "There is no list {name}; there are: {allowed}."
    NOT_ACCEPTABLE = 406_001, "Answers are application/json, failures application/problem+json too."
    KEY_DUPLICATE = 409_001, "This idempotency key was used already.", Retry.NEVER
    KEY_IN_PROGRESS = 409_002, "A request with this idempotency key is being worked on; try again shortly.", Retry.AFTER
    STATE_CHANGED = 412_001, "It has changed since you read it."
    MEDIA_TYPE = 415_001, "The body must be application/json."
    BODY_CODED = 415_002, "The body must not be compressed."
    FIELD_INVALID = 422_001, "The request has a value that is not allowed."
    KEY_OTHER_METHOD = 422_002, "This idempotency key was used with another {part}."
    KEY_OTHER_PATH = 422_003, "This idempotency key was used with another {part}."
    KEY_OTHER_REQUEST = 422_004, "This idempotency key was used with another {part}."
    CONDITION_UNSUPPORTED = 422_005, "This request cannot depend on {header}; send it without."
    TOO_MANY_REQUESTS = 429_001, "Too many requests; try again in {seconds} seconds."
    RECORD_CORRUPT = (
        500_001,
        "What was kept of this request cannot be read; look it up before you send it again.",
        Retry.NEVER,
    )
    DATABASE_REFUSED = (
        500_003,
        "The database cannot process this request; sending it again does not help.",
        Retry.NEVER,
    )
    DATABASE_UNAVAILABLE = 503_001, "The database does not answer; try again shortly."
    REDIS_UNAVAILABLE = 503_002, "The stock store does not answer; try again shortly."
    CROWDED = 503_003, "Too many bodies are on their way here at once; try again shortly."
