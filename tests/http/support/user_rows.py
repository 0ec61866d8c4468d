"""User rows with access tokens, created without hashing a password."""

import itertools
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert

from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.crypto.tokens import Grant, Tokens, new_id
from shop.core.database.model import DEFAULT_TENANT
from shop.models.session import Session
from shop.models.user import User
from shop.supports.user import encode_roles

_numbers = itertools.count(1)


class NewUser(NamedTuple):
    """A signed-in user."""

    id: int
    token: str


def new_users(
    engine: Engine,
    tokens: Tokens,
    count: int,
    role: UserRole = UserRole.GENERAL,
    tenant_id: int = DEFAULT_TENANT,
) -> list[str]:
    """Create users and return their access tokens."""
    columns = {"roles": encode_roles([role]), "tenant_id": tenant_id}
    with engine.begin() as connection:
        return [_insert_user(connection, tokens, columns).token for _ in range(count)]


def new_user(engine: Engine, tokens: Tokens, **columns: Any) -> NewUser:
    """Create a user with these columns: `roles` as flags, `permissions` as stored."""
    with engine.begin() as connection:
        return _insert_user(connection, tokens, columns)


def new_session(connection: Connection, tokens: Tokens, user_id: int, tenant_id: int = DEFAULT_TENANT) -> Any:
    """Create a session of a user and return its tokens."""
    now = Clock().now().replace(microsecond=0)
    grant = Grant(user_id, tenant_id, new_id(), new_id(), int(now.timestamp()))
    row = {
        "id": grant.session_id,
        "tenant_id": tenant_id,
        "user_id": user_id,
        "refresh_id": grant.refresh_id,
        "agent": "",
        "created_at": now,
        "refreshed_at": now,
        "expires_at": now + timedelta(seconds=tokens.settings.refresh_lifetime),
    }
    connection.execute(insert(Session), row)
    return tokens.issue(grant)


def _insert_user(connection: Connection, tokens: Tokens, columns: Mapping[str, Any]) -> NewUser:
    now, name = Clock().now(), f"user-{next(_numbers)}-{time.monotonic_ns()}"
    account = {"name": name, "email": f"{name}@example.com", "password_hash": "no password"}
    row = {"tenant_id": DEFAULT_TENANT, "created_at": now, "updated_at": now, **account, **columns}
    primary_key = connection.execute(insert(User), row).inserted_primary_key
    assert primary_key
    user_id = int(primary_key[0])
    return NewUser(user_id, new_session(connection, tokens, user_id, row["tenant_id"])["access_token"])
