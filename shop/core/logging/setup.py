"""Setup of logging: record factory, sinks of the settings, writer thread."""

import logging
import os
import sys
import threading
from dataclasses import dataclass
from logging.handlers import MemoryHandler
from multiprocessing.util import Finalize
from typing import Any

from flask import g, has_request_context

from shop.core.logging.daily_files import DailyFileSink
from shop.core.logging.entry import UNSET, EntryFormatter
from shop.core.logging.pipeline import BoundedQueueHandler, DropCounter, StreamSink, Writer
from shop.core.logging.redaction import Redactor
from shop.core.logging.sink import Sink
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from shop.core.tenant import find_scope
from shop.core.trace import current_trace

ROOT_LOGGER = "shop"
STDERR = 2
# Longest time that a process waits at its end, for the writer and for each sink.
FINISH_SECONDS = 2.0
DROPPED = Counter("shop_log_dropped", "Records of the log that were not written, by where they got lost.", ("sink",))
_log = logging.getLogger(__name__)


class TracedRecord(logging.LogRecord):
    """Log record with tenant, request, trace and job of its context."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The scope has ended when an error handler logs, while `g` still has the tenant of the request.
        self.tenant = str(find_scope() or (has_request_context() and g.get("tenant")) or UNSET)
        self.request_id = self.trace_id = self.job = UNSET
        if trace := current_trace():
            self.request_id, self.trace_id, self.job = trace.request_id, trace.trace_id, trace.job or UNSET


@dataclass
class Log:
    """Running log of this process."""

    pid: int
    queue_handler: BoundedQueueHandler
    writer: Writer
    sinks: dict[str, Sink]

    def finish(self) -> None:
        """Write the pending records within a few seconds, and accept no others."""
        if self.queue_handler not in logging.root.handlers:
            return
        logging.root.removeHandler(self.queue_handler)
        if self.pid != os.getpid():
            # This log was started before a fork, and its threads exist only in the parent process.
            return
        self.writer.finish(FINISH_SECONDS)
        for sink in self.sinks.values():
            sink.finish(FINISH_SECONDS)


_active_logs: list[Log] = []


def install_record_factory() -> None:
    """Create every record of this process as a TracedRecord."""
    # No log shows the names of threads and of processes, which cost a third of a record.
    logging.logThreads = logging.logMultiprocessing = False
    logging.setLogRecordFactory(TracedRecord)


def load_settings(process: str) -> Settings:
    """Load the settings and start the log that they describe.

    Records about the settings themselves are written to that log. Raises SettingsError.
    """
    install_record_factory()
    early = MemoryHandler(1000, flushLevel=sys.maxsize, target=logging.lastResort)
    logging.root.addHandler(early)
    try:
        settings = Settings.load()
        early.setTarget(start_log(settings, process).queue_handler)
        return settings
    finally:
        logging.root.removeHandler(early)
        early.close()


def start_log(settings: Settings, process: str) -> Log:
    """Start the log that the settings describe, and finish an earlier one.

    Libraries log from level warning on, since their lower levels may contain secrets. Raises SettingsError.
    """
    install_record_factory()
    while _active_logs:
        _active_logs.pop().finish()
    metrics = Metrics(settings)
    drops = DropCounter(lambda sink: metrics.count(DROPPED, sink))
    sinks = _create_sinks(settings, drops)
    queue_handler = BoundedQueueHandler(settings.log_queue, drops)
    log = Log(
        os.getpid(),
        queue_handler,
        Writer(queue_handler, EntryFormatter(Redactor(settings.log_secrets), process), sinks, drops),
        sinks,
    )
    logging.root.addHandler(queue_handler)
    logging.getLogger(ROOT_LOGGER).setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
    sys.excepthook, threading.excepthook = _log_crash, lambda crash: _log_crash(*crash[:3])
    log.writer.start()
    _active_logs.append(log)
    # atexit is not called in a process that multiprocessing has started, as the web processes are.
    Finalize(None, log.finish, exitpriority=0)
    return log


def _create_sinks(settings: Settings, drops: DropCounter) -> dict[str, Sink]:
    sinks: dict[str, Sink] = {"stderr": StreamSink(STDERR, json=settings.log_format == "json")}
    if settings.log_folder:
        try:
            sinks["file"] = DailyFileSink(settings.log_folder, settings.log_keep_days)
        except OSError as error:
            raise SettingsError(f"SHOP_LOG_FILE={settings.log_file} cannot be written: {error.strerror}.") from error
    if settings.log_mongo_url:
        sinks["mongo"] = _create_mongo_sink(settings, drops)
    return sinks


def _create_mongo_sink(settings: Settings, drops: DropCounter) -> Sink:
    try:
        # Imported here, because an installation without MongoDB has no pymongo.
        from shop.core.logging.mongo import MongoSink  # noqa: PLC0415 - see above
    except ImportError as error:
        raise SettingsError("SHOP_LOG_MONGO_URL needs PyMongo: install shop[mongo].") from error
    return MongoSink(settings.log_mongo_url, settings.log_mongo_split, settings.log_queue, drops.add)


def _log_crash(kind: type[BaseException], error: BaseException | None, traceback: Any) -> None:
    if issubclass(kind, Exception) and error:
        _log.critical("Unhandled exception", exc_info=(kind, error, traceback))
    else:
        sys.__excepthook__(kind, error or kind(), traceback)
