"""Merge patches of items (RFC 7396): media types, and null, which removes a text or a value."""

from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop, data_of

MERGE_PATCH = "application/merge-patch+json"
MEDIA_TYPE, NAME_FORMAT = 415001, 422301


@pytest.fixture
def item(first_app: InProcessShop) -> int:
    """Item with every value that can be removed."""
    body = {
        "name": "Cup", "introduction": "Blue.", "max_per_user": 3, "photo_url": "https://shop.example/cup.jpg",
        "price_minor": 1, "currency": "EUR", "stock": 1, "status": "on_sale",
        "name_translations": {"zh-Hant": "杯", "zh-Hans": "杯子"}, "introduction_translations": {"zh-Hans": "蓝色。"},
    }  # fmt: skip
    return int(data_of(first_app.send("POST", "/items", first_app.admin_token, body), 201)["id"])


def patch(shop: InProcessShop, item: int, body: Any, media_type: str = MERGE_PATCH) -> TestResponse:
    headers = {
        "Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": uuid4().hex, "Content-Type": media_type
    }  # fmt: skip
    return shop.http.patch(f"{API}/items/{item}", data=shop.http.application.json.dumps(body), headers=headers)


def translations(shop: InProcessShop, item: int) -> dict[str, Any]:
    return dict(data_of(shop.send("GET", f"/items/{item}/translations", shop.admin_token), 200))


@pytest.mark.parametrize("media_type", [MERGE_PATCH, f"{MERGE_PATCH}; charset=utf-8", "application/json"])
def test_null_removes_a_value_and_absent_members_stay(first_app: InProcessShop, item: int, media_type: str) -> None:
    before = first_app.read_item(item)

    after = data_of(patch(first_app, item, {"max_per_user": None, "introduction": None}, media_type), 200)

    removed = {"max_per_user": None, "introduction": "", "updated_at": after["updated_at"]}
    assert after == {**before, **removed}
    assert data_of(patch(first_app, item, {"photo_url": None}, media_type), 200)["photo_url"] is None


def test_translations_are_merged_language_by_language(first_app: InProcessShop, item: int) -> None:
    data_of(patch(first_app, item, {"name_translations": {"zh-Hans": None}}), 200)

    assert translations(first_app, item)["name_translations"] == {"zh-Hant": "杯", "zh-Hans": None}
    data_of(patch(first_app, item, {"name_translations": None}), 200)
    assert translations(first_app, item)["name_translations"] == {"zh-Hant": None, "zh-Hans": None}
    assert translations(first_app, item)["introduction_translations"]["zh-Hans"] == "蓝色。"


def test_a_value_that_an_item_needs_cannot_be_removed(first_app: InProcessShop, item: int) -> None:
    for name in ("name", "price_minor", "currency", "status"):
        assert list(patch(first_app, item, {name: None}).get_json()["data"]) == [name]


@pytest.mark.parametrize("media_type", ["application/json-patch+json", "application/vnd.api+json", "text/plain"])
def test_another_media_type_is_refused_with_those_that_are_accepted(
    first_app: InProcessShop, item: int, media_type: str
) -> None:
    answer = patch(first_app, item, {"name": "New"}, media_type)

    data_of(answer, MEDIA_TYPE)
    assert answer.headers["Accept-Patch"] == f"application/json, {MERGE_PATCH}"


def test_a_merge_patch_is_no_body_of_another_method(first_app: InProcessShop, item: int) -> None:
    headers = {"Authorization": f"Bearer {first_app.buyer()}", "Content-Type": MERGE_PATCH}
    answer = first_app.http.post(f"{API}/items/{item}/purchase", data=b'{"quantity": 1}', headers=headers)

    data_of(answer, MEDIA_TYPE)
    assert "Accept-Patch" not in answer.headers


def test_a_response_that_lists_patch_offers_its_media_types(first_app: InProcessShop, item: int) -> None:
    answer = first_app.http.open(f"{API}/items/{item}", method="PUT")

    assert "PATCH" in answer.headers["Allow"]
    assert answer.headers["Accept-Patch"] == f"application/json, {MERGE_PATCH}"


def test_both_media_types_are_documented(first_app: InProcessShop) -> None:
    operation = first_app.http.get("/openapi.json").get_json()["paths"][f"{API}/items/{{item_id}}"]["patch"]
    assert set(operation["requestBody"]["content"]) == {"application/json", MERGE_PATCH}
