"""OpenAPI schemas of the response envelope."""

from enum import Enum
from functools import cache
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from shop.core.http.envelope import BEARER, INSUFFICIENT_SCOPE, INVALID_TOKEN
from shop.core.http.problem import CODE_MAX
from shop.core.i18n.languages import LANGUAGES
from shop.core.openapi.cache_control import NO_STORE, PERSONAL
from shop.core.openapi.examples import UUID
from shop.core.pagination.pages import PER_PAGE_MAX
from shop.core.pagination.schemas import ListMetaSchema, PageMetaSchema, row_schema
from shop.core.rate_limiting.route_limit import RATE_LIMIT_HEADERS, RETRY_AFTER_MAX
from shop.core.trace import REQUEST_ID_PATTERN
from shop.core.validation.fields import SENTENCE_MAX, Text, WholeNumber


class Shape(Enum):
    """Shape of `data`: object, list, numbered page or page of a query."""

    ONE = "one"
    LIST = "list"
    PAGE = "page"
    QUERY = "asked"


_SUFFIX = {Shape.ONE: "", Shape.LIST: "List", Shape.PAGE: "Page", Shape.QUERY: "Page"}
_ENVELOPE_DESCRIPTIONS = {
    "status": "`success`; a failure has `error` or `fail`.",
    "code": "HTTP status, or a success code that starts with it: decide by it.",
    "message": "Message for people, in the language of the caller.",
}
_META: dict[Shape, type[Schema]] = {Shape.PAGE: PageMetaSchema, Shape.QUERY: ListMetaSchema}


def _describe_header(description: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": schema}


_LANGUAGE_HEADERS = {
    "Content-Language": _describe_header("Language of the messages.", type="string", enum=[*LANGUAGES])
}
_TRACE_HEADERS = {
    "X-Request-ID": _describe_header(
        "Id of the request: the one that was sent, or a new one.", type="string", maxLength=128,
        pattern=REQUEST_ID_PATTERN, example=UUID,
    ),
    "traceparent": _describe_header(
        "Trace and span of this request (W3C Trace Context), if a trace was sent.", required=False, type="string",
        maxLength=55, pattern="^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    ),
}  # fmt: skip
_LOCATION = {
    "Location": _describe_header("Path of the resource.", type="string", format="uri-reference", maxLength=1000)
}
_DESCRIBED_BY = {
    "Link": _describe_header(
        "Page of the error code, as `describedby`.", required=False, type="string",
        maxLength=100, pattern="^<.*>; rel=",
        example='</errors/404301>; rel="describedby"',
    )
}  # fmt: skip
_RETRY: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": RETRY_AFTER_MAX}
# Of failures of the API; the error catalogue and pages may be stored.
_CACHE_CONTROL = {
    "Cache-Control": _describe_header(
        "Nothing may store the response.", required=False, type="string", enum=[NO_STORE, PERSONAL]
    )
}
# Extra headers of a status.
_HEADERS: dict[int, dict[str, Any]] = {
    201: _LOCATION,
    202: _LOCATION,
    401: {
        "WWW-Authenticate": _describe_header(
            "Authentication scheme; with an error when a token was sent.", type="string", enum=[BEARER, INVALID_TOKEN]
        )
    },
    403: {
        "WWW-Authenticate": _describe_header("The token permits too little.", type="string", enum=[INSUFFICIENT_SCOPE])
    },
    409: {"Retry-After": _describe_header("Seconds until a retry can succeed, if one can.", required=False, **_RETRY)},
    429: {"Retry-After": _describe_header("Seconds to wait.", **_RETRY)},
    503: {"Retry-After": _describe_header("Seconds to wait.", **_RETRY)},
}


_FAILURE_HEADERS = {**_DESCRIBED_BY, **_CACHE_CONTROL, **RATE_LIMIT_HEADERS}


class ErrorSchema(Schema):
    """Envelope of a failure."""

    status = fields.String(
        required=True,
        validate=OneOf(["error", "fail"]),
        metadata={"description": "`error`: the request was wrong; `fail`: the service failed."},
    )
    code = WholeNumber(
        required=True,
        validate=Range(400, CODE_MAX),
        metadata={"description": "Error code, or the HTTP status: decide by it.", "example": 404301},
    )
    message = Text(
        SENTENCE_MAX,
        min_length=1,
        required=True,
        metadata={
            "description": "Message for people, in the language of the caller.",
            "example": "Item 7 does not exist.",
        },
    )
    data = fields.Dict(
        required=True,
        metadata={
            "description": "Facts of the failure; for wrong fields their messages by name.",
            "example": {"error_code": "NOT_FOUND", "retry": "never", "item_id": 7},
        },
    )


class NothingSchema(Schema):
    """Empty object, for responses without data."""


def response_headers(status: int) -> dict[str, Any]:
    """Return the headers of a response with that status."""
    return {
        **_LANGUAGE_HEADERS,
        **_TRACE_HEADERS,
        **_HEADERS.get(status, {}),
        **(_FAILURE_HEADERS if status >= 400 else {}),
    }


@cache
def envelope_schema(schema: type[Schema] | None, shape: Shape) -> Schema:
    """Return the schema of the envelope around a result, for documentation only."""
    inner: Any = fields.Nested(schema) if schema else fields.Nested(NothingSchema)
    name = schema.__name__.removesuffix("Schema") if schema else "Empty"
    if shape is Shape.LIST:
        inner = fields.List(inner, validate=Length(max=PER_PAGE_MAX))
    elif shape is not Shape.ONE:
        rows = fields.Nested(row_schema(schema)) if schema and shape is Shape.QUERY else inner
        page: dict[str, Any] = {
            "data": fields.List(
                rows, required=True, validate=Length(max=PER_PAGE_MAX), metadata={"description": "Rows of the page."}
            ),
            "meta": fields.Nested(
                _META[shape], required=True, metadata={"description": "Position of the page in its list."}
            ),
        }
        inner = fields.Nested(_create_schema(page, f"{name}{_SUFFIX[shape]}", "Page of a list."))
    return wrap_in_envelope(inner, f"{name}{_SUFFIX[shape]}")


def wrap_in_envelope(data: Any, name: str) -> Schema:
    """Return the schema of an envelope with that field as its data."""
    data.required = True
    data.metadata = {**data.metadata, "description": "Result of the request."}
    described: dict[str, Any] = {name: {"description": text} for name, text in _ENVELOPE_DESCRIPTIONS.items()}
    keys: dict[str, Any] = {
        "status": fields.String(required=True, validate=OneOf(["success"]), metadata=described["status"]),
        "code": WholeNumber(required=True, validate=Range(200, CODE_MAX), metadata=described["code"]),
        "message": Text(SENTENCE_MAX, min_length=1, required=True, metadata={**described["message"], "example": "OK"}),
        "data": data,
    }
    return _create_schema(keys, f"{name}Response", "Envelope of a success.")()


def _create_schema(members: dict[str, Any], name: str, description: str) -> type[Schema]:
    created = Schema.from_dict(members, name=f"{name}Schema")
    created.document = {"description": description}  # type: ignore[attr-defined]  # read by the converter of the document
    return created
