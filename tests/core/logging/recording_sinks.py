"""Log with a queue, a writer thread and two recording sinks."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shop.core.logging.entry import Entry, EntryFormatter
from shop.core.logging.pipeline import BoundedQueueHandler, DropCounter, Writer
from shop.core.logging.redaction import Redactor
from shop.core.logging.sink import LogLine


class RecordingSink:
    """Sink that records entries, and can block or fail."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.failing = False

    def write(self, batch: Sequence[LogLine]) -> None:
        self.gate.wait(10)
        if self.failing:
            raise OSError("The disk is full.")
        self.entries += [line.entry for line in batch]
        self.threads.add(threading.current_thread().name)

    def finish(self, _: float) -> None: ...

    @property
    def messages(self) -> list[str]:
        return [entry["message"] for entry in self.entries]


class RecordingLog:
    """Logger with a queue and two sinks."""

    def __init__(self, capacity: int) -> None:
        self.dropped: list[str] = []
        self.drops = DropCounter(self.dropped.append)
        self.sink, self.second_sink = RecordingSink(), RecordingSink()
        self.queue_handler = BoundedQueueHandler(capacity, self.drops)
        sinks = {"first": self.sink, "second": self.second_sink}
        self.writer = Writer(self.queue_handler, EntryFormatter(Redactor(), "test"), sinks, self.drops)
        self.logger = logging.Logger("test", logging.DEBUG)
        self.logger.addHandler(self.queue_handler)
        self.writer.start()


class RecordingHandler(logging.Handler):
    """Second handler of the logger, which records its records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def open_log(capacity: int) -> Iterator[RecordingLog]:
    log = RecordingLog(capacity)
    yield log
    log.sink.gate.set()
    log.writer.finish(5)
