"""Log pipeline: a bounded queue and one writer thread."""

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from io import FileIO
from logging.handlers import QueueHandler
from select import PIPE_BUF
from threading import Lock
from typing import Any

from shop.core.logging.batch_worker import BatchWorker
from shop.core.logging.entry import CUSTOM_FIELDS, EntryFormatter, as_text
from shop.core.logging.sink import LogLine, Sink
from shop.core.logging.throttle import FailureThrottle, format_message

# Longest pause between two checks for the end of a minute and for dropped records.
TICK_SECONDS = 1.0
# Longest delay between a log call and the write of its record.
GATHER_SECONDS = 0.05
# Shortest pause between two records that report dropped ones.
REPORT_SECONDS = 60.0
_exception_formatter = logging.Formatter()


class DropCounter:
    """Counter of records that were not written, for each sink."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count
        self._unreported: Counter[str] = Counter()
        self._next_report_at = 0.0
        self._lock = Lock()

    def add(self, sink: str, count: int = 1) -> None:
        """Count dropped records of a sink."""
        with self._lock:
            self._unreported[sink] += count
        for _ in range(count):
            self._count(sink)

    def build_report(self) -> logging.LogRecord | None:
        """Build a record of the drops since the last report.

        Returns None without new drops, or when the last report is younger than a minute.
        """
        if not self._unreported or time.monotonic() < self._next_report_at:
            return None
        with self._lock:
            dropped, self._unreported = dict(self._unreported), Counter()
        self._next_report_at = time.monotonic() + REPORT_SECONDS
        attributes = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "dropped": dropped}
        return logging.makeLogRecord({**attributes, "msg": "Records of the log were dropped"})


class BoundedQueueHandler(QueueHandler):
    """Logging handler with a bounded queue; further records are dropped and counted."""

    def __init__(self, capacity: int, drops: DropCounter) -> None:
        self.pending: queue.Queue[Any] = queue.Queue(capacity)
        super().__init__(self.pending)
        self._drops = drops
        self.throttle = FailureThrottle(self.emit)
        self.addFilter(self.throttle)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Render message and exception in the calling thread.

        The arguments may have changed by the time the record is written.
        """
        if hasattr(record, CUSTOM_FIELDS):
            return record
        record.msg, record.args = format_message(record), None
        if record.exc_info:
            # As text, because a traceback keeps the values of its frames alive. In a copy, because other handlers
            # of the same record still need the traceback.
            trace = record.exc_text or _exception_formatter.formatException(record.exc_info)
            record = logging.makeLogRecord({**vars(record), "exc_info": None, "exc_text": trace})
        return record

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - given shape
        """Count a dropped record.

        The method of the standard library would print it.
        """
        self._drops.add("queue")


class Writer:
    """Writer thread, which formats each record once for all sinks."""

    def __init__(
        self,
        queue_handler: BoundedQueueHandler,
        formatter: EntryFormatter,
        sinks: Mapping[str, Sink],
        drops: DropCounter,
    ) -> None:
        self._throttle = queue_handler.throttle
        self._formatter, self._sinks, self._drops = formatter, sinks, drops
        self._worker = BatchWorker(
            "log", queue_handler.pending, self._write_batch, GATHER_SECONDS, TICK_SECONDS, self._write_reports
        )

    def start(self) -> None:
        """Start the writer thread."""
        self._worker.start()

    def finish(self, seconds: float) -> None:
        """Write the pending records within the given seconds, then stop."""
        self._throttle.end_minute(2**60)
        self._worker.finish(seconds)

    def _write_reports(self) -> None:
        self._throttle.end_minute(time.time())
        if report := self._drops.build_report():
            self._write_batch([report])

    def _write_batch(self, batch: Sequence[logging.LogRecord]) -> None:
        lines = [LogLine(record.created, self._formatter.format(record)) for record in batch]
        for name, sink in self._sinks.items():
            try:
                sink.write(lines)
            except Exception:  # noqa: BLE001 - a failure of one sink affects neither the other sinks nor the next batch
                self._drops.add(name, len(lines))


class StreamSink:
    """Sink for a file descriptor, with lines in JSON or text.

    It is unbuffered, because a fork could leave the lock of Python's buffer locked for ever in the new process.
    """

    def __init__(self, number: int, *, json: bool) -> None:
        self._file = FileIO(number, "wb", closefd=False)
        self._json = json

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write one line for each entry.

        Raises OSError.
        """
        lines = [line.line if self._json else as_text(line.entry).encode(errors="replace") for line in batch]
        packed = b""
        for line in lines:
            # Other processes write to the same pipe, which keeps writes up to this size together.
            if packed and len(packed) + len(line) >= PIPE_BUF:
                self._send(packed)
                packed = b""
            packed += line + b"\n"
        self._send(packed)

    def finish(self, _: float) -> None:
        """Do nothing, since no entry is pending here."""

    def _send(self, data: bytes) -> None:
        while data:
            written = self._file.write(data)
            if not written:
                raise OSError("The file descriptor takes no data.")
            data = data[written:]
