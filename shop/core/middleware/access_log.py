"""A record for each request, and the ids that tie it to whatever comes of it."""

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from flask import Flask, Request, Response, g
from flask.globals import request_ctx

from shop.core.crypto.tokens import Claims
from shop.core.http.body import BODY
from shop.core.http.client_address import Clients
from shop.core.logging.entry import TELL
from shop.core.logging.redaction import Secrecy, digest
from shop.core.settings.settings import Settings
from shop.core.trace import Trace, current_trace, enter, trace_of_request

REQUEST_ID, TRACEPARENT = "X-Request-ID", "traceparent"
# Of a query, and of a body; longer ones are only measured.
SHOWN_MAX = 4096
_FIELDS_MAX = 100
_VERB_MAX = 8
_log = logging.getLogger(__name__)


def serve_access_log(app: Flask, settings: Settings) -> None:
    """Give each request its ids, tell them in each answer, and log it. To be called before other hooks are set."""
    door = _Door(frozenset(settings.log_skip), settings.idempotency_header, Clients(settings.trusted_proxies))
    app.before_request(_begin)
    app.after_request(door.end)
    app.teardown_request(_leave)


def _begin() -> None:
    headers = request_ctx.request.environ
    enter(trace_of_request(headers.get("HTTP_X_REQUEST_ID", ""), headers.get("HTTP_TRACEPARENT", "")))


def _leave(_: BaseException | None) -> None:
    enter(None)


class _Door(NamedTuple):
    skip: frozenset[str]
    key_header: str
    clients: Clients

    def end(self, answer: Response) -> Response:
        """Tell the ids, and log what was asked."""
        trace = current_trace()
        if trace is None:
            return answer
        answer.headers.add(REQUEST_ID, trace.request_id)
        if trace.parent:
            answer.headers.add(TRACEPARENT, trace.parent)
        request, level = request_ctx.request, _level(answer.status_code)
        if _log.isEnabledFor(level) and request.path not in self.skip:
            visit = self._visit(request, answer, trace)
            # Not by _log.info, which would look for the line that calls it.
            brief = (visit.method, visit.route, visit.status)
            record = logging.getLogRecordFactory()(_log.name, level, "", 0, "%s %s %s", brief, None)
            setattr(record, TELL, visit.tell)
            _log.handle(record)
        return answer

    def _visit(self, request: Request, answer: Response, trace: Trace) -> "Visit":
        environ, rule = request.environ, request.url_rule
        body, query = environ.get(BODY), environ.get("QUERY_STRING", "")
        return Visit(
            method=request.method,
            path=request.path,
            route=rule.rule if rule else "none",
            status=answer.status_code,
            seconds=perf_counter() - trace.began,
            size=answer.content_length,
            peer=environ.get("REMOTE_ADDR"),
            forwarded=environ.get("HTTP_X_FORWARDED_FOR"),
            clients=self.clients,
            claims=g.get("claims"),
            key=environ.get(f"HTTP_{self.key_header.upper().replace('-', '_')}", ""),
            # Thousands may wait to be written: what is only measured is not kept until then.
            query=query if len(query) <= SHOWN_MAX else len(query),
            body=body if body is None or len(body) <= SHOWN_MAX else len(body),
            announced=environ.get("CONTENT_LENGTH", ""),
            kind=environ.get("CONTENT_TYPE", ""),
            failure=g.get("failure"),
            trace=trace,
        )


class Visit(NamedTuple):
    """A request and its answer, as they lay there when it ended. `key` is that of an idempotent write.

    Of a long query, and of a long body, there is the length.
    """

    method: str
    path: str
    route: str
    status: int
    seconds: float
    size: int | None
    peer: str | None
    forwarded: str | None
    clients: Clients
    claims: Claims | None
    key: str
    query: str | int
    body: bytes | int | None
    announced: str
    kind: str
    failure: Mapping[str, Any] | None
    trace: Trace

    def tell(self, secrecy: Secrecy) -> dict[str, Any]:
        """The members of its record."""
        milliseconds, path = round(self.seconds * 1000, 2), secrecy.scrub(self.path)
        method = self.method if len(self.method) < _VERB_MAX else secrecy.scrub(self.method)
        who = {"user": self.claims.user_id, "session": str(self.claims.session_id)} if self.claims else {}
        told = {
            "message": f"{method} {path} {self.status} in {milliseconds} ms",
            "method": method,
            "path": path,
            "route": self.route,
            "status": self.status,
            "ms": milliseconds,
            "bytes": self.size,
            "client": self.clients.name(self.peer, self.forwarded),
            **who,
            "sql": self.trace.sql,
            "redis": self.trace.redis,
        }
        key = digest(self.key) if self.key else None
        more = {"input": secrecy.hide(self._input()), "failure": secrecy.hide(self.failure), "made": self.trace.made}
        return told | {name: value for name, value in (("key", key), *more.items()) if value}

    def _input(self) -> dict[str, Any]:
        read = {"query": _query(self.query), "json": self._json()}
        return {name: value for name, value in read.items() if value}

    def _json(self) -> Any:
        if self.body is None:
            return f"{self.announced} bytes, unread" if self.announced not in ("", "0") else None
        if isinstance(self.body, int) or "json" not in self.kind:
            size = self.body if isinstance(self.body, int) else len(self.body)
            return f"{size} bytes of {self.kind or 'no type'}" if size else None
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return f"{len(self.body)} bytes, malformed"
        # A value without a name may be anything.
        return value if isinstance(value, dict) else f"a {type(value).__name__}"


def _query(text: str | int) -> Any:
    if isinstance(text, int):
        return f"{text} bytes"
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        return f"{len(text)} bytes, malformed"
    said: dict[str, Any] = {}
    for name, value in pairs:
        said[name] = [*said[name], value] if name in said else [value]
    return {name: values if len(values) > 1 else values[0] for name, values in said.items()}


def _level(status: int) -> int:
    return logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
