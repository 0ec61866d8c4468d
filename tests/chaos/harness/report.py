"""Report of a chaos run, as a table."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.chaos.harness.client_log import Op, Result
from tests.chaos.harness.history import History
from tests.chaos.harness.history_checks import CHECKS, find_excused

SHOWN = 5


@dataclass(frozen=True)
class Report:
    """History of a run and further findings.

    `verify`: output of `flask shop verify` when it failed.
    """

    history: History
    faults: Mapping[str, int]
    unsettled: list[str]
    dead: list[str]
    verify: str
    repairs: int = 0

    @cached_property
    def violations(self) -> dict[str, list[str]]:
        """Name of each check -> its violations."""
        by_check = {name: list(check(self.history)) for name, check in CHECKS.items()}
        verify = self.verify.splitlines()
        return {**by_check, "unsettled": self.unsettled, "died by themselves": self.dead, "flask shop verify": verify}

    @property
    def passed(self) -> bool:
        """True without violations."""
        return not any(self.violations.values())

    @cached_property
    def purchases(self) -> Counter[Result]:
        """Number of purchases by result."""
        return Counter(purchase.result for purchase in self.history.purchases)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the table."""
        results = "   ".join(f"{result} {self.purchases[result]}" for result in Result)
        yield f"{'purchases':<24} {results}"
        for op in (op for op in Op if op is not Op.BUY):
            counts = Counter(operation.result for operation in self.history.find_operations(op))
            if counts:
                yield f"{op + 's':<24} " + "   ".join(f"{result} {counts[result]}" for result in Result)
        yield f"{'orders written':<24} {len(self.history.orders)}"
        yield f"{'faults':<24} " + "   ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        yield f"{'repaired gates':<24} {self.repairs}"
        if self.history.excused:
            unwritten, missing = len(set(self.history.excused)), len(list(find_excused(self.history)))
            yield f"{'flushed unwritten':<24} {unwritten}, of them promised and gone {missing}"
        for name, where in self.violations.items():
            yield f"{name:<24} {len(where)}"
            yield from (f"    {violation}" for violation in where[: SHOWN if name != "flask shop verify" else None])
        yield f"{'verdict':<24} " + ("holds" if self.passed else "BROKEN")
