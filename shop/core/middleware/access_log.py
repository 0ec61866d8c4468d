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
from shop.core.http.body import BODY_KEY
from shop.core.http.client_address import ClientAddressResolver
from shop.core.logging.entry import CUSTOM_FIELDS
from shop.core.logging.redaction import Redactor, digest
from shop.core.settings.settings import Settings
from shop.core.trace import Trace, create_request_trace, current_trace, set_trace

REQUEST_ID_HEADER, TRACEPARENT_HEADER = "X-Request-ID", "traceparent"
# Of a query, and of a body; longer ones are only measured.
INPUT_MAX = 4096
_FIELDS_MAX = 100
_VERB_MAX = 8
_log = logging.getLogger(__name__)


def serve_access_log(app: Flask, settings: Settings) -> None:
    """Give each request its ids, tell them in each answer, and log it. To be called before other hooks are set."""
    door = _AccessLog(
        frozenset(settings.log_skip), settings.idempotency_header, ClientAddressResolver(settings.trusted_proxies)
    )
    app.before_request(_set_trace)
    app.after_request(door.log_response)
    app.teardown_request(_clear_trace)


def _set_trace() -> None:
    headers = request_ctx.request.environ
    set_trace(create_request_trace(headers.get("HTTP_X_REQUEST_ID", ""), headers.get("HTTP_TRACEPARENT", "")))


def _clear_trace(_: BaseException | None) -> None:
    set_trace(None)


class _AccessLog(NamedTuple):
    skip: frozenset[str]
    key_header: str
    client_addresses: ClientAddressResolver

    def log_response(self, answer: Response) -> Response:
        """Tell the ids, and log what was asked."""
        trace = current_trace()
        if trace is None:
            return answer
        answer.headers.add(REQUEST_ID_HEADER, trace.request_id)
        if trace.parent:
            answer.headers.add(TRACEPARENT_HEADER, trace.parent)
        request, level = request_ctx.request, _level(answer.status_code)
        if _log.isEnabledFor(level) and request.path not in self.skip:
            visit = self._create_record(request, answer, trace)
            # Not by _log.info, which would look for the line that calls it.
            brief = (visit.method, visit.route, visit.status)
            record = logging.getLogRecordFactory()(_log.name, level, "", 0, "%s %s %s", brief, None)
            setattr(record, CUSTOM_FIELDS, visit.to_fields)
            _log.handle(record)
        return answer

    def _create_record(self, request: Request, answer: Response, trace: Trace) -> "AccessRecord":
        environ, rule = request.environ, request.url_rule
        body, query = environ.get(BODY_KEY), environ.get("QUERY_STRING", "")
        return AccessRecord(
            method=request.method,
            path=request.path,
            route=rule.rule if rule else "none",
            status=answer.status_code,
            seconds=perf_counter() - trace.started_at,
            response_bytes=answer.content_length,
            peer=environ.get("REMOTE_ADDR"),
            forwarded=environ.get("HTTP_X_FORWARDED_FOR"),
            client_addresses=self.client_addresses,
            claims=g.get("claims"),
            idempotency_key=environ.get(f"HTTP_{self.key_header.upper().replace('-', '_')}", ""),
            # Thousands may wait to be written: what is only measured is not kept until then.
            query=query if len(query) <= INPUT_MAX else len(query),
            body=body if body is None or len(body) <= INPUT_MAX else len(body),
            content_length=environ.get("CONTENT_LENGTH", ""),
            content_type=environ.get("CONTENT_TYPE", ""),
            failure=g.get("failure"),
            trace=trace,
        )


class AccessRecord(NamedTuple):
    """A request and its answer, as they lay there when it ended. `key` is that of an idempotent write.

    Of a long query, and of a long body, there is the length.
    """

    method: str
    path: str
    route: str
    status: int
    seconds: float
    response_bytes: int | None
    peer: str | None
    forwarded: str | None
    client_addresses: ClientAddressResolver
    claims: Claims | None
    idempotency_key: str
    query: str | int
    body: bytes | int | None
    content_length: str
    content_type: str
    failure: Mapping[str, Any] | None
    trace: Trace

    def to_fields(self, redactor: Redactor) -> dict[str, Any]:
        """The members of its record."""
        milliseconds, path = round(self.seconds * 1000, 2), redactor.redact_text(self.path)
        method = self.method if len(self.method) < _VERB_MAX else redactor.redact_text(self.method)
        who = {"user": self.claims.user_id, "session": str(self.claims.session_id)} if self.claims else {}
        told = {
            "message": f"{method} {path} {self.status} in {milliseconds} ms",
            "method": method,
            "path": path,
            "route": self.route,
            "status": self.status,
            "ms": milliseconds,
            "bytes": self.response_bytes,
            "client": self.client_addresses.resolve(self.peer, self.forwarded),
            **who,
            "sql": self.trace.sql,
            "redis": self.trace.redis,
        }
        key = digest(self.idempotency_key) if self.idempotency_key else None
        more = {
            "input": redactor.redact_value(self._input()),
            "failure": redactor.redact_value(self.failure),
            "made": self.trace.created_ids,
        }
        return told | {name: value for name, value in (("key", key), *more.items()) if value}

    def _input(self) -> dict[str, Any]:
        read = {"query": _parse_query(self.query), "json": self._json()}
        return {name: value for name, value in read.items() if value}

    def _json(self) -> Any:
        if self.body is None:
            return f"{self.content_length} bytes, unread" if self.content_length not in ("", "0") else None
        if isinstance(self.body, int) or "json" not in self.content_type:
            size = self.body if isinstance(self.body, int) else len(self.body)
            return f"{size} bytes of {self.content_type or 'no type'}" if size else None
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return f"{len(self.body)} bytes, malformed"
        # A value without a name may be anything.
        return value if isinstance(value, dict) else f"a {type(value).__name__}"


def _parse_query(text: str | int) -> Any:
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
