"""Rule that Repositories send SQL and the core ends transactions."""

import ast
import re
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.names import find_string_literals
from shop.architecture.source.source import Source, Sources

RULE = "sessions"
ENTRANCE = "Let the entrance's @transactional end it; what must wait for the commit goes through after_commit."
REPOSITORY = "Ask a Repository, through its Service; it has the session of the running transaction."
TENANT = "Say nothing: the entrance has said it, and the session filters and stamps."
BANS = (
    BannedName(
        (".commit", ".rollback", ".begin", ".begin_nested", ".begin_twophase"),
        "`{word}` moves the borders of a transaction.",
        ENTRANCE,
        ("shop.core.database.transaction", "shop.core.database.engine", "shop.migrations"),
        everywhere=True,
    ),
    BannedName(
        (".flush",),
        "`{word}` sends SQL at a moment that the core chooses.",
        "Use create or create_many, which send at once and know what a refusal means.",
        ("shop.core.database.transaction", "shop.core.database.repository"),
        everywhere=True,
    ),
    BannedName(
        (".session",),
        "The session is reached for outside of a Repository.",
        REPOSITORY,
        ("shop.repositories",),
    ),
    BannedName(
        (".session_maker", ".engine", ".database", "shop.core.database.engine"),
        "`{word}` opens a way to the database beside the transaction.",
        REPOSITORY,
    ),
    BannedName(
        (
            "shop.core.database.transaction.current_session",
            "shop.core.database.transaction.in_transaction",
            "shop.core.database.transaction.Transaction",
        ),
        "`{word}` belongs to the core.",
        "Mark an entrance's method @transactional; below it, a Repository has the session.",
    ),
    BannedName(
        (
            "sqlalchemy.create_engine",
            "sqlalchemy.orm.Session",
            "sqlalchemy.orm.sessionmaker",
            "sqlalchemy.orm.scoped_session",
            "sqlalchemy.orm.object_session",
        ),
        "`{word}` makes a session of its own.",
        "Use the Repository's own session.",
    ),
    BannedName(
        (".connection", ".get_bind", ".bulk_insert_mappings", ".bulk_update_mappings", ".bulk_save_objects"),
        "`{word}` goes past the session, which knows the tenant.",
        "Use execute, scalars, get, or create and create_many.",
    ),
    BannedName(
        tuple(f"shop.core.tenant.{name}" for name in ("in_tenant", "all_tenants", "for_tenant_argument", "EVERY")),
        "`{word}` chooses whose rows these are.",
        TENANT,
        ("shop.jobs",),
    ),
)
_ASKS = {"repositories", "services", "service_managers"}
_BORDERS = re.compile(
    r"\s*(COMMIT|ROLLBACK|BEGIN)( WORK| IMMEDIATE| EXCLUSIVE)?\s*;?\s*"
    r"|\s*(START TRANSACTION\b.*|(RELEASE |ROLLBACK TO )?SAVEPOINT \w+)\s*;?\s*",
    re.IGNORECASE,
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for misplaced sessions and ends of transactions."""
    yield from find_banned_names(sources, BANS, RULE)
    for source in sources.layers:
        yield from _check_sql_texts(source)
        if source.structure and source.structure.folder in _ASKS:
            yield from _check_filters(source)


def _check_filters(source: Source) -> Iterator[Finding]:
    """Check for tenant filters by hand, which the session already applies."""
    for node in source.nodes(ast.Compare):
        sides = [node.left, *node.comparators]
        sides += [part for side in sides if isinstance(side, ast.Tuple) for part in side.elts]
        if any(isinstance(side, ast.Attribute) and side.attr == "tenant_id" for side in sides):
            yield source.finding(node, RULE, "A tenant is compared by hand.", TENANT)


def _check_sql_texts(source: Source) -> Iterator[Finding]:
    for text in find_string_literals(source):
        if _BORDERS.fullmatch(str(text.value)):
            yield source.finding(text, RULE, "A transaction is moved by words of SQL.", ENTRANCE)
