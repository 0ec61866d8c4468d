"""Custom envelope: settings and OpenAPI document."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from shop.app import create_app
from shop.core.http.custom_envelope import install_custom_envelope
from shop.core.http.web_app import WebApp
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.openapi.test_document import operations
from tests.support.openapi_document import Document, resolve

pytestmark = pytest.mark.slow
PAGE = "/api/v1/items"
JSON, PROBLEM = "application/json", "application/problem+json"


def client_of(folder: Path, **options: Any) -> FlaskClient:
    stores: dict[str, Any] = {"redis_url": "unix:///nowhere.sock", "database_url": f"sqlite:///{folder}/none/x"}
    return create_app(Settings(var=str(folder), **stores, **options)).test_client()


def document_of(folder: Path, **options: Any) -> Document:
    document: Document = client_of(folder, **options).get("/openapi.json").json or {}
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    return document


@pytest.mark.parametrize(
    "names",
    ["message=code", "message=msg,code=msg", "message=msg,message=text", "note=msg", "message=", "message", "=msg",
     "data.data=meta", "data.rows=list", "message=extra", "message=m s g", "message=1", "message=data.msg"],
)  # fmt: skip
def test_repeated_or_unknown_names_stop_the_start_with_one_message(names: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^SHOP_ENVELOPE_NAMES cannot be '.*': pairs key=name, no name twice, .*\.$"
    ):
        Settings.load({"SHOP_ENVELOPE_NAMES": names})


@pytest.mark.parametrize(
    ("name", "value"),
    [("HIDE", "data"), ("HIDE", "code"), ("HIDE", "status,msg"), ("EXTRA", "password"), ("ERROR_STATUS", "404")],
)
def test_invalid_values_of_the_other_settings_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^SHOP_ENVELOPE_{name} cannot be '{value}': "):
        Settings.load({f"SHOP_ENVELOPE_{name}": value})


@pytest.mark.parametrize(
    "names", ["message=msg, data.data=list", "status=code,code=status", "data=extra,extra=more", ""]
)
def test_unique_names_are_accepted(names: str) -> None:
    assert len(Settings.load({"SHOP_ENVELOPE_NAMES": names}).envelope_names) == names.count("=")


def test_without_a_setting_no_hook_is_installed() -> None:
    app = WebApp("test")
    assert install_custom_envelope(app, Settings()) is None
    assert app.response_hooks == []


def test_the_document_has_the_renamed_keys(tmp_path: Path) -> None:
    document = document_of(
        tmp_path,
        envelope_names=("message=msg", "data.data=list"),
        envelope_hide=("status",),
        envelope_extra=("time", "request_id"),
    )

    content = document["paths"][PAGE]["get"]["responses"]["200"]["content"][JSON]
    schema = resolve(document, content["schema"])
    error = document["components"]["schemas"]["Error"]
    assert list(content["example"]) == list(schema["properties"]) == ["code", "msg", "data", "extra"]
    assert list(error["properties"]) == ["code", "msg", "data", "extra"]
    assert sorted(schema["required"]) == sorted(schema["properties"])
    assert resolve(document, schema["properties"]["data"])["properties"].keys() == {"list", "meta"}
    assert content["example"]["data"].keys() == {"list", "meta"}
    assert content["example"]["extra"].keys() == schema["properties"]["extra"]["properties"].keys()


def test_the_document_lists_failures_under_the_forced_status(tmp_path: Path) -> None:
    document = document_of(tmp_path, envelope_error_status="200")

    for where, operation in operations(document):
        responses = {status: resolve(document, response) for status, response in operation["responses"].items()}
        assert {"$ref": "#/components/schemas/Error"} in [
            responses["200"]["content"][JSON]["schema"],
            *responses["200"]["content"][JSON]["schema"].get("anyOf", ()),
        ], where
        failures = [response for status, response in responses.items() if status >= "400"]
        assert [response for response in failures if set(response["content"]) != {PROBLEM}] == [], where


def test_with_status_500_failures_are_documented_under_500_only(tmp_path: Path) -> None:
    document = document_of(tmp_path, envelope_error_status="500")

    media_types = {name: set(response["content"]) for name, response in document["components"]["responses"].items()}
    assert {name[-3:] for name, kinds in media_types.items() if kinds == {JSON, PROBLEM}} == {"500"}
    assert {name[-3:] for name, kinds in media_types.items() if kinds == {PROBLEM}} >= {"401", "404", "422", "503"}


@pytest.mark.parametrize("status", ["200", "500"])
def test_health_checks_keep_the_true_status(tmp_path: Path, status: str) -> None:
    client = client_of(tmp_path, envelope_error_status=status)

    assert client.get("/nowhere").status_code == int(status)
    assert [client.get(path).status_code for path in ("/livez", "/readyz")] == [200, 503]
