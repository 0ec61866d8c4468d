"""Whose requests are counted together."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.core.crypto.tokens import Tokens
from shop.core.settings.rate import Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.rate_limiting.limit_headers import ReportedLimit, parse_limits, parse_names, parse_without_seconds
from tests.support.call_recording import record_commands
from tests.support.servers.valkey import Valkey
from tests.support.session_tokens import issue_access_token

PASSWORD = "Correct-horse-1"
CLAIMS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Via")


def read_remaining(shop: InProcessShop, peer: str = "203.0.113.9", token: str = "", **headers: str) -> int:
    """What is left to a client after one request."""
    permit = {"Authorization": f"Bearer {token}"} if token else {}
    answer = shop.http.get(f"{API}/nowhere", headers={**permit, **headers}, environ_base={"REMOTE_ADDR": peer})
    return parse_limits(answer.headers)[0].left


@pytest.fixture
def shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """A shop that trusts no proxy."""
    return make_in_process_shop(limit_default=Rate(100, 60))


def test_each_address_and_each_user_has_a_budget_of_its_own(shop: InProcessShop) -> None:
    ada, bob = shop.buyer(), shop.buyer()

    assert [
        read_remaining(shop),
        read_remaining(shop, "203.0.113.10"),
        read_remaining(shop, token=ada),
        read_remaining(shop, token=bob),
    ] == [99] * 4
    assert [read_remaining(shop), read_remaining(shop, token=ada)] == [98, 98]


def test_a_user_is_the_same_from_everywhere_and_with_every_token(shop: InProcessShop) -> None:
    tokens = [issue_access_token(shop.container.get(Tokens), 7, 1) for _ in range(3)]

    assert [read_remaining(shop, f"203.0.113.{n}", token) for n, token in enumerate(tokens)] == [99, 98, 97]


def test_the_same_number_in_another_tenant_is_somebody_else(shop: InProcessShop) -> None:
    tokens = [issue_access_token(shop.container.get(Tokens), 7, tenant) for tenant in (1, 2)]

    assert [read_remaining(shop, token=token) for token in tokens] == [99, 99]


def test_the_token_of_an_ended_session_spends_nothing_of_its_users(shop: InProcessShop) -> None:
    token = shop.buyer()
    assert read_remaining(shop, token=token) == 99

    shop.send("POST", "/auth/logout", token)

    assert [read_remaining(shop, "203.0.113.10"), read_remaining(shop, "203.0.113.10", token)] == [99, 98]


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "ü"])
def test_a_token_that_is_not_good_makes_nobody_of_its_bearer(shop: InProcessShop, token: str) -> None:
    assert [
        read_remaining(shop),
        read_remaining(shop, token=token.encode().decode("latin-1")),
        read_remaining(shop, Authorization="Basic eDp5"),
    ] == [
        99,
        98,
        97,
    ]


def test_addresses_of_ipv6_count_by_the_half_that_one_client_has(shop: InProcessShop) -> None:
    peers = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:db8:1:3::1", "::ffff:203.0.113.9", "203.0.113.9"]

    assert [read_remaining(shop, peer) for peer in peers] == [99, 98, 99, 99, 98]


def test_who_has_no_address_counts_with_the_others(shop: InProcessShop) -> None:
    assert [read_remaining(shop, ""), read_remaining(shop, "unix:")] == [99, 98]


@pytest.mark.parametrize("header", CLAIMS)
def test_what_a_header_claims_changes_nothing(shop: InProcessShop, header: str) -> None:
    left = [
        read_remaining(shop, **{header: f"for=198.51.100.{n}" if header == "Forwarded" else f"198.51.100.{n}"})
        for n in range(5)
    ]

    assert left == [99, 98, 97, 96, 95]


def test_a_trusted_proxy_is_asked_for_the_client_and_no_header_but_one(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_default=Rate(100, 60), trusted_proxies=("10.0.0.0/8",))
    chain = {"X-Forwarded-For": "6.6.6.6, 198.51.100.1, 10.0.0.9"}

    assert [read_remaining(shop, "10.0.0.1", **chain), read_remaining(shop, "10.0.0.2", **chain)] == [99, 98]
    assert read_remaining(shop, "198.51.100.1") == 97
    assert read_remaining(shop, "6.6.6.6") == 99
    assert [read_remaining(shop, "10.0.0.3", **{name: "7.7.7.7"}) for name in CLAIMS[1:]] == [99, 98, 97, 96, 95, 94]


def sign_in(shop: InProcessShop, email: str, peer: str, password: str = PASSWORD) -> TestResponse:
    words = {"email": email, "password": password}
    return shop.http.post(f"{API}/auth/login", json=words, environ_base={"REMOTE_ADDR": peer})


def register(shop: InProcessShop, email: str, peer: str = "203.0.113.9", **headers: Any) -> TestResponse:
    words = {"name": "Ada", "email": email, "password": PASSWORD}
    return shop.http.post(f"{API}/auth/register", json=words, environ_base={"REMOTE_ADDR": peer}, **headers)


def test_an_account_is_guarded_however_they_write_it(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(3, 60))
    register(shop, "ada@example.com")
    register(shop, "bob@example.com")
    tries = [("ada@example.com", PASSWORD), ("ADA@Example.COM", "Wrong-1"), ("Ada@example.com", "Wrong-2")]

    answers = [sign_in(shop, email, "203.0.113.9", word) for email, word in tries]
    refused = sign_in(shop, "ada@example.com", "203.0.113.9")

    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert [parse_without_seconds(answer.headers)[0] for answer in answers] == [
        ("login", 3, 60, left) for left in (2, 1, 0)
    ]
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert sign_in(shop, "bob@example.com", "203.0.113.9").status_code == 200


def test_a_stranger_cannot_keep_the_owner_out(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    register(shop, "ada@example.com")

    stranger = [sign_in(shop, "ada@example.com", "203.0.113.66", f"Wrong-{n}").status_code for n in range(12)]

    assert stranger == [401] * 2 + [429] * 10
    assert sign_in(shop, "ada@example.com", "203.0.113.9").status_code == 200


def test_an_account_is_guarded_wherever_they_come_from(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(1, 60))
    register(shop, "ada@example.com")

    answers = [sign_in(shop, "ada@example.com", f"203.0.113.{n}", "Wrong-1") for n in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert ("login-account", 10, 60, 9) in parse_without_seconds(answers[0].headers)


def test_an_address_signs_in_to_five_times_as_many_accounts(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    answers = [sign_in(shop, f"nobody-{n}@example.com", "203.0.113.9") for n in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert parse_limits(answers[0].headers) == [
        ReportedLimit("login", 2, 60, 1, 60),
        ReportedLimit("login-address", 10, 60, 9, 60),
        ReportedLimit("login-account", 20, 60, 19, 60),
    ]
    # The tightest comes first.
    assert parse_names(answers[9].headers) == ["login-address", "login", "login-account"]
    assert sign_in(shop, "nobody-0@example.com", "203.0.113.10").status_code == 401


def test_who_is_refused_by_one_limit_is_counted_in_none(make_in_process_shop: MakeInProcessShop) -> None:
    shop, other = (make_in_process_shop(limit_login=Rate(2, 60)) for _ in range(2))
    for number in range(10):
        sign_in(shop, f"nobody-{number}@example.com", "203.0.113.9")

    assert sign_in(other, "ada@example.com", "203.0.113.9").status_code == 429

    assert parse_limits(sign_in(other, "ada@example.com", "203.0.113.10").headers)[0] == ReportedLimit(
        "login", 2, 60, 1, 60
    )


def test_a_sign_in_is_one_round_trip_and_a_malformed_one_counts_too(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shop = make_in_process_shop(limit_login=Rate(2, 60))
    sign_in(shop, "nobody@example.com", "203.0.113.9")

    with record_commands(valkey) as commands:
        sign_in(shop, "nobody@example.com", "203.0.113.9")
    malformed = sign_in(shop, "nobody", "203.0.113.9")

    assert len(commands) == 1, commands
    assert (malformed.status_code, parse_without_seconds(malformed.headers)) == (422, [("login-address", 10, 60, 7)])


def test_registrations_count_by_address_whoever_is_signed_in(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_register=Rate(2, 60))
    permit = {"Authorization": f"Bearer {shop.buyer()}"}

    answers = [register(shop, f"new-{n}@example.com", headers=permit if n else {}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert parse_names(answers[0].headers) == ["register"]
    assert register(shop, "another@example.com", "203.0.113.10").status_code == 201


def test_an_address_is_counted_in_each_tenant_by_itself(shop: InProcessShop) -> None:
    shop.add_tenant(2)

    seen = [read_remaining(shop, X_Tenant=name) for name in ("default", "tenant-2", "tenant-2", "nobody", "default")]

    assert seen == [99, 99, 98, 98, 97]
