"""The web server: granian, which reads slow clients outside the Python threads."""

from granian import Granian
from granian.constants import Interfaces

from shop.core.settings import Settings

BACKLOG = 2048
KILL_SECONDS = 10


def serve(settings: Settings, factory: str = "shop.app:create_app") -> None:
    """Serve the app that `factory` makes on `SHOP_BIND` until told to stop; a worker that dies is replaced."""
    address, _, port = settings.bind.rpartition(":")
    Granian(
        factory,
        factory=True,
        address=address.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level="warning",  # type: ignore[arg-type]  # an enum of such words
    ).serve()
