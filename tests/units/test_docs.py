"""Documentation page under a strict policy, and the health pages."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from shop.core.idempotency.policy import KEY_EXAMPLE


class Links(HTMLParser):
    """Parser that collects loaded files, inline scripts and inline styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.found += [value for name, value in attrs if name in ("src", "href") and value]
        self.inline += [name for name in attributes if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.inline.append(tag)


@pytest.fixture(scope="module")
def links(client: FlaskClient) -> Links:
    page = Links()
    page.feed(client.get("/docs").text)
    return page


def policy_of(client: FlaskClient) -> dict[str, str]:
    header = client.get("/docs").headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_the_page_loads_existing_local_files_only(client: FlaskClient, links: Links) -> None:
    assert len(links.found) >= 4
    for address in links.found:
        assert re.fullmatch(r"/docs/[a-z0-9.-]+", address)
        assert client.get(address).status_code == 200, address


def test_the_page_has_no_inline_scripts_or_styles(links: Links) -> None:
    assert links.inline == []


def test_the_script_requests_the_local_document_only(client: FlaskClient) -> None:
    script = client.get("/docs/docs.js").text
    assert '"/openapi.json"' in script
    assert "validatorUrl: null" in script
    assert "//" not in script


def test_the_style_sheet_loads_no_remote_files(client: FlaskClient) -> None:
    loaded = re.findall(r"url\(([^)]*)\)", client.get("/docs/swagger-ui.css").text)
    assert [address for address in loaded if not address.strip("\"'").startswith("data:")] == []


def test_the_content_security_policy_is_strict(client: FlaskClient) -> None:
    policy = policy_of(client)
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    # Scripts fall under the default; only styles may be inline, since Swagger UI writes them.
    assert "script-src" not in policy
    assert not re.search(r"https?:|\*|unsafe-eval", str(policy))
    assert [name for name, sources in policy.items() if "unsafe-inline" in sources] == ["style-src"]


@pytest.mark.parametrize("path", ["/docs/none.js", "/docs/../settings.py", "/docs//etc/passwd", "/docs/%2e%2e/http.py"])
def test_no_other_file_is_served(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, list(answer.json or {})) == (404, ["status", "code", "message", "data"])


def test_a_file_name_that_is_too_long_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/docs/{'a' * 300}").status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/livez", 200), ("/readyz", 503)])
def test_the_health_pages_use_the_envelope(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    body = answer.json or {}
    assert (answer.status_code, body["code"]) == (status, status)
    assert list(body) == ["status", "code", "message", "data"]


def test_readiness_reports_failing_stores_and_liveness_ignores_them(client: FlaskClient) -> None:
    stores = {"database": "down", "redis": "degraded", "draining": False}
    assert (client.get("/readyz").json or {})["data"] == stores
    assert (client.get("/livez").json or {})["data"] == {}


def test_the_page_sends_a_fresh_key_and_english_and_keeps_the_token(client: FlaskClient) -> None:
    script = client.get("/docs/docs.js").text
    (key,) = re.findall(r'KEY_EXAMPLE = "([^"]+)"', script)
    assert key == KEY_EXAMPLE
    assert key in client.get("/openapi.json").text
    for setting in ("persistAuthorization: true", '"Accept-Language"] = "en"', "getRandomValues", "dark-mode"):
        assert setting in script
