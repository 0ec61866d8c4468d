"""The Blueprint of Controllers: flask-smorest's, speaking the envelope."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Flask, Response, g
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.api.conditional import describe_tags, is_tagged, tag
from shop.core.api.parser import Parser
from shop.core.auth.masking import Mask, masked
from shop.core.auth.tenant_resolver import describe_tenant
from shop.core.http.envelope import Answer, respond
from shop.core.idempotency.policy import WRITES, Policy, declare, describe_key, in_force
from shop.core.openapi.annotations import document, name_operations, tell, with_description
from shop.core.openapi.envelopes import Shape, enveloped, error_name, headers_of, in_other_words
from shop.core.openapi.examples import example_of
from shop.core.pagination.pages import FORMS
from shop.core.query.request import fit, spell_parameters, told
from shop.core.rate_limiting.route_limit import describe_limits

C = TypeVar("C")
F = TypeVar("F", bound=Callable[..., Any])
_ALWAYS = (406, 422, 429, 500, 503)
_WITH_BODY = (400, 413, 415, 422)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest carries no types
    """Declares what comes in, what goes out and under which path; validates and documents at once."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, *args: Any, keyed: Policy | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.keyed = keyed
        self._prepare_doc_cbks += [_describe, spell_parameters]

    def route(self, rule: str, **options: Any) -> Callable[[type[C]], type[C]]:
        """Serve a Controller at a path below /api/v1."""
        serve = super().route(rule, **options)

        def decorator(controller: type[C]) -> type[C]:
            declare(controller, self.keyed)
            name_operations(controller)
            served: type[C] = serve(controller)
            return served

        return decorator

    def arguments(self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any) -> Callable[[F], F]:
        """Hand the checked words to the method; refuses others with 422 before it runs."""
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
                words = parse(fit(schema) if location == "query" else schema)
                return view(*args, words, **kwargs)

            if location == "query":
                checked.__asks__ = True  # type: ignore[attr-defined]  # a mark, carried upwards by functools.wraps
            described = describe(view)
            described._apidoc["arguments"]["responses"] = {status: error_name(status) for status in statuses}
            words_checked: F = with_description(checked, described)
            return words_checked

        return decorator

    def response(  # noqa: D417 - the rest is flask-smorest's
        self,
        status_code: int,
        schema: type[Schema] | None = None,
        *,
        shape: Shape = Shape.ONE,
        errors: tuple[int, ...] = (),
        also: tuple[int, ...] = (),
        masks: tuple[Mask, ...] = (),
        **options: Any,
    ) -> Callable[[F], F]:
        """Say what the method returns through the schema, in the envelope.

        Args:
            errors: the statuses it may fail with, beyond those its other decorators bring.
            also: other statuses of the same answer.
            masks: the fields that not everybody sees in full.

        """
        dump = masked(schema().dump, masks) if schema else None
        said = enveloped(schema, shape)
        example = example_of(said) | {"code": status_code, "message": HTTP_STATUS_CODES[status_code]}
        describe = super().response(status_code, said, example=example, headers=headers_of(status_code), **options)

        def decorator(view: F) -> F:
            render = partial(_answer, status=status_code, dump=dump, tagged=is_tagged(view))

            @wraps(view)
            def answer(*args: Any, **kwargs: Any) -> ResponseReturnValue:
                # For whoever must know the answer before the transaction ends.
                g.render = render
                return render(view(*args, **kwargs))

            document(answer, responses={status: error_name(status) for status in (*errors, *_ALWAYS)})
            for mask in masks:
                tell(answer, str(mask))
            answer.__masks__ = masks  # type: ignore[attr-defined]  # a mark of the route
            described: F = with_description(answer, describe(answer))
            answers = described._apidoc["response"]["responses"]  # type: ignore[attr-defined]  # flask-smorest's
            for status in also:
                answers[status] = [{**answer, **in_other_words(status, example)} for answer in answers[status_code]]
            return described

        return decorator


def _describe(doc: dict[str, Any], doc_info: dict[str, Any], *, app: Flask, method: str, **_: Any) -> dict[str, Any]:
    # flask-smorest calls it for each operation of each app, whose settings have their say.
    settings = app.config["SETTINGS"]
    doc["parameters"] = [*doc.get("parameters", []), "Language"]
    describe_tenant(doc)
    if method.upper() in WRITES and (policy := in_force(doc_info.get("keyed"), method.upper(), settings)):
        describe_key(doc, policy, settings)
    describe_tags(doc, doc_info, method.upper())
    describe_limits(doc)
    return doc


def _answer(result: Any, status: int, dump: Callable[..., Any] | None, *, tagged: bool) -> Response:
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(result)
    data, headers = answer.data, answer.headers
    if dump and isinstance(data, FORMS):
        data, links = told(data, dump)
        headers = {**links, **headers}
    elif dump and data is not None:
        data = dump(data, many=isinstance(data, list))
    response = respond(answer.code or status, data, answer.message, headers)
    return tag(response, answer.version) if tagged else response
