"""The record of a request, written by the commit of what it did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from flask import Response

from shop.core.clock import Clock
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, StoredResponse

STORED_BODY_MAX_BYTES = 1024 * 1024
_NEVER_STORED = {401, 403, 408, 409, 412, 423, 425, 429}
# Of one sending, not of the answer.
_HEADERS_DROPPED = {
    "connection", "content-length", "date", "keep-alive", "server", "set-cookie", "traceparent", "transfer-encoding",
    "www-authenticate", "x-request-id", "retry-after",
}  # fmt: skip
_PREFIXES_DROPPED = ("access-control-", "ratelimit", "x-ratelimit")


@dataclass
class ResponseRecorder:
    """Writes the record of a request as the last statement of its transaction."""

    store: IdempotencyStore
    clock: Clock
    key: IdempotencyKey
    render: Callable[[Any], Response]
    started: bool = False

    def __call__(self, work: Callable[[], Any]) -> Response:
        """Do the work and seal its answer; raises DuplicateRow when another attempt was quicker."""
        self.started = True
        answer = self.render(work())
        if is_storable(answer.status_code):
            self.write(answer)
        return answer

    def write(self, answer: Response) -> None:
        """Write the record of an answer."""
        body = None if answer.is_streamed else answer.get_data()
        headers = [pair for pair in answer.headers if _is_header_stored(pair[0])]
        self.store.save(
            self.key,
            StoredResponse(
                self.key.fingerprint.text,
                answer.status_code,
                orjson.dumps(headers).decode(),
                body if body is not None and len(body) <= STORED_BODY_MAX_BYTES else None,
                self.clock.now() + timedelta(seconds=self.key.ttl),
            ),
        )


def is_storable(status: int) -> bool:
    """Whether an answer ends its key: not a failure of ours, and not what may be otherwise in a moment."""
    return status < 500 and status not in _NEVER_STORED


def _is_header_stored(name: str) -> bool:
    return name.lower() not in _HEADERS_DROPPED and not name.lower().startswith(_PREFIXES_DROPPED)
