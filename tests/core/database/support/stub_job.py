"""Stand-in for a Controller or a Job, with a database of words."""

from dataclasses import dataclass, field

from sqlalchemy import text

from shop.core.database.engine import Database
from shop.core.database.transaction import (
    after_commit,
    current_session,
    transactional,
)


@dataclass(frozen=True)
class StubJob:
    """Stand-in for a Controller or a Job."""

    database: Database
    committed: list[str] = field(default_factory=list)

    @transactional
    def write(self, word: str, *, fail: Exception | None = None) -> str:
        current_session().execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        after_commit(self.committed.append, word)
        if fail:
            raise fail
        return word

    @transactional
    def nest(self) -> None:
        self.write("inner")

    @transactional
    def register_hooks(self, *words: str) -> None:
        for word in words:
            after_commit(self.committed.append, word)


def words_in(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT word FROM words")))
