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

from shop.core.logging.entry import CUSTOM_FIELDS, EntryFormatter, as_json, as_text
from shop.core.logging.sink import LogLine, Sink
from shop.core.logging.throttle import FailureThrottle, format_message

TICK_SECONDS = 1.0
# A record is written that much later, at most.
GATHER_SECONDS = 0.05
BATCH_MAX = 500
# How often the log says itself that something of it was lost.
REPORT_SECONDS = 60.0
_traces = logging.Formatter()


class DropCounter:
    """Counts what was not written, and where it got lost."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count
        self._unreported: Counter[str] = Counter()
        self._next_report_at = 0.0
        self._lock = Lock()

    def add(self, sink: str, many: int = 1) -> None:
        """So many more."""
        with self._lock:
            self._unreported[sink] += many
        for _ in range(many):
            self._count(sink)

    def build_report(self) -> logging.LogRecord | None:
        """A record of what was lost since the last one; None when nothing was, or a minute is not over."""
        if not self._unreported or time.monotonic() < self._next_report_at:
            return None
        with self._lock:
            dropped, self._unreported = dict(self._unreported), Counter()
        self._next_report_at = time.monotonic() + REPORT_SECONDS
        said = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "dropped": dropped}
        return logging.makeLogRecord({**said, "msg": "Records of the log were dropped"})


class BoundedQueueHandler(QueueHandler):
    """Takes records from any thread and lets none of them wait: what has no room is dropped and counted."""

    def __init__(self, capacity: int, drops: DropCounter) -> None:
        self.pending: queue.Queue[Any] = queue.Queue(capacity)
        super().__init__(self.pending)
        self._drops = drops
        self.throttle = FailureThrottle(self.emit)
        self.addFilter(self.throttle)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Put the sentence together: what it names may be another thing by the time it is written."""
        if hasattr(record, CUSTOM_FIELDS):
            return record
        record.msg, record.args = format_message(record), None
        if record.exc_info:
            # As text: a trace keeps everything that its frames hold. A copy: other handlers want the trace.
            trace = record.exc_text or _traces.formatException(record.exc_info)
            record = logging.makeLogRecord({**vars(record), "exc_info": None, "exc_text": trace})
        return record

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - given shape
        """Count it; the way of the standard library prints the record."""
        self._drops.add("queue")


class Writer:
    """Writes what the Intake took, in one thread: there records become entries, once for all sinks."""

    def __init__(
        self,
        queue_handler: BoundedQueueHandler,
        formatter: EntryFormatter,
        sinks: Mapping[str, Sink],
        drops: DropCounter,
    ) -> None:
        self._throttle, self._pending = queue_handler.throttle, queue_handler.pending
        self._formatter, self._sinks, self._drops = formatter, sinks, drops
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Write what waits still, for at most so long, then end."""
        self._throttle.end_minute(2**60)
        self._stopping.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._pending.empty()):
            if batch := self._take_batch():
                self._write_batch(batch)
            self._throttle.end_minute(time.time())
            if lost := self._drops.build_report():
                self._write_batch([lost])

    def _take_batch(self) -> list[logging.LogRecord]:
        batch = []
        # Not one by one: each time this thread wakes, the threads that answer requests stop.
        self._stopping.wait(GATHER_SECONDS)
        with suppress(queue.Empty):
            batch.append(self._pending.get(timeout=0 if self._stopping.is_set() else TICK_SECONDS))
            while len(batch) < BATCH_MAX:
                batch.append(self._pending.get_nowait())
        return batch

    def _write_batch(self, batch: Sequence[logging.LogRecord]) -> None:
        pages = [LogLine(record.created, entry := self._formatter.format(record), as_json(entry)) for record in batch]
        for name, sink in self._sinks.items():
            try:
                sink.write(pages)
            except Exception:  # noqa: BLE001 - whatever it is, the next may be luckier; nobody who logs is troubled
                self._drops.add(name, len(pages))


class StreamSink:
    """Writes entries to a file of the process, as JSON or for people.

    Without Python's own buffer, whose lock a fork could leave closed for ever in the new process.
    """

    def __init__(self, number: int, *, json: bool) -> None:
        self._file = FileIO(number, "wb", closefd=False)
        self._json = json

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write a line for each; raises OSError."""
        lines = [page.line if self._json else as_text(page.entry).encode(errors="replace") for page in batch]
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
