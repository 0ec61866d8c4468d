"""Rate limits of signing in and of registration."""

from typing import Any

from werkzeug.test import TestResponse

from shop.core.settings.rate import Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.rate_limiting.limit_headers import ReportedLimit, parse_limits, parse_names, parse_without_seconds
from tests.support.call_recording import record_commands
from tests.support.servers.valkey import Valkey

PASSWORD = "Correct-horse-1"


def sign_in(shop: InProcessShop, email: str, peer: str, password: str = PASSWORD) -> TestResponse:
    body = {"email": email, "password": password}
    return shop.http.post(f"{API}/auth/login", json=body, environ_base={"REMOTE_ADDR": peer})


def register(shop: InProcessShop, email: str, peer: str = "203.0.113.9", **headers: Any) -> TestResponse:
    body = {"name": "Ada", "email": email, "password": PASSWORD}
    return shop.http.post(f"{API}/auth/register", json=body, environ_base={"REMOTE_ADDR": peer}, **headers)


def test_login_attempts_are_counted_by_account_regardless_of_case(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(3, 60))
    register(shop, "ada@example.com")
    register(shop, "bob@example.com")
    attempts = [("ada@example.com", PASSWORD), ("ADA@Example.COM", "Wrong-1"), ("Ada@example.com", "Wrong-2")]

    responses = [sign_in(shop, email, "203.0.113.9", password) for email, password in attempts]
    refused = sign_in(shop, "ada@example.com", "203.0.113.9")

    assert [response.status_code for response in responses] == [200, 401, 401]
    assert [parse_without_seconds(response.headers)[0] for response in responses] == [
        ("login", 3, 60, left) for left in (2, 1, 0)
    ]
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert sign_in(shop, "bob@example.com", "203.0.113.9").status_code == 200


def test_failed_logins_of_one_address_do_not_lock_the_owner_out(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    register(shop, "ada@example.com")

    attacker = [sign_in(shop, "ada@example.com", "203.0.113.66", f"Wrong-{n}").status_code for n in range(12)]

    assert attacker == [401] * 2 + [429] * 10
    assert sign_in(shop, "ada@example.com", "203.0.113.9").status_code == 200


def test_login_attempts_of_many_addresses_are_counted_by_account(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(1, 60))
    register(shop, "ada@example.com")

    responses = [sign_in(shop, "ada@example.com", f"203.0.113.{n}", "Wrong-1") for n in range(11)]

    assert [response.status_code for response in responses] == [401] * 10 + [429]
    assert ("login-account", 10, 60, 9) in parse_without_seconds(responses[0].headers)


def test_an_address_may_sign_in_to_five_times_as_many_accounts(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    responses = [sign_in(shop, f"unknown-{n}@example.com", "203.0.113.9") for n in range(11)]

    assert [response.status_code for response in responses] == [401] * 10 + [429]
    assert parse_limits(responses[0].headers) == [
        ReportedLimit("login", 2, 60, 1, 60),
        ReportedLimit("login-address", 10, 60, 9, 60),
        ReportedLimit("login-account", 20, 60, 19, 60),
    ]
    # The tightest limit comes first.
    assert parse_names(responses[9].headers) == ["login-address", "login", "login-account"]
    assert sign_in(shop, "unknown-0@example.com", "203.0.113.10").status_code == 401


def test_a_request_refused_by_one_limit_is_counted_in_none(make_in_process_shop: MakeInProcessShop) -> None:
    shop, other = (make_in_process_shop(limit_login=Rate(2, 60)) for _ in range(2))
    for number in range(10):
        sign_in(shop, f"unknown-{number}@example.com", "203.0.113.9")

    assert sign_in(other, "ada@example.com", "203.0.113.9").status_code == 429

    assert parse_limits(sign_in(other, "ada@example.com", "203.0.113.10").headers)[0] == ReportedLimit(
        "login", 2, 60, 1, 60
    )


def test_a_login_is_one_round_trip_and_a_malformed_login_counts(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    sign_in(shop, "unknown@example.com", "203.0.113.9")

    with record_commands(valkey) as commands:
        sign_in(shop, "unknown@example.com", "203.0.113.9")
    malformed = sign_in(shop, "unknown", "203.0.113.9")

    assert len(commands) == 1, commands
    assert (malformed.status_code, parse_without_seconds(malformed.headers)) == (422, [("login-address", 10, 60, 7)])


def test_registrations_are_counted_by_address_for_signed_in_users_too(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_register=Rate(2, 60))
    authorization = {"Authorization": f"Bearer {shop.buyer()}"}

    responses = [register(shop, f"new-{n}@example.com", headers=authorization if n else {}) for n in range(3)]

    assert [response.status_code for response in responses] == [201, 201, 429]
    assert parse_names(responses[0].headers) == ["register"]
    assert register(shop, "another@example.com", "203.0.113.10").status_code == 201


def test_guesses_of_the_current_password_are_limited_like_sign_ins(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    token = register(shop, "ada@example.com").get_json()["data"]["access_token"]
    body = {"current_password": "Wrong-1", "new_password": "Battery-staple-2"}

    responses = [shop.send("PUT", "/auth/password", token, body) for _ in range(3)]

    assert [response.status_code for response in responses] == [422, 422, 429]
    assert parse_names(responses[2].headers) == ["login"]
