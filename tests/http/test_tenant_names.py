"""Tenant selection of a request, and the commands for tenants."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, SECOND, Shop
from tests.support.http import HttpClient, Response
from tests.support.polling import eventually

UNKNOWN, INVALID = 404001, 401002
PASSWORD = "Correct-horse-1"


@pytest.fixture(scope="module")
def item(shop: Shop) -> int:
    """An item of the second tenant."""
    return shop.offer(tenant_id=SECOND[0])


@pytest.fixture
def slug(shop: Shop) -> str:
    """A new tenant with an administrator, known to every web process."""
    name = f"t-{uuid4().hex[:12]}"
    shop.service.env["SHOP_ADMIN_PASSWORD"] = PASSWORD
    shop.service.run_cli("tenants", "add", name, "--admin-email", f"boss@{name}.example", "--host", f"{name}.example")
    wait_until(shop, name, 200)
    return name


def read_catalogue(shop: Shop, **headers: str) -> Response:
    """Read the catalogue without a token.

    Each call uses a new connection, so that repeated calls reach all processes.
    """
    with shop.client() as client:
        return client.get(f"{API}/items", headers={name.replace("_", "-"): value for name, value in headers.items()})


def wait_until(shop: Shop, slug: str, status: int) -> None:
    """Wait until every process answers with this status."""
    eventually(lambda: {read_catalogue(shop, X_Tenant=slug).status for _ in range(12)} == {status}, 10)


def post(shop: Shop, path: str, body: object, **options: Any) -> Response:
    """Send a POST over a connection of its own.

    The server closes a connection whose request was refused before the body was read.
    """
    with shop.client() as client:
        return client.post(API + path, body, **options)


def sign_in(shop: Shop, slug: str) -> Response:
    return post(
        shop, "/auth/login", {"email": f"boss@{slug}.example", "password": PASSWORD}, headers={"X-Tenant": slug}
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Tenant": "second"},
        {"X_Tenant": "Second"},
        {"Host": SECOND[1]},
        {"Host": f"{SECOND[1].upper()}:8000"},
        {"Host": "elsewhere.example", "X_Tenant": "second"},
    ],
)
def test_the_tenant_header_or_the_host_selects_the_tenant(shop: Shop, item: int, headers: dict[str, str]) -> None:
    assert item in {row["id"] for row in data_of(read_catalogue(shop, **headers), 200)["data"]}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "elsewhere.example"},
        {"Host": "[::1]:80"},
        {"X_Tenant": "default", "Host": SECOND[1]},
    ],
)
def test_a_request_without_a_tenant_name_uses_the_default_tenant(
    shop: Shop, item: int, headers: dict[str, str]
) -> None:
    assert item not in {row["id"] for row in data_of(read_catalogue(shop, **headers), 200)["data"]}


@pytest.mark.parametrize("name", ["unknown", "", " ", "second, default", "x" * 5000, "2", "se%cond", "s\u00e9cond"])
def test_an_unknown_tenant_name_is_refused(shop: Shop, name: str) -> None:
    answer = read_catalogue(shop, X_Tenant=name)

    assert data_of(answer, UNKNOWN) == {"error_code": "TENANT_UNKNOWN", "retry": "never"}
    assert answer.json["message"] == "There is no tenant of this name."


def test_an_unknown_tenant_is_refused_before_authentication_and_in_the_requested_language(client: HttpClient) -> None:
    answer = client.get(f"{API}/orders", headers={"X-Tenant": "unknown", "Accept-Language": "zh-Hant"})

    data_of(answer, UNKNOWN)
    assert answer.json["message"] == "沒有這個名稱的租戶。"


def test_vary_names_the_headers_that_select_the_tenant(shop: Shop) -> None:
    assert {"Authorization", "X-Tenant"} <= {name.strip() for name in read_catalogue(shop).headers["Vary"].split(",")}


@pytest.fixture
def disabled(shop: Shop, slug: str) -> Iterator[tuple[str, str]]:
    """A disabled tenant and a token issued before; enabled again afterwards."""
    token = data_of(sign_in(shop, slug), 200102)["access_token"]
    shop.service.run_cli("tenants", "disable", slug)
    wait_until(shop, slug, 404)
    yield slug, token
    shop.service.run_cli("tenants", "enable", slug)


def test_a_disabled_tenant_refuses_every_request(shop: Shop, client: HttpClient, disabled: tuple[str, str]) -> None:
    slug, token = disabled
    registration, tenant_header = {"name": "Ann", "email": "ann@example.com", "password": PASSWORD}, {"X-Tenant": slug}

    data_of(sign_in(shop, slug), UNKNOWN)
    data_of(post(shop, "/auth/register", registration, headers=tenant_header), UNKNOWN)
    data_of(read_catalogue(shop, Host=f"{slug}.example"), UNKNOWN)
    for path in ("/auth/me", "/orders", "/items"):
        data_of(client.get(API + path, token=token), INVALID)
    data_of(post(shop, "/items/1/purchase", {"quantity": 1}, token=token), INVALID)


def test_tokens_are_valid_again_after_their_tenant_is_enabled(shop: Shop, disabled: tuple[str, str]) -> None:
    slug, token = disabled
    shop.service.run_cli("tenants", "enable", slug)
    wait_until(shop, slug, 200)

    data_of(post(shop, "/auth/me", None, token=token), 200)


def test_the_tenants_command_lists_tenants(shop: Shop, slug: str) -> None:
    lines = [line.split() for line in shop.service.run_cli("tenants").stdout.splitlines()]

    assert ["1", "default", "Default"] in lines
    assert [columns[2:] for columns in lines if columns[1] == slug] == [[slug, f"{slug}.example"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "second"), "There is a tenant of this name or host already."),
        (("add", "third", "--host", SECOND[1]), "There is a tenant of this name or host already."),
        (("add", "No Good"), "The name of a tenant is 1 to 32 lower-case letters, digits and hyphens"),
        (("add", "third", "--host", "Third:80"), "The host of a tenant is a name in lower case, without a port."),
        (("disable", "unknown"), "There is no tenant unknown."),
        (("enable", "unknown"), "There is no tenant unknown."),
    ],
)
def test_a_failing_tenants_command_prints_one_error(shop: Shop, arguments: tuple[str, ...], message: str) -> None:
    result = shop.service.run_cli("tenants", *arguments, check=False)

    assert result.returncode == 1
    # Log records may follow the message.
    assert [line for line in result.stderr.splitlines() if line.startswith(f"Error: {message}")]


def test_the_employ_command_adds_an_administrator_to_a_tenant(shop: Shop, client: HttpClient) -> None:
    def run_employ(slug: str, email: str) -> str:
        result = shop.service.run_cli("tenants", "employ", slug, email, "--admin-password", PASSWORD, check=False)
        return result.stdout + result.stderr

    assert "boss@second.example is an administrator of second." in run_employ("second", "boss@second.example")

    credentials = {"email": "boss@second.example", "password": PASSWORD}
    tokens = data_of(client.post(f"{API}/auth/login", credentials, headers={"X-Tenant": "second"}), 200102)
    assert data_of(client.get(f"{API}/auth/me", token=tokens["access_token"]), 200)["roles"] == ["admin"]
    assert "has an account there already" in run_employ("second", "boss@second.example")
    assert "There is no tenant third." in run_employ("third", "boss@second.example")
