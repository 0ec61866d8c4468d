"""What comes behind a row in an order: in any mixture of directions, and with rows that have no value."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import SQLColumnExpression, UnaryExpression, and_, false, or_

from shop.core.database.criteria import Criterion


class SortKey(NamedTuple):
    """Something that rows are sorted by; what has no value comes before everything, as the database sorts it."""

    expression: SQLColumnExpression[Any]
    descending: bool

    @property
    def order_clause(self) -> UnaryExpression[Any]:
        """For ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()


def rows_after(keys: Sequence[SortKey], values: Sequence[Any]) -> Criterion:
    """What a row has to be to come behind the one with these values.

    Spelled out: MySQL does not look up a comparison of pairs in an index.
    """
    steps: list[Criterion] = []
    same: list[Criterion] = []
    for key, value in zip(keys, values, strict=True):
        steps.append(and_(*same, _is_after(key, value)))
        same.append(key.expression.is_(None) if value is None else key.expression == value)
    return or_(*steps)


def _is_after(key: SortKey, value: Any) -> Criterion:
    if value is None:
        return false() if key.descending else key.expression.is_not(None)
    if not key.descending:
        higher: Criterion = key.expression > value
        return higher
    # Behind the lowest value come those without any.
    lower: Criterion = key.expression < value
    return or_(lower, key.expression.is_(None)) if getattr(key.expression, "nullable", True) else lower
