"""Questions to the table users."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from shop.core.repository import Repository
from shop.models.user import User


@dataclass(frozen=True)
class UserRepository(Repository[User]):
    """Finds users."""

    model = User

    def find_by_email(self, email: str) -> User | None:
        """The user with that address in lower case."""
        return self.session.scalar(select(User).where(User.email == email))

    def find_tenants(self, user_ids: Collection[int]) -> dict[int, int]:
        """User id -> tenant of those that there are."""
        query = select(User.id, User.tenant_id).where(User.id.in_(user_ids))
        return dict(self.session.execute(query).all())
