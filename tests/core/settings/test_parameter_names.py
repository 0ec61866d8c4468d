"""Other names for the parameters of lists: what may be said, and that it holds everywhere."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from shop.app import create_app
from shop.core.database.engine import Database
from shop.core.settings.loader import SettingsError
from shop.core.settings.parameter_names import PARAMETERS
from shop.core.settings.settings import Settings
from shop.migrations.runner import upgrade


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of an app that spells some parameters its own way, without Redis."""
    folder = tmp_path_factory.mktemp("spelling")
    said = {"SHOP_LIST_WORDS": "search=q,orderBy=sort,per_page=limit,cursor=after", "SHOP_VAR": str(folder)}
    stores = {"SHOP_REDIS_URL": "unix:///nowhere.sock", "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3"}
    settings = Settings.load({**said, **stores})
    upgrade(Database(settings).engine)
    return create_app(settings).test_client()


def refusal(client: FlaskClient, query: str) -> Any:
    answer = client.get(f"/api/v1/items?{query}")
    assert answer.status_code == 422, answer.get_json()
    return answer.get_json()["data"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("q=nope:1", "q"),
        ("sort=nope", "sort"),
        ("limit=0", "limit"),
        ("after=abc&page=1", "page"),
        ("pagination=page&after=abc", "after"),
        ("searchFields=name", "searchFields"),
    ],
)
def test_what_is_wrong_is_told_under_the_name_that_was_said(client: FlaskClient, query: str, name: str) -> None:
    assert refusal(client, query).keys() == {name}


@pytest.mark.parametrize("name", ["search", "orderBy", "per_page", "cursor"])
def test_the_old_name_is_unknown(client: FlaskClient, name: str) -> None:
    (said,) = refusal(client, f"{name}=1")[name]
    assert said.endswith(" is not known here.")


def test_the_documentation_spells_them_so_for_every_list(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    for path in ("/api/v1/items", "/api/v1/orders", "/api/v1/users", "/api/v1/logs"):
        names = {it["name"] for it in paths[path]["get"]["parameters"] if it.get("in") == "query"}
        assert "limit" in names
        assert not names & {"search", "orderBy", "per_page", "cursor"}


def test_another_app_spells_them_as_ever(tmp_path_factory: pytest.TempPathFactory) -> None:
    other = create_app(Settings(var=str(tmp_path_factory.mktemp("other")))).test_client()
    parameters = other.get("/openapi.json").get_json()["paths"]["/api/v1/items"]["get"]["parameters"]
    names = {it["name"] for it in parameters if it.get("in") == "query"}
    assert names <= {*PARAMETERS}


@pytest.mark.parametrize(
    "words",
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
def test_a_spelling_that_could_not_work_stops_the_start(words: str) -> None:
    with pytest.raises(SettingsError, match="SHOP_LIST_WORDS"):
        Settings.load({"SHOP_LIST_WORDS": words})


def test_two_parameters_may_change_their_names() -> None:
    assert Settings.load({"SHOP_LIST_WORDS": "search=filter,filter=search"}).list_words
