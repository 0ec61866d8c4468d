"""Free TCP ports."""

import random
import socket

# Below the ephemeral ports of outgoing connections, so that no client uses one of them.
_PORTS = range(20_000, 30_000)


def free_port() -> int:
    """Find a free port of 127.0.0.1.

    The port is random, so that test workers rarely collide.
    """
    for port in random.sample(_PORTS, 100):
        if _is_free(port):
            return port
    raise OSError("None of a hundred ports was free.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As for servers, a port whose last connections are in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
