"""Rule that Repositories send SQL and the core ends transactions."""

import ast
import re
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.names import find_string_literals
from shop.architecture.source.source import Source, Sources

RULE = "sessions"
ENTRY_POINT = "Let @transactional of the entry point end it; use after_commit for work after the commit."
REPOSITORY = "Use a Repository, through its Service; it has the session of the running transaction."
TENANT = "Remove it: the entry point sets the tenant, and the session applies it to all rows."
BANS = (
    BannedName(
        (".commit", ".rollback", ".begin", ".begin_nested", ".begin_twophase"),
        "`{word}` begins or ends a transaction.",
        ENTRY_POINT,
        ("shop.core.database.transaction", "shop.core.database.engine", "shop.migrations"),
        everywhere=True,
    ),
    BannedName(
        (".flush",),
        "`{word}` sends SQL early; the core decides the moment.",
        "Use create or create_many, which send at once and handle conflicts.",
        ("shop.core.database.transaction", "shop.core.database.repository"),
        everywhere=True,
    ),
    BannedName(
        (".session",),
        "The session is used outside of a Repository.",
        REPOSITORY,
        ("shop.repositories",),
    ),
    BannedName(
        (".session_maker", ".engine", ".database", "shop.core.database.engine"),
        "`{word}` bypasses the transaction.",
        REPOSITORY,
    ),
    BannedName(
        (
            "shop.core.database.transaction.current_session",
            "shop.core.database.transaction.in_transaction",
            "shop.core.database.transaction.Transaction",
        ),
        "`{word}` belongs to the core.",
        "Mark a method of the entry point @transactional; a Repository has the session.",
    ),
    BannedName(
        (
            "sqlalchemy.create_engine",
            "sqlalchemy.orm.Session",
            "sqlalchemy.orm.sessionmaker",
            "sqlalchemy.orm.scoped_session",
            "sqlalchemy.orm.object_session",
        ),
        "`{word}` builds its own session.",
        "Use the session of the Repository.",
    ),
    BannedName(
        (".connection", ".get_bind", ".bulk_insert_mappings", ".bulk_update_mappings", ".bulk_save_objects"),
        "`{word}` bypasses the session, which applies the tenant.",
        "Use execute, scalars, get, or create and create_many.",
    ),
    BannedName(
        tuple(f"shop.core.tenant.{name}" for name in ("in_tenant", "all_tenants", "for_tenant_argument", "EVERY")),
        "`{word}` selects a tenant.",
        TENANT,
        ("shop.jobs",),
    ),
)
_TENANT_FOLDERS = {"repositories", "services", "service_managers"}
_TRANSACTION_SQL = re.compile(
    r"\s*(COMMIT|ROLLBACK|BEGIN)( WORK| IMMEDIATE| EXCLUSIVE)?\s*;?\s*"
    r"|\s*(START TRANSACTION\b.*|(RELEASE |ROLLBACK TO )?SAVEPOINT \w+)\s*;?\s*",
    re.IGNORECASE,
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for misplaced sessions and ends of transactions."""
    yield from find_banned_names(sources, BANS, RULE)
    for source in sources.layers:
        yield from _check_sql_texts(source)
        if source.structure and source.structure.folder in _TENANT_FOLDERS:
            yield from _check_filters(source)


def _check_filters(source: Source) -> Iterator[Finding]:
    """Check for tenant filters by hand, which the session already applies."""
    for node in source.nodes(ast.Compare):
        sides = [node.left, *node.comparators]
        sides += [part for side in sides if isinstance(side, ast.Tuple) for part in side.elts]
        if any(isinstance(side, ast.Attribute) and side.attr == "tenant_id" for side in sides):
            yield source.finding(node, RULE, "Code compares tenants by hand.", TENANT)


def _check_sql_texts(source: Source) -> Iterator[Finding]:
    for text in find_string_literals(source):
        if _TRANSACTION_SQL.fullmatch(str(text.value)):
            yield source.finding(text, RULE, "A text of SQL begins or ends a transaction.", ENTRY_POINT)
