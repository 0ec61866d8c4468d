"""Short chaos campaign with a fixed seed; the whole one with SHOP_TEST_ALL=1."""

from pathlib import Path

import pytest

from tests.chaos.harness.campaign import run
from tests.chaos.harness.client_log import Op, Result
from tests.chaos.harness.environment import start_environment
from tests.chaos.harness.fault_schedule import KINDS, make_schedule
from tests.support.samples import runs_all

# The short schedule has every kind of fault, kills every kind of process and store, and freezes most of them.
SEED, SECONDS = (11, 20.0) if runs_all() else (17876, 12.0)

pytestmark = pytest.mark.server


def test_all_guarantees_hold_while_faults_are_injected(tmp_path: Path) -> None:
    schedule = make_schedule(SEED, SECONDS)
    output: list[str] = []
    assert {fault.kind for fault in schedule} == {*KINDS}

    with start_environment(tmp_path) as environment:
        report = run(environment, schedule, SEED, output.append)

    assert report.passed, "\n".join([*report.lines(), *output])
    assert sum(report.faults.values()) >= len(schedule)
    # Few, since the clerks close the gates again and again.
    assert report.purchases[Result.OK] > 60
    for op in (Op.EDIT, Op.CREATE, Op.DELETE, Op.RESTORE):
        assert any(report.history.find_operations(op, Result.OK))
