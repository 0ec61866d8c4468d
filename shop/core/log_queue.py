"""Between whoever logs and where it is written: a bounded queue, and one thread that does all the work."""

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable, Mapping
from io import FileIO
from logging.handlers import QueueHandler, QueueListener
from threading import Lock
from typing import Any, Protocol

from shop.core.log_entry import Scribe, as_json, as_text
from shop.core.log_limit import FailureLimit, sentence

TICK_SECONDS = 1.0
FINISH_SECONDS = 2.0
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


class Sink(Protocol):
    """Where records are written: `record.entry` is what they say, `record.line` the same as JSON."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; raises what went wrong."""

    def finish(self, seconds: float) -> None:
        """Write what waits still, for at most so long."""


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
        record.msg, record.args = sentence(record), None
        if record.exc_info:
            # As text: a trace keeps everything that its frames hold. A copy: other handlers want the trace.
            trace = record.exc_text or _traces.formatException(record.exc_info)
            record = logging.makeLogRecord({**vars(record), "exc_info": None, "exc_text": trace})
        return record

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - given shape
        """Count it; the way of the standard library prints the record."""
        self._losses.add("queue")


class Writer(QueueListener):
    """Writes what the Intake took, in one thread: there records become entries, once for all sinks."""

    def __init__(self, intake: Intake, scribe: Scribe, sinks: Mapping[str, Sink], losses: Losses) -> None:
        super().__init__(intake.waiting)
        self._waiting = intake.waiting
        self._limit, self._scribe, self._sinks, self._losses = intake.limit, scribe, sinks, losses

    def dequeue(self, block: bool) -> Any:  # noqa: FBT001 - given shape
        """The next record; while none comes, minutes end all the same."""
        while True:
            try:
                return self._waiting.get(block, TICK_SECONDS)
            except queue.Empty:
                if not block:
                    raise
                self._limit.turn(time.time())
                self._tell_losses()

    def handle(self, record: logging.LogRecord) -> None:
        """Write a record to every sink; one that fails troubles neither the others nor whoever logged."""
        self._write(record)
        self._tell_losses()

    def finish(self) -> None:
        """Write what waits still, for at most two seconds, then end."""
        self._limit.turn(2**60)
        deadline = time.monotonic() + FINISH_SECONDS
        while not self._waiting.empty() and time.monotonic() < deadline:
            time.sleep(0.01)
        if self._thread and self._waiting.empty():
            self.enqueue_sentinel()
            self._thread.join(FINISH_SECONDS)
        self._thread = None

    def _write(self, record: logging.LogRecord) -> None:
        made: Any = record
        made.entry = self._scribe.describe(record)
        made.line = as_json(made.entry)
        for name, sink in self._sinks.items():
            try:
                sink.emit(record)
            except Exception:  # noqa: BLE001 - whatever it is, the next record may be luckier
                self._losses.add(name)

    def _tell_losses(self) -> None:
        if record := self._losses.tell():
            self._write(record)


class Lines:
    """Writes entries to a file of the process, as JSON or for people.

    Without Python's own buffer, whose lock a fork could leave closed for ever in the new process.
    """

    def __init__(self, number: int, *, json: bool) -> None:
        self._file = FileIO(number, "wb", closefd=False)
        self._json = json

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line; raises OSError."""
        made: Any = record
        left = (made.line if self._json else as_text(made.entry).encode(errors="replace")) + b"\n"
        while left:
            written = self._file.write(left)
            if not written:
                raise OSError("Nobody reads what is written.")
            left = left[written:]

    def finish(self, _: float) -> None:
        """Nothing waits here."""
