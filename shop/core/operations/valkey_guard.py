"""Guard of the embedded Valkey: `python valkey_guard.py PARENT COMMAND...`.

Runs the command, and ends it when the process PARENT has died. It needs nothing but the standard library, so it starts
within milliseconds.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress

CHECK_SECONDS = 0.3
STOP_SECONDS = 10.0


def main(parent: int, command: list[str]) -> int:
    """Run the command until it ends; return its exit code.

    Ends it on SIGTERM, and when the parent has died.
    """
    stopped: list[int] = []
    processes: list[subprocess.Popen[bytes]] = []

    def stop(number: int, _: object) -> None:
        stopped.append(number)
        for process in processes:
            process.terminate()

    # Before the command starts: a signal that arrives meanwhile ends it as well.
    signal.signal(signal.SIGTERM, stop)
    processes.append(subprocess.Popen(command))
    if stopped:
        processes[0].terminate()
    return _watch(processes[0], parent)


def _watch(process: subprocess.Popen[bytes], parent: int) -> int:
    while (code := _wait(process, CHECK_SECONDS)) is None:
        if os.getppid() != parent:
            process.terminate()
            if _wait(process, STOP_SECONDS) is None:
                process.kill()
    return code


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(seconds)
    return None


if __name__ == "__main__":
    # A terminal sends Ctrl-C and its end to all processes, and the server must outlive its clients.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
