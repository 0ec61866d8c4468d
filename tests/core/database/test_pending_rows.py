"""Rows that a transaction has not yet written: before its hooks, and before its connection is released."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shop.core.database.engine import Database, DatabaseUnavailable
from shop.core.database.transaction import (
    TransactionError,
    after_commit,
    before_commit,
    current_session,
    in_transaction,
    is_unused,
    release_connection,
)
from shop.core.settings.settings import Settings

pytestmark = pytest.mark.usefixtures("every_tenant")


class StubBase(DeclarativeBase):
    """Base of the tables of this module."""


class Note(StubBase):
    """A row with a text."""

    __tablename__ = "notes"
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    text: Mapped[str]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with one note."""
    database = Database(Settings(var=str(tmp_path)))
    StubBase.metadata.create_all(database.engine)
    in_transaction(database, lambda: current_session().add(Note(number=1, tenant_id=5, text="first")))
    yield database
    database.engine.dispose()


def read_notes(database: Database) -> dict[int, str]:
    return in_transaction(database, lambda: {note.number: note.text for note in current_session().query(Note)})


def add_note(session: Session) -> None:
    session.add(Note(number=2, tenant_id=5, text="second"))


def change_note(session: Session) -> None:
    session.get_one(Note, 1).text = "changed"


def delete_note(session: Session) -> None:
    session.delete(session.get_one(Note, 1))


@pytest.mark.parametrize("change", [add_note, change_note, delete_note])
def test_a_transaction_with_pending_rows_cannot_release_its_connection(
    database: Database, change: Callable[[Session], None]
) -> None:
    def work() -> None:
        change(current_session())
        release_connection()

    with pytest.raises(TransactionError, match="cannot be committed in parts"):
        in_transaction(database, work)
    assert read_notes(database) == {1: "first"}


def test_rows_are_sent_before_the_hooks_before_the_commit(database: Database) -> None:
    seen: list[tuple[int, bool]] = []

    def work() -> None:
        session = current_session()
        add_note(session)
        before_commit(lambda: seen.append((len(session.new), session.in_transaction())))

    in_transaction(database, work)
    assert seen == [(0, True)]


def test_hooks_before_the_commit_write_in_the_transaction(database: Database) -> None:
    def work() -> None:
        before_commit(change_note, current_session())
        after_commit(lambda: None)

    in_transaction(database, work)
    assert read_notes(database) == {1: "changed"}


def test_a_failed_hook_before_the_commit_prevents_it(database: Database) -> None:
    def fail() -> None:
        raise KeyError

    def work() -> None:
        add_note(current_session())
        before_commit(fail)

    with pytest.raises(KeyError):
        in_transaction(database, work)
    assert read_notes(database) == {1: "first"}


def test_a_transaction_is_used_from_its_first_session_on(database: Database) -> None:
    def work() -> tuple[bool, bool]:
        before = is_unused()
        current_session()
        return before, is_unused()

    assert is_unused()
    assert in_transaction(database, work) == (True, False)


def test_no_session_is_opened_while_the_database_is_known_to_be_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(refused: Database) -> None:
        assert refused is database
        raise DatabaseUnavailable(ConnectionError("frozen"))

    monkeypatch.setattr(Database, "require_available", refuse)
    with pytest.raises(DatabaseUnavailable):
        in_transaction(database, lambda: add_note(current_session()))
    monkeypatch.undo()
    assert read_notes(database) == {1: "first"}
