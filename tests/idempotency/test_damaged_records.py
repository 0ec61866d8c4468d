"""Damaged records and notes: 500001 once, in the envelope, then a miss."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.http.support.shop import API
from tests.idempotency.stub_routes import StubRoutes, is_replay
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.samples import sample
from tests.support.servers.valkey import Valkey

CORRUPT, OTHER_REQUEST = 500001, 422004
NAME = {"name": "Renamed"}
# Column -> values that the code never writes. SQLite stores a value of any type in any column.
DAMAGES: dict[str, tuple[Any, ...]] = {
    "status": (0, 1, 99, 199, 500, 503, 99_999, -200, "text", 200.5),
    "headers": (
        "nonsense", "", "{}", "[1]", '["ab"]', '{"ab": 1}', '[["A", 1]]', '[["A", "b\\r\\nX: y"]]', '[["A b", "c"]]',
        '[["", "c"]]', '[["A", "\\u4e2d"]]', '[["A", "b", "c"]]', 7, b"\xff",
    ),
    "expires_at": ("soon", "", 0, 7.5, "2026-13-41 00:00:00", b"\x00"),
    "body": (b"{", b"", "text", b'"' + b"a" * 1024 * 1024 + b'"', 7),
    "fingerprint": ("", "text", 7, "a b c", "x" * 24, "0" * 74),
    "method": ("", 7, "po st"),
    "path": ("", "/api", 7),
}  # fmt: skip
CASES = sample(
    [(column, value) for column, values in DAMAGES.items() for value in values], 14, key=lambda case: case[0]
)


@pytest.fixture
def sqlite_shop(tmp_path: Path, valkey: Valkey) -> Iterator[InProcessShop]:
    """Shop on a SQLite file."""
    shop = InProcessShop(f"sqlite:///{tmp_path}/shop.sqlite3", valkey.url, tmp_path)
    yield shop
    shop.close()


def rename(shop: InProcessShop, item: int) -> TestResponse:
    headers = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": "k"}
    return shop.http.patch(f"{API}/items/{item}", json=NAME, headers=headers)


@pytest.mark.parametrize(("column", "value"), CASES, ids=lambda value: repr(value)[:30])
def test_a_damaged_column_is_reported_once(sqlite_shop: InProcessShop, column: str, value: Any) -> None:
    item = sqlite_shop.offer(stock=3)
    assert rename(sqlite_shop, item).status_code == 200
    sqlite_shop.change_row(f"UPDATE idempotency_records SET {column} = ?", value)

    first, second, third = (rename(sqlite_shop, item) for _ in range(3))

    assert (first.status_code, (first.get_json() or {}).get("code")) == (500, CORRUPT)
    assert (first.get_json() or {})["data"]["retry"] == "never"
    assert [(answer.status_code, is_replay(answer)) for answer in (second, third)] == [(200, False), (200, True)]


@pytest.mark.parametrize("status", [0, 99_999, 500, -1])
@pytest.mark.parametrize("mode", ["replay", "error"])
def test_a_damaged_status_in_mariadb_is_reported_once(make_stub_routes: Any, status: int, mode: str) -> None:
    routes = make_stub_routes(idempotency_on_duplicate=mode)
    routes.post(key="k")
    routes.shop.change_row("UPDATE idempotency_records SET status = %s WHERE `key` = 'k'", status)

    answers = [routes.post(key="k") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [500, 200]
    assert len(routes.received) == 2


def test_a_damaged_record_that_has_expired_is_a_miss(stub_routes: StubRoutes) -> None:
    stub_routes.post(key="k")
    stub_routes.shop.change_row("UPDATE idempotency_records SET status = 0 WHERE `key` = 'k'")
    stub_routes.expire("k")

    answer = stub_routes.post(key="k")

    assert (answer.status_code, is_replay(answer)) == (200, False)


def test_headers_of_one_transmission_are_not_replayed_from_a_changed_record(stub_routes: StubRoutes) -> None:
    stub_routes.post(key="k")
    stub_routes.shop.change_row(
        """UPDATE idempotency_records SET headers = '[["Content-Length", "9999"], ["Connection", "close"]]'"""
    )

    answer = stub_routes.post(key="k")

    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(answer.data)))
    assert "Connection" not in answer.headers


@pytest.mark.parametrize("damage", ["text", "", "|", "|POST a", b"\xff", ["a list"]])
def test_a_damaged_note_is_reported_once_and_a_record_is_stronger(stub_routes: StubRoutes, damage: Any) -> None:
    redis = stub_routes.shop.redis
    stub_routes.post(key="k")
    (name,) = redis.keys("*:idempotency:*")
    redis.delete(name)
    redis.rpush(name, *damage) if isinstance(damage, list) else redis.set(name, damage)
    assert is_replay(stub_routes.post(key="k"))

    redis.delete(name)
    redis.rpush(name, *damage) if isinstance(damage, list) else redis.set(name, damage)
    stub_routes.shop.change_row("DELETE FROM idempotency_records")
    answers = [stub_routes.post(key="k") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500, 200, 200]
    assert (answers[0].get_json() or {})["code"] == CORRUPT
    assert [is_replay(answer) for answer in answers[1:]] == [False, True]
