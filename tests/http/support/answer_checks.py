"""Checks of every response: form, status, language, and conformance to OpenAPI."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from shop.core.validation.fields import MOMENT_PATTERN

Document = Mapping[str, Any]
JSON, PROBLEM = "application/json", "application/problem+json"
VARY = {"Accept", "Accept-Language", "Authorization", "Cookie", "X-Tenant"}
KEYS = ["status", "code", "message", "data"]
MEMBERS = {"type", "title", "status", "detail", "instance", "code"}
HAN = re.compile("[\u4e00-\u9fff]")
_MOMENT = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:")


class Preferences(NamedTuple):
    """Preferences of a request: language, and media type of failures."""

    language: str
    accept: str

    @property
    def headers(self) -> dict[str, str]:
        """What the request says of it."""
        return {"Accept-Language": self.language, "Accept": self.accept}


LANGUAGES, FORMS = ("en", "zh-Hant", "zh-Hans"), (JSON, PROBLEM, "text/html")
ALL_PREFERENCES = [Preferences(language, accept) for language in LANGUAGES for accept in FORMS]
# A success has one form under every preference.
SUCCESS_PREFERENCES = [Preferences(language, accept) for language, accept in zip(LANGUAGES, FORMS, strict=True)]


def find_violations(
    answer: TestResponse, voice: Preferences, operation: Document | None, document: Document
) -> Iterator[str]:
    """The promises that an answer does not keep; `operation` is what OpenAPI says of it, None where it says nothing."""
    told = answer.get_json(force=True)
    problem = answer.status_code >= 400 and voice.accept == PROBLEM
    kind = PROBLEM if problem else JSON
    if answer.headers["Content-Type"] != kind:
        yield f"is {answer.headers['Content-Type']}"
    yield from _problem(answer, told) if problem else _envelope(answer, told)
    yield from _headers(answer, voice)
    yield from _language(told, voice, problem=problem)
    yield from (f"{moment} is no moment in UTC" for moment in _moments(told) if not re.match(MOMENT_PATTERN, moment))
    if operation is not None:
        yield from check_documented(answer, kind, told, operation, document)


def _envelope(answer: TestResponse, told: Any) -> Iterator[str]:
    if list(told) != KEYS:
        yield f"has the keys {list(told)}"
        return
    word = "success" if answer.status_code < 400 else "error" if answer.status_code < 500 else "fail"
    if told["status"] != word:
        yield f"is called {told['status']}"
    if int(str(told["code"])[:3]) != answer.status_code or len(str(told["code"])) not in (3, 6, 8):
        yield f"has the code {told['code']} and the status {answer.status_code}"


def _problem(answer: TestResponse, told: Any) -> Iterator[str]:
    if not told.keys() >= MEMBERS:
        yield f"has the members {list(told)}"
        return
    if told["status"] != answer.status_code or int(str(told["code"])[:3]) != answer.status_code:
        yield f"tells {told['status']} and {told['code']} and is {answer.status_code}"
    if told["type"] != f"/errors/{told['code']}":
        yield f"is of the type {told['type']}"


def _headers(answer: TestResponse, voice: Preferences) -> Iterator[str]:
    if answer.headers["Content-Language"] != voice.language:
        yield f"says that it speaks {answer.headers['Content-Language']}"
    if not _split_header(answer.headers.get("Vary", "")) >= VARY:
        yield f"varies by {answer.headers.get('Vary')}"
    needs = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
    # Readiness is asked again by itself.
    if (name := needs.get(answer.status_code)) and name not in answer.headers and answer.request.path != "/readyz":
        yield f"has no {name}"


def _language(told: Any, voice: Preferences, *, problem: bool) -> Iterator[str]:
    sentences = [told.get("detail"), told.get("title")] if problem else [told.get("message")]
    wrong = told.get("data") if told.get("status") == "error" and not problem else None
    if isinstance(wrong, dict) and "error_code" not in wrong:
        sentences += [sentence for field in wrong.values() for sentence in field]
    sentences += [error["detail"] for error in told.get("errors", ())]
    for sentence in sentences:
        if bool(HAN.search(str(sentence))) is (voice.language == "en"):
            yield f"says {sentence!r}"


def check_documented(
    answer: TestResponse, kind: str, told: Any, operation: Document, document: Document
) -> Iterator[str]:
    """How an answer differs from what OpenAPI says of that operation and status."""
    said = operation["responses"].get(str(answer.status_code))
    if said is None:
        yield "has a status that is not documented"
        return
    if "$ref" in said:
        said = document["components"]["responses"][said["$ref"].rpartition("/")[2]]
    schema = {**said["content"][kind]["schema"], "components": document["components"]}
    yield from (f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(told))
    missing = [
        name for name, header in said["headers"].items() if header.get("required") and name not in answer.headers
    ]
    yield from (f"has no {name}, which is documented" for name in missing)


def _moments(value: Any) -> Iterator[str]:
    yield from re.findall(r'"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]+[^"]*)"', json.dumps(value))


def _split_header(header: str) -> set[str]:
    return {word.strip() for word in header.split(",")}
