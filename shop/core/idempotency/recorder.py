"""The record of a request, written by the commit of what it did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from flask import Response

from shop.core.clock import Clock
from shop.core.idempotency.record import Keeper, Kept, Ticket

BODY_KEPT_BYTES = 1024 * 1024
_NEVER_KEPT = {401, 403, 408, 409, 412, 423, 425, 429}
# Of one sending, not of the answer.
_HEADERS_DROPPED = {
    "connection", "content-length", "date", "keep-alive", "server", "set-cookie", "traceparent", "transfer-encoding",
    "www-authenticate", "x-request-id", "retry-after",
}  # fmt: skip
_PREFIXES_DROPPED = ("access-control-", "ratelimit", "x-ratelimit")


@dataclass
class Seal:
    """Writes the record of a request as the last statement of its transaction."""

    keeper: Keeper
    clock: Clock
    ticket: Ticket
    render: Callable[[Any], Response]
    begun: bool = False

    def __call__(self, work: Callable[[], Any]) -> Response:
        """Do the work and seal its answer; raises DuplicateRow when another attempt was quicker."""
        self.begun = True
        answer = self.render(work())
        if is_kept(answer.status_code):
            self.write(answer)
        return answer

    def write(self, answer: Response) -> None:
        """Write the record of an answer."""
        body = None if answer.is_streamed else answer.get_data()
        headers = [pair for pair in answer.headers if _is_header_kept(pair[0])]
        self.keeper.seal(
            self.ticket,
            Kept(
                self.ticket.asks.text,
                answer.status_code,
                orjson.dumps(headers).decode(),
                body if body is not None and len(body) <= BODY_KEPT_BYTES else None,
                self.clock.now() + timedelta(seconds=self.ticket.ttl),
            ),
        )


def is_kept(status: int) -> bool:
    """Whether an answer ends its key: not a failure of ours, and not what may be otherwise in a moment."""
    return status < 500 and status not in _NEVER_KEPT


def _is_header_kept(name: str) -> bool:
    return name.lower() not in _HEADERS_DROPPED and not name.lower().startswith(_PREFIXES_DROPPED)
