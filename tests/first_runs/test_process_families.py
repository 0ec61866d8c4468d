"""Ends of the processes of `flask shop up`: kills, a closed terminal, `stop`; and a start beside them."""

import os
import pty
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.first_runs.conftest import MakeShop
from tests.first_runs.embedded_shop import COMMAND, EmbeddedShop, find_child
from tests.support.polling import Eventually

pytestmark = pytest.mark.server
# Everything that a shell, make, a URL, a configuration file or a template could misread.
ODD_NAME = 'my shop\'s "best" 100%41 #1 é?$&;茶'
FAMILY: dict[str, Callable[[EmbeddedShop], psutil.Process]] = {
    "web server": lambda shop: shop.child("web"),
    "worker": lambda shop: shop.child("worker"),
    "scheduler": lambda shop: shop.child("scheduler"),
    "guard of Valkey": lambda shop: shop.child("-I"),
    "Valkey": lambda shop: find_child(shop.child("-I")),
    "web process": lambda shop: find_child(shop.child("web")),
}


@pytest.fixture
def shop(make_shop: MakeShop) -> EmbeddedShop:
    """A shop in a folder with an odd name."""
    shop = make_shop(ODD_NAME)
    shop.start()
    return shop


def test_the_shop_runs_in_a_folder_with_an_odd_name_and_heals_after_each_kill(
    shop: EmbeddedShop, eventually: Eventually
) -> None:
    eventually(shop.serves_with_redis, 60)
    assert "Python threads" not in shop.output
    assert " WARNING " not in shop.output
    for find in FAMILY.values():
        killed = find(shop)
        children = killed.children()
        killed.kill()
        eventually(lambda find=find, killed=killed: find(shop) != killed, 60)
        eventually(shop.serves_with_redis, 60)
        # No child of a killed process is left.
        eventually(lambda children=children: not set(children) & set(shop.processes()), 60)

    assert shop.run("verify").returncode == 0


def test_all_children_end_with_their_killed_parent(shop: EmbeddedShop, eventually: Eventually) -> None:
    eventually(shop.serves_with_redis, 60)
    os.kill(shop.pid, signal.SIGKILL)

    eventually(lambda: shop.processes() == [], 60)

    shop.start()
    eventually(shop.serves_with_redis, 60)


@pytest.mark.parametrize("command", ["up", "web"])
def test_all_processes_end_with_their_terminal(make_shop: MakeShop, eventually: Eventually, command: str) -> None:
    shop = make_shop("terminal")
    assert shop.run("migrate").returncode == 0
    parent, terminal = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *COMMAND, command],
        cwd=shop.folder,
        env=shop.environment(),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    eventually(shop.is_ready, 60)

    os.close(parent)

    eventually(lambda: shop.processes() == [], 60)
    process.wait()


def test_a_second_start_names_the_first_and_stop_ends_it(shop: EmbeddedShop, make_shop: MakeShop) -> None:
    other = make_shop("other")
    other.bind = shop.bind
    refused = other.run("up")
    assert refused.returncode == 1
    assert f"Address already in use by process {shop.pid} (" in refused.stderr
    assert "flask shop up); `flask shop stop` ends it." in refused.stderr

    refused = shop.run("up")
    assert refused.returncode == 1
    assert f"with pid {shop.pid}; `flask shop stop` ends it." in refused.stderr

    stopped = shop.run("stop")

    assert (stopped.returncode, stopped.stdout.splitlines()[-1]) == (0, "shop has stopped.")
    assert shop.processes() == []
    assert "web has stopped." in shop.output
    assert f"its data stays in {shop.var}." in shop.output
    assert shop.run("stop").stdout == f"shop does not run in {shop.var}.\n"


def test_stop_without_a_shop_creates_nothing(make_shop: MakeShop) -> None:
    shop = make_shop("empty")

    assert shop.run("stop").stdout == f"shop does not run in {shop.var}.\n"
    assert not Path(shop.var).exists()
