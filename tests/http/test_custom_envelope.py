"""The custom envelope on real stores; only the outermost layer changes the body."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop

NAMES = {
    "envelope_names": ("message=msg", "data.data=list"),
    "envelope_hide": ("status",),
    "envelope_extra": ("time", "request_id"),
}
PROBLEM = {"Accept": "application/problem+json"}
LOST = f"{API}/items/999999"


@pytest.fixture
def renamed_envelope_client(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[InProcessShop]:
    """A shop whose envelope has other keys."""
    yield from open_shop(clean_database, redis_url, tmp_path, **NAMES)


@pytest.fixture
def ok_status_client(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[InProcessShop]:
    """A shop that sends failures as 200."""
    yield from open_shop(clean_database, redis_url, tmp_path, envelope_error_status="200")


def open_shop(database_url: str, redis_url: str, folder: Path, **words: Any) -> Iterator[InProcessShop]:
    shop = InProcessShop(database_url, redis_url, folder, **words)
    yield shop
    shop.close()


def read_body(answer: TestResponse) -> dict[str, Any]:
    body: dict[str, Any] = answer.get_json()
    assert answer.content_length == len(answer.data)
    return body


def test_envelope_keys_are_renamed_hidden_and_added(renamed_envelope_client: InProcessShop) -> None:
    item = renamed_envelope_client.offer(3)

    page = read_body(renamed_envelope_client.http.get(f"{API}/items", headers={"X-Request-ID": "mine"}))
    one = read_body(renamed_envelope_client.http.get(f"{API}/items/{item}"))

    assert list(page) == list(one) == ["code", "msg", "data", "extra"]
    assert page["data"].keys() == {"list", "meta"}
    assert (page["extra"]["request_id"], page["extra"]["time"][-1]) == ("mine", "Z")
    assert (one["code"], one["msg"], one["data"]["id"]) == (200, "OK", item)


@pytest.mark.parametrize(("path", "code"), [(LOST, 404301), ("/nowhere", 404), (f"{API}/orders", 401001)])
def test_failures_have_the_renamed_keys_and_problems_do_not(
    renamed_envelope_client: InProcessShop, path: str, code: int
) -> None:
    failure, problem = renamed_envelope_client.http.get(path), renamed_envelope_client.http.get(path, headers=PROBLEM)

    assert list(read_body(failure)) == ["code", "msg", "data", "extra"]
    assert (read_body(failure)["code"], failure.status_code) == (code, int(str(code)[:3]))
    assert {"type", "title", "status", "detail"} <= read_body(problem).keys()


def test_a_replay_is_stored_with_the_standard_keys(renamed_envelope_client: InProcessShop) -> None:
    token, item = renamed_envelope_client.admin_token, renamed_envelope_client.offer(3)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "again"}

    first, again = (
        read_body(renamed_envelope_client.http.patch(f"{API}/items/{item}", json={"name": "New"}, headers=headers))
        for _ in range(2)
    )

    assert first.pop("extra") != again.pop("extra")
    assert first == again
    ((kept,),) = renamed_envelope_client.rows("SELECT body FROM idempotency_records")
    assert kept.startswith(b'{"status":"success","code":200,"message":')


def test_the_openapi_document_is_sent_without_an_envelope(renamed_envelope_client: InProcessShop) -> None:
    assert read_body(renamed_envelope_client.http.get("/openapi.json"))["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", LOST, 404301), ("GET", "/nowhere", 404), ("GET", f"{API}/orders", 401001), ("PUT", f"{API}/items", 405),
     ("GET", f"{API}/items?page=0", 422001), ("POST", f"{API}/auth/login", 422102)],
)  # fmt: skip
def test_a_failure_is_sent_as_200_with_its_own_code(
    ok_status_client: InProcessShop, method: str, path: str, code: int
) -> None:
    answer = ok_status_client.http.open(path, method=method)

    assert (answer.status_code, read_body(answer)["code"], read_body(answer)["status"]) == (200, code, "error")
    assert list(read_body(answer)) == ["status", "code", "message", "data"]


def test_successes_problems_and_head_responses_keep_their_status(ok_status_client: InProcessShop) -> None:
    words = {"name": "Thing", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}

    assert ok_status_client.send("POST", "/items", ok_status_client.admin_token, words).status_code == 201
    assert ok_status_client.http.get(LOST, headers=PROBLEM).status_code == 404
    assert ok_status_client.http.head(LOST).status_code == 404


def test_log_and_metrics_have_the_status_before_the_envelope(
    ok_status_client: InProcessShop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "shop.core.middleware.access_log"):
        assert ok_status_client.http.get(LOST).status_code == 200

    (line,) = (record.args for record in caplog.records if record.name == "shop.core.middleware.access_log")
    assert isinstance(line, tuple)
    assert line[-1] == 404
    assert 'route="/api/v1/items/<id:item_id>",status="404"' in ok_status_client.http.get("/metrics").text


def test_a_refusal_is_stored_with_the_status_before_the_envelope(ok_status_client: InProcessShop) -> None:
    headers = {"Authorization": f"Bearer {ok_status_client.admin_token}", "Idempotency-Key": "lost"}

    answers = [ok_status_client.http.patch(LOST, json={"name": "New"}, headers=headers) for _ in range(2)]

    assert [(answer.status_code, read_body(answer)["code"]) for answer in answers] == [(200, 404301)] * 2
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert ok_status_client.rows("SELECT status FROM idempotency_records") == [(404,)]


def test_a_response_cached_with_other_keys_is_sent_again(
    renamed_envelope_client: InProcessShop, clean_database: str, redis_url: str, tmp_path: Path
) -> None:
    item = renamed_envelope_client.offer(3)
    before = open_shop(clean_database, redis_url, tmp_path)

    tags = [
        it.http.get(f"{API}/items/{item}").headers["ETag"]
        for it in (next(before), renamed_envelope_client, renamed_envelope_client)
    ]
    list(before)

    assert tags[0] != tags[1] == tags[2]
    # What a write is about is the same in all of them.
    assert len({tag.partition(".")[0] for tag in tags}) == 1
