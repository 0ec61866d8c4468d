"""HTTP access log hook and trace ids of requests."""

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from flask import Request, Response

from shop.core.crypto.tokens import Claims
from shop.core.http.body import BODY_KEY
from shop.core.http.client_address import ClientAddressResolver
from shop.core.http.request import current_state, header_key
from shop.core.http.web_app import WebApp
from shop.core.logging.entry import CUSTOM_FIELDS
from shop.core.logging.redaction import Redactor, digest
from shop.core.settings.settings import Settings
from shop.core.trace import Trace, create_request_trace, current_trace, set_trace

REQUEST_ID_HEADER, TRACEPARENT_HEADER = "X-Request-ID", "traceparent"
# Longest query or body that is logged. Only the size of longer ones is logged.
INPUT_MAX = 4096
_FIELDS_MAX = 100
_VERB_MAX = 8
# Lowest status of a failure.
_FAILURES = 400
_log = logging.getLogger(__name__)


def serve_access_log(app: WebApp, settings: Settings) -> None:
    """Trace and log each request.

    The response has the ids of the trace. Must be called before other hooks are set.
    """
    access_log = _AccessLog(
        frozenset(settings.log_skip), settings.idempotency_header, ClientAddressResolver(settings.trusted_proxies)
    )
    app.request_hooks.append(_set_trace)
    app.response_hooks.append(access_log.log_response)
    app.end_hooks.append(_clear_trace)


def _set_trace(request: Request) -> None:
    headers = request.environ
    # Some proxies, such as HAProxy in many setups, give requests an id under the other name.
    request_id = headers.get("HTTP_X_REQUEST_ID") or headers.get("HTTP_X_UNIQUE_ID", "")
    set_trace(create_request_trace(request_id, headers.get("HTTP_TRACEPARENT", "")))


def _clear_trace() -> None:
    set_trace(None)


class _AccessLog(NamedTuple):
    skip: frozenset[str]
    key_header: str
    client_addresses: ClientAddressResolver

    def log_response(self, request: Request, response: Response) -> Response:
        """Add the trace headers to the response and log the request."""
        trace = current_trace()
        if trace is None:
            return response
        response.headers.add(REQUEST_ID_HEADER, trace.request_id)
        if trace.traceparent:
            response.headers.add(TRACEPARENT_HEADER, trace.traceparent)
        level = _level(response.status_code)
        if _log.isEnabledFor(level) and request.path not in self.skip:
            access = self._create_record(request, response, trace)
            # _log.info is slower: it searches the stack for the line of the caller.
            arguments = (access.method, access.route, access.status)
            record = logging.getLogRecordFactory()(_log.name, level, "", 0, "%s %s %s", arguments, None)
            setattr(record, CUSTOM_FIELDS, access.to_fields)
            _log.handle(record)
        return response

    def _create_record(self, request: Request, response: Response, trace: Trace) -> "AccessRecord":
        environ, rule, state = request.environ, request.url_rule, current_state()
        body, query = environ.get(BODY_KEY), environ.get("QUERY_STRING", "")
        return AccessRecord(
            method=request.method,
            path=request.path,
            route=rule.rule if rule else "none",
            status=response.status_code,
            seconds=perf_counter() - trace.started_at,
            response_bytes=response.content_length,
            peer=environ.get("REMOTE_ADDR"),
            forwarded=environ.get("HTTP_X_FORWARDED_FOR"),
            client_addresses=self.client_addresses,
            claims=state.get("claims"),
            idempotency_key=environ.get(header_key(self.key_header), ""),
            # Thousands of records may wait to be written, so long input is not kept in memory.
            query=query if len(query) <= INPUT_MAX else len(query),
            body=body if body is None or len(body) <= INPUT_MAX else len(body),
            content_length=environ.get("CONTENT_LENGTH", ""),
            content_type=environ.get("CONTENT_TYPE", ""),
            failure=state.get("failure"),
            item=(request.view_args or {}).get("item_id"),
            trace=trace,
        )


class AccessRecord(NamedTuple):
    """Request and response, as they were at the end of the request.

    `query` and `body` are lengths when the input is too long for the log.
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
    item: int | None
    trace: Trace

    def to_fields(self, redactor: Redactor) -> dict[str, Any]:
        """Return the fields of the log entry."""
        milliseconds, path = round(self.seconds * 1000, 2), redactor.redact_text(self.path)
        method = self.method if len(self.method) < _VERB_MAX else redactor.redact_text(self.method)
        caller = {"user": self.claims.user_id, "session": str(self.claims.session_id)} if self.claims else {}
        fields = {
            "message": f"{method} {path} {self.status} in {milliseconds} ms",
            "method": method,
            "path": path,
            "route": self.route,
            "status": self.status,
            "ms": milliseconds,
            "bytes": self.response_bytes,
            "client": self.client_addresses.resolve(self.peer, self.forwarded),
            **caller,
            "sql": self.trace.sql,
            "redis": self.trace.redis,
        }
        key = digest(self.idempotency_key) if self.idempotency_key else None
        values = self._input()
        optional = {
            **(self._subject(values) if self.status >= _FAILURES else {}),
            "input": redactor.redact_value(values),
            "failure": redactor.redact_value(self.failure),
            "made": self.trace.created_ids,
        }
        return fields | {name: value for name, value in (("key", key), *optional.items()) if value}

    def _input(self) -> dict[str, Any]:
        values = {"query": _parse_query(self.query) if self.query else None, "json": self._json()}
        return {name: value for name, value in values.items() if value}

    def _subject(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return item and quantity; `user` is a field of all records."""
        body = values.get("json")
        quantity = body.get("quantity") if isinstance(body, dict) else None
        # A number only: any other value is part of `input`, where secrets are masked.
        return {"item": self.item, "quantity": quantity if type(quantity) in (int, float) else None}

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
        # The redactor works by field names, and such a value has none.
        return value if isinstance(value, dict) else f"a {type(value).__name__}"


def _parse_query(text: str | int) -> Any:
    if isinstance(text, int):
        return f"{text} bytes"
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        return f"{len(text)} bytes, malformed"
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        parameters[name] = [*parameters[name], value] if name in parameters else [value]
    return {name: values if len(values) > 1 else values[0] for name, values in parameters.items()}


def _level(status: int) -> int:
    return logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
