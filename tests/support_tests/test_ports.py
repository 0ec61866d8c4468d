"""Reservation of ports by test processes."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import ports

ROOT = Path(__file__).parents[2]
PROGRAM = "from tests.support.processes import ports; ports._PORTS = range({0}, {0} + 2); print(ports.free_port())"


@pytest.fixture
def two_ports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[range]:
    """Choose two ports that no other test uses, with reservations of their own."""
    first = random.randrange(30_000, 32_000, 2)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(ports, "_reserved_ports", set())
    monkeypatch.setattr(ports, "_PORTS", range(first, first + 2))
    with Path(tmp_path, f"shop-test-ports-{os.getuid()}").open("ab") as lock_file:
        monkeypatch.setattr(ports, "_open_lock_file", lambda: lock_file)
        yield ports._PORTS


def test_a_port_is_given_once(two_ports: range) -> None:
    assert {ports.free_port(), ports.free_port()} == set(two_ports)
    with pytest.raises(OSError, match="None of a hundred"):
        ports.free_port()


def test_another_process_gets_another_port(two_ports: range) -> None:
    first = ports.free_port()
    command = [sys.executable, "-c", PROGRAM.format(two_ports[0])]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert {first, int(result.stdout)} == set(two_ports)
