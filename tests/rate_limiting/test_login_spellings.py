"""One budget of sign-ins for an account, by any name of it."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.core.settings.rate import Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.support.call_recording import record_sql

PASSWORD = "Correct-horse-1"
ADDRESS, NAME = "zo\u00eb@m\u00fcller.example", "Zo\u00eb Doe"
SPELLINGS = [
    {"email": "zo\u00eb@m\u00fcller.example"},
    {"email": "ZOE\u0308@xn--mller-kva.example"},
    {"email": " zoe\u0308@mu\u0308ller.example "},
    {"name": "Zo\u00eb Doe"},
    {"name": "  Zoe\u0308 Doe "},
]


def sign_in(shop: InProcessShop, account: dict[str, str], peer: str = "203.0.113.9") -> TestResponse:
    body = {**account, "password": "Wrong-1"}
    return shop.http.post(f"{API}/auth/login", json=body, environ_base={"REMOTE_ADDR": peer})


@pytest.fixture
def shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    shop = make_in_process_shop(limit_login=Rate(3, 60))
    body: dict[str, Any] = {"name": NAME, "email": ADDRESS, "password": PASSWORD}
    data_of(shop.http.post(f"{API}/auth/register", json=body), 201101)
    return shop


@pytest.mark.parametrize("used", SPELLINGS, ids=ascii)
def test_every_spelling_uses_the_budget_of_the_account(shop: InProcessShop, used: dict[str, str]) -> None:
    assert [sign_in(shop, used).status_code for _ in range(4)] == [401, 401, 401, 429]

    assert [sign_in(shop, other).status_code for other in SPELLINGS] == [429] * len(SPELLINGS)


def test_the_budget_over_all_addresses_is_one_too(shop: InProcessShop) -> None:
    attempts = [sign_in(shop, SPELLINGS[number % 5], f"203.0.113.{number}").status_code for number in range(31)]

    assert attempts == [401] * 30 + [429]


@pytest.mark.parametrize(
    "spellings",
    [
        [{"email": "n\u00e9@un.example"}, {"email": "NE\u0301@un.example "}, {"email": " n\u00e9@UN.example"}],
        [{"name": "No One"}, {"name": " no one "}, {"name": "\uff2eo One"}],
    ],
)
def test_an_unknown_account_has_one_budget_for_all_its_spellings(
    shop: InProcessShop, spellings: list[dict[str, str]]
) -> None:
    assert [sign_in(shop, account).status_code for account in spellings] == [401] * 3
    assert [sign_in(shop, account).status_code for account in spellings] == [429] * 3


def test_a_name_that_looks_like_the_subject_of_an_account_is_another_one(shop: InProcessShop) -> None:
    ((user_id,),) = shop.rows("SELECT id FROM users")

    assert [sign_in(shop, {"name": f"user-{user_id}"}).status_code for _ in range(4)] == [401, 401, 401, 429]

    assert sign_in(shop, SPELLINGS[0]).status_code == 401


def test_a_flood_of_one_address_sends_no_statement(shop: InProcessShop) -> None:
    statuses = [sign_in(shop, {"email": f"{number}@flood.example"}).status_code for number in range(16)]
    assert statuses == [401] * 15 + [429]

    with record_sql(shop.database.engine) as calls:
        assert sign_in(shop, {"email": "another@flood.example"}).status_code == 429
    assert [sql for sql in calls if "users" in sql] == []
