"""The page at /docs: local files only, under a strict policy; and the plain pages beside it."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient


class Links(HTMLParser):
    """Collects what a page loads, and what it would run or style by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name, value in attrs if name in ("src", "href") and value]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@pytest.fixture(scope="module")
def links(client: FlaskClient) -> Links:
    page = Links()
    page.feed(client.get("/docs").text)
    return page


def policy_of(client: FlaskClient) -> dict[str, str]:
    header = client.get("/docs").headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_the_page_loads_local_files_only_and_each_is_there(client: FlaskClient, links: Links) -> None:
    assert len(links.found) >= 4
    for address in links.found:
        assert re.fullmatch(r"/docs/[a-z0-9.-]+", address)
        assert client.get(address).status_code == 200, address


def test_the_page_runs_nothing_that_stands_in_it(links: Links) -> None:
    assert links.inline == []


def test_its_script_asks_for_our_document_and_nobody_else(client: FlaskClient) -> None:
    script = client.get("/docs/docs.js").text
    assert '"/openapi.json"' in script
    assert "validatorUrl: null" in script
    assert "//" not in script


def test_its_style_sheet_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    loaded = re.findall(r"url\(([^)]*)\)", client.get("/docs/swagger-ui.css").text)
    assert [address for address in loaded if not address.strip("\"'").startswith("data:")] == []


def test_the_policy_is_strict(client: FlaskClient) -> None:
    policy = policy_of(client)
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    # Scripts fall under the default; only styles may stand in elements, which Swagger UI writes.
    assert "script-src" not in policy
    assert not re.search(r"https?:|\*|unsafe-eval", str(policy))
    assert [name for name, sources in policy.items() if "unsafe-inline" in sources] == ["style-src"]


@pytest.mark.parametrize("path", ["/docs/none.js", "/docs/../settings.py", "/docs//etc/passwd", "/docs/%2e%2e/http.py"])
def test_no_other_file_is_served(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, list(answer.json or {})) == (404, ["status", "code", "message", "data"])


def test_a_name_too_long_for_any_file_is_unknown_and_no_failure(client: FlaskClient) -> None:
    assert client.get(f"/docs/{'a' * 300}").status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/livez", 200), ("/readyz", 503), ("/", 200), ("/nowhere", 404)])
def test_the_plain_pages_speak_the_envelope(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    body = answer.json or {}
    assert (answer.status_code, body["code"]) == (status, status)
    assert list(body) == ["status", "code", "message", "data"]


def test_readiness_says_what_is_wrong_and_liveness_does_not_care(client: FlaskClient) -> None:
    words = {"database": "down", "redis": "degraded", "draining": False}
    assert (client.get("/readyz").json or {})["data"] == words
    assert (client.get("/livez").json or {})["data"] == {}
