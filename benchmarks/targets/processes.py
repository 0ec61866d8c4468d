"""Child processes: CPU time, lookup by command line, ports and stopping."""

import socket
import subprocess

import psutil

# The supervisor of the shop's processes gives each of its three children fifteen seconds.
STOP_SECONDS = 60.0


def read_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds used by a process and all its descendants, also by those that have ended."""
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(time.user + time.system + time.children_user + time.children_system for time in times)


def find_process(pid: int, text: str) -> int:
    """Find the descendant of a process whose command line contains a text.

    Returns its process id. Raises LookupError when there is none.
    """
    for process in psutil.Process(pid).children(recursive=True):
        if text in " ".join(process.cmdline()):
            return int(process.pid)
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
