"""Users who never sign in: nobody pays for hashing a password that is never asked for."""

import itertools
import time
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert

from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.model import DEFAULT_TENANT
from shop.core.tokens import Tokens
from shop.models.user import User
from shop.supports.user import flags_of

_numbers = itertools.count(1)


class NewUser(NamedTuple):
    """Somebody who is signed in."""

    id: int
    token: str


def new_users(engine: Engine, tokens: Tokens, count: int, role: UserRole = UserRole.GENERAL) -> list[str]:
    """Access tokens of that many new users."""
    with engine.begin() as connection:
        ids = [_insert(connection, roles=flags_of([role])) for _ in range(count)]
    return [tokens.issue(user_id, DEFAULT_TENANT) for user_id in ids]


def new_user(engine: Engine, tokens: Tokens, **columns: Any) -> NewUser:
    """A new user with these columns: `roles` as flags, `permissions` as the row keeps them."""
    with engine.begin() as connection:
        user_id = _insert(connection, **columns)
    return NewUser(user_id, tokens.issue(user_id, columns.get("tenant_id", DEFAULT_TENANT)))


def _insert(connection: Connection, **columns: Any) -> int:
    now, name = Clock().now(), f"user-{next(_numbers)}-{time.monotonic_ns()}"
    account = {"name": name, "email": f"{name}@example.com", "password_hash": "nobody signs in"}
    row = {"tenant_id": DEFAULT_TENANT, "created_at": now, "updated_at": now, **account, **columns}
    key = connection.execute(insert(User), row).inserted_primary_key
    assert key
    return int(key[0])
