"""Reservation of ports by test processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ports

ROOT = Path(__file__).parents[2]
PROGRAM = "from tests.support.processes import ports; ports._PORTS = range({0}, {0} + 2); print(ports.free_port())"


@pytest.fixture
def two_ports(monkeypatch: pytest.MonkeyPatch) -> range:
    """Limit the choice to two neighbours that nothing uses."""
    while True:
        first = ports.free_port()
        if first + 1 not in ports._reserved_ports and ports._is_free(first + 1):
            break
    monkeypatch.setattr(ports, "_PORTS", range(first, first + 2))
    return ports._PORTS


def test_a_port_is_given_once(two_ports: range) -> None:
    assert ports.free_port() == two_ports[1]
    with pytest.raises(OSError, match="None of a hundred"):
        ports.free_port()


def test_another_process_gets_another_port(two_ports: range) -> None:
    command = [sys.executable, "-c", PROGRAM.format(two_ports[0])]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert int(result.stdout) == two_ports[1]
