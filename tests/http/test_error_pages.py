"""Catalogue of error codes at /errors, as JSON and as HTML."""

from html.parser import HTMLParser

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API
from tests.support.http import HttpClient, Response

BROWSER_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MESSAGES = {"en": "You may not do this.", "zh-Hant": "您沒有權限執行此操作。", "zh-Hans": "您没有权限执行此操作。"}


class Page(HTMLParser):
    """Links and text of an HTML page."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        self.feed(answer.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "style", "img")
        assert not [name for name, _ in attrs if name == "style" or name.startswith("on")]
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("number", [404301, 503401, 404, 405])
def test_the_type_uri_of_a_problem_resolves(client: HttpClient, number: int) -> None:
    entry = data_of(client.get(f"/errors/{number}"), 200)

    assert (entry["code"], entry["status"]) == (number, int(str(number)[:3]))
    assert entry["sentence"]


def test_every_code_is_listed_and_resolves(client: HttpClient) -> None:
    entries = data_of(client.get("/errors?lang=zh-Hans"), 200)

    sentence = "商品 {item_id} 不存在。"
    entry = {"code": 404301, "error_code": "NOT_FOUND", "status": 404, "sentence": sentence, "retry": "never"}
    assert entry in entries
    assert all(data_of(client.get(f"/errors/{entry['code']}?lang=zh-Hans"), 200) == entry for entry in entries)


@pytest.mark.parametrize("number", [200, 404999, 999, 1])
@pytest.mark.parametrize("headers", [{}, BROWSER_HEADERS])
def test_a_number_that_is_not_an_error_code_is_not_found(
    client: HttpClient, number: int, headers: dict[str, str]
) -> None:
    answer = client.get(f"/errors/{number}", headers=headers)
    assert answer.status == 404
    assert "There is no page at this address." in Page(answer).text if headers else data_of(answer, 404) == {}


@pytest.mark.parametrize(("language", "message"), MESSAGES.items())
def test_a_browser_gets_a_page_in_the_requested_language(client: HttpClient, language: str, message: str) -> None:
    answer = client.get("/errors/403001", headers=BROWSER_HEADERS | {"Accept-Language": language})

    assert message in Page(answer).text
    assert (answer.headers["Content-Language"], answer.status) == (language, 200)
    assert {"Accept", "Accept-Language", "Cookie"} <= {name.strip() for name in answer.headers["Vary"].split(",")}
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_page_of_all_codes_links_to_each_code(client: HttpClient) -> None:
    entries = data_of(client.get("/errors"), 200)

    links = Page(client.get("/errors", headers=BROWSER_HEADERS)).links
    assert [link for link in links if link.startswith("/errors/")] == [f"/errors/{entry['code']}" for entry in entries]


@pytest.mark.parametrize("accept", ["*/*", "", "application/json", "application/json,text/html", "text/html;q=0.1,*/*"])
def test_a_client_that_does_not_prefer_html_gets_json(client: HttpClient, accept: str) -> None:
    data_of(client.get("/errors", headers={"Accept": accept}), 200)


def test_api_routes_return_json_to_browsers(client: HttpClient) -> None:
    data_of(client.get(f"{API}/items", headers=BROWSER_HEADERS), 200)


@pytest.mark.parametrize("query", ["nope=1", "lang=en&lang=en", f"lang={'x' * 36}"])
@pytest.mark.parametrize("path", ["/errors", "/errors/404301"])
def test_an_unknown_query_parameter_of_an_error_page_is_refused(client: HttpClient, path: str, query: str) -> None:
    assert_refused(client.get(f"{path}?{query}"), 422001, query.partition("=")[0])
