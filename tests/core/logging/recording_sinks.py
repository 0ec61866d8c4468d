"""A log of its own: a queue, the thread behind it, and two sinks that do as they are told."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shop.core.logging.entry import Entry, EntryFormatter
from shop.core.logging.pipeline import BoundedQueueHandler, DropCounter, Writer
from shop.core.logging.redaction import Redactor
from shop.core.logging.sink import LogLine


class RecordingSink:
    """A sink that remembers, as quick and as reliable as it is told to be."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.failing = False

    def write(self, pages: Sequence[LogLine]) -> None:
        self.gate.wait(10)
        if self.failing:
            raise OSError("no room")
        self.entries += [page.entry for page in pages]
        self.threads.add(threading.current_thread().name)

    def finish(self, _: float) -> None: ...

    @property
    def messages(self) -> list[str]:
        return [entry["message"] for entry in self.entries]


class RecordingLog:
    """A logger of its own, a queue and two sinks."""

    def __init__(self, most: int) -> None:
        self.counted: list[str] = []
        self.losses = DropCounter(self.counted.append)
        self.sink, self.second_sink = RecordingSink(), RecordingSink()
        self.intake = BoundedQueueHandler(most, self.losses)
        sinks = {"wall": self.sink, "other": self.second_sink}
        self.writer = Writer(self.intake, EntryFormatter(Redactor(), "test"), sinks, self.losses)
        self.log = logging.Logger("office", logging.DEBUG)
        self.log.addHandler(self.intake)
        self.writer.start()


class RecordingHandler(logging.Handler):
    """Another handler, which keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def open_log(most: int) -> Iterator[RecordingLog]:
    office = RecordingLog(most)
    yield office
    office.sink.gate.set()
    office.writer.finish(5)
