"""What goes wrong, and when: made from a seed alone, so that a bad run can be run again."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

# What each fault may hit. The network is the proxy between the shop's processes and Valkey.
PROCESSES = ("web", "web.2", "worker", "worker.2", "scheduler", "scheduler.2")
STORES = ("valkey", "mariadb")
NETWORK = "network"
QUIET_SECONDS = 1.0
# A moment for the restarts: a process that is always starting meets no fault at work.
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
    """One thing that goes wrong: at which second of the run, to whom, and for how many seconds."""

    at: float
    kind: str
    target: str
    seconds: float

    def __str__(self) -> str:
        lasts = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:6.1f} s  {self.kind} {self.target}{lasts}"


def make_schedule(seed: int, seconds: float, *, flush: bool = False) -> list[Fault]:
    """The faults of a run of that many seconds; equal for equal arguments, on every machine."""
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
    _, targets, lasts = kinds[kind]
    return Fault(at, kind, random.choice(targets), round(random.uniform(*lasts), 2))
