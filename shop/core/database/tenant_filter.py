"""Tenant filter: limits all statements to the rows of the current tenant.

No other code writes `tenant_id = ...`. Sessions filter the statements they send and set the tenant of new rows. Then
the engine checks the final text of each statement, and rejects SQL that cannot be filtered, such as text or a bare
table.
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

# Key of the scope in `Session.info`.
SCOPE_KEY = "tenant"
_COLUMN = "tenant_id"
_TENANT_PARAMETER = re.compile(r"tenant_id(_\d+)*")
_UNREADABLE = "SQL text cannot be filtered by tenant: use the Model."
_TENANTS_MAX = 1024
_checked_statements: WeakSet[Compiled] = WeakSet()


def install_session_filters(sessions: sessionmaker[Session]) -> None:
    """Filter the statements of sessions, and set the tenant of new rows."""
    event.listen(sessions, "do_orm_execute", _filter_statement)
    event.listen(sessions, "before_flush", _set_tenant_id)


def install_engine_filter(engine: Engine) -> None:
    """Reject statements of a tenant that are not filtered."""
    event.listen(engine, "before_cursor_execute", _check_outgoing)


def with_tenant_id(rows: Sequence[Mapping[str, Any]], scope: Scope) -> Sequence[Mapping[str, Any]]:
    """Add the tenant's id to each row that has none."""
    return rows if scope is ALL_TENANTS else [{_COLUMN: scope, **row} for row in rows]


def _scope_of(session: Session) -> Scope:
    scope: Scope | None = session.info.get(SCOPE_KEY)
    if scope is None:
        raise TenantError("This session has no tenant: only a transaction opens sessions.")
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
            raise TenantError("An update of rows listed by primary key cannot be filtered: use where().")
        state.statement = state.statement.options(_tenant_criteria(scope))
        if state.is_column_load and state.bind_mapper and isinstance(state.statement, Select):
            # A refresh of a loaded row, to which SQLAlchemy does not apply the criteria.
            state.statement = state.statement.where(state.bind_mapper.class_.tenant_id == scope)


def _check_rows(state: ORMExecuteState, scope: Scope) -> None:
    parameters: Any = state.parameters or {}
    rows = parameters if isinstance(parameters, list) else [parameters]
    if getattr(state.statement, "_post_values_clause", None) is not None:
        raise TenantError("An upsert could change another tenant's row: insert or update.")
    if not all(_is_in_scope(row.get(_COLUMN), scope) for row in rows):
        raise TenantError("Insert rows with create or create_many, each with the current tenant.")


def _is_in_scope(tenant_id: int | None, scope: Scope) -> bool:
    return tenant_id is not None if scope is ALL_TENANTS else tenant_id == scope


def _set_tenant_id(session: Session, *_: object) -> None:
    scope = _scope_of(session)
    for row in session.new:
        if row.tenant_id is None and scope is not ALL_TENANTS:
            row.tenant_id = scope
    for row in (*session.new, *session.dirty, *session.deleted):
        if not (_is_in_scope(row.tenant_id, scope) or _is_own_tenant_row(row)):
            raise TenantError(f"A row of {row.__tablename__} belongs to tenant {row.tenant_id}, not to {scope}.")


def _is_own_tenant_row(row: Any) -> bool:
    """Return True for a new tenant, whose row belongs to itself."""
    table: Any = object_mapper(row).local_table
    return row.tenant_id is None and table.autoincrement_column is table.c.tenant_id


def _check_outgoing(_connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
    scope = find_scope()
    # Inserted rows were checked one by one. The unit of work (which sets "compiled_cache") updates by primary key only
    # rows that it loaded through the filter.
    if scope is None or scope is ALL_TENANTS or context.isinsert or "compiled_cache" in context.execution_options:
        return
    if context.compiled not in _checked_statements:
        _check_statement(context.compiled)
        _check_tables(sql)
        _checked_statements.add(context.compiled)
    for values in context.compiled_parameters:
        if any(value != scope for name, value in values.items() if _TENANT_PARAMETER.fullmatch(name)):
            raise TenantError(f"A statement names another tenant than {scope}: {_one_line(sql)}")


def _check_statement(compiled: Compiled | None) -> None:
    if compiled is None or compiled.statement is None:
        raise TenantError(_UNREADABLE)
    for part in iterate(compiled.statement):
        if isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal and part.name != "*"):
            raise TenantError(_UNREADABLE)


def _check_tables(sql: str) -> None:
    """Raise TenantError for a table without a comparison of its tenant."""
    text, usages = sql.replace("`", "").replace('"', ""), Counter[str]()
    for table in Model.metadata.tables:
        for match in re.finditer(rf"(?<!\.)\b{table}\b(?!\.)(?:\s+AS\s+(\w+))?", text):
            usages[match[1] or table] += 1
    for name, count in usages.items():
        if len(re.findall(rf"\b{name}\.tenant_id = [?%]", text)) < count:
            raise TenantError(f"{name} is not filtered by tenant: {_one_line(text)}")


def _one_line(sql: str) -> str:
    return " ".join(sql.split())
