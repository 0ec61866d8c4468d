"""Rollout under load: one mix after the other, then all checks."""

import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from shop.constants.stock import PARTITIONS
from shop.core.jobs.queue import JobQueue
from tests.chaos.harness.history import History
from tests.chaos.harness.history_checks import CHECKS
from tests.http.support.shop import Shop
from tests.rolling.harness.goods import offer_goods
from tests.rolling.harness.load import Load
from tests.rolling.harness.probe import Probe
from tests.rolling.harness.releases import NEW, OLD
from tests.rolling.harness.rollout import Mix, Rollout
from tests.support.polling import wait_for
from tests.support.processes.processes import Service

SETTLE_SECONDS = 20.0
BOTH = (OLD, NEW)
# Without schedulers: their jobs matter only after a crash, and each process costs a second and a half to start.
SHORT_FORM = (Mix((OLD,), (OLD,)), Mix(BOTH, BOTH), Mix((NEW,), (NEW,)))
# The nine mixes: forward, back, and forward again; each move changes one side.
_MOVES = (
    ((OLD,), (OLD,)),
    (BOTH, (OLD,)),
    ((NEW,), (OLD,)),
    ((NEW,), BOTH),
    ((NEW,), (NEW,)),
    (BOTH, (NEW,)),
    ((OLD,), (NEW,)),
    ((OLD,), BOTH),
    (BOTH, BOTH),
    ((NEW,), BOTH),
    ((NEW,), (NEW,)),
)
EVERY_MIX = tuple(Mix(webs, workers, workers) for webs, workers in _MOVES)


class Outcome(NamedTuple):
    """Problems of a rollout, and the number of responses by release and code."""

    problems: list[str]
    counts: Mapping[tuple[str, int], int]

    @property
    def text(self) -> str:
        """Problems and counts, one a line."""
        counts = (f"{release} {code}: {count}" for (release, code), count in sorted(self.counts.items()))
        return "\n".join([*self.problems, *counts])


def run(rollout: Rollout, folder: Path, mixes: Sequence[Mix] = SHORT_FORM, seconds: float = 1.0) -> Outcome:
    """Migrate, and move from mix to mix under load; stop at the first mix with problems.

    The first mix runs on the schema of the old release, and again on that of the new one if they differ: migrations
    run before any process of the new release serves. `seconds`: the least time of each mix.
    """
    previous_schema = rollout.migrate(OLD)
    rollout.move_to(mixes[0])
    load = Load(rollout, offer_goods(rollout), folder / "clients.jsonl")
    probe = Probe(rollout, load.answers)
    with load.running():
        load.answers.mix = f"{mixes[0]}, schema of {OLD}"
        probe.run()
        is_migrated = rollout.migrate(NEW) != previous_schema
        for mix in mixes if is_migrated else mixes[1:]:
            if load.answers.problems:
                break
            load.answers.mix = str(mix)
            rollout.move_to(mix)
            probe.run()
            time.sleep(seconds)
    # Problems of a mix explain those that they leave behind in the stores, but for what cannot be written: that may be
    # the cause of a wrong count, such as an order that an earlier mix left behind.
    causes = [*find_dead_letters(rollout.shop)] if load.answers.problems else []
    problems = [*load.answers.problems, *causes] or [*find_problems(rollout, load, probe.acknowledged)]
    return Outcome(problems, load.answers.counts)


def find_problems(rollout: Rollout, load: Load, probed: Collection[str]) -> Iterator[str]:
    """Yield the problems that the stores, both releases and the processes show at the end."""
    wait_for(lambda: not find_unwritten(load.read_history()), SETTLE_SECONDS)
    history = load.read_history()
    yield from (f"{name}: {violation}" for name, check in CHECKS.items() for violation in check(history))
    acknowledged = {order for purchase in history.purchases for order in purchase.answers} | {*probed}
    yield from verify(rollout, acknowledged)
    yield from find_dead_letters(rollout.shop)
    yield from (f"{process} died" for process in rollout.find_dead())
    yield from rollout.find_logged_errors()


def find_unwritten(history: History) -> set[str]:
    """Return the acknowledged orders that are not in the database."""
    return {order for purchase in history.purchases for order in purchase.answers} - history.rows.keys()


def verify(rollout: Rollout, acknowledged: Collection[str]) -> Iterator[str]:
    """Run `flask shop verify` of both releases; yield the output of those that fail."""
    with ThreadPoolExecutor() as pool:
        outputs = pool.map(lambda service: _verify(service, acknowledged), rollout.services.values())
        yield from (
            f"verify of the {name} release: {text}"
            for name, text in zip(rollout.services, outputs, strict=True)
            if text
        )


def find_dead_letters(shop: Shop) -> Iterator[str]:
    """Yield orders that cannot be written, and jobs that failed for good."""
    yield from (f"failed job: {job.call}: {job.reason}" for job in shop.container.get(JobQueue).list_failed())
    for number in range(PARTITIONS):
        yield from (f"dead letter: {letter}" for letter in shop.stock.dead_letters(number))


def _verify(service: Service, acknowledged: Collection[str]) -> str:
    path = service.folder / "acknowledged"
    path.write_text("".join(f"{order}\n" for order in sorted(acknowledged)))
    try:
        result = service.run_cli("verify", "--acknowledged", str(path), check=False)
    except subprocess.TimeoutExpired as error:
        return str(error)
    return "" if result.returncode == 0 else result.stdout + result.stderr
