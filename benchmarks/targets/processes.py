"""Child processes: CPU time, lookup by command line, ports and stopping."""

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

# The supervisor of the shop's processes gives each of its three children fifteen seconds.
STOP_SECONDS = 60.0
_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


def read_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds used by a process and all its descendants."""
    return _read_own_seconds(pid) + sum(read_cpu_seconds(child) for child in _find_children(pid))


def find_process(pid: int, text: str) -> int:
    """Find the descendant of a process whose command line contains a text.

    Returns its process id. Raises LookupError when there is none.
    """
    for child in _find_children(pid):
        command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if text in command:
            return child
        with suppress(LookupError):
            return find_process(child, text)
    raise LookupError(f"{pid} has not started {text}.")


def find_free_port() -> int:
    """Return a port of the loopback interface that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop_process(process: "subprocess.Popen[bytes]") -> None:
    """Terminate a process, and kill it after a time-out."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read_own_seconds(pid: int) -> float:
    # The name in the second field may contain spaces; the fields after its bracket do not.
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) * _TICK_SECONDS


def _find_children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
