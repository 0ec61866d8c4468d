"""Queries of the table users."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

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

_BATCH = 10_000
_PUNYCODE = "xn--"


@dataclass(frozen=True)
class UserRepository(Repository[User]):
    """Repository of users."""

    model = User

    def source(self) -> ColumnMap:
        """Return the columns of list fields; the password is not one."""
        return _SOURCE

    def find_by_email(self, spellings: Sequence[str]) -> User | None:
        """Return the user with the first of these e-mail addresses, or None."""
        found = {user.email: user for user in self.session.scalars(select(User).where(User.email.in_(spellings)))}
        return next((found[spelling] for spelling in spellings if spelling in found), None)

    def find_spelled_addresses(self) -> Iterator[tuple[int, int, str]]:
        """Yield (tenant id, user id, address) of addresses with several spellings.

        These are beyond ASCII, or in punycode: only they have several. Covers all tenants.
        """
        last_id = 0
        while rows := self._find_addresses(User.id > last_id, _BATCH):
            yield from (row for row in rows if not row[2].isascii() or _PUNYCODE in row[2])
            last_id = rows[-1][1]

    def find_addresses(self, emails: Collection[str]) -> Sequence[tuple[int, int, str]]:
        """Return (tenant id, user id, address) of the users with these addresses.

        Covers all tenants.
        """
        return self._find_addresses(User.email.in_(emails), None)

    def find_by_name(self, name: str) -> User | None:
        """Return the oldest user with exactly that name, or None."""
        query = select(User).where(User.name == strip_end(name)).order_by(User.id).limit(1)
        return self.session.scalar(query)

    def _find_addresses(self, condition: "ColumnElement[bool]", limit: int | None) -> Sequence[tuple[int, int, str]]:
        query = select(User.tenant_id, User.id, User.email).where(condition).order_by(User.id).limit(limit)
        return [(row.tenant_id, row.id, row.email) for row in self.session.execute(query)]

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
