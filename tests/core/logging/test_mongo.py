"""Records in MongoDB, by pymongo over the real protocol; a server that is away, late or lost troubles nobody."""

import os
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest

from shop.core.logging.mongo import MongoSink, MongoStore
from shop.core.logging.sink import LogLine, LogStoreUnavailable
from shop.core.settings.loader import SettingsError
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.servers.mongo import Mongo

MOMENT = datetime(2026, 11, 20, 23, 59, 59, 999_000, UTC)
DAY = "log_2026_11_20"


class DropCount:
    """Counts what was dropped."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, sink: str, many: int) -> None:
        assert sink == "mongo"
        self.count += many


@pytest.fixture
def lost_records() -> DropCount:
    return DropCount()


def page_of(message: str, moment: datetime = MOMENT, **more: Any) -> LogLine:
    entry = {"time": "told as text", "message": message, **more}
    return LogLine(moment.timestamp(), entry, orjson.dumps(entry))


def sink_of(url: str, lost: DropCount, split: str = "day", most: int = 1000) -> MongoSink:
    return MongoSink(url, split, most, lost)


def read_messages(mongo: Mongo, name: str = DAY) -> list[str]:
    return [document["message"] for document in mongo.documents(name)]


@pytest.mark.parametrize(("split", "name"), [("day", DAY), ("month", "log_2026_11"), ("year", "log_2026")])
def test_the_moment_of_a_record_says_where_it_goes(
    mongo: Mongo, lost_records: DropCount, split: str, name: str
) -> None:
    sink = sink_of(mongo.url, lost_records, split)

    sink.write([page_of("last", about=["a", "b"]), page_of("first", datetime(2027, 1, 1, tzinfo=UTC))])
    sink.finish(5)

    assert read_messages(mongo, name) == ["last"]
    assert len(mongo.collections) == 2
    (document,) = mongo.documents(name)
    assert document["about"] == ["a", "b"]
    assert document["time"] == MOMENT.replace(tzinfo=None)
    assert mongo.indexes[name] == ["request_id", "about"]


def test_what_was_written_is_found(mongo: Mongo, lost_records: DropCount) -> None:
    sink = sink_of(mongo.url, lost_records)
    others = page_of("other", request_id="r-1", tenant="2")
    sink.write([others, page_of("one", request_id="r-1", tenant="1"), page_of("two", about=["x", "y"])])
    sink.write([page_of("three", request_id="r-2")])
    sink.finish(5)
    store = MongoStore(mongo.url)

    assert [entry["message"] for entry in store.find("request_id", ["r-1"], 10)] == ["other", "one"]
    assert [entry["message"] for entry in store.find("request_id", ["r-1"], 1, "1")] == ["one"]
    assert [entry["message"] for entry in store.find("about", ["z", "y"], 10)] == ["two"]
    assert [entry["time"] for entry in store.find("request_id", ["r-2"], 10)] == [MOMENT]


def test_whoever_logs_does_not_wait_for_a_late_server(mongo: Mongo, lost_records: DropCount) -> None:
    mongo.delay = 1.0
    sink = sink_of(mongo.url, lost_records)

    began = time.perf_counter()
    sink.write([page_of(f"number {number}") for number in range(200)])
    assert time.perf_counter() - began < 0.5

    eventually(lambda: len(read_messages(mongo)) == 200, 15)
    assert lost_records.count == 0


def test_what_was_said_while_the_server_was_away_comes_later(lost_records: DropCount) -> None:
    port = free_port()
    sink = sink_of(f"mongodb://127.0.0.1:{port}/shop", lost_records)
    sink.write([page_of("early")])
    time.sleep(0.5)

    server = Mongo(port)
    try:
        sink.write([page_of("late")])
        eventually(lambda: sorted(read_messages(server)) == ["early", "late"], 15)
        assert lost_records.count == 0
    finally:
        server.destroy()


def test_only_so_much_waits_and_the_rest_is_counted(lost_records: DropCount) -> None:
    sink = sink_of(f"mongodb://127.0.0.1:{free_port()}/shop", lost_records, most=10)
    sink.write([page_of("first")])
    eventually(sink._pending.empty, 5)

    sink.write([page_of(f"number {number}") for number in range(25)])
    assert lost_records.count == 15

    sink.finish(5)
    assert lost_records.count == 26


def test_a_write_whose_answer_was_lost_is_done_once(mongo: Mongo, lost_records: DropCount) -> None:
    mongo.lose_answers = 1
    sink = sink_of(mongo.url, lost_records)

    sink.write([page_of("one"), page_of("two")])
    eventually(lambda: mongo.lose_answers == 0, 5)
    sink.write([page_of("three")])
    eventually(lambda: len(read_messages(mongo)) >= 3, 15)
    sink.finish(5)

    assert sorted(read_messages(mongo)) == ["one", "three", "two"]
    assert lost_records.count == 0


def test_what_the_library_refuses_does_not_come_back(mongo: Mongo, lost_records: DropCount) -> None:
    sink = sink_of(mongo.url, lost_records)

    sink.write([page_of("no name may be so", more={"a\0b": 1})])
    eventually(lambda: lost_records.count == 1, 10)
    sink.write([page_of("after")])
    sink.finish(5)

    assert read_messages(mongo) == ["after"]


def test_a_search_says_when_the_server_is_away() -> None:
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}/shop")

    with pytest.raises(LogStoreUnavailable):
        list(store.find("request_id", ["r-1"], 10))


def test_a_url_that_is_none_stops_the_start_and_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as stopped:
        MongoStore("mongodb://root:Hunter-2@/shop")

    assert str(stopped.value).startswith("SHOP_LOG_MONGO_URL")
    assert "Hunter" not in str(stopped.value)


@pytest.mark.skipif("SHOP_TEST_MONGO_URL" not in os.environ, reason="no real MongoDB is given")
def test_the_same_holds_with_a_server_of_somebody_elses_making(lost_records: DropCount) -> None:
    url, name = os.environ["SHOP_TEST_MONGO_URL"], uuid4().hex
    sink = sink_of(url, lost_records)
    sink.write([page_of("one", request_id=name), page_of("two", about=[name, "other"])] * 2)
    sink.finish(5)
    store = MongoStore(url)

    assert [entry["message"] for entry in store.find("request_id", [name], 10)] == ["one", "one"]
    assert [entry["message"] for entry in store.find("about", [name], 10)] == ["two", "two"]
    assert {entry["time"] for entry in store.find("about", [name], 10)} == {MOMENT}
    assert lost_records.count == 0
