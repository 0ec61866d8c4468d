"""Content negotiation: 406 for unsupported media types, before any effect."""

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

NOT_ACCEPTABLE = 406001
ACCEPTED = [
    "application/json", "application/problem+json", "application/*", "*/*", "text/html", "",
    "text/csv, */*;q=0.1", "text/html,application/xhtml+xml;q=0.9", "TEXT/HTML", "application/json;charset=utf-8",
    "application/json; charset=utf-8; q=0.5",
    "a/b," * 5_000,
]  # fmt: skip
REFUSED = ["text/csv", "image/png", "application/xml;q=0.9, image/*", "text/plain", "application/json;q=0", "json"]


@pytest.mark.parametrize("accept", ACCEPTED, ids=lambda accept: accept[:30])
def test_a_client_that_accepts_json_or_a_browser_is_served(client: HttpClient, accept: str) -> None:
    data_of(client.get(f"{API}/items", headers={"Accept": accept}), 200)


@pytest.mark.parametrize("accept", REFUSED)
def test_a_client_that_accepts_neither_gets_406(client: HttpClient, accept: str) -> None:
    answer = client.get(f"{API}/items", headers={"Accept": accept})

    assert data_of(answer, NOT_ACCEPTABLE) == {"error_code": "NOT_ACCEPTABLE", "retry": "new_request"}
    assert "application/json" in answer.json["message"]


def test_a_client_that_accepts_neither_buys_nothing(shop: Shop) -> None:
    item, buyer = shop.offer(stock=3), shop.buyer()

    data_of(shop.buy(item, buyer, Accept="text/csv"), NOT_ACCEPTABLE)

    assert shop.item(item)["stock"] == 3


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), (f"{API}/nowhere", 404), ("/livez", 200), ("/", 200)])
def test_paths_outside_the_api_do_not_check_accept(client: HttpClient, path: str, status: int) -> None:
    data_of(client.get(path, headers={"Accept": "text/csv"}), status)
