"""The envelope as old clients want it, on real stores; whatever stands inside sees the true one."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import Indoors

NAMES = {
    "envelope_names": ("message=msg", "data.data=list"),
    "envelope_hide": ("status",),
    "envelope_extra": ("time", "request_id"),
}
PROBLEM = {"Accept": "application/problem+json"}
LOST = f"{API}/items/999999"


@pytest.fixture
def renamed(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[Indoors]:
    """A shop whose envelope has other keys."""
    yield from opened(clean_database, redis_url, tmp_path, **NAMES)


@pytest.fixture
def smoothed(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[Indoors]:
    """A shop that sends failures as 200."""
    yield from opened(clean_database, redis_url, tmp_path, envelope_error_status="200")


def opened(database_url: str, redis_url: str, folder: Path, **words: Any) -> Iterator[Indoors]:
    shop = Indoors(database_url, redis_url, folder, **words)
    yield shop
    shop.close()


def told(answer: TestResponse) -> dict[str, Any]:
    body: dict[str, Any] = answer.get_json()
    assert answer.content_length == len(answer.data)
    return body


def test_keys_are_renamed_hidden_and_more_are_beside_them(renamed: Indoors) -> None:
    item = renamed.offer(3)

    page = told(renamed.http.get(f"{API}/items", headers={"X-Request-ID": "mine"}))
    one = told(renamed.http.get(f"{API}/items/{item}"))

    assert list(page) == list(one) == ["code", "msg", "data", "extra"]
    assert page["data"].keys() == {"list", "meta"}
    assert (page["extra"]["request_id"], page["extra"]["time"][-1]) == ("mine", "Z")
    assert (one["code"], one["msg"], one["data"]["id"]) == (200, "OK", item)


@pytest.mark.parametrize(("path", "code"), [(LOST, 404301), ("/nowhere", 404), (f"{API}/orders", 401001)])
def test_failures_are_renamed_and_problems_are_not(renamed: Indoors, path: str, code: int) -> None:
    failure, problem = renamed.http.get(path), renamed.http.get(path, headers=PROBLEM)

    assert list(told(failure)) == ["code", "msg", "data", "extra"]
    assert (told(failure)["code"], failure.status_code) == (code, int(str(code)[:3]))
    assert {"type", "title", "status", "detail"} <= told(problem).keys()


def test_a_replay_is_kept_in_the_common_form(renamed: Indoors) -> None:
    token, item = renamed.admin_token, renamed.offer(3)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "again"}

    first, again = (
        told(renamed.http.patch(f"{API}/items/{item}", json={"name": "New"}, headers=headers)) for _ in range(2)
    )

    assert first.pop("extra") != again.pop("extra")
    assert first == again
    ((kept,),) = renamed.rows("SELECT body FROM idempotency_records")
    assert kept.startswith(b'{"status":"success","code":200,"message":')


def test_the_document_is_no_envelope_and_stays(renamed: Indoors) -> None:
    assert told(renamed.http.get("/openapi.json"))["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", LOST, 404301), ("GET", "/nowhere", 404), ("GET", f"{API}/orders", 401001), ("PUT", f"{API}/items", 405),
     ("GET", f"{API}/items?page=0", 422001), ("POST", f"{API}/auth/login", 422104)],
)  # fmt: skip
def test_a_failure_is_sent_as_200_and_its_code_keeps_the_truth(
    smoothed: Indoors, method: str, path: str, code: int
) -> None:
    answer = smoothed.http.open(path, method=method)

    assert (answer.status_code, told(answer)["code"], told(answer)["status"]) == (200, code, "error")
    assert list(told(answer)) == ["status", "code", "message", "data"]


def test_successes_problems_and_heads_keep_their_status(smoothed: Indoors) -> None:
    words = {"name": "Thing", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}

    assert smoothed.send("POST", "/items", smoothed.admin_token, words).status_code == 201
    assert smoothed.http.get(LOST, headers=PROBLEM).status_code == 404
    assert smoothed.http.head(LOST).status_code == 404


def test_the_log_and_the_metrics_see_the_true_status(smoothed: Indoors, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "shop.core.middleware.access_log"):
        assert smoothed.http.get(LOST).status_code == 200

    (line,) = (record.args for record in caplog.records if record.name == "shop.core.middleware.access_log")
    assert isinstance(line, tuple)
    assert line[-1] == 404
    assert 'route="/api/v1/items/<id:item_id>",status="404"' in smoothed.http.get("/metrics").text


def test_a_refusal_is_kept_with_its_true_status(smoothed: Indoors) -> None:
    headers = {"Authorization": f"Bearer {smoothed.admin_token}", "Idempotency-Key": "lost"}

    answers = [smoothed.http.patch(LOST, json={"name": "New"}, headers=headers) for _ in range(2)]

    assert [(answer.status_code, told(answer)["code"]) for answer in answers] == [(200, 404301)] * 2
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert smoothed.rows("SELECT status FROM idempotency_records") == [(404,)]


def test_what_one_has_in_another_dialect_is_sent_again(
    renamed: Indoors, clean_database: str, redis_url: str, tmp_path: Path
) -> None:
    item = renamed.offer(3)
    before = opened(clean_database, redis_url, tmp_path)

    tags = [it.http.get(f"{API}/items/{item}").headers["ETag"] for it in (next(before), renamed, renamed)]
    list(before)

    assert tags[0] != tags[1] == tags[2]
    # What a write is about is the same in all of them.
    assert len({tag.partition(".")[0] for tag in tags}) == 1
