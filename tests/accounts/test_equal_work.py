"""Rows that the caller may not see cost the same work as unknown ones, so that time does not tell them apart."""

import re
from typing import Any
from uuid import uuid4

import pytest

from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_commands, record_sql
from tests.support.servers.valkey import Valkey

UNKNOWN_ID = 999_999
# Ids, random values and times.
_STORED = re.compile(r"( \?#)? (null|{\"id\").*")
_VARIABLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|[0-9]+")


class Work:
    """Requests of one user, and the work that they cost."""

    def __init__(self, shop: InProcessShop, valkey: Valkey) -> None:
        self.shop, self.valkey, self.token = shop, valkey, shop.buyer()
        # The first requests ask for more: the list of tenants, the session, the text of scripts.
        for method, path in (("GET", "/items/{}"), ("POST", "/items/{}/purchase")):
            shop.send(method, path.format(UNKNOWN_ID + 1), self.token, {"quantity": 1} if method == "POST" else None)
        shop.send("POST", f"/orders/{uuid4()}/cancel", self.token)

    def of(self, method: str, path: str, body: Any = None) -> tuple[int, list[str], list[str]]:
        """Return the status, the SQL statements and the Redis commands of a request."""
        with record_sql(self.shop.database.engine) as statements, record_commands(self.valkey) as commands:
            answer = self.shop.send(method, path, self.token, body)
        # The list of tenants is read again every few seconds.
        own = [sql for sql in statements if "FROM tenants" not in sql and sql != "a connection"]
        # Command and keys, without stored values.
        shown = [_STORED.sub("", _VARIABLE.sub("#", command)) for command in commands]
        return answer.get_json()["code"], own, shown


@pytest.fixture
def work(first_app: InProcessShop, valkey: Valkey) -> Work:
    return Work(first_app, valkey)


@pytest.mark.parametrize(("method", "path"), [("GET", "/orders/{}"), ("POST", "/orders/{}/cancel")])
@pytest.mark.parametrize("is_written", [True, False], ids=["written", "pending"])
def test_an_order_of_another_user(
    first_app: InProcessShop, work: Work, method: str, path: str, *, is_written: bool
) -> None:
    item, owner = first_app.offer(stock=5), first_app.buyer()
    order = first_app.buy_and_write(item, owner) if is_written else first_app.buy(item, owner)

    foreign, unknown = work.of(method, path.format(order)), work.of(method, path.format(uuid4()))

    assert foreign[0] == 404401
    assert foreign == unknown


def test_a_session_of_another_user(first_app: InProcessShop, work: Work) -> None:
    other = first_app.send("GET", "/auth/sessions", first_app.buyer()).get_json()["data"]["data"][0]["id"]

    foreign, unknown = work.of("DELETE", f"/auth/sessions/{other}"), work.of("DELETE", f"/auth/sessions/{uuid4()}")

    assert foreign[0] == 404201
    assert foreign == unknown


def test_another_user(first_app: InProcessShop, work: Work) -> None:
    other = first_app.user_id(first_app.buyer())

    foreign, unknown = work.of("GET", f"/users/{other}"), work.of("GET", f"/users/{UNKNOWN_ID}")

    assert foreign[0] == 404101
    assert foreign == unknown


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_an_item_that_is_not_on_sale(first_app: InProcessShop, work: Work, status: str) -> None:
    body = {"name": "Hidden", "price_minor": 1, "currency": "EUR", "stock": 2, "status": status}
    hidden = first_app.send("POST", "/items", first_app.admin_token, body).get_json()["data"]["id"]
    for method, path in (("GET", "/items/{}"), ("GET", "/items/{}"), ("POST", "/items/{}/purchase")):
        purchase = None if method == "GET" else {"quantity": 1}

        foreign, unknown = (work.of(method, path.format(item), purchase) for item in (hidden, UNKNOWN_ID))

        assert foreign[0] == 404301
        assert foreign == unknown
