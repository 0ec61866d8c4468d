"""Watch of the parent process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from shop.core.operations.parent_watch import child_environment
from tests.support.polling import Eventually

ROOT = Path(__file__).parents[3]
# Ignores SIGTERM when asked to, so that only a kill ends it.
CHILD = """
import signal, sys, time
from shop.core.operations.parent_watch import end_with_parent
if sys.argv[1] == "stubborn": signal.signal(signal.SIGTERM, signal.SIG_IGN)
end_with_parent(0.3)
print(1, flush=True)
time.sleep(60)
"""
PARENT = f"""
import os, subprocess, sys, time
from shop.core.operations.parent_watch import child_environment
environment = child_environment() if sys.argv[2] == "watched" else None
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}, sys.argv[1]], stdout=subprocess.PIPE, env=environment)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def start_family(*arguments: str) -> tuple[subprocess.Popen[str], psutil.Process]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PARENT, *arguments]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout
    return parent, psutil.Process(int(parent.stdout.readline()))


@pytest.mark.parametrize("kind", ["obedient", "stubborn"])
def test_a_child_ends_after_its_killed_parent(kind: str, eventually: Eventually) -> None:
    parent, child = start_family(kind, "watched")
    parent.kill()
    parent.wait()

    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_process_without_a_parent_to_watch_outlives_it() -> None:
    parent, child = start_family("obedient", "alone")
    parent.kill()
    parent.wait()

    with pytest.raises(psutil.TimeoutExpired):
        child.wait(2)
    child.send_signal(signal.SIGKILL)


def test_the_environment_of_a_child_names_this_process() -> None:
    assert child_environment() == {**os.environ, "_SHOP_PARENT": str(os.getpid())}
