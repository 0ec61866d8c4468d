"""Pages for browsers: the index, a missing page, and a page for each error code."""

import re

import pytest
from flask.testing import FlaskClient

from shop.core.errors import registered_codes

BROWSER_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LINK = re.compile('<a href="([^"]+)"')
CJK = re.compile("[\u4e00-\u9fff]")
PATHS = ["/", "/nowhere", "/docs/none.js", "/errors", "/errors/409301", "/errors/405"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_a_browser_gets_a_page_in_each_language(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(path, headers=BROWSER_HEADERS | {"Accept-Language": language})

    html = answer.text
    assert answer.status_code == (404 if path in ("/nowhere", "/docs/none.js") else 200)
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in html
    heading = html.partition("<main>")[2].partition("<footer>")[0]
    assert bool(CJK.search(heading)) is (language != "en")
    assert LINK.findall(html)[-3:] == ["?lang=en", "?lang=zh-Hant", "?lang=zh-Hans"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_made_for_phones_and_dark_rooms_under_a_strict_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER_HEADERS)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    html = answer.text
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', html)
    assert "@media (prefers-color-scheme: dark)" in client.get(sheet).text


@pytest.mark.parametrize("path", ["/", "/nowhere"])
@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/problem+json"])
def test_programs_keep_their_answers(client: FlaskClient, path: str, accept: str | None) -> None:
    answer = client.get(path, headers={"Accept": accept} if accept else {})

    body = answer.get_json(force=True)
    assert answer.headers["Content-Type"].startswith("application/")
    if path == "/":
        assert body["data"] == {"docs": "/docs", "openapi": "/openapi.json"}
    else:
        assert body["code"] == answer.status_code == 404


def test_a_page_names_cause_remedy_facts_and_links(client: FlaskClient) -> None:
    html = client.get("/errors/409301", headers=BROWSER_HEADERS).text

    for text in ("STOCK_INSUFFICIENT", "Item {item_id} has too few pieces left.", "409 Conflict", "new_request",
                 "Change the request, and send it as a new one.", "item_id"):  # fmt: skip
        assert text in html
    links = LINK.findall(html)
    assert {"/errors", "/docs", "/errors/409401"} <= {*links}
    assert "/errors/409301" not in links


def test_every_code_has_a_page_with_a_remedy(client: FlaskClient) -> None:
    for number in registered_codes():
        html = client.get(f"/errors/{number}", headers=BROWSER_HEADERS).text
        assert re.search(r"<h2>What to do</h2>\s*<p>[A-Z][^<]{20,}\.</p>", html), number
