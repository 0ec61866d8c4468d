"""Criteria: what rows must be, as a stack of conditions that one pushes and pops."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, true

Criterion = ColumnElement[bool]


@dataclass(frozen=True)
class Criteria:
    """Conditions that a row meets all of.

    It is a value: each change makes another one, and nobody's next question sees it. Each condition is a group of its
    own: of `x or y` and `z`, a row that is `x` and not `z` meets nothing.
    """

    stack: tuple[Criterion, ...] = ()
    skipped: bool = False
    # An index in which what meets these conditions stands in the usual order of its list.
    index: str = ""

    def push(self, criterion: Criterion) -> "Criteria":
        """The same, and one more."""
        return replace(self, stack=(*self.stack, criterion))

    def pop(self) -> "Criteria":
        """Without the last one; of none, none is left."""
        return replace(self, stack=self.stack[:-1])

    def skip(self, *, skipped: bool = True) -> "Criteria":
        """As if there were none, until they are skipped no longer."""
        return replace(self, skipped=skipped)

    def reset(self) -> "Criteria":
        """None."""
        return Criteria()

    def with_index_hint(self, index: str) -> "Criteria":
        """The same, where rows that meet them stand in the list's usual order in that index of MySQL's."""
        return replace(self, index=index)

    def clause(self) -> Criterion:
        """All of them as one condition."""
        return true() if self.skipped else and_(true(), *(criterion.self_group() for criterion in self.stack))
