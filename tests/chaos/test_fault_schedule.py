"""Schedules of faults, determined by their seed."""

import subprocess
import sys
from pathlib import Path

from tests.chaos.harness.fault_schedule import KINDS, NETWORK, PROCESSES, STORES, make_schedule
from tests.chaos.harness.faults import FaultInjector

ROOT = Path(__file__).parents[2]


def test_the_same_seed_makes_the_same_schedule_in_another_process() -> None:
    program = (
        "from tests.chaos.harness.fault_schedule import make_schedule;"
        " print(*make_schedule(7, 60, flush=True), sep='\\n')"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stdout.splitlines() == [str(fault) for fault in make_schedule(7, 60, flush=True)]


def test_another_seed_makes_another_schedule() -> None:
    assert make_schedule(1, 60) != make_schedule(2, 60)


def test_a_schedule_contains_every_kind_and_every_target() -> None:
    faults = make_schedule(1, 1800)
    assert {fault.kind for fault in faults} == {*KINDS}
    assert {fault.target for fault in faults} == {*PROCESSES, *STORES, NETWORK}


def test_redis_is_flushed_only_on_request() -> None:
    assert all(fault.kind != "flush" for fault in make_schedule(1, 1800))
    assert any(fault.kind == "flush" for fault in make_schedule(1, 1800, flush=True))


def test_faults_are_ordered_and_within_the_duration() -> None:
    times = [fault.at for fault in make_schedule(5, 30)]
    assert times == sorted(times)
    assert len(times) > 20
    assert 0 < times[0] < times[-1] < 30


def test_every_kind_of_fault_can_be_injected() -> None:
    assert [kind for kind in (*KINDS, "flush") if not hasattr(FaultInjector, "_" + kind.replace(" ", "_"))] == []
