"""Queries of the table users."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from shop.core.database.columns import ColumnMap, FoldedTexts
from shop.core.database.folding import strip_end
from shop.core.database.repository import Repository
from shop.models.user import User

_SOURCE = ColumnMap(
    User.id,
    {"id": User.id, "name": User.name, "email": User.email, "created_at": User.created_at},
    folded={
        "name": FoldedTexts(User.name_folded, User.name_folded.is_(None)),
        "email": FoldedTexts(User.email_folded, User.email_folded.is_(None)),
    },
)


@dataclass(frozen=True)
class UserRepository(Repository[User]):
    """Repository of users."""

    model = User

    def source(self) -> ColumnMap:
        """Return the columns of list fields; the password is not one."""
        return _SOURCE

    def find_by_email(self, email: str) -> User | None:
        """Return the user with that lower-case e-mail address, or None."""
        return self.session.scalar(select(User).where(User.email == email))

    def find_by_name(self, name: str) -> User | None:
        """Return the oldest user with exactly that name, or None."""
        query = select(User).where(User.name == strip_end(name)).order_by(User.id).limit(1)
        return self.session.scalar(query)

    def lock_many(self, user_ids: Collection[int]) -> dict[int, User]:
        """Lock users and return user id -> current row.

        Locks in the order of ids, which prevents deadlocks.
        """
        query = select(User).where(User.id.in_(user_ids)).order_by(User.id).with_for_update()
        rows = self.session.scalars(query, execution_options={"populate_existing": True})
        return {user.id: user for user in rows}

    def find_tenants(self, user_ids: Collection[int]) -> dict[int, int]:
        """Return user id -> tenant id of existing users."""
        query = select(User.id, User.tenant_id).where(User.id.in_(user_ids))
        return dict(self.session.execute(query).all())
