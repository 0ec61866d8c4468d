"""MongoDB sink over the real protocol, with a slow or unreachable server."""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shop.core.logging.mongo import MongoSink, MongoStore
from shop.core.logging.sink import LogLine, LogStoreUnavailable
from shop.core.settings.loader import SettingsError
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.servers.mongo import Mongo

pytestmark = pytest.mark.slow
TIME = datetime(2026, 11, 20, 23, 59, 59, 999_000, UTC)
DAY = "log_2026_11_20"


class DropCount:
    """Counter of dropped records."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, sink: str, many: int) -> None:
        assert sink == "mongo"
        self.count += many


@pytest.fixture
def dropped_records() -> DropCount:
    return DropCount()


def line_of(message: str, time: datetime = TIME, **fields: Any) -> LogLine:
    entry = {"time": "as text", "message": message, **fields}
    return LogLine(time.timestamp(), entry)


def sink_of(url: str, dropped: DropCount, split: str = "day", capacity: int = 1000) -> MongoSink:
    return MongoSink(url, split, capacity, dropped)


def read_messages(mongo: Mongo, name: str = DAY) -> list[str]:
    return [document["message"] for document in mongo.documents(name)]


@pytest.mark.parametrize(("split", "name"), [("day", DAY), ("month", "log_2026_11"), ("year", "log_2026")])
def test_the_time_of_a_record_determines_its_collection(
    mongo: Mongo, dropped_records: DropCount, split: str, name: str
) -> None:
    sink = sink_of(mongo.url, dropped_records, split)

    sink.write([line_of("last", about=["a", "b"]), line_of("first", datetime(2027, 1, 1, tzinfo=UTC))])
    sink.finish(5)

    assert read_messages(mongo, name) == ["last"]
    assert len(mongo.collections) == 2
    (document,) = mongo.documents(name)
    assert document["about"] == ["a", "b"]
    assert document["time"] == TIME.replace(tzinfo=None)
    assert mongo.indexes[name] == ["request_id", "about"]


def test_written_records_are_found(mongo: Mongo, dropped_records: DropCount) -> None:
    sink = sink_of(mongo.url, dropped_records)
    other_tenant = line_of("other", request_id="r-1", tenant="2")
    sink.write([other_tenant, line_of("one", request_id="r-1", tenant="1"), line_of("two", about=["x", "y"])])
    sink.write([line_of("three", request_id="r-2")])
    sink.finish(5)
    store = MongoStore(mongo.url)

    assert [entry["message"] for entry in store.find("request_id", ["r-1"], 10)] == ["other", "one"]
    assert [entry["message"] for entry in store.find("request_id", ["r-1"], 1, "1")] == ["one"]
    assert [entry["message"] for entry in store.find("about", ["z", "y"], 10)] == ["two"]
    assert [entry["time"] for entry in store.find("request_id", ["r-2"], 10)] == [TIME]


def test_a_slow_server_does_not_delay_writes(mongo: Mongo, dropped_records: DropCount) -> None:
    mongo.gate.clear()
    sink = sink_of(mongo.url, dropped_records)

    sink.write([line_of(f"number {number}") for number in range(200)])
    assert read_messages(mongo) == []

    mongo.gate.set()
    eventually(lambda: len(read_messages(mongo)) == 200, 15)
    assert dropped_records.count == 0


def test_records_of_an_outage_are_written_after_it(dropped_records: DropCount) -> None:
    port = free_port()
    sink = sink_of(f"mongodb://127.0.0.1:{port}/shop", dropped_records)
    sink.write([line_of("early")])
    eventually(sink._pending.empty, 5)

    server = Mongo(port)
    try:
        sink.write([line_of("late")])
        eventually(lambda: sorted(read_messages(server)) == ["early", "late"], 15)
        assert dropped_records.count == 0
    finally:
        server.destroy()


def test_records_beyond_the_capacity_are_dropped_and_counted(dropped_records: DropCount) -> None:
    sink = sink_of(f"mongodb://127.0.0.1:{free_port()}/shop", dropped_records, capacity=10)
    sink.write([line_of("first")])
    eventually(sink._pending.empty, 5)

    sink.write([line_of(f"number {number}") for number in range(25)])
    assert dropped_records.count == 15

    sink.finish(5)
    assert dropped_records.count == 26


def test_a_write_with_a_lost_response_is_done_once(mongo: Mongo, dropped_records: DropCount) -> None:
    mongo.lose_answers = 1
    sink = sink_of(mongo.url, dropped_records)

    sink.write([line_of("one"), line_of("two")])
    eventually(lambda: mongo.lose_answers == 0, 5)
    sink.write([line_of("three")])
    eventually(lambda: len(read_messages(mongo)) >= 3, 15)
    sink.finish(5)

    assert sorted(read_messages(mongo)) == ["one", "three", "two"]
    assert dropped_records.count == 0


def test_a_refused_record_is_not_repeated(mongo: Mongo, dropped_records: DropCount) -> None:
    sink = sink_of(mongo.url, dropped_records)

    sink.write([line_of("invalid field name", more={"a\0b": 1})])
    eventually(lambda: dropped_records.count == 1, 10)
    sink.write([line_of("after")])
    sink.finish(5)

    assert read_messages(mongo) == ["after"]


def test_a_search_on_an_unreachable_server_fails() -> None:
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}/shop")

    with pytest.raises(LogStoreUnavailable):
        list(store.find("request_id", ["r-1"], 10))


def test_an_invalid_url_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError) as raised:
        MongoStore("mongodb://root:Hunter-2@/shop")

    assert str(raised.value).startswith("SHOP_LOG_MONGO_URL")
    assert "Hunter" not in str(raised.value)


@pytest.mark.skipif("SHOP_TEST_MONGO_URL" not in os.environ, reason="SHOP_TEST_MONGO_URL is not set")
def test_a_real_mongodb_stores_and_finds_records(dropped_records: DropCount) -> None:
    url, name = os.environ["SHOP_TEST_MONGO_URL"], uuid4().hex
    sink = sink_of(url, dropped_records)
    sink.write([line_of("one", request_id=name), line_of("two", about=[name, "other"])] * 2)
    sink.finish(5)
    store = MongoStore(url)

    assert [entry["message"] for entry in store.find("request_id", [name], 10)] == ["one", "one"]
    assert [entry["message"] for entry in store.find("about", [name], 10)] == ["two", "two"]
    assert {entry["time"] for entry in store.find("about", [name], 10)} == {TIME}
    assert dropped_records.count == 0
