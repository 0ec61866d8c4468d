"""What every kind of answer tells browsers."""

import pytest
from flask.testing import FlaskClient

from shop.app import create_app
from shop.core.settings.settings import Settings
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

SHIELD = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PLAIN = "default-src 'none'; frame-ancestors 'none'"
KINDS = {
    "data": ("GET", f"{API}/items", 200),
    "who": ("GET", f"{API}/orders", 401),
    "unknown item": ("GET", f"{API}/items/999999", 404),
    "unknown route": ("GET", f"{API}/nowhere", 404),
    "unknown path": ("GET", "/nowhere", 404),
    "wrong verb": ("DELETE", f"{API}/items", 405),
    "malformed": ("POST", f"{API}/auth/login", 422),
    "index": ("GET", "/", 200),
    "livez": ("GET", "/livez", 200),
    "readyz": ("GET", "/readyz", 200),
    "metrics": ("GET", "/metrics", 200),
    "errors": ("GET", "/errors", 200),
    "error": ("GET", "/errors/404301", 200),
    "document": ("GET", "/openapi.json", 200),
    "page": ("GET", "/docs", 200),
    "file": ("GET", "/docs/swagger-ui.css", 200),
    "no file": ("GET", "/docs/none.js", 404),
    "report": ("GET", "/architecture", 200),
}


@pytest.mark.parametrize(("method", "path", "status"), KINDS.values(), ids=KINDS)
def test_every_response_has_the_security_headers(client: HttpClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, {} if method == "POST" else None)

    assert (answer.status, shield_of(answer)) == (status, SHIELD)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def shield_of(answer: Response) -> dict[str, str | None]:
    return {name: answer.headers.get(name) for name in SHIELD}


def test_the_content_security_policy_allows_no_foreign_sources(client: HttpClient) -> None:
    assert client.get(f"{API}/items").headers.get_all("Content-Security-Policy") == [PLAIN]
    (page,) = client.get("/docs").headers.get_all("Content-Security-Policy") or []
    assert page.startswith("default-src 'self';")
    assert "script-src" not in page


def test_a_replayed_response_has_each_security_header_once(client: HttpClient, shop: Shop) -> None:
    path, admin, key = f"{API}/items/{shop.offer()}", shop.admin(), {"Idempotency-Key": "shield"}
    answers = [client.request("PATCH", path, {"name": "Shield"}, token=admin, headers=key) for _ in range(2)]

    for name in SHIELD:
        assert [len(answer.headers.get_all(name) or []) for answer in answers] == [1, 1]


def app_with(folder: str, **settings: object) -> FlaskClient:
    words = {"redis_url": "unix:///nowhere.sock", "database_url": f"sqlite:///{folder}/none/x", **settings}
    return create_app(Settings(var=folder, **words)).test_client()  # type: ignore[arg-type]  # of many types


def test_hsts_is_sent_with_the_configured_max_age(tmp_path_factory: pytest.TempPathFactory) -> None:
    client = app_with(str(tmp_path_factory.mktemp("hsts")), hsts_seconds=31_536_000)

    assert client.get("/nowhere").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_security_headers_can_be_disabled(tmp_path_factory: pytest.TempPathFactory) -> None:
    client = app_with(str(tmp_path_factory.mktemp("bare")), security_headers=False)

    assert not SHIELD.keys() & dict(client.get("/livez").headers).keys()
    assert "Content-Security-Policy" in client.get("/docs").headers
