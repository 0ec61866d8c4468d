"""A log of its own: a queue, the thread behind it, and two sinks that do as they are told."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shop.core.logging.entry import Entry, Scribe
from shop.core.logging.pipeline import Intake, Losses, Writer
from shop.core.logging.redaction import Secrecy
from shop.core.logging.sink import Page


class Wall:
    """A sink that remembers, as quick and as reliable as it is told to be."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.failing = False

    def write(self, pages: Sequence[Page]) -> None:
        self.gate.wait(10)
        if self.failing:
            raise OSError("no room")
        self.entries += [page.entry for page in pages]
        self.threads.add(threading.current_thread().name)

    def finish(self, _: float) -> None: ...

    @property
    def told(self) -> list[str]:
        return [entry["message"] for entry in self.entries]


class Office:
    """A logger of its own, a queue and two sinks."""

    def __init__(self, most: int) -> None:
        self.counted: list[str] = []
        self.losses = Losses(self.counted.append)
        self.wall, self.other = Wall(), Wall()
        self.intake = Intake(most, self.losses)
        sinks = {"wall": self.wall, "other": self.other}
        self.writer = Writer(self.intake, Scribe(Secrecy(), "test"), sinks, self.losses)
        self.log = logging.Logger("office", logging.DEBUG)
        self.log.addHandler(self.intake)
        self.writer.start()


class Shelf(logging.Handler):
    """Another handler, which keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record)


@contextmanager
def opened(most: int) -> Iterator[Office]:
    office = Office(most)
    yield office
    office.wall.gate.set()
    office.writer.finish(5)
