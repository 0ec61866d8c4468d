"""Questions to the table users."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from shop.core.pagination import Page, PageRequest
from shop.core.repository import Repository
from shop.models.user import User


@dataclass(frozen=True)
class UserRepository(Repository[User]):
    """Finds users."""

    model = User

    def find_by_email(self, tenant_id: int, email: str) -> User | None:
        """The user with that address in lower case."""
        return self.session.scalar(select(User).where(User.tenant_id == tenant_id, User.email == email))

    def page_all(self, tenant_id: int, request: PageRequest) -> Page[User]:
        """The users of a tenant, newest first."""
        return self.page(select(User).where(User.tenant_id == tenant_id).order_by(User.id.desc()), request)

    def lock(self, user_ids: Collection[int]) -> dict[int, User]:
        """User id -> row as it is now, held until the transaction ends; in the order of ids, against deadlocks."""
        query = select(User).where(User.id.in_(user_ids)).order_by(User.id).with_for_update()
        rows = self.session.scalars(query, execution_options={"populate_existing": True})
        return {user.id: user for user in rows}

    def find_tenants(self, user_ids: Collection[int]) -> dict[int, int]:
        """User id -> tenant of those that there are."""
        query = select(User.id, User.tenant_id).where(User.id.in_(user_ids))
        return dict(self.session.execute(query).all())
