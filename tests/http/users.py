"""Users who never sign in: nobody pays for hashing a password that is never asked for."""

import itertools
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert

from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.model import DEFAULT_TENANT
from shop.core.tokens import Grant, Tokens, new_id
from shop.models.session import Session
from shop.models.user import User

_numbers = itertools.count(1)


def new_users(
    engine: Engine,
    tokens: Tokens,
    count: int,
    role: UserRole = UserRole.GENERAL,
    tenant_id: int = DEFAULT_TENANT,
) -> list[str]:
    """Access tokens of that many new users."""
    with engine.begin() as connection:
        keys = [connection.execute(insert(User), _row(role, tenant_id)).inserted_primary_key for _ in range(count)]
        return [new_session(connection, tokens, key[0], tenant_id)["access_token"] for key in keys if key]


def new_session(connection: Connection, tokens: Tokens, user_id: int, tenant_id: int = DEFAULT_TENANT) -> Any:
    """The tokens of a new session of a user."""
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


def _row(role: UserRole, tenant_id: int) -> dict[str, Any]:
    now, name = Clock().now(), f"{role}-{next(_numbers)}-{time.monotonic_ns()}"
    account = {"name": name, "email": f"{name}@example.com", "password_hash": "nobody signs in", "role": role}
    return {"tenant_id": tenant_id, "created_at": now, "updated_at": now, **account}
