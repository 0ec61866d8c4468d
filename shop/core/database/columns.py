"""Where the words of a list stand in the tables: the only way from a public name to SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import SQLColumnExpression, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from shop.core.database.criteria import Criterion
from shop.core.query.query import Comparison, ListQuery
from shop.core.query.spec import Operator


@dataclass(frozen=True)
class ColumnMap:
    """The columns of one Model under their public names, and the ways to other Sources.

    A Service puts the ways in, since no Repository knows another one: a Source is a value, and only a Repository asks
    with it. A relation becomes a question within the question, never a join, so it doubles no row and no total.
    """

    key: InstrumentedAttribute[Any]
    columns: Mapping[str, SQLColumnExpression[Any]]
    joins: Mapping[str, "Join"] = field(default_factory=dict)
    # Name -> the same in other words: what a search of that name looks into, too.
    extra_columns: Mapping[str, tuple[SQLColumnExpression[Any], ...]] = field(default_factory=dict)

    def to_one(self, name: str, by: str, other: "ColumnMap") -> "ColumnMap":
        """A way to the row of another Source that one of our columns names."""
        return replace(self, joins={**self.joins, name: Join(self.columns[by], other.key, other)})

    def to_many(self, name: str, other: "ColumnMap", by: str) -> "ColumnMap":
        """A way to the rows of another Source that name ours in one of their columns."""
        return replace(self, joins={**self.joins, name: Join(self.key, other.columns[by], other)})

    def build_filter(self, query: ListQuery) -> Criterion | None:
        """What a row has to be to be found; None where nothing is searched for."""
        terms = [or_(*(self._build_criterion(condition) for condition in term)) for term in query.terms]
        return (and_ if query.match_all else or_)(*terms) if terms else None

    def value_expression(self, path: tuple[str, ...]) -> SQLColumnExpression[Any]:
        """What stands under a name, as one value of a row."""
        first, *rest = path
        if not rest:
            return self.columns[first]
        way = self.joins[first]
        inner = select(way.target.value_expression(tuple(rest))).where(way.inner == way.outer)
        return inner.correlate(self.key.class_).scalar_subquery()

    def _build_criterion(self, condition: Comparison) -> Criterion:
        first, *rest = condition.path
        if not rest:
            return or_(
                *(_compare(column, condition) for column in (self.columns[first], *self.extra_columns.get(first, ())))
            )
        way = self.joins[first]
        inner = select(way.inner).where(way.target._build_criterion(condition._replace(path=tuple(rest))))
        return way.outer.in_(inner.correlate(None))


@dataclass(frozen=True)
class Join:
    """How a row is found in another Source: our column, and theirs that has the same value."""

    outer: SQLColumnExpression[Any]
    inner: SQLColumnExpression[Any]
    target: ColumnMap


def _compare(column: SQLColumnExpression[Any], condition: Comparison) -> Criterion:
    values = condition.values
    match condition.operator:
        case Operator.EQUAL:
            return column == values[0]
        case Operator.LIKE:
            # Escaped: a percent sign that is searched for is one that stands there.
            return column.icontains(values[0], autoescape=True)
        case Operator.IN:
            return column.in_(values)
        case Operator.BETWEEN:
            return column.between(values[0], values[1])
