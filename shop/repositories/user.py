"""Questions to the table users."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from shop.core.lists.criteria import Criteria
from shop.core.lists.source import Source
from shop.core.repository import Repository
from shop.models.user import User

_SOURCE = Source(User.id, {"id": User.id, "name": User.name, "email": User.email, "created_at": User.created_at})


@dataclass(frozen=True)
class UserRepository(Repository[User]):
    """Finds users."""

    model = User

    def source(self) -> Source:
        """The columns that lists name; never the password."""
        return _SOURCE

    def of_tenant(self, tenant_id: int) -> Criteria:
        """The users of a tenant."""
        return Criteria().push(User.tenant_id == tenant_id)

    def find_by_email(self, tenant_id: int, email: str) -> User | None:
        """The user with that address in lower case."""
        return self.session.scalar(select(User).where(User.tenant_id == tenant_id, User.email == email))

    def find_by_name(self, tenant_id: int, name: str) -> User | None:
        """The first of those who bear a name, letter by letter."""
        query = select(User).where(User.tenant_id == tenant_id, User.name == name).order_by(User.id).limit(1)
        return self.session.scalar(query)

    def lock(self, user_id: int) -> User | None:
        """The row as it is now, held against other writers until the transaction ends."""
        return self.session.get(User, user_id, with_for_update=True, populate_existing=True)

    def find_tenants(self, user_ids: Collection[int]) -> dict[int, int]:
        """User id -> tenant of those that there are."""
        query = select(User.id, User.tenant_id).where(User.id.in_(user_ids))
        return dict(self.session.execute(query).all())
