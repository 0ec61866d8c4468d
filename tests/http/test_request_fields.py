"""Unknown parameters, repeated parameters, and characters that no text may contain."""

from typing import Any

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

FIELD, NAME, EMAIL, ITEM_NAME, INTRODUCTION, PHOTO, NOTE = 422001, 422101, 422102, 422301, 422306, 422308, 422503
UNKNOWN, REPEATED = "is not known here.", "is said more than once."
ADA = {"name": "Ada", "password": "Correct-horse-1"}
CONTROL = ["\x00", "\x01", "\x1b", "\x7f", "\x80", "\x85", "\x9f", "\r"]


def paths_of(item: int) -> dict[str, tuple[str, str]]:
    """Routes without query parameters."""
    order = "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e"
    return {
        "item": ("GET", f"/items/{item}"),
        "patch item": ("PATCH", f"/items/{item}"),
        "delete item": ("DELETE", "/items/999999"),
        "purchase": ("POST", f"/items/{item}/purchase"),
        "order": ("GET", f"/orders/{order}"),
        "cancel order": ("POST", f"/orders/{order}/cancel"),
        "own account": ("GET", "/auth/me"),
        "login": ("POST", "/auth/login"),
        "register": ("POST", "/auth/register"),
    }


@pytest.mark.parametrize("route", paths_of(0))
def test_an_unknown_query_parameter_is_refused(shop: Shop, client: HttpClient, item: int, route: str) -> None:
    verb, path = paths_of(item)[route]

    answer = client.request(verb, f"{API}{path}?sort=up&page=1&lang=en", token=shop.admin())

    assert data_of(answer, FIELD) == {"sort": [f"sort {UNKNOWN}"], "page": [f"Page {UNKNOWN}"]}


def test_a_refused_query_has_no_effect(shop: Shop, client: HttpClient) -> None:
    item, buyer = shop.offer(stock=3), shop.buyer()

    answer = client.post(f"{API}/items/{item}/purchase?quantity=2", {"quantity": 1}, token=buyer)

    assert data_of(answer, FIELD) == {"quantity": [f"Quantity {UNKNOWN}"]}
    assert shop.item(item)["stock"] == 3


@pytest.mark.parametrize(
    ("path", "errors"),
    [
        ("/items?page=1&page=2", {"page": [f"Page {REPEATED}"]}),
        ("/items?page=1&page=1", {"page": [f"Page {REPEATED}"]}),
        ("/items?lang=en&lang=zh", {"lang": [f"Language {REPEATED}"]}),
        (
            "/items?page=1&page=2&per_page=1&per_page=1",
            {"page": [f"Page {REPEATED}"], "per_page": [f"Rows per page {REPEATED}"]},
        ),
        ("/orders?cursor=a&cursor=b", {"cursor": [f"Cursor {REPEATED}"]}),
        ("/auth/me?lang=en&lang=zh", {"lang": [f"Language {REPEATED}"]}),
        ("/auth/me?x=1&x=2", {"x": [f"x {UNKNOWN}"]}),
    ],
)
def test_repeated_query_parameters_are_named(client: HttpClient, buyer: str, path: str, errors: dict[str, Any]) -> None:
    assert data_of(client.get(f"{API}{path}", token=buyer), FIELD) == errors


@pytest.mark.parametrize("query", ["page[]=1", "page[0]=1", "page[a]=1", "page%5B%5D=1"])
def test_query_parameters_in_bracket_notation_are_unknown(client: HttpClient, query: str) -> None:
    name = query.partition("=")[0].replace("%5B", "[").replace("%5D", "]")

    assert_refused(client.get(f"{API}/items?{query}"), FIELD, name)


def test_a_lang_parameter_above_35_characters_is_refused(client: HttpClient) -> None:
    data_of(client.get(f"{API}/items?lang=en-x-{'a-' * 14}ab"), 200)

    answer = client.get(f"{API}/items?lang=en-x-{'a-' * 14}abc")

    assert data_of(answer, FIELD) == {"lang": ["Language must not be longer than 35."]}


def test_an_unknown_path_is_reported_before_its_query(client: HttpClient) -> None:
    data_of(client.get(f"{API}/nowhere?x=1&x=2"), 404)
    data_of(client.request("PUT", f"{API}/items?x=1"), 405)


@pytest.mark.parametrize("path", ["/livez?x=1", "/?x=1&x=2"])
def test_pages_and_probes_accept_any_query(client: HttpClient, path: str) -> None:
    data_of(client.get(path), 200)


@pytest.mark.parametrize("letter", CONTROL)
def test_control_characters_in_texts_are_refused(shop: Shop, client: HttpClient, item: int, letter: str) -> None:
    admin, path, adjustment = shop.admin(), f"{API}/items/{item}", {"reason": f"a{letter}b", "delta": 1}

    fields = (("name", "Name", ITEM_NAME), ("introduction", "Introduction", INTRODUCTION))
    for name, label, code in (*fields, ("photo_url", "Photo address", PHOTO)):
        patch = {name: f"https://a.example/{letter}" if name == "photo_url" else f"a{letter}b"}
        answer = client.request("PATCH", path, patch, token=admin)
        assert data_of(answer, code) == {name: [f"{label} must not have control characters."]}
    assert_refused(client.post(f"{path}/stock-adjustments", adjustment, token=admin), NOTE, "reason")
    body = {**ADA, "name": letter, "email": "control@example.com"}
    assert_refused(client.post(f"{API}/auth/register", body), NAME, "name")


def test_only_long_texts_may_have_line_breaks(shop: Shop, client: HttpClient) -> None:
    admin, path = shop.admin(), f"{API}/items/{shop.offer()}"
    lines = "One.\n\tTwo, and three."

    item_data = data_of(client.request("PATCH", path, {"introduction": lines}, token=admin), 200)

    assert item_data["introduction"] == lines
    assert_refused(client.request("PATCH", path, {"name": lines}, token=admin), ITEM_NAME, "name")


@pytest.mark.parametrize(
    "email", ["blank.around@example.com", " Blank.Around@Example.COM  ", "BLANK.AROUND@EXAMPLE.COM"]
)
def test_an_email_is_trimmed_and_compared_without_case(client: HttpClient, email: str) -> None:
    client.post(f"{API}/auth/register", {**ADA, "email": "blank.around@example.com"})

    session = data_of(client.post(f"{API}/auth/login", {"email": email, "password": ADA["password"]}), 200102)

    user = data_of(client.get(f"{API}/auth/me", token=session["access_token"]), 200)
    assert user["email"] == "blank.around@example.com"


def test_the_shortest_email_is_accepted(client: HttpClient) -> None:
    answer = client.post(f"{API}/auth/register", {**ADA, "email": " A@B.c "})

    assert data_of(answer, 201101)["user"]["email"] == "a@b.c"


@pytest.mark.parametrize(
    "address",
    ["", " ", "a", "@", "a@", "@b.c", "a@b", "a b@c.de", "a@b..c", "a..b@c.de", ".a@c.de", "a.@c.de", "a@-b.de",
     "a@b-.de", "a@b.c\n", "a@b.c\0", "\ta@b.c", "a@@b.c", "a@b@c.de", '"a"@b.c', "a(b)@c.de", f"{'a' * 65}@b.c",
     f"a@{'b' * 64}.de", f"a@{'b.' * 130}de", "a@[127.0.0.1]", "a@b.c,d@e.f"],
)  # fmt: skip
def test_an_invalid_email_is_refused(client: HttpClient, address: str) -> None:
    assert_refused(client.post(f"{API}/auth/register", {**ADA, "email": address}), EMAIL, "email")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://a.b/c", "//a.b/c", "https://", "https://a b", "https://a.b/\n", "https://a.b/é",
     "https://a.b/%zz", "https://a.b/<script>", "https://u:p@a.b/", "https://a.b:port/", f"https://a.b/{'c' * 500}"],
)  # fmt: skip
def test_an_invalid_photo_url_is_refused(shop: Shop, client: HttpClient, item: int, address: str) -> None:
    answer = client.request("PATCH", f"{API}/items/{item}", {"photo_url": address}, token=shop.admin())

    assert_refused(answer, PHOTO, "photo_url")


@pytest.mark.parametrize("body", [None, b""])
def test_a_patch_without_a_body_is_refused(shop: Shop, client: HttpClient, item: int, body: bytes | None) -> None:
    headers = {"Authorization": f"Bearer {shop.admin()}", "Idempotency-Key": "empty"}

    data_of(client.send("PATCH", f"{API}/items/{item}", body, headers), 400001)


@pytest.mark.parametrize("query", ["search=name:%ff", "search=%E8%8C", "search=%25%ff", "lang=%ff"])
def test_a_query_that_is_not_utf_8_is_refused(client: HttpClient, query: str) -> None:
    name = query.partition("=")[0]
    assert data_of(client.get(f"{API}/items?{query}"), FIELD)[name][0].endswith("must be a text in UTF-8.")


def test_a_search_may_contain_a_percent_sign(client: HttpClient) -> None:
    data_of(client.get(f"{API}/items?search=100%25"), 200)
