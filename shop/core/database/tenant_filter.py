"""The one place that holds SQL to its tenant: nobody else writes `tenant_id = ...`, and nobody can forget it.

What a session sends is filtered and what it writes is stamped; then each statement is looked at once more as it leaves,
in its final words. What cannot be filtered is refused there: words of SQL that nobody can look into, a bare table.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, Select, TextClause, event
from sqlalchemy.engine import Compiled
from sqlalchemy.orm import ORMExecuteState, Session, object_mapper, sessionmaker, with_loader_criteria
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.visitors import iterate

from shop.core.database.model import Model
from shop.core.tenant import ALL_TENANTS, Scope, TenantError, find_scope

# Where a session knows its scope.
SCOPE_KEY = "tenant"
_COLUMN = "tenant_id"
_TENANT_PARAMETER = re.compile(r"tenant_id(_\d+)*")
_UNREADABLE = "Nobody can filter words of SQL for a tenant: say it with the Model."
_TENANTS_MAX = 1024
_checked_statements: WeakSet[Compiled] = WeakSet()


def install_session_filters(sessions: sessionmaker[Session]) -> None:
    """Filter whatever these sessions ask, change and delete, and stamp what they add."""
    event.listen(sessions, "do_orm_execute", _filter_statement)
    event.listen(sessions, "before_flush", _set_tenant_id)


def install_engine_filter(engine: Engine) -> None:
    """Let nothing leave for a tenant that is not filtered."""
    event.listen(engine, "before_cursor_execute", _check_outgoing)


def with_tenant_id(rows: Sequence[Mapping[str, Any]], scope: Scope) -> Sequence[Mapping[str, Any]]:
    """The same rows, each saying whose it is."""
    return rows if scope is ALL_TENANTS else [{_COLUMN: scope, **row} for row in rows]


def _scope_of(session: Session) -> Scope:
    scope: Scope | None = session.info.get(SCOPE_KEY)
    if scope is None:
        raise TenantError("This session belongs to no tenant: only a transaction makes one that does.")
    return scope


@lru_cache(_TENANTS_MAX)
def _tenant_criteria(tenant_id: int) -> Any:
    return with_loader_criteria(Model, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)


def _filter_statement(state: ORMExecuteState) -> None:
    scope = _scope_of(state.session)
    if state.is_insert:
        _check_rows(state, scope)
    elif scope is not ALL_TENANTS:
        if isinstance(state.parameters, list):
            raise TenantError("Rows that are named one by one, by their keys, are not filtered: say it with where().")
        state.statement = state.statement.options(_tenant_criteria(scope))
        if state.is_column_load and state.bind_mapper and isinstance(state.statement, Select):
            # A row that is read again: the criteria leave that out.
            state.statement = state.statement.where(state.bind_mapper.class_.tenant_id == scope)


def _check_rows(state: ORMExecuteState, scope: Scope) -> None:
    said: Any = state.parameters or {}
    rows = said if isinstance(said, list) else [said]
    if getattr(state.statement, "_post_values_clause", None) is not None:
        raise TenantError("A row that is added or else changed may be another tenant's: do one of the two.")
    if not all(_is_in_scope(row.get(_COLUMN), scope) for row in rows):
        raise TenantError("Rows are added by create and create_many, and each is the tenant's own.")


def _is_in_scope(tenant_id: int | None, scope: Scope) -> bool:
    return tenant_id is not None if scope is ALL_TENANTS else tenant_id == scope


def _set_tenant_id(session: Session, *_: object) -> None:
    scope = _scope_of(session)
    for row in session.new:
        if row.tenant_id is None and scope is not ALL_TENANTS:
            row.tenant_id = scope
    for row in (*session.new, *session.dirty, *session.deleted):
        if not (_is_in_scope(row.tenant_id, scope) or _is_own_tenant_row(row)):
            raise TenantError(f"A row of {row.__tablename__} says tenant {row.tenant_id}, and this is work of {scope}.")


def _is_own_tenant_row(row: Any) -> bool:
    """Whether the database itself gives the tenant: the row of a tenant belongs to itself."""
    table: Any = object_mapper(row).local_table
    return row.tenant_id is None and table.autoincrement_column is table.c.tenant_id


def _check_outgoing(_connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool) -> None:  # noqa: FBT001 - given shape
    scope = find_scope()
    # Rows that are added were looked at one by one. The unit of work changes by their keys those that it found through
    # the filter.
    if scope is None or scope is ALL_TENANTS or context.isinsert or "compiled_cache" in context.execution_options:
        return
    if context.compiled not in _checked_statements:
        _check_statement(context.compiled)
        _check_tables(sql)
        _checked_statements.add(context.compiled)
    for values in context.compiled_parameters:
        if any(value != scope for name, value in values.items() if _TENANT_PARAMETER.fullmatch(name)):
            raise TenantError(f"Another tenant than {scope} is asked for: {_one_line(sql)}")


def _check_statement(compiled: Compiled | None) -> None:
    if compiled is None or compiled.statement is None:
        raise TenantError(_UNREADABLE)
    for part in iterate(compiled.statement):
        if isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal and part.name != "*"):
            raise TenantError(_UNREADABLE)


def _check_tables(sql: str) -> None:
    """Raise TenantError unless each table that is named stands with a comparison of its tenant."""
    words, wanted = sql.replace("`", "").replace('"', ""), Counter[str]()
    for table in Model.metadata.tables:
        for named in re.finditer(rf"(?<!\.)\b{table}\b(?!\.)(?:\s+AS\s+(\w+))?", words):
            wanted[named[1] or table] += 1
    for name, times in wanted.items():
        if len(re.findall(rf"\b{name}\.tenant_id = [?%]", words)) < times:
            raise TenantError(f"{name} is asked here for the rows of every tenant: {_one_line(words)}")


def _one_line(sql: str) -> str:
    return " ".join(sql.split())
