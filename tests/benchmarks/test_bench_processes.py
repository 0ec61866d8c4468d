"""Table of start-up time and memory, and a start that is measured."""

import subprocess
import sys

import pytest

from benchmarks.bench_processes import Start, build_table, read_memory

MIB = 1024 * 1024


def test_each_quantity_is_a_median_beside_its_limit() -> None:
    before = {"web": [Start(2.0, 1.5, 130.0), Start(9.0, 1.7, 131.0), Start(1.0, 1.6, 129.0)]}
    after = {"web": [Start(1.4, 1.0, 121.0), Start(1.5, 1.1, 121.0), Start(7.0, 1.2, 90.0)]}

    assert build_table(before, after) == [
        ("", "before", "after", "at most", "reached"),
        ("web: seconds to ready", "2.00", "1.50", "1.5", "yes"),
        ("web: processor seconds to ready", "1.60", "1.10", "", ""),
        ("web: MiB resident", "130", "121", "120", "no"),
    ]


@pytest.mark.slow
def test_the_largest_descendant_counts() -> None:
    # A parent whose only child holds 64 MiB.
    child = f"import sys; held = b'x' * {64 * MIB}; print('held', flush=True); sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        memory = read_memory(process.pid)
        process.stdin.close()

    assert 64 < memory < 120
