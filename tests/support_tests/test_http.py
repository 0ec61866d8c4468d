import http.client
from collections.abc import Iterator

import pytest

from tests.support.http import HttpClient
from tests.support_tests.stub_service import StandIn


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    service = StandIn(tmp_path_factory.mktemp("stand_in"), "", "")
    service.start("web")
    yield service
    service.kill_all()


@pytest.fixture
def client(service: StandIn) -> Iterator[HttpClient]:
    with service.client() as client:
        yield client


def test_json_goes_out_and_comes_in(client: HttpClient) -> None:
    answer = client.post("/v1/items", {"name": "🛒"}, token="secret")

    assert answer.json["method"] == "POST"
    assert answer.json["path"] == "/v1/items"
    assert answer.json["content"] == '{"name": "\\ud83d\\uded2"}'
    assert answer.json["headers"]["Content-Type"] == "application/json"
    assert answer.json["headers"]["Authorization"] == "Bearer secret"


def test_headers_are_asked_without_regard_to_case(client: HttpClient) -> None:
    assert client.get("/").headers["x-mark"] == "none"


def test_no_body_means_no_content_type(client: HttpClient) -> None:
    assert "Content-Type" not in client.post("/").json["headers"]


def test_a_header_of_the_test_wins(client: HttpClient) -> None:
    answer = client.request("PATCH", "/", {}, headers={"Content-Type": "text/plain"})

    assert answer.json["headers"]["Content-Type"] == "text/plain"


def test_malformed_bytes_go_out_as_they_are(client: HttpClient) -> None:
    answer = client.send("POST", "/", b'{"name": \xff', {"Content-Type": "application/json"})

    assert answer.json["content"] == '{"name": \xff'


def test_the_connection_is_kept(client: HttpClient) -> None:
    assert client.get("/").json["port"] == client.get("/").json["port"]


def test_after_a_restart_the_next_but_one_request_connects_anew(service: StandIn, client: HttpClient) -> None:
    client.get("/")
    service.kill("web")
    service.start("web")

    with pytest.raises((OSError, http.client.HTTPException)):
        client.get("/")

    assert client.get("/").status == 200
