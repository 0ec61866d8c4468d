"""Blueprint of Controllers: flask-smorest's, with responses in the envelope."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Flask, Response, g
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.api.conditional import IfMatchChecker, add_etag, describe_etags, has_etag
from shop.core.api.parser import Parser
from shop.core.api.preferences import describe_preferences
from shop.core.auth.masking import Mask, add_masks
from shop.core.auth.tenant_resolver import describe_tenant
from shop.core.http.body import PATCH_TYPES
from shop.core.http.envelope import Answer, respond
from shop.core.http.etag import mark_conditional
from shop.core.idempotency.policy import (
    WRITE_METHODS,
    IdempotencyPolicy,
    apply_default_policy,
    describe_idempotency_key,
    effective_policy,
)
from shop.core.openapi.annotations import (
    add_description,
    document_operation,
    get_responses,
    set_argument_errors,
    set_operation_ids,
    with_description,
)
from shop.core.openapi.cache_control import describe_cache_control
from shop.core.openapi.envelopes import Shape, envelope_schema, error_name, response_headers, with_status
from shop.core.openapi.examples import example_of
from shop.core.pagination.pages import PAGE_TYPES
from shop.core.query.request import page_response, schema_for_caller
from shop.core.rate_limiting.route_limit import describe_rate_limits

C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])
_ALWAYS = (406, 422, 429, 500, 503)
_WITH_BODY = (400, 413, 415, 422)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest carries no types
    """Routes of Controllers, with validation and documentation of requests and responses."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, *args: Any, idempotency_policy: IdempotencyPolicy | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.idempotency_policy = idempotency_policy
        self._prepare_doc_cbks += [_describe_operation]

    def route(self, rule: str, **options: Any) -> Callable[[type[C]], type[C]]:
        """Serve a Controller at a path below /api/v1.

        A trailing slash is accepted behind a fixed path only: behind a parameter, also as `5%2F`, it would be a second
        spelling of the value.
        """
        options.setdefault("strict_slashes", "<" in rule)
        serve = super().route(rule, **options)

        def decorator(controller: type[C]) -> type[C]:
            set_operation_ids(controller)
            apply_default_policy(controller, self.idempotency_policy)
            served: type[C] = serve(controller)
            return served

        return decorator

    def arguments(self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any) -> Callable[[F], F]:
        """Pass validated arguments to the method.

        Raises RequestValidationError before the method runs when a value is not valid.
        """
        # One instance for all requests: building a schema costs more than loading with it.
        schema = schema() if isinstance(schema, type) else schema
        parse = partial(self.ARGUMENTS_PARSER.parse, location=location)
        if location == "json":
            options.setdefault("example", example_of(schema))
        describe = super().arguments(schema, location=location, **options)
        statuses = _WITH_BODY if location == "json" else (422,)

        def decorator(view: F) -> F:
            @wraps(view)
            def checked(*args: Any, **kwargs: Any) -> Any:
                values = parse(schema_for_caller(schema) if location == "query" else schema)
                return view(*args, values, **kwargs)

            if location == "query":
                checked.__reads_query__ = True  # type: ignore[attr-defined]  # a marker, copied by functools.wraps
            if isinstance(schema, IfMatchChecker):
                mark_conditional(checked)
            described = describe(view)
            set_argument_errors(described, {status: error_name(status) for status in statuses})
            validating_view: F = with_description(checked, described)
            return validating_view

        return decorator

    def response(  # noqa: D417 - the rest is flask-smorest's
        self,
        status_code: int,
        schema: type[Schema] | None = None,
        *,
        shape: Shape = Shape.ONE,
        errors: tuple[int, ...] = (),
        other_statuses: tuple[int, ...] = (),
        masks: tuple[Mask, ...] = (),
        **options: Any,
    ) -> Callable[[F], F]:
        """Return the result of the method through the schema, in the envelope.

        Args:
            errors: error statuses, beyond those of the other decorators.
            other_statuses: other statuses of the same response.
            masks: fields that some callers see masked.

        """
        dump = add_masks(schema().dump, masks) if schema else None
        documented = envelope_schema(schema, shape)
        example = example_of(documented) | {"code": status_code, "message": HTTP_STATUS_CODES[status_code]}
        describe = super().response(
            status_code, documented, example=example, headers=response_headers(status_code), **options
        )

        def decorator(view: F) -> F:
            render = partial(_build_response, status=status_code, dump=dump, tagged=has_etag(view))

            @wraps(view)
            def render_view(*args: Any, **kwargs: Any) -> ResponseReturnValue:
                # The idempotency record is written with the response, before the transaction ends.
                g.render = render
                return render(view(*args, **kwargs))

            document_operation(render_view, responses={status: error_name(status) for status in (*errors, *_ALWAYS)})
            for mask in masks:
                add_description(render_view, str(mask))
            render_view.__masks__ = masks  # type: ignore[attr-defined]  # a marker of the route
            described: F = with_description(render_view, describe(render_view))
            responses = get_responses(described)
            for status in other_statuses:
                responses[status] = [{**known, **with_status(status, example)} for known in responses[status_code]]
            return described

        return decorator


def _describe_operation(
    doc: dict[str, Any], doc_info: dict[str, Any], *, app: Flask, method: str, **_: Any
) -> dict[str, Any]:
    # flask-smorest calls it for each operation of each app. The result depends on the settings of the app.
    settings = app.config["SETTINGS"]
    doc["parameters"] = [*doc.get("parameters", []), "Language"]
    describe_tenant(doc)
    if method.upper() in WRITE_METHODS and (
        policy := effective_policy(doc_info.get("idempotency_policy"), method.upper(), settings)
    ):
        describe_idempotency_key(doc, policy, settings)
    describe_etags(doc, doc_info, method.upper())
    describe_preferences(doc, doc_info)
    if method.upper() == "PATCH" and "requestBody" in doc:
        body = doc["requestBody"]["content"]
        doc["requestBody"]["content"] = {kind: next(iter(body.values())) for kind in PATCH_TYPES}
    describe_cache_control(doc, doc_info)
    describe_rate_limits(doc)
    return doc


def _build_response(result: Any, status: int, dump: Callable[..., Any] | None, *, tagged: bool) -> Response:
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(result)
    data, headers = answer.data, answer.headers
    if dump and isinstance(data, PAGE_TYPES):
        data, links = page_response(data, dump)
        headers = {**links, **headers}
    elif dump and data is not None:
        data = dump(data, many=isinstance(data, list))
    response = respond(answer.code or status, data, answer.message, headers)
    return add_etag(response, answer.version) if tagged else response
