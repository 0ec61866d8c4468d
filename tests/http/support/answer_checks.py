"""Checks of every response: form, status, language, and conformance to OpenAPI."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from shop.core.validation.fields import MOMENT_PATTERN
from tests.http.support.example_checks import find_example_differences
from tests.support.openapi_document import resolve

Document = Mapping[str, Any]
JSON, PROBLEM = "application/json", "application/problem+json"
VARY = {"Accept", "Accept-Language", "Authorization", "Cookie", "X-Tenant"}
KEYS = ["status", "code", "message", "data"]
MEMBERS = {"type", "title", "status", "detail", "instance", "code"}
HAN = re.compile("[\u4e00-\u9fff]")
_TIMESTAMP = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:")


class Preferences(NamedTuple):
    """Preferences of a request: language, and media type of failures."""

    language: str
    accept: str

    @property
    def headers(self) -> dict[str, str]:
        """Request headers of these preferences."""
        return {"Accept-Language": self.language, "Accept": self.accept}


LANGUAGES, FORMS = ("en", "zh-Hant", "zh-Hans"), (JSON, PROBLEM, "text/html")
ALL_PREFERENCES = [Preferences(language, accept) for language in LANGUAGES for accept in FORMS]
# A success has one form under every preference.
SUCCESS_PREFERENCES = [Preferences(language, accept) for language, accept in zip(LANGUAGES, FORMS, strict=True)]


def find_violations(
    answer: TestResponse, preferences: Preferences, operation: Document | None, document: Document
) -> Iterator[str]:
    """List the violations of a response.

    `operation`: its operation in the OpenAPI document, None for undocumented routes.
    """
    body = answer.get_json(force=True)
    problem = answer.status_code >= 400 and preferences.accept == PROBLEM
    media_type = PROBLEM if problem else JSON
    if answer.headers["Content-Type"] != media_type:
        yield f"is {answer.headers['Content-Type']}"
    yield from _problem(answer, body) if problem else _envelope(answer, body)
    yield from _headers(answer, preferences)
    yield from _language(body, preferences, problem=problem)
    yield from (
        f"{timestamp} is not a timestamp in UTC"
        for timestamp in _find_timestamps(body)
        if not re.match(MOMENT_PATTERN, timestamp)
    )
    if operation is not None:
        yield from check_documented(answer, media_type, body, operation, document)


def _envelope(answer: TestResponse, body: Any) -> Iterator[str]:
    if list(body) != KEYS:
        yield f"has the keys {list(body)}"
        return
    expected = "success" if answer.status_code < 400 else "error" if answer.status_code < 500 else "fail"
    if body["status"] != expected:
        yield f"has the status text {body['status']}"
    if int(str(body["code"])[:3]) != answer.status_code or len(str(body["code"])) not in (3, 6, 8):
        yield f"has the code {body['code']} and the status {answer.status_code}"


def _problem(answer: TestResponse, body: Any) -> Iterator[str]:
    if not body.keys() >= MEMBERS:
        yield f"has the members {list(body)}"
        return
    if body["status"] != answer.status_code or int(str(body["code"])[:3]) != answer.status_code:
        yield f"has the status {body['status']}, the code {body['code']} and the HTTP status {answer.status_code}"
    if body["type"] != f"/errors/{body['code']}":
        yield f"is of the type {body['type']}"


def _headers(answer: TestResponse, preferences: Preferences) -> Iterator[str]:
    if answer.headers["Content-Language"] != preferences.language:
        yield f"has the Content-Language {answer.headers['Content-Language']}"
    if not _split_header(answer.headers.get("Vary", "")) >= VARY:
        yield f"has the Vary header {answer.headers.get('Vary')}"
    needs = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
    # Probes repeat /readyz by themselves.
    if (name := needs.get(answer.status_code)) and name not in answer.headers and answer.request.path != "/readyz":
        yield f"has no {name}"


def _language(body: Any, preferences: Preferences, *, problem: bool) -> Iterator[str]:
    messages = [body.get("detail"), body.get("title")] if problem else [body.get("message")]
    field_errors = body.get("data") if body.get("status") == "error" and not problem else None
    if isinstance(field_errors, dict) and "error_code" not in field_errors:
        messages += [message for field in field_errors.values() for message in field]
    messages += [error["detail"] for error in body.get("errors", ())]
    for message in messages:
        if bool(HAN.search(str(message))) is (preferences.language == "en"):
            yield f"has the untranslated message {message!r}"


def check_documented(
    answer: TestResponse, media_type: str, body: Any, operation: Document, document: Document
) -> Iterator[str]:
    """List the differences of a response from its OpenAPI operation."""
    documented = operation["responses"].get(str(answer.status_code))
    if documented is None:
        yield "has a status that is not documented"
        return
    documented = resolve(document, documented)
    schema = {**documented["content"][media_type]["schema"], "components": document["components"]}
    yield from (f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body))
    headers = {name: resolve(document, header) for name, header in documented["headers"].items()}
    missing = [name for name, header in headers.items() if header.get("required") and name not in answer.headers]
    yield from (f"has no {name}, which is documented" for name in missing)
    yield from find_example_differences(body, documented["content"][media_type], document)


def _find_timestamps(value: Any) -> Iterator[str]:
    yield from re.findall(r'"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]+[^"]*)"', json.dumps(value))


def _split_header(header: str) -> set[str]:
    return {name.strip() for name in header.split(",")}
