"""Map from public field names to columns, used by all list queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import SQLColumnExpression, and_, false, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from shop.core.database.criteria import Criterion
from shop.core.database.folding import SEPARATOR, fold_text, strip_end
from shop.core.query.query import Comparison, ListQuery
from shop.core.query.spec import Operator


@dataclass(frozen=True)
class ColumnMap:
    """Columns of one Model by public name, and joins to other maps.

    A Service adds the joins, since no Repository knows another one: a map is a value, and only a Repository executes
    statements. A relation becomes a subquery, never an SQL join, so it duplicates no rows and no totals.
    """

    key: InstrumentedAttribute[Any]
    columns: Mapping[str, SQLColumnExpression[Any]]
    joins: Mapping[str, "Join"] = field(default_factory=dict)
    # Name -> further columns that a search of that name includes, such as translations.
    extra_columns: Mapping[str, tuple[SQLColumnExpression[Any], ...]] = field(default_factory=dict)
    # Name -> folded texts, in which `like` searches.
    folded: Mapping[str, "FoldedTexts"] = field(default_factory=dict)

    def to_one(self, name: str, by: str, other: "ColumnMap") -> "ColumnMap":
        """Add a join to the row that a column here refers to."""
        return replace(self, joins={**self.joins, name: Join(self.columns[by], other.key, other)})

    def to_many(self, name: str, other: "ColumnMap", by: str) -> "ColumnMap":
        """Add a join to the rows that refer to a row here."""
        return replace(self, joins={**self.joins, name: Join(self.key, other.columns[by], other)})

    def build_filter(self, query: ListQuery) -> Criterion | None:
        """Build the filter of a search; returns None without one."""
        terms = [or_(*(self._build_criterion(condition) for condition in term)) for term in query.terms]
        return (and_ if query.match_all else or_)(*terms) if terms else None

    def value_expression(self, path: tuple[str, ...]) -> SQLColumnExpression[Any]:
        """Return the expression of a field, as one value for each row."""
        first, *rest = path
        if not rest:
            return self.columns[first]
        join = self.joins[first]
        subquery = select(join.target.value_expression(tuple(rest))).where(join.inner == join.outer)
        return subquery.correlate(self.key.class_).scalar_subquery()

    def _build_criterion(self, condition: Comparison) -> Criterion:
        first, *rest = condition.path
        if not rest:
            columns = (self.columns[first], *self.extra_columns.get(first, ()))
            if condition.operator is Operator.LIKE:
                return _contains(columns, str(condition.values[0]), self.folded.get(first))
            return or_(*(_compare(column, condition) for column in columns))
        join = self.joins[first]
        subquery = select(join.inner).where(join.target._build_criterion(condition._replace(path=tuple(rest))))
        return join.outer.in_(subquery.correlate(None))


@dataclass(frozen=True)
class Join:
    """Pair of columns with equal values: outer here, inner in the target."""

    outer: SQLColumnExpression[Any]
    inner: SQLColumnExpression[Any]
    target: ColumnMap


@dataclass(frozen=True)
class FoldedTexts:
    """Column of folded texts, and its stale rows."""

    column: SQLColumnExpression[Any]
    stale: Criterion


def _contains(columns: tuple[SQLColumnExpression[Any], ...], text: str, folded: FoldedTexts | None) -> Criterion:
    """Build the condition for texts that contain a text, ignoring case.

    Rows without folded texts were written by an older release: there the database folds, which covers fewer scripts.
    """
    # Escaped: a percent sign in the search matches only a percent sign in the text.
    patterns = sorted({fold_text(text), text.lower()})
    lowered = or_(*(func.lower(column).contains(p, autoescape=True) for column in columns for p in patterns))
    if folded is None:
        return lowered
    found = false() if SEPARATOR in text else folded.column.contains(fold_text(text), autoescape=True)
    return or_(and_(not_(folded.stale), found), and_(folded.stale, lowered))


def _compare(column: SQLColumnExpression[Any], condition: Comparison) -> Criterion:
    values = [strip_end(value) for value in condition.values]
    match condition.operator:
        case Operator.EQUAL:
            equal: Criterion = column == values[0]
            return equal
        case Operator.IN:
            return column.in_(values)
        case _:
            within: Criterion = column.between(values[0], values[1])
            return within
