"""Error catalogue at /errors and /errors/{code}, as JSON and as HTML.

The `type` of every problem document links here.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask import Flask, Response, abort
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.api.pages import PageText, describe_remedy, is_browser, render_page
from shop.core.errors import ExceptionCode, Retry, default_retry, find_code, registered_codes
from shop.core.http.converters import CodeConverter
from shop.core.http.envelope import respond
from shop.core.http.negotiation import HTML, JSON
from shop.core.http.problem import CODE_MAX, ERRORS_PATH
from shop.core.http.query_string import check_query_string
from shop.core.i18n.languages import translate
from shop.core.openapi.envelopes import response_headers, wrap_in_envelope
from shop.core.openapi.examples import success_example
from shop.core.openapi.failures import UNKNOWN_PARAMETER, Failing, describe_failures
from shop.core.openapi.spec import Api
from shop.core.validation.fields import SENTENCE_MAX, Text, WholeNumber

_CODES_MAX = 10_000
_PAGE_MAX = 10_000_000
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class ErrorCodeSchema(Schema):
    """Meaning of an error code.

    `sentence` has its facts in braces. `error_code` is absent for plain HTTP errors. `retry` is the next step of a
    client.
    """

    code = WholeNumber(
        required=True, validate=Range(400, CODE_MAX), metadata={"description": "Error code.", "example": 404301}
    )
    error_code = Text(
        100,
        min_length=1,
        metadata={"description": "Name of the code; absent for failures of HTTP itself.", "example": "NOT_FOUND"},
    )
    status = WholeNumber(
        required=True, validate=Range(400, 599), metadata={"description": "HTTP status.", "example": 404}
    )
    sentence = Text(
        SENTENCE_MAX,
        min_length=1,
        required=True,
        metadata={
            "description": "Message of the code, with its facts in braces.",
            "example": "Item {item_id} does not exist.",
        },
    )
    retry = fields.String(
        required=True,
        validate=OneOf([*Retry]),
        metadata={"description": "Next step of a client.", "example": Retry.NEVER},
    )


def serve_errors(app: Flask, api: Api) -> None:
    """Serve the list of error codes and a page for each code."""
    app.url_map.converters["code"] = CodeConverter
    api.register_converter(
        CodeConverter, lambda _: {"type": "integer", "minimum": 400, "maximum": CODE_MAX, "example": 404301}
    )

    @app.get(ERRORS_PATH)
    def errors() -> Response:
        check_query_string(errors, is_page=is_browser())
        cards = [_error_card(code) for code in registered_codes().values()]
        return _render_codes(cards) if is_browser() else respond(200, cards)

    # flask-smorest reads the defaults of a rule, so they must not be None.
    @app.get(f"{ERRORS_PATH}/<code:code>", defaults={}, strict_slashes=True)
    def error(code: int) -> Response:
        check_query_string(error, is_page=is_browser())
        if known := find_code(code):
            card = _error_card(known)
        elif 400 <= code <= 599 and code in HTTP_STATUS_CODES:
            # Plain HTTP errors, such as 405, have no exception code.
            phrase = translate(HTTP_STATUS_CODES[code])
            card = {"code": code, "status": code, "sentence": phrase, "retry": default_retry(code)}
        else:
            abort(404)
        return _render_code(card, known.sentence if known else "") if is_browser() else respond(200, card)

    api.spec.tag({"name": "errors", "description": "What each error code means"})
    cards = fields.List(fields.Nested(ErrorCodeSchema), validate=Length(max=_CODES_MAX))
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    listed = _describe_operation(
        "listErrorCodes", "List all error codes.", wrap_in_envelope(cards, "ErrorCodes"), UNKNOWN_PARAMETER, 500
    )
    shown = _describe_operation(
        "getErrorCode",
        "Read what a code means.",
        wrap_in_envelope(fields.Nested(ErrorCodeSchema), "ErrorCode"),
        404,
        UNKNOWN_PARAMETER,
        500,
    )
    for endpoint, operation in (("errors", listed), ("error", shown)):
        api.spec.defer(partial(api.spec.path, rule=rules[endpoint], operations={"get": operation}))


def _error_card(code: ExceptionCode) -> dict[str, Any]:
    return {
        "code": code.number,
        "error_code": code.name,
        "status": code.status,
        "sentence": translate(code.sentence),
        "retry": code.retry,
    }


def _render_code(card: Mapping[str, Any], sentence: str) -> Response:
    status, number = card["status"], card["code"]
    others = (code for code in registered_codes().values() if code.status == status and code.number != number)
    return render_page(
        "error.html",
        str(number),
        card=card,
        phrase=translate(HTTP_STATUS_CODES[status]),
        remedy=describe_remedy(status, Retry(card["retry"])),
        facts=_PLACEHOLDER.findall(sentence),
        related=[_error_card(code) for code in others],
    )


def _render_codes(cards: Iterable[dict[str, Any]]) -> Response:
    groups = [
        (status, translate(HTTP_STATUS_CODES[status]), [*members])
        for status, members in groupby(cards, key=itemgetter("status"))
    ]
    return render_page("errors.html", translate(PageText.ALL_CODES), groups=groups)


def _describe_operation(name: str, summary: str, schema: Schema, *failures: Failing) -> dict[str, Any]:
    page = {"schema": {"type": "string", "format": "html", "maxLength": _PAGE_MAX}, "example": "<!doctype html>"}
    named = success_example(schema, 200)
    envelope: dict[str, Any] = {"schema": schema, "examples": {"code": {"value": named}}}
    if isinstance(named["data"], dict):
        # A failure of HTTP itself has no name.
        unnamed = {"code": 405, "status": 405, "sentence": HTTP_STATUS_CODES[405], "retry": default_retry(405)}
        envelope["examples"]["status"] = {"value": named | {"data": unnamed}}
    success = {"description": "OK", "headers": response_headers(200), "content": {JSON: envelope, HTML: page}}
    operation = {
        "operationId": name,
        "summary": summary,
        "description": "Public. A client that prefers `text/html`, such as a browser, gets a page.",
        "tags": ["errors"],
        "security": [],
        "parameters": ["Language"],
        "responses": {200: success},
    }
    describe_failures(operation, failures, {})
    return operation
