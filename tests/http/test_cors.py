"""Cross-origin requests (CORS), over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response
from tests.support.processes.processes import Service

ALLOWED, UNKNOWN = "https://shop.example", "https://evil.example"
PURCHASE = f"{API}/items/1/purchase"
REQUEST_HEADERS = {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Tenant"}
EXPOSED_HEADERS = {
    "ETag",
    "Location",
    "Retry-After",
    "Idempotency-Relayed",
    "Idempotent-Replayed",
    "Idempotency-Replay",
}


@pytest.fixture(scope="module")
def page(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpClient]:
    """A client of a web server that allows two origins.

    The server shares the tables and the signing keys of the shop.
    """
    env = {**shop.service.env, "SHOP_CORS_ORIGINS": f"{ALLOWED}, http://localhost:3000"}
    env["SHOP_JWT_KEYS_FILE"] = str(jwt_keys_file(shop))
    service = Service(tmp_path_factory.mktemp("cors"), env["SHOP_DATABASE_URL"], env["SHOP_REDIS_URL"], env)
    service.start("web")
    with service.client() as client:
        yield client
    service.close()


def jwt_keys_file(shop: Shop) -> Path:
    (keys_file,) = (path for path in (shop.service.folder / "var").glob("*.json"))
    return keys_file


def preflight(client: HttpClient, origin: str, path: str = PURCHASE) -> Response:
    requested = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    return client.request("OPTIONS", path, headers={"Origin": origin, **requested})


def split_header(answer: Response, header: str) -> set[str]:
    return {name.strip() for name in answer.headers.get(header, "").split(",") if name.strip()}


def cors_headers(answer: Response) -> set[str]:
    return {name for name in answer.headers if name.lower().startswith("access-control-")}


def test_a_preflight_returns_the_allowed_methods_and_headers(page: HttpClient) -> None:
    answer = preflight(page, ALLOWED)

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert split_header(answer, "Access-Control-Allow-Methods") == {"POST"}
    assert split_header(answer, "Access-Control-Allow-Headers") >= REQUEST_HEADERS
    assert "Origin" in split_header(answer, "Vary")


@pytest.mark.parametrize(
    "origin", [UNKNOWN, "null", f"{ALLOWED}.evil.example", f"{ALLOWED}:8443", "http://shop.example", ""]
)
def test_a_preflight_of_an_unknown_origin_gets_no_permission(page: HttpClient, origin: str) -> None:
    answer = preflight(page, origin)

    assert (answer.status, cors_headers(answer)) == (204, set())
    assert "Origin" in split_header(answer, "Vary")


def test_a_preflight_of_an_unknown_path_is_not_found(page: HttpClient) -> None:
    data_of(preflight(page, ALLOWED, "/nowhere"), 404)


def test_options_without_a_requested_method_is_no_preflight(page: HttpClient) -> None:
    answer = page.request("OPTIONS", PURCHASE, headers={"Origin": ALLOWED})

    assert (answer.status, answer.body, split_header(answer, "Allow")) == (204, b"", {"OPTIONS", "POST"})
    assert cors_headers(answer) == {"access-control-allow-origin", "access-control-expose-headers"}


@pytest.mark.parametrize(("path", "code"), [(f"{API}/items", 200), (f"{API}/items/999999", 404301), ("/nowhere", 404)])
def test_an_allowed_origin_may_read_successes_and_errors(page: HttpClient, path: str, code: int) -> None:
    answer = page.get(path, headers={"Origin": ALLOWED})

    data_of(answer, code)
    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert split_header(answer, "Access-Control-Expose-Headers") >= EXPOSED_HEADERS
    assert split_header(answer, "Vary") == {
        "Accept",
        "Accept-Language",
        "Authorization",
        "Cookie",
        "Origin",
        "X-Tenant",
    }
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": UNKNOWN}])
def test_other_origins_get_no_permission_and_vary_contains_origin(page: HttpClient, headers: dict[str, str]) -> None:
    answer = page.get(f"{API}/items", headers=headers)

    data_of(answer, 200)
    assert cors_headers(answer) == set()
    assert "Origin" in split_header(answer, "Vary")


def test_a_replay_has_the_cors_headers_of_its_own_request(page: HttpClient, shop: Shop) -> None:
    path, admin, key = f"{API}/items/{shop.offer()}", shop.admin(), {"Idempotency-Key": uuid4().hex}

    answers = [
        page.request("PATCH", path, {"name": "Kept"}, token=admin, headers={**key, "Origin": origin})
        for origin in (ALLOWED, "http://localhost:3000", UNKNOWN)
    ]

    assert [answer.headers.get("Access-Control-Allow-Origin") for answer in answers] == [
        ALLOWED,
        "http://localhost:3000",
        None,
    ]
    assert len({answer.body for answer in answers}) == 1
    assert [answer.headers.get_all("Vary") for answer in answers] == [
        ["Accept, Accept-Language, Authorization, Cookie, X-Tenant, Origin"]
    ] * 3


def test_without_the_setting_no_origin_is_permitted(client: HttpClient) -> None:
    answer = client.get(f"{API}/items", headers={"Origin": ALLOWED})

    assert cors_headers(answer) == set()
    assert "Origin" not in split_header(answer, "Vary")
    refused = preflight(client, ALLOWED)
    assert (refused.status, cors_headers(refused)) == (204, set())


@pytest.mark.parametrize(
    "origins", ["shop.example", "https://shop.example/", "https://shop.example:443", "null", "https://*.example", "*,x"]
)
def test_an_invalid_origin_in_the_settings_prevents_the_start(shop: Shop, origins: str) -> None:
    service = Service(shop.service.folder, "", "", {"SHOP_CORS_ORIGINS": origins})

    result = service.run_cli("settings", check=False)

    assert result.returncode == 1
    assert "SHOP_CORS_ORIGINS cannot be" in result.stderr


def test_a_wildcard_origin_never_allows_credentials(shop: Shop, tmp_path: Path) -> None:
    service = Service(tmp_path, shop.service.env["SHOP_DATABASE_URL"], shop.service.env["SHOP_REDIS_URL"])
    service.env["SHOP_CORS_ORIGINS"] = "*"
    service.start("web")
    try:
        with service.client() as client:
            answers = [client.get("/livez", headers={"Origin": UNKNOWN}), preflight(client, UNKNOWN)]
    finally:
        service.close()

    assert [answer.headers["Access-Control-Allow-Origin"] for answer in answers] == ["*", "*"]
    assert not [answer for answer in answers if "Access-Control-Allow-Credentials" in answer.headers]
