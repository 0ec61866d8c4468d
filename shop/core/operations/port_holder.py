"""Process that holds a port."""

from contextlib import suppress
from pathlib import Path

import psutil

_COMMAND_MAX = 80
_SHOP = "flask shop"


def describe_holder(port: int) -> str:
    """Describe the process that listens on a TCP port.

    Says how to find it when it belongs to another user.
    """
    with suppress(psutil.Error):
        for process in _find_holders(port):
            holder = _find_starter(process)
            command = _format_command(holder)
            ending = "; `flask shop stop` ends it" if command.endswith(f"{_SHOP} up") else ""
            return f" by process {holder.pid} ({command[:_COMMAND_MAX]}){ending}"
    return f" by a process of another user; `lsof -i :{port}` names it for the administrator"


def _find_starter(process: psutil.Process) -> psutil.Process:
    # The workers of a web server hold its port, and its parent would start a new one for each that is ended.
    while (parent := process.parent()) and _SHOP in _format_command(parent):
        process = parent
    return process


def _format_command(process: psutil.Process) -> str:
    program, *arguments = process.cmdline() or [process.name()]
    return " ".join((Path(program).name, *arguments))


def _find_holders(port: int) -> list[psutil.Process]:
    holders = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            connections = process.net_connections("tcp")
            if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in connections):
                holders.append(process)
    return holders
