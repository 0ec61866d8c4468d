"""Unknown paths, wrong methods, HEAD requests and unavailable items."""

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

UNKNOWN_PATHS = (
    "/nowhere",
    f"{API}",
    f"{API}/nowhere",
    f"{API}//items",
    f"{API}/items/1/2/3",
    f"{API}/items/abc",
    f"{API}/items/-1",
    f"{API}/items/1.0",
    f"{API}/items/99999999999999999999",
    f"{API}/orders/not-a-uuid",
    "/%ff",
    "/docs/../../etc/passwd",
)
WRONG_METHODS = (
    ("PUT", f"{API}/items", {"GET", "HEAD", "POST"}),
    ("DELETE", f"{API}/auth/login", {"POST"}),
    ("GET", f"{API}/items/1/purchase", {"POST"}),
    ("TRACE", f"{API}/items/1", {"GET", "HEAD", "PATCH", "DELETE"}),
    ("BREW", f"{API}/auth/me", {"GET", "HEAD", "POST"}),
    ("POST", "/livez", {"GET", "HEAD"}),
)


@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_an_unknown_path_returns_404_in_the_envelope(client: HttpClient, path: str) -> None:
    assert data_of(client.get(path), 404) == {}


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml;q=0.9", ""])
@pytest.mark.parametrize("path", [f"{API}/nowhere", f"{API}/orders", f"{API}/items/999999"])
def test_a_client_that_accepts_html_gets_the_envelope(client: HttpClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})

    assert data_of(answer, answer.json["code"]) is not None
    assert answer.status in (401, 404)


@pytest.mark.parametrize(("method", "path", "allowed"), WRONG_METHODS)
def test_a_405_lists_the_allowed_methods(client: HttpClient, method: str, path: str, allowed: set[str]) -> None:
    answer = client.request(method, path)

    assert data_of(answer, 405) == {}
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed | {"OPTIONS"}


@pytest.mark.parametrize("path", [f"{API}/items/", "//api/v1/items", f"{API}/items"])
def test_other_spellings_of_a_path_are_not_redirected(client: HttpClient, path: str) -> None:
    assert "meta" in data_of(client.get(path), 200)


@pytest.mark.parametrize("spelling", ["0{}", "+{}", "{}/", "{}%2F", "{}%20", "{}%00", "{}.0", "00000000000000{}"])
def test_an_item_has_one_spelling(client: HttpClient, item: int, buyer: str, spelling: str) -> None:
    path = f"{API}/items/{spelling.format(item)}"

    assert data_of(client.get(f"{API}/items/{item}"), 200)["id"] == item
    assert data_of(client.get(path), 404) == {}
    assert data_of(client.post(f"{path}/purchase", {"quantity": 1}, token=buyer), 404) == {}


@pytest.mark.parametrize("spelling", ["{}/", "{}%2f"])
def test_a_path_behind_a_parameter_has_one_spelling(client: HttpClient, item: int, buyer: str, spelling: str) -> None:
    path = f"{API}/items/{item}/" + spelling.format("purchase")

    assert data_of(client.post(path, {"quantity": 1}, token=buyer), 404) == {}


def test_an_order_and_a_session_have_one_spelling(client: HttpClient, item: int, buyer: str) -> None:
    order = data_of(client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, token=buyer), 202)["id"]
    session = data_of(client.get(f"{API}/auth/sessions", token=buyer), 200)["data"][0]["id"]

    for spelling in (order.upper(), f"{order}/", f"{{{order}}}", order.replace("-", "")):
        assert data_of(client.get(f"{API}/orders/{spelling}", token=buyer), 404) == {}
        assert data_of(client.post(f"{API}/orders/{spelling}/cancel", token=buyer), 404) == {}
    assert data_of(client.request("DELETE", f"{API}/auth/sessions/{session.upper()}", token=buyer), 404) == {}
    assert data_of(client.get(f"{API}/orders/{order}", token=buyer), 200)["id"] == order


@pytest.mark.parametrize("code", ["0404301", "404301/", "+404301"])
def test_an_error_code_has_one_spelling(client: HttpClient, code: str) -> None:
    assert data_of(client.get("/errors/404301"), 200)["code"] == 404301
    assert data_of(client.get(f"/errors/{code}"), 404) == {}


@pytest.mark.parametrize(("path", "status"), [(f"{API}/items", 200), ("/nowhere", 404), (f"{API}/orders", 401)])
def test_head_returns_the_status_of_get_without_a_body(client: HttpClient, path: str, status: int) -> None:
    answer = client.request("HEAD", path)

    assert (answer.status, answer.body) == (status, b"")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("item", [0, 999_999, 10**18 - 1])
def test_an_unknown_item_is_not_found(client: HttpClient, buyer: str, item: int) -> None:
    not_found = {"error_code": "NOT_FOUND", "retry": "never", "item_id": item}

    assert data_of(client.get(f"{API}/items/{item}"), 404301) == not_found
    assert data_of(client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, token=buyer), 404301) == not_found


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_an_item_not_on_sale_can_be_neither_read_nor_bought(shop: Shop, client: HttpClient, status: str) -> None:
    item = shop.offer(status=status)

    data_of(client.get(f"{API}/items/{item}"), 404301)
    data_of(shop.buy(item, shop.buyer()), 404301)


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_an_item_taken_off_sale_cannot_be_bought(shop: Shop, status: str) -> None:
    item, buyer = shop.offer(), shop.buyer()
    data_of(shop.buy(item, buyer), 202)

    shop.revise(item, status=status)

    data_of(shop.buy(item, buyer), 404301)


def test_a_deleted_item_cannot_be_bought(shop: Shop, client: HttpClient) -> None:
    item, buyer = shop.offer(), shop.buyer()

    assert data_of(client.request("DELETE", f"{API}/items/{item}", token=shop.admin()), 200) == {}

    data_of(shop.buy(item, buyer), 404301)
    data_of(client.get(f"{API}/items/{item}"), 404301)
    data_of(client.get(f"{API}/items/{item}", token=shop.admin()), 404301)
