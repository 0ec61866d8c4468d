"""OpenAPI document at /openapi.json and Swagger UI at /docs, without a CDN."""

from pathlib import Path
from typing import Any

import flask_swagger_ui
import orjson
from flask import Flask, Response, request, send_from_directory

from shop.core.http.custom_envelope import CustomEnvelope
from shop.core.http.parameter_names import ParameterNames
from shop.core.openapi.custom_envelope import apply_custom_envelope
from shop.core.openapi.document import OpenApiDocument
from shop.core.openapi.spec import Api

_DIST = Path(flask_swagger_ui.__file__).parent / "dist"
_STATIC = Path(__file__).parent / "static"
_STATIC_NAMES = frozenset(file.name for file in _STATIC.iterdir())
_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def serve_documentation(
    app: Flask, api: Api, custom_envelope: CustomEnvelope | None, parameter_names: ParameterNames | None
) -> None:
    """Serve the OpenAPI document, with renamed keys and parameters, and its page."""

    def build_document() -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(orjson.dumps(api.spec.to_dict()))
        if custom_envelope:
            document = apply_custom_envelope(document, custom_envelope)
        if parameter_names:
            document = parameter_names.rename_document(document)
        return document

    served = OpenApiDocument(build_document, app.config["API_INFO"], app.config["API_TAG_ORDER"])

    @app.get("/openapi.json")
    def openapi() -> Response:
        return served.respond(request)

    @app.get("/docs")
    def docs() -> Response:
        page = send_from_directory(_STATIC, "docs.html")
        page.headers["Content-Security-Policy"] = _CSP
        return page

    @app.get("/docs/<path:name>")
    def docs_file(name: str) -> Response:
        return send_from_directory(_STATIC if name in _STATIC_NAMES else _DIST, name, max_age=3600)
