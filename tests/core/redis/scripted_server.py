"""Server that answers each connection with the next of its scripts."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

from tests.support.folders import remove_folder, short_folder

WAIT_SECONDS = 10
# Bytes to send, or an event to wait for. The connection is closed at the end of a script.
Script = Sequence[bytes | Event]


@contextmanager
def scripted_server(*scripts: Script) -> Iterator[str]:
    """Run the server and yield its address; the scripts begin with the first command of their connection."""
    folder = short_folder()
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as listener:
        listener.bind(str(folder / "redis.sock"))
        listener.listen()
        Thread(target=_serve, args=(listener, scripts), daemon=True).start()
        yield f"unix://{folder}/redis.sock"
    remove_folder(folder)


def _serve(listener: socket.socket, scripts: Sequence[Script]) -> None:
    for script in scripts:
        connection, _ = listener.accept()
        Thread(target=_play, args=(connection, script), daemon=True).start()


def _play(connection: socket.socket, script: Script) -> None:
    # A client that no longer waits has closed its end.
    with connection, suppress(BrokenPipeError):
        connection.recv(65536)
        for step in script:
            if isinstance(step, Event):
                step.wait(WAIT_SECONDS)
            else:
                connection.sendall(step)
