"""Identity of a client for rate limits: user, address or tenant."""

import pytest

from shop.core.crypto.tokens import Tokens
from shop.core.settings.rate import OFF, Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.rate_limiting.limit_headers import parse_limits
from tests.support.session_tokens import issue_access_token

SPOOFABLE_HEADERS = (
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Via",
)


def read_remaining(shop: InProcessShop, peer: str = "203.0.113.9", token: str = "", **headers: str) -> int:
    """Send one request and return the number of requests that are left."""
    authorization = {"Authorization": f"Bearer {token}"} if token else {}
    response = shop.http.get(f"{API}/nowhere", headers={**authorization, **headers}, environ_base={"REMOTE_ADDR": peer})
    return parse_limits(response.headers)[0].left


@pytest.fixture
def shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Return a shop that trusts no proxy."""
    return make_in_process_shop(limit_default=Rate(100, 60))


def test_each_address_and_each_user_has_its_own_quota(shop: InProcessShop) -> None:
    ada, bob = shop.buyer(), shop.buyer()

    assert [
        read_remaining(shop),
        read_remaining(shop, "203.0.113.10"),
        read_remaining(shop, token=ada),
        read_remaining(shop, token=bob),
    ] == [99] * 4
    assert [read_remaining(shop), read_remaining(shop, token=ada)] == [98, 98]


def test_a_user_is_counted_across_addresses_and_tokens(shop: InProcessShop) -> None:
    tokens = [issue_access_token(shop.container.get(Tokens), 7, 1) for _ in range(3)]

    assert [read_remaining(shop, f"203.0.113.{n}", token) for n, token in enumerate(tokens)] == [99, 98, 97]


def test_the_same_user_id_in_another_tenant_is_counted_separately(shop: InProcessShop) -> None:
    tokens = [issue_access_token(shop.container.get(Tokens), 7, tenant) for tenant in (1, 2)]

    assert [read_remaining(shop, token=token) for token in tokens] == [99, 99]


def test_the_token_of_an_ended_session_does_not_use_its_users_quota(shop: InProcessShop) -> None:
    token = shop.buyer()
    assert read_remaining(shop, token=token) == 99

    shop.send("POST", "/auth/logout", token)

    assert [read_remaining(shop, "203.0.113.10"), read_remaining(shop, "203.0.113.10", token)] == [99, 98]


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "ü"])
def test_a_request_with_an_invalid_token_is_counted_by_address(shop: InProcessShop, token: str) -> None:
    assert [
        read_remaining(shop),
        read_remaining(shop, token=token.encode().decode("latin-1")),
        read_remaining(shop, Authorization="Basic eDp5"),
    ] == [
        99,
        98,
        97,
    ]


def test_ipv6_addresses_are_counted_by_their_64_bit_prefix(shop: InProcessShop) -> None:
    peers = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:db8:1:3::1", "::ffff:203.0.113.9", "203.0.113.9"]

    assert [read_remaining(shop, peer) for peer in peers] == [99, 98, 99, 99, 98]


def test_clients_without_an_address_share_a_quota(shop: InProcessShop) -> None:
    assert [read_remaining(shop, ""), read_remaining(shop, "unix:")] == [99, 98]


@pytest.mark.parametrize("header", SPOOFABLE_HEADERS)
def test_a_forwarding_header_without_a_trusted_proxy_is_ignored(shop: InProcessShop, header: str) -> None:
    remaining = [
        read_remaining(shop, **{header: f"for=198.51.100.{n}" if header == "Forwarded" else f"198.51.100.{n}"})
        for n in range(5)
    ]

    assert remaining == [99, 98, 97, 96, 95]


def test_only_x_forwarded_for_of_a_trusted_proxy_names_the_client(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_default=Rate(100, 60), trusted_proxies=("10.0.0.0/8",))
    chain = {"X-Forwarded-For": "6.6.6.6, 198.51.100.1, 10.0.0.9"}

    assert [read_remaining(shop, "10.0.0.1", **chain), read_remaining(shop, "10.0.0.2", **chain)] == [99, 98]
    assert read_remaining(shop, "198.51.100.1") == 97
    assert read_remaining(shop, "6.6.6.6") == 99
    assert [read_remaining(shop, "10.0.0.3", **{name: "7.7.7.7"}) for name in SPOOFABLE_HEADERS[1:]] == [
        99,
        98,
        97,
        96,
        95,
        94,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("198.51.100.1:5555", "198.51.100.2:5555"),
        ("[2001:db8:0:1::1]", "[2001:db8:0:2::1]"),
        ("[2001:db8:0:1::1]:443", "[2001:db8:0:2::1]:443"),
        ('"198.51.100.1"', '"198.51.100.2"'),
        ("198.51.100.1,", "198.51.100.2, ,"),
        ("_one", "_two"),
    ],
)
def test_clients_behind_a_proxy_have_quotas_of_their_own(
    make_in_process_shop: MakeInProcessShop, first: str, second: str
) -> None:
    shop = make_in_process_shop(limit_default=Rate(100, 60), trusted_proxies=("10.0.0.0/8",))

    remaining = [read_remaining(shop, "10.0.0.1", X_Forwarded_For=f"6.6.6.6, {entry}") for entry in (first, second)]

    assert [*remaining, read_remaining(shop, "10.0.0.1")] == [99, 99, 99]


def test_the_port_of_a_client_makes_no_other_client(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_default=Rate(100, 60), trusted_proxies=("10.0.0.0/8",))

    entries = ("198.51.100.1", "198.51.100.1:1", "198.51.100.1:65535", '"198.51.100.1:2"', "198.51.100.1:_p")
    remaining = [read_remaining(shop, "10.0.0.1", X_Forwarded_For=entry) for entry in entries]

    assert remaining == [99, 98, 97, 96, 95]


@pytest.mark.parametrize(
    ("guest", "expected"), [(Rate(5, 60), [4, 3, 99]), (None, [99, 98, 99])], ids=["own limit", "same limit"]
)
def test_guests_may_have_a_limit_of_their_own(
    make_in_process_shop: MakeInProcessShop, guest: Rate | None, expected: list[int]
) -> None:
    shop = make_in_process_shop(limit_default=Rate(100, 60), limit_default_guest=guest)

    remaining = [read_remaining(shop), read_remaining(shop, token="a.b.c"), read_remaining(shop, token=shop.buyer())]

    assert remaining == expected


def test_the_limit_of_guests_can_be_off(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_default=Rate(100, 60), limit_default_guest=OFF)

    assert "RateLimit" not in shop.http.get(f"{API}/nowhere").headers
    assert read_remaining(shop, token=shop.buyer()) == 99


def test_an_address_is_counted_separately_in_each_tenant(shop: InProcessShop) -> None:
    shop.add_tenant(2)

    tenants = ("default", "tenant-2", "tenant-2", "unknown", "default")
    remaining = [read_remaining(shop, X_Tenant=name) for name in tenants]

    assert remaining == [99, 99, 98, 98, 97]
