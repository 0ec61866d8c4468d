"""HTTP client of the tests."""

import http.client
from collections.abc import Iterator

import pytest

from tests.support.http import PAUSE_SECONDS_MAX, HttpClient
from tests.support_tests.stubs.stub_service import StubService


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubService]:
    service = StubService(tmp_path_factory.mktemp("stub_service"), "", "")
    service.start("web")
    yield service
    service.kill_all()


@pytest.fixture
def client(service: StubService) -> Iterator[HttpClient]:
    with service.client() as client:
        yield client


def test_bodies_are_sent_and_parsed_as_json(client: HttpClient) -> None:
    response = client.post("/v1/items", {"name": "🛒"}, token="secret")

    assert response.json["method"] == "POST"
    assert response.json["path"] == "/v1/items"
    assert response.json["content"] == '{"name": "\\ud83d\\uded2"}'
    assert response.json["headers"]["Content-Type"] == "application/json"
    assert response.json["headers"]["Authorization"] == "Bearer secret"


def test_header_names_are_case_insensitive(client: HttpClient) -> None:
    assert client.get("/").headers["x-mark"] == "none"


def test_a_request_without_a_body_has_no_content_type(client: HttpClient) -> None:
    assert "Content-Type" not in client.post("/").json["headers"]


def test_a_header_of_the_test_replaces_the_default(client: HttpClient) -> None:
    response = client.request("PATCH", "/", {}, headers={"Content-Type": "text/plain"})

    assert response.json["headers"]["Content-Type"] == "text/plain"


def test_malformed_bytes_are_sent_unchanged(client: HttpClient) -> None:
    response = client.send("POST", "/", b'{"name": \xff', {"Content-Type": "application/json"})

    assert response.json["content"] == '{"name": \xff'


def test_the_connection_is_reused(client: HttpClient) -> None:
    assert client.get("/").json["port"] == client.get("/").json["port"]


def test_the_connection_is_not_reused_after_a_long_pause(client: HttpClient) -> None:
    first = client.get("/").json["port"]
    client._used_at -= PAUSE_SECONDS_MAX + 1
    assert client.get("/").json["port"] != first


def test_after_a_failed_request_the_next_one_opens_a_new_connection(service: StubService, client: HttpClient) -> None:
    client.get("/")
    service.kill("web")
    service.start("web")

    with pytest.raises((OSError, http.client.HTTPException)):
        client.get("/")

    assert client.get("/").status == 200
