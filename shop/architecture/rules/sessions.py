"""SQL is sent by Repositories in a transaction that the core ends: a commit below the entrance tears it in two."""

import ast
from collections.abc import Iterator

from shop.architecture.bans import Ban, findings
from shop.architecture.finding import Finding
from shop.architecture.names import dotted
from shop.architecture.source import Source, Sources

RULE = "sessions"
ENTRANCE = "Let the entrance's @transactional end it; what must wait for the commit goes through after_commit."
REPOSITORY = "Ask a Repository, through its Service; it has the session of the running transaction."
BANS = (
    Ban(
        (".commit", ".rollback", ".begin", ".begin_nested", ".begin_twophase"),
        "`{word}` moves the borders of a transaction.",
        ENTRANCE,
        ("shop.core.transaction", "shop.core.database", "shop.migrations"),
        everywhere=True,
    ),
    Ban(
        (".flush",),
        "`{word}` sends SQL at a moment that the core chooses.",
        "Use create or create_many, which send at once and know what a refusal means.",
        ("shop.core.transaction", "shop.core.repository"),
        everywhere=True,
    ),
    Ban(
        (".session",),
        "The session is reached for outside of a Repository.",
        REPOSITORY,
        ("shop.repositories",),
    ),
    Ban(
        (".sessions", ".engine", ".database", "shop.core.database"),
        "`{word}` opens a way to the database beside the transaction.",
        REPOSITORY,
    ),
    Ban(
        (
            "shop.core.transaction.current_session",
            "shop.core.transaction.in_transaction",
            "shop.core.transaction.Transaction",
        ),
        "`{word}` belongs to the core.",
        "Mark an entrance's method @transactional; below it, a Repository has the session.",
    ),
    Ban(
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
)
SENDS = {"text", "execute", "exec_driver_sql", "scalar", "scalars"}
BORDERS = ("COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT", "RELEASE", "START TRANSACTION")


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for transactions that are moved, and for sessions outside of their places."""
    yield from findings(sources, BANS, RULE)
    for source in sources.layers:
        yield from _spoken(source)


def _spoken(source: Source) -> Iterator[Finding]:
    for call in source.nodes(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(source, call.func).rpartition(".")[2]
        words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in SENDS and any(word.strip().upper().startswith(BORDERS) for word in words):
            yield source.finding(call, RULE, "A transaction is moved by words of SQL.", ENTRANCE)
