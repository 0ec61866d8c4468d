"""Validation of the purchase quantity: an integer from 1 to 1000."""

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

QUANTITY, FIELD = 422401, 422001
INVALID = {
    "zero": b"0",
    "negative": b"-1",
    "text": b'"3"',
    "a_fraction": b"2.5",
    "true": b"true",
    "above_the_maximum": b"1001",
    "an_integer_of_31_digits": b"1" + b"0" * 30,
    "a_float_beyond_64_bits": b"1e300",
    "null": b"null",
    "a_list": b"[1]",
    "an_object": b"{}",
    "a_deeply_nested_list": b"[" * 30 + b"]" * 30,
}


def purchase(client: HttpClient, item: int, token: str, body: bytes) -> Response:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return client.send("POST", f"{API}/items/{item}/purchase", body, headers)


@pytest.mark.parametrize("quantity", INVALID.values(), ids=INVALID)
def test_an_invalid_quantity_is_refused(client: HttpClient, item: int, buyer: str, quantity: bytes) -> None:
    assert_refused(purchase(client, item, buyer, b'{"quantity": %s}' % quantity), QUANTITY, "quantity")


@pytest.mark.parametrize("body", [b"{}", b""], ids=["no_quantity", "no_body"])
def test_a_purchase_without_a_quantity_is_refused(client: HttpClient, item: int, buyer: str, body: bytes) -> None:
    assert_refused(purchase(client, item, buyer, body), QUANTITY, "quantity")


@pytest.mark.parametrize("name", ["id", "price_minor", "total_minor", "quantity2"])
def test_an_unknown_field_is_refused(client: HttpClient, item: int, buyer: str, name: str) -> None:
    assert_refused(purchase(client, item, buyer, b'{"quantity": 1, "%s": 1}' % name.encode()), FIELD, name)


def test_every_invalid_field_is_named(client: HttpClient, item: int, buyer: str) -> None:
    assert_refused(purchase(client, item, buyer, b'{"quantity": 0, "gift": 1}'), QUANTITY, "quantity", "gift")


@pytest.mark.parametrize(("text", "units"), [(b"1", 1), (b"3.0", 3), (b"1000.0", 1000), (b"1e2", 100)])
def test_an_integer_is_accepted_in_every_json_notation(shop: Shop, client: HttpClient, text: bytes, units: int) -> None:
    item = shop.offer(stock=1000)

    order = data_of(purchase(client, item, shop.buyer(), b'{"quantity": %s}' % text), 202)

    assert order["quantity"] == units
    assert shop.item(item)["stock"] == 1000 - units


def test_a_refused_purchase_takes_no_stock(shop: Shop, client: HttpClient) -> None:
    item = shop.offer(stock=5)

    for quantity in INVALID.values():
        purchase(client, item, shop.buyer(), b'{"quantity": %s}' % quantity)

    assert shop.item(item)["stock"] == 5
    assert shop.gate(item)["seq"] == "0"
