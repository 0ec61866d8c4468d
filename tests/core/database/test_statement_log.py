"""Statement counter and slow-query log."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from shop.core.database.engine import Database
from shop.core.database.statement_log import watch_sql
from shop.core.logging.redaction import Redactor
from shop.core.settings.settings import Settings
from shop.core.trace import in_job
from tests.core.logging.recording_sinks import RecordingHandler

LOGGER = "shop.core.database.statement_log"
people = Table(
    "people", MetaData(), Column("id", Integer, primary_key=True), Column("user_id", Integer),
    Column("age", Integer), Column("email", String(99)), Column("password_hash", String(99)),
)  # fmt: skip
ANN = {"id": 7, "user_id": 8, "age": 33, "email": "ann@example.com", "password_hash": "$argon2id$x"}


@pytest.fixture
def recording_handler() -> Iterator[RecordingHandler]:
    """Handler with the log records of statements."""
    handler, logger = RecordingHandler(), logging.getLogger(LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def engine_of(threshold_ms: float | None) -> Engine:
    engine = create_engine("sqlite://", hide_parameters=True)
    people.metadata.create_all(engine)
    watch_sql(engine, threshold_ms)
    return engine


def read_entries(handler: RecordingHandler) -> list[dict[str, Any]]:
    records: list[Any] = handler.records
    return [record.custom_fields(Redactor()) for record in records]


def test_a_threshold_of_zero_logs_every_statement_with_the_types_of_its_values(
    recording_handler: RecordingHandler,
) -> None:
    with engine_of(0).begin() as connection:
        connection.execute(insert(people), ANN)

    (entry,) = read_entries(recording_handler)
    assert entry["statement"].startswith("INSERT INTO people")
    assert entry["bindings"] == {"id": 7, "user_id": 8, "age": "int", "email": "str(15)", "password_hash": "str(11)"}
    assert (entry["sets"], entry["rows"]) == (1, 1)
    assert 0 < entry["ms"] < 5000


def test_an_insert_of_many_rows_is_one_record(recording_handler: RecordingHandler) -> None:
    with engine_of(0).begin() as connection:
        connection.execute(insert(people), [{**ANN, "id": number} for number in range(1, 40)])

    assert [entry["sets"] for entry in read_entries(recording_handler)] == [39]
    assert "ann@" not in str(read_entries(recording_handler))


def test_secrets_in_the_text_of_a_statement_are_redacted(recording_handler: RecordingHandler) -> None:
    with engine_of(0).connect() as connection:
        connection.execute(text("SELECT 'password=Hunter-2'"))
        connection.exec_driver_sql("SELECT ?, ?", ("Hunter-2", 7))

    assert "Hunter" not in str(read_entries(recording_handler))


@pytest.mark.parametrize(("threshold_ms", "logged"), [(None, 0), (0, 2), (150, 1), (5000, 0)])
def test_only_statements_above_the_threshold_are_logged(
    recording_handler: RecordingHandler, monkeypatch: pytest.MonkeyPatch, threshold_ms: float | None, logged: int
) -> None:
    engine, rests = engine_of(threshold_ms), [0.0]
    # On this clock only `rest` takes time.
    monkeypatch.setattr("shop.core.database.statement_log.perf_counter", lambda: sum(rests))
    with engine.connect() as connection:
        connection.connection.driver_connection.create_function("rest", 1, rests.append)  # type: ignore[union-attr]  # sqlite3's
        connection.execute(select(people.c.id))
        connection.execute(text("SELECT rest(0.2)"))

    assert len(recording_handler.records) == logged


def test_statements_are_counted_in_the_trace_of_their_job() -> None:
    engine = engine_of(None)

    with in_job("job-1", {}) as trace, engine.connect() as connection:
        for _ in range(3):
            connection.execute(select(people.c.id))

    assert trace.sql == 3


def test_a_database_error_contains_no_values(tmp_path: Any) -> None:
    engine = Database(Settings(var=str(tmp_path)))._engine()
    people.metadata.create_all(engine)

    with pytest.raises(IntegrityError) as failed, engine.begin() as connection:
        connection.execute(insert(people), [ANN, ANN])

    assert "ann@" not in str(failed.value)
    assert "argon2" not in str(failed.value)


def test_a_record_names_the_function_above_the_core(recording_handler: RecordingHandler) -> None:
    engine = engine_of(0)
    program = "def find(engine, statement):\n    with engine.connect() as sent:\n        sent.execute(statement)\n"
    module: dict[str, Any] = {"__name__": "shop.repositories.people"}
    exec(program, module)

    module["find"](engine, select(people))
    with engine.connect() as connection:
        connection.execute(select(people))

    assert [entry["by"] for entry in read_entries(recording_handler)] == ["shop.repositories.people.find", "shop.core"]
