"""Lists of constants, over HTTP."""

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_sql
from tests.support.http import HttpClient


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["Draft", "On sale", "Retired"]),
        ("zh-Hant", ["草稿", "販售中", "已下架"]),
        ("zh-Hans", ["草稿", "在售", "已下架"]),
    ],
)
def test_a_list_is_in_the_requested_language(client: HttpClient, language: str, labels: list[str]) -> None:
    answer = client.get(f"{API}/constants/item_status", headers={"Accept-Language": language})

    values = ["draft", "on_sale", "retired"]
    assert data_of(answer, 200) == [
        {"value": value, "label": label} for value, label in zip(values, labels, strict=True)
    ]
    assert answer.headers["Content-Language"] == language


def test_the_index_contains_every_single_list(client: HttpClient) -> None:
    lists = data_of(client.get(f"{API}/constants?lang=zh-Hant"), 200)

    assert [entry["name"] for entry in lists] == sorted(entry["name"] for entry in lists)
    assert {"item_status", "order_status", "language", "permission"} <= {entry["name"] for entry in lists}
    for entry in lists:
        assert data_of(client.get(f"{API}/constants/{entry['name']}?lang=zh-Hant"), 200) == entry["options"]


def test_an_unknown_list_returns_404_with_the_available_lists(client: HttpClient) -> None:
    answer = client.get(f"{API}/constants/weather?lang=zh-Hans")

    assert "item_status" in data_of(answer, 404002)["allowed"]
    assert answer.json["message"].startswith("没有名为 weather 的列表；可用的列表：cause, ")  # noqa: RUF001 - Chinese marks


@pytest.mark.parametrize("name", ["Item_Status", "a" * 65, "item-status", "__class__1", "item_status/draft", "%00"])
def test_an_invalid_list_name_is_not_found(client: HttpClient, name: str) -> None:
    data_of(client.get(f"{API}/constants/{name}"), 404)


def test_lists_are_cacheable_by_language(client: HttpClient) -> None:
    for path in ("", "/order_status"):
        answer = client.get(f"{API}/constants{path}")
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert answer.headers["Vary"] == "Accept, Accept-Language, Authorization, Cookie, X-Tenant"


def test_a_list_needs_no_database_query(in_process_shop: InProcessShop) -> None:
    with record_sql(in_process_shop.database.engine) as statements:
        for path in ("/constants", "/constants/permission"):
            assert in_process_shop.send("GET", path, None).status_code == 200

    # Each process refreshes its list of tenants now and then.
    assert [sql for sql in statements if "FROM" in sql and "FROM tenants" not in sql] == []


def test_an_invalid_choice_lists_the_allowed_values(client: HttpClient, shop: Shop) -> None:
    body = {"name": "x", "price_minor": 1, "currency": "EUR", "stock": 1, "status": ["draft"]}
    errors = [
        data_of(client.post(f"{API}/items?lang=zh-Hant", {**body, "status": status}, token=shop.admin()), 422305)
        for status in ("sold", ["draft"], 1, True, {"draft": 1})
    ]

    assert errors[0] == {"status": ["狀態必須是其中之一：draft, on_sale, retired。"]}  # noqa: RUF001 - a Chinese colon
    assert [error.keys() for error in errors] == [{"status"}] * 5


def test_unknown_roles_and_permissions_list_the_allowed_values(client: HttpClient, shop: Shop) -> None:
    path, body = f"{API}/users/{shop.enter().id}/roles", {"roles": ["king"], "permissions": ["000000"]}
    errors = data_of(client.request("PUT", path, body, token=shop.admin()), 422111)

    assert errors["roles.0"] == ["Roles must be one of: admin, general."]
    assert errors["permissions.0"][0].startswith("Permissions must be one of: 000001, 000002, ")
