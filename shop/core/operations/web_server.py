"""Web server (granian), whose threads take requests from the admission middleware."""

import errno
import logging
import signal
import socket
from pathlib import Path
from threading import Thread, Timer
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from shop.core.middleware.admission import MAX_BUFFERED_BODIES, SPARE_THREADS
from shop.core.operations.draining import draining_flag
from shop.core.operations.parent_watch import adopt_children
from shop.core.operations.port_holder import describe_holder
from shop.core.operations.terminal import has_terminal
from shop.core.settings.addresses import split_bind
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

BACKLOG = 2048
_log = logging.getLogger(__name__)


class _IntendedThreads(logging.Filter):
    """Filter of granian's warning about the number of threads.

    Most of them wait for the body of a slow client; the number that works is `SHOP_WEB_THREADS`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for that warning."""
        return "Python threads, which seems quite high" not in record.getMessage()


# Its log records go to the root logger.
_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {},
    "filters": {"threads": {"()": _IntendedThreads}},
    "loggers": {"_granian": {"propagate": True, "filters": ["threads"]}},
}
# Time limit and size limit of the request head, the same as the proxy's.
HEAD_MILLISECONDS = 10_000
HEAD_MAX_BYTES = 32 * 1024


def check_port_free(settings: Settings) -> None:
    """Raise SettingsError when `SHOP_BIND` or `SHOP_METRICS_BIND` is in use.

    The message names the process that holds the port.
    """
    _check_bind_free("SHOP_BIND", settings.bind)
    if settings.metrics_bind:
        _check_bind_free("SHOP_METRICS_BIND", settings.metrics_bind)


def _check_bind_free(name: str, bind: str) -> None:
    address, port = split_bind(bind)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            holder = describe_holder(port) if error.errno == errno.EADDRINUSE else ""
            raise SettingsError(f"{name}={bind} cannot be served: {error.strerror}{holder}.") from error


class _DrainingServer(Granian):  # type: ignore[misc, valid-type]  # one of two classes, chosen by the library
    """Granian server that drains after a SIGTERM before it stops."""

    flag_file: Path
    drain_seconds: float
    # False after `nohup`, and without a terminal: then SIGHUP replaces the web processes.
    ends_with_terminal: bool

    def signal_handler_interrupt(self, *signals: Any, **_: Any) -> None:
        """Stop after the drain time at the first SIGTERM, else at once."""
        stop = super().signal_handler_interrupt
        is_first = not self.flag_file.exists()
        if is_first:
            # Not logged here: a signal may arrive while this thread holds a lock of the log.
            Thread(target=self._log_stop, args=signals[:1], daemon=True).start()
        if not is_first or signals[:1] != (signal.SIGTERM,):
            stop()
            return
        self.flag_file.touch()
        timer = Timer(self.drain_seconds, stop)
        timer.daemon = True
        timer.start()

    def signal_handler_reload(self, *signals: Any, **_: Any) -> None:
        """Stop after a closed terminal, else replace the web processes."""
        if self.ends_with_terminal and not has_terminal():
            self.signal_handler_interrupt(signal.SIGTERM)
        else:
            super().signal_handler_reload(*signals)

    def _log_stop(self, number: int = signal.SIGTERM) -> None:
        _log.info(
            "The web server is stopping: it takes requests for %s s more, and the running ones get up to %s s",
            self.drain_seconds if number == signal.SIGTERM else 0.0,
            self.workers_kill_timeout,
        )


def serve(settings: Settings, factory: str = "shop.app:web_app") -> None:
    """Serve the app of `factory` on `SHOP_BIND` until a signal stops it.

    A web process that dies is replaced. Raises SettingsError when an address is in use.
    """
    check_port_free(settings)
    with draining_flag() as flag_file:
        adopt_children()
        server = _create_server(settings, factory)
        server.flag_file, server.drain_seconds = flag_file, settings.drain_seconds
        server.ends_with_terminal = has_terminal() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        server.serve()


def _create_server(settings: Settings, factory: str) -> _DrainingServer:
    address, port = split_bind(settings.bind)
    return _DrainingServer(
        factory,
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        # An HTTP/2 connection could send any number of slow bodies, and clients do not use HTTP/2 without TLS.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS, max_buffer_size=HEAD_MAX_BYTES),
        workers=settings.web_workers,
        blocking_threads=settings.web_threads + MAX_BUFFERED_BODIES + SPARE_THREADS,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.web_stop_seconds,
        log_level="warning",
        log_dictconfig=_LOG,
    )
