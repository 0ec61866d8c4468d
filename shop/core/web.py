"""The web server: granian, which reads slow clients outside the Python threads."""

import socket

from granian import Granian
from granian.constants import Interfaces

from shop.core.environment import SettingsError
from shop.core.settings import Settings

BACKLOG = 2048


def claim(settings: Settings) -> None:
    """Raise SettingsError when `SHOP_BIND` is taken: whoever answers there is somebody else."""
    address, port = _place(settings)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise SettingsError(f"SHOP_BIND={settings.bind} cannot be served: {error.strerror}.") from error


def serve(settings: Settings, factory: str = "shop.app:create_app") -> None:
    """Serve the app that `factory` makes on `SHOP_BIND` until told to stop; a worker that dies is replaced."""
    claim(settings)
    address, port = _place(settings)
    Granian(
        factory,
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.web_stop_seconds,
        log_level="warning",  # type: ignore[arg-type]  # an enum of such words
    ).serve()


def _place(settings: Settings) -> tuple[str, int]:
    address, _, port = settings.bind.rpartition(":")
    return address.strip("[]"), int(port)
