"""Recorder of responses, in the transaction of their request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Response

from shop.core.clock import Clock
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, StoredResponse

STORED_BODY_MAX_BYTES = 1024 * 1024
_NEVER_STORED = {401, 403, 408, 409, 412, 423, 425, 429}
# Headers of one transmission, which a replay sets anew.
_HEADERS_DROPPED = {
    "connection", "content-length", "date", "keep-alive", "server", "set-cookie", "traceparent", "transfer-encoding",
    "www-authenticate", "x-request-id", "retry-after",
}  # fmt: skip
_PREFIXES_DROPPED = ("access-control-", "ratelimit", "x-ratelimit")


@dataclass
class ResponseRecorder:
    """Recorder of a response, as the last statement of its transaction."""

    store: IdempotencyStore
    clock: Clock
    key: IdempotencyKey
    render: Callable[[Any], Response]
    started: bool = False
    # Expiry of the record, once it was written; its transaction may be rolled back.
    expires_at: datetime | None = None

    def __call__(self, work: Callable[[], Any]) -> Response:
        """Run the work and record its response.

        Raises DuplicateRow when another attempt was recorded first.
        """
        self.started, self.expires_at = True, None
        response = self.render(work())
        if is_storable(response.status_code):
            self.write(response)
        return response

    def write(self, response: Response) -> None:
        """Write the record of a response."""
        self.expires_at = expires_at = self.clock.now() + timedelta(seconds=self.key.ttl)
        body = None if response.is_streamed else response.get_data()
        headers = [pair for pair in response.headers if is_header_stored(pair[0])]
        self.store.save(
            self.key,
            StoredResponse(
                self.key.fingerprint.text,
                response.status_code,
                orjson.dumps(headers).decode(),
                body if body is not None and len(body) <= STORED_BODY_MAX_BYTES else None,
                expires_at,
            ),
        )


def is_storable(status: int) -> bool:
    """Return True if a response with this status is stored.

    Server errors and temporary refusals are not stored, since a repeated request may succeed.
    """
    return status < 500 and status not in _NEVER_STORED


def is_header_stored(name: str) -> bool:
    """Return True for a header that a replay has too."""
    return name.lower() not in _HEADERS_DROPPED and not name.lower().startswith(_PREFIXES_DROPPED)
