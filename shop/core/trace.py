"""Trace context: the ids that jobs and log records carry."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from uuid_utils import uuid7

from shop.core.context import set_temporarily

# Excludes characters that could end a line, a header or a quoted text, and JWTs that were sent by mistake.
REQUEST_ID_FORMAT = re.compile(r"(?!eyJ)[A-Za-z0-9._:/+=~-]{1,128}")
# The same as a JSON Schema pattern, which needs anchors.
REQUEST_ID_PATTERN = f"^{REQUEST_ID_FORMAT.pattern}$"
_SPAN_DIGITS = 16
# W3C Trace Context: version, trace, parent, flags. Later versions may add fields after another dash.
_TRACEPARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-[\x21-\x7e]{1,200})?"
)


@dataclass(slots=True)
class Trace:
    """Ids and counters of the running request or job.

    `traceparent` names this request as a span of the received trace; empty without one.
    """

    request_id: str
    trace_id: str
    traceparent: str = ""
    job: str = ""
    # Ids of objects that this request created; a log search for the request also finds records that name them.
    created_ids: list[str] = field(default_factory=list)
    # Number of SQL statements, and of Redis commands or pipelines.
    sql: int = 0
    redis: int = 0
    started_at: float = field(default_factory=perf_counter)

    @property
    def propagated_ids(self) -> dict[str, str]:
        """Ids that travel with a job, beside its arguments."""
        return {"request_id": self.request_id, "trace_id": self.trace_id}


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_trace() -> Trace | None:
    """Return the trace of the running request or job, or None."""
    return _current.get()


def set_trace(trace: Trace | None) -> None:
    """Set the trace of this thread."""
    _current.set(trace)


def create_request_trace(request_id: str, traceparent: str) -> Trace:
    """Create a trace from two request headers.

    A missing or malformed id is replaced by a new one.
    """
    new_id = uuid7().hex
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    # Version 00 has exactly four fields.
    if match and match[1] == "00" and match[4]:
        match = None
    valid_id = request_id if REQUEST_ID_FORMAT.fullmatch(request_id) else new_id
    if match is None:
        return Trace(valid_id, new_id)
    # The span of this request, which is not the one that called: the random half of the id, and version 00.
    return Trace(valid_id, match[2], f"00-{match[2]}-{new_id[-_SPAN_DIGITS:]}-{match[3]}")


@contextmanager
def in_job(job: str, propagated_ids: Mapping[str, Any]) -> Iterator[Trace]:
    """Set the trace of a job until the context ends.

    Ids that the enqueuing request did not propagate are new.
    """
    new_id = uuid7().hex
    trace = Trace(
        str(propagated_ids.get("request_id") or new_id), str(propagated_ids.get("trace_id") or new_id), job=job
    )
    with set_temporarily(_current, trace):
        yield trace


def record_created(*ids: object) -> None:
    """Record ids of created objects in the current trace.

    A log search for the request also finds records that name these ids.
    """
    if trace := _current.get():
        trace.created_ids += map(str, ids)


def count_redis() -> None:
    """Count a Redis command in the current trace."""
    if trace := _current.get():
        trace.redis += 1


def count_sql(*_: object) -> None:
    """Count an SQL statement in the current trace."""
    if trace := _current.get():
        trace.sql += 1
