"""Web server (granian), whose threads take requests from the admission middleware."""

import signal
import socket
from pathlib import Path
from threading import Timer
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from shop.core.middleware.admission import MAX_BUFFERED_BODIES, SPARE_THREADS
from shop.core.operations.draining import draining_flag
from shop.core.settings.addresses import split_bind
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

BACKLOG = 2048
# Its log records go to the root logger.
_LOG = {"version": 1, "disable_existing_loggers": False, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
# Time limit and size limit of the request head, the same as the proxy's.
HEAD_MILLISECONDS = 10_000
HEAD_MAX_BYTES = 32 * 1024


def check_port_free(settings: Settings) -> None:
    """Raise SettingsError when `SHOP_BIND` or `SHOP_METRICS_BIND` is in use."""
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
            raise SettingsError(f"{name}={bind} cannot be served: {error.strerror}.") from error


class _DrainingServer(Granian):  # type: ignore[misc, valid-type]  # one of two classes, chosen by the library
    """Granian server that drains after a SIGTERM before it stops."""

    flag_file: Path
    drain_seconds: float

    def signal_handler_interrupt(self, *signals: Any, **_: Any) -> None:
        """Stop after the drain time at the first SIGTERM, else at once."""
        stop = super().signal_handler_interrupt
        if signals[:1] != (signal.SIGTERM,) or self.flag_file.exists():
            stop()
            return
        self.flag_file.touch()
        timer = Timer(self.drain_seconds, stop)
        timer.daemon = True
        timer.start()


def serve(settings: Settings, factory: str = "shop.app:web_app") -> None:
    """Serve the app of `factory` on `SHOP_BIND` until a signal stops it.

    A web process that dies is replaced. Raises SettingsError when an address is in use.
    """
    check_port_free(settings)
    with draining_flag() as flag_file:
        server = _create_server(settings, factory)
        server.flag_file, server.drain_seconds = flag_file, settings.drain_seconds
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
