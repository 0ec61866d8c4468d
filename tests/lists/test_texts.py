"""Search, comparison and order of texts: the same on SQLite and on any default of MariaDB."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from shop.migrations.folded_texts import fill_folded_texts
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.distinct_values import price_fields
from tests.support.servers.databases import create_database, drop_database

NAMES = (
    "Øl",
    "Чай",
    "🍵 Sencha",
    "🧋 Boba",
    "Straße",
    "\uff34\uff25\uff21",
    "Café",
    "Cafe",
    "Tea",
    "tea",
    "\ufb01ne",
    "茶",
)


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=pytest.mark.server) for kind in ("latin1", "utf8mb4_general_ci", "utf8mb4_bin")]
    + ["sqlite"],
)
def text_shop(
    request: pytest.FixtureRequest, redis_url_of_module: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[InProcessShop]:
    """Run a shop on a database with that default, with an item for each name."""
    folder, name = tmp_path_factory.mktemp("texts"), f"shop_{worker_id}_texts"
    address, server_url = f"sqlite:///{folder}/shop.sqlite3", ""
    if request.param != "sqlite":
        server_url = request.getfixturevalue("database_server")
        address = create_database(server_url, name)
        set_default(address, request.param)
    shop = InProcessShop(address, redis_url_of_module, folder)
    for item in NAMES:
        add_item(shop, item)
    yield shop
    shop.close()
    if server_url:
        drop_database(server_url, name)


@pytest.fixture(scope="module")
def redis_url_of_module(valkey_server: object) -> str:
    return str(valkey_server.url)  # type: ignore[attr-defined]  # a Valkey


def set_default(address: str, kind: str) -> None:
    option = "CHARACTER SET latin1" if kind == "latin1" else f"CHARACTER SET utf8mb4 COLLATE {kind}"
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE `{make_url(address).database}` {option}"))
    engine.dispose()


def add_item(shop: InProcessShop, name: str, **fields: object) -> int:
    body = {"name": name, "status": "draft", **price_fields(), "stock": 1, **fields}
    answer = shop.send("POST", "/items", shop.admin_token, body)
    assert answer.status_code == 201, answer.get_data()
    return int((answer.json or {})["data"]["id"])


def find(shop: InProcessShop, search: str, operator: str = "like", field: str = "name", **parameters: str) -> list[str]:
    query = {"search": f"{field}:{search}", "searchFields": f"{field}:{operator}", "orderBy": "id", "per_page": "100"}
    headers = {"Authorization": f"Bearer {shop.admin_token}"}
    answer = shop.http.get(f"{API}/items", query_string=query | parameters, headers=headers)
    assert answer.status_code == 200, answer.get_data()
    return [row["name"] for row in answer.get_json()["data"]["data"]]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("øl", ["Øl"]),
        ("ØL", ["Øl"]),
        ("чай", ["Чай"]),
        ("ЧАЙ", ["Чай"]),
        ("🍵", ["🍵 Sencha"]),
        ("🍵 sen", ["🍵 Sencha"]),
        ("🍕", []),
        ("strasse", ["Straße"]),
        ("STRASSE", ["Straße"]),
        ("straße", ["Straße"]),
        ("tea", ["\uff34\uff25\uff21", "Tea", "tea"]),
        ("\uff54\uff45\uff41", ["\uff34\uff25\uff21", "Tea", "tea"]),
        ("café", ["Café"]),
        ("cafe", ["Cafe"]),
        ("fine", ["\ufb01ne"]),
        ("茶", ["茶"]),
        ("tea ", []),
    ],
)
def test_like_ignores_case_and_form_but_no_accent(text_shop: InProcessShop, search: str, found: list[str]) -> None:
    assert find(text_shop, search) == found


@pytest.mark.parametrize(
    ("search", "operator", "found"),
    [
        ("Tea", "=", ["Tea"]),
        ("TEA", "=", []),
        ("Tea ", "=", ["Tea"]),
        (" Tea", "=", []),
        ("🍵 Sencha", "=", ["🍵 Sencha"]),
        ("🧋 Sencha", "=", []),
        ("Cafe", "=", ["Cafe"]),
        ("øl", "=", []),
        ("Strasse", "=", []),
        ("TEA", "in", []),
        ("tea,Øl,Strasse,Café", "in", ["Øl", "Café", "tea"]),
    ],
)
def test_equality_is_exact(text_shop: InProcessShop, search: str, operator: str, found: list[str]) -> None:
    assert find(text_shop, search, operator) == found


def test_the_order_is_that_of_code_points(text_shop: InProcessShop) -> None:
    query = {"orderBy": "name", "per_page": "100"}
    headers = {"Authorization": f"Bearer {text_shop.admin_token}"}
    rows = text_shop.http.get(f"{API}/items", query_string=query, headers=headers).get_json()["data"]["data"]
    assert [row["name"] for row in rows] == sorted(NAMES)


def test_an_anonymous_search_is_answered(text_shop: InProcessShop) -> None:
    assert text_shop.http.get(f"{API}/items?search=茶").status_code == 200


def test_introductions_and_translations_are_folded_too(text_shop: InProcessShop) -> None:
    name = "Plain"
    item = add_item(text_shop, name, introduction="Grüße", name_translations={"zh-Hant": "\uff2datcha"})
    try:
        assert find(text_shop, "GRÜSSE", field="introduction") == [name]
        assert find(text_shop, "MATCHA") == [name]
        assert find(text_shop, "plainmatcha") == []
        patched = text_shop.send("PATCH", f"/items/{item}", text_shop.admin_token, {"introduction": "Чай"})
        assert patched.status_code == 200
        assert find(text_shop, "чай", field="introduction") == [name]
        assert find(text_shop, "GRÜSSE", field="introduction") == []
    finally:
        remove(text_shop, item)


def test_a_name_with_blanks_at_its_end_is_stored_without_them(text_shop: InProcessShop) -> None:
    item = add_item(text_shop, "Blank  ")
    try:
        assert find(text_shop, "Blank", "=") == find(text_shop, "Blank  ", "=") == ["Blank"]
    finally:
        remove(text_shop, item)


@pytest.mark.parametrize(
    "change",
    [
        "name = 'Øl Чай', name_folded = NULL, introduction_folded = NULL, folded_at = NULL",
        "name = 'Øl Чай', updated_at = '2030-01-01 00:00:00'",
    ],
    ids=["written", "changed"],
)
def test_rows_of_the_previous_release_are_found(text_shop: InProcessShop, change: str) -> None:
    item = add_item(text_shop, "Former")
    fill_folded_texts(text_shop.database.engine)  # of users that tests have inserted
    try:
        with text_shop.database.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE items SET {change} WHERE id = {item}")
        assert find(text_shop, "øl чАй") == ["Øl Чай"]
        assert find(text_shop, "former") == []
        assert fill_folded_texts(text_shop.database.engine) == 1
        assert fill_folded_texts(text_shop.database.engine) == 0
        assert find(text_shop, "øl чАй") == ["Øl Чай"]
        assert find(text_shop, "former") == []
    finally:
        remove(text_shop, item)


def remove(shop: InProcessShop, item: int) -> None:
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE items SET deleted_at = created_at WHERE id = {item}")


def test_users_are_found_in_any_case(text_shop: InProcessShop, tmp_path: Path) -> None:
    body = {"name": "Ærin Ä", "email": f"{tmp_path.name[-8:]}@example.com".lower(), "password": "Correct-horse-1"}
    assert text_shop.send("POST", "/auth/register", None, body).status_code == 201
    query = {"search": "name:ÆRIN ä", "orderBy": "id"}
    headers = {"Authorization": f"Bearer {text_shop.admin_token}"}
    rows = text_shop.http.get(f"{API}/users", query_string=query, headers=headers).get_json()["data"]["data"]
    assert {row["name"] for row in rows} == {"Ærin Ä"}
