"""SQLite while another process holds its write lock: reads are answered, writes refused in time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants
from shop.models.item import Item
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.distinct_values import price_fields

ANSWER_SECONDS = 2.5
BODY = {"name": "Tea", "status": "draft", **price_fields(), "stock": 1}


@pytest.fixture
def sqlite_shop(tmp_path: Path, redis_url: str) -> Iterator[InProcessShop]:
    """Run a shop in this process on a SQLite file."""
    shop = InProcessShop(f"sqlite:///{tmp_path}/shop.sqlite3", redis_url, tmp_path)
    yield shop
    shop.close()


@contextmanager
def write_lock(folder: Path, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Hold the write lock as another process does."""
    with closing(sqlite3.connect(folder / "shop.sqlite3", isolation_level=None)) as connection:
        connection.execute(f"BEGIN {kind}")
        yield
        connection.execute("ROLLBACK")


def timed(shop: InProcessShop, method: str, path: str, token: str | None, body: object = None) -> TestResponse:
    began = time.monotonic()
    answer = shop.send(method, path, token, body)
    seconds = time.monotonic() - began
    assert seconds < ANSWER_SECONDS, (method, path, seconds)
    return answer


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_reads_do_not_wait_for_the_lock_of_another_process(
    sqlite_shop: InProcessShop, tmp_path: Path, kind: str
) -> None:
    item, admin = sqlite_shop.offer(5), sqlite_shop.admin_token
    paths = ("/items", f"/items/{item}", "/items?search=thing", "/users", "/auth/me", "/orders", "/reconcile-runs")
    with write_lock(tmp_path, kind):
        for path in paths:
            began = time.monotonic()
            assert sqlite_shop.send("GET", path, admin).status_code == 200, path
            assert time.monotonic() - began < 1, path


def test_writes_are_refused_in_time_and_work_again_afterwards(sqlite_shop: InProcessShop, tmp_path: Path) -> None:
    item, admin = sqlite_shop.offer(5), sqlite_shop.admin_token
    writes = [
        ("POST", "/items", BODY),
        ("PATCH", f"/items/{item}", {"name": "Other"}),
        ("DELETE", f"/items/{item}", None),
        ("POST", f"/items/{item}/stock-adjustments", {"delta": 1, "reason": "counted"}),
        ("POST", "/auth/register", {"name": "Ada", "email": "ada@example.com", "password": "Correct-horse-1"}),
    ]
    with write_lock(tmp_path):
        answers = [timed(sqlite_shop, method, path, admin, body) for method, path, body in writes]
    assert [(answer.status_code, (answer.json or {})["code"]) for answer in answers] == [(503, 503_001)] * len(writes)
    assert all(answer.headers["Retry-After"] for answer in answers)
    assert sqlite_shop.send("POST", "/items", admin, BODY).status_code == 201


def test_a_purchase_is_answered_in_time(sqlite_shop: InProcessShop, tmp_path: Path) -> None:
    item, buyer = sqlite_shop.offer(5), sqlite_shop.buyer()
    with write_lock(tmp_path):
        began = time.monotonic()
        assert sqlite_shop.send_purchase(item, buyer).status_code == 202
        assert time.monotonic() - began < ANSWER_SECONDS


def test_a_write_after_a_read_sees_the_last_commit(tmp_path: Path) -> None:
    database = Database(Settings(var=str(tmp_path)))
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES ('old')"))
    with database.engine.begin() as first:
        assert first.scalar(text("SELECT word FROM words")) == "old"
        with database.engine.begin() as second:
            second.execute(text("UPDATE words SET word = 'new'"))
        assert first.execute(text("UPDATE words SET word = 'newer' WHERE word = 'new'")).rowcount == 1
    database.engine.dispose()


def test_a_row_to_lock_takes_the_write_lock(sqlite_shop: InProcessShop, tmp_path: Path) -> None:
    item = sqlite_shop.offer(1)

    def lock_and_probe() -> None:
        current_session().scalar(select(Item.stock).where(Item.id == item).with_for_update())
        with (
            pytest.raises(sqlite3.OperationalError, match="locked"),
            closing(sqlite3.connect(tmp_path / "shop.sqlite3", timeout=0)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")

    with all_tenants():
        in_transaction(sqlite_shop.database, lock_and_probe)
    assert sqlite_shop.http.get(f"{API}/items/{item}").status_code == 200
