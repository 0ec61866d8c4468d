"""Security headers of every kind of response."""

import pytest
from flask.testing import FlaskClient

from shop.app import create_app
from shop.core.settings.settings import Settings
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
RESPONSES = {
    "list": ("GET", f"{API}/items", 200),
    "without a token": ("GET", f"{API}/orders", 401),
    "unknown item": ("GET", f"{API}/items/999999", 404),
    "unknown route": ("GET", f"{API}/nowhere", 404),
    "unknown path": ("GET", "/nowhere", 404),
    "wrong method": ("DELETE", f"{API}/items", 405),
    "invalid body": ("POST", f"{API}/auth/login", 422),
    "service index": ("GET", "/", 200),
    "livez": ("GET", "/livez", 200),
    "readyz": ("GET", "/readyz", 200),
    "metrics": ("GET", "/metrics", 200),
    "error codes": ("GET", "/errors", 200),
    "error code": ("GET", "/errors/404301", 200),
    "openapi document": ("GET", "/openapi.json", 200),
    "docs page": ("GET", "/docs", 200),
    "docs file": ("GET", "/docs/swagger-ui.css", 200),
    "unknown docs file": ("GET", "/docs/none.js", 404),
    "architecture report": ("GET", "/architecture", 200),
}


@pytest.mark.parametrize(("method", "path", "status"), RESPONSES.values(), ids=RESPONSES)
def test_every_response_has_the_security_headers(client: HttpClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, {} if method == "POST" else None)

    assert (answer.status, security_headers_of(answer)) == (status, SECURITY_HEADERS)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def security_headers_of(answer: Response) -> dict[str, str | None]:
    return {name: answer.headers.get(name) for name in SECURITY_HEADERS}


def test_the_content_security_policy_allows_no_foreign_sources(client: HttpClient) -> None:
    assert client.get(f"{API}/items").headers.get_all("Content-Security-Policy") == [API_POLICY]
    (page,) = client.get("/docs").headers.get_all("Content-Security-Policy") or []
    assert page.startswith("default-src 'self';")
    assert "script-src" not in page


def test_a_replayed_response_has_each_security_header_once(client: HttpClient, shop: Shop) -> None:
    path, admin, key = f"{API}/items/{shop.offer()}", shop.admin(), {"Idempotency-Key": "shield"}
    answers = [client.request("PATCH", path, {"name": "Shield"}, token=admin, headers=key) for _ in range(2)]

    for name in SECURITY_HEADERS:
        assert [len(answer.headers.get_all(name) or []) for answer in answers] == [1, 1]


def app_with(folder: str, **settings: object) -> FlaskClient:
    options = {"redis_url": "unix:///nowhere.sock", "database_url": f"sqlite:///{folder}/none/x", **settings}
    return create_app(Settings(var=folder, **options)).test_client()  # type: ignore[arg-type]  # values of several types


def test_hsts_is_sent_with_the_configured_max_age(tmp_path_factory: pytest.TempPathFactory) -> None:
    client = app_with(str(tmp_path_factory.mktemp("hsts")), hsts_seconds=31_536_000)

    assert client.get("/nowhere").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_security_headers_can_be_disabled(tmp_path_factory: pytest.TempPathFactory) -> None:
    client = app_with(str(tmp_path_factory.mktemp("bare")), security_headers=False)

    assert not SECURITY_HEADERS.keys() & dict(client.get("/livez").headers).keys()
    assert "Content-Security-Policy" in client.get("/docs").headers
