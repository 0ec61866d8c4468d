"""Users who never sign in: nobody pays for hashing a password that is never asked for."""

import itertools
import time
from functools import partial
from typing import Any

from sqlalchemy import Engine, insert

from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.model import DEFAULT_TENANT
from shop.core.tokens import Tokens
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
    row = partial(_row, role, tenant_id)
    with engine.begin() as connection:
        keys = [connection.execute(insert(User), row()).inserted_primary_key for _ in range(count)]
    return [tokens.issue(key[0], tenant_id) for key in keys if key]


def _row(role: UserRole, tenant_id: int) -> dict[str, Any]:
    now, name = Clock().now(), f"{role}-{next(_numbers)}-{time.monotonic_ns()}"
    account = {"name": name, "email": f"{name}@example.com", "password_hash": "nobody signs in", "role": role}
    return {"tenant_id": tenant_id, "created_at": now, "updated_at": now, **account}
