"""Language negotiation and translated messages, over HTTP."""

import re

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

HANT = {"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.8"}
NOT_FOUND = {"en": "Item 999999 does not exist.", "zh-Hant": "商品 999999 不存在。", "zh-Hans": "商品 999999 不存在。"}
ENGLISH = re.compile("[A-Za-z]{2,}")


@pytest.mark.parametrize(("accepted", "language"), [("zh-HK", "zh-Hant"), ("zh", "zh-Hans"), ("fr", "en")])
def test_error_messages_use_the_requested_language(client: HttpClient, accepted: str, language: str) -> None:
    answer = client.get(f"{API}/items/999999", headers={"Accept-Language": accepted})

    data_of(answer, 404301)
    assert (answer.json["message"], answer.headers["Content-Language"]) == (NOT_FOUND[language], language)
    assert answer.headers["Vary"] == "Accept, Accept-Language, Authorization, Cookie, X-Tenant"


def test_success_messages_use_the_requested_language(client: HttpClient) -> None:
    answer = client.get(f"{API}/items", headers=HANT)

    assert (answer.json["message"], answer.headers["Content-Language"]) == ("成功", "zh-Hant")
    assert answer.headers["Vary"] == "Accept, Accept-Language, Authorization, Cookie, X-Tenant"


def test_lang_query_overrides_the_cookie_which_overrides_the_header(client: HttpClient) -> None:
    cookie = {"Cookie": "a=b; lang=zh-CN"}

    assert client.get(f"{API}/items?lang=en", headers=HANT | cookie).headers["Content-Language"] == "en"
    assert client.get(f"{API}/items", headers=HANT | cookie).headers["Content-Language"] == "zh-Hans"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-TW", "zh-Hant"), ("zh-TW&per_page=1", "zh-Hant"), ("yue-Hant-HK", "zh-Hant"), ("EN_gb", "en"), ("", "en")],
)
def test_the_lang_parameter_matches_the_closest_language(client: HttpClient, tag: str, language: str) -> None:
    answer = client.get(f"{API}/items?lang={tag}")

    assert (data_of(answer, 200) != {}, answer.headers["Content-Language"]) == (True, language)


@pytest.mark.parametrize("tag", ["xx", "fr", "klingon", "zh-", "*", "zh-TW,en"])
@pytest.mark.parametrize(
    "path", [f"{API}/items", f"{API}/orders", f"{API}/auth/login", "/errors", "/errors/404301", "/"]
)
def test_a_lang_parameter_that_matches_no_language_is_refused(client: HttpClient, path: str, tag: str) -> None:
    method = "POST" if path.endswith("login") else "GET"

    answer = client.request(method, f"{path}?lang={tag}", headers=HANT)

    assert data_of(answer, 422001) == {"lang": ["沒有這種語言的訊息；可用的語言：en, zh-Hant, zh-Hans。"]}  # noqa: RUF001 - Chinese punctuation
    assert answer.headers["Content-Language"] == "zh-Hant"


@pytest.mark.parametrize("path", ["/errors", "/errors/404301", "/", "/docs"])
def test_a_page_is_shown_for_every_lang(client: HttpClient, path: str) -> None:
    assert client.get(f"{path}?lang=xx", headers=HANT | {"Accept": "text/html"}).status == 200


@pytest.mark.parametrize(("cookie", "language"), [("yue-Hant-HK", "zh-Hant"), ("xx", "zh-Hans")])
def test_a_cookie_that_matches_no_language_is_ignored(client: HttpClient, cookie: str, language: str) -> None:
    answer = client.get(f"{API}/items", headers={"Accept-Language": "zh-CN", "Cookie": f"lang={cookie}"})

    assert (data_of(answer, 200) != {}, answer.headers["Content-Language"]) == (True, language)


def test_unknown_parameters_are_refused_beside_lang(client: HttpClient) -> None:
    assert data_of(client.get(f"{API}/items?lang=zh-TW&sort=up"), 422001) == {"sort": ["sort 是未知的欄位。"]}


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_every_field_error_is_translated(client: HttpClient, language: str) -> None:
    body = {"name": "\x01", "email": "no-address", "password": "ñ", "r": 1}

    answer = client.post(f"{API}/auth/register?lang={language}", body)

    messages = [
        answer.json["message"],
        *(text for field_messages in data_of(answer, 422101).values() for text in field_messages),
    ]
    assert len(messages) == 8
    assert [message for message in messages if ENGLISH.search(message)] == []


def test_translated_field_errors_keep_their_numbers(client: HttpClient, shop: Shop) -> None:
    body = {"name": "", "price_minor": -1, "currency": "eur", "stock": 1.5, "status": "gone"}

    errors = data_of(client.post(f"{API}/items?lang=zh-Hans", body, token=shop.admin()), 422301)

    assert errors["name"] == ["名称的长度必须在 1 到 200 之间。"]
    assert errors["stock"] == ["库存不是有效的整数。"]
    assert errors["status"] == ["状态必须是其中之一：draft, on_sale, retired。"]  # noqa: RUF001 - a Chinese colon


@pytest.mark.parametrize(
    ("language", "message"),
    [("en", "Price must be from 0 to"), ("zh-Hant", "價格必須大於或等於 0 "), ("zh-Hans", "价格必须大于或等于 0 ")],
)
def test_field_errors_name_the_field_in_the_requested_language(
    client: HttpClient, shop: Shop, language: str, message: str
) -> None:
    body = {"name": "Ticket", "price_minor": -1, "currency": "EUR", "stock": 1, "status": "draft"}
    headers, path = {"Accept": "application/problem+json"}, f"{API}/items?lang={language}"

    errors = data_of(client.post(path, body, token=shop.admin()), 422302)
    problem = client.post(path, body, token=shop.admin(), headers=headers).json

    assert list(errors) == ["price_minor"]
    assert errors["price_minor"][0].startswith(message)
    assert [error["detail"] for error in problem["errors"]] == errors["price_minor"]


def test_errors_of_list_members_use_the_label_of_the_list(client: HttpClient, shop: Shop) -> None:
    user, body = shop.enter(), {"roles": ["general"], "permissions": ["999999"]}

    answer = client.request("PUT", f"{API}/users/{user.id}/roles?lang=zh-Hant", body, token=shop.admin())

    ((name, (message,)),) = data_of(answer, 422701).items()
    assert (name, message[:2]) == ("permissions.0", "權限")


@pytest.mark.parametrize(("body", "name"), [([1], "body"), ({"name": "Ada", "password": "x", "a{b}": 1}, "a{b}")])
def test_fields_without_a_label_are_named_by_their_key(client: HttpClient, body: object, name: str) -> None:
    errors = client.post(f"{API}/auth/login", body).json["data"]

    assert errors[name] == ["The body must be an object." if name == "body" else "a{b} is not known here."]


def test_routing_errors_use_the_requested_language(client: HttpClient) -> None:
    assert client.get("/nowhere", headers=HANT).json["message"] == "找不到"
    assert client.request("PUT", f"{API}/items", headers=HANT).json["message"] == "不允許此方法"


def test_documents_have_content_language_english(client: HttpClient) -> None:
    assert client.get("/openapi.json", headers=HANT).headers["Content-Language"] == "en"
    assert client.get("/docs", headers=HANT).headers["Content-Language"] == "en"


def test_a_replay_keeps_the_language_of_the_first_response(client: HttpClient, shop: Shop) -> None:
    admin, path, body = shop.admin(), f"{API}/items/{shop.offer()}", {"name": "Kept"}
    key = {"Idempotency-Key": "language"}

    first = client.request("PATCH", path, body, token=admin, headers=HANT | key)
    replay = client.request("PATCH", path, body, token=admin, headers={"Accept-Language": "en"} | key)

    assert first.json["message"] == "成功"
    assert (replay.body, replay.headers["Content-Language"]) == (first.body, "zh-Hant")
    assert replay.headers["Idempotent-Replayed"] == "true"
