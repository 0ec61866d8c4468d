"""Errors after which a transaction is replayed, by their code alone; no server is involved."""

import math
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from shop.core.database import transaction
from shop.core.database.engine import Database
from shop.core.database.transaction import REPLAYS, in_transaction
from shop.core.resilience.backoff import Backoff
from shop.core.settings.settings import Settings

LOCKED = sqlite3.OperationalError("database is locked")


class RefusedWork:
    """Work of a transaction that always fails."""

    def __init__(self, cause: BaseException | None) -> None:
        self.cause, self.count = cause, 0

    def __call__(self) -> None:
        self.count += 1
        raise OperationalError("SELECT 1", None, self.cause)  # type: ignore[arg-type]  # None, as without a driver


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that is never asked; replays do not wait."""
    monkeypatch.setattr(transaction, "_ATTEMPTS", Backoff(tries=REPLAYS + 1, budget=math.inf, base=0.0, cap=0.0))
    return Database(Settings(var=str(tmp_path)))


@pytest.mark.parametrize(
    ("cause", "attempts"),
    [
        (LOCKED, 1 + REPLAYS),
        (Exception(1213), 1 + REPLAYS),
        (Exception(1205), 1 + REPLAYS),
        (Exception(2013), 1 + REPLAYS),
        (sqlite3.OperationalError("no such table: words"), 1),
        (Exception(1064), 1),
        (Exception(), 1),
        (None, 1),
    ],
    ids=["locked", "deadlock", "lock time-out", "lost", "no table", "syntax", "no code", "no cause"],
)
def test_only_errors_without_an_effect_are_replayed(
    database: Database, cause: BaseException | None, attempts: int
) -> None:
    work = RefusedWork(cause)
    with pytest.raises(OperationalError):
        in_transaction(database, work)
    assert work.count == attempts
