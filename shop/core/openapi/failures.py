"""Failures of operations: responses with one example for each code."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.errors import CoreExceptionCode, ExceptionCode
from shop.core.http.negotiation import JSON, PROBLEM
from shop.core.http.problem import ERRORS_PATH, ProblemSchema
from shop.core.i18n.messages import http_status
from shop.core.openapi.annotations import annotate, get_annotations
from shop.core.openapi.envelopes import ErrorSchema, response_headers
from shop.core.validation.errors import FieldError, FieldErrors, flatten_messages

# An operation carries its failures under this key until they become responses.
FAILURES = "failures"
_INSTANCE = "/api/v1/items/7"
_PLACEHOLDER = re.compile(r"\{\w+\}")
# Values that are wrong for every field of a kind, tried in turn.
_WRONG_JSON: tuple[Any, ...] = ([], {}, 0)
_WRONG_TEXT = ("?",)


class Failure(NamedTuple):
    """A code that an operation can answer, with examples of its facts.

    `code` is a number for failures of HTTP itself. `field` is the wrong field of a request, if there is one.
    """

    code: ExceptionCode | int
    facts: Mapping[str, Any] = {}
    field: FieldError | None = None

    @property
    def number(self) -> int:
        """Number of the code."""
        return self.code if isinstance(self.code, int) else self.code.number

    @property
    def name(self) -> str:
        """Name of the example in the components of the document."""
        return f"{self.number}.{self.field.name}" if self.field else str(self.number)


Failing = Failure | ExceptionCode | int
UNKNOWN_PARAMETER = Failure(
    CoreExceptionCode.FIELD_INVALID,
    field=FieldError("query", ("colour",), CoreExceptionCode.FIELD_INVALID, (Schema().error_messages["unknown"],)),
)


def failing(code: ExceptionCode, **facts: Any) -> Failure:
    """Return a failure with examples of the facts that its response has.

    The fact `field` names the wrong field of the body.
    """
    if field := facts.pop("field", ""):
        return Failure(code, facts, FieldError("json", (field,), code, (code.sentence,)))
    return Failure(code, facts)


def add_failures(view: Callable[..., Any], failures: Iterable[Failing]) -> None:
    """Add failures to the operation of a view."""
    annotate(view, FAILURES, (*get_annotations(view).get(FAILURES, ()), *map(_to_failure, failures)))


def list_field_failures(schema: Schema, location: str) -> list[Failure]:
    """Return a failure for each field that has a code.

    Its sentences are those of a value that is wrong for the field.
    """
    codes = {field.data_key or name: field.metadata.get("code") for name, field in schema.fields.items()}
    return [
        Failure(code, field=FieldError(location, (name,), code, _find_sentences(schema, name, location)))
        for name, code in codes.items()
        if code
    ]


def describe_failures(operation: dict[str, Any], failures: Iterable[Failing], facts: Mapping[str, Any]) -> None:
    """Add the failure responses of an operation.

    `facts` are the examples of its path parameters. Raises KeyError for a fact without an example.
    """
    unique = {failure.name: failure for failure in map(_to_failure, failures)}
    ordered = sorted(unique.values(), key=lambda failure: (http_status(failure.number), failure.number, failure.name))
    for status, group in groupby(ordered, key=lambda failure: http_status(failure.number)):
        operation["responses"][status] = _describe_response(status, [*group], facts)


def _to_failure(failing: Failing) -> Failure:
    return failing if isinstance(failing, Failure) else Failure(failing)


def _find_sentences(schema: Schema, name: str, location: str) -> tuple[str, ...]:
    for wrong in _WRONG_JSON if location == "json" else _WRONG_TEXT:
        if messages := schema.validate({name: wrong}, partial=True).get(name):
            return next(sentences for _, sentences in flatten_messages(messages))
    raise TypeError(f"No value is wrong for the field {name}.")


def _describe_response(status: int, failures: list[Failure], facts: Mapping[str, Any]) -> dict[str, Any]:
    examples = [(failure.name, _summarize(failure), *_bodies(failure, facts)) for failure in failures]
    return {
        "description": HTTP_STATUS_CODES[status],
        "headers": response_headers(status),
        "content": {
            JSON: {"schema": ErrorSchema, "examples": {n: {"summary": s, "value": body} for n, s, body, _ in examples}},
            PROBLEM: {
                "schema": ProblemSchema,
                "examples": {n: {"summary": s, "value": problem} for n, s, _, problem in examples},
            },
        },
    }


def _summarize(failure: Failure) -> str:
    code = failure.code
    return HTTP_STATUS_CODES[code] if isinstance(code, int) else f"{code.name}: {code.sentence}"


def _bodies(failure: Failure, known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the envelope and the problem document of a failure."""
    code, number = failure.code, failure.number
    phrase = code.sentence if isinstance(code, ExceptionCode) else HTTP_STATUS_CODES[code]
    facts = {name: known[name] for name in known if f"{{{name}}}" in phrase} | dict(failure.facts)
    message = phrase.format(**facts)
    status = http_status(number)
    details: dict[str, Any] = {} if isinstance(code, int) else {"error_code": code.name, "retry": code.retry, **facts}
    problem: dict[str, Any] = {
        "type": f"{ERRORS_PATH}/{number}",
        "title": _PLACEHOLDER.sub("…", phrase),
        "status": status,
        "detail": message,
        "instance": _INSTANCE,
        "code": number,
    }
    if failure.field:
        errors = FieldErrors([failure.field])
        details = errors.messages()
        problem |= {"retry": failure.field.code.retry, "errors": [*errors.as_problem_errors()]}
    else:
        problem = {**details, **problem}
    kind = "error" if status < 500 else "fail"
    return {"status": kind, "code": number, "message": message, "data": details}, problem
