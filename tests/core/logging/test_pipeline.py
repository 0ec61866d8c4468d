"""Log calls neither wait for a sink nor fail with it."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.logging.recording_sinks import RecordingHandler, RecordingLog, open_log
from tests.support.polling import eventually


@pytest.fixture
def recording_log() -> Iterator[RecordingLog]:
    with open_log(1000) as recording_log:
        yield recording_log


def test_records_are_written_in_order_in_the_writer_thread(recording_log: RecordingLog) -> None:
    for number in range(100):
        recording_log.logger.info("number %s", number)
    recording_log.writer.finish(5)

    assert (
        recording_log.sink.messages
        == recording_log.second_sink.messages
        == [f"number {number}" for number in range(100)]
    )
    assert threading.current_thread().name not in recording_log.sink.threads


def test_a_slow_sink_does_not_delay_log_calls(recording_log: RecordingLog) -> None:
    recording_log.sink.gate.clear()

    for number in range(500):
        recording_log.logger.info("number %s", number)

    # All calls have returned, and the sink is still at its first record.
    assert recording_log.sink.entries == []


def test_a_full_queue_drops_and_counts_further_records() -> None:
    with open_log(10) as recording_log:
        recording_log.sink.gate.clear()
        recording_log.logger.info("first")
        eventually(recording_log.queue_handler.pending.empty, 5)

        for number in range(25):
            recording_log.logger.info("number %s", number)
        recording_log.sink.gate.set()
        recording_log.writer.finish(5)

        messages = [message for message in recording_log.sink.messages if message != "Records of the log were dropped"]
        assert messages == ["first", *(f"number {number}" for number in range(10))]
        assert recording_log.dropped == ["queue"] * 15


def test_the_log_reports_dropped_records() -> None:
    with open_log(1) as recording_log:
        recording_log.sink.gate.clear()
        recording_log.logger.info("first")
        eventually(recording_log.queue_handler.pending.empty, 5)
        for _ in range(5):
            recording_log.logger.info("more")
        recording_log.sink.gate.set()
        recording_log.writer.finish(5)

        (report,) = [entry for entry in recording_log.sink.entries if "dropped" in entry]
        assert (report["level"], report["dropped"]) == ("warning", {"queue": 4})


def test_a_failing_sink_affects_neither_other_sinks_nor_log_calls(recording_log: RecordingLog) -> None:
    recording_log.sink.failing = True

    for number in range(3):
        recording_log.logger.info("number %s", number)
    eventually(lambda: len(recording_log.second_sink.entries) >= 3, 5)
    recording_log.sink.failing = False
    recording_log.logger.info("after")
    recording_log.writer.finish(5)

    # The report of the drops may be dropped as well.
    assert set(recording_log.dropped) == {"first"}
    assert len(recording_log.dropped) in (3, 4)
    assert recording_log.sink.messages[-1] == "after"
    assert [message for message in recording_log.second_sink.messages if message.startswith("number")] == [
        f"number {n}" for n in range(3)
    ]


def test_a_message_is_rendered_at_the_log_call(recording_log: RecordingLog) -> None:
    recording_log.sink.gate.clear()
    names = ["one"]

    recording_log.logger.info("There are %s", names)
    names.append("two")
    recording_log.sink.gate.set()
    recording_log.writer.finish(5)

    assert recording_log.sink.messages == ["There are ['one']"]


def test_an_exception_is_logged_with_a_redacted_traceback(recording_log: RecordingLog) -> None:
    recording_log.logger.addHandler(second_handler := RecordingHandler())

    try:
        raise ValueError("password=Hunter-2")
    except ValueError:
        recording_log.logger.exception("It failed")
    recording_log.writer.finish(5)

    (entry,) = recording_log.sink.entries
    assert "ValueError: password=***" in entry["exception"]
    assert entry["exception"].startswith("Traceback")
    # Other handlers of the same record still get the exception.
    assert second_handler.records[0].exc_info


@pytest.mark.parametrize(("message", "arguments"), [("%d pieces", ("many",)), ("%s and %s", (1,)), ({"a": 1}, ())])
def test_a_wrong_log_call_does_not_fail_its_caller(
    recording_log: RecordingLog, message: Any, arguments: tuple[Any, ...]
) -> None:
    recording_log.logger.error(message, *arguments)
    recording_log.writer.finish(5)

    assert len(recording_log.sink.entries) == 1


def test_a_minute_ends_without_further_log_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.logging.pipeline.TICK_SECONDS", 0.01)
    with open_log(1000) as recording_log:
        for _ in range(30):
            recording_log.logger.error("Redis failed")
        monkeypatch.setattr("shop.core.logging.pipeline.time.time", lambda now=time.time: now() + 60)

        eventually(lambda: any("20 more like this" in message for message in recording_log.sink.messages), 5)


def test_pending_records_are_written_before_the_end(recording_log: RecordingLog) -> None:
    for number in range(300):
        recording_log.logger.warning(f"number {number}")

    recording_log.writer.finish(5)

    assert len(recording_log.sink.entries) == 300


def test_the_end_does_not_wait_for_a_blocked_sink() -> None:
    with open_log(1000) as recording_log:
        recording_log.sink.gate.clear()
        recording_log.logger.info("one")
        recording_log.logger.info("two")

        start = time.perf_counter()
        recording_log.writer.finish(0.2)

        assert time.perf_counter() - start > 0.1
        assert recording_log.sink.entries == []
