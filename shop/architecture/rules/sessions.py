"""SQL is sent by Repositories in a transaction that the core ends: a commit below the entrance tears it in two."""

import re
from collections.abc import Iterator

from shop.architecture.bans import Ban, findings
from shop.architecture.finding import Finding
from shop.architecture.names import texts_of
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
        (".session_maker", ".engine", ".database", "shop.core.database"),
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
_BORDERS = re.compile(
    r"\s*(COMMIT|ROLLBACK|BEGIN)( WORK| IMMEDIATE| EXCLUSIVE)?\s*;?\s*"
    r"|\s*(START TRANSACTION\b.*|(RELEASE |ROLLBACK TO )?SAVEPOINT \w+)\s*;?\s*",
    re.IGNORECASE,
)


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for transactions that are moved, and for sessions outside of their places."""
    yield from findings(sources, BANS, RULE)
    for source in sources.layers:
        yield from _spoken(source)


def _spoken(source: Source) -> Iterator[Finding]:
    for text in texts_of(source):
        if _BORDERS.fullmatch(str(text.value)):
            yield source.finding(text, RULE, "A transaction is moved by words of SQL.", ENTRANCE)
