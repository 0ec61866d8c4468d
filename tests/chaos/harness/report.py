"""What a run has shown, in a table."""

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
    """The evidence, and what else was seen. `verify`: what it printed, when it did not hold."""

    evidence: History
    faults: Mapping[str, int]
    unsettled: list[str]
    dead: list[str]
    verify: str
    repairs: int = 0

    @cached_property
    def violations(self) -> dict[str, list[str]]:
        """Every promise and where it was broken."""
        found = {name: list(check(self.evidence)) for name, check in CHECKS.items()}
        verify = self.verify.splitlines()
        return {**found, "unsettled": self.unsettled, "died by themselves": self.dead, "flask shop verify": verify}

    @property
    def passed(self) -> bool:
        """Whether no promise was broken."""
        return not any(self.violations.values())

    @cached_property
    def purchases(self) -> Counter[Result]:
        """How the purchases ended, all attempts at one taken together."""
        return Counter(purchase.result for purchase in self.evidence.purchases)

    def lines(self) -> Iterator[str]:
        """The table."""
        ends = "   ".join(f"{result} {self.purchases[result]}" for result in Result)
        yield f"{'purchases':<24} {ends}"
        for op in (Op.CANCEL, Op.ADJUST):
            found = Counter(operation.result for operation in self.evidence.find_operations(op))
            if found:
                yield f"{op + 's':<24} " + "   ".join(f"{result} {found[result]}" for result in Result)
        yield f"{'orders written':<24} {len(self.evidence.orders)}"
        yield f"{'faults':<24} " + "   ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        yield f"{'repaired gates':<24} {self.repairs}"
        if self.evidence.excused:
            waited, gone = len(set(self.evidence.excused)), len(list(find_excused(self.evidence)))
            yield f"{'flushed unwritten':<24} {waited}, of them promised and gone {gone}"
        for name, where in self.violations.items():
            yield f"{name:<24} {len(where)}"
            yield from (f"    {sentence}" for sentence in where[: SHOWN if name != "flask shop verify" else None])
        yield f"{'verdict':<24} " + ("holds" if self.passed else "BROKEN")
