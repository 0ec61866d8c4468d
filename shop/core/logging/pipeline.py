"""Between whoever logs and where it is written: a bounded queue, and one thread that does all the work."""

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import FileIO
from logging.handlers import QueueHandler
from select import PIPE_BUF
from threading import Event, Lock, Thread
from typing import Any

from shop.core.logging.entry import TELL, Scribe, as_json, as_text
from shop.core.logging.sink import Page, Sink
from shop.core.logging.throttle import FailureLimit, sentence

TICK_SECONDS = 1.0
# A record is written that much later, at most.
GATHER_SECONDS = 0.05
BATCH_MAX = 500
# How often the log says itself that something of it was lost.
TELL_SECONDS = 60.0
_traces = logging.Formatter()


class Losses:
    """Counts what was not written, and where it got lost."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count
        self._untold: Counter[str] = Counter()
        self._told_at = 0.0
        self._lock = Lock()

    def add(self, sink: str, many: int = 1) -> None:
        """So many more."""
        with self._lock:
            self._untold[sink] += many
        for _ in range(many):
            self._count(sink)

    def tell(self) -> logging.LogRecord | None:
        """A record of what was lost since the last one; None when nothing was, or a minute is not over."""
        if not self._untold or time.monotonic() < self._told_at:
            return None
        with self._lock:
            dropped, self._untold = dict(self._untold), Counter()
        self._told_at = time.monotonic() + TELL_SECONDS
        said = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "dropped": dropped}
        return logging.makeLogRecord({**said, "msg": "Records of the log were dropped"})


class Intake(QueueHandler):
    """Takes records from any thread and lets none of them wait: what has no room is dropped and counted."""

    def __init__(self, most: int, losses: Losses) -> None:
        self.waiting: queue.Queue[Any] = queue.Queue(most)
        super().__init__(self.waiting)
        self._losses = losses
        self.limit = FailureLimit(self.emit)
        self.addFilter(self.limit)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Put the sentence together: what it names may be another thing by the time it is written."""
        if hasattr(record, TELL):
            return record
        record.msg, record.args = sentence(record), None
        if record.exc_info:
            # As text: a trace keeps everything that its frames hold. A copy: other handlers want the trace.
            trace = record.exc_text or _traces.formatException(record.exc_info)
            record = logging.makeLogRecord({**vars(record), "exc_info": None, "exc_text": trace})
        return record

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - given shape
        """Count it; the way of the standard library prints the record."""
        self._losses.add("queue")


class Writer:
    """Writes what the Intake took, in one thread: there records become entries, once for all sinks."""

    def __init__(self, intake: Intake, scribe: Scribe, sinks: Mapping[str, Sink], losses: Losses) -> None:
        self._limit, self._waiting = intake.limit, intake.waiting
        self._scribe, self._sinks, self._losses = scribe, sinks, losses
        self._ending = Event()
        self._thread = Thread(target=self._work, name="log", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Write what waits still, for at most so long, then end."""
        self._limit.turn(2**60)
        self._ending.set()
        self._thread.join(seconds)

    def _work(self) -> None:
        while not (self._ending.is_set() and self._waiting.empty()):
            if batch := self._take():
                self._write(batch)
            self._limit.turn(time.time())
            if lost := self._losses.tell():
                self._write([lost])

    def _take(self) -> list[logging.LogRecord]:
        batch = []
        # Not one by one: each time this thread wakes, the threads that answer requests stop.
        self._ending.wait(GATHER_SECONDS)
        with suppress(queue.Empty):
            batch.append(self._waiting.get(timeout=0 if self._ending.is_set() else TICK_SECONDS))
            while len(batch) < BATCH_MAX:
                batch.append(self._waiting.get_nowait())
        return batch

    def _write(self, batch: Sequence[logging.LogRecord]) -> None:
        pages = [Page(record.created, entry := self._scribe.describe(record), as_json(entry)) for record in batch]
        for name, sink in self._sinks.items():
            try:
                sink.write(pages)
            except Exception:  # noqa: BLE001 - whatever it is, the next may be luckier; nobody who logs is troubled
                self._losses.add(name, len(pages))


class Lines:
    """Writes entries to a file of the process, as JSON or for people.

    Without Python's own buffer, whose lock a fork could leave closed for ever in the new process.
    """

    def __init__(self, number: int, *, json: bool) -> None:
        self._file = FileIO(number, "wb", closefd=False)
        self._json = json

    def write(self, pages: Sequence[Page]) -> None:
        """Write a line for each; raises OSError."""
        lines = [page.line if self._json else as_text(page.entry).encode(errors="replace") for page in pages]
        packed = b""
        for line in lines:
            # Other processes write to the same pipe, which keeps together what is no longer than this.
            if packed and len(packed) + len(line) >= PIPE_BUF:
                self._send(packed)
                packed = b""
            packed += line + b"\n"
        self._send(packed)

    def finish(self, _: float) -> None:
        """Nothing waits here."""

    def _send(self, left: bytes) -> None:
        while left:
            written = self._file.write(left)
            if not written:
                raise OSError("Nobody reads what is written.")
            left = left[written:]
