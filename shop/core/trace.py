"""Where work comes from: the ids that a request brings or is given, which its jobs and its records carry on."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from uuid_utils.compat import uuid7

from shop.core.context import set_temporarily

# Nothing that could end a line, a header or a quoted text, and no token that somebody took for an id.
REQUEST_ID_FORMAT = re.compile(r"(?!eyJ)[A-Za-z0-9._:/+=~-]{1,128}")
# The same for whoever matches from its beginning to its end.
REQUEST_ID_PATTERN = f"^{REQUEST_ID_FORMAT.pattern}$"
# W3C Trace Context: version, trace, parent, flags. Later versions may say more, behind another dash.
_TRACEPARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\x21-\x7e]{1,200})?"
)


@dataclass(slots=True)
class Trace:
    """The ids of the running request or job. `parent` is the traceparent that came, empty when none did."""

    request_id: str
    trace_id: str
    parent: str = ""
    job: str = ""
    # Ids of what came into being here: records that name one of them tell what became of it.
    created_ids: list[str] = field(default_factory=list)
    # Statements sent, and commands or pipelines.
    sql: int = 0
    redis: int = 0
    started_at: float = field(default_factory=perf_counter)

    @property
    def propagated_ids(self) -> dict[str, str]:
        """What travels with a job, outside of its arguments."""
        return {"request_id": self.request_id, "trace_id": self.trace_id}


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_trace() -> Trace | None:
    """Where the running work comes from; None between requests and jobs."""
    return _current.get()


def set_trace(trace: Trace | None) -> None:
    """Whatever this thread does from now on comes from there."""
    _current.set(trace)


def create_request_trace(request_id: str, traceparent: str) -> Trace:
    """The trace that two headers ask for; what is missing or malformed is made anew."""
    own = uuid7().hex
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if found and found[1] == "00" and found[3]:
        found = None
    known = request_id if REQUEST_ID_FORMAT.fullmatch(request_id) else own
    return Trace(known, found[2], found[0]) if found else Trace(known, own)


@contextmanager
def in_job(job: str, propagated_ids: Mapping[str, Any]) -> Iterator[Trace]:
    """While the context lasts, work comes from a job, and from what asked for it when that is `carried`."""
    own = uuid7().hex
    trace = Trace(str(propagated_ids.get("request_id") or own), str(propagated_ids.get("trace_id") or own), job=job)
    with set_temporarily(_current, trace):
        yield trace


def record_created(*ids: object) -> None:
    """Note ids of what came into being in the running request: a search for it also finds what names them."""
    if trace := _current.get():
        trace.created_ids += map(str, ids)


def count_redis() -> None:
    """Note that the running work asks Redis."""
    if trace := _current.get():
        trace.redis += 1


def count_sql(*_: object) -> None:
    """Note that the running work asks the database."""
    if trace := _current.get():
        trace.sql += 1
