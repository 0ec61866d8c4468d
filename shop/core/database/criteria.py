"""Criteria: an immutable stack of conditions on rows."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, true

Criterion = ColumnElement[bool]


@dataclass(frozen=True)
class Criteria:
    """Conditions that a row must meet, all of them.

    Each change returns a new object. Each condition is grouped: with `x or y` and `z`, a row that meets `x` only does
    not match.
    """

    stack: tuple[Criterion, ...] = ()
    skipped: bool = False
    # MySQL index that has the matching rows in the list's default order.
    index: str = ""

    def push(self, criterion: Criterion) -> "Criteria":
        """Return a copy with one more condition."""
        return replace(self, stack=(*self.stack, criterion))

    def pop(self) -> "Criteria":
        """Return a copy without the last condition; an empty stack stays empty."""
        return replace(self, stack=self.stack[:-1])

    def skip(self, *, skipped: bool = True) -> "Criteria":
        """Return a copy that ignores its conditions until `skip(skipped=False)`."""
        return replace(self, skipped=skipped)

    def reset(self) -> "Criteria":
        """Return criteria without conditions."""
        return Criteria()

    def with_index_hint(self, index: str) -> "Criteria":
        """Return a copy that names the MySQL index of the default order."""
        return replace(self, index=index)

    def clause(self) -> Criterion:
        """Combine all conditions into one."""
        return true() if self.skipped else and_(true(), *(criterion.self_group() for criterion in self.stack))
