"""Blueprint of Controllers: flask-smorest's, with responses in the envelope."""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Response, current_app
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.api.conditional import IfMatchChecker, add_etag, has_etag
from shop.core.api.operation import ALWAYS, WITH_BODY, describe_operation
from shop.core.api.parser import parse_arguments
from shop.core.auth.masking import Mask, add_masks
from shop.core.http.envelope import Answer, respond
from shop.core.http.etag import mark_conditional
from shop.core.http.request import current_request, current_state
from shop.core.idempotency.policy import (
    IdempotencyPolicy,
    apply_default_policy,
)
from shop.core.openapi.annotations import (
    add_description,
    clear_argument_errors,
    describe_controller,
    get_responses,
    with_description,
)
from shop.core.openapi.envelopes import Shape, envelope_schema, response_headers
from shop.core.openapi.examples import SuccessCode, example_of, success_example
from shop.core.openapi.failures import (
    Failing,
    add_failures,
    list_field_failures,
)
from shop.core.pagination.pages import PAGE_TYPES
from shop.core.query.request import page_response, schema_for_caller
from shop.core.validation.compiled_schemas import compile_dump, compile_load
from shop.core.validation.settings_schema import SettingsSchema

C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest carries no types
    """Routes of Controllers, with validation and documentation of requests and responses."""

    def __init__(self, *args: Any, idempotency_policy: IdempotencyPolicy | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.idempotency_policy = idempotency_policy
        self._prepare_doc_cbks += [describe_operation]

    def route(
        self, rule: str, *, operation_ids: Mapping[str, str] | None = None, **options: Any
    ) -> Callable[[type[C]], type[C]]:
        """Serve a Controller at a path below /api/v1.

        `operation_ids` has ids by verb, where those made of verb and path would mislead. A trailing slash is accepted
        behind a fixed path only: behind a parameter, also as `5%2F`, it would be a second spelling of the value.
        """
        options.setdefault("strict_slashes", "<" in rule)
        serve = super().route(rule, **options)

        def decorator(controller: type[C]) -> type[C]:
            describe_controller(controller, f"{self.url_prefix or ''}{rule}", operation_ids or {})
            apply_default_policy(controller, self.idempotency_policy)
            served: type[C] = serve(controller)
            return served

        return decorator

    def register_views_in_doc(self, api: Any, app: Any, spec: Any, **names: Any) -> None:
        """Describe the routes when the document is read."""
        spec.defer(partial(super().register_views_in_doc, api, app, spec, **names))

    def arguments(self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any) -> Callable[[F], F]:
        """Pass validated arguments to the method.

        Raises RequestValidationError before the method runs when a value is not valid.
        """
        # One instance for all requests: building a schema costs more than loading with it.
        schema = schema() if isinstance(schema, type) else schema
        load_fixed = compile_load(schema)
        if location == "json":
            options.setdefault("example", example_of(schema))
        describe = super().arguments(schema, location=location, **options)
        failures = [*list_field_failures(schema, location), *(WITH_BODY if location == "json" else ())]

        def decorator(view: F) -> F:
            @wraps(view)
            def checked(*args: Any, **kwargs: Any) -> Any:
                active = schema_for_caller(schema) if location == "query" else _schema_for_request(schema)
                load = load_fixed if active is schema else active.load
                return view(*args, parse_arguments(current_request(), active, location, load), **kwargs)

            if location == "query":
                checked.__reads_query__ = schema  # type: ignore[attr-defined]  # a marker, copied by functools.wraps
            if isinstance(schema, IfMatchChecker):
                mark_conditional(checked)
            described = describe(view)
            clear_argument_errors(described)
            add_failures(described, failures)
            validating_view: F = with_description(checked, described)
            return validating_view

        return decorator

    def response(  # noqa: D417, PLR0913 - the rest is flask-smorest's; each describes another part
        self,
        status_code: int,
        schema: type[Schema] | None = None,
        *,
        shape: Shape = Shape.ONE,
        errors: tuple[Failing, ...] = (),
        other_statuses: Mapping[int, Mapping[str, Any]] | None = None,
        success: SuccessCode | None = None,
        masks: tuple[Mask, ...] = (),
        **options: Any,
    ) -> Callable[[F], F]:
        """Return the result of the method through the schema, in the envelope.

        Args:
            errors: failures, beyond those of the other decorators.
            other_statuses: other statuses of the same response, with the values that differ then.
            success: code and message, where they are not those of the status.
            masks: fields that some callers see masked.

        """
        dump = add_masks(compile_dump(schema()), masks) if schema else None
        documented = envelope_schema(schema, shape)
        example = success_example(documented, status_code, success)
        describe = super().response(
            status_code, documented, example=example, headers=response_headers(status_code), **options
        )

        def decorator(view: F) -> F:
            render = partial(_build_response, status=status_code, dump=dump, tagged=has_etag(view))

            @wraps(view)
            def render_view(*args: Any, **kwargs: Any) -> ResponseReturnValue:
                # The idempotency record is written with the response, before the transaction ends.
                current_state().render = render
                return render(view(*args, **kwargs))

            add_failures(render_view, (*errors, *ALWAYS))
            for mask in masks:
                add_description(render_view, str(mask))
            render_view.__masks__ = masks  # type: ignore[attr-defined]  # a marker of the route
            described: F = with_description(render_view, describe(render_view))
            responses = get_responses(described)
            for status, values in (other_statuses or {}).items():
                responses[status] = [
                    {**known, **_with_status(documented, status, values)} for known in responses[status_code]
                ]
            return described

        return decorator


def _with_status(documented: Schema, status: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a documented response that depend on the status."""
    example = success_example(documented, status)
    example["data"] |= values
    return {"description": HTTP_STATUS_CODES[status], "headers": response_headers(status), "example": example}


def _schema_for_request(schema: Schema) -> Schema:
    if not isinstance(schema, SettingsSchema):
        return schema
    return schema.for_request(current_app.config["SETTINGS"], current_state().get("caller"))


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
