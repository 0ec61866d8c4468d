"""Schedule of faults, made from a seed so that runs are repeatable."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

# Targets of faults. The network is the proxy between the shop's processes and Valkey.
PROCESSES = ("web", "web.2", "worker", "worker.2", "scheduler", "scheduler.2")
STORES = ("valkey", "mariadb")
NETWORK = "network"
QUIET_SECONDS = 1.0
# Pause for restarts: a fault should hit a process at work, not one that is starting.
GAP_SECONDS = (0.3, 1.2)
FREEZE_SECONDS = (0.3, 3.0)
KINDS = {
    "kill": (4, (*PROCESSES, *STORES), (0.0, 0.5)),
    "freeze": (4, (*PROCESSES, *STORES), FREEZE_SECONDS),
    "lose a reply": (5, (NETWORK,), (0.0, 0.0)),
    "cut": (2, (NETWORK,), (0.0, 0.0)),
    "delay": (1, (NETWORK,), (0.3, 1.5)),
    "refuse": (1, (NETWORK,), (0.2, 1.0)),
}
FLUSH = ("flush", 1, ("valkey",), (0.0, 0.0))


class Fault(NamedTuple):
    """A fault: start in seconds of the run, kind, target and duration."""

    at: float
    kind: str
    target: str
    seconds: float

    def __str__(self) -> str:
        duration = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:6.1f} s  {self.kind} {self.target}{duration}"


def make_schedule(seed: int, seconds: float, *, flush: bool = False) -> list[Fault]:
    """Make the faults of a run of this duration in seconds.

    Equal arguments give equal faults on every machine.
    """
    random = Random(seed)
    kinds = {**KINDS, **({FLUSH[0]: FLUSH[1:]} if flush else {})}
    faults: list[Fault] = []
    at = QUIET_SECONDS
    while at < seconds - QUIET_SECONDS:
        faults.append(_draw(random, at, kinds))
        at = round(at + random.uniform(*GAP_SECONDS), 2)
    return faults


def _draw(random: Random, at: float, kinds: dict[str, tuple[int, tuple[str, ...], tuple[float, float]]]) -> Fault:
    weights: Sequence[int] = [weight for weight, _, _ in kinds.values()]
    (kind,) = random.choices(list(kinds), weights)
    _, targets, durations = kinds[kind]
    return Fault(at, kind, random.choice(targets), round(random.uniform(*durations), 2))
