"""Renamed list parameters: settings, requests, errors, links and documentation."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.app import create_app
from shop.core.database.engine import Database
from shop.core.settings.loader import SettingsError
from shop.core.settings.parameter_names import PARAMETERS
from shop.core.settings.settings import Settings
from shop.migrations.runner import upgrade
from tests.support.openapi_document import inline


def create_renamed_app(folder: Path, names: str) -> FlaskClient:
    stores = {"SHOP_REDIS_URL": "unix:///nowhere.sock", "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3"}
    settings = Settings.load({"SHOP_LIST_WORDS": names, "SHOP_VAR": str(folder), **stores})
    upgrade(Database(settings).engine)
    return create_app(settings).test_client()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Client of an app with renamed parameters, without Redis."""
    return create_renamed_app(tmp_path_factory.mktemp("names"), "search=q,orderBy=sort,per_page=limit,cursor=after")


def read_errors(client: FlaskClient, query: str) -> Any:
    response = client.get(f"/api/v1/items?{query}")
    assert response.status_code == 422, response.get_json()
    return response.get_json()["data"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("q=nope:1", "q"),
        ("sort=nope", "sort"),
        ("limit=0", "limit"),
        ("after=abc&page=1", "page"),
        ("pagination=page&after=abc", "after"),
        ("searchFields=nope:like", "searchFields"),
    ],
)
def test_an_error_has_the_public_name_of_the_parameter(client: FlaskClient, query: str, name: str) -> None:
    assert read_errors(client, query).keys() == {name}


@pytest.mark.parametrize("name", ["search", "orderBy", "per_page", "cursor"])
def test_the_standard_name_of_a_renamed_parameter_is_unknown(client: FlaskClient, name: str) -> None:
    (message,) = read_errors(client, f"{name}=1")[name]
    assert message.endswith(" is not known here.")


def test_a_problem_document_has_the_public_name(client: FlaskClient) -> None:
    response = client.get("/api/v1/items?limit=0", headers={"Accept": "application/problem+json"})
    assert [error["parameter"] for error in response.get_json()["errors"]] == ["limit"]


def test_an_error_of_a_body_keeps_its_field_name(client: FlaskClient) -> None:
    response = client.post("/api/v1/auth/login", json={"search": "x", "email": "ada@example.org"})

    assert response.status_code == 422
    assert {"search", "password"} <= response.get_json()["data"].keys()


def test_links_have_public_names_and_can_be_followed(client: FlaskClient) -> None:
    first = client.get("/api/v1/items?sort=name&page=2&limit=7&pagination=simple&q=a%20b")
    link = first.get_json()["data"]["meta"]["pagination"]["links"]["previous"]
    assert link == "/api/v1/items?page=1&limit=7&sort=name&pagination=simple&q=a+b"
    assert first.headers["Link"] == f'<{link}>; rel="prev"'
    assert client.get(link).status_code == 200


def test_two_parameters_exchange_their_names(tmp_path: Path) -> None:
    app = create_renamed_app(tmp_path, "search=filter,filter=search")
    assert read_errors(app, "filter=nope:1").keys() == {"filter"}
    assert read_errors(app, "search=nope").keys() == {"search"}
    assert app.get("/api/v1/items?search=id;name").status_code == 200


def test_the_documentation_of_every_list_has_the_public_names(client: FlaskClient) -> None:
    paths = inline(client.get("/openapi.json").get_json())["paths"]
    for path in ("/api/v1/items", "/api/v1/orders", "/api/v1/users", "/api/v1/logs"):
        names = {parameter["name"] for parameter in paths[path]["get"]["parameters"] if parameter.get("in") == "query"}
        assert "limit" in names
        assert not names & {"search", "orderBy", "per_page", "cursor"}


def test_another_app_keeps_the_standard_names(tmp_path_factory: pytest.TempPathFactory) -> None:
    other = create_app(Settings(var=str(tmp_path_factory.mktemp("other")))).test_client()
    parameters = inline(other.get("/openapi.json").get_json())["paths"]["/api/v1/items"]["get"]["parameters"]
    names = {parameter["name"] for parameter in parameters if parameter.get("in") == "query"}
    assert names <= {*PARAMETERS, "lang"}


@pytest.mark.parametrize(
    "pairs",
    [
        "search",
        "search=",
        "=q",
        "nope=q",
        "search=q,search=s",
        "search=a b",
        "search=page",
        "search=lang",
        "page=search",
    ],
)
def test_invalid_names_stop_the_start(pairs: str) -> None:
    with pytest.raises(SettingsError, match="SHOP_LIST_WORDS"):
        Settings.load({"SHOP_LIST_WORDS": pairs})


def test_the_setting_accepts_exchanged_names() -> None:
    assert Settings.load({"SHOP_LIST_WORDS": "search=filter,filter=search"}).list_words
