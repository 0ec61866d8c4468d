"""Translations of names and introductions of items."""

from typing import Any

import pytest

from shop.constants.permission import Permission
from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

HANT, HANS = {"zh-Hant": "音樂會門票", "zh-Hans": "音乐会门票"}.values()
ITEM: dict[str, Any] = {
    "name": "Concert ticket",
    "name_translations": {"zh-Hant": HANT, "zh-Hans": HANS},
    "introduction": "Seats are free.",
    "introduction_translations": {"zh-Hant": "座位\n自由\t入座。"},
}
FIELDS = {
    "id", "name", "introduction", "price_minor", "currency", "stock", "status", "max_per_user", "photo_url",
    "created_at", "updated_at",
}  # fmt: skip


def read_translations(client: HttpClient, shop: Shop, item: int) -> Any:
    """Return all translations of an item, as an editor."""
    token = shop.enter(Permission.ITEMS_UPDATE).token
    return data_of(client.get(f"{API}/items/{item}/translations", token=token), 200)


def revise(client: HttpClient, shop: Shop, item: int, **changes: Any) -> Any:
    return data_of(client.request("PATCH", f"{API}/items/{item}", changes, token=shop.admin()), 200)


@pytest.mark.parametrize(
    ("accepted", "name", "introduction"),
    [
        ("zh-HK", HANT, "座位\n自由\t入座。"),
        ("zh", HANS, "Seats are free."),
        ("en", "Concert ticket", "Seats are free."),
        ("fr", "Concert ticket", "Seats are free."),
    ],
)
def test_an_item_is_returned_in_the_requested_language(
    client: HttpClient, shop: Shop, accepted: str, name: str, introduction: str
) -> None:
    item = shop.offer(**ITEM)
    options: dict[str, Any] = {"headers": {"Accept-Language": accepted}}

    item_data = data_of(client.get(f"{API}/items/{item}", **options), 200)
    listed = data_of(client.get(f"{API}/items?search=id:{item}", **options), 200)["data"]

    assert (item_data["name"], item_data["introduction"]) == (name, introduction)
    assert listed == [item_data]
    assert item_data.keys() == FIELDS


def test_the_query_and_the_cookie_choose_the_language_of_an_item(client: HttpClient, shop: Shop) -> None:
    path = f"{API}/items/{shop.offer(**ITEM)}"
    answers = [client.get(f"{path}?lang=zh-TW"), client.get(path, headers={"Cookie": "lang=zh-CN"})]

    assert [(answer.json["data"]["name"], answer.headers["Content-Language"]) for answer in answers] == [
        (HANT, "zh-Hant"),
        (HANS, "zh-Hans"),
    ]


def test_a_write_returns_the_requested_language(client: HttpClient, shop: Shop) -> None:
    body = {**ITEM, "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}
    item = data_of(client.post(f"{API}/items?lang=zh-Hans", body, token=shop.admin()), 201)
    path = f"{API}/items/{item['id']}"

    adjusted = client.post(f"{path}/stock-adjustments?lang=zh-Hant", {"delta": 1, "reason": "x"}, token=shop.admin())
    revised = client.request("PATCH", f"{path}?lang=zh-Hans", {"price_minor": 2}, token=shop.admin())

    assert [item_data["name"] for item_data in (item, data_of(adjusted, 200), data_of(revised, 200))] == [
        HANS,
        HANT,
        HANS,
    ]


def test_each_translation_is_set_kept_or_removed_separately(client: HttpClient, shop: Shop) -> None:
    item = shop.offer(**ITEM)

    revise(client, shop, item, name_translations={"zh-Hant": None})
    revise(client, shop, item, introduction_translations={"zh-Hans": ""}, name="Ticket")

    assert read_translations(client, shop, item) == {
        "id": item,
        "name": "Ticket",
        "name_translations": {"zh-Hant": None, "zh-Hans": HANS},
        "introduction": "Seats are free.",
        "introduction_translations": {"zh-Hant": "座位\n自由\t入座。", "zh-Hans": ""},
    }


def test_without_translations_the_default_text_is_returned(client: HttpClient, shop: Shop) -> None:
    item = shop.offer(**ITEM)
    revise(client, shop, item, name_translations={"zh-Hant": None, "zh-Hans": None})

    assert data_of(client.get(f"{API}/items/{item}?lang=zh-Hant"), 200)["name"] == "Concert ticket"
    assert shop.query_value("SELECT name_translations IS NULL FROM items WHERE id = %s", item) == 1


def test_empty_translations_change_nothing(client: HttpClient, shop: Shop) -> None:
    item = shop.offer(**ITEM)
    before = read_translations(client, shop, item)
    revise(client, shop, item, name_translations={}, price_minor=5)

    assert read_translations(client, shop, item) == before


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"name_translations": {"fr": "Billet"}}, "name_translations.fr"),
        ({"name_translations": {"en": "Ticket"}}, "name_translations.en"),
        ({"name_translations": {"zh-Hant": ""}}, "name_translations.zh-Hant"),
        ({"name_translations": {"zh-Hant": "票" * 201}}, "name_translations.zh-Hant"),
        ({"name_translations": {"zh-Hant": "a\nb"}}, "name_translations.zh-Hant"),
        ({"name_translations": {"zh-Hant": 1}}, "name_translations.zh-Hant"),
        ({"introduction_translations": {"zh-Hans": "票" * 10_001}}, "introduction_translations.zh-Hans"),
        ({"introduction_translations": {"zh-Hans": "\x00"}}, "introduction_translations.zh-Hans"),
        ({"name_translations": ["zh-Hant"]}, "name_translations"),
        ({"name_translations": "票"}, "name_translations"),
    ],
)
def test_an_invalid_translation_is_named(client: HttpClient, shop: Shop, patch: Any, field: str) -> None:
    item = shop.offer(**ITEM)
    before = read_translations(client, shop, item)

    assert_refused(client.request("PATCH", f"{API}/items/{item}", patch, token=shop.admin()), 422309, field)
    assert read_translations(client, shop, item) == before


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Not a language of translations; those are: zh-Hant, zh-Hans."),
        ("zh-Hant", "沒有這種語言的譯文欄位；可用的語言：zh-Hant, zh-Hans。"),  # noqa: RUF001 - Chinese marks
        ("zh-Hans", "没有这种语言的译文字段；可用的语言：zh-Hant, zh-Hans。"),  # noqa: RUF001 - Chinese marks
    ],
)
def test_an_unknown_language_error_lists_the_languages(
    client: HttpClient, shop: Shop, language: str, message: str
) -> None:
    patch = {"name_translations": {"ja": "切符"}}
    answer = client.request("PATCH", f"{API}/items/{shop.offer()}?lang={language}", patch, token=shop.admin())

    assert data_of(answer, 422309) == {"name_translations.ja": [message]}


def test_texts_of_maximum_length_are_stored_in_all_languages(client: HttpClient, shop: Shop) -> None:
    name, introduction = "𠮷" * 200, "\n".join(["🎫\"\\'"] * 2000)
    texts = {"name_translations": name, "introduction_translations": introduction}
    translations = {field: dict.fromkeys(("zh-Hant", "zh-Hans"), text) for field, text in texts.items()}
    item = shop.offer(**{**ITEM, **translations})

    assert {field: read_translations(client, shop, item)[field] for field in translations} == translations


def test_only_editors_can_read_all_translations(client: HttpClient, shop: Shop) -> None:
    path = f"{API}/items/{shop.offer(**ITEM)}/translations"

    data_of(client.get(path), 401001)
    data_of(client.get(path, token=shop.buyer()), 403001)
    data_of(client.get(f"{API}/items/999999/translations", token=shop.admin()), 404301)


def test_included_items_are_in_the_requested_language(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(**ITEM), shop.enter()
    assert shop.buy(item, buyer.token).status == 202
    shop.wait_until_written(item, 1)

    included = data_of(client.get(f"{API}/orders?include=item&lang=zh-Hant", token=buyer.token), 200)["data"][0]["item"]
    path = f"{API}/users?search=id:{buyer.id}&include=orders.item&lang=zh-Hans"
    user = data_of(client.get(path, token=shop.admin()), 200)["data"][0]

    assert (included["name"], included.keys()) == (HANT, {"id", "name", "price_minor", "currency", "photo_url"})
    assert user["orders"][0]["item"]["name"] == HANS
