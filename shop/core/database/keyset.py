"""Keyset pagination: the condition for the rows after a given one.

Supports mixed directions and null values.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import SQLColumnExpression, UnaryExpression, and_, false, or_

from shop.core.database.criteria import Criterion


class SortKey(NamedTuple):
    """Sort expression and direction; nulls come first, as the database sorts them."""

    expression: SQLColumnExpression[Any]
    descending: bool

    @property
    def order_clause(self) -> UnaryExpression[Any]:
        """Expression for ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()


def rows_after(keys: Sequence[SortKey], values: Sequence[Any]) -> Criterion:
    """Build the condition for rows after the row with these values.

    Written without row comparisons, for which MySQL uses no index.
    """
    alternatives: list[Criterion] = []
    equal_keys: list[Criterion] = []
    for key, value in zip(keys, values, strict=True):
        alternatives.append(and_(*equal_keys, _is_after(key, value)))
        equal_keys.append(key.expression.is_(None) if value is None else key.expression == value)
    return or_(*alternatives)


def _is_after(key: SortKey, value: Any) -> Criterion:
    if value is None:
        return false() if key.descending else key.expression.is_not(None)
    if not key.descending:
        higher: Criterion = key.expression > value
        return higher
    # In descending order, nulls come after the lowest value.
    lower: Criterion = key.expression < value
    return or_(lower, key.expression.is_(None)) if getattr(key.expression, "nullable", True) else lower
