"""Questions to the table users."""

from dataclasses import dataclass

from sqlalchemy import select

from shop.core.repository import Repository
from shop.models.user import User


@dataclass(frozen=True)
class UserRepository(Repository[User]):
    """Finds users."""

    model = User

    def find_by_email(self, tenant_id: int, email: str) -> User | None:
        """The user with that address in lower case."""
        return self.session.scalar(select(User).where(User.tenant_id == tenant_id, User.email == email))
