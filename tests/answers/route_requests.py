"""Requests to every operation: valid ones, and one of each kind of failure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from tests.answers.operations import Operation, read_operations
from tests.answers.recorded_shop import ORIGIN, RecordedShop, Rows
from tests.answers.recorder import Recorder
from tests.answers.wsgi_calls import Call
from tests.support.samples import runs_all

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
FORMS = {"envelope": "application/json", "problem": "application/problem+json"}
TOO_LARGE = b'{"a": "' + b"a" * 1024 * 1024 + b'"}'
UNKNOWN_IDS = {
    "item_id": 999_999,
    "user_id": 999_999,
    "order_id": "01a1f8b9-6fb6-769b-b74e-21f10587bf2c",
    "session_id": "01a1f8b9-6fb6-769b-b74e-21f10587bf2c",
    "constant": "nothing",
    "code": 999_999,
}
# Kind of failure -> changes of a valid request.
FAILURES: Mapping[str, Mapping[str, Any]] = {
    "without a token": {"headers": {"Authorization": None}},
    "with a malformed token": {"headers": {"Authorization": "Bearer nonsense"}},
    "with another scheme": {"headers": {"Authorization": "Basic bm9ib2R5Og=="}},
    "for unknown ids": {"ids": UNKNOWN_IDS},
    "for malformed ids": {"ids": dict.fromkeys(UNKNOWN_IDS, "x%2Fy")},
    "for an unknown tenant": {"headers": {"Authorization": None, "X-Tenant": "nowhere"}},
    "for an unsupported media type": {"headers": {"Accept": "text/csv"}},
    "with an unknown query parameter": {"query": "?nonsense=1&lang=xx"},
    "with a repeated query parameter": {"query": "?page=1&page=2"},
    "with an unknown method": {"verb": "BREW"},
    "with a method in lower case": {"verb": "get"},
    "with a malformed host": {"headers": {"Host": "a b"}},
    "with If-Match": {"headers": {"If-Match": '"a"'}},
    "with a malformed If-Match": {"headers": {"If-Match": "a"}},
    "with a weak If-Match": {"headers": {"If-Match": 'W/"a"'}},
    "with If-None-Match": {"headers": {"If-None-Match": "*"}},
    "without a key": {"headers": {"Idempotency-Key": None}},
    "with a malformed key": {"headers": {"Idempotency-Key": "a b"}},
    "with two keys": {"headers": {"Idempotency-Key": "a,b"}},
    "without a body": {"content": None},
    "with an empty body": {"content": b""},
    "with a truncated body": {"content": b'{"a":'},
    "with a body that is no text": {"content": b"\xff\xfe"},
    "with a repeated member": {"content": b'{"a": 1, "a": 2}'},
    "with a deeply nested body": {"content": b"[" * 40 + b"]" * 40},
    "with a text body": {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
    "with a compressed body": {"headers": {"Content-Encoding": "gzip"}},
    "with an unknown field": {"content": b'{"nonsense": 1, "\xe8\x8c\xb6": 2}'},
    "with an empty object": {"content": b"{}"},
    "with a list as body": {"content": b"[]"},
    "with a too large body": {"content": TOO_LARGE},
}
WRONG_VALUES: Mapping[str, object] = {"null": None, "list": [], "empty": "", "negative": -1, "long": "x" * 5000}


def record_routes(shop: RecordedShop, recorder: Recorder) -> None:
    """Record requests to every operation: successes, and failures of every kind."""
    for number, operation in enumerate(read_operations(shop)):
        recorder.section = f"{operation.verb} {operation.path}"
        for language in LANGUAGES:
            _record_success(shop, recorder, operation, language)
        rows = choose_rows(shop, operation)
        others = {"as another user": shop.buyer, "as a user of another tenant": shop.foreigner}
        tokens = {name: {"headers": {"Authorization": f"Bearer {token}"}} for name, token in others.items()}
        failures = {**FAILURES, **tokens, **dict(_list_wrong_fields(operation, rows))}
        for shift, (kind, changes) in enumerate(failures.items()):
            for language, form in choose_preferences(number + shift):
                call = operation.build(shop, rows, f"{kind}, {language}, {form}", **changes)
                recorder.record(shop.app, prefer(call, language, form))


def choose_rows(shop: RecordedShop, operation: Operation) -> Rows:
    """Return new rows for a write, since a change cannot be repeated."""
    return shop.create_rows() if operation.is_write else shop.kept_rows


def choose_preferences(number: int) -> list[tuple[str, str]]:
    """Return languages and media types for the nth kind of request: one of each, or all of them.

    Neighbours get others, so every operation and every kind of failure has each combination.
    """
    combinations = list(product(LANGUAGES, FORMS))
    # Two apart: another language and another form.
    chosen = [combinations[number % 6], combinations[(number + 3) % 6]]
    return combinations if runs_all() else chosen


def prefer(call: Call, language: str, form: str) -> Call:
    """Return the request with its preferences, unless it has others."""
    return replace(call, headers={"Accept": FORMS[form], "Accept-Language": language, **call.headers})


def _record_success(shop: RecordedShop, recorder: Recorder, operation: Operation, language: str) -> None:
    rows = choose_rows(shop, operation)
    valid = prefer(operation.build(shop, rows, language), language, "envelope")
    recorder.record(shop.app, valid)
    if operation.is_write:
        recorder.record(shop.app, replace(valid, note=f"{language}, repeated"))
        other = replace(valid, body=b'{"quantity": 2}', note=f"{language}, repeated with another body")
        recorder.record(shop.app, other)
    if language == LANGUAGES[0]:
        recorder.record_all(shop.app, _list_variants(valid))


def _list_variants(valid: Call) -> Iterator[Call]:
    """Yield the request from pages of origins, as HEAD, and as OPTIONS."""
    for origin in (ORIGIN, "https://foreign.example", "null"):
        yield replace(valid, headers={**valid.headers, "Origin": origin}, note=f"from {origin}")
        asked = {"Origin": origin, "Access-Control-Request-Method": valid.method}
        yield Call("OPTIONS", valid.target, asked, note=f"preflight from {origin}")
    yield Call("OPTIONS", valid.target, note="plain")
    yield replace(valid, method="HEAD", body=None, note="plain")
    trace = {"X-Request-ID": "checkout-7", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    yield replace(valid, headers={**valid.headers, **trace}, note="traced")


def _list_wrong_fields(operation: Operation, rows: Rows) -> Iterator[tuple[str, dict[str, Any]]]:
    body = operation.fit_body(rows) or {}
    for name, (kind, value) in product(body, WRONG_VALUES.items()):
        yield f"{name} is {kind}", {"body": {**body, name: value}}
